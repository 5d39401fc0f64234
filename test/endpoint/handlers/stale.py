"""Answers [{"id": 1}]; the next request on this connection meets a reset.

The next request, whatever it invokes, is recorded and not run.
times   leave so many connections stale for this very request, later ones whole
"""

from _record import still_failing
from endpoint import Takeover


def lambda_handler(event, context):
    def run(exchange):
        exchange.send_document(200, [{"id": 1}], {})
        exchange.stale = True

    return Takeover(run) if still_failing(event, context) else [{"id": 1}]
