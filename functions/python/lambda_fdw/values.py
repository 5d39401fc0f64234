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
import struct
import uuid
from typing import Any, Callable, Dict, FrozenSet, NamedTuple, Optional, Tuple, Union

from . import times

Convert = Callable[[Any], Any]

NULL_TESTS = ("is null", "is not null")
EQUALITY = ("=", "in", "<>", "not in")
BOUNDS = ("<", "<=", ">", ">=")
# in the order in which they are described
OPERATORS = EQUALITY + BOUNDS + ("like",) + NULL_TESTS
C_COLLATIONS = ("C", "POSIX")

SAFE_INTEGER = 2**53 - 1  # what every reader of JSON keeps exactly


class NotANumber:
    """NaN as PostgreSQL compares it: equal to itself, above all others."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return 0

    def __lt__(self, other: object) -> bool:
        return False

    def __le__(self, other: object) -> bool:
        return self is other

    def __gt__(self, other: object) -> bool:
        return self is not other

    def __ge__(self, other: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "NaN"


NAN = NotANumber()


class Type(NamedTuple):
    """A column's type.

    read: a row's value, not None, as one of the column; operand: a condition's, which
    has neither the column's length nor its scale; both raise ValueError, with the
    reason.  answer: what read makes, as JSON; python: the same for a source.
    """

    name: str
    operators: FrozenSet[str]
    sortable: bool
    read: Convert
    operand: Convert
    answer: Convert
    python: Convert
    is_timestamp: bool = False


def _same(value: Any) -> Any:
    return value


# ---------------------------------------------------------------------------
# Integers
# ---------------------------------------------------------------------------

_BLANKS = " \t\n\r\f\v"
_INTEGER = re.compile(r"[+-]?[0-9]+")
_MOST_DIGITS = 200_000  # of a number in a text, that it cost no more than it may


def _operand_integer(value: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, str):
        text = value.strip(_BLANKS)
        if len(text) <= 4000 and _INTEGER.fullmatch(text):
            return int(text)
        raise ValueError("an integer is expected")
    if isinstance(value, bool):
        raise ValueError("an integer is expected")
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, decimal.Decimal) and value.is_finite():
        if value.adjusted() < 100 and value == value.to_integral_value():
            return int(value)
    raise ValueError("an integer is expected")


def _integer(bits: int) -> Tuple[Convert, Convert]:
    """What reads integers of so many bits, and what writes them."""
    least, most = -(1 << (bits - 1)), (1 << (bits - 1)) - 1

    def read(value: Any) -> int:
        if type(value) is not int:
            value = _operand_integer(value)
        if least <= value <= most:
            return int(value)
        raise ValueError("it is out of range")

    def answer(value: int) -> Union[int, str]:
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)

    return read, answer if bits > 32 else _same


# ---------------------------------------------------------------------------
# Numeric
# ---------------------------------------------------------------------------

# room for all that PostgreSQL has, and no rounding but the one asked for
_CONTEXT = decimal.Context(
    prec=200_000,
    rounding=decimal.ROUND_HALF_UP,  # away from zero
    Emin=decimal.MIN_EMIN,
    Emax=decimal.MAX_EMAX,
    traps=[decimal.InvalidOperation],
)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
_WORDS = re.compile(r"([+-]?)(?:(nan)|(inf|infinity))", re.IGNORECASE)
_INFINITE = decimal.Decimal("Infinity")
_MOST_BEFORE, _MOST_BEHIND = 131_072, 16_383  # digits of a numeric


def _special(text: str) -> Any:
    """NaN and the infinities by their names; None for any other text."""
    found = _WORDS.fullmatch(text)
    if found is None:
        return None
    sign, nan, _infinity = found.groups()
    if nan:
        return None if sign else NAN
    return -math.inf if sign == "-" else math.inf


def _decimal_of(value: Any) -> Any:
    """A number as a Decimal, or NAN."""
    if isinstance(value, str):
        text = value.strip(_BLANKS)
        special = _special(text)
        if special is not None:
            return NAN if special is NAN else decimal.Decimal(special)
        if len(text) > _MOST_DIGITS or not _NUMBER.fullmatch(text):
            raise ValueError("a number is expected")
        return decimal.Decimal(text)
    if isinstance(value, bool):
        raise ValueError("a number is expected")
    if isinstance(value, float):
        return NAN if value != value else decimal.Decimal(repr(float(value)))
    if isinstance(value, decimal.Decimal):
        return NAN if value.is_nan() else value
    if isinstance(value, int):
        return decimal.Decimal(value)
    raise ValueError("a number is expected")


def _plain(number: decimal.Decimal) -> decimal.Decimal:
    """The same without an exponent, within the digits that a numeric may have."""
    if number.is_finite():
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        if number and number.adjusted() >= _MOST_BEFORE or exponent < -_MOST_BEHIND:
            raise ValueError("it has more digits than a numeric holds")
        if exponent > 0:
            number = number.quantize(decimal.Decimal(1), context=_CONTEXT)
    return number


def _operand_numeric(value: Any) -> Any:
    number = _decimal_of(value)
    return number if number is NAN else _plain(number)


def _numeric(precision: Optional[int], scale: int) -> Convert:
    if precision is None:
        return _operand_numeric
    unit = decimal.Decimal((0, (1,), -scale))
    least_too_many = decimal.Decimal((0, (1,), precision - scale))
    why = f"it has more than {precision - scale} digits before the point"
    if precision <= scale:
        why = f"it is not below 10^{precision - scale}"

    def read(value: Any) -> Any:
        number = _decimal_of(value)
        if number is NAN:
            return NAN
        if number.is_infinite() or number.adjusted() > _MOST_BEFORE:
            raise ValueError(why)
        number = number.quantize(unit, context=_CONTEXT)
        if number.copy_abs() >= least_too_many:
            raise ValueError(why)
        return number if scale >= 0 else _plain(number)

    return read


def _answer_numeric(value: Any) -> str:
    if value is NAN or value.is_infinite():
        return str(value)
    return format(value if value else abs(value), "f")  # no -0


def _python_numeric(value: Any) -> decimal.Decimal:
    return decimal.Decimal("NaN") if value is NAN else value


# ---------------------------------------------------------------------------
# Real and double precision
# ---------------------------------------------------------------------------

_ZERO = re.compile(r"[+-]?[0.]+(?:[eE].*)?")


def _float_of(value: Any) -> Tuple[float, Optional[str]]:
    """A number as a double, and the text that it was, if it was one."""
    if type(value) is float:
        return value, None
    if isinstance(value, bool):
        raise ValueError("a number is expected")
    if isinstance(value, (int, float)):
        try:
            return float(value), str(value) if isinstance(value, int) else None
        except OverflowError:
            raise ValueError("it is out of range") from None
    if isinstance(value, decimal.Decimal):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError("a number is expected")
    text = value.strip(_BLANKS)
    special = _special(text)
    if special is not None:
        return math.nan if special is NAN else special, None
    if len(text) > _MOST_DIGITS or not _NUMBER.fullmatch(text):
        raise ValueError("a number is expected")
    number = float(text)
    if math.isinf(number) or (number == 0 and not _ZERO.fullmatch(text)):
        raise ValueError("it is out of range")
    return number, text


def _double(value: Any) -> Any:
    if type(value) is float and value == value:
        return value
    number = _float_of(value)[0]
    return number if number == number else NAN


def _next_double(value: float, up: bool) -> float:
    """The next double above or below (math.nextafter)."""
    return math.nextafter(value, math.inf if up else -math.inf)


def _single(value: Any) -> Any:
    """The nearest real of what the text says, not of the double nearest to it."""
    number, text = _float_of(value)
    if number != number:
        return NAN
    if math.isinf(number):
        return number
    if text is not None:
        exact, near = decimal.Decimal(text), decimal.Decimal(number)
        if exact != near and not struct.unpack("<Q", struct.pack("<d", number))[0] & 1:
            # rounded to odd, so that rounding once more does not round twice
            number = _next_double(number, exact > near)
    try:
        rounded = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        raise ValueError("it is out of range") from None
    if rounded == 0 and number != 0:
        raise ValueError("it is out of range")
    return float(rounded)


def _answer_double(value: Any) -> Any:
    if value is NAN:
        return "NaN"
    if value == 0 or math.isinf(value):
        if value == 0:
            return 0.0 if math.copysign(1, value) > 0 else "-0"
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _answer_single(value: Any) -> Any:
    if value is NAN or value == 0 or math.isinf(value):
        return _answer_double(value)
    for digits in (6, 7, 8):
        short = float(f"{value:.{digits}g}")
        if struct.pack("<f", short) == struct.pack("<f", value):
            return short
    return float(f"{value:.9g}")


def _python_double(value: Any) -> float:
    return math.nan if value is NAN else float(value)


# ---------------------------------------------------------------------------
# Boolean, text, uuid
# ---------------------------------------------------------------------------

# PostgreSQL's, each of which may be cut short where it is no other
_TRUE = {"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"}
_FALSE = {"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"}


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    if isinstance(value, int) and value in (0, 1):
        return value == 1
    if isinstance(value, str):
        word = value.strip(_BLANKS).lower()
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
    if isinstance(value, (int, float, dict, list, tuple)):
        return json.dumps(plain_json(value), separators=(",", ":"), ensure_ascii=False)
    raise ValueError("a text is expected")


def _text(value: Any) -> str:
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
        number = _decimal_of(value)
        if number is NAN or number.is_infinite() or number.adjusted() > 20:
            raise ValueError("a number of seconds or milliseconds is expected")
        scaled = (number * unit).quantize(decimal.Decimal(1), context=_CONTEXT)
        return kind.read(
            times.show_timestamp(times.within_timestamp(int(scaled) + since), "+00:00")
        )

    return kind._replace(read=read)


# ---------------------------------------------------------------------------
# What is not compared
# ---------------------------------------------------------------------------


def plain_json(value: Any) -> Any:
    """A document with what JSON has no form for in the form that PostgreSQL reads."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(_decimal_of(value))
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
    r"([a-z][a-z0-9_ ]*?)\s*(?:\(\s*(-?\d+)\s*(?:,\s*(-?\d+)\s*)?\))?(?:\s+((?:with|without) time zone))?"
)

