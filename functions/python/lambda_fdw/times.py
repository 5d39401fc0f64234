"""Dates and times as PostgreSQL has them.

A date is the number of days since 2000-01-01, a timestamp that of microseconds
since its midnight (in UTC where it has a zone), a time that since midnight.  So
they compare as numbers, and are rounded as PostgreSQL rounds them: away from
its epoch.
"""

from __future__ import annotations

import datetime
import re
from typing import Optional, Tuple

SECOND = 1_000_000
DAY = 86_400 * SECOND

# the infinities lie outside of every range
INFINITY = 1 << 80
MINUS_INFINITY = -INFINITY

_EPOCH_ORDINAL = datetime.date(2000, 1, 1).toordinal()
_EPOCH = datetime.datetime(2000, 1, 1)
_EPOCH_UTC = _EPOCH.replace(tzinfo=datetime.timezone.utc)

# PostgreSQL's ranges: from Julian day 0, which is in 4714 BC, on
_FIRST_DAY = -2_451_545
_AFTER_DATE = 2_145_031_949
_AFTER_TIMESTAMP = 106_751_983 * DAY

_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097  # of the Gregorian calendar

_BLANK = r"[ \t\n\r\f\v]"
_CLOCK = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d*))?)?"
_ZONE = r"([Zz]|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)"
_MOMENT = re.compile(
    rf"{_BLANK}*(\d{{4,7}})-(\d\d?)-(\d\d?)"
    rf"(?:(?:[Tt]|{_BLANK}+){_CLOCK}{_BLANK}*{_ZONE}?)?"
    rf"(?:{_BLANK}*([Bb][Cc]|[Aa][Dd]))?{_BLANK}*",
    re.ASCII,
)
_TIME = re.compile(rf"{_BLANK}*{_CLOCK}{_BLANK}*{_ZONE}?{_BLANK}*", re.ASCII)
_INFINITIES = {"infinity": INFINITY, "-infinity": MINUS_INFINITY}


def _day_of(year: int, month: int, day: int) -> int:
    """The number of a day; year 0 is 1 BC."""
    cycles = (year - 1) // _CYCLE_YEARS
    try:
        first = datetime.date(year - cycles * _CYCLE_YEARS, month, day)
    except ValueError:
        raise ValueError("there is no such day") from None
    return first.toordinal() + cycles * _CYCLE_DAYS - _EPOCH_ORDINAL


def _clock(hour: str, minute: str, second: Optional[str], digits: Optional[str]) -> int:
    """Microseconds since midnight; the end of a day and of a minute count too."""
    h, m, s = int(hour), int(minute), int(second or 0)
    # to the nearest, halves to even, as rint() of a double
    fraction = round(float("0." + digits) * SECOND) if digits else 0
    value = ((h * 60 + m) * 60 + s) * SECOND + fraction
    if m > 59 or s > 60 or value > DAY:
        raise ValueError("there is no such time of day")
    return value


def _offset(zone: str) -> int:
    """Microseconds east of UTC."""
    if zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "")
    hours, minutes, seconds = (int(digits[i : i + 2] or 0) for i in (0, 2, 4))
    if hours > 15 or minutes > 59 or seconds > 59:
        raise ValueError("there is no such time zone")
    offset = ((hours * 60 + minutes) * 60 + seconds) * SECOND
    return -offset if zone[0] == "-" else offset


def _parse(text: str) -> Tuple[int, Optional[int], Optional[str]]:
    """The day, the time of day and the zone that a text says."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("ISO 8601 is expected, as in 2026-11-27T09:00:00+00:00")
    year, month, day, hour, minute, second, digits, zone, bc = found.groups()
    if int(year) == 0:
        raise ValueError("there is no year 0")
    before = bc is not None and bc.lower() == "bc"
    number = _day_of(1 - int(year) if before else int(year), int(month), int(day))
    if hour is None:
        return number, None, None
    if zone is not None:
        _offset(zone)
    return number, _clock(hour, minute, second, digits), zone


def _within(value: int, first: int, after: int) -> int:
    if first <= value < after:
        return value
    raise ValueError("it is out of range")


def within_timestamp(value: int) -> int:
    """The same, if PostgreSQL's timestamps go so far."""
    return _within(value, _FIRST_DAY * DAY, _AFTER_TIMESTAMP)


def parse_date(text: str) -> int:
    """A date; the time of day is left out, as PostgreSQL does."""
    infinity = _INFINITIES.get(text.strip().lower())
    if infinity is not None:
        return infinity
    return _within(_parse(text)[0], _FIRST_DAY, _AFTER_DATE)


