"""Notes that the kit for Python serves and writes, over a connection that may break.

ledger   a file: a line of JSON for each time that the writer was called
fault    the handler that answers a write in place of the kit, when it is done
times    how often this very request meets it; others are the handler's members
"""

import importlib
import json
import os
import sys

from _record import still_failing

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../../../functions/python"))
from lambda_fdw import serve, table  # noqa: E402


def entries(ledger):
    if not os.path.exists(ledger):
        return []
    with open(ledger, encoding="ascii") as file:
        return [json.loads(line) for line in file]


@table(columns={"id": {"type": "integer", "key": True}, "note": "text"})
def kit_notes(query):
    for entry in entries(query.payload["ledger"]):
        yield from entry["rows"]


@kit_notes.insert
def add(write):
    with open(write.payload["ledger"], "a", encoding="ascii") as ledger:
        ledger.write(json.dumps({"batch_id": write.batch_id, "rows": [
            row.values for row in write.rows]}) + "\n")
    return [{**row.values, "note": (row.values["note"] or "").upper()}
            for row in write.rows]


HANDLER = serve(kit_notes)


def lambda_handler(event, context):
    answer = HANDLER(event, context)
    if event["lambda_fdw"]["operation"] == "insert" and "fault" in event and \
            still_failing(event, context):
        return importlib.import_module(event["fault"]).lambda_handler(
            event, context)
    return answer
