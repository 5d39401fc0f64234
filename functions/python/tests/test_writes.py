"""Writes: what writers are given, and what is remembered."""

import datetime
import decimal
import io
import unittest
from contextlib import redirect_stderr

from lambda_fdw import Error, Failed, serve, table

COLUMNS = {"id": {"type": "bigint", "key": True}, "n": "numeric(5,2)",
           "at": "timestamptz", "city": {"type": "text", "path": "/address/city"}}


class Writes(unittest.TestCase):
    def setUp(self):
        self.table = table("t", columns=COLUMNS)([])
        self.seen = []

    def write(self, operation, rows=None, handler=None, **more):
        envelope = dict(version=2, operation=operation, table="t", **more)
        if rows is not None:
            envelope["rows"] = rows
        return (handler or serve(self.table))({"lambda_fdw": envelope}, None)

    def returning(self, operation, result):
        def writer(write):
            self.seen.append(write)
            if isinstance(result, Exception) and not isinstance(result, Failed):
                raise result
            return result

        getattr(self.table, operation)(writer)

    def test_rows_have_the_values_of_their_types(self):
        self.returning("update", None)
        answer = self.write("update", [
            {"key": {"id": "9007199254740993"},
             "values": {"n": "1.5", "at": "2026-11-27T09:00:00+00:00",
                        "address": {"city": None}}}], batch_id="a-1")
        self.assertEqual(answer, {"affected": 1})
        (write,) = self.seen
        self.assertEqual(write.rows[0].key, {"id": 9007199254740993})
        self.assertEqual(write.rows[0].values, {
            "n": decimal.Decimal("1.5"), "city": None,
            "at": datetime.datetime(2026, 11, 27, 9, tzinfo=datetime.timezone.utc)})
        self.assertEqual((write.operation, write.batch_id), ("update", "a-1"))

    def test_answers(self):
        rows = [{"key": {"id": 1}, "values": {"id": 1}}, {"values": {"id": 2}}]
        for result, answer in (
                (None, {"affected": 2}), (1, {"affected": 1}), (0, {"affected": 0}),
                ([{"id": 1, "n": 2}, {"id": 2, "address": {"city": "Oslo"}}],
                 {"rows": [{"id": 1, "n": "2.00"},
                           {"id": 2, "address": {"city": "Oslo"}}]}),
                ([{"id": 1, "city": "Oslo"}],
                 {"rows": [{"id": 1, "address": {"city": "Oslo"}}]}),
                (Failed({1: "taken"}),
                 {"failed": [{"index": 1, "message": "taken"}]})):
            with self.subTest(result):
                self.returning("insert", result)
                self.assertEqual(self.write("insert", rows), answer)
        self.returning("truncate", None)
        self.assertEqual(self.write("truncate", cascade=True, restart_identity=False), {})
        self.assertTrue(self.seen[-1].cascade)

    def test_answers_that_are_none(self):
        for result in ("text", -1, True, {"id": 1}, Failed({7: "x"}), object()):
            with self.subTest(result):
                self.returning("insert", result)
                told = self.write("insert", [{"values": {"id": 1}}])
                self.assertEqual(list(told), ["lambda_fdw_error"])

    def test_a_batch_is_written_once(self):
        self.returning("insert", [{"id": 1, "n": "2"}])
        handler = serve(self.table)
        rows = [{"values": {"id": 1}}]
        first = self.write("insert", rows, handler, batch_id="a-1")
        self.assertEqual(self.write("insert", rows, handler, batch_id="a-1"), first)
        self.assertEqual(len(self.seen), 1)
        self.write("insert", rows, handler, batch_id="a-2")
        self.assertEqual(len(self.seen), 2)
        for number in range(1000):
            self.write("insert", rows, handler, batch_id=f"b-{number}")
        self.write("insert", rows, handler, batch_id="a-2")
        self.assertEqual(len(self.seen), 1003)

    def test_failures_are_remembered_and_errors_are_not(self):
        rows = [{"values": {"id": 1}}]
        for result, calls in ((Failed({0: "taken"}), 1), (Error("down"), 2),
                              (RuntimeError("down"), 2)):
            self.seen.clear()
            self.returning("insert", result)
            handler = serve(self.table)
            with redirect_stderr(io.StringIO()):
                for _time in range(2):
                    self.write("insert", rows, handler, batch_id="a-1")
            self.assertEqual(len(self.seen), calls)

    def test_a_store_of_ones_own(self):
        kept = {}

        class Store:
            get = staticmethod(kept.get)
            put = staticmethod(kept.__setitem__)

        self.returning("insert", 1)
        rows = [{"values": {"id": 1}}]
        for _environment in range(2):
            answer = self.write("insert", rows, serve(self.table, batch_store=Store()),
                                batch_id="a-1")
            self.assertEqual(answer, {"affected": 1})
        self.assertEqual(kept["a-1"]["answer"], {"affected": 1})
        other = self.write("insert", [{"values": {"id": 2}}],
                           serve(self.table, batch_store=Store()), batch_id="a-1")
        self.assertIn("another batch", other["lambda_fdw_error"]["message"])
        self.assertEqual(len(self.seen), 1)

    def test_what_is_not_known(self):
        self.returning("insert", None)
        self.returning("delete", None)
        for operation, rows, more, part in (
                ("update", [], {}, 'table "t" takes no update'),
                ("insert", [{"values": {"town": 1}}], {}, '"town"'),
                ("insert", [{"values": {"address": {"zip": 1}}}], {}, '"address.zip"'),
                ("insert", [{"values": {"id": "x"}}], {}, "row 1"),
                ("insert", [{"value": {"id": 1}}], {}, "row 1"),
                ("insert", [[1]], {}, "row 1"),
                ("insert", None, {}, "not a list"),
                ("insert", [], {"batch_id": 7}, "batch_id"),
                ("insert", [], {"mode": 7}, '"mode"'),
                ("delete", [{"key": {}}], {}, "no key")):
            with self.subTest(part):
                told = self.write(operation, rows, **more)
                self.assertIn(part, told["lambda_fdw_error"]["message"])
        self.assertEqual(self.seen, [])
