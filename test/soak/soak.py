#!/usr/bin/env python3
"""A hundred sessions for as long as it is told, and what must hold afterwards.

Runs on the server that PGHOST names; see README.md beside this file.
scripts/soak prepares all that.

IDENTIFICATION
  test/soak/soak.py
"""

import argparse
import collections
import http.client
import json
import os
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
import measure  # noqa: E402
import tables  # noqa: E402
from libpq import Session, SqlError  # noqa: E402
from load import GRACE_SECONDS, STATEMENT_SECONDS, Worker  # noqa: E402
from meddle import Meddler  # noqa: E402
from verdict import Verdict  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = 24


class Soak:
    """A run."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.faults = []
        self.samples = []
        self.workers = []
        self.target = None
        self.ports = {}
        self.grace = GRACE_SECONDS
        self.verdict = Verdict(self)
        if arguments.defect == "wait":
            self.grace = 2 - STATEMENT_SECONDS
        elif arguments.defect == "limit":
            tables.SERVERS["free"] = ("", 2)

    # -- what everybody uses

    def count(self, what, how):
        with self.lock:
            self.counts[what, how] += 1

    def fault(self, what):
        with self.lock:
            self.faults.append(what)

    @staticmethod
    def connect(*settings):
        """A session; the server may be starting, or out of connections."""
        until = time.monotonic() + 60
        while True:
            try:
                return Session(*settings)
            except SqlError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def ask(self, path, body=None):
        """A command to the endpoint, or its account."""
        connection = http.client.HTTPConnection("127.0.0.1",
                                                self.ports["control"], timeout=30)
        connection.request("POST", path, json.dumps(body or {}))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def start_target(self):
        file = os.path.join(self.arguments.work, "ports")
        command = [sys.executable, os.path.join(HERE, "target.py"),
                   "--ports", file, *tables.SERVERS]
        if self.arguments.defect == "miscount":
            command += ["--defect", "miscount"]
        self.target = subprocess.Popen(command)
        while not os.path.exists(file):
            if self.target.poll() is not None:
                sys.exit("The endpoint did not start.")
            time.sleep(0.05)
        with open(file, encoding="ascii") as ports:
            self.ports = json.load(ports)

    # -- the load

    def begin_again(self, seconds, sessions):
        """What a further load starts from."""
        self.arguments.seconds, self.arguments.sessions = seconds, sessions
        self.workers, self.samples, self.faults = [], [], []

    def sample(self, started, session):
        if self.target.poll() is not None:
            sys.exit("The endpoint has ended.")
        pids = [worker.session.pid for worker in self.workers
                if worker.steady and worker.session]
        self.samples.append(measure.Sample(
            time.monotonic() - started, self.arguments.data,
            self.arguments.postmaster, pids, session))
        print(self.samples[-1].line(), flush=True)

    def load(self):
        """All sessions at work, until the time is over and all are idle."""
        arguments = self.arguments
        self.workers += [Worker(number, self, number % 10 < 7)
                         for number in range(arguments.sessions)]
        meddler = Meddler(self, self.workers)
        watcher = self.connect()
        for thread in (*self.workers, meddler):
            thread.start()
        started = time.monotonic()
        pause = arguments.seconds / SAMPLES
        for number in range(1, SAMPLES + 1):
            time.sleep(max(0, started + number * pause - time.monotonic()))
            self.sample(started, watcher)
            self.check_waits(watcher)
        for worker in self.workers:
            worker.stops.set()
        until = time.monotonic() + 120
        while not all(worker.idle.is_set() for worker in self.workers):
            self.check_waits(watcher)
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        for worker in self.workers:
            if not worker.idle.is_set():
                self.fault(f"{worker.name} does not end: {worker.what}")
        meddler.stops.set()
        meddler.join(10)
        watcher.close()

    def check_waits(self, watcher):
        for worker in self.workers:
            session = worker.session
            if (worker.over() or 0) > 0 and session:
                worker.since = None         # said once
                rows = watcher.query("SELECT state, wait_event, query FROM "
                                     "pg_stat_activity WHERE pid = "
                                     f"{session.pid}")
                self.fault(f"{worker.what} of pid {session.pid} waits for ever: "
                           f"{rows}")

    def plant(self, worker):
        """A defect of the soak's own, which it must find."""
        if self.arguments.defect == "memory" and worker.steady:
            worker.session.query(f"PREPARE leak_{worker.statements} AS SELECT " +
                                 ", ".join(f"id + {n}" for n in range(300)) +
                                 " FROM local_keys")
        elif self.arguments.defect == "wait" and worker.number == 0:
            worker.session.query("SET statement_timeout = 0")
            worker.session.query(f"SELECT pg_sleep({self.arguments.seconds})")

    def release(self):
        for worker in self.workers:
            worker.may_end.set()
        for worker in self.workers:
            worker.join(10)

    def close(self):
        if self.target:
            self.target.terminate()
            self.target.wait()


def report(soak):
    by_what = collections.defaultdict(dict)
    for (what, how), count in sorted(soak.counts.items(), key=str):
        by_what[what][how or "lost"] = count
    for what, counts in by_what.items():
        print(f"# {what}: " + ", ".join(f"{how} {count}"
                                        for how, count in counts.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--work", required=True, help="an empty folder")
    parser.add_argument("--data", required=True, help="the server's")
    parser.add_argument("--postmaster", type=int, required=True)
    parser.add_argument("--fast-port", type=int, help="of bench/endpoint.c")
    parser.add_argument("--parts", default="load,crash,breaker,throughput")
    parser.add_argument("--defect", choices=["miscount", "memory", "limit", "wait", "slow"])
    soak = Soak(parser.parse_args())
    parts = soak.arguments.parts.split(",")
    try:
        soak.start_target()
        session = soak.connect()
        tables.create(session, soak.ports)
        soak.verdict.before(session)
        if "load" in parts:
            soak.load()
            report(soak)
            soak.verdict.after_load(session)
            soak.release()
        for part in ("crash", "breaker", "throughput"):
            if part in parts:
                session = getattr(soak.verdict, part)(session)
    finally:
        soak.close()
    sys.exit(soak.verdict.summary())


if __name__ == "__main__":
    main()
