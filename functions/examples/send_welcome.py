"""Sends one mail, to the address in the event."""

import itertools

NUMBERS = itertools.count(1)


def lambda_handler(event, context):
    if "@" not in event["address"]:
        raise ValueError("no address: " + event["address"])
    print("to %s: Welcome, %s!" % (event["address"], event["name"]))
    return {"messageId": "m-%d" % next(NUMBERS)}
