"""The types of columns: small pools of values, so that rows match and repeat.

IDENTIFICATION
  test/oracle/kinds.py
"""

LABELS = ["sad", "ok", "happy", "Zen"]


def quote(text):
    return "'" + text.replace("'", "''") + "'"


class Kind:
    """A type: what it is called, what values it has, what may be done to it.

    base      what the function calls it
    family    types of one family compare with each other
    pool      the texts of its values
    ops       the operators that a column of it may declare
    naive     whether equal values have one text in JSON
    """

    def __init__(self, name, sql, base, family, pool, ops, weight=2, plain=True,
                 sortable=True, naive=True):
        self.name, self.sql, self.base, self.family = name, sql, base, family
        self.pool, self.ops, self.weight = pool, ops, weight
        self.plain, self.sortable, self.naive = plain, sortable, naive

    @property
    def formats(self):
        """The values of the column option "format" that it can have."""
        return {"bytea": ("base64", "hex"), "timestamp": (
            "epoch_s", "epoch_ms"), "timestamptz": ("epoch_s", "epoch_ms")
                }.get(self.base, ())

    def literal(self, text, short=False):
        if text is None:
            return "NULL"
        if short and self.family == "int" and abs(int(text)) < 2 ** 31:
            return text
        if short and self.name == "bool":
            return text
        if self.name == "numeric" and short:
            return text
        sql = {"varchar5": "varchar", "bpchar4": "bpchar", "bpchar9": "char(12)",
               "numeric2": "numeric"}.get(self.name, self.sql)
        # A domain's check is no business of a literal.
        sql = {"dom_int": "int", "dom_text": "text"}.get(self.name, sql)
        return quote(text) + "::" + sql


EQ = ["=", "in", "<>", "not in", "is null", "is not null"]
ORDER = EQ + ["<", "<=", ">", ">="]
TEXT = ORDER + ["like", "ilike"]

INT_POOL = ["-3", "-1", "0", "1", "2", "3", "4", "5", "7", "10", "42"]
WORDS = ["", "a", "A", "ab", "abc", "b", "B", "Abc", "a%b", "a_b", "a\\b",
         "x\ny", "é", "É", "Zürich", "日本", "😀", "z z", "it's", '"q"', "10",
         "9", "null"]
MOMENTS = ["2020-02-29 00:00:00", "2024-01-01 00:00:00",
           "2024-12-31 23:59:59.999999", "2025-06-15 12:30:00.5",
           "2025-06-15 12:30:00.25", "1999-12-31 00:00:00",
           "0001-01-01 12:00:00", "9999-12-30 00:00:00",
           "2030-07-01 08:15:00.000001"]
UUIDS = ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
         "00000000-0000-0000-0000-000000000000",
         "ffffffff-ffff-ffff-ffff-ffffffffffff",
         "b1ffcd88-8d1c-5fa9-bb6d-7cc0ce491b22",
         "b1ffcd88-8d1c-5fa9-bb6d-7cc0ce491b23"]
# Sums of these are exact in any order.
FLOATS = ["0", "-1.5", "0.25", "0.5", "1", "2.75", "1024", "-0.125", "3"]

