"""POST /graphql: the connection `issues(first, after, state)`, with edges and
pageInfo; what goes wrong is in `errors`, with status 200."""

import base64
import json

ISSUES = [{"number": n, "title": "Issue %d" % n,
           "state": "OPEN" if n % 3 else "CLOSED"} for n in range(1, 15)]


def lambda_handler(event, context):
    variables = json.loads(event["body"]).get("variables") or {}
    first = variables.get("first", 4)
    if first > 100:
        return answer({"data": None, "errors": [{
            "message": "first must be at most 100", "path": ["issues"]}]})
    after = int(base64.b64decode(variables.get("after") or "MA=="))
    found = [i for i in ISSUES if i["number"] > after
             and variables.get("state") in (None, i["state"])]
    edges = [{"cursor": base64.b64encode(b"%d" % i["number"]).decode(),
              "node": i} for i in found[:first]]
    return answer({"data": {"issues": {"edges": edges, "pageInfo": {
        "hasNextPage": len(found) > first,
        "endCursor": edges[-1]["cursor"] if edges else None}}}})


def answer(body):
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"},
            "body": json.dumps(body)}
