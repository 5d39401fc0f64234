"""An HTTP API behind API Gateway, for both payload format versions.

It fails where the forms that an event has of one thing differ.

GET /orders               customer and status (repeated), limit; with per_page
                          and page the next page's URL, and how it is written
                          in links: absolute, query (alone) or header
GET /orders/{id}          one order, or those of ids with commas; else 404
GET /files/{bucket}/{key+}    the path, as the function sees it, with the
                          parameter next for the next page's URL
POST /orders/search       the members customers (a list) and status in the body
"""

import json
from urllib.parse import urlencode

from _http_event import read

ORDERS = [{"id": number, "customer": "c%d" % (number % 4),
           "status": "open" if number % 3 else "closed",
           "total": number * 10.5} for number in range(1, 13)]


def search(customers, statuses):
    return [order for order in ORDERS
            if (not customers or order["customer"] in customers) and
            (not statuses or order["status"] in statuses)]


def page_of(orders, query):
    """A page of orders, and the answer's members and headers for the next."""
    size = int(query["per_page"][0])
    number = int(query.get("page", ["1"])[0])
    links = query.get("links", ["absolute"])[0]
    page = orders[(number - 1) * size:number * size]
    if len(orders) <= number * size:
        return {"orders": page, "next": None}, {}
    url = "?" + urlencode(dict(query, page=number + 1), doseq=True)
    if links != "query":
        url = "https://api.example.com/orders" + url
    if links == "header":
        return {"orders": page}, {"Link": '<%s>; rel="next"' % url}
    return {"orders": page, "next": url}, {}


def lambda_handler(event, context):
    method, resource, path, query, given, _, body = read(event)
    status, orders, answer, extra = 200, [], {}, {}
    if resource.startswith("/files/"):
        orders = [{"id": 0, "bucket": given["bucket"], "key": given["key"],
                   "status": path}]
        answer["next"] = query.get("next", [None])[0]
    elif method == "POST":
        orders = search(body.get("customers"),
                        [body["status"]] if "status" in body else None)
    elif "id" in given:
        ids = given["id"].split(",")
        orders = [order for order in ORDERS if str(order["id"]) in ids]
        status = 200 if orders else 404
    else:
        orders = search(query.get("customer"), query.get("status"))
        orders = orders[:int(query.get("limit", ["100"])[0])]
        if "per_page" in query:
            answer, extra = page_of(orders, query)
    return {"statusCode": status,
            "headers": {"content-type": "application/json", **extra},
            "body": json.dumps({"orders": orders, **answer})}