KINDS = [
    Kind("int4", "int", "int4", "int", INT_POOL + ["2147483647",
         "-2147483648"], ORDER, 10),
    Kind("int8", "bigint", "int8", "int", INT_POOL + ["9007199254740993",
         "9007199254740992", "-9223372036854775808"], ORDER, 5),
    Kind("int2", "smallint", "int2", "int", INT_POOL + ["32767"], ORDER, 3),
    Kind("dom_int", "c.small_int", "int4", "int", INT_POOL, ORDER, 2,
         plain=False),
    Kind("bool", "boolean", "bool", "bool", ["true", "false"], EQ, 5),
    Kind("text", "text", "text", "text", WORDS, TEXT, 8),
    Kind("varchar", "varchar", "varchar", "text", WORDS, TEXT, 3),
    Kind("varchar5", "varchar(5)", "varchar", "text",
         [w for w in WORDS if len(w) <= 5], TEXT, 3, plain=False),
    Kind("dom_text", "c.short_text", "text", "text",
         [w for w in WORDS if len(w) <= 5], TEXT, 2, plain=False),
    Kind("bpchar4", "char(4)", "bpchar", "bpchar", ["a", "ab", "abcd", "B", ""],
         EQ, 1, plain=False),
    Kind("numeric", "numeric", "numeric", "numeric",
         ["0", "1", "1.0", "1.50", "-2.25", "3", "0.1", "100",
          "12345678901234567890.123456789", "9.996", "10.00"], ORDER, 4,
         naive=False),
    Kind("numeric2", "numeric(10,2)", "numeric", "numeric",
         ["0.00", "1.50", "-2.25", "3.00", "10.00", "9.99"], ORDER, 3,
         naive=False),
    Kind("float8", "float8", "float8", "float", FLOATS, ORDER, 3),
    Kind("float4", "real", "float4", "real", FLOATS + ["0.1"], EQ, 1),
    Kind("date", "date", "date", "date", [m[:10] for m in MOMENTS], ORDER, 4),
    Kind("timestamp", "timestamp", "timestamp", "timestamp", MOMENTS, ORDER, 2),
    Kind("timestamptz", "timestamptz", "timestamptz", "timestamptz",
         [m + "+00" for m in MOMENTS if m[:4] not in ("0001", "9999")] +
         ["2025-06-15 14:30:00.5+02"], ORDER, 4),
    Kind("uuid", "uuid", "uuid", "uuid", UUIDS, ORDER, 3),
    Kind("enum", "c.mood", "enum", "enum", LABELS, ORDER, 3),
    Kind("bytea", "bytea", "bytea", "bytea",
         ["\\x", "\\x00", "\\x00ff10", "\\x616263", "\\xff"], ORDER, 2),
    Kind("jsonb", "jsonb", "jsonb", "jsonb",
         ['{"k": 1}', '{"k": 2, "a": [1, 2]}', "[]", '"s"', "3.50",
          '{"k": null}', "true"], [], 2),
    Kind("ints", "int[]", "int[]", "ints",
         ["{}", "{1}", "{1,2,3}", "{NULL,2}", "{4,5}"], [], 2),
    Kind("texts", "text[]", "text[]", "texts",
         ["{}", "{a}", "{a,b}", '{"x y",NULL}', '{ab,""}'], [], 1),
    Kind("interval", "interval", "interval", "interval",
         ["1 day", "2 hours", "1 mon", "-1 day"], EQ, 1),
    Kind("time", "time", "time", "time",
         ["00:00:00", "12:30:00", "12:30:00.5", "23:59:59.999999"], ORDER, 2),
    Kind("timetz", "timetz", "timetz", "timetz",
         ["00:00:00+00", "12:30:00+00", "12:30:00.5+02", "08:00:00-05"], EQ,
         1),
    Kind("inet", "inet", "inet", "inet",
         ["10.0.0.1", "10.0.0.0/8", "192.168.1.7", "::1", "2001:db8::/32"],
         EQ, 1),
    Kind("cidr", "cidr", "cidr", "inet",
         ["10.0.0.0/8", "192.168.1.0/24", "2001:db8::/32"], EQ, 1),
    Kind("macaddr", "macaddr", "macaddr", "macaddr",
         ["08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:01"],
         EQ, 1),
    Kind("oid", "oid", "oid", "oid", ["1", "2", "16384", "4294967295"], EQ, 1),
    Kind("name", "name", "name", "name", ["a", "A", "ab", "\u00e9", "x y"], EQ,
         1),
    Kind("bit3", "bit(3)", "bit", "bit", ["000", "101", "111"], EQ, 1),
    Kind("varbit", "varbit", "varbit", "bit", ["", "1", "101", "0001"], EQ, 1),
    Kind("bpchar9", "char(9)", "bpchar", "bpchar",
         ["a", "ab", "abcd", "B", "", " a", "a b"], EQ, 1, plain=False),
    Kind("lsn", "pg_lsn", "pg_lsn", "pg_lsn", ["0/0", "0/16B3748", "1/0"], EQ,
         1),
    Kind("int4range", "int4range", "int4range", "int4range",
         ["empty", "[1,3)", "[2,)", "(,5)"], EQ, 1),
]
CITEXT = Kind("citext", "c.citext", "citext", "citext",
              ["a", "Ab", "B", "x y"], [], 2)
BY_NAME = {kind.name: kind for kind in KINDS + [CITEXT]}

# What every database of the oracle has, before its tables.
PRELUDE = """
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
CREATE SCHEMA f;
CREATE SCHEMA l;
CREATE SCHEMA c;
CREATE TYPE c.mood AS ENUM (%s);
CREATE DOMAIN c.small_int AS int CHECK (VALUE < 1000);
CREATE DOMAIN c.short_text AS text CHECK (length(VALUE) <= 5);
""" % ", ".join(map(quote, LABELS))
