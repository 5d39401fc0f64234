# shellcheck shell=bash
# The kits in the layer: packed by build.sh --kits, and found by functions.  Sourced
# by scripts/layer, whose functions it uses.
#
# IDENTIFICATION
#   test/layer/kits.sh

# The names in an archive, a line each.
unzip_names()
{
	python3 -c 'import sys, zipfile
print("\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))' "$1"
}

# A folder with what build.sh --kits may need, and no other program.
make_bare_path()
{
	local program

	mkdir "$work/bare"
	for program in bash sh python3 awk cat chmod cp dirname id locale mkdir mktemp \
		rm sed setpriv xargs; do
		ln -s "$(command -v "$program")" "$work/bare/$program"
	done
}

# lambda_fdw-kits by itself, in a folder whose name has another length, too.
build_kits()
{
	make_bare_path
	env -i PATH="$work/bare" TMPDIR="$TMPDIR" "$layer/build.sh" --kits \
		--output "$work/kits" &&
		mkdir -m 1777 "$work/in_a_further_folder" &&
		TMPDIR=$work/in_a_further_folder "$layer/build.sh" --kits \
			--output "$work/kits_again"
}

# What Python and Node.js by themselves find, told of the layer as Lambda tells
# them; Node.js's `import` looks for nothing in NODE_PATH, which is Lambda's doing.
test_kits_found()
{
	local python=$work/kits_layer/python node=$work/kits_layer/nodejs/node_modules

	check "Python finds the kit" exits 0 "$python/lambda_fdw/__init__.py" env -i \
		PYTHONPATH="$python" PYTHONDONTWRITEBYTECODE=1 "$(command -v python3)" -S \
		-c 'import lambda_fdw; print(lambda_fdw.__file__)' || true
	if ! command -v node >/dev/null; then
		leave_out "Node.js finds the kit" "there is no node"
		return 0
	fi
	check "Node.js's require finds the kit" exits 0 "function function" env -i \
		NODE_PATH="$node" "$(command -v node)" -e \
		'const { serve, table } = require("lambda-fdw");
		console.log(typeof serve, typeof table);' || true
	check "its import does not" exits 1 "*ERR_MODULE_NOT_FOUND*" env -i \
		NODE_PATH="$node" "$(command -v node)" --input-type=module -e \
		'import "lambda-fdw";' || true
}

# ask LANGUAGE FILE...: the example in this language, by scripts/endpoint with the
# layer's archive, described over HTTP as lambda_fdw does.
describe_example()
{
	local folder=$work/example_$1

	mkdir -p "$folder/kit_orders"
	cp "$root/functions/examples/kit_orders/$2" "$folder/kit_orders"
	python3 - "$root" "$folder" "$work/kits/layer.zip" <<-'END'
		import os, sys
		sys.path.insert(0, os.path.join(sys.argv[1], "test/endpoint"))
		sys.dont_write_bytecode = True
		from selftest_lib import Client, Started
		envelope = {"lambda_fdw": {"version": 2, "operation": "describe"}}
		with Started("../../scripts/endpoint", "--functions", sys.argv[2],
		             "--layer", sys.argv[3]) as server:
		    answer = Client(server.port).call("kit_orders", envelope)[2]
		tables = answer.get("tables")
		if not tables:
		    sys.exit(repr(answer))
		print(*(table["name"] for table in tables),
		      *(column["name"] for column in tables[0]["columns"]))
	END
}

test_kits()
{
	local info=$work/kits/layer.info name=prod-lambda-fdw-lambdalayer-kits

	check "build.sh --kits needs python3 alone" build_kits || return 0
	check "the same bytes again" \
		cmp "$work/kits/layer.zip" "$work/kits_again/layer.zip" || true
	mkdir "$work/kits_layer"
	unpack "$work/kits/layer.zip" "$work/kits_layer"
	check "both kits and the license, and nothing else" exits 0 \
		"licenses nodejs python nodejs/node_modules/lambda-fdw python/lambda_fdw" \
		env -C "$work/kits_layer" bash -c 'echo * nodejs/node_modules/* python/*' || true
	check "no tests, no caches" exits 1 "" grep -E 'test|cache|\.pyc$' \
		<(unzip_names "$work/kits/layer.zip") || true
	check "it is for all runtimes" grep -qx "runtimes: python3.13 python3.14\
 python3.12 python3.11 python3.10 nodejs24.x nodejs22.x" "$info" || true
	check "it is published" exits 0 "upload: *:$name:7" \
		deploy_to_stand_in --output "$work/kits" prod || true
	check "for them, and both architectures" grep -qF -- "--layer-name $name\
 --description lambda_fdw's kits 1.0.0 --content\
 S3Bucket=serverless-123456789012,S3Key=$name/layer.zip --compatible-runtimes\
 python3.13 python3.14 python3.12 python3.11 python3.10 nodejs24.x nodejs22.x\
 --compatible-architectures x86_64 arm64 --output json" "$work/calls" || true
	test_kits_found
	check "a function in Python has it" exits 0 \
		"orders id customer total city placed_at" describe_example python app.py || true
	if command -v node >/dev/null; then
		check "a function in Node.js has it, by import" exits 0 \
			"orders id customer total city placed_at" \
			describe_example node index.mjs || true
	fi
}
