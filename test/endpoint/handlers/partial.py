"""Has some keys, and says of a call with any other that there is nothing.

id, ids  the keys asked for
known    those it has; default 1 to 5
none     how it says so: status (404 as API Gateway takes it), raise, document
         (what a runtime makes of an exception, without the header), missing
         (no member "items") or empty ({})
"""

import json

NOTHING = {
    "status": {"statusCode": 404, "body": '{"message": "no such key"}'},
    "document": {"errorMessage": "no such key", "errorType": "NotFound",
                 "requestId": "5e1b9a4c", "stackTrace": []},
    "missing": {"count": 0},
    "empty": {},
}


class NotFound(Exception):
    pass


def lambda_handler(event, context):
    ids = event.get("ids", [event.get("id")])
    known = event.get("known", [1, 2, 3, 4, 5])
    none = event.get("none", "status")
    if any(i not in known for i in ids):
        if none == "raise":
            raise NotFound("no such key")
        return NOTHING[none]
    items = [{"id": i, "name": "item %d" % i} for i in ids]
    if none == "status":
        return {"statusCode": 200, "body": json.dumps({"items": items})}
    return {"items": items}
