# shellcheck shell=bash
# Roots of Debian's releases, layers of packages over them, and throwaway
# overlays to run commands in as a machine of its own.  Sourced after lib.sh.
#
# In the user's cache folder, all of which may be removed at any time:
#
#	roots/SUITE.TIME/root		a release, as mmdebstrap makes it
#	roots/SUITE.TIME/layers/NAME	what a command changed in it
#	packages			the packages that were downloaded
#	run.*				the overlays of a run under way

# shellcheck disable=SC2154
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/lambda_fdw
# A root is made anew after so many days.
root_days=${MATRIX_ROOT_DAYS:-7}
# A command that takes longer is ended.
step_seconds=${MATRIX_STEP_SECONDS:-2700}

run=""				# the folder of this run's overlays
mirror=""			# where Debian's packages come from
why=""				# why something cannot be had here

# What a command is given, and nothing else: neither locale nor TMPDIR.
root_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Runs in namespaces of its own: mounts the overlay, and what every system has.
# localhost has two addresses there, as on most machines, where this kernel has
# both.  The shell stays, as the init that reaps orphans; all else ends with it.
# shellcheck disable=SC2016
enter='
set -eu
machine=$1/merged
mount -t overlay overlay \
	-o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$machine"
mount -t proc proc "$machine/proc"
mount --rbind /dev "$machine/dev"
mount -t tmpfs -o mode=1777 tmpfs "$machine/dev/shm"
cat /etc/resolv.conf >"$machine/etc/resolv.conf"
cat /etc/hosts >"$machine/etc/hosts"
if grep -q "^0*1 " /proc/net/if_inet6 2>/dev/null &&
	! grep -q "^::1[[:space:]].*localhost" /etc/hosts; then
	echo "::1 localhost" >>"$machine/etc/hosts"
fi
chroot "$machine" /usr/bin/env -i PATH="$4" HOME=/root bash -c "$3" || exit
'

# Debian's mirror that this machine's apt uses: where its own release is from.
find_mirror()
{
	local release=""

	if [ -r /etc/os-release ]; then
		# shellcheck source=/dev/null
		release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	fi
	mirror=${MATRIX_MIRROR:-$(apt-get indextargets \
		--format "\$(RELEASE) \$(SITE)" 'Created-By: Packages' 2>/dev/null |
		awk -v release="$release" '$1 == release { print $2; exit }')}
	[ -n "$mirror" ]
}

# Makes this run's folder, and removes those of runs that were killed.
make_run()
{
	local folder

	mkdir -p "$cache/roots" "$cache/packages"
	for folder in "$cache"/run.*; do
		[ ! -d "$folder" ] || flock -n "$folder" rm -rf "$folder" || true
	done
	find "$cache/packages" -name '*.deb' -mtime +30 -delete
	run=$(mktemp -d "$cache/run.XXXXXX")
	chmod 755 "$run"
	exec 7<"$run"
	flock -s 7
}

# Whether overlays can be mounted and entered here; installs what that needs.
# Else why says what is in the way.
can_enter()
{
	why=""
	if [ "$(id -u)" != 0 ]; then
		why="roots are made and mounted by root; please run it as root"
	elif ! command -v unshare >/dev/null || ! command -v flock >/dev/null; then
		why="there is no unshare or flock here (Debian's package util-linux)"
	elif ! unshare --mount --pid --ipc --fork --kill-child true 2>/dev/null; then
		why="unshare is not allowed here"
	elif ! command -v mmdebstrap >/dev/null &&
		! (add_packages mmdebstrap) >/dev/null 2>&1; then
		why="there is no mmdebstrap, and it could not be installed"
	elif ! find_mirror; then
		why="apt tells no mirror of Debian's here; set MATRIX_MIRROR to one"
	elif ! make_run || ! can_mount; then
		why="no overlay can be mounted in $cache"
	fi
	[ -z "$why" ]
}

# shellcheck disable=SC2016
can_mount()
{
	mkdir "$run/probe" "$run/probe"/{lower,upper,work,merged}
	unshare --mount bash -c 'mount -t overlay overlay -o "$2" "$1"' probe \
		"$run/probe/merged" "lowerdir=$run/probe/lower,$(
			)upperdir=$run/probe/upper,workdir=$run/probe/work" 2>/dev/null
}

# ---------------------------------------------------------------------------
# Packages that were downloaded
# ---------------------------------------------------------------------------

# Links the cached packages into a system, where apt-get looks before it loads.
lend_packages()
{
	mkdir -p "$1/var/cache/apt/archives"
	find "$cache/packages" -name '*.deb' \
		-exec cp -lft "$1/var/cache/apt/archives" {} +
}

# Takes what a system has loaded into the cache, and out of the system.  These are
# two walks: in one, find removes what does not fit into the first command that
# copies, and has not been copied yet.
keep_packages()
{
	local folder=$1/var/cache/apt/archives

	[ -d "$folder" ] || return 0
	find "$folder" -maxdepth 1 -name '*.deb' \
		-exec cp -lnt "$cache/packages" {} + &&
		find "$folder" -maxdepth 1 -name '*.deb' -delete
}

