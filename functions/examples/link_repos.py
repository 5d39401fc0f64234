"""GET /orgs/{org}/repos: the answer is a bare array, and the next page's URL is
in the header Link."""

import json

REPOS = [{"name": "repo-%d" % n, "stargazers_count": n * n} for n in range(1, 9)]


def lambda_handler(event, context):
    org = event["pathParameters"]["org"]
    page = int((event.get("queryStringParameters") or {}).get("page", 1))
    url = "https://api.example.com/orgs/%s/repos?page=" % org
    headers = {"content-type": "application/json"}
    if page * 3 < len(REPOS):
        headers["link"] = '<%s%d>; rel="next", <%s%d>; rel="last"' % (
            url, page + 1, url, (len(REPOS) + 2) // 3)
    return {"statusCode": 200, "headers": headers,
            "body": json.dumps(REPOS[page * 3 - 3:page * 3])}
