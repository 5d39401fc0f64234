"""What sink has counted since this was last asked: rows and calls."""

import sys


def lambda_handler(event, context):
    sink = sys.modules.get("function_sink")
    if sink is None:
        return [{"rows": 0, "calls": 0}]
    with sink.LOCK:
        counted = dict(sink.COUNTED)
        sink.COUNTED.update(rows=0, calls=0)
    return [counted]
