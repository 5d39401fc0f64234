"""One row for each key asked for: {"key": k, "label": "label k"}.

Needs the argument `key`, a value or a list.  "omit_key": true leaves the
member `key` out of the rows.
"""


def lambda_handler(event, context):
    if "key" not in event:
        raise ValueError("the argument key is missing")
    keys = event["key"] if isinstance(event["key"], list) else [event["key"]]
    rows = [{"key": key, "label": "label %s" % key} for key in keys]
    if event.get("omit_key"):
        for row in rows:
            del row["key"]
    return rows
