"""307 to `location`, by default a port of this machine where nothing is."""

from endpoint import RawResponse


def lambda_handler(event, context):
    location = event.get("location", "http://127.0.0.1:9/")
    return RawResponse(b"", 307, {"Location": location})
