#!/usr/bin/env bash
# Builds a layer with the kits for functions in Python and Node.js, which lets a
# function in Python talk to PostgreSQL, too: libpq from PostgreSQL's source,
# psycopg2 from source against it.
#
#	functions/layer/build.sh --kits [--output FOLDER]
#	functions/layer/build.sh [--python VERSION | --local] [--output FOLDER]
#
# --kits: the kits alone, for every runtime; this needs nothing but python3.
#
# Leaves in the folder (functions/layer/build): layer.zip, for deploy.sh;
# layer.info, which says what is in it; dist, with psycopg2's wheel, for
# pip --find-links; sources, the two tarballs it was built from.  The same
# sources on the same system make the same bytes.
#
# A build for a runtime of Lambda whose glibc is older than what it needs is
# refused.  --local builds for this machine and its own Python, for tests.
#
# PG_SOURCE and PSYCOPG2_SOURCE name tarballs to build from; else apt's
# repositories are asked.  Exit status 77: sources or headers cannot be had.
#
# IDENTIFICATION
#   functions/layer/build.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"
# shellcheck source=functions/layer/sources.sh
. "$here/sources.sh"

caller=$PWD
python=""
only_kits=no
local_build=no
output=$here/build

usage()
{
	say "$@" "usage: functions/layer/build.sh" \
		"           [--kits | --python VERSION | --local] [--output FOLDER]" \
		"VERSION is one of: $(list_pythons)" >&2
	exit 2
}

# The Pythons that Lambda runs, the default first.
list_pythons()
{
	sed -n 's/^\([0-9.]*\) .*/\1/p' "$here/runtimes" | xargs
}

read_arguments()
{
	while [ $# != 0 ]; do
		case $1 in
			--kits) only_kits=yes ;;
			--local) local_build=yes ;;
			--python | --output)
				[ -n "${2-}" ] || usage "$1 needs a value."
				if [ "$1" = --python ]; then python=$2; else output=$2; fi
				shift
				;;
			*) usage "$1: there is no such argument." ;;
		esac
		shift
	done
	[ "${output#/}" != "$output" ] || output=$caller/$output
	if [ "$only_kits" = yes ]; then
		[ "$local_build$python" = no ] ||
			usage "--kits has nothing of any one Python or machine."
		return
	fi
	if [ "$local_build" = yes ]; then
		[ -z "$python" ] || usage "--local takes this machine's own Python."
		return
	fi
	[ -n "$python" ] || python=$(sed -n 's/^\([0-9.]*\) .*/\1/p' \
		"$here/runtimes" | head -n 1)
	choose_runtime || usage "--python $python: Lambda has no such runtime."
}

# Prints all runtimes of Node.js, which take the kits as they are.
list_nodes()
{
	sed -n 's/^\(nodejs[^ ]*\) .*/\1/p' "$here/runtimes" | xargs
}

# Sets glibc and system of the runtime of this Python.
choose_runtime()
{
	local line

	line=$(grep -F "$python " "$here/runtimes" | grep "^[^#]* ") || return
	[ "${line%% *}" = "$python" ] || return
	read -r _ glibc system <<<"$line"
}

# Prints those of the packages that a build needs which are missing.
missing_tools()
{
	local package check

	while read -r package check; do
		(eval "$check") >/dev/null 2>&1 </dev/null || echo "$package"
	done <<-END
		gcc command -v gcc && command -v objdump
		libc6-dev echo '#include <stdio.h>' | gcc -xc -fsyntax-only -
		make command -v make
		perl perl -MData::Dumper -MFile::Compare -e 1
		libssl-dev echo '#include <openssl/ssl.h>' | gcc -xc -fsyntax-only -
		python3 command -v python3
		bzip2 command -v bzip2
		xz-utils command -v xz
	END
	# From release 17 on, PostgreSQL's tarball is without their output.
	if [ "${libpq_major:-0}" -ge 17 ]; then
		command -v bison >/dev/null || echo bison
		command -v flex >/dev/null || echo flex
	fi
}

add_tools()
{
	local missing

	mapfile -t missing < <(missing_tools)
	add_packages "${missing[@]}" || {
		tail -n 20 "$work/apt.log" >&2
		die "apt-get failed."
	}
}

# Whether these binaries run on the runtime; prints the newest glibc needed.
check_glibc()
{
	local needed status=0

	if [ "$local_build" = yes ]; then
		python3 "$here/pack.py" glibc 999 "$@"
		return
	fi
	needed=$(python3 "$here/pack.py" glibc "$glibc" "$@" 2>&1) || status=$?
	[ "$status" = 0 ] || die "Lambda's python$python runs on $system," \
		"whose glibc is $glibc:"$'\n'"$needed"$'\n'"Build on a system" \
		"whose glibc is no newer, for a newer runtime, or with --local" \
		"for this machine alone."
	say "$needed"
}

