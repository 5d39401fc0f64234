"""Resets the connection instead of answering.

times   do so this many times for this very request, then [{"id": 1}]
"""

from _record import still_failing
from endpoint import Takeover


def lambda_handler(event, context):
    if not still_failing(event, context):
        return [{"id": 1}]
    return Takeover(lambda exchange: exchange.reset())
