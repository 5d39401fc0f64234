"""Types: how a row's value becomes one of its column, and is compared and written.

Inside, a value is such that Python compares it as PostgreSQL compares the type:
integers, times and dates are int, numeric is Decimal, real and double precision
are float, NaN is one object above all of them, text is str, whose order is that
of code points.  So conditions and orders need know nothing of types.
"""

from __future__ import annotations

import datetime
import decimal
import json
import math
import re
import uuid
from typing import Any, Dict, FrozenSet, NamedTuple, Optional, Tuple

from . import numbers, times
from .numbers import Convert, same

NULL_TESTS = ("is null", "is not null")
EQUALITY = ("=", "in", "<>", "not in")
BOUNDS = ("<", "<=", ">", ">=")
# in the order in which they are described
OPERATORS = EQUALITY + BOUNDS + ("like",) + NULL_TESTS
C_COLLATIONS = ("C", "POSIX")


class Type(NamedTuple):
    """A column's type.

    read: a row's value, not None, as one of the column; operand: a condition's, which
    has neither the column's length nor its scale; both raise ValueError, with the
    reason.  answer: what read makes, as JSON; python: the same for a source.  echo: a
    row's value itself, where it is what answer would make of it; else None.
    """

    name: str
    operators: FrozenSet[str]
    sortable: bool
    read: Convert
    operand: Convert
    answer: Convert
    python: Convert
    is_timestamp: bool = False
    echo: Optional[Convert] = None

    def direct(self) -> Convert:
        """From a row's value to JSON, without a detour where there is nothing to do."""
        read, answer, echo = self.read, self.answer, self.echo
        if answer is same:
            return read
        if echo is None:
            return lambda value: answer(read(value))
        said = echo

        def convert(value: Any) -> Any:
            found = said(value)
            return answer(read(value)) if found is None else found

        return convert


# ---------------------------------------------------------------------------
# Boolean, text, uuid
# ---------------------------------------------------------------------------

# PostgreSQL's, each of which may be cut short where it is no other
_TRUE = {"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"}
_FALSE = {"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"}


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    if isinstance(value, (int, decimal.Decimal)) and value in (0, 1):
        return bool(value == 1)
    if isinstance(value, str):
        word = value.strip(numbers.BLANKS).lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    raise ValueError("true or false is expected")


