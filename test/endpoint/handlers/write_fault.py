"""Takes writes by the envelope, keeps a ledger of them, and may fail in any way.

The ledger is a file, so that it outlives the endpoint: a line of JSON for each
request that has come, and one for each that was carried out.  A row is known by
its value `id`.

ledger     the file's path
have       the ids of the rows that a read gets
fault      the handler that answers instead, after the rows were written; or, before:
           throttled, aws_errors
on         ids: only batches with any of them meet the fault
times      how often this very request meets it; others are the handlers' members
then       the handler that answers after that
max_rows   more of them are 413 RequestTooLargeException
unaffected, failed    ids that are told to be so
delay_ms   before anything is written
"""

import importlib
import json
import threading
import time

from _record import still_failing
from endpoint import RawResponse

BEFORE = ("throttled", "aws_errors")
LOCK = threading.Lock()


def note(event, what, ids):
    envelope = event["lambda_fdw"]
    line = {"what": what, "batch": envelope["batch_id"], "ids": ids,
            "operation": envelope["operation"]}
    with LOCK, open(event["ledger"], "a", encoding="ascii") as ledger:
        ledger.write(json.dumps(line) + "\n")


def answer(event, ids):
    failed = [{"index": index, "message": "no room for %s" % ids[index]}
              for index in range(len(ids)) if ids[index] in event.get("failed", [])]
    if failed:
        return {"failed": failed}
    unaffected = event.get("unaffected", [])
    return {"affected": sum(one not in unaffected for one in ids)}


def fault_of(event, context, ids):
    """The handler that answers in place of this one, and its event."""
    on = event.get("on", ids)
    if "fault" not in event or not any(one in on for one in ids):
        return None, event
    if still_failing(event, context):
        return event["fault"], event
    return event.get("then"), {**event, "times": 10 ** 9}


def lambda_handler(event, context):
    if event["lambda_fdw"]["operation"] == "scan":
        return [{"id": one} for one in event["have"]]
    ids = [{**row["key"], **row["values"]}["id"]
           for row in event["lambda_fdw"]["rows"]]
    note(event, "came", ids)
    if len(ids) > event.get("max_rows", len(ids)):
        return RawResponse(b'{"message": "too large"}', 413,
                           {"x-amzn-ErrorType": "RequestTooLargeException"})
    time.sleep(event.get("delay_ms", 0) / 1000)
    fault, event = fault_of(event, context, ids)
    if fault not in BEFORE:
        note(event, "ran", ids)
    if fault:
        return importlib.import_module(fault).lambda_handler(event, context)
    return answer(event, ids)