_Made = Tuple[Convert, Convert, Convert, Convert]  # read, operand, answer, python


def _known(base: str, first: Optional[int], second: Optional[int]) -> Optional[_Made]:
    """How a type's values are read and written; None for a type not known here."""
    if base in ("smallint", "integer", "bigint"):
        read, answer = _integer({"smallint": 16, "integer": 32, "bigint": 64}[base])
        return read, _operand_integer, answer, _same
    if base == "numeric":
        read = _numeric(first, second or 0)
        return read, _operand_numeric, _answer_numeric, _python_numeric
    if base == "real":
        return _single, _single, _answer_single, _python_double
    if base == "double precision":
        return _double, _double, _answer_double, _python_double
    if base == "boolean":
        return _boolean, _boolean, _same, _same
    if base == "text":
        return _text, _text, _same, _same
    if base == "varchar":
        return _text if first is None else _varchar(first), _text, _same, _same
    if base == "char":
        read = _operand_char if first is None else _char(first)
        return read, _operand_char, _same, _same
    if base == "uuid":
        return _uuid, _uuid, _same, _same
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
    numbers = [int(number) for number in (first, second) if number is not None]
    if base not in _MODIFIERS and not numbers:
        return base, None, None
    most, least_first, most_first = _MODIFIERS.get(base, (0, 0, 0))
    if len(numbers) > most or (numbers and not least_first <= numbers[0] <= most_first):
        raise ValueError("its modifiers are not those of the type")
    if len(numbers) == 2 and not -1000 <= numbers[1] <= 1000:
        raise ValueError("its scale is from -1000 to 1000")
    if base == "double precision" and numbers:
        return "real" if numbers[0] <= 24 else base, None, None
    if alias in ("char", "character") and not numbers:
        numbers = [1]
    return base, numbers[0] if numbers else None, (numbers + [0, 0])[1]


def type_named(name: str, collation: Optional[str] = None) -> Type:
    """The type of a column; ValueError where a name cannot be one."""
    if not name.strip():
        raise ValueError("it is empty")
    base, first, second = _parse_name(name)
    made = _known(base, first, second)
    if made is None:
        tests = frozenset(NULL_TESTS)
        return Type(name, tests, False, plain_json, plain_json, _same, _same)
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
    )
