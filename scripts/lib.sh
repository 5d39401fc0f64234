# shellcheck shell=bash
# What the scripts share: packages, a private copy of the server, a cluster and
# an endpoint in a temporary folder.  Sourced, with the caller's "set -euo
# pipefail"; everything is ended and removed when the caller exits.

# What somebody's environment holds must not change what is built and tested:
# where a server, a repository or an account is, and how make and tar behave.
clear_environment()
{
	local name

	for name in $(compgen -e); do
		case $name in
			PG_*) ;;
			PG*|AWS_*|LAMBDA_FDW_*|LC_*|LANGUAGE) unset "$name" ;;
			GIT_DIR|GIT_WORK_TREE|GIT_INDEX_FILE|GIT_PREFIX) unset "$name" ;;
			MAKEFLAGS|MFLAGS|GNUMAKEFLAGS|MAKEFILES|MAKELEVEL) unset "$name" ;;
			DESTDIR|COPT|PROFILE|VPATH|EXTRA_REGRESS_OPTS) unset "$name" ;;
			CDPATH|GREP_OPTIONS|TAR_OPTIONS|POSIXLY_CORRECT) unset "$name" ;;
			NODE_OPTIONS|PERL5OPT|PROVE_FLAGS|PYTHONOPTIMIZE) unset "$name" ;;
		esac
	done
	set +o posix
	umask 022
	# Programs that are told nothing take all text for ASCII.
	LC_ALL=C.UTF-8
	[ "$(LC_ALL=C.UTF-8 locale charmap 2>/dev/null)" = UTF-8 ] || LC_ALL=C
	# Packages may come through a proxy; the servers tested are this machine's.
	no_proxy=${no_proxy:+$no_proxy,}127.0.0.1,::1,localhost
	NO_PROXY=$no_proxy
	LANG=$LC_ALL		# the tests in Perl unset LC_ALL
	export LANG LC_ALL no_proxy NO_PROXY
}

# Prints what the comment at the top of a script says of it.
show_help()
{
	awk 'NR == 1 { next }
		!/^#/ { exit }
		!/^# shellcheck/ { sub(/^# ?/, ""); print }' "$0"
}

# The caller's own arguments, as its "source" leaves them to this file.
case ${1-} in
	-h|--help)
		show_help
		exit 0
		;;
esac

clear_environment
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pg_major=${PG_MAJOR:-}	# the release whose packages are installed

work=""				# the temporary folder
server_user=()		# what runs a command as the user the server runs as
endpoint_pid=""
peer_pid=""			# a further process, if a script has one in the background
peer_groups=()		# process groups, likewise
cluster=""

# Root's own PATH may lead to programs that the server's user may not run; where
# those are looked for that root runs, in scripts that this one calls too.
caller_path=${caller_path:-$PATH}
export caller_path
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
skipped=0

heading()
{
	say "" "== $*"
}

