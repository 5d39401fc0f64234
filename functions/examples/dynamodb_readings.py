"""Query on a DynamoDB table of sensors' readings, a page at a time.

As boto3's table.query(**event) answers; the table here is a list.
"""

READINGS = [{"sensor": "s%d" % (n % 2 + 1), "at": "2026-05-01T%02d:00:00Z" % n,
             "celsius": 10 + n / 4} for n in range(24)]
PAGE = 5


def lambda_handler(event, context):
    items = [r for r in READINGS if r["sensor"] == event["sensor"]]
    start = event.get("ExclusiveStartKey")
    if start:
        items = [r for r in items if r["at"] > start["at"]]
    page = items[:PAGE]
    answer = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
    if len(items) > PAGE:
        answer["LastEvaluatedKey"] = {"sensor": page[-1]["sensor"],
                                      "at": page[-1]["at"]}
    return answer
