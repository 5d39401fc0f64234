"""Whether two answers to one query are the same.

IDENTIFICATION
  test/oracle/compare.py
"""

import re
from collections import Counter

DECIMAL = re.compile(r"(?<![\w.:])-?\d+\.\d+(?:e[+-]?\d+)?(?![\w.:])")


def trimmed(match):
    text = match[0]
    if "e" not in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def rounded(match):
    digits = match[0].lstrip("-")
    return "%.9g" % float(match[0]) if len(digits) <= 20 else trimmed(match)


def canonical(rows, rule):
    """Equal numerics may differ in their zeros, floats in the last digits."""
    return [tuple(field if field is None else
                  "0" if field == "-0" else
                  DECIMAL.sub(rule, field) if "." in field else field
                  for field in row) for row in rows]


def difference(query, foreign, local, unlimited):
    """What is wrong with a foreign result, or None.  `unlimited` is the local
    one without LIMIT, where the order leaves open which rows it takes."""
    if foreign.state or local.state:
        if foreign.state == local.state:
            return None
        return "foreign: %r, local: %r" % (foreign, local)
    found = None
    for rule in (trimmed, rounded):
        found = rows_difference(
            query, canonical(foreign.rows, rule), canonical(local.rows, rule),
            unlimited and canonical(unlimited.rows, rule))
        if found is None:
            return None
    return found


def rows_difference(query, foreign, local, unlimited):
    if query.total and not query.locking:
        if foreign != local:
            return "rows or their order differ: %s, %s" % (
                some(foreign), some(local))
        return None
    keys = [[tuple(row[i] for i in query.keys) for row in rows]
            for rows in (foreign, local)] if query.keys else [[], []]
    if keys[0] != keys[1]:
        return "sort keys differ: %s, %s" % (some(keys[0]), some(keys[1]))
    if unlimited is not None:
        if len(foreign) != len(local):
            return "%d rows, %d rows locally" % (len(foreign), len(local))
        extra = Counter(foreign) - Counter(unlimited)
        return "rows that do not match: %s" % some(extra) if extra else None
    extra = Counter(foreign) - Counter(local)
    missing = Counter(local) - Counter(foreign)
    if extra or missing:
        return "too many: %s, missing: %s" % (some(extra.elements()),
                                              some(missing.elements()))
    return None


def some(rows):
    rows = list(rows)
    return "%d %r%s" % (len(rows), rows[:3], " ..." if len(rows) > 3 else "")
