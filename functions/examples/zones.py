"""The world's time zones, as they are at a given instant.

    CREATE FOREIGN TABLE zones (
      name         text        OPTIONS (pushdown '=, in'),
      country      text        OPTIONS (pushdown '=, in'),
      country_name text,
      utc_offset   interval,
      dst          boolean,
      local_time   timestamp,
      at           timestamptz OPTIONS (pushdown '=, in')
    ) SERVER aws OPTIONS (function_arn 'zones');

    SELECT name, utc_offset, local_time FROM zones
    WHERE country = 'PT' AND at = '2026-11-14 09:00+00';

Arguments, each a value or a list, each optional: name ("Europe/Lisbon"),
country (ISO 3166 code), at (ISO 8601; without an offset it is UTC; the default
is now).  The data is the tz database of the machine, or of the PyPI package
tzdata where the machine has none; `dst` is its flag, which Ireland sets in
winter by law.
"""

import os
import re
import zoneinfo
from datetime import datetime, timezone
from functools import lru_cache


def read_table(file_name):
    """The lines of one of the tz database's tables, split at tabs."""
    texts = []
    for folder in zoneinfo.TZPATH:
        path = os.path.join(folder, file_name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                texts = [file.read()]
            break
    else:
        try:
            from importlib.resources import files
            texts = [files("tzdata.zoneinfo").joinpath(file_name)
                     .read_text(encoding="utf-8")]
        except (ImportError, FileNotFoundError):
            pass
    return [line.split("\t") for text in texts for line in text.splitlines()
            if line and not line.startswith("#")]


@lru_cache(maxsize=None)
def countries():
    """Zone name -> country code; aliases and Etc zones have none."""
    return {fields[2]: fields[0].split(",")[0]
            for fields in read_table("zone.tab") or read_table("zone1970.tab")}


@lru_cache(maxsize=None)
def country_names():
    return {fields[0]: fields[1] for fields in read_table("iso3166.tab")}


@lru_cache(maxsize=None)
def zone_names():
    """Every zone; "localtime" and "Factory" are settings, not places."""
    return sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})


def values(event, argument):
    """What was asked for as a list, or None where it was not asked."""
    if argument not in event:
        return None
    value = event[argument]
    return value if isinstance(value, list) else [value]


def parse_instant(text):
    """An ISO 8601 instant; older Pythons know neither Z nor any fraction."""
    text = re.sub(r"[zZ]$", "+00:00", text)
    text = re.sub(r"\.(\d+)", lambda m: "." + m[1][:6].ljust(6, "0"), text)
    text = re.sub(r"([+-]\d\d)$", r"\1:00", text)
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        return instant.replace(tzinfo=timezone.utc)
    return instant.astimezone(timezone.utc)


def interval(delta):
    """"+05:30:00": the form PostgreSQL's interval reads, sign included."""
    seconds = int(delta.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    return "%s%02d:%02d:%02d" % ("-" if seconds < 0 else "+",
                                 *divmod(minutes, 60), second)


def row(name, instant):
    local = instant.astimezone(zoneinfo.ZoneInfo(name))
    country = countries().get(name)
    return {
        "name": name,
        "country": country,
        "country_name": country_names().get(country),
        "utc_offset": interval(local.utcoffset()),
        "dst": bool(local.dst()),
        "local_time": local.replace(tzinfo=None).isoformat(),
        "at": instant.isoformat(),
    }


def lambda_handler(event, context):
    names = values(event, "name")
    wanted = values(event, "country")
    instants = [parse_instant(text) for text in values(event, "at") or ()
                if text is not None]
    if "at" not in event:
        instants = [datetime.now(timezone.utc)]
    return [row(name, instant)
            for name in zone_names()
            if names is None or name in names
            if wanted is None or countries().get(name, "") in wanted
            for instant in dict.fromkeys(instants)]
