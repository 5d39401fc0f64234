"""Counts the rows that it is sent, and keeps nothing; sink_count tells how many.

For benchmarks: the event is not parsed.
"""

import threading

BLIND = True            # gets the event's text, and no event
LOCK = threading.Lock()
COUNTED = {"rows": 0, "calls": 0}


def lambda_handler(event, context):
    rows = context.event_text.count('"values":')
    with LOCK:
        COUNTED["rows"] += rows
        COUNTED["calls"] += 1
    return {"affected": rows}
