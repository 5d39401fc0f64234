"""How PostgreSQL compares, for oracle_table: keys that order as its types do.

A value comes as json.loads gives it, its numbers as Number, digit for digit.
"""

import base64
import datetime
import re
import struct
from decimal import Decimal


class Number(str):
    """A JSON number with the digits it came with."""


INTEGERS = ("int2", "int4", "int8")
TEXTS = ("text", "varchar", "citext")
# Types whose undeclared "=" and "in" may be hints.
HINTABLE = INTEGERS + ("bool", "uuid", "text", "varchar")
# Types of which equal values have one text.
TEXTUAL = ("time", "timetz", "interval", "inet", "cidr", "macaddr", "name",
           "bit", "varbit", "oid", "pg_lsn", "int4range")

TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?"
    r"(?:Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)?")


def instant(text):
    """A date, timestamp or timestamptz; what has an offset is in UTC."""
    match = TIME.fullmatch(text)
    if match is None:
        raise ValueError("no date or time: %r" % text)
    parts = [int(part or 0) for part in match.groups()[:6]]
    micros = int((match[7] or "0").ljust(6, "0"))
    value = datetime.datetime(*parts, micros)
    if match[8]:
        offset = datetime.timedelta(hours=int(match[9]),
                                    minutes=int(match[10] or 0),
                                    seconds=int(match[11] or 0))
        value += offset if match[8] == "-" else -offset
    return value


def single(number):
    return struct.unpack("f", struct.pack("f", float(number)))[0]


def bytes_of(text, form):
    """bytea in the column's format, which is PostgreSQL's own without one."""
    if form == "base64":
        return base64.b64decode(text, validate=True)
    if form is None and not text.startswith("\\x"):
        raise ValueError("no bytes in hex: %r" % text)
    return bytes.fromhex(text if form else text[2:])


def fold(text):
    """Lower case as the C locale has it."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def key(column, value, is_data=False):
    """What a value of the column compares by; None for a null."""
    kind, form = column["type"], column.get("format")
    if value is None:
        return None
    if form and form.startswith("epoch"):
        if not isinstance(value, Number):
            raise ValueError("no number for %s: %r" % (form, value))
        return Decimal(value)
    if kind == "bool":
        if not isinstance(value, bool):
            raise ValueError("no boolean: %r" % (value,))
        return value
    if kind in INTEGERS:
        return int(value)
    if kind == "numeric":
        return Decimal(value)
    if kind == "float8":
        return float(value)
    if kind == "float4":
        return single(value)
    if not isinstance(value, str) or isinstance(value, Number):
        raise ValueError("no string for %s: %r" % (kind, value))
    if kind == "citext":
        return fold(value).encode()
    if kind in TEXTS:
        return value.encode()
    if kind == "bpchar":
        if not is_data and value.endswith(" "):
            raise ValueError("trailing blanks: %r" % value)
        return value.rstrip(" ").encode()
    if kind in ("date", "timestamp", "timestamptz"):
        return instant(value)
    if kind == "uuid":
        return value.replace("-", "").strip("{}").lower()
    if kind == "enum":
        return column["labels"].index(value)
    if kind == "bytea":
        return bytes_of(value, form)
    if kind in TEXTUAL:
        return value
    raise ValueError("%s is data only" % kind)


def comparable(column):
    return column["type"] in HINTABLE + TEXTUAL + (
        "numeric", "float4", "float8", "bpchar", "citext", "date", "timestamp",
        "timestamptz", "enum", "bytea")


def like(pattern, text, ignore_case):
    """text LIKE pattern, a backslash being the escape.  A pattern that ends
    in one is an error in PostgreSQL, which is left to it."""
    if ignore_case:
        pattern, text = fold(pattern), fold(text)
    parts, position = [], 0
    while position < len(pattern):
        char = pattern[position]
        if char == "\\":
            position += 1
            if position == len(pattern):
                return True
            parts.append(re.escape(pattern[position]))
        else:
            parts.append({"%": ".*", "_": "."}.get(char) or re.escape(char))
        position += 1
    return re.fullmatch("".join(parts), text, re.S) is not None


COMPARE = {"=": lambda a, b: a == b, "<>": lambda a, b: a != b,
           "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
           ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


def condition(column, operator, wanted, naive=False):
    """A function that tells whether a cell, a (value, key), satisfies a
    condition; a null satisfies none but "is null".  What is naive compares
    what was sent with what it has, as JSON, and knows no types."""
    if operator == "is null":
        return lambda cell: cell[0] is None
    if operator == "is not null":
        return lambda cell: cell[0] is not None
    if operator in ("like", "ilike"):
        return lambda cell: cell[0] is not None and like(
            wanted, cell[0], operator == "ilike")
    if naive and operator in ("=", "in", "<>", "not in"):
        texts = wanted if operator.endswith("in") else [wanted]
        return lambda cell: cell[0] is not None and (
            (cell[0] in texts) == (operator in ("=", "in")))
    if operator in ("in", "not in"):
        keys = {key(column, one) for one in wanted}
        if None in keys:
            raise ValueError("a list with a null")
        return lambda cell: cell[0] is not None and (
            (cell[1] in keys) == (operator == "in"))
    compare, other = COMPARE[operator], key(column, wanted)
    if other is None:
        raise ValueError("a null to compare with")
    return lambda cell: cell[0] is not None and compare(cell[1], other)