# The file of a shared library of this machine.
find_library()
{
	local file

	file=$(gcc -print-file-name="$1")
	[ -f "$file" ] || die "There is no $1 on this machine."
	readlink -f "$file"
}

# Copies what these binaries need beside glibc into the layer, and what that
# needs in turn.
copy_needed()
{
	local name

	while read -r name; do
		[ ! -e "$layer/lib/$name" ] || continue
		cp "$(find_library "$name")" "$layer/lib/$name"
		chmod 755 "$layer/lib/$name"
		copy_needed "$layer/lib/$name"
	done < <(python3 "$here/pack.py" needed "$@")
}

# run_logged WHAT COMMAND...: shows a command's output only if it fails.
run_logged()
{
	local what=$1
	shift

	say "$what ..."
	"$@" >"$work/log" 2>&1 </dev/null || {
		tail -n 40 "$work/log" >&2
		die "$what failed."
	}
}

# Prints a value that PostgreSQL's configure or psycopg2's setup.py sets.
read_version()
{
	local version

	version=$(sed -n "s/^$2 *= *'\([0-9][^']*\)'.*/\1/p" "$1" | head -n 1)
	[ -n "$version" ] || die "$1 does not set $2."
	say "$version"
}

unpack()
{
	mkdir -p "$work/$1"
	tar -C "$work/$1" --no-same-owner --strip-components=1 -xf "$2" "${@:3}" ||
		die "$2 cannot be unpacked."
}

get_sources()
{
	sources=$work/sources
	fetch_source PG_SOURCE libpq-dev "$sources/postgresql"
	fetch_source PSYCOPG2_SOURCE psycopg2 "$sources/psycopg2"
	unpack postgresql "$sources"/postgresql/* --exclude='*/doc' \
		--exclude='*/src/test/*/*' --exclude='*.po'
	unpack psycopg2 "$sources"/psycopg2/*
	pg_version=$(read_version "$work/postgresql/configure" PACKAGE_VERSION)
	libpq_major=${pg_version%%[!0-9]*}
	psycopg_version=$(read_version "$work/psycopg2/setup.py" PSYCOPG_VERSION)
}

# libpq with OpenSSL and nothing else: no GSSAPI, LDAP, zlib, ICU.
build_libpq()
{
	local make=(make -s "-j$(nproc)" -C)

	cd "$work/postgresql"
	run_logged "Configuring PostgreSQL $pg_version" ./configure --prefix=/opt \
		--with-openssl --without-readline --without-zlib --without-icu \
		CC=gcc CFLAGS="-O2 $reproducible" CPPFLAGS= LDFLAGS= LIBS=
	run_logged "Generating headers" "${make[@]}" src/backend generated-headers
	run_logged "Building libpq" "${make[@]}" src/interfaces/libpq
	cp src/interfaces/libpq/libpq.so.5 "$layer/lib/libpq.so.5"
	cp COPYRIGHT "$layer/licenses/PostgreSQL"
	[ ! -f /usr/share/doc/libssl-dev/copyright ] ||
		cp /usr/share/doc/libssl-dev/copyright "$layer/licenses/OpenSSL"
}

# Compiles psycopg2's files side by side, told what setup.py would tell gcc;
# typecast.c includes the others of its name.
compile_psycopg2()
{
	local version="$psycopg_version (dt dec pq3 ext lo64)" minor number

	minor=${pg_version#"$libpq_major"}		# ".18", "beta1"
	[[ $minor == .* ]] || minor=.0
	number=$(printf '%d%04d' "$libpq_major" "${minor#.}")
	# shellcheck disable=SC2016
	find psycopg -name '*.c' ! -name 'typecast_[abd]*' -print0 | xargs -0 -n 1 -P "$(nproc)" \
		sh -c 'for file; do :; done
			name=${file##*/}
			exec gcc "$@" -o "objects/${name%.c}.o"' compile \
		-c -O2 -fPIC -fwrapv -DNDEBUG "$reproducible" -DHAVE_LO64=1 \
		-DPG_VERSION_NUM="$number" -DPSYCOPG_VERSION="$version" -I. \
		-I"$work/postgresql/src/interfaces/libpq" \
		-I"$work/postgresql/src/include" "${python_include[@]}"
}

