# shellcheck shell=bash
# What the scripts share: packages, a private copy of the server, a cluster and
# an endpoint in a temporary folder.  Sourced, with the caller's "set -euo
# pipefail"; everything is ended and removed when the caller exits.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The release whose packages are installed where no server is found.
pg_major=${PG_MAJOR:-15}

work=""				# the temporary folder
server_user=()		# what runs a command as the user the server runs as
endpoint_pid=""
peer_pid=""			# a server of somebody else's, if a script runs one
cluster=""

# Root's own PATH may lead to programs that the server's user may not run.
if [ "$(id -u)" = 0 ]; then
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
fi

# Prints each argument on a line.
say()
{
	printf '%s\n' "$@"
}

die()
{
	printf '%s\n' "$*" >&2
	exit 1
}

# ---------------------------------------------------------------------------
# Results
# ---------------------------------------------------------------------------

passed=0
failed=0

heading()
{
	say "" "== $*"
}

# Counts one check: runs a command, shows what it printed if it fails.
check()
{
	local name=$1 status=0
	shift

	"$@" >"$work/check.log" 2>&1 </dev/null || status=$?
	if [ "$status" = 0 ]; then
		say "ok - $name"
		passed=$((passed + 1))
	else
		cat "$work/check.log"
		say "not ok - $name"
		failed=$((failed + 1))
	fi
	return "$status"
}

# ---------------------------------------------------------------------------
# Packages
# ---------------------------------------------------------------------------

# Finds the pg_config of a server that can be built against and started.
find_pg_config()
{
	local candidate

	for candidate in "${PG_CONFIG:-}" \
		"/usr/lib/postgresql/$pg_major/bin/pg_config" \
		"$(command -v pg_config || true)"; do
		if [ -n "$candidate" ] && candidate=$(command -v "$candidate") &&
			[ -f "$("$candidate" --pgxs)" ] &&
			[ -x "$("$candidate" --bindir)/postgres" ]; then
			printf '%s\n' "$candidate"
			return 0
		fi
	done
	return 1
}

# Prints the Debian packages that are missing: a package and, to its right,
# the command that succeeds where nothing needs to be installed.
missing_packages()
{
	local package check

	while read -r package check; do
		[ -z "$package" ] || (eval "$check") >/dev/null 2>&1 </dev/null ||
			echo "$package"
	done <<-END
		gcc command -v gcc
		libc6-dev echo '#include <stdio.h>' | gcc -xc -fsyntax-only -
		make command -v make
		pkg-config command -v pkg-config
		postgresql-$pg_major find_pg_config || test -x /usr/lib/postgresql/$pg_major/bin/postgres
		postgresql-server-dev-$pg_major find_pg_config
		libcurl4-openssl-dev pkg-config --exists libcurl
		libjson-c-dev pkg-config --exists json-c
		libssl-dev pkg-config --exists libcrypto
		ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
		python3 command -v python3
		tzdata test -f /usr/share/zoneinfo/zone.tab
	END
	missing_extras "$@"
}

# Prints those of these packages that are missing.
missing_extras()
{
	local package

	for package in "$@"; do
		case $package in
			pg-bsd-indent) command -v pg_bsd_indent ;;
			libipc-run-perl) perl -MIPC::Run -e 1 ;;
			openssl) command -v openssl ;;
			python3-h2) find_python h2 ;;
			awscli) command -v aws ;;
			python3-botocore) find_python botocore ;;
			nodejs) command -v node ;;
			npm) command -v npm ;;
			*) false ;;
		esac >/dev/null 2>&1 || echo "$package"
	done
}

# Finds a Python that has a module: the user's own, or Debian's.
find_python()
{
	local candidate

	for candidate in python3 /usr/bin/python3; do
		if "$candidate" -c "import $1" >/dev/null 2>&1 </dev/null; then
			echo "$candidate"
			return 0
		fi
	done
	return 1
}

