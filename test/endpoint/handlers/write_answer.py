"""Answers a scan with rows, and a write byte for byte as `raw` does.

rows   of a scan, by default none
other members are those of `raw`, and say what a write is answered with
"""

import raw


def lambda_handler(event, context):
    if event["lambda_fdw"]["operation"] == "scan":
        return {"rows": event.get("rows", [])}
    return raw.lambda_handler(event, context)
