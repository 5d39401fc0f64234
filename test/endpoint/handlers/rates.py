"""Exchange rates of a day: needs base, quote and day, each a value or a list.

A rate is 100 * the length of the names and the day of the month; there is none
for a base of ZZZ.  "omit" is a list of members that rows leave out; "ignore" has
it answer for all days of November.
"""


def values(event, name):
    value = event[name]
    return value if isinstance(value, list) else [value]


def lambda_handler(event, context):
    days = ["2026-11-%02d" % day for day in range(1, 31)] \
        if event.get("ignore") else values(event, "day")
    rows = [{"base": base, "quote": quote, "day": day,
             "rate": 100 * len(base + quote) + int(str(day)[-2:])}
            for base in values(event, "base")
            for quote in values(event, "quote")
            for day in days if base != "ZZZ"]
    for row in rows:
        for member in event.get("omit", []):
            del row[member]
    return rows