# psycopg2's package, with its module for this Python.  Its setup.py asks for
# setuptools and for the Python that it builds for, which no Debian may have.
build_psycopg2()
{
	local tag=cp${python/./} package=$layer/python/psycopg2

	cd "$work/psycopg2"
	mkdir objects "$package"
	run_logged "Building psycopg2 $psycopg_version for Python $python" \
		compile_psycopg2
	run_logged "Linking it" gcc -shared objects/*.o -Wl,-z,relro,-z,now \
		-L"$layer/lib" -l:libpq.so.5 -Wl,-rpath-link,"$layer/lib" \
		-o "$package/_psycopg.cpython-${python/./}-$(uname -m)-linux-gnu.so"
	cp lib/*.py "$package"
	cp LICENSE "$layer/licenses/psycopg2"
	tag=$tag-$tag-linux_$(uname -m)
	strip --strip-unneeded "$package"/*.so "$layer/lib/libpq.so.5"
	python3 "$here/pack.py" dist_info "$layer/python" "$psycopg_version" "$tag"
	wheel=psycopg2-$psycopg_version-$tag.whl
}

# Says what the layer is: deploy.sh publishes it so, for these runtimes.
write_info()
{
	local runtimes

	runtimes="python$python $(list_nodes)"
	[ "$local_build" = no ] || runtimes=""
	say "layer: postgres" "runtimes: $runtimes" "architecture: $(uname -m)" \
		"python: $python" "libpq: $pg_version" "psycopg2: $psycopg_version" \
		"openssl: $(openssl_version)" "glibc: $needed" "kits: $kits_version" \
		"description: libpq $pg_version, psycopg2 $psycopg_version,\
 OpenSSL $(openssl_version), kits $kits_version"
}

# The same of the kits alone.
write_kits_info()
{
	local pythons

	read -ra pythons <<<"$(list_pythons)"
	say "layer: kits" "runtimes: ${pythons[*]/#/python} $(list_nodes)" \
		"architecture: x86_64 aarch64" "kits: $kits_version" \
		"description: lambda_fdw's kits $kits_version"
}

# OpenSSL's version as the copied library has it.
openssl_version()
{
	grep -aoE -m 1 'OpenSSL [0-9]+\.[0-9.]+[a-z]? [0-9]+ [A-Z][a-z]+ [0-9]{4}' \
		"$layer"/lib/libcrypto.so.* | head -n 1 | cut -d ' ' -f 2
}

# Why nobody should take a local build to Lambda.
explain_local()
{
	say "" "Built with --local: for this machine alone, deploy.sh refuses it."
	! choose_runtime ||
		say "Lambda's python$python runs on $system, whose glibc is $glibc;" \
			"what was built here needs $needed."
}

# Removes what an earlier build left.
clear_output()
{
	mkdir -p "$output" ||
		die "--output $output: the folder cannot be made."
	rm -rf "$output/layer.zip" "$output/layer.info" "$output/dist" \
		"$output/sources"
}

# The kits, of this checkout; sets their version.
add_kits()
{
	kits_version=$(sed -n 's/^\t"version": "\(.*\)",$/\1/p' "$root/META.json")
	python3 "$here/pack.py" kits "$root/functions" "$layer" ||
		die "The kits cannot be packed."
	cp "$root/LICENSE" "$layer/licenses/lambda_fdw"
}

write_kits()
{
	clear_output
	write_kits_info >"$output/layer.info"
	python3 "$here/pack.py" zip "$layer" "$output/layer.zip"
	say "$output/layer.zip" ""
	cat "$output/layer.info"
}

write_output()
{
	clear_output
	mkdir "$output/dist"
	python3 "$here/pack.py" zip "$layer/python" "$output/dist/$wheel"
	add_kits
	write_info >"$output/layer.info"
	python3 "$here/pack.py" zip "$layer" "$output/layer.zip"
	cp -r "$sources" "$output/sources"
	say "" "$output/layer.zip" "$output/dist/$wheel" ""
	cat "$output/layer.info"
	[ "$local_build" = no ] || explain_local
}

read_arguments "$@"
make_work
# The folder has a name of its own each time: no binary may hold it.
reproducible=-ffile-prefix-map=$work=.
export SOURCE_DATE_EPOCH=315532800
layer=$work/layer
mkdir -p "$layer/licenses"
if [ "$only_kits" = yes ]; then
	command -v python3 >/dev/null || die "There is no python3."
	add_kits
	write_kits
	exit
fi

mkdir "$layer/lib" "$layer/python"
add_tools
if [ "$local_build" = yes ]; then
	python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
fi
check_glibc "$(find_library libssl.so)" "$(find_library libcrypto.so)" >/dev/null
get_sources
add_tools
find_headers "$python"
build_libpq
copy_needed "$layer/lib/libpq.so.5"
build_psycopg2
needed=$(check_glibc "$layer"/lib/* "$layer"/python/psycopg2/*.so)
write_output
