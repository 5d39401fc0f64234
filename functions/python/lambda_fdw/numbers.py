"""Numbers: integers, numeric, real and double precision, as PostgreSQL has them."""

from __future__ import annotations

import decimal
import math
import operator
import re
import struct
from typing import Any, Callable, Optional, Tuple, Union

Convert = Callable[[Any], Any]

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


def same(value: Any) -> Any:
    """The value as it is."""
    return value


# ---------------------------------------------------------------------------
# Integers
# ---------------------------------------------------------------------------

BLANKS = " \t\n\r\f\v"
_INTEGER = re.compile(r"[+-]?[0-9]+")
_MOST_DIGITS = 200_000  # of a number in a text, that it cost no more than it may


def operand_integer(value: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, str):
        text = value.strip(BLANKS)
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
    if hasattr(value, "__index__"):  # other libraries' integers
        return int(operator.index(value))
    raise ValueError("an integer is expected")


def integer(bits: int) -> Tuple[Convert, Convert]:
    """What reads integers of so many bits, and what writes them."""
    least, most = -(1 << (bits - 1)), (1 << (bits - 1)) - 1

    def read(value: Any) -> int:
        if type(value) is not int:
            value = operand_integer(value)
        if least <= value <= most:
            return int(value)
        raise ValueError("it is out of range")

    def answer(value: int) -> Union[int, str]:
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)

    return read, answer if bits > 32 else same


# ---------------------------------------------------------------------------
# Numeric
# ---------------------------------------------------------------------------

# room for all that PostgreSQL has, and no rounding but the one asked for
CONTEXT = decimal.Context(
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


def decimal_of(value: Any) -> Any:
    """A number as a Decimal, or NAN."""
    if isinstance(value, str):
        text = value.strip(BLANKS)
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
            number = number.quantize(decimal.Decimal(1), context=CONTEXT)
    return number


def operand_numeric(value: Any) -> Any:
    number = decimal_of(value)
    return number if number is NAN else _plain(number)


def numeric(precision: Optional[int], scale: int) -> Convert:
    if precision is None:
        return operand_numeric
    unit = decimal.Decimal((0, (1,), -scale))
    least_too_many = decimal.Decimal((0, (1,), precision - scale))
    why = f"it has more than {precision - scale} digits before the point"
    if precision <= scale:
        why = f"it is not below 10^{precision - scale}"

    def read(value: Any) -> Any:
        number = decimal_of(value)
        if number is NAN:
            return NAN
        if number.is_infinite() or (number and number.adjusted() > _MOST_BEFORE):
            raise ValueError(why)
        number = number.quantize(unit, context=CONTEXT)
        if number.copy_abs() >= least_too_many:
            raise ValueError(why)
        return number if scale >= 0 else _plain(number)

    return read


def echo_numeric(precision: Optional[int], scale: int) -> Optional[Convert]:
    """Takes texts that have the column's digits already."""
    if precision is None or not 0 <= scale < precision:
        return None
    before = f"(?:0|[1-9][0-9]{{0,{precision - scale - 1}}})"
    behind = f"\\.[0-9]{{{scale}}}" if scale else ""
    matches = re.compile(before + behind).fullmatch

    def echo(value: Any) -> Optional[str]:
        return value if type(value) is str and matches(value) else None

    return echo


def answer_numeric(value: Any) -> str:
    if value is NAN or value.is_infinite():
        return str(value)
    return format(value if value else value.copy_abs(), "f")  # no -0


def python_numeric(value: Any) -> Any:
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
    text = value.strip(BLANKS)
    if text[:1] in ("+", "-") and text[1:].lower() == "nan":
        return math.nan, None
    special = _special(text)
    if special is not None:
        return math.nan if special is NAN else special, None
    if len(text) > _MOST_DIGITS or not _NUMBER.fullmatch(text):
        raise ValueError("a number is expected")
    number = float(text)
    if math.isinf(number) or (number == 0 and not _ZERO.fullmatch(text)):
        raise ValueError("it is out of range")
    return number, text


def double(value: Any) -> Any:
    if type(value) is float and value == value:
        return value
    number = _float_of(value)[0]
    return number if number == number else NAN


def _next_double(value: float, up: bool) -> float:
    """The next double above or below (math.nextafter)."""
    return math.nextafter(value, math.inf if up else -math.inf)


def single(value: Any) -> Any:
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


def answer_double(value: Any) -> Any:
    if value is NAN:
        return "NaN"
    if value == 0 or math.isinf(value):
        if value == 0:
            return 0.0 if math.copysign(1, value) > 0 else "-0"
        return "Infinity" if value > 0 else "-Infinity"
    return value


def answer_single(value: Any) -> Any:
    if value is NAN or value == 0 or math.isinf(value):
        return answer_double(value)
    for digits in (6, 7, 8):
        short = float(f"{value:.{digits}g}")
        if struct.pack("<f", short) == struct.pack("<f", value):
            return short
    return float(f"{value:.9g}")


def python_double(value: Any) -> float:
    return math.nan if value is NAN else float(value)
