"""Reads records of a Kinesis stream, whose data are JSON in base64."""

import base64
import json


def lambda_handler(event, context):
    failures = []
    for record in event["Records"]:
        click = json.loads(base64.b64decode(record["kinesis"]["data"]))
        if "page" not in click:
            failures.append({"itemIdentifier": record["kinesis"]["sequenceNumber"]})
    return {"batchItemFailures": failures}
