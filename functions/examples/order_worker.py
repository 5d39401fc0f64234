"""Works off a queue (SQS), and reports the messages that it could not handle, as
ReportBatchItemFailures has them."""

import json


def handle(order):
    if order["quantity"] <= 0:
        raise ValueError("quantity must be positive")
    print("order %d: %d of %s" % (order["orderId"], order["quantity"], order["sku"]))


def lambda_handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            handle(json.loads(record["body"]))
        except (KeyError, ValueError):
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
