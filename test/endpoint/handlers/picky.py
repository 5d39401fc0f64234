"""One row for each key of the argument `key`, but for the key `bad`.

how      what that one is answered with: "raise" (a function error), "row" (a
         label that is no text but an object), "json" (an answer cut short)
"""

from endpoint import RawResponse


def lambda_handler(event, context):
    keys = event["key"] if isinstance(event["key"], list) else [event["key"]]
    how = event.get("how", "raise")
    if event["bad"] in keys and how == "raise":
        raise ValueError("no such thing")
    if event["bad"] in keys and how == "json":
        return RawResponse(b'[{"key": 1, "size": ')
    return [{"key": key, "size": "much" if key == event["bad"] else key * 2}
            for key in keys]
