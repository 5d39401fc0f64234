"""Answers [{"id": 1}] after `delay_ms` (1000).

times   be slow this many times for this very request, then answer at once
"""

import time

from _record import still_failing


def lambda_handler(event, context):
    if still_failing(event, context):
        time.sleep(event.get("delay_ms", 1000) / 1000)
    return [{"id": 1}]
