"""Three hundred sessions, and an endpoint that hangs.

IDENTIFICATION
  test/soak/breaker.py
"""

import re
import threading
import time

import tables
from libpq import SqlError

SESSIONS = 300
FAST_MS = 50                # "milliseconds", on a machine that is busy
HANGS_S = 5
SQL = "SELECT count(*) FROM exact_breaking.rows"
BREAKER_S = int(re.search(r"breaker_seconds '(\d+)'",
                          tables.SERVERS["breaking"][0])[1])
SLACK_S = 1.0               # for a poll and a probe


def attempt(session):
    """(whether it succeeds, milliseconds)."""
    started = time.monotonic()
    try:
        session.query(SQL)
        good = True
    except SqlError:
        good = False
    return good, (time.monotonic() - started) * 1000


def together(sessions):
    """Each session's attempt, all at once."""
    results = [None] * len(sessions)

    def one(number):
        results[number] = attempt(sessions[number])
    threads = [threading.Thread(target=one, args=(number,), daemon=True)
               for number in range(len(sessions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def received(soak):
    return sum(soak.ask("/counts")["breaking"]["received"].values())


def run(verdict, session):
    soak = verdict.soak
    sessions = [soak.connect() for _ in range(SESSIONS)]
    soak.ask("/set", {"breaking": True})
    results = together(sessions[:-1])
    verdict.check("all sessions fail while the endpoint hangs", [
        f"session {number}: {result}" for number, result in enumerate(results)
        if result is None or result[0]])
    took = min(attempt(sessions[-1])[1] for _ in range(3))
    verdict.check(f"session {SESSIONS} fails in {took:.1f} ms",
                  [] if took < FAST_MS else [f"not in {FAST_MS} ms"])
    before, started, tries = received(soak), time.monotonic(), 0
    while time.monotonic() < started + HANGS_S:
        attempt(sessions[tries % SESSIONS])
        tries += 1
    probes = received(soak) - before
    verdict.check(f"{tries} calls in {HANGS_S} s are {probes} requests",
                  [] if probes <= HANGS_S / BREAKER_S + 1 and tries > 2 * probes
                  else ["no more than one in each breaker_seconds was expected"])
    recover(verdict, sessions)
    for one in sessions:
        one.close()
    return session


def recover(verdict, sessions):
    soak = verdict.soak
    # What hangs is given up first, so that the probe is one after recovery.
    time.sleep(1)
    soak.ask("/set", {"breaking": False})
    before, recovered = received(soak), time.monotonic()
    tries = 0
    while not attempt(sessions[tries % SESSIONS])[0] and \
            time.monotonic() < recovered + 30:
        tries += 1
        time.sleep(0.02)
    waited = time.monotonic() - recovered
    probes = received(soak) - before
    verdict.check(f"traffic is back {waited:.1f} s after recovery, at the probe", [
        *([] if waited < BREAKER_S + SLACK_S else ["that is too late"]),
        *([] if probes == 1 else [f"{probes} requests until then, not one"])])
    results = together(sessions)
    verdict.check("all sessions go on", [
        f"session {number}: {result}" for number, result in enumerate(results)
        if not (result and result[0])])
