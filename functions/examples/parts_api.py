"""An HTTP API of parts: GET and POST /parts, PATCH and DELETE /parts/{sku}.

The parts are in memory, and last as long as this instance of the function does.
"""

import json

PARTS = {"b-100": {"sku": "b-100", "name": "bolt", "inStock": 40}}


def reply(status, body):
    return {"statusCode": status, "body": json.dumps(body)}


def lambda_handler(event, context):
    method = event["requestContext"]["http"]["method"]
    sku = event.get("pathParameters", {}).get("sku")
    if method == "GET":
        return reply(200, list(PARTS.values()))
    if method == "POST":
        part = {"inStock": 0, **json.loads(event["body"])}
        if part["sku"] in PARTS:
            return reply(409, {"message": part["sku"] + " is there already"})
        PARTS[part["sku"]] = part
        return reply(201, part)
    if sku not in PARTS:
        return reply(404, {"message": "no part " + sku})
    if method == "PATCH":
        PARTS[sku].update(json.loads(event["body"]))
        return reply(200, PARTS[sku])
    del PARTS[sku]
    return {"statusCode": 204}
