# shellcheck shell=bash
# Jobs that run side by side, each on machines of its own, and the steps that they
# report.  Sourced after lib.sh and lib_root.sh by scripts/matrix and
# scripts/packages: a job NAME:ARGUMENT is the function run_NAME.
# shellcheck disable=SC2154

# The Debian release that has a version of the server.
suite_of()
{
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo testing ;;
		19) echo experimental ;;
		*) return 1 ;;
	esac
}

# ---------------------------------------------------------------------------
# Results: jobs run side by side, so each line is written at once
# ---------------------------------------------------------------------------

system=""			# what a job's lines begin with
log=""				# the output of its last step

# One line for a step that was run, with its output if it failed.
report()
{
	local step=$1 status=$2 time=$3 word=${4:+: $4}
	local line="$system: $step (exit $status, $time)$word"

	(
		flock 6
		if [ "$status" = 0 ]; then
			say "ok - $line"
			echo passed >>"$work/results"
		else
			say "not ok - $line"
			grep -avE '^ok ' "$log" | tail -n 300 | sed 's/^/    /' || true
			echo failed >>"$work/results"
		fi
	) 6>"$work/lock"
}

# One line for steps that cannot be had here, which the last lines repeat.
report_skip()
{
	local step=$1 word=$2

	(
		flock 6
		say "skipped - $system: $step: $word"
		say "$system: $step: $word" >>"$work/skipped"
		echo skipped >>"$work/results"
	) 6>"$work/lock"
}

# The first test of a log that failed; or its first line that names an error, or
# its last.
first_error()
{
	grep -a -m 1 -E '^not ok|\.\.\. +FAILED' "$1" ||
		grep -av '^ok' "$1" | grep -a -m 1 -E \
			'\b([Ee]rror|ERROR|[Ff]atal|FATAL|PANIC)\b|^E: |No such|[Cc]annot|[Cc]ould not|Unable|not found|missing' ||
		grep -av '^ *$' "$1" | tail -n 1
}

# Runs a command as a step, and reports it; what its last line counts is shown.
step()
{
	local name=$1 status=0 word
	shift

	log=$work/log.$BASHPID
	timed "$log" "$@" || status=$?
	if [ "$status" = 0 ]; then
		word=$(tail -n 1 "$log" | grep -E '^[0-9]+ passed, 0 failed' || true)
	else
		word=$(first_error "$log" | cut -c 1-200)
	fi
	report "$name" "$status" "$(cat "$log.time")" "$word"
	return "$status"
}

# Runs a command whose output is results: a last line that counts them, TAP, or
# what pg_regress prints before PostgreSQL 16.  That none has passed is a failure.
counted()
{
	local output=$work/counted.$BASHPID status=0 good bad
	local regress='(test|     ) .*\.\.\. +'

	"$@" >"$output" 2>&1 || status=$?
	cat "$output"
	if ! tail -n 1 "$output" | grep -qE '^[0-9]+ passed, [0-9]+ failed'; then
		good=$(grep -cE "^(ok [0-9]|${regress}ok)" "$output" || true)
		bad=$(grep -cE "^(not ok [0-9]|${regress}FAILED)" "$output" || true)
		say "$good passed, $bad failed" | tee -a "$output"
	fi
	if [ "$status" = 0 ] && ! tail -n 1 "$output" |
		grep -qE '^[1-9][0-9]* passed, 0 failed'; then
		say "error: what passed is not what was to pass"
		status=1
	fi
	return "$status"
}

# Prints the commands of a block, the first or of this number, of a section of a
# page, without comments; of sh, or of another language.
page_block()
{
	awk -v title="## $2" -v wanted="${3:-1}" -v language="${4:-sh}" '
		$0 == title { found = 1; next }
		found && /^## / { exit }
		found && $0 == "```" language { inside = ++count == wanted; next }
		/^```/ { inside = 0 }
		inside { sub(/[ \t]+#.*/, ""); print }' "$work/source/$1"
}

# Sees to a suite's root, and to a layer of what a command changes in it; sets
# root_folder and layer.  Says so, and fails, where they cannot be had.
get_machine()
{
	local suite=$1 name=$2 command=$3 word

	log=$work/log.$BASHPID
	if ! get_root "$suite" >"$log" 2>&1; then
		word=$(first_error "$log" | cut -c 1-200)
		report_skip "$name" "no root: $word"
		return 1
	fi
	if ! get_layer "$name" "$command" >"$log" 2>&1; then
		word=$(first_error "$log" | cut -c 1-200)
		report_skip "$name" "its packages could not be had: $word"
		return 1
	fi
}

# ---------------------------------------------------------------------------
# Jobs
# ---------------------------------------------------------------------------

# Makes the temporary folder, with a copy of the source, and sees to its end.
begin_jobs()
{
	make_work
	trap leave EXIT
	: >"$work/results"
	copy_source
}

# What is printed where no root can be entered, for these jobs.
skip_all()
{
	for system in "$@"; do
		report_skip "all of it" "$why"
	done
	finish
}

# Runs jobs, MATRIX_JOBS at a time, each in a process group of its own.
run_jobs()
{
	local job pid status pids=() names=()

	set -m
	for job in "$@"; do
		while [ "$(jobs -rp | wc -l)" -ge "${MATRIX_JOBS:-2}" ]; do
			wait -n || true
		done
		run_job "$job" </dev/null &
		pids+=($!)
		names+=("$job")
	done
	set +m
	for pid in "${!pids[@]}"; do
		wait "${pids[pid]}" || {
			status=$?
			log=/dev/null
			system=${names[pid]}
			report "the script itself" "$status" "0 s" "ended early"
		}
	done
}

run_job()
{
	local status

	trap - EXIT INT TERM HUP
	"run_${1%%:*}" "${1#*:}"
	status=$?
	rm -rf "${run:?}/$BASHPID"
	return "$status"
}

# Ends the jobs, removes their overlays, and then what lib.sh made.
leave()
{
	local status=$? pid

	trap - EXIT
	set +e
	for pid in $(jobs -rp); do
		kill -KILL -- "-$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	[ -z "$run" ] || rm -rf "$run"
	(exit "$status")
	clean_up
}

# Prints the last lines, and fails if a step has.
finish()
{
	local failed skipped

	passed=$(grep -c '^passed' "$work/results" || true)
	failed=$(grep -c '^failed' "$work/results" || true)
	skipped=$(grep -c '^skipped' "$work/results" || true)
	if [ "$skipped" != 0 ]; then
		say "" "Not run here:"
		cat "$work/skipped"
	fi
	say "" "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}
