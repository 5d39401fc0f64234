"""GET /products?page=&per_page=: page numbers; a page has 20 products at most,
whatever is asked for."""

import json

PRODUCTS = [{"sku": "A-%03d" % n, "price": round(4.5 + n / 10, 2)}
            for n in range(1, 54)]


def lambda_handler(event, context):
    query = event["queryStringParameters"] or {}
    page = int(query.get("page", 1))
    size = min(int(query.get("per_page", 10)), 20)
    body = {"page": page, "products": PRODUCTS[(page - 1) * size:page * size]}
    return {"statusCode": 200, "body": json.dumps(body)}