# timed LOG COMMAND...: runs a command with its output in a file, and how long it
# took in LOG.time.
timed()
{
	local log=$1 status=0 TIMEFORMAT="%0R s, CPU %0U + %0S s"
	shift

	{ time "$@" >"$log" 2>&1 </dev/null; } 2>"$log.time" || status=$?
	return "$status"
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

# Counts a check that this machine cannot make, and says why.
skip()
{
	say "ok - $1 # skip $2"
	skipped=$((skipped + 1))
}

# The last line, and the exit status.
summary()
{
	local line="$passed passed, $failed failed"

	[ "$skipped" = 0 ] || line+=", $skipped skipped"
	say "" "$line"
	[ "$failed" = 0 ]
}

# Adds what another script counted in the last line of its log; fails if that
# is no such line, or if nothing passed.
add_summary()
{
	[[ $(tail -n 1 "$1") =~ \
		^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]] ||
		return 1
	good=${BASH_REMATCH[1]}
	bad=${BASH_REMATCH[2]}
	left=${BASH_REMATCH[4]:-0}
	passed=$((passed + good))
	failed=$((failed + bad))
	skipped=$((skipped + left))
	[ "$good" != 0 ]
}

# ---------------------------------------------------------------------------
# The server
# ---------------------------------------------------------------------------

# Prints what a server lacks to build an extension and to be started, as its
# pg_config tells.  pg_config itself and pgxs.mk come with other packages than
# the server's headers, so that each is looked for.
server_lacks()
{
	local folder

	folder=$("$1" --bindir 2>/dev/null </dev/null) || true
	[ -n "$folder" ] || {
		echo "it does not print its --bindir"
		return
	}
	[ -x "$folder/postgres" ] || echo "no $folder/postgres"
	folder=$("$1" --includedir-server)
	[ -f "$folder/postgres.h" ] || echo "no $folder/postgres.h"
	folder=$("$1" --pgxs)
	[ -f "$folder" ] || echo "no $folder"
	folder=${folder%/makefiles/pgxs.mk}/test/regress/pg_regress
	[ -x "$folder" ] || echo "no $folder"
}

# Prints the pg_config of a server that can be built against and started: what
# PG_CONFIG names, of PG_MAJOR, in PATH, or the newest that is installed.
find_pg_config()
{
	local candidate candidates=()

	if [ -n "${PG_CONFIG:-}" ]; then
		candidates=("$PG_CONFIG")
	elif [ -n "${PG_MAJOR:-}" ]; then
		candidates=("/usr/lib/postgresql/$PG_MAJOR/bin/pg_config")
	else
		mapfile -t candidates < <(command -v pg_config || true
			printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -rV)
	fi
	for candidate in "${candidates[@]}"; do
		if candidate=$(command -v "$candidate") &&
			[ -z "$(server_lacks "$candidate")" ]; then
			[ "${candidate#/}" != "$candidate" ] || candidate=$PWD/$candidate
			printf '%s\n' "$candidate"
			return 0
		fi
	done
	return 1
}

# A PG_CONFIG that does not work is an error: another server is not what was
# asked for.
check_pg_config()
{
	local lacks

	[ -n "${PG_CONFIG:-}" ] || return 0
	command -v "$PG_CONFIG" >/dev/null ||
		die "PG_CONFIG=$PG_CONFIG: there is no such program."
	lacks=$(server_lacks "$PG_CONFIG")
	[ -z "$lacks" ] ||
		die "PG_CONFIG=$PG_CONFIG is not of a server that can be built" \
			"against and started:"$'\n'"$lacks"
}

# Finds the release whose packages are to be installed: PG_MAJOR, that of an
# installed server, or the one apt offers.
choose_major()
{
	local server

	[ -z "$pg_major" ] || return 0
	server=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -rV |
		head -n 1)
	if [ -x "$server" ]; then
		server=${server%/bin/postgres}
		pg_major=${server##*/}
	else
		pg_major=$(ask_apt depends postgresql |
			sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
	fi
	[ -n "$pg_major" ] || {
		[ ! -f "$work/apt.log" ] || tail -n 20 "$work/apt.log" >&2
		die "apt offers no PostgreSQL. Install a server of release 15 or" \
			"later with its headers, and set PG_CONFIG."
	}
}

# ---------------------------------------------------------------------------
# Packages
# ---------------------------------------------------------------------------

apt=()				# apt-get's and apt-cache's options
sudo=()				# what makes apt-get root's

# Whether this user may install packages; sets sudo.
may_install()
{
	[ "$(id -u)" != 0 ] || return 0
	sudo -n true 2>/dev/null </dev/null || return 1
	sudo=(sudo)
}

ask_apt()
{
	apt-cache "${apt[@]}" "$@" 2>/dev/null </dev/null
}

# Has apt's lists of packages made where there are none, as on a fresh machine.
# Who may not does so in a folder of his own, to know what to ask for.
know_packages()
{
	ask_apt show postgresql >/dev/null && return
	say "Fetching apt's lists of packages ..."
	if may_install; then
		"${sudo[@]}" apt-get update -q >"$work/apt.log" 2>&1 </dev/null || true
	else
		mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
		apt=(-o Dir::State::Lists="$work/apt/lists"
			-o Dir::Cache="$work/apt/cache" -o Debug::NoLocking=1)
		apt-get "${apt[@]}" update -q >"$work/apt.log" 2>&1 </dev/null || true
	fi
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
		libcurl4-openssl-dev pkg-config --exists libcurl
		libjson-c-dev pkg-config --exists json-c
		libssl-dev pkg-config --exists libcrypto
		zlib1g-dev pkg-config --exists zlib
		ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
		python3 command -v python3
		tzdata test -f /usr/share/zoneinfo/zone.tab
	END
	missing_server
	missing_extras "$@"
}

# The server's two packages, if no server is found.
missing_server()
{
	local bin=/usr/lib/postgresql/$pg_major/bin

	! find_pg_config >/dev/null || return 0
	[ -x "$bin/postgres" ] || echo "postgresql-$pg_major"
	[ -x "$bin/pg_config" ] &&
		! server_lacks "$bin/pg_config" | grep -qv '/postgres$' ||
		echo "postgresql-server-dev-$pg_major"
}

# Prints those of these packages that are missing.
missing_extras()
{
	local package

	for package in "$@"; do
		case $package in
			pg-bsd-indent) command -v pg_bsd_indent ;;
			libipc-run-perl) perl -MIPC::Run -e 1 ;;
			curl) command -v curl ;;
			openssl) command -v openssl ;;
			python3-venv) python3 -c 'import ensurepip' ;;
			awscli) command -v aws ;;
			python3-botocore) find_python botocore ;;
			python3-boto3) find_python boto3 ;;
			python3-yaml) find_python yaml ;;
			python3-setuptools) find_python setuptools ;;
			python3-wheel) find_python wheel ;;
			postgresql-plpython3-*)
				[ -e "$("$(find_pg_config)" --pkglibdir)/plpython3.so" ]
				;;
			nodejs) command -v node ;;
			npm) command -v npm ;;
			mkdocs) command -v mkdocs ;;
			chromium-headless-shell)
				command -v chromium-headless-shell || command -v chromium
				;;
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

