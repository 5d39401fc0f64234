"""GET /sensors/{sensor}/readings?limit=&startKey= over the same kind of table.

The LastEvaluatedKey goes through the client as JSON in a parameter.
"""

import json

READINGS = [{"sensor": "s%d" % (n % 2 + 1), "at": "2026-05-01T%02d:00:00Z" % n,
             "celsius": 10 + n / 4} for n in range(24)]


def lambda_handler(event, context):
    query = event.get("queryStringParameters") or {}
    sensor = event["pathParameters"]["sensor"]
    limit = min(int(query.get("limit", 5)), 5)
    items = [r for r in READINGS if r["sensor"] == sensor]
    if "startKey" in query:
        start = json.loads(query["startKey"])
        items = [r for r in items if r["at"] > start["at"]]
    body = {"items": items[:limit]}
    if len(items) > limit:
        last = items[limit - 1]
        body["lastEvaluatedKey"] = {"sensor": last["sensor"], "at": last["at"]}
    return {"statusCode": 200, "body": json.dumps(body)}
