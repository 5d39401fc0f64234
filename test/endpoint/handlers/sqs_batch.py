"""Takes the messages of an SQS queue, as its event source mapping sends them.

Each body is JSON, or is kept as {"content": body}, in the store by the name of
`store`, default sqs_batch.  A body with "fail": true has failed.  Messages
without an id of their own, and bodies that are no strings, are errors.
"""

from _records import take
from _store import parse


def content(body):
    if not isinstance(body, str):
        raise TypeError("a body that is no string")
    try:
        return parse(body)
    except ValueError:
        return body


def lambda_handler(event, context):
    event = parse(context.event_text)
    records = [(record["messageId"], content(record["body"]))
               for record in event["Records"]]
    names = [name for name, _ in records]
    if len(set(names)) < len(names) or not all(
            isinstance(name, str) for name in names):
        raise ValueError("the ids of the messages are %r" % names)
    return take(records, event.get("store", "sqs_batch"), context.entry)
