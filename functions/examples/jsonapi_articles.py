"""GET /articles in JSON:API: attributes in rows, the next page in links.next,
which is null on the last."""

import json

ARTICLES = [{"type": "articles", "id": str(n), "attributes": {
    "title": "Article %d" % n, "published-on": "2026-01-%02d" % n}}
    for n in range(1, 12)]


def lambda_handler(event, context):
    query = event["queryStringParameters"] or {}
    number = int(query.get("page[number]", 1))
    more = number * 4 < len(ARTICLES)
    body = {"data": ARTICLES[number * 4 - 4:number * 4],
            "links": {"self": "/articles?page%%5Bnumber%%5D=%d" % number,
                      "next": "/articles?page%%5Bnumber%%5D=%d" % (number + 1)
                      if more else None}}
    return {"statusCode": 200, "body": json.dumps(body)}