def parse_common(text: str) -> Optional[datetime.datetime]:
    """What programs write, quickly; None for what takes a closer look."""
    length = len(text)
    if length not in (19, 25, 26, 32) or text[10:17:3] not in ("T::", " ::"):
        return None
    if text[19:20] not in ("", "+", "-", ".") or text[4:8:3] != "--":
        return None
    if length in (26, 32) and not text[20:26].isdigit():
        return None
    if length in (25, 32) and (text[-5:-3] > "15" or text[-2:] > "59"):
        return None
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


def parse_timestamp(text: str) -> int:
    """A timestamp without time zone; a zone is left out, as PostgreSQL does."""
    common = parse_common(text)
    if common is not None:
        return of_datetime(common.replace(tzinfo=None))
    infinity = _INFINITIES.get(text.strip().lower())
    if infinity is not None:
        return infinity
    day, clock, _zone = _parse(text)
    return within_timestamp(day * DAY + (clock or 0))


def parse_timestamptz(text: str) -> int:
    """A timestamp with time zone, which the text must say."""
    common = parse_common(text)
    if common is not None and common.tzinfo is not None:
        return of_datetime(common)
    infinity = _INFINITIES.get(text.strip().lower())
    if infinity is not None:
        return infinity
    day, clock, zone = _parse(text)
    if zone is None:
        raise ValueError(NAIVE)
    value = day * DAY + (clock or 0) - _offset(zone)
    return within_timestamp(value)


NAIVE = "it has no time zone, and the column's type has one: say Z or an offset"


def parse_time(text: str) -> int:
    """A time of day; a zone is left out, as PostgreSQL does."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("ISO 8601 is expected, as in 09:00:00")
    hour, minute, second, digits, zone = found.groups()
    value = _clock(hour, minute, second, digits)
    if zone is not None:
        _offset(zone)
    return value


def of_date(value: datetime.date) -> int:
    """The number of a day."""
    return int(value.toordinal()) - _EPOCH_ORDINAL


def of_datetime(value: datetime.datetime) -> int:
    """Of one with a zone the moment, of one without what it says."""
    since = value - (_EPOCH if value.tzinfo is None else _EPOCH_UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def of_time(value: datetime.time) -> int:
    """Microseconds since midnight."""
    return (
        (value.hour * 60 + value.minute) * 60 + value.second
    ) * SECOND + value.microsecond


def round_to(value: int, digits: int) -> int:
    """To that many digits of a second, halves away from the epoch."""
    if digits >= 6 or abs(value) == INFINITY:
        return value
    unit = int(10 ** (6 - digits))
    rounded = (abs(value) + unit // 2) // unit * unit
    return rounded if value >= 0 else -rounded


def _show_infinity(value: int) -> str:
    return "infinity" if value > 0 else "-infinity"


def _show_day(day: int) -> Tuple[str, str]:
    """A date in ISO 8601, and what follows it before the year 1."""
    ordinal = day + _EPOCH_ORDINAL
    cycles = (ordinal - 1) // _CYCLE_DAYS
    first = datetime.date.fromordinal(ordinal - cycles * _CYCLE_DAYS)
    year = first.year + cycles * _CYCLE_YEARS
    era = ""
    if year < 1:
        year, era = 1 - year, " BC"
    return f"{year:04d}-{first.month:02d}-{first.day:02d}", era


def show_date(day: int) -> str:
    """A date in ISO 8601."""
    if abs(day) == INFINITY:
        return _show_infinity(day)
    return "".join(_show_day(day))


def show_time(clock: int) -> str:
    """A time of day in ISO 8601, with the digits of the fraction that it has."""
    seconds, fraction = divmod(clock, SECOND)
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


def show_timestamp(value: int, zone: str = "") -> str:
    """A timestamp in ISO 8601, with the zone behind it."""
    if abs(value) == INFINITY:
        return _show_infinity(value)
    day, clock = divmod(value, DAY)
    date, era = _show_day(day)
    return f"{date}T{show_time(clock)}{zone}{era}"


def to_date(day: int) -> datetime.date:
    """For a source; ValueError for what Python has no date for."""
    try:
        return datetime.date.fromordinal(day + _EPOCH_ORDINAL)
    except (ValueError, OverflowError):
        raise ValueError(f"Python has no date {show_date(day)}") from None


def to_datetime(value: int, zone: Optional[datetime.timezone]) -> datetime.datetime:
    """For a source; ValueError for what Python has no datetime for."""
    try:
        since = datetime.timedelta(microseconds=value)
        return (_EPOCH + since).replace(tzinfo=zone)
    except OverflowError:
        raise ValueError(f"Python has no time {show_timestamp(value)}") from None


def to_time(clock: int) -> datetime.time:
    """For a source; ValueError for the end of the day, which Python has not."""
    seconds, fraction = divmod(clock, SECOND)
    return datetime.time(
        seconds // 3600, seconds // 60 % 60, seconds % 60, microsecond=fraction
    )
