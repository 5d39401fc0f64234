"""One backend is killed: core ends all sessions, and everything starts anew.

IDENTIFICATION
  test/soak/crash.py
"""

import os
import signal
import threading
import time

import tables
from libpq import SqlError

SHORT_SECONDS = 6
SHORT_SESSIONS = 30


def hang(soak):
    """Sessions that have all slots of a server, and some that wait for one."""
    sessions = [soak.connect() for _ in range(2 * tables.MAX_IN_FLIGHT)]

    def wait(session):
        try:
            session.query("SELECT count(*) FROM exact_limited.hangs WHERE tag = ''")
        except SqlError:
            pass
    threads = [threading.Thread(target=wait, args=(session,), daemon=True)
               for session in sessions]
    for thread in threads:
        thread.start()
    return sessions, threads


def run(verdict, session):
    soak = verdict.soak
    reset_at = session.value("SELECT stats_reset FROM lambda_fdw_shared_memory()")
    sessions, threads = hang(soak)
    until = time.monotonic() + 20
    wanted = [str(tables.MAX_IN_FLIGHT)] * 2
    found = None
    while found != wanted and time.monotonic() < until:
        time.sleep(0.1)
        found = session.query("SELECT in_flight, waiting FROM "
                              "pg_stat_lambda_servers WHERE server = 'limited'")
        found = found and found[0]
    verdict.check("all slots are taken, and as many sessions wait",
                  [] if found == wanted else [f"in_flight, waiting: {found}"])
    os.kill(sessions[0].pid, signal.SIGKILL)
    for thread in threads:
        thread.join(30)
    verdict.check("kill -9 ends all sessions", [
        f"session {number} goes on" for number, thread in enumerate(threads)
        if thread.is_alive()])
    for one in (*sessions, session):
        one.close()
    session = soak.connect()
    verdict.check("no slot is taken after it", verdict.busy(session))
    rows = session.query("SELECT stats_reset FROM lambda_fdw_shared_memory() "
                         f"WHERE stats_reset > '{reset_at}'")
    left = session.query("SELECT server, function FROM pg_stat_lambda")
    verdict.check("the statistics begin anew", [
        *([] if rows else [f"stats_reset is not later than {reset_at}"]),
        *map(str, left)])
    # The short suite: the load once more, on what is left of the server.
    soak.begin_again(SHORT_SECONDS, min(SHORT_SESSIONS, soak.arguments.sessions))
    verdict.before(session)
    soak.load()
    verdict.after_load(session)
    soak.release()
    return session
