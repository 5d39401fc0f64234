"""Where parcels are, as the carrier's HTTP API says: GET /parcels/{number}.

The API has one parcel a request, so that a list of them is asked side by side.
PARCELS_URL and PARCELS_KEY are variables of the function's environment.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

SECONDS = 5     # for each request; the function's own timeout is longer


class Unavailable(Exception):
    """The API does not answer, or answers with what is no answer."""


def fetch(number):
    request = Request("%s/parcels/%s" % (os.environ["PARCELS_URL"],
                                         quote(number, safe="")),
                      headers={"x-api-key": os.environ["PARCELS_KEY"]})
    try:
        with urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)
    except HTTPError as error:
        if error.code == 404:
            return None
        raise Unavailable("HTTP status %d for parcel %s"
                          % (error.code, number)) from None
    except (URLError, TimeoutError, ValueError) as error:
        raise Unavailable("%s for parcel %s" % (error, number)) from None


def lambda_handler(event, context):
    numbers = event["number"]
    if not isinstance(numbers, list):
        numbers = [numbers]
    try:
        with ThreadPoolExecutor(max_workers=8) as pool:
            found = list(pool.map(fetch, numbers))
    except Unavailable as error:
        return {"lambda_fdw_error": {
            "message": "the carrier's API is not available",
            "detail": str(error), "hint": "Try again in a minute.",
            "sqlstate": "57P03"}}
    return [parcel for parcel in found if parcel is not None]
