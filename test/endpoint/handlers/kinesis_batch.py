"""Takes the records of a Kinesis or DynamoDB stream.

What is kept is the JSON in the base64 of kinesis.data, or the row of which
dynamodb.NewImage is, in the store by the name of `store`, default
kinesis_batch.  One with "fail": true has failed.
"""

import base64

from _records import take
from _store import parse


def plain(attribute):
    """The value of a DynamoDB attribute value."""
    (kind, value), = attribute.items()
    if kind == "M":
        return {name: plain(one) for name, one in value.items()}
    if kind == "L":
        return [plain(one) for one in value]
    if kind == "N":
        return parse(value)
    if kind == "NULL":
        return None
    if kind in ("S", "BOOL", "B", "SS", "NS", "BS"):
        return value
    raise ValueError("an attribute of the type %s" % kind)


def read(record):
    """(sequence number, row) of a record."""
    if "kinesis" in record:
        stream = record["kinesis"]
        data = base64.b64decode(stream["data"], validate=True)
        return stream["sequenceNumber"], parse(data)
    stream = record["dynamodb"]
    return stream["SequenceNumber"], plain({"M": stream["NewImage"]})


def lambda_handler(event, context):
    event = parse(context.event_text)
    return take([read(record) for record in event["Records"]],
                event.get("store", "kinesis_batch"), context.entry)
