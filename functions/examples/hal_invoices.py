"""GET /invoices?status=open&page=0 in HAL: rows in _embedded, the next page in
_links."""

import json
from urllib.parse import urlencode

INVOICES = [{"invoiceNo": 1000 + n, "status": "paid" if n % 4 == 0 else "open",
             "due": "2026-06-%02d" % (n + 1)} for n in range(1, 15)]


def lambda_handler(event, context):
    query = event.get("queryStringParameters") or {}
    status, page = query.get("status"), int(query.get("page", 0))
    found = [i for i in INVOICES if status in (None, i["status"])]
    links = {"self": {"href": event["rawPath"]}}
    if (page + 1) * 5 < len(found):
        links["next"] = {"href": event["rawPath"] + "?" + urlencode(
            {**query, "page": page + 1})}
    body = {"_embedded": {"invoices": found[page * 5:page * 5 + 5]},
            "_links": links, "page": {"number": page, "size": 5}}
    return {"statusCode": 200, "headers": {"Content-Type":
                                           "application/hal+json"},
            "body": json.dumps(body)}
