"""Rounds of writes: sequences of statements on both sides, and what they leave.

IDENTIFICATION
  test/oracle/writes.py
"""

import json
import time
from collections import Counter
from decimal import Decimal

from compare import canonical, rounded, some, trimmed
from dml import DmlGenerator
from session import Crashed
from stored import StoredSchema

SEQUENCES_A_ROUND = 5
SHRINK_SECONDS = 40
# What a row that is there already is to the function and to a local table.
DUPLICATE = ("38000", "23505")
ABORTED = "25P02"       # after a failure, to the end of the transaction
# Of these the text in JSON is asked of PostgreSQL; others differ in form.
AS_JSON = ("int4", "int8", "int2", "bool", "text", "varchar", "numeric", "float8",
           "date", "timestamp", "timestamptz", "uuid", "enum", "jsonb", "int[]",
           "text[]", "bytea")


def multiset_difference(foreign, local):
    """What is wrong with rows in any order, or None."""
    found = None
    for rule in (trimmed, rounded):
        left, right = Counter(canonical(foreign, rule)), Counter(
            canonical(local, rule))
        if left == right:
            return None
        found = found or "too many: %s, missing: %s" % (
            some((left - right).elements()), some((right - left).elements()))
    return found


def statement_difference(statement, foreign, local):
    """What is wrong with what a statement said, or None."""
    if foreign.state or local.state:
        if foreign.state == local.state or \
                (foreign.state, local.state) == DUPLICATE:
            return None
        return "foreign: %r, local: %r" % (foreign, local)
    if statement.must_fail:
        return "it does not fail"
    if statement.blind:
        return None
    if foreign.count != local.count:
        return "%d rows by the command tag, %d locally" % (foreign.count,
                                                           local.count)
    return multiset_difference(foreign.rows, local.rows)


# ---------------------------------------------------------------------------
# What the store holds
# ---------------------------------------------------------------------------

def frozen(value):
    """JSON that can be counted; numbers by their value."""
    if isinstance(value, dict):
        return tuple(sorted((name, frozen(one)) for name, one in value.items()))
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return (type(value), value) if isinstance(value, bool) else value


def parse(text):
    return json.loads(text, parse_float=Decimal)


def member(row, pointer):
    for name in pointer.split("/")[1:]:
        row = row.get(name) if isinstance(row, dict) else None
    return row


def comparable(columns):
    return [c for c in columns if c.kind.base in AS_JSON]


def pointers_of(row, columns, path=""):
    """The members of a row that are no column's."""
    known = {column.pointer for column in columns}
    for name, value in row.items():
        place = path + "/" + name
        if place in known:
            continue
        if isinstance(value, dict) and any(
                pointer.startswith(place + "/") for pointer in known):
            yield from pointers_of(value, columns, place)
        else:
            yield place


def raw_difference(table, raw, local):
    """What is wrong with the rows in the store, JSON in both."""
    columns = comparable(table.columns)
    rows = [parse(text) for text in raw]
    extra = {place for row in rows for place in pointers_of(row, table.columns)
             if not place.startswith("/extra")}
    if extra:
        return "members that are no column's: %s" % sorted(extra)
    left = Counter(tuple(frozen(member(row, c.pointer)) for c in columns)
                   for row in rows)
    right = Counter(frozen(parse(text)) for text in local)
    if left == right:
        return None
    return "in the store: %s, not there: %s" % (
        some((left - right).elements()), some((right - left).elements()))


# ---------------------------------------------------------------------------
# Rounds
# ---------------------------------------------------------------------------

