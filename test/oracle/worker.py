"""One session's work: rounds of queries over tables of its own.

IDENTIFICATION
  test/oracle/worker.py
"""

import copy
import json
import os
import random
import subprocess
import sys
import threading
import time

import kinds
from compare import difference
from functions import DEFECTS, FunctionSchema
from keyed import KeyedGenerator
from kits import KitSchema
from query import Generator
from schema import CAPABILITIES, OPERATORS, Schema, options_text
from session import Crashed, Session
from writes import WriteRound

HERE = os.path.dirname(os.path.abspath(__file__))
KEYS = [("aws_access_key_id", "AKIDEXAMPLE"), (
    "aws_secret_access_key", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")]
QUERIES_A_ROUND = 50
SHRINK_SECONDS = 40
# Milliseconds, of tables in rounds with a cache; 0 keeps nothing.
TIMES_TO_LIVE = ("0", "1", "30", "3600000", "3600000", "3600000")
# These two SQLSTATEs end a query that count neither way.
NO_VALUE, CANCELLED = "HV002", "57014"


class Worker:
    def __init__(self, name, folder, defect=None, shrinks=0, of=None,
                 cached=False):
        self.shrinks = shrinks          # failures still to be made smaller
        self.cached = cached            # queries run twice, answers are kept
        self.of = of
        self.folder = os.path.join(folder, name)
        self.database, self.defect = "oracle_" + name, defect
        os.makedirs(self.folder)
        open(self.log, "w").close()
        self.endpoints = []
        self.compared = 0               # queries, of which each is a trace
        self.url = self.start_endpoint("test/endpoint/endpoint.py")
        self.kits_url = self.start_endpoint(
            "scripts/endpoint", "--functions", os.path.join(HERE, "handlers")) \
            if of == "kits" else self.url
        admin = Session("postgres")
        admin.execute(["DROP DATABASE IF EXISTS " + self.database,
                       "CREATE DATABASE " + self.database] + [
            "ALTER DATABASE %s SET %s" % (self.database, setting)
            for setting in ("client_min_messages = error",
                            "statement_timeout = '10s'")])
        admin.close()
        self.session = Session(self.database)
        self.beside = Session(self.database) if cached else None
        self.session.execute(self.prelude())
        self.features, self.settings = self.find_features()

    @property
    def log(self):
        return os.path.join(self.folder, "calls.log")

    def prelude(self):
        return [s for s in kinds.PRELUDE.split(";\n") if s.strip()] + [
            "CREATE SERVER lam FOREIGN DATA WRAPPER lambda_fdw" + options_text(
                [("region", "eu-west-1"), ("endpoint", self.url)]),
            "CREATE USER MAPPING FOR CURRENT_USER SERVER lam" +
            options_text(KEYS),
            "CREATE SERVER kits FOREIGN DATA WRAPPER lambda_fdw" + options_text(
                [("region", "eu-west-1"), ("endpoint", self.kits_url)]),
            "CREATE USER MAPPING FOR CURRENT_USER SERVER kits" +
            options_text(KEYS),
            "CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lam OPTIONS "
            "(function_arn 'reset_calls')"]

    def start_endpoint(self, program, *arguments):
        port = os.path.join(self.folder, "port%d" % len(self.endpoints))
        self.endpoints.append(subprocess.Popen(
            [sys.executable, os.path.join(HERE, "../..", program), "--port", "0",
             "--port-file", port, "--with-parent", *arguments],
            env=dict(os.environ, LAMBDA_FDW_ORACLE=self.folder),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))
        for _ in range(200):
            if os.path.exists(port):
                with open(port) as file:
                    return "http://127.0.0.1:" + file.read().strip()
            time.sleep(0.05)
        raise RuntimeError("the endpoint did not start")

    def find_features(self):
        """What this build takes: asked by trying."""
        features = set()

        def probe(feature, column, table=""):
            results = self.session.run([
                "CREATE FOREIGN TABLE f.probe (a text%s) SERVER lam OPTIONS "
                "(function_arn 'x'%s)" % (column, table),
                "DROP FOREIGN TABLE IF EXISTS f.probe"])
            if results[0].state is None:
                features.add(feature)

        for operator in OPERATORS:
            probe("pushdown " + operator, " OPTIONS (pushdown '%s')" % operator)
            probe("argument " + operator,
                  " OPTIONS (pushdown '%s:x')" % operator)
        for capability in CAPABILITIES:
            probe("capability " + capability, "",
                  ", capabilities '%s'" % capability)
        probe("max_batch_keys", "", ", max_batch_keys '2'")
        results = self.session.run([
            "LOAD 'lambda_fdw'", "CREATE EXTENSION citext SCHEMA c",
            "CREATE FOREIGN TABLE f.probe (a int) SERVER lam OPTIONS "
            "(function_arn 'no_such_function')", "ANALYZE f.probe",
            "DROP FOREIGN TABLE f.probe"])
        if results[1].state is None:
            features.add("citext")
        if results[3].state is not None:
            features.add("analyze")
        rows = self.session.query("SELECT name, vartype FROM pg_settings")
        settings = [(name, ("off", "on")) for name, kind in rows
                    if kind == "bool" or not name.startswith("lambda_fdw.")]
        if any(name.startswith("lambda_fdw.") and ("bind" in name or
                                                   "batch" in name)
               for name, _ in settings):
            features.add("bind")
        return features, settings

    # -----------------------------------------------------------------------

    def choose(self, seed, number):
        """The tables of a round, and what makes its queries."""
        name = "%s/%d" % (seed, number)
        if self.of == "kits":
            return KitSchema(name, number, self.features), Generator
        of_functions = (self.defect in DEFECTS if self.defect or self.of is None
                        and number % 3 != 1 else self.of != "tables")
        if of_functions:
            return (FunctionSchema(name, self.features, self.defect),
                    KeyedGenerator)
        return Schema(name, self.features, self.defect), Generator

    def keep_answers(self, schema, name):
        """Has foreign tables keep answers, some hardly, some for long."""
        chance = random.Random("kept %s" % name)
        tables = self.session.query(
            "SELECT ftrelid::regclass FROM pg_foreign_table JOIN pg_class "
            "ON pg_class.oid = ftrelid WHERE relnamespace = 'f'::regnamespace "
            "ORDER BY relname")
        for table, in tables:
            schema.statements.append(
                "ALTER FOREIGN TABLE %s OPTIONS (ADD cache_ttl_ms '%s', "
                "ADD cache_match '%s')" % (
                    table, chance.choice(TIMES_TO_LIVE),
                    chance.choice(("exact", "wider"))))
            self.session.execute(schema.statements[-1:])

    def run_round(self, seed, number, count, only=None):
        """Yields an outcome, a dictionary, for each query."""
        if self.of == "writes":
            yield from WriteRound(self, seed, number).run(count, only)
            return
        schema, generator_of = self.choose(seed, number)
        schema.create(self.session, self.folder)
        if self.cached:
            self.keep_answers(schema, "%s/%d" % (seed, number))
        self.session.run(["SELECT * FROM reset_calls"])
        for index in range(count) if only is None else [only]:
            generator = generator_of(
                schema, "%s/%d/%d" % (seed, number, index), self.settings)
            query = generator.make()
            try:
                outcome = self.compare(query, True)
                if outcome["result"] == "failed":
                    if self.shrinks > 0:
                        self.shrinks -= 1
                        query, outcome = self.shrink(query, outcome)
                    outcome["report"] = self.report(schema, query, outcome)
            except Crashed as crash:
                outcome = {"result": "failed", "calls": [], "rows": 0,
                           "what": "the backend is gone: %s" % crash}
                outcome["report"] = self.report(schema, query, outcome)
                self.reconnect()
            outcome["seed"] = "%s/%d/%d" % (seed, number, index)
            outcome["kit"] = getattr(schema, "kit", None)
            yield outcome

    def reconnect(self):
        for _ in range(100):
            time.sleep(0.3)
            self.session = Session(self.database)
            self.beside = Session(self.database) if self.cached else None
            try:
                self.session.query("SELECT 1")
                return
            except (Crashed, RuntimeError):
                pass
        raise RuntimeError("the server does not come back")

    def compare(self, query, explain=False):
        """Runs a query on both sides."""
        statements = query.statements()
        texts = [text for text, _ in statements]
        # A Gather below a LIMIT that begins again loses rows of core's tables:
        # none is in the truth, nor where the foreign side has such a LIMIT.
        alone = "SET max_parallel_workers_per_gather = 0"
        self.compared += 1
        trace = "Root=1-00000000-%024x" % self.compared
        batch = ["RESET ALL", "SET lambda_fdw.trace_id = '%s'" % trace]
        batch += query.settings + [
            alone if query.limits_inside() else "SELECT 1",
            "SET search_path = f, c"]
        if self.cached:
            batch += texts + ["ROLLBACK", "DEALLOCATE ALL"]
            # two can't make the same function
            beside = Beside(self.beside, list(batch)) \
                if query.kind != "function" else None
        first = len(batch)
        batch += texts + ["ROLLBACK", "DEALLOCATE ALL", alone,
                          "SET search_path = l, c"]
        second = len(batch)
        batch += texts + ["ROLLBACK", "DEALLOCATE ALL"]
        third = len(batch)
        open_choice = (query.limit is not None or query.offset is not None) \
            and not (query.total and not query.locking)
        if open_choice:
            whole = copy.deepcopy(query)
            whole.limit = whole.offset = None
            batch += [text for text, _ in whole.statements()]
            batch += ["ROLLBACK", "DEALLOCATE ALL"]
        fourth = len(batch)
        if explain and "bind" in self.features and query.joins and \
                query.kind == "plain":
            batch += ["SET search_path = f, c",
                      "EXPLAIN (VERBOSE, COSTS OFF) " + query.select()]
        before = os.path.getsize(self.log)
        results = self.session.run(batch)
        foreigns = [results[first:]]
        if self.cached and beside:
            foreigns.append(beside.results()[first - len(texts) - 2:])
        outcome = {"result": "passed", "what": "", "rows": 0, "bind": False}
        with open(self.log, encoding="utf-8") as file:
            file.seek(before)
            outcome["calls"] = own_calls(file.read().splitlines(), trace)
        if len(batch) > fourth:
            outcome["bind"] = any("Custom Scan" in (row[0] or "")
                                  for row in results[-1].rows)
        for place, (text, compared), foreign in (
                (*numbered, foreign[numbered[0]]) for foreign in foreigns
                for numbered in enumerate(statements)):
            local = results[second + place]
            if foreign.state == NO_VALUE and local.state != NO_VALUE and \
                    not query.must:
                return dict(outcome, result="no value")
            if CANCELLED in (foreign.state, local.state):
                return dict(outcome, result="cancelled")
            if local.state:
                outcome["result"] = "error"
                outcome["state"] = "%s %s" % (local.state, local.message)
            outcome["rows"] += len(local.rows)
            found = difference(query, foreign, local,
                               results[third + place] if open_choice and
                               compared else None)
            if found:
                return dict(outcome, result="failed", what="%s\n%s" % (
                    text if len(texts) > 1 else "", found))
        calls = sum(json.loads(call).get("first", True)
                    for call in outcome["calls"])
        if query.most_calls is not None and not self.cached and \
                calls > query.most_calls:
            return dict(outcome, result="failed", what="%d calls, at most %d" % (
                calls, query.most_calls))
        return outcome

    def shrink(self, query, outcome):
        """A smaller query that fails too."""
        end = time.monotonic() + SHRINK_SECONDS
        progress = True
        while progress and time.monotonic() < end:
            progress = False
            for smaller in query.smaller():
                if time.monotonic() > end:
                    break
                other = self.compare(smaller)
                if other["result"] == "failed" and \
                        not is_nonsense(other["what"]):
                    query, outcome = smaller, other
                    progress = True
                    break
        return query, outcome

    def report(self, schema, query, outcome):
        """A script that shows it, what the function holds and received."""
        text = query.select() + str(query.source)
        names = {t.name for t in schema.tables + schema.storage}
        used = {name for name in names if " %s " % name in " %s " % " ".join(
            text.replace("(", " ").replace(")", " ").replace("c.", "")
            .split())}
        for table in schema.tables:
            below = getattr(table, "below", None)
            if table.name in used and below:
                used.add(below.name)
        if "p" in used:
            used |= {name for name in names if name[0] == "p"}
        lines = ["-- " + line for line in outcome["what"].splitlines()]
        lines += [s + ";" for s in self.prelude()]
        lines += [s + ";" for s in schema.statements if not names & mentioned(s)
                  or mentioned(s) & names <= used]
        lines += [s + ";" for s in query.settings]
        lines += ["SET search_path = %s, c;\n%s" % (side, "\n".join(
            s + ";" for s, _ in query.statements())) for side in "fl"]
        for name in sorted(used):
            path = schema.data_path(self.folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    lines.append("-- %s.json: %s" % (
                        name, file.read().replace("\n", " ")))
        lines += ["-- received: " + call for call in outcome["calls"][:20]]
        lines += ["-- psql: " + line for line in self.session.errors[-8:]]
        return "\n".join(lines)

    def close(self):
        self.session.close()
        if self.beside:
            self.beside.close()
        for endpoint in self.endpoints:
            endpoint.terminate()
            endpoint.wait()


def mentioned(statement):
    """The names after f., l. and c. in a statement's beginning."""
    return {word.split(".", 1)[1].strip("(),;")
            for word in statement[:120].split()
            if word[:2] in ("f.", "l.", "c.")}


def is_nonsense(what):
    """Errors of a query that shrinking broke."""
    return "42" in what and any(
        code in what for code in ("foreign: 42", "local: 42"))


class Beside(threading.Thread):
    """A session that runs statements while another does."""

    def __init__(self, session, statements):
        super().__init__()
        self.session, self.statements = session, statements
        self.found, self.error = None, None
        self.start()

    def run(self):
        try:
            self.found = self.session.run(self.statements)
        except Crashed as crash:
            self.error = crash

    def results(self):
        self.join()
        if self.error:
            raise self.error
        return self.found


def own_calls(calls, trace):
    """Those of a trace, where the function tells: a call that an earlier query
    gave up may reach a busy endpoint late."""
    return [call for call in calls
            if json.loads(call).get("trace", trace) == trace]


def pushed(call):
    """(filter, limit, order) of a recorded request."""
    event = json.loads(call)
    if "pushed" in event:
        return event["pushed"]
    envelope = event.get("lambda_fdw") or {}
    mode = event["oracle"]["mode"]
    arguments = event.keys() - {"oracle", "lambda_fdw",
                                mode.get("cursor_argument")}
    return (bool(arguments or envelope.get("filters")),
            envelope.get("limit") is not None, bool(envelope.get("order_by")))
