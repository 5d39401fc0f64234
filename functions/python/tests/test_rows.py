"""What a source may give, and what is made of it: what is Python's own."""

import collections
import dataclasses
import datetime
import decimal
import io
import sqlite3
import unittest
import uuid
from contextlib import redirect_stderr

from lambda_fdw import Error, serve, table

COLUMNS = {"id": "integer", "a": "text"}


def scan(handler, name="t", columns=("id", "a"), filters=(), **more):
    """The answer to a scan."""
    envelope = dict(version=2, operation="scan", table=name, columns=columns,
                    filters=[dict(zip(("column", "operator", "value"), one))
                             for one in filters], cursor=None, **more)
    envelope["columns"] = columns if columns is None else list(columns)
    return handler({"lambda_fdw": envelope}, None)


@dataclasses.dataclass
class Order:
    id: int
    a: str


class Slotted:
    __slots__ = ("id", "a")

    def __init__(self, id, a):
        self.id, self.a = id, a


class Rows(unittest.TestCase):
    def rows(self, source, filters=(), columns=None, asked=None):
        answer = scan(serve(table("t", columns=columns or COLUMNS)(source)),
                      columns=asked or ("id", "a"), filters=filters)
        self.assertIn("rows", answer, answer)
        return answer["rows"]

    def error(self, source, filters=(), columns=None, asked=None):
        answer = scan(serve(table("t", columns=columns or COLUMNS)(source)),
                      columns=asked or ("id", "a"), filters=filters)
        self.assertEqual(list(answer), ["lambda_fdw_error"], answer)
        return answer["lambda_fdw_error"]

    def test_every_kind_of_row(self):
        pair = collections.namedtuple("pair", "id a")
        base = sqlite3.connect(":memory:")
        base.row_factory = sqlite3.Row
        kinds = [
            [{"id": 1, "a": "x"}, {"id": 2, "a": "y"}],
            [collections.ChainMap({"id": 1}, {"a": "x"}), {"id": 2, "a": "y"}],
            [Order(1, "x"), Order(2, "y")],
            [Slotted(1, "x"), Slotted(2, "y")],
            [(1, "x"), [2, "y"]],
            [pair(1, "x"), pair(2, "y")],
            list(base.execute("SELECT 1 AS id, 'x' AS a UNION SELECT 2, 'y'")),
            [{"id": 1, "a": "x"}, Order(2, "y")],
            ({"id": i, "a": a} for i, a in ((1, "x"), (2, "y"))),
        ]
        for kind in kinds:
            with self.subTest(kind):
                rows = kind
                self.assertEqual(self.rows(lambda: rows, [("id", ">", "1")]),
                                 [{"id": 2, "a": "y"}])

    def test_sources(self):
        def with_query(query):
            return [(1, query.table)]

        def without():
            yield 1, "t"

        class Source:
            def __call__(self, query):
                return iter([(1, query.table)])

        for source in (with_query, without, Source(), [(1, "t")], ((1, "t"),)):
            with self.subTest(source):
                self.assertEqual(self.rows(source), [{"id": 1, "a": "t"}])
        self.assertEqual(self.rows(lambda: None), [])

    def test_sources_that_are_none(self):
        async def later(query):
            return []

        for source in (later, "text", 7, iter([(1, "x")])):
            with self.subTest(source), self.assertRaises(Error):
                table("t", columns=COLUMNS)(source)

    def test_rows_that_are_none(self):
        for row, part in ((7, "7"), ("ab", '"ab"'), (None, "null"),
                          ((1,), "has 1 values"), ({"ID": 1}, "none of its columns")):
            with self.subTest(row):
                self.assertIn(part, self.error([row])["message"])

    def test_sources_that_return_no_rows(self):
        for given, part in ((7, "7"), ({"id": 1, "a": "x"}, '"id": 1'), ("ab", '"ab"')):
            with self.subTest(given):
                told = self.error(lambda: given)
                self.assertIn(f'source of table "t" returned no rows, but {part}',
                              told["message"].replace("{", ""))
                self.assertIn("or yields its rows", told["hint"])

    def test_details_are_sentences(self):
        self.assertEqual(self.error([("one", "x")])["detail"], "An integer is expected.")
        self.assertEqual(self.error([(1, "x")], filters=[("id", "=", "one")])["detail"],
                         "An integer is expected.")

    def test_a_column_that_is_not_there(self):
        told = self.error([(1, "x")], filters=[("town", "=", "x")])
        self.assertEqual(told["message"], 'table "t" has no column "town"')
        self.assertIn("in requests: id, a. ", told["hint"])
        self.assertIn("the option path; lambda_fdw_check(table)", told["hint"])

    def test_values_of_python(self):
        utc = datetime.timezone.utc
        east = datetime.timezone(datetime.timedelta(hours=2))
        day = datetime.datetime(2026, 11, 27, 9, 0, 0, 500)
        one = uuid.UUID(int=1)
        for name, value, answered in (
                ("bigint", 2**53, str(2**53)),
                ("bigint", decimal.Decimal("1E2"), 100),
                ("bigint", 3.0, 3),
                ("numeric", decimal.Decimal("1.50"), "1.50"),
                ("numeric", decimal.Decimal("NaN"), "NaN"),
                ("numeric", 0.1, "0.1"),
                ("numeric", decimal.Decimal("-0"), "0"),
                ("numeric", decimal.Decimal("1E+3"), "1000"),
                ("real", 0.1, 0.1),
                ("double precision", decimal.Decimal("0.1"), 0.1),
                ("double precision", float("-inf"), "-Infinity"),
                ("uuid", one, str(one)),
                ("text", one, str(one)),
                ("text", datetime.date(2026, 1, 2), "2026-01-02"),
                ("date", day, "2026-11-27"),
                ("date", day.date(), "2026-11-27"),
                ("time", day.time(), "09:00:00.0005"),
                ("timestamp", day, "2026-11-27T09:00:00.0005"),
                ("timestamp", day.date(), "2026-11-27T00:00:00"),
                ("timestamptz", day.replace(tzinfo=utc),
                 "2026-11-27T09:00:00.0005+00:00"),
                ("timestamptz", day.replace(tzinfo=east),
                 "2026-11-27T07:00:00.0005+00:00"),
                ("jsonb", {"n": decimal.Decimal("1.5"), "d": day.date(), "l": (1,)},
                 {"n": 1.5, "d": "2026-11-27", "l": [1]}),
                ("bytea", b"\x00\xff", "\\x00ff"),
                ("integer[]", (1, 2), [1, 2])):
            with self.subTest(name, value=value):
                rows = self.rows([{"a": value}], columns={"a": name}, asked=["a"])
                self.assertEqual(rows, [{"a": answered}])
                self.assertEqual(type(rows[0]["a"]), type(answered))

    def test_values_that_are_none(self):
        for name, value in (
                ("integer", True), ("integer", 1.5), ("numeric", False),
                ("text", b"x"), ("text", "\0"), ("text", "\ud800"),
                ("timestamptz", datetime.datetime(2026, 1, 1)),
                ("timestamptz", datetime.date(2026, 1, 1)),
                ("timestamptz", "2026-01-01T00:00:00+02:60"),
                ("timestamptz", "2026-01-01T00:00:00+16:00"),
                ("timestamp", "2026-01-01T00:00:00+02:60"),
                ("timestamp", "2026-01-01T00:00:59.+16:00"),
                ("timestamp", "2026-01-01T23:59:60.5"), ("time", "24:00:00.1"),
                ("date", "2026-02-29"), ("date", "0000-01-01"),
                ("date", 7), ("jsonb", object())):
            with self.subTest(name, value=value):
                told = self.error([{"a": 1}, {"a": value}][1:], columns={"a": name},
                                  asked=["a"])
                self.assertIn('column "a" of table "t", row 1: ', told["message"])

    def test_epochs(self):
        columns = {"a": {"type": "timestamptz", "format": "epoch_ms"},
                   "b": {"type": "timestamp(0)", "format": "epoch_s"}}
        rows = self.rows([{"a": 1764234000123, "b": "0.5"},
                          {"a": decimal.Decimal("-1"), "b": -0.5}],
                         columns=columns, asked=["a", "b"])
        self.assertEqual(rows[0]["a"], "2025-11-27T09:00:00.123+00:00")
        self.assertEqual(rows[1]["a"], "1969-12-31T23:59:59.999+00:00")
        self.assertEqual([row["b"] for row in rows],
                         ["1970-01-01T00:00:00", "1969-12-31T23:59:59"])

    def test_input_and_required(self):
        columns = {"address": {"type": "text", "input": True},
                   "region": {"type": "text", "required": True}, "a": "text"}

        def source(query):
            for address in query.values("address"):
                yield {"a": address.upper()}

        handler = serve(table("t", columns=columns)(source))
        answer = scan(handler, columns=("region", "a"),
                      filters=[("address", "=", "x"), ("region", "=", "eu")])
        self.assertEqual(answer, {"rows": [{"region": "eu", "a": "X"}]})
        answer = scan(handler, columns=("region", "a"),
                      filters=[("address", "=", "x"), ("region", "in", ["eu", "us"])])
        self.assertIn("several", answer["lambda_fdw_error"]["message"])

    def test_conditions_that_exclude_all_ask_nobody(self):
        asked = []
        handler = serve(table("t", columns=COLUMNS)(lambda query: asked.append(query)))
        for condition in (("id", "=", None), ("id", "in", []), ("id", "not in", [None])):
            self.assertEqual(scan(handler, filters=[condition]), {"rows": []})
        self.assertEqual(scan(handler, limit=0), {"rows": []})
        self.assertEqual(asked, [])

    def test_exceptions_are_told_without_their_stack(self):
        def source():
            yield 1, "x"
            raise KeyError("tenant")

        log = io.StringIO()
        with redirect_stderr(log):
            told = self.error(source)
        self.assertEqual(told, {"message": "KeyError: 'tenant'"})
        self.assertIn("in source", log.getvalue())

    def test_errors_in_own_words(self):
        def source():
            raise Error("no such tenant", detail="d", hint="h", sqlstate="22023")

        self.assertEqual(self.error(source), {
            "message": "no such tenant", "detail": "d", "hint": "h",
            "sqlstate": "22023"})