# Prints those of these packages that apt can install.
known_packages()
{
	local package

	for package in "$@"; do
		! ask_apt show "$package" >/dev/null || echo "$package"
	done
}

# Installs these packages, or says how and stops; fails if apt-get does, with
# its words in $work/apt.log.
add_packages()
{
	[ $# != 0 ] || return 0
	command -v apt-get >/dev/null ||
		die "Please install what Debian calls: $*"
	may_install ||
		die "Some packages are missing. Please run, and start again:" \
			$'\n\n'"    sudo apt-get update && sudo apt-get install -y" \
			"--no-install-recommends $*"$'\n'
	say "Installing $* ..."
	{
		"${sudo[@]}" apt-get update -q &&
			"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
				apt-get install -q -y --no-install-recommends "$@"
	} >"$work/apt.log" 2>&1 </dev/null
}

# install_packages [PACKAGE...] [--optional PACKAGE...] [--later PACKAGE...]
#
# Installs what is missing, the first packages too, and the optional ones where
# apt knows them; or says how and stops.  Those for later are left to who
# installs them, but asked for with the others where it cannot be done here.
install_packages()
{
	local kind=needed needed=() optional=() later=() missing extras argument

	for argument in "$@"; do
		case $kind,$argument in
			*,--*) kind=${argument#--} ;;
			needed,*) needed+=("$argument") ;;
			optional,*) optional+=("$argument") ;;
			later,*) later+=("$argument") ;;
		esac
	done
	may_install || optional+=("${later[@]}")
	check_pg_config
	mapfile -t extras < <(missing_extras "${optional[@]}")
	if command -v apt-cache >/dev/null; then
		if [ ${#extras[@]} != 0 ] || ! find_pg_config >/dev/null; then
			know_packages
		fi
		find_pg_config >/dev/null || choose_major
		mapfile -t extras < <(known_packages "${extras[@]}")
	else
		pg_major=${pg_major:-NN}
		extras=()
	fi
	mapfile -t missing < <(missing_packages "${needed[@]}")
	add_packages "${missing[@]}" "${extras[@]}" || {
		tail -n 20 "$work/apt.log" >&2
		die "apt-get failed."
	}
	PG_CONFIG=$(find_pg_config) || {
		[ -z "${PG_MAJOR:-}" ] ||
			die "PG_MAJOR=$PG_MAJOR: there is no such server, or no headers."
		die "No PostgreSQL server with headers found; set PG_CONFIG."
	}
	export PG_CONFIG
	say "Using $("$PG_CONFIG" --version), $PG_CONFIG"
}

# ---------------------------------------------------------------------------
# The temporary folder
# ---------------------------------------------------------------------------

# Ends and removes everything; the exit status stays what it was.
clean_up()
{
	local status=$? group

	trap - EXIT
	for group in "${peer_groups[@]}"; do
		stop_process "-$group"
	done
	stop_clusters
	stop_endpoint
	stop_process "$peer_pid"
	[ -z "$work" ] || rm -rf "$work"
	exit "$status"
}

# Makes the folder, and has it removed.  TMPDIR is where it is made, unless
# programs cannot be run there, make or a socket's path would stumble over its
# name, or the user whom the server runs as may not go there; and then TMPDIR is
# in it, for what the programs called leave behind.
make_work()
{
	local place

	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	for place in "${TMPDIR:-/tmp}" /tmp /var/tmp; do
		! is_good_place "$place" || break
		say "Programs cannot work in $place: $why_not."
	done
	[ -n "$work" ] || die "Please set TMPDIR to another folder."
	TMPDIR=$work/tmp
	mkdir -m 1777 "$TMPDIR"
	export TMPDIR
}

# Makes the folder here, or sets why_not.  The longest path of a socket that
# Linux takes is 107 bytes, and the tests in Perl have a folder each.
is_good_place()
{
	local place=$1 others=()

	why_not="its name has other characters than A-Z, a-z, 0-9 and _./+,@%-"
	[[ $place =~ ^/[A-Za-z0-9_./+,@%-]*$ ]] || return 1
	why_not="its name is longer than 50 bytes"
	[ ${#place} -le 50 ] || return 1
	why_not="no folder can be made there"
	work=$(mktemp -d "${place%/}/lambda_fdw.XXXXXX" 2>/dev/null) || {
		work=""
		return 1
	}
	chmod 755 "$work"
	why_not="no program there can be run, or not by others"
	printf '#!/bin/sh\n' >"$work/program"
	chmod 755 "$work/program"
	[ "$(id -u)" != 0 ] || others=(setpriv --reuid=65534 --clear-groups)
	"${others[@]}" "$work/program" 2>/dev/null </dev/null && return
	rm -rf "$work"
	work=""
	return 1
}

# A server refuses to run as root, so root's servers are run by the user that
# Debian's package makes.
choose_server_user()
{
	server_user=(env HOME="$work")
	if [ "$(id -u)" = 0 ]; then
		id postgres >/dev/null 2>&1 ||
			die "There is no user postgres to run the server as."
		server_user+=(setpriv --reuid=postgres
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

# Copies the checkout, without what is built or ignored, to $work/source, for
# every user to read.
copy_source()
{
	local copy=(tar -C "$root" --mode="u=rwX,go=rX" -cf -)

	mkdir "$work/source"
	if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$root" ls-files -coz --exclude-standard |
			while IFS= read -rd '' file; do
				[ ! -e "$root/$file" ] || printf '%s\0' "$file"
			done | "${copy[@]}" --null -T -
	else
		"${copy[@]}" --exclude='*.o' --exclude='*.bc' --exclude='*.d' \
			--exclude='*.so' --exclude=./results --exclude=./tmp_check .
	fi | tar -C "$work/source" --no-same-owner -xf -
}

# The source in $work/source: of a folder where it is built, with its objects, or, where
# none is given, of the checkout.
take_source()
{
	if [ -n "${1-}" ]; then
		cp -a "$1" "$work/source"
	else
		copy_source
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
		-name 'aws_*' \) -exec rm -rf {} +)
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

# Ends a process that this shell started, or after a "-" the group that it leads;
# without one there is nothing to do.
stop_process()
{
	if [ -n "$1" ]; then
		kill -- "$1" 2>/dev/null || true
		wait "${1#-}" 2>/dev/null || true
	fi
}

# psql on the private cluster, without the user's own start-up file.
run_psql()
{
	"$pg_bin/psql" -X -v ON_ERROR_STOP=1 "$@"
}