# Installs these packages, or says how and stops; fails if apt-get does, with
# its words in $work/apt.log.
add_packages()
{
	local sudo=()

	[ $# != 0 ] || return 0
	command -v apt-get >/dev/null ||
		die "Please install what Debian calls: $*"
	if [ "$(id -u)" != 0 ]; then
		sudo -n true 2>/dev/null ||
			die "Some packages are missing. Please run, and start again:" \
				$'\n\n'"    sudo apt-get install -y $*"$'\n'
		sudo=(sudo)
	fi
	say "Installing $* ..."
	{
		"${sudo[@]}" apt-get update -q &&
			"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
				apt-get install -q -y --no-install-recommends "$@"
	} >"$work/apt.log" 2>&1 </dev/null
}

# Installs what is missing, these packages too, or says how and stops.
install_packages()
{
	local missing

	mapfile -t missing < <(missing_packages "$@")
	add_packages "${missing[@]}" || {
		tail -n 20 "$work/apt.log" >&2
		die "apt-get failed."
	}
	PG_CONFIG=$(find_pg_config) ||
		die "No PostgreSQL server with headers found; set PG_CONFIG."
	export PG_CONFIG
}

# ---------------------------------------------------------------------------
# The temporary folder
# ---------------------------------------------------------------------------

# Ends and removes everything; the exit status stays what it was.
clean_up()
{
	local status=$?

	trap - EXIT
	stop_clusters
	stop_endpoint
	stop_process "$peer_pid"
	[ -z "$work" ] || rm -rf "$work"
	exit "$status"
}

# Makes the folder, and has it removed.  A server refuses to run as root, so
# root's servers are run by the user that Debian's package makes.
make_work()
{
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	work=$(mktemp -d "${TMPDIR:-/tmp}/lambda_fdw.XXXXXX")
	chmod 755 "$work"
}

choose_server_user()
{
	if [ "$(id -u)" = 0 ]; then
		id postgres >/dev/null 2>&1 ||
			die "There is no user postgres to run the server as."
		server_user=(env HOME="$work" setpriv --reuid=postgres
			--regid=postgres --init-groups --)
	fi
}

# Gives the server's user a folder of the temporary one.
give_to_server()
{
	[ "$(id -u)" != 0 ] || chown -R postgres: "$@"
}

# ---------------------------------------------------------------------------
# The build
# ---------------------------------------------------------------------------

# Copies the checkout, without what is built or ignored, to $work/source.
copy_source()
{
	mkdir "$work/source"
	if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$root" ls-files -coz --exclude-standard |
			while IFS= read -rd '' file; do
				[ ! -e "$root/$file" ] || printf '%s\0' "$file"
			done | tar -C "$root" --null -T - -cf - | tar -C "$work/source" -xf -
	else
		tar -C "$root" --exclude='*.o' --exclude='*.bc' --exclude='*.d' \
			--exclude='*.so' --exclude=./results --exclude=./tmp_check \
			-cf - . | tar -C "$work/source" -xf -
	fi
}

# A copy of the installed server in which the extension can be installed
# without privileges and without a trace.  A server finds its files relative
# to its own binary, so programs are copied and all else is symbolic links.
copy_server()
{
	local installed=$PG_CONFIG folder

	for folder in bindir sharedir pkglibdir includedir-server; do
		folder=$("$installed" "--$folder")
		[ ! -e "$work/server$folder" ] || continue
		mkdir -p "$work/server$folder"
		if [ "$folder" = "$("$installed" --bindir)" ]; then
			cp -r "$folder/." "$work/server$folder"
		else
			cp -rs "$folder/." "$work/server$folder"
		fi
	done
	# An installed lambda_fdw would be tested, or written to, through a link.
	(cd "$work/server" && find . -depth \( -name 'lambda_fdw*' -o \
		-name 'aws_lambda*' -o -name 'aws_commons*' \) -exec rm -rf {} +)
	installed=$("$installed" --bindir)/pg_config
	PG_CONFIG=$work/server$installed
	pg_bin=$("$PG_CONFIG" --bindir)
	export PG_CONFIG pg_bin
}

# Builds the copied source, with these arguments to make, and installs it in
# the copied server.
build()
{
	make -s -C "$work/source" -j"$(nproc)" PG_CONFIG="$PG_CONFIG" "$@" all &&
		make -s -C "$work/source" PG_CONFIG="$PG_CONFIG" "$@" install
}

# ---------------------------------------------------------------------------
# The cluster and the endpoint
# ---------------------------------------------------------------------------

# Starts a cluster that listens on a socket in $work alone.  Each argument is
# a line of postgresql.conf.
start_cluster()
{
	local setting

	cluster=$work/cluster
	mkdir "$cluster"
	give_to_server "$cluster"
	"${server_user[@]}" "$pg_bin/initdb" -D "$cluster/data" -U postgres -A trust \
		-E UTF8 --locale=C --no-sync >"$work/initdb.log" 2>&1 || {
		cat "$work/initdb.log" >&2
		die "initdb failed."
	}
	for setting in "listen_addresses = ''" \
		"unix_socket_directories = '$cluster'" "fsync = off" "$@"; do
		printf '%s\n' "$setting" >>"$cluster/data/postgresql.conf"
	done
	run_pg_ctl "$cluster/data" -l "$cluster/log" start || {
		cat "$cluster/log" >&2
		die "The server did not start."
	}
	export PGHOST=$cluster PGUSER=postgres PGDATABASE=postgres
	unset PGPORT PGSERVICE PGPASSFILE
}

# pg_ctl as the server's user, who may not enter the current folder.
run_pg_ctl()
{
	local data=$1
	shift

	(cd / && "${server_user[@]}" "$pg_bin/pg_ctl" -D "$data" -w -s "$@" </dev/null)
}

# Stops every server whose data are in the temporary folder: the cluster, and
# what tests that were interrupted left running.
stop_clusters()
{
	local pid_file

	[ -n "$work" ] && [ -n "${pg_bin-}" ] || return 0
	find "$work" -name postmaster.pid -print0 |
		while IFS= read -rd '' pid_file; do
			run_pg_ctl "${pid_file%/*}" -m immediate stop || true
		done
}

# Starts the test endpoint and exports its URL as LAMBDA_FDW_ENDPOINT.
start_endpoint()
{
	local port tries=0

	"${server_user[@]}" python3 "$work/source/test/endpoint/endpoint.py" \
		--port 0 --port-file "$cluster/port" --with-parent \
		>"$work/endpoint.log" 2>&1 </dev/null &
	endpoint_pid=$!
	until [ -s "$cluster/port" ]; do
		tries=$((tries + 1))
		if [ $tries -gt 200 ] || ! kill -0 "$endpoint_pid" 2>/dev/null; then
			cat "$work/endpoint.log" >&2
			die "The endpoint did not start."
		fi
		sleep 0.05
	done
	read -r port <"$cluster/port"
	export LAMBDA_FDW_ENDPOINT=http://127.0.0.1:$port
}

stop_endpoint()
{
	stop_process "$endpoint_pid"
	endpoint_pid=""
}

# Ends a process that this shell started; without one there is nothing to do.
stop_process()
{
	if [ -n "$1" ]; then
		kill "$1" 2>/dev/null || true
		wait "$1" 2>/dev/null || true
	fi
}

# psql on the private cluster, without the user's own start-up file.
run_psql()
{
	"$pg_bin/psql" -X -v ON_ERROR_STOP=1 "$@"
}
