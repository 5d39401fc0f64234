"""What a run has measured, as Markdown and as a plot."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone

import plot


def figure(value):
    """Three digits, as many as the noise leaves."""
    if value == 0:
        return "0"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.1 else f"{value:.2g}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True,
                              check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "not known"


def cpu_model():
    with open("/proc/cpuinfo") as cpuinfo:
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read(), re.M)
    return found[1] if found else platform.machine()


def system():
    try:
        with open("/etc/os-release") as release:
            return re.search(r'^PRETTY_NAME="?([^"\n]+)', release.read(), re.M)[1]
    except (OSError, TypeError):
        return platform.system()


def machine(bench):
    """What the figures depend on; no names, no places."""
    return (f"{cpu_model()}, {os.cpu_count()} cores; {system()}, Linux "
            f"{platform.release().split('-')[0]}; PostgreSQL {bench.server_version}; "
            f"libcurl {first_line('pkg-config', '--modversion', 'libcurl')}; "
            f"OpenSSL {first_line('pkg-config', '--modversion', 'libcrypto')}; "
            f"{first_line('cc', '--version')}")


def words(goal):
    """A goal's bound, what was measured, and whether it is met."""
    unit = f" {goal.unit}" if goal.unit else ""
    bound = "" if goal.limit is None else (
        f"{figure(goal.limit)}{unit}" if goal.floor == goal.limit else
        f"{figure(goal.floor)} to {figure(goal.limit)}{unit}" if goal.floor else
        f"≤ {figure(goal.limit)}{unit}")
    met = {True: "yes", False: "**no**", None: ""}[goal.met()]
    return bound, figure(goal.measured) + unit, met


def summary(goals):
    return table(("case", "beside", "goal", "measured", "met"),
                 [(goal.case, goal.beside, *words(goal)) for goal in goals])


def rows_of(title, measures):
    ours = measures["lambda_fdw"]
    rows = []
    for name, taken in measures.items():
        kind = "cpu" if taken.least("cpu") and ours.least("cpu") else "wall"
        ratio = "" if taken is ours else figure(ours.least(kind) / taken.least(kind))
        cpu = (figure(taken.least("cpu")), figure(taken.median("cpu"))) \
            if taken.least("cpu") else ("", "")
        rows.append((title if taken is ours else "", name, *cpu,
                     figure(taken.least("wall")), figure(taken.median("wall")), ratio))
    return rows


def details(bench):
    lines = []
    header = ("case", "contender", "CPU ms, least", "median", "wall ms, least", "median",
              "lambda_fdw takes")
    for group in dict.fromkeys(entry[0] for entry in bench.tables):
        lines += ["", f"### {group}", ""]
        rows = []
        notes = []
        for _, title, note, measures in (entry for entry in bench.tables if entry[0] == group):
            rows += rows_of(title, measures)
            if note and note not in notes:
                notes.append(note)
        lines += table(header, rows)
        for note in notes:
            lines += ["", note]
    return lines


def write(bench, work):
    """Prints the report, and writes results.md, summary.md and results.svg."""
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    where = machine(bench)
    lines = ["# Results", "",
             f"Measured by `bench/run` on {day}: {where}. "
             + ("**A quick run: no figures.** " if bench.quick else "")
             + "Ratios are of the least of all rounds; see [README.md](README.md).", ""]
    lines += ["![lambda_fdw beside its peers](results.svg)", "", "## Summary", ""]
    lines += summary(bench.goals)
    if bench.profile:
        lines += ["", "## Where the time of the first case goes", "", *bench.profile]
    lines += ["", "## All contenders", ""]
    lines += ["\"lambda_fdw takes\" is its CPU as a part of the contender's, or of its wall time where no CPU is its own."]
    lines += details(bench)
    if bench.skipped:
        lines += ["", "## Not run here", ""]
        lines += [f"* {what}: {why}" for what, why in bench.skipped]
    text = "\n".join(lines) + "\n"
    print("\n" + text, flush=True)
    with open(os.path.join(work, "results.md"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(work, "summary.md"), "w", encoding="utf-8") as file:
        with_goals = [goal for goal in bench.goals if goal.limit is not None]
        file.write(f"Measured on {day}: {where}. What has a goal; the rest is in "
                   "[bench/results.md](../bench/results.md), how in [bench](../bench).\n\n"
                   + "\n".join(summary(with_goals)) + "\n")
    with open(os.path.join(work, "results.svg"), "w", encoding="utf-8") as file:
        file.write(plot.draw(bench.goals, day))