# ---------------------------------------------------------------------------
# Roots and layers
# ---------------------------------------------------------------------------

# Finds a suite's newest root that is not too old, or that is of any age;
# sets root_folder.
find_root()
{
	local suite=$1 age=$2 folder

	root_folder=""
	for folder in "$cache/roots/$suite".[0-9]*; do
		[ ! -d "$folder" ] || root_folder=$folder
	done
	[ -n "$root_folder" ] && { [ "$age" = any ] ||
		[ -n "$(find "$root_folder" -maxdepth 0 -mmin "-$((root_days * 1440))")" ]; }
}

# Has mmdebstrap make a root in a folder.  A snapshot's releases are long
# expired, and a cache needs no fsync.
run_mmdebstrap()
{
	local suite=$1 folder=$2 lines=() options=()

	case $suite in
		experimental)
			lines=("deb $mirror unstable main" "deb $mirror experimental main")
			suite=unstable
			;;
		*) lines=("deb $mirror $suite main") ;;
	esac
	case $mirror in
		https:*) options=(--include=ca-certificates) ;;
	esac
	mkdir -p "$run/lent.$BASHPID"
	lend_packages "$run/lent.$BASHPID"
	# shellcheck disable=SC2016
	env -u TMPDIR lent="$run/lent.$BASHPID/var/cache/apt/archives" \
		nice -n 10 mmdebstrap \
		--mode=root --variant=minbase --format=directory "${options[@]}" \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--dpkgopt=force-unsafe-io \
		--skip=download/empty --skip=essential/unlink \
		--setup-hook='mkdir -p "$1/var/cache/apt/archives"' \
		--setup-hook='cp -r "$lent/." "$1/var/cache/apt/archives"' \
		--customize-hook='cp -r "$1/var/cache/apt/archives/." "$lent"' \
		--customize-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d"' \
		--customize-hook='chmod 755 "$1/usr/sbin/policy-rc.d"' \
		"$suite" "$folder" "${lines[@]}" </dev/null &&
		keep_packages "$run/lent.$BASHPID"
}

# Sees to a suite's root, and sets root_folder.  Another run may make it at the
# same time; none removes what another uses.  Fails if there is none at all.
get_root()
{
	local suite=$1 folder

	exec 8>"$cache/roots/$suite.lock"
	flock 8
	if ! find_root "$suite" fresh; then
		# Who holds the lock is alone, so that what is there was left behind.
		rm -rf "$cache/roots/new.$suite".*
		folder=$cache/roots/new.$suite.$BASHPID
		mkdir -p "$folder/layers"
		if run_mmdebstrap "$suite" "$folder/root"; then
			for root_folder in "$cache/roots/$suite".[0-9]*; do
				[ ! -d "$root_folder" ] ||
					flock -n "$root_folder" rm -rf "$root_folder" || true
			done
			root_folder=$cache/roots/$suite.$(date +%s)
			touch "$folder"
			mv "$folder" "$root_folder"
		else
			rm -rf "$folder"
			find_root "$suite" any || return
		fi
	fi
	exec 9<"$root_folder"
	flock -s 9
	exec 8>&-
}

# Runs a command once in an overlay of root_folder, and keeps what it changed
# as a layer; sets layer.  A layer is named after what made it.
get_layer()
{
	local name=$1 command=$2 folder

	layer=$root_folder/layers/$name.$(cksum <<<"$command" | cut -d' ' -f1)
	exec 8>"$layer.lock"
	flock 8
	if [ ! -d "$layer" ]; then
		folder=$run/layer.$BASHPID
		open_overlay "$folder" "$root_folder/root"
		niceness=10 in_root "$folder" "$command" || return
		close_overlay "$folder"
		mv "$folder/upper" "$layer"
	fi
	exec 8>&-
}

# ---------------------------------------------------------------------------
# Overlays
# ---------------------------------------------------------------------------

# Makes an overlay over these folders, the topmost first.
open_overlay()
{
	local folder=$1 lower
	shift

	mkdir -p "$folder"/{upper,work,merged}
	lower=$(printf ':%s' "$@")
	printf '%s' "${lower#:}" >"$folder/lower"
	lend_packages "$folder/upper"
}

# Keeps the packages that were loaded in an overlay.
close_overlay()
{
	keep_packages "$1/upper"
}

# Runs a shell command as root in an overlay, which keeps what it changes until
# the next.  What the command started ends with it.
in_root()
{
	nice -n "${niceness:-0}" timeout --foreground -s KILL "$step_seconds" \
		unshare --mount --pid --ipc --fork --kill-child \
		bash -c "$enter" enter "$1" "$(<"$1/lower")" "$2" "$root_path"
}
