"""How the cases of bench/ are measured: sessions, races, results.

A case is a race: its contenders take turns, so that whatever else the machine
does meets all of them, and what each returns is compared.  CPU is that of the
session's backend alone, or of the process where a contender is none of the
server's; the least of all rounds is compared, because noise only adds.
"""

import os
import re
import statistics
import subprocess
import tempfile
import time

KEYS = ("aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key "
        "'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'")


class Disagreement(Exception):
    """Contenders return different rows."""


class Skipped(Exception):
    """A case, or a contender, that cannot be had here."""


class SqlError(Exception):
    """What the server said."""


class Session:
    """A psql that stays, and its backend."""

    def __init__(self, *settings):
        self.errors = tempfile.TemporaryFile("w+")
        self.psql = subprocess.Popen(
            [os.environ["BENCH_PSQL"], "-X", "-q", "-A", "-t", "-F", "\x1f"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stderr=self.errors)
        for setting in ("SET client_min_messages = error", *settings):
            self.query(setting)
        self.pid = int(self.value("SELECT pg_backend_pid()"))

    def start(self, sql):
        """Sends a statement and does not wait for it."""
        end = "" if sql.startswith("\\") or sql.rstrip().endswith(";") else ";"
        self.psql.stdin.write(sql + end + "\n\\echo <end>\n")
        self.psql.stdin.flush()

    def finish(self):
        """The rows of what was started; raises what the server said instead."""
        rows = []
        while True:
            line = self.psql.stdout.readline().rstrip("\n")
            if line == "<end>" or not line and self.psql.poll() is not None:
                break
            rows.append(line.split("\x1f"))
        if self.psql.poll() is not None or os.fstat(self.errors.fileno()).st_size:
            self.errors.seek(0)
            said = self.errors.read().strip()
            self.errors.seek(0)
            self.errors.truncate()
            raise SqlError(said or "psql has ended")
        return rows

    def query(self, sql):
        self.start(sql)
        return self.finish()

    def value(self, sql):
        return self.query(sql)[0][0]

    def cpu_ms(self):
        """CPU of the backend so far; exact while it waits."""
        return cpu_ms(self.pid)

    def memory_kb(self, name):
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(rf"^{name}:\s+(\d+)", status.read(), re.M)[1])

    def measure(self, sql):
        """(CPU in ms, wall time in ms, rows) of a statement."""
        before, started = self.cpu_ms(), time.monotonic()
        rows = self.query(sql)
        wall = (time.monotonic() - started) * 1000
        return self.cpu_ms() - before, wall, rows

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()
        self.psql.stdout.close()
        self.errors.close()


def cpu_ms(pid):
    with open(f"/proc/{pid}/schedstat") as schedstat:
        return int(schedstat.read().split()[0]) / 1e6


def pin(pid, cpu):
    """Keeps a process on a processor, None: on none.  Two processes that answer
    each other cost either of them now this and now that, as the scheduler has
    them on one processor or on two."""
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, cpus if cpu is None else {cpus[cpu % len(cpus)]})


class Measures:
    """What the rounds of a contender took."""

    def __init__(self):
        self.cpu = []
        self.wall = []

    def add(self, cpu, wall):
        self.cpu.append(cpu)
        self.wall.append(wall)

    def least(self, kind):
        return min(getattr(self, kind))

    def median(self, kind):
        return statistics.median(getattr(self, kind))


class Goal:
    """What a case's summary says: a figure beside a peer's, and what it may be."""

    def __init__(self, case, beside, limit, measured, unit="", floor=None):
        self.case = case
        self.beside = beside
        self.limit = limit          # None: no goal, a figure to know
        self.floor = floor          # the least it may be, where it is a band
        self.measured = measured
        self.unit = unit            # "": a ratio

    def met(self):
        if self.limit is None:
            return None
        return (self.floor or 0) <= self.measured <= self.limit


