# shellcheck shell=bash
# Fresh machines for scripts/matrix, which sources it: what README.md says under
# "Try it" and "Install" is typed there as it says it.  Much here is for the
# shell of a root, and expands there.
# shellcheck disable=SC2016,SC2034,SC2154

# What a scenario is: sets major, prepare (what is done before the newcomer
# comes), ready (whether all packages are there), person, folder and setting.  What is
# the same on each machine with that server is left to scripts/test elsewhere, and of
# the tests in Perl there are a few, as they are to be had at all; UBSan is the
# compiler's, and Perl's tests the server's, which are others on Debian 13.
describe_scenario()
{
	local install="apt-get update -q && apt-get install -q -y --no-install-recommends"

	major=15
	prepare=true
	ready=no
	person=root
	folder=/srv/root/lambda_fdw
	setting="umask 022"
	left_out="fuzzers benchmark settings defects perl"
	case $1 in
		bare) ;;
		postgresql-only) prepare="$install postgresql" ;;
		libpq-dev-only) prepare="$install libpq-dev" ;;
		other-headers)
			# Debian 13 with the headers of Debian 12's server.
			major=17
			prepare="sed 's/trixie/bookworm/' /etc/apt/sources.list \
				>/etc/apt/sources.list.d/old.list && $install postgresql-17 \
				postgresql-server-dev-15 && rm /etc/apt/sources.list.d/old.list"
			;;
		no-rights)
			person=newcomer
			folder=/srv/newcomer/lambda_fdw
			;;
		tarball)
			ready=yes
			folder="/srv/root/path with blanks/lambda_fdw 1.0"
			;;
		umask-077)
			ready=yes
			setting="umask 077"
			;;
		en_US)
			ready=yes
			setting="export LANG=en_US.UTF-8"
			prepare="$install locales &&
				echo en_US.UTF-8 UTF-8 >/etc/locale.gen && locale-gen &&
				pg_dropcluster 15 main &&
				pg_createcluster --locale=en_US.UTF-8 15 main"
			;;
		Debian-13)
			major=17
			left_out="fuzzers benchmark defects"
			;;
		*) return 1 ;;
	esac
}

# Copies the source to a folder of the overlay: a clone, or what a tarball has.
place_source()
{
	local target=$overlay/upper$1

	mkdir -p "$target"
	if [ "$scenario" != tarball ] &&
		git -C "$root" rev-parse HEAD >/dev/null 2>&1; then
		git clone -q --depth 1 --no-checkout "file://$root" "$target" 2>&1
		cp -a "$work/source/." "$target"
		git -C "$target" reset -q
	else
		cp -a "$work/source/." "$target"
	fi
}

# A command that the newcomer types in a folder, as in_root takes it.
typed()
{
	local command

	printf -v command '%s\nexport TEST_LEAVE_OUT=%q\ncd %q\n%s' \
		"$setting" "$left_out" "$2" "$3"
	if [ "$1" != root ]; then
		printf -v command 'chown -R %s: %q\nrunuser -u %s -- env -i HOME=%s PATH=%s bash -c %q' \
			"$1" "$2" "$1" "/srv/$1" "${root_path//sbin/bin}" "$command"
	fi
	printf '%s' "$command"
}

# Succeeds if a command refuses at once and prints a line that installs what is
# missing; that line is run, as the administrator would.
asks_and_is_given()
{
	local output=$work/asked.$BASHPID line

	if (step_seconds=120 && "$@") >"$output" 2>&1; then
		say "error: nothing was asked for"
		return 1
	fi
	cat "$output"
	line=$(grep -E '^ +sudo apt-get update && sudo apt-get install ' "$output") || {
		say "error: no line that installs what is missing was printed"
		return 1
	}
	in_root "$overlay" "export DEBIAN_FRONTEND=noninteractive
		${line//sudo /}"
}

# The commands of "Try it", and of "Install" on a server that is running.
run_fresh()
{
	local scenario=$1 line lines major prepare ready person folder setting left_out

	describe_scenario "$scenario"
	open_fresh || return 0
	mapfile -t lines < <(page_block README.md "Try it")
	for line in "${lines[@]}"; do
		if [ "$person" != root ]; then
			step "$line names what it needs" asks_and_is_given \
				in_root "$overlay" "$(typed "$person" "$folder" "$line")" || true
		fi
		case $line in
			*/test) try counted "$line" ;;
			*) try "" "$line" ;;
		esac
	done
	[ ${#lines[@]} -ge 2 ] || step "README.md's commands are found" false || true
	step "Install" in_root "$overlay" "$(install_command)" || true
	close_overlay "$overlay"
}

# A step of what the newcomer types; the first argument is a
# command that runs it and checks its result, or empty.
try()
{
	# shellcheck disable=SC2086
	step "$2" $1 in_root "$overlay" "$(typed "$person" "$folder" "$2")" || true
}

# Sees to the root and what is in it before the newcomer comes.
open_fresh()
{
	local suite word lower=()

	suite=$(suite_of "$major")
	system="$scenario, Debian $suite"
	log=$work/log.$BASHPID
	overlay=$run/$BASHPID
	if ! get_root "$suite" >"$log" 2>&1; then
		word=$(first_error "$log" | cut -c 1-200)
		report_skip "README.md" "no root: $word"
		return 1
	fi
	if [ "$ready" = yes ]; then
		get_layer "$major" "$(layer_command "$major")" >"$log" 2>&1 &&
			lower=("$layer")
	fi
	open_overlay "$overlay" "${lower[@]}" "$root_folder/root"
	if { [ "$ready" = yes ] && [ ${#lower[@]} = 0 ]; } ||
		! in_root "$overlay" "export DEBIAN_FRONTEND=noninteractive
			mkdir -m 700 /srv/root && useradd -m -d /srv/newcomer newcomer && $prepare" >"$log" 2>&1; then
		word=$(first_error "$log" | cut -c 1-200)
		report_skip "README.md" "its packages could not be had: $word"
		return 1
	fi
	place_source "$folder" >"$log" 2>&1
	place_source /srv/newcomer/install >>"$log" 2>&1
	system=$(in_root "$overlay" \
		'. /etc/os-release; echo "${PRETTY_NAME/ GNU\/Linux/}"')
	system="$scenario, $system"
}

# The commands of "Install", typed by one who may use sudo and who is a
# superuser of a running server; it has the usual port, which may be another's on
# this machine, on a socket.
install_command()
{
	local block

	block=$(page_block README.md Install)
	[ -n "$block" ] || block="echo 'error: README.md has no commands'; false"
	cat <<-END
		set -e
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -q
		apt-get install -q -y --no-install-recommends sudo python3 postgresql
		echo 'newcomer ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/newcomer
		echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/assume-yes
		pg_conftool $major main set listen_addresses ''
		pg_conftool $major main set port 5432
		pg_ctlcluster $major main start
		runuser -u postgres -- createuser -s newcomer
		$(typed newcomer /srv/newcomer/install "set -ex
		$block") || {
			status=\$?
			cat /srv/newcomer/install/regression.diffs 2>/dev/null
			exit \$status
		}
	END
}
