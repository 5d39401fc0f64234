"""The cases of this folder, by the kit for Python in ../python.

    python3 -m unittest discover -s functions/conformance

README.md says what a case is.

IDENTIFICATION
  functions/conformance/test_conformance.py
"""

import contextlib
import datetime
import decimal
import glob
import io
import itertools
import json
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.environ.get("LAMBDA_FDW_CASES") or HERE
sys.path.insert(0, os.environ.get("LAMBDA_FDW_KIT") or os.path.join(HERE, "../python"))
import lambda_fdw  # noqa: E402

NATIVE = {"integer": int, "float": float, "decimal": decimal.Decimal,
          "date": datetime.date.fromisoformat,
          "datetime": datetime.datetime.fromisoformat,
          "map": lambda members: {name: native(value) for name, value in members},
          "set": set}
DEFAULTS = {"version": 2, "operation": "scan", "columns": ["id"], "cursor": None}
SHORT = ("version", "operation", "table", "columns", "limit", "cursor", "split")


# ---------------------------------------------------------------------------
# Tables
# ---------------------------------------------------------------------------

def native(value):
    """A value as the source has it."""
    if isinstance(value, dict) and "native" in value:
        return NATIVE[value["native"]](value["value"])
    return value


def raising(what):
    return RuntimeError(what) if isinstance(what, str) else lambda_fdw.Error(**what)


READINGS = itertools.count()


def rows_of(described):
    """The rows of a table of a case; {"repeat"} makes them, others at each reading
    where they shift; {"raise"} makes none."""
    if isinstance(described, list):
        return [[native(value) for value in row] if isinstance(row, list) else
                native(row) if "native" in row else
                {name: native(value) for name, value in row.items()}
                for row in described]
    first = next(READINGS) if described.get("shift") else 1
    return [{name: number if value == "#" else value
             for name, value in described["row"].items()}
            for number in range(first, first + described["repeat"])]


def text(value):
    """What a writer was given, as a case has it."""
    return None if value is None else str(value)


class Table:
    """One table: the kit's, and what its source and writers have seen."""

    def __init__(self, case):
        case = dict(case)
        rows, writes = case.pop("rows"), case.pop("writes", {})
        self.calls, self.wrote, self.query = 0, None, None

        def source(query):
            self.query = query
            if isinstance(rows, dict) and "raise" in rows:
                raise raising(rows["raise"])
            return rows_of(rows)

        source.__name__ = case["name"]
        self.kit = lambda_fdw.table(**case)(source)
        for operation, answer in writes.items():
            getattr(self.kit, operation)(self.writer(operation, answer))

    def writer(self, operation, answer):
        def write(write):
            rows = list(write.rows or ())
            self.calls += 1
            self.wrote = [dict(
                {name: text(value) for name, value in row.values.items()},
                **({"key": {name: text(value) for name, value in row.key.items()}}
                   if operation != "insert" else {})) for row in rows]
            if answer == "rows":
                return [{**row.key, **row.values} for row in rows]
            if answer == "count":
                return len(rows)
            if "failed" in answer:
                raise lambda_fdw.Failed({int(index): message for index, message
                                         in answer["failed"].items()})
            if "raise" in answer:
                raise raising(answer["raise"])
            return None
        return write


class Kit:
    """An environment of Lambda that has loaded the tables of a case."""

    def __init__(self, case):
        self.tables = [Table(table) for table in case["tables"]]
        self.handler = lambda_fdw.serve(*(table.kit for table in self.tables),
                                        **case.get("serve", {}))

    def table(self, name):
        for table in self.tables:
            if table.kit.name == name:
                return table
        return None

    def answer(self, event):
        """The answer as Lambda sends it on, and its length."""
        with contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()):
            answer = self.handler(json.loads(json.dumps(event)), None)
        sent = json.dumps(answer, ensure_ascii=False, allow_nan=False)
        return json.loads(sent), len(sent.encode("utf-8", "surrogatepass"))


# ---------------------------------------------------------------------------
# Requests
# ---------------------------------------------------------------------------

def condition(column, operator, value):
    if isinstance(value, dict):
        return {"column": column, "operator": operator, **value}
    return {"column": column, "operator": operator, "value": value}


