"""Answers [{"id": 1}] after `delay_ms` (1000)."""

import time


def lambda_handler(event, context):
    time.sleep(event.get("delay_ms", 1000) / 1000)
    return [{"id": 1}]
