"""What a declaration says, and what it may not."""

import unittest

from lambda_fdw import Error, serve, table


def make(columns=None, **more):
    return table("t", columns=columns or {"id": "integer"}, **more)([])


class Declarations(unittest.TestCase):
    def described(self, made):
        return serve(made)({"lambda_fdw": {"version": 2, "operation": "describe"}},
                           None)["tables"][0]

    def test_describe(self):
        made = make({"id": {"type": "integer", "key": True, "not_null": True,
                            "pushdown": ["in", "="]},
                     "city": {"type": "text", "path": "/address/city",
                              "collation": "C"},
                     "raw": "jsonb"}, splits=3, estimated_rows=7, batch=["id"],
                    payload={"tenant": "acme"})
        made.insert(lambda write: None)
        made.truncate(lambda write: None)
        nulls = "is null, is not null"
        self.assertEqual(self.described(made), {
            "name": "t",
            "columns": [
                {"name": "id", "type": "integer", "pushdown": "=, in", "key": True,
                 "not_null": True, "required": True},
                {"name": "city", "type": "text", "path": "/address/city",
                 "collation": "C",
                 "pushdown": "=, in, <>, not in, <, <=, >, >=, like, " + nulls},
                {"name": "raw", "type": "jsonb", "pushdown": nulls}],
            "capabilities": ["limit", "order_by"], "argument_format": "digits",
            "estimated_rows": 7, "payload": {"tenant": "acme"}, "splits": 3,
            "batch_argument": "/keys", "updatable": True, "truncatable": True})

    def test_the_name_is_the_functions(self):
        @table(columns={"id": "integer"})
        def orders():
            return []

        self.assertEqual(self.described(orders)["name"], "orders")

    def test_types_by_their_names(self):
        for name, base in (
                ("INT", "bigint"), ("int4", "bigint"), ("  Double   Precision ", "real"),
                ("float(24)", "real"), ("float", "real"), ("decimal(10, 2)", "bigint"),
                ("character varying(3)", "varchar"), ("bpchar", "char(3)"),
                ("timestamp(3) with time zone", "date"), ("pg_catalog.bool", "boolean"),
                ("time without time zone", "time"), ("interval(3)", "jsonb"),
                ("interval", "jsonb"), ("bit(3)", "jsonb"), ("integer[]", "jsonb"),
                ("timetz(3)", "jsonb"), ("time(3) with time zone", "jsonb"),
                ('"char"', "jsonb"), ("numeric(3)[]", "jsonb"), ("app.money", "jsonb"),
                ("vector(3)", "jsonb")):
            with self.subTest(name):
                made, other = make({"a": name}), make({"a": base})
                self.assertEqual(self.described(made)["columns"][0], {
                    **self.described(other)["columns"][0], "type": name})

    def test_refusals(self):
        text = {"type": "text"}
        for part, columns, more in (
                ("no type", {"a": {}}, {}),
                ('Perhaps you meant "path"', {"a": {**text, "paht": "/a"}}, {}),
                ("JSON Pointer", {"a": {**text, "path": "a"}}, {}),
                ("JSON Pointer", {"a": {**text, "path": ""}}, {}),
                ("one path", {"a": "text", "b": {**text, "path": "/a"}}, {}),
                ("one path", {"a": "jsonb", "b": {**text, "path": "/a/b"}}, {}),
                ("are one in requests", {"a.b": "text", "c": {**text, "path": "/a/b"}},
                 {}),
                ('the operator "<"', {"a": {**text, "pushdown": "=, <"}}, {}),
                ('the operator "=:id"', {"a": {**text, "pushdown": "=:id"}}, {}),
                ("not True or False", {"a": {**text, "key": "yes"}}, {}),
                ("no format", {"a": {**text, "format": "epoch_s"}}, {}),
                ("is none", {"a": "numeric(2000)"}, {}),
                ("is none", {"a": "integer(3)"}, {}),
                ("is none", {"a": " "}, {}),
                ("no columns", {}, {}),
                ("no dict of names", ["a"], {}),
                ("splits", {"a": "text"}, {"splits": 0}),
                ("split_by", {"a": "text"}, {"split_by": "me"}),
                ("batch of", {"a": "text"}, {"batch": ["b"]}),
                ("not compared by =", {"a": "jsonb"}, {"batch": ["a"]}),
                ("has a batch", {"keys": "text"}, {"batch": ["keys"]}),
                ("payload", {"a": "text"}, {"payload": {"a": 1}}),
                ("Perhaps", {"a": "text"}, {"estimated_row": 1}),
                ("nothing that", {"a": "text"}, {"function_arn": "x"}),
                ("no JSON", {"a": "text"}, {"payload": {"x": object()}})):
            with self.subTest(part, columns=columns):
                with self.assertRaises(Error) as caught:
                    table("t", columns=columns, **more)([])
                said = f"{caught.exception} {caught.exception.hint}"
                self.assertIn(part, said)

    def test_serve_refusals(self):
        for tables, more in (((), {}), ((make(), make()), {}), (([],), {}),
                             ((make(),), {"page_bytes": 0}),
                             ((make(),), {"page_bytes": 7_000_000})):
            with self.subTest(tables), self.assertRaises(Error):
                serve(*tables, **more)
        with self.assertRaises(Error):
            make().update(lambda write: None)