def event_of(request, case, kit, **more):
    """The event that a case's request stands for."""
    if "plain" in request:
        return request["plain"]
    envelope = dict(DEFAULTS, table=case["tables"][0]["name"])
    envelope.update((name, request[name]) for name in SHORT if name in request)
    envelope["filters"] = [condition(*one) for one in request.get("filters", ())]
    if "order_by" in request:
        envelope["order_by"] = [
            {"column": column, "descending": descending, "nulls": nulls}
            for column, descending, nulls in request["order_by"]]
    if envelope["operation"] != "scan":
        for name in ("columns", "filters", "cursor"):
            del envelope[name]
    if envelope["operation"] == "describe":
        del envelope["table"]
    envelope.update(request.get("envelope", {}))
    event = dict(request.get("event", {}), lambda_fdw=envelope)
    if "batch" in request:
        put_batch(event, request["batch"], kit, envelope["table"])
    envelope.update(more)
    return event


def put_batch(event, batch, kit, name):
    """Key tuples, where the table says that it takes them."""
    described, _ = kit.answer({"lambda_fdw": {"version": 2, "operation": "describe"}})
    (pointer,) = [table["batch_argument"] for table in described["tables"]
                  if table["name"] == name]
    place, tokens = event, pointer.split("/")[1:]
    for token in tokens[:-1]:
        place = place.setdefault(token, {})
    place[tokens[-1]] = [dict(zip(batch["columns"], one)) for one in batch["tuples"]]
    event["lambda_fdw"]["filters"].append(
        {"columns": batch["columns"], "operator": "in", "argument": pointer})


# ---------------------------------------------------------------------------
# Answers
# ---------------------------------------------------------------------------

MATCHERS = {
    "any": lambda wanted, value: any(matches(one, value) for one in wanted),
    "includes": lambda wanted, value: isinstance(value, dict) and all(
        name in value and matches(one, value[name]) for name, one in wanted.items()),
    "set": lambda wanted, value: set(names(value)) == set(wanted),
    "without": lambda wanted, value: not set(names(value)) & set(wanted),
    "like": lambda wanted, value: isinstance(value, str) and re.search(wanted, value),
    "digits": lambda wanted, value: isinstance(value, (int, float, str)) and
    not isinstance(value, bool) and
    decimal.Decimal(str(value)) == decimal.Decimal(wanted),
    "nothing": lambda wanted, value: value is None or value is Missing or
    isinstance(value, dict) and all(MATCHERS["nothing"](True, one)
                                    for one in value.values()),
    # a count of rows written may be left out
    "written": lambda wanted, value: value is None or value == {} or
    value == {"affected": wanted},
}


def names(value):
    """A list, as an array or as the option's text."""
    return value if isinstance(value, list) else re.split(r"\s*,\s*", value)


def matches(wanted, value):
    if isinstance(wanted, dict):
        if len(wanted) == 1:
            (name, inner), = wanted.items()
            if name in MATCHERS:
                return bool(MATCHERS[name](inner, value))
        return isinstance(value, dict) and not value.keys() - wanted.keys() and all(
            matches(one, value.get(name, Missing)) for name, one in wanted.items())
    if isinstance(wanted, list):
        return isinstance(value, list) and len(wanted) == len(value) and \
            all(map(matches, wanted, value))
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    return wanted == value


class Missing:
    """In place of a member that is not there; equals nothing."""


def ids_of(wanted):
    if isinstance(wanted, list):
        return wanted
    step = 1 if wanted["from"] <= wanted["to"] else -1
    return list(range(wanted["from"], wanted["to"] + step, step))


