"""Has some keys, and says of a call with any other that there is nothing.

id, ids  the keys asked for; without them, that of the page
known    those it has; default 1 to 5
page     the number of a page; it has two
after    a cursor, which it has nothing after
next     the cursor that it gives
none     how it says that there is nothing: status (404 as API Gateway takes it),
         raise, document (what a runtime makes of an exception, without the
         header), missing (no member "items") or empty ({})
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
    ids = event.get("ids", [event.get("id", event.get("page", 1))])
    known = event.get("known", [1, 2, 3, 4, 5])
    none = event.get("none", "status")
    if any(i not in known for i in ids) or event.get("page", 1) > 2 \
            or "after" in event:
        if none == "raise":
            raise NotFound("no such key")
        return NOTHING[none]
    answer = {"items": [{"id": i, "name": "item %d" % i} for i in ids]}
    if "next" in event:
        answer["next"] = event["next"]
    if none == "status":
        return {"statusCode": 200, "body": json.dumps(answer)}
    return answer
