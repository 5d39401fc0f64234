"""What waits in a queue, as SQS's ReceiveMessage has it: the body of a message
is a string, which holds the JSON that somebody has sent."""

import json

SENT = [("order.placed", {"order": {"id": 11, "total": 25.5}}),
        ("order.paid", {"order": {"id": 11, "total": 25.5}, "method": "card"}),
        ("order.placed", {"order": {"id": 12, "total": 7}})]


def lambda_handler(event, context):
    messages = [{"MessageId": "m-%d" % number, "Body": json.dumps(
        {"type": kind, "detail": json.dumps(detail)})}
        for number, (kind, detail) in enumerate(SENT, 1)]
    return {"Messages": messages[:event.get("MaxNumberOfMessages", 10)]}