class Conformance(unittest.TestCase):
    maxDiff = None

    def pages(self, request, case, kit, split=None):
        """All rows of a scan, over its pages."""
        rows, cursor, pages = [], None, 0
        more = {} if split is None else {"split": split}
        while True:
            if request.get("environments") == "cold":
                kit = Kit(case)
            event = event_of(request, case, kit, **more)
            if cursor is not None:
                event["lambda_fdw"]["cursor"] = cursor
            answer, length = kit.answer(event)
            self.assertIn("rows", answer, answer)
            if split is not None:
                self.assertEqual(answer.get("split"), split)
                self.assertEqual(next(iter(answer)), "split", "the split comes first")
            if "page_bytes" in case.get("serve", {}) and not request.get("unbounded"):
                self.assertLessEqual(length, case["serve"]["page_bytes"])
            rows += answer["rows"]
            pages += 1
            cursor = answer.get("cursor")
            if cursor is None:
                break
            self.assertLess(pages, 1000, "pages without an end")
        if split is None:
            self.assertGreaterEqual(pages, request.get("pages", 1))
            if "pages" not in request:
                self.assertEqual(pages, 1)
        return rows

    def scan(self, request, case, kit):
        if "splits" not in request:
            rows = self.pages(request, case, kit)
        else:
            rows = [row for index in range(request["splits"]) for row in self.pages(
                request, case, kit, {"index": index, "count": request["splits"]})]
        if "count" in request:
            self.assertEqual(len(rows), request["count"])
        if "ids" in request:
            ids = [int(row["id"]) for row in rows]
            wanted = ids_of(request["ids"])
            self.assertEqual(*((ids, wanted) if "order_by" in request else
                               (sorted(ids), sorted(wanted))))
            if request.get("columns", ["id"]) == ["id"] and \
                    "envelope" not in request:
                self.assertTrue(all(list(row) == ["id"] for row in rows),
                                "columns that were not asked for")
        if "rows" in request:
            self.assertTrue(matches(request["rows"], rows), rows)

    def error(self, request, answer):
        self.assertEqual(list(answer), ["lambda_fdw_error"], answer)
        error = answer["lambda_fdw_error"]
        said = " ".join(str(error.get(name) or "") for name in
                        ("message", "detail", "hint"))
        for part in request.get("error", ()):
            self.assertIn(part, said)
        self.assertNotIn("Traceback", said)
        if "sqlstate" in request:
            self.assertEqual(error.get("sqlstate"), request["sqlstate"])
        if "error_is" in request:
            self.assertEqual(error, request["error_is"])

    def told(self, wanted, query):
        """What a query says of itself."""
        for name, value in wanted.items():
            if name == "values":
                for column, values in value.items():
                    found = query.values(column)
                    self.assertTrue(matches(values, None if found is None else
                                            sorted(map(text, found))), found)
            elif name == "tuples":
                found = query.tuples()
                self.assertTrue(matches(value, None if found is None else
                                        [list(map(text, one)) for one in found]), found)
            else:
                self.assertTrue(matches(value, getattr(query, name)),
                                (name, getattr(query, name)))

    def check(self, request, case, kit):
        table = kit.table(request.get("table", case["tables"][0]["name"]))
        if "ids" in request or "rows" in request or "count" in request:
            self.scan(request, case, kit)
        else:
            event = event_of(request, case, kit)
            if "steal_cursor" in request:
                other, _ = kit.answer(event_of(request["steal_cursor"], case, kit))
                event["lambda_fdw"]["cursor"] = other["cursor"]
            if "moved" in request:
                first, _ = kit.answer(event)
                event["lambda_fdw"]["cursor"] = first["cursor"]
                kit = Kit(case)
            answer, _ = kit.answer(event)
            if "error" in request or "error_is" in request:
                self.error(request, answer)
            elif "list" in request:
                self.assertTrue(matches(request["list"], answer), answer)
            else:
                self.assertTrue(matches(request["answer"], answer), answer)
        if "calls" in request:
            self.assertEqual(table.calls, request["calls"])
        if "wrote" in request:
            self.assertEqual(table.wrote, request["wrote"])
        if "query" in request:
            self.told(request["query"], table.query)

    def run_file(self, path):
        with open(path, encoding="utf-8") as file:
            case = json.load(file)
        kit = Kit(case)
        for request in case["requests"]:
            with self.subTest(json.dumps(request, ensure_ascii=False)):
                self.check(request, case, kit)


def add(path):
    name = os.path.relpath(path, CASES)[:-len(".json")].replace(os.sep, "_")
    setattr(Conformance, "test_" + name, lambda self: self.run_file(path))


for one in sorted(glob.glob(os.path.join(CASES, "types", "*.json")) +
                  glob.glob(os.path.join(CASES, "cases", "*.json"))):
    add(one)

if __name__ == "__main__":
    unittest.main()
