"""A row for each key of the argument `id`, 20 ms after it was asked."""

import time


def lambda_handler(event, context):
    keys = event["id"] if isinstance(event["id"], list) else [event["id"]]
    time.sleep(0.02)
    return [{"id": key, "name": "name %d" % key} for key in keys]