def _text_of(value: Any) -> str:
    """What is no string, as the text that it is in JSON."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(plain_json(value))
    if isinstance(value, (int, float, dict, list, tuple)):
        return json.dumps(plain_json(value), separators=(",", ":"), ensure_ascii=False)
    raise ValueError("a text is expected")


def _text(value: Any) -> str:
    if type(value) is str and value.isascii() and "\0" not in value:
        return value
    if type(value) is not str:
        value = _text_of(value)
    if "\0" in value:
        raise ValueError("a text cannot hold the character U+0000")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError("it has half a surrogate pair") from None
    return str(value)


def _varchar(length: int) -> Convert:
    def read(value: Any) -> str:
        text = _text(value)
        if len(text) > length:
            if text[length:].strip(" "):
                raise ValueError(f"it is longer than {length} characters")
            text = text[:length]
        return text

    return read


def _operand_char(value: Any) -> str:
    return _text(value).rstrip(" ")


def _char(length: int) -> Convert:
    def read(value: Any) -> str:
        text = _text(value).rstrip(" ")
        if len(text) > length:
            raise ValueError(f"it is longer than {length} characters")
        return text

    return read


_UUID = re.compile(r"\{?[0-9a-fA-F]{4}(?:-?[0-9a-fA-F]{4}){7}\}?")


def _uuid(value: Any) -> str:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, str) and _UUID.fullmatch(value):
        if (value[0] == "{") == (value[-1] == "}"):
            digits = value.strip("{}").replace("-", "").lower()
            return "-".join(
                (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
            )
    raise ValueError("a UUID is expected, as in 7d444840-9dc0-11d1-b245-5ffdce74fad2")


# ---------------------------------------------------------------------------
# Dates and times
# ---------------------------------------------------------------------------


def _date(value: Any) -> int:
    if isinstance(value, str):
        return times.parse_date(value)
    if isinstance(value, datetime.date):  # a datetime is one too
        return times.of_date(value)
    raise ValueError("a date is expected, as in 2026-11-27")


def _operand_time(value: Any) -> int:
    if isinstance(value, str):
        return times.parse_time(value)
    if isinstance(value, datetime.time):
        return times.of_time(value)
    raise ValueError("a time is expected, as in 09:00:00")


def _operand_timestamp(value: Any) -> int:
    if isinstance(value, str):
        return times.parse_timestamp(value)
    if isinstance(value, datetime.datetime):
        return times.of_datetime(value.replace(tzinfo=None))
    if isinstance(value, datetime.date):
        return times.of_date(value) * times.DAY
    raise ValueError("a timestamp is expected, as in 2026-11-27T09:00:00")


def _operand_timestamptz(value: Any) -> int:
    if isinstance(value, str):
        return times.parse_timestamptz(value)
    if isinstance(value, datetime.datetime) and value.utcoffset() is not None:
        return times.of_datetime(value)
    if isinstance(value, datetime.date):
        raise ValueError(times.NAIVE)
    raise ValueError("a timestamp is expected, as in 2026-11-27T09:00:00+00:00")


def _echo_timestamptz(value: Any) -> Optional[str]:
    if type(value) is str and len(value) == 25 and value[10] == "T":
        if value[19:] == "+00:00" and times.parse_common(value) is not None:
            return value
    return None


def _echo_timestamp(value: Any) -> Optional[str]:
    if type(value) is str and len(value) == 19 and value[10] == "T":
        if times.parse_common(value) is not None:
            return value
    return None


def _rounded(parse: Convert, digits: Optional[int]) -> Convert:
    if digits is None or digits >= 6:
        return parse
    places = digits

    def read(value: Any) -> int:
        return times.round_to(parse(value), places)

    return read


def _show_utc(value: int) -> str:
    return times.show_timestamp(value, "" if abs(value) == times.INFINITY else "+00:00")


def _python_timestamp(value: int) -> datetime.datetime:
    return times.to_datetime(value, None)


def _python_timestamptz(value: int) -> datetime.datetime:
    return times.to_datetime(value, datetime.timezone.utc)


def epoch(kind: Type, unit: int) -> Type:
    """The same type, of rows that have the time as a number of units since 1970."""
    since = times.of_date(datetime.date(1970, 1, 1)) * times.DAY

    def read(value: Any) -> Any:
        number = numbers.decimal_of(value)
        if number is numbers.NAN or number.is_infinite() or number.adjusted() > 20:
            raise ValueError("a number of seconds or milliseconds is expected")
        scaled = numbers.CONTEXT.multiply(number, decimal.Decimal(unit))
        scaled = scaled.quantize(decimal.Decimal(1), context=numbers.CONTEXT)
        return kind.read(
            times.show_timestamp(times.within_timestamp(int(scaled) + since), "+00:00")
        )

    return kind._replace(read=read, echo=None)


# ---------------------------------------------------------------------------
# What is not compared
# ---------------------------------------------------------------------------


def plain_json(value: Any) -> Any:
    """A document with what JSON has no form for in the form that PostgreSQL reads."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(numbers.decimal_of(value))
    if isinstance(value, dict):
        return {str(name): plain_json(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(element) for element in value]
    if isinstance(value, (set, frozenset)):
        return [plain_json(element) for element in value]
    if isinstance(value, decimal.Decimal):
        if value.is_finite() and value == value.to_integral_value():
            return int(value) if value.adjusted() < 1000 else format(value, "f")
        number = float(value)
        exact = math.isfinite(number) and decimal.Decimal(repr(number)) == value
        return number if exact else str(value)
    if isinstance(value, (bytes, bytearray)):
        return "\\x" + value.hex()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise ValueError(f"JSON has no {type(value).__name__}")


# ---------------------------------------------------------------------------
# Types by their names
# ---------------------------------------------------------------------------

_ALIASES = {
    "int2": "smallint",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "decimal": "numeric",
    "dec": "numeric",
    "float4": "real",
    "float8": "double precision",
    "float": "double precision",
    "bool": "boolean",
    "character varying": "varchar",
    "char varying": "varchar",
    "character": "char",
    "bpchar": "char",
    "time without time zone": "time",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
}
_NAME = re.compile(
    r"([a-z][a-z0-9_. ]*?)\s*(?:\(\s*(-?\d+)\s*(?:,\s*(-?\d+)\s*)?\))?(?:\s+((?:with|without) time zone))?"
)

_Made = Tuple[Convert, Convert, Convert, Convert]  # read, operand, answer, python


def _known(base: str, first: Optional[int], second: Optional[int]) -> Optional[_Made]:
    """How a type's values are read and written; None for a type not known here."""
    if base in ("smallint", "integer", "bigint"):
        read, answer = numbers.integer(
            {"smallint": 16, "integer": 32, "bigint": 64}[base]
        )
        return read, numbers.operand_integer, answer, same
    if base == "numeric":
        read = numbers.numeric(first, second or 0)
        return (
            read,
            numbers.operand_numeric,
            numbers.answer_numeric,
            numbers.python_numeric,
        )
    if base == "real":
        return (
            numbers.single,
            numbers.single,
            numbers.answer_single,
            numbers.python_double,
        )
    if base == "double precision":
        return (
            numbers.double,
            numbers.double,
            numbers.answer_double,
            numbers.python_double,
        )
    if base == "boolean":
        return _boolean, _boolean, same, same
    if base == "text":
        return _text, _text, same, same
    if base == "varchar":
        return _text if first is None else _varchar(first), _text, same, same
    if base == "char":
        read = _operand_char if first is None else _char(first)
        return read, _operand_char, same, same
    if base == "uuid":
        return _uuid, _uuid, same, same
    if base == "date":
        return _date, _date, times.show_date, times.to_date
    clock = _CLOCKS.get(base)
    if clock is None:
        return None
    return (_rounded(clock[0], first),) + clock


_CLOCKS: Dict[str, Tuple[Convert, Convert, Convert]] = {
    "time": (_operand_time, times.show_time, times.to_time),
    "timestamp": (_operand_timestamp, times.show_timestamp, _python_timestamp),
    "timestamptz": (_operand_timestamptz, _show_utc, _python_timestamptz),
}

# types that take no modifiers
_BARE = frozenset("smallint integer bigint real boolean text uuid date".split())

# how many modifiers a type takes at most, and between which bounds the first is
_MODIFIERS = {
    "numeric": (2, 1, 1000),
    "varchar": (1, 1, 10_485_760),
    "char": (1, 1, 10_485_760),
    "time": (1, 0, 6),
    "timestamp": (1, 0, 6),
    "timestamptz": (1, 0, 6),
    "double precision": (1, 1, 53),
}


def _parse_name(name: str) -> Tuple[str, Optional[int], Optional[int]]:
    """The type that a name means, and its modifiers."""
    found = _NAME.fullmatch(" ".join(name.lower().split()))
    if found is None:
        return name, None, None
    base, first, second, zone = found.groups()
    if base.startswith("pg_catalog."):
        base = base[len("pg_catalog.") :]
    base = f"{base} {zone}" if zone else base
    alias = base
    base = _ALIASES.get(base, base)
    modifiers = [int(number) for number in (first, second) if number is not None]
    if base not in _MODIFIERS and (not modifiers or base not in _BARE):
        return base if not modifiers else name, None, None
    most, least_first, most_first = _MODIFIERS.get(base, (0, 0, 0))
    if len(modifiers) > most or (
        modifiers and not least_first <= modifiers[0] <= most_first
    ):
        raise ValueError("its modifiers are not those of the type")
    if len(modifiers) == 2 and not -1000 <= modifiers[1] <= 1000:
        raise ValueError("its scale is from -1000 to 1000")
    if base == "double precision" and modifiers:
        return "real" if modifiers[0] <= 24 else base, None, None
    if alias in ("char", "character") and not modifiers:
        modifiers = [1]
    return base, modifiers[0] if modifiers else None, (modifiers + [0, 0])[1]


def type_named(name: str, collation: Optional[str] = None) -> Type:
    """The type of a column; ValueError where a name cannot be one."""
    if not name.strip():
        raise ValueError("it is empty")
    base, first, second = _parse_name(name)
    made = _known(base, first, second)
    if made is None:
        tests = frozenset(NULL_TESTS)
        return Type(name, tests, False, plain_json, plain_json, same, same)
    operators = set(EQUALITY + NULL_TESTS)
    if base not in ("text", "varchar", "char") or collation in C_COLLATIONS:
        operators |= set(BOUNDS)
    if base in ("text", "varchar"):
        operators.add("like")
    read, operand, answer, python = made
    return Type(
        name,
        frozenset(operators),
        True,
        read,
        operand,
        answer,
        python,
        base in ("timestamp", "timestamptz"),
        _echo(base, first, second or 0),
    )


def _echo(base: str, first: Optional[int], scale: int) -> Optional[Convert]:
    if base == "numeric":
        return numbers.echo_numeric(first, scale)
    if base == "timestamp":
        return _echo_timestamp
    return _echo_timestamptz if base == "timestamptz" else None
