"""Rows of a grid: one for each of its points that the event asks for.

a, b, d    numbers, each one or a list; without one, all from 0 to 5
delay_ms   answer so late
needs      names of members that must be there

A point (a, b, d) is there if its numbers are whole and from 0 to 5, unless their
sum is divisible by 4, and twice where all three are equal: {"a", "b", "d", "v"},
v counting the two.
"""

import time


def wanted(event, name):
    value = event.get(name, list(range(6)))
    values = value if isinstance(value, list) else [value]
    return [one for one in values if one in range(6)]


def lambda_handler(event, context):
    for name in event.get("needs", ()):
        if name not in event:
            raise ValueError("the argument %s is missing" % name)
    time.sleep(event.get("delay_ms", 0) / 1000)
    return [{"a": a, "b": b, "d": d, "v": n}
            for a in wanted(event, "a") for b in wanted(event, "b")
            for d in wanted(event, "d") if (a + b + d) % 4
            for n in range(2 if a == b == d else 1)]
