"""Pages: how large they are, what is kept between them, what has changed."""

import json
import unittest

from lambda_fdw import pages, serve, table


class Pages(unittest.TestCase):
    def setUp(self):
        self.opened = self.closed = 0
        self.rows = [{"id": i, "a": "é" * (i % 40)} for i in range(2000)]

        @table(columns={"id": "integer", "a": "text"})
        def t(query):
            self.opened += 1
            try:
                yield from list(self.rows)
            finally:
                self.closed += 1

        self.table = t
        self.handler = serve(t, page_bytes=20_000)

    def scan(self, cursor=None, handler=None, **more):
        return (handler or self.handler)({"lambda_fdw": dict(
            version=2, operation="scan", table="t", columns=["id", "a"], filters=[],
            cursor=cursor, **more)}, None)

    def all(self, **more):
        answers, cursor = [], None
        while True:
            answers.append(self.scan(cursor, **more))
            cursor = answers[-1].get("cursor")
            if cursor is None:
                return answers

    def test_the_source_is_read_once(self):
        answers = self.all()
        self.assertEqual([row["id"] for answer in answers for row in answer["rows"]],
                         list(range(2000)))
        for answer in answers:
            self.assertLessEqual(len(json.dumps(answer)), 20_000)
        for answer in answers[:-1]:
            self.assertGreater(len(json.dumps(answer)), 19_000)
        self.assertEqual((self.opened, self.closed), (1, 1))

    def test_a_cursor_goes_on_anywhere_and_twice(self):
        first = self.scan()
        again = [self.scan(first["cursor"]), self.scan(first["cursor"]),
                 self.scan(first["cursor"], serve(self.table, page_bytes=20_000))]
        self.assertEqual(again[0], again[1])
        self.assertEqual(again[0], again[2])
        self.assertEqual(self.opened, 3)

    def test_rows_that_changed_are_found(self):
        first = self.scan()
        self.rows[3] = {"id": 3, "a": "other"}
        told = self.scan(first["cursor"], serve(self.table, page_bytes=20_000))
        self.assertEqual(told["lambda_fdw_error"]["message"],
                         'the rows of table "t" changed between two pages')
        del self.rows[5:]
        told = self.scan(first["cursor"], serve(self.table, page_bytes=20_000))
        self.assertIn("changed", told["lambda_fdw_error"]["message"])
        self.assertEqual(self.closed, 2)

    def test_cursors_that_are_none(self):
        cursor = self.scan()["cursor"]
        self.assertIn("another request", self.scan(cursor, limit=1999)
                      ["lambda_fdw_error"]["message"])
        for wrong in ("x", "1.2.3", {"a": 1}, 7, cursor + "0"):
            with self.subTest(wrong):
                self.assertIn("none of this kit's", self.scan(wrong)
                              ["lambda_fdw_error"]["message"])

    def test_sources_are_not_kept_for_ever(self):
        for limit in range(1000, 1020):
            self.scan(limit=limit)
        self.assertEqual((self.opened, self.closed), (20, 4))

    def test_scans_of_one_request_leave_one_source_open(self):
        self.assertEqual(self.scan(), self.scan())
        self.assertEqual((self.opened, self.closed), (2, 1))

    def test_limit_and_order_over_pages(self):
        answers = self.all(limit=700, order_by=[
            {"column": "id", "descending": True, "nulls": "first"}])
        self.assertGreater(len(answers), 1)
        self.assertEqual([row["id"] for answer in answers for row in answer["rows"]],
                         list(range(1999, 1299, -1)))

    def test_a_row_that_is_too_large(self):
        self.rows = [{"id": 1, "a": "x" * 50_000}, {"id": 2, "a": "y"},
                     {"id": 3, "a": "z" * pages.ROW_BYTES}]
        first = self.scan()
        self.assertEqual(len(first["rows"]), 1)
        second = self.scan(first["cursor"])
        self.assertEqual([row["id"] for row in second["rows"]], [2])
        told = self.scan(second["cursor"])
        self.assertIn("row 3", told["lambda_fdw_error"]["message"])
        self.assertEqual(self.opened, self.closed)

    def test_plain_is_all_or_an_error(self):
        self.assertEqual(len(self.handler({"id": [1, 2]}, None)), 2)
        told = self.handler({}, None)["lambda_fdw_error"]
        self.assertIn("envelope", told["hint"])
        self.assertEqual(self.opened, self.closed)