class Bench:
    """A run: its server and endpoint, what it has measured so far."""

    def __init__(self, work, rounds, quick, plain, secure, endpoint):
        self.work = work
        self.endpoint = endpoint    # the process
        self.rounds = rounds
        self.quick = quick
        self.plain = plain
        self.secure = secure
        self.planted = None         # what is wrong on purpose, to see it found
        self.group = ""             # what the cases under way are about
        self.failed = False
        self.server_version = ""
        self.profile = []           # lines of Markdown
        self.tables = []            # (group, title, note, measures)
        self.goals = []
        self.skipped = []           # (what, why)
        self.opened = []

    def session(self, *settings):
        session = Session(*settings)
        self.opened.append(session)
        return session

    def close_sessions(self):
        for session in self.opened:
            session.close()
        self.opened = []

    def skip(self, what, why):
        self.skipped.append((what, why))
        print(f"  {what}: skipped, {why}", flush=True)

    def goal(self, *arguments, **named):
        goal = Goal(*arguments, **named)
        self.goals.append(goal)
        said = {True: "met", False: "MISSED", None: ""}[goal.met()]
        limit = "" if goal.limit is None else f", goal {goal.limit:g}"
        print(f"  {goal.case} / {goal.beside}: "
              f"{goal.measured:.3g} {goal.unit}{limit} {said}", flush=True)

    def race(self, title, contenders, rounds=None, seconds=20, note=""):
        """Runs contenders, a dictionary of callables that return CPU and wall
        time in ms and a result, in turns; the results must be equal.  Ends after
        rounds, or after these seconds once each had three turns.  Rounds 1 and 2
        warm up and do not count.
        """
        rounds = rounds or self.rounds
        seconds = seconds / 5 if self.quick else seconds
        warm_up = 1 if self.quick else 2
        measures = {name: Measures() for name in contenders}
        names = list(contenders)
        expected = None
        until = time.monotonic() + seconds
        for number in range(-warm_up, rounds):
            if number >= (2 if self.quick else 3) and time.monotonic() > until:
                break
            names.append(names.pop(0))
            for name in names:
                cpu, wall, result = contenders[name]()
                if expected is None:
                    expected = (name, result)
                elif result != expected[1]:
                    raise Disagreement(
                        f"{title}: {name} returns {str(result)[:200]}, "
                        f"{expected[0]} {str(expected[1])[:200]}")
                if number >= 0:
                    measures[name].add(cpu, wall)
        self.tables.append((self.group, title, note, measures))
        return measures

    def compare(self, case, measures, beside, limit, kind="cpu", ours="lambda_fdw",
                label=None):
        """The summary's line of a race: least of ours by least of the peer's."""
        if beside not in measures:
            return
        ratio = measures[ours].least(kind) / measures[beside].least(kind)
        self.goal(case, f"{label or beside}, {'CPU' if kind == 'cpu' else 'wall'}",
                  limit, ratio)


def agree(case, digests):
    """Raises Disagreement unless all values of a dictionary are equal."""
    (first, expected), *others = digests.items()
    for name, digest in others:
        if digest != expected:
            raise Disagreement(f"{case}: {name} and {first} return different rows")


def wall_of(function):
    """A contender that is a function of one's own: no CPU is known of it."""
    def run():
        started = time.monotonic()
        result = function()
        return 0.0, (time.monotonic() - started) * 1000, result
    return run


def create_servers(bench):
    """The extensions and servers that all cases share."""
    session = bench.session()
    bench.server_version = session.value("SHOW server_version").split(" ")[0]
    session.query("CREATE EXTENSION lambda_fdw")
    session.query("CREATE EXTENSION file_fdw")
    session.query("CREATE EXTENSION postgres_fdw")
    session.query("CREATE EXTENSION aws_lambda CASCADE")
    session.query("CREATE SERVER files FOREIGN DATA WRAPPER file_fdw")
    for name, url, more in (("aws", bench.plain, ""),
                            # aws_lambda.invoke calls by the server of this name
                            ("aws_lambda", bench.plain, ""),
                            ("tls", bench.secure,
                             f", ca_bundle '{bench.work}/bundle.pem'")):
        session.query(f"CREATE SERVER {name} FOREIGN DATA WRAPPER lambda_fdw "
                      f"OPTIONS (region 'eu-west-1', endpoint '{url}'{more})")
        session.query("CREATE USER MAPPING FOR CURRENT_USER SERVER "
                      f"{name} OPTIONS ({KEYS})")
    session.query("""
CREATE TABLE documents (name text, body text);
ALTER TABLE documents ALTER body SET STORAGE EXTERNAL;
-- A statement's CPU and wall time, with a document in memory as $1, and as jsonb
-- as $2.  What a process has used is known exactly where it has just slept.
CREATE FUNCTION measure(query text, document text, OUT cpu_us float8,
                        OUT wall_us float8, OUT result text)
LANGUAGE plpgsql AS $measure$
DECLARE
  as_json json;
  as_jsonb jsonb;
  used bigint;
  started timestamptz;
BEGIN
  SELECT (body || '')::json INTO as_json FROM documents WHERE name = document;
  IF query LIKE '%$2%' THEN
    as_jsonb := as_json::jsonb;
  END IF;
  PERFORM pg_sleep(0.001);
  used := split_part(pg_read_file('/proc/self/schedstat'), ' ', 1);
  started := clock_timestamp();
  EXECUTE query INTO result USING as_json, as_jsonb;
  wall_us := extract(epoch FROM clock_timestamp() - started) * 1e6;
  PERFORM pg_sleep(0.001);
  cpu_us := (split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint - used) / 1000.0;
END
$measure$;
""")


def in_memory(session, query, document):
    """A contender: a statement by the function measure."""
    quoted = query.replace("'", "''")

    def run():
        cpu, wall, result = session.query(
            f"SELECT * FROM measure('{quoted}', '{document}')")[0]
        return float(cpu) / 1000, float(wall) / 1000, result
    return run


def statement(session, sql):
    """A contender: a statement of a session."""
    return lambda: session.measure(sql)