class Queries(unittest.TestCase):
    def query(self, *filters, columns=None, **more):
        seen = []
        handler = serve(table("t", columns=columns or {
            "id": "bigint", "n": "numeric(5,2)", "at": "timestamptz", "d": "date",
            "u": "uuid", "city": {"type": "text", "path": "/address/city"}},
            split_by="source")(lambda query: seen.append(query)))
        answer = scan(handler, columns=("id",), filters=filters, **more)
        self.assertIn("rows", answer, answer)
        return seen[0]

    def test_values(self):
        query = self.query(("id", "in", ["1", "2", "3", "2"]), ("id", "in", ["3", "2"]),
                           ("address.city", "=", "Oslo"), ("n", "=", "12.505"))
        self.assertEqual(query.values("id"), [2, 3])
        self.assertEqual(query.values("city"), ["Oslo"])
        self.assertEqual(query.values("address.city"), ["Oslo"])
        self.assertEqual(query.values("n"), [decimal.Decimal("12.505")])
        self.assertIsNone(query.values("at"))
        with self.assertRaises(Error):
            query.values("town")
        self.assertEqual(query.columns, ["id", "n", "city"])

    def test_range(self):
        query = self.query(("id", ">", "3"), ("id", ">=", "3"), ("id", "<=", "9"),
                           ("id", "<", "10"), ("d", ">", "2026-11-27"),
                           ("at", ">=", "2026-11-27T10:00:00+01:00"))
        self.assertEqual(query.range("id"), (3, False, 9, True))
        self.assertEqual(query.range("d"),
                         (datetime.date(2026, 11, 27), False, None, False))
        self.assertEqual(query.range("at").low, datetime.datetime(
            2026, 11, 27, 9, tzinfo=datetime.timezone.utc))
        self.assertEqual(query.range("n"), (None, False, None, False))

    def test_the_rest(self):
        query = self.query(("u", "is null", True), ("n", "not in", ["1"]), limit=3,
                           order_by=[{"column": "id", "descending": True,
                                      "nulls": "last"}],
                           split={"index": 1, "count": 3})
        self.assertEqual(query.limit, 3)
        self.assertEqual(query.order_by, [("id", True, False)])
        self.assertEqual((query.split.index, query.split.count), (1, 3))
        self.assertEqual(query.filters, [("u", "is null", None),
                                         ("n", "not in", [decimal.Decimal(1)])])

    def test_tuples(self):
        seen = []
        handler = serve(table("t", columns={"a": "integer", "b": "text"},
                              batch=["b", "a"])(
            lambda query: seen.append(query) or [(1, "x"), (2, "x"), (1, "y")]))
        answer = handler({"keys": [{"a": "1", "b": "x"}, {"a": "1", "b": "y"},
                                   {"a": None, "b": "x"}],
                          "lambda_fdw": {"version": 2, "operation": "scan",
                                         "table": "t", "columns": ["a", "b"],
                                         "filters": [{"columns": ["a", "b"],
                                                      "operator": "in",
                                                      "argument": "/keys"}]}}, None)
        self.assertEqual(answer["rows"], [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}])
        self.assertEqual(seen[0].tuples(), [("x", 1), ("y", 1)])
        self.assertEqual(seen[0].values("b"), ["x", "y"])

    def test_split_by_source(self):
        handler = serve(table("t", columns=COLUMNS, splits=4, split_by="source")(
            lambda query: [(query.split.index, "x")] * 3))
        answer = scan(handler, split={"index": 2, "count": 4})
        self.assertEqual(answer["rows"], [{"id": 2, "a": "x"}] * 3)
        self.assertEqual(list(answer), ["split", "rows"])

    def test_splits_by_key_take_any_order(self):
        rows = [{"id": i, "a": "x"} for i in range(100)]
        columns = {"id": {"type": "integer", "key": True}, "a": "text"}
        found = []
        for index in range(4):
            rows = rows[7:] + rows[:7]
            handler = serve(table("t", columns=columns, splits=4)(rows))
            found += scan(handler, split={"index": index, "count": 4})["rows"]
        self.assertEqual(sorted(row["id"] for row in found), list(range(100)))
