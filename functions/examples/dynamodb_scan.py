"""Scans a DynamoDB table of visits in parallel: a split is one of Scan's segments.

As boto3's table.scan(**page) answers; the table here is a list.
"""

VISITS = [{"visit": n, "page": "/parts" if n % 4 else "/"} for n in range(20)]
PAGE = 6


def scan(Segment, TotalSegments, ExclusiveStartKey=None):
    items = [v for v in VISITS if v["visit"] % TotalSegments == Segment]
    if ExclusiveStartKey:
        items = [v for v in items if v["visit"] > ExclusiveStartKey["visit"]]
    answer = {"Items": items[:PAGE], "Count": len(items[:PAGE])}
    if len(items) > PAGE:
        answer["LastEvaluatedKey"] = {"visit": items[PAGE - 1]["visit"]}
    return answer


def lambda_handler(event, context):
    asked = event["lambda_fdw"]
    split = asked.get("split", {"index": 0, "count": 1})
    page = {"Segment": split["index"], "TotalSegments": split["count"]}
    if asked["cursor"]:
        page["ExclusiveStartKey"] = asked["cursor"]
    answer = scan(**page)
    return {"split": split, "rows": answer["Items"],
            "cursor": answer.get("LastEvaluatedKey")}
