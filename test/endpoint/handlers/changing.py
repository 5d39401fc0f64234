"""Answers that differ at each call: for each id of "id", a value or a list, `size` (1)
rows {"id", "call", "row", "note", "at"} with the call's number and time, in seconds.  An id below 0 has none.

delay_ms    answer so late
width       the bytes of a note
fails       fail while there is such a file
all         answer for all of these ids, whatever was asked for
csv         answer in CSV
"""

import itertools
import os
import time

NUMBERS = itertools.count(1)


def lambda_handler(event, context):
    call, at = next(NUMBERS), time.time()
    ids = event.get("all", event.get("id", 0))
    time.sleep(event.get("delay_ms", 0) / 1000)
    if "fails" in event and os.path.exists(event["fails"]):
        raise ValueError("call %d fails" % call)
    rows = [{"id": wanted, "call": call, "row": row, "note": "x" * event.get("width", 0),
             "at": at}
            for wanted in (ids if isinstance(ids, list) else [ids]) if wanted >= 0
            for row in range(event.get("size", 1))]
    if event.get("csv"):
        return "\n".join(["id,call,row,note,at"] + [
            ",".join(map(str, row.values())) for row in rows])
    return rows
