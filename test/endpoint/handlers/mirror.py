"""The rows {"v": value} of the arguments `v`, a value, or `vs`, a list.

data    a list of values: then only those of it that are the same, byte for
        byte, as one asked for; without an argument all of it

Numbers keep their digits.
"""

import json

from endpoint import RawResponse


class Number(str):
    """A number as it was written."""


def text(value):
    """A value as JSON, numbers digit for digit."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return "[%s]" % ",".join(map(text, value))
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (json.dumps(name), text(member))
                                 for name, member in value.items())
    return json.dumps(value)


def lambda_handler(event, context):
    event = json.loads(context.event_text, parse_int=Number,
                       parse_float=Number)
    data = event.get("data")
    asked = [event["v"]] if "v" in event else event.get("vs")
    values = data if asked is None else asked
    if data is not None and asked is not None:
        wanted = set(map(text, asked))
        values = [value for value in data if text(value) in wanted]
    rows = ['{"v":%s}' % text(value) for value in values or ()]
    return RawResponse(("[%s]" % ",".join(rows)).encode())