class WriteRound:
    """A round of a worker's."""

    def __init__(self, worker, seed, number):
        self.worker, self.session = worker, worker.session
        self.seed, self.number = seed, number
        self.schema = StoredSchema("%s/%d" % (seed, number), worker.features,
                                   worker.defect)

    def run(self, count, only=None):
        """Yields an outcome for each sequence."""
        self.schema.create(self.session, self.worker.folder)
        version = int(self.session.query("SHOW server_version_num")[0][0])
        for index in range(count) if only is None else [only]:
            seed = "%s/%d/%d" % (self.seed, self.number, index)
            sequence = DmlGenerator(self.schema, seed, self.worker.settings,
                                    version).make()
            try:
                outcome = self.compare(sequence)
                if outcome["result"] == "failed":
                    if self.worker.shrinks > 0:
                        self.worker.shrinks -= 1
                        sequence, outcome = self.shrink(sequence, outcome)
                    outcome["report"] = self.report(sequence, outcome)
            except Crashed as crash:
                outcome = {"result": "failed", "rows": 0,
                           "what": "the backend is gone: %s" % crash}
                outcome["report"] = self.report(sequence, outcome)
                self.worker.reconnect()
                self.session = self.worker.session
            outcome.update(seed=seed, calls=[])
            yield outcome

    def reset(self):
        empty = ["RESET ALL", "SELECT * FROM c.reset_store",
                 "SELECT * FROM reset_calls", "TRUNCATE f.log, l.log"]
        for table in self.schema.checked:
            if table.form == "parent":
                empty += ["TRUNCATE f.p2", "TRUNCATE l.p"]
            elif not table.name.startswith("p"):
                empty.append("TRUNCATE l." + table.name)
        return empty

    def compare(self, sequence):
        statements = sequence.statements()
        texts = [statement.text for statement in statements]
        end = ["ROLLBACK", "DEALLOCATE ALL"]
        self.session.execute(self.reset() + sequence.settings)
        results = [self.session.run(["SET search_path = %s, c" % side] + texts +
                                    end)[1:] for side in "fl"]
        outcome = {"result": "passed", "what": "", "rows": 0,
                   "returned": False, "undone": False}
        unequal = set()         # tables that a failure may have left so
        since = None            # those written since BEGIN
        for statement, foreign, local in zip(statements, *results):
            if unequal and since is None:
                return outcome
            found = statement_difference(statement, foreign, local)
            if found:
                return dict(outcome, result="failed", what="%s\n%s" % (
                    statement.text, found))
            outcome["rows"] += foreign.count
            outcome["returned"] |= bool(foreign.rows) and \
                "RETURNING" in statement.text
            outcome["undone"] |= statement.text.startswith("ROLLBACK")
            if statement.text.startswith(("BEGIN", "COMMIT")):
                since = [] if statement.text.startswith("BEGIN") else None
            written = [t.base for t in statement.tables]
            if any(t.forwards for t in written):
                written.append(self.schema.outbox)
            if since is not None:
                since += written
            if foreign.state in (None, ABORTED) or statement.must_fail:
                pass
            elif statement.risky or foreign.state in DUPLICATE:
                unequal.update(t for t in (since or written) if not t.commit)
            else:
                return dict(outcome, result="error", state="%s %s" % (
                    local.state, local.message))
        found = self.left(unequal)
        if found:
            outcome.update(result="failed", what=found)
        return outcome

    def left(self, unequal):
        """What is wrong with what the tables hold, or None."""
        self.session.execute(["RESET ALL"])
        for table in self.schema.checked + [None]:
            if table in unequal or unequal and (
                    table is None or table.name[0] == "p"):
                continue
            name = table.name if table else "log"
            if table is None or "select" in table.operations:
                names = ", ".join(c.name for c in table.columns) if table \
                    else "*"
                found = multiset_difference(*(self.session.query(
                    "SELECT %s FROM %s.%s" % (names, side, name))
                    for side in "fl"))
                if found:
                    return "SELECT %s FROM %s\n%s" % (names, name, found)
            if table is None or table.form == "parent":
                continue
            raw = self.session.query(
                "SELECT row FROM c.raw WHERE \"table\" = '%s'" % name)
            local = self.session.query(
                "SELECT json_build_array(%s) FROM l.%s" % (", ".join(
                    c.json for c in comparable(table.columns)), name))
            found = raw_difference(table, [row[0] for row in raw],
                                   [row[0] for row in local])
            if found:
                return "the store of %s\n%s" % (name, found)
        return None

    def shrink(self, sequence, outcome):
        """A smaller sequence that fails too."""
        end = time.monotonic() + SHRINK_SECONDS
        progress = True
        while progress and time.monotonic() < end:
            progress = False
            for smaller in sequence.smaller():
                if time.monotonic() > end:
                    break
                other = self.compare(smaller)
                if other["result"] == "failed":
                    sequence, outcome, progress = smaller, other, True
                    break
        return sequence, outcome

    def report(self, sequence, outcome):
        """A script that shows it, and what the functions received."""
        lines = ["-- " + line for line in outcome["what"].splitlines()]
        lines += [s + ";" for s in self.worker.prelude() +
                  self.schema.statements + sequence.settings]
        for side in "fl":
            lines.append("SET search_path = %s, c;" % side)
            lines += [s.text + ";" for s in sequence.statements()]
        try:
            self.compare(sequence)
            calls = self.session.query("SELECT function, payload_text FROM "
                                       "c.calls ORDER BY seq")
            lines += ["-- received: %s %s" % row for row in calls[:40]]
        except (Crashed, RuntimeError):
            pass
        return "\n".join(lines)
