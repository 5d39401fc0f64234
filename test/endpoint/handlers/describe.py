"""Describes itself as its event says, and has the rows that it says.

describe  the answer to the operation describe
rows      {table: rows}, those of a scan
"""


def lambda_handler(event, context):
    envelope = event["lambda_fdw"]
    if envelope["operation"] == "describe":
        return event["describe"]
    if envelope["operation"] != "scan":
        raise ValueError("the operation %s" % envelope["operation"])
    return {"rows": event["rows"][envelope["table"]]}
