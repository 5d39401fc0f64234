"""Lets `n` (1) calls of gated go on, those that wait or come later.

n   null takes back the permits that nobody has used
"""

from _gate import GATE


def lambda_handler(event, context):
    n = event.get("n", 1)
    if n is None:
        while GATE.acquire(blocking=False):
            pass
    else:
        GATE.release(n)
    return [{"id": 1}]
