"""A row for the tuple of the arguments a, b and d, 20 ms after it was asked."""

import time


def lambda_handler(event, context):
    time.sleep(0.02)
    return [{"a": event["a"], "b": event["b"], "d": event["d"],
             "name": "%d.%d.%d" % (event["a"], event["b"], event["d"])}]
