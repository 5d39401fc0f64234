"""A statement that hangs in a call: how fast it is cancelled, and whether DROP
DATABASE, which waits for every backend, waits for it; beside postgres_fdw."""

import time

from harness import SqlError


def create(bench, session):
    session.query(f"""
CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host '{session.value("SHOW unix_socket_directories")}', dbname 'postgres');
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
CREATE VIEW sleeper AS SELECT 1 AS n FROM pg_sleep(300);
CREATE FOREIGN TABLE hang_lambda (n int) SERVER aws OPTIONS (function_arn 'hang');
CREATE FOREIGN TABLE hang_postgres (n int) SERVER loopback OPTIONS (table_name 'sleeper');
""")


def begin(session, table):
    session.start(f"SELECT n FROM {table}")
    time.sleep(0.2)


def cancel(session, other):
    """The time from the cancellation to the session's answer, in ms."""
    started = time.monotonic()
    other.query(f"SELECT pg_cancel_backend({session.pid})")
    try:
        session.finish()
    except SqlError as error:
        if "cancel" not in str(error):
            raise
    else:
        raise SqlError("the statement was not cancelled")
    return (time.monotonic() - started) * 1000


def cancelled(session, other, table):
    def run():
        begin(session, table)
        return 0.0, cancel(session, other), "cancelled"
    return run


def dropped(session, other, table):
    def run():
        other.query("CREATE DATABASE dropped_meanwhile STRATEGY wal_log")
        if table:
            begin(session, table)
        started = time.monotonic()
        other.query("DROP DATABASE dropped_meanwhile")
        wall = (time.monotonic() - started) * 1000
        if table:
            cancel(session, other)
        return 0.0, wall, "dropped"
    return run


def run(bench):
    create(bench, bench.session())
    other = bench.session()
    sessions = {"lambda_fdw": (bench.session(), "hang_lambda"),
                "postgres_fdw": (bench.session(), "hang_postgres")}
    rounds = min(bench.rounds, 11)
    for case, contender in (("cancel while hanging", cancelled),
                            ("DROP DATABASE meanwhile", dropped)):
        contenders = {name: contender(session, other, table)
                      for name, (session, table) in sessions.items()}
        if contender is dropped:
            contenders["nobody hangs"] = dropped(None, other, None)
        measures = bench.race(case, contenders, rounds=rounds, seconds=15)
        # no slower, but for the noise of times that small
        ours, theirs = (measures[name].least("wall") for name in sessions)
        bench.goal(case, f"postgres_fdw ({theirs:.1f} ms), wall", theirs * 1.1 + 1, ours, unit="ms")
