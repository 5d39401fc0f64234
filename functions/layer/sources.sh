# shellcheck shell=bash disable=SC2034,SC2154
# Where build.sh has sources and headers from: apt's repositories, without a
# change to the system.  Sourced after scripts/lib.sh, with $work made.
#
# IDENTIFICATION
#   functions/layer/sources.sh

# Suites that are asked after the machine's own, for what those do not have.
later_suites="trixie sid"

own_apt=()			# the options of an apt with a state of its own

# Exit status 77, by which who calls knows that nothing was tried.
cannot_have()
{
	say "build.sh: cannot be had on this machine: $*" >&2
	exit 77
}

# Prints what a sources.list needs: the machine's own repositories, sources
# too, and the suites that are asked after them.
list_repositories()
{
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg options=""
	local codename uri suite component kind

	[ ! -f "$keyring" ] || options="[signed-by=$keyring] "
	codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' | sort -u |
		while read -r uri suite component; do
			for kind in deb deb-src; do
				echo "$kind $options$uri $suite $component"
			done
			[ "$suite/$component" = "$codename/main" ] || continue
			for suite in $later_suites; do
				for kind in deb deb-src; do
					echo "$kind $options$uri $suite $component"
				done
			done
		done | sort -u
}

# Has apt's lists fetched into the temporary folder, once.  A repository that
# does not answer, or is signed by somebody else, is left out.
prepare_apt()
{
	local state=$work/apt_sources

	[ ${#own_apt[@]} = 0 ] || return 0
	command -v apt-get >/dev/null || cannot_have "there is no apt-get"
	mkdir -p "$state/lists/partial" "$state/archives/partial" "$state/parts"
	list_repositories >"$state/sources.list"
	own_apt=(-o Dir::Etc::SourceList="$state/sources.list"
		-o Dir::Etc::SourceParts="$state/parts"
		-o Dir::State::Lists="$state/lists" -o Dir::Cache="$state"
		-o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
	say "Fetching lists of sources ..."
	apt-get "${own_apt[@]}" -q update >"$work/apt.log" 2>&1 </dev/null || true
}

# Prints the source packages of a name, or that a binary package is built from:
# name and version, in the order in which they are tried.  PostgreSQL's are by
# release, the machine's own first, and the newest version of each first, for
# a newer release needs more to be built; others' are the newest first.
list_versions()
{
	apt-cache "${own_apt[@]}" showsrc "$1" 2>/dev/null |
		awk '/^Package: / { name = $2 } /^Version: / { print name, $2 }' |
		sort -u | sort -k1,1V -k2,2rV
}

# Prints where a source package's own tarball is, its name and its checksum.
find_tarball()
{
	apt-get "${own_apt[@]}" source --print-uris --only-source -qq \
		"$1=$2" 2>/dev/null </dev/null |
		sed -n "s/^'\([^']*\)' \([^ ]*\.orig\.tar\.[a-z0-9]*\) [0-9]* \(SHA256:.*\)/\1 \2 \3/p" |
		head -n 1
}

# fetch_source VARIABLE PACKAGE FOLDER: puts a tarball into the folder: the one
# that the variable names, or the first that apt's repositories still have.
fetch_source()
{
	local given=${!1-} package=$2 folder=$3 name version uri file checksum
	local tried=()

	mkdir -p "$folder"
	if [ -n "$given" ]; then
		[ -f "$given" ] || die "$1=$given: there is no such file."
		cp -- "$given" "$folder"
		return
	fi
	prepare_apt
	while read -r name version; do
		read -r uri file checksum < <(find_tarball "$name" "$version") ||
			continue
		if /usr/lib/apt/apt-helper "${own_apt[@]}" download-file "$uri" \
			"$folder/$file" "$checksum" >"$work/apt.log" 2>&1 </dev/null; then
			say "$file: $checksum"
			return 0
		fi
		rm -f "$folder/$file"
		tried+=("$name $version")
		say "$file: $(grep -m 1 -oE '[45][0-9]{2} +[A-Z][A-Za-z ]*' "$work/apt.log" ||
			tail -n 1 "$work/apt.log")"
	done < <(list_versions "$package")
	cannot_have "a source of $package ($(
		IFS=,
		echo "${tried[*]-apt knows none}"
	)); set $1 to a tarball"
}

# find_headers VERSION: sets python_include, gcc's options for the headers of
# this Python: an installed one's, or those of a package that is unpacked, not
# installed: they need nothing of the machine.
find_headers()
{
	local version=$1 python folder package=libpython$1-dev

	for python in "python$version" "/usr/bin/python$version"; do
		folder=$("$python" -c 'import sysconfig
print(sysconfig.get_path("include"))' 2>/dev/null </dev/null) || continue
		if [ -f "$folder/Python.h" ]; then
			python_include=("-I$folder")
			return 0
		fi
	done
	prepare_apt
	folder=$work/headers
	mkdir -p "$folder"
	(cd "$folder" && apt-get "${own_apt[@]}" -q download "$package") \
		>"$work/apt.log" 2>&1 </dev/null ||
		cannot_have "headers of Python $version ($package)"
	dpkg-deb -x "$folder"/*.deb "$folder/unpacked"
	say "$(basename "$folder"/*.deb): headers"
	python_include=("-I$folder/unpacked/usr/include/python$version"
		"-I$folder/unpacked/usr/include")
}
