"""GET /customers/{customer_id}/orders?minTotal=... behind an HTTP API."""

import json

ORDERS = {
    "7": [{"orderId": 701, "total": 12.5, "placedAt": "2026-03-01T10:15:00Z"},
          {"orderId": 702, "total": 99.0, "placedAt": "2026-03-09T18:00:00Z"}],
    "8": [{"orderId": 801, "total": 40.25, "placedAt": "2026-04-02T07:30:00Z"}],
}


def handler(event, context):
    customer_id = event["pathParameters"]["customer_id"]
    query = event.get("queryStringParameters", {})
    if customer_id not in ORDERS:
        return {"statusCode": 404,
                "body": json.dumps({"message": "no such customer"})}
    minimum = float(query.get("minTotal", "0"))
    return [o for o in ORDERS[customer_id] if o["total"] >= minimum]
