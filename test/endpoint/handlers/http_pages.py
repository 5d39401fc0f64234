"""GET /rows/{k} of an HTTP API: 25 rows of which those with id % 3 = k, three at
a time, and the next page's URL.

The first request's query parameter `url` says what that is, with %s for the
query: "https://api.example/prod/rows/1?%s", "/rows/1?%s" or "?%s".  `as` says
where it stands: "next", or "link", the Link header.  Formats 1.0 and 2.0 of the
event.
"""

import json
import urllib.parse


def lambda_handler(event, context):
    query = event["queryStringParameters"] or {}
    k = int(event["pathParameters"]["k"])
    after = int(query.get("after", 0))
    rows = [{"id": n, "k": k} for n in range(1, 26)
            if n % 3 == k and n > after]
    page = rows[:3]
    answer = {"statusCode": 200, "headers": {"content-type": "text/json"}}
    body = {"value": page}
    if len(rows) > len(page):
        following = dict(query, after=page[-1]["id"])
        url = query["url"] % urllib.parse.urlencode(following)
        if query["as"] == "next":
            body["@odata.nextLink"] = url
        else:
            answer["headers"]["Link"] = '<%s>; rel="next"' % url
    answer["body"] = json.dumps(body)
    return answer
