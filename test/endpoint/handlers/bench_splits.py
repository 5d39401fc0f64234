"""The rows of bench_rows for each split that the envelope asks for, in "rows"."""

from bench_rows import as_json
from endpoint import RawResponse


def lambda_handler(event, context):
    split = event["lambda_fdw"]["split"]
    return RawResponse(b'{"split": {"index": %d, "count": %d}, "rows": %s}'
                       % (split["index"], split["count"], as_json()))
