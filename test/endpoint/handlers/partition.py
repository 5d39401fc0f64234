"""Rows of one partition: {"p": p, "id": 1 .. n}.

p          the partition
n          how many rows (3)
delay_ms   answer so late (0)
row_ms     each row so long after the one before; the answer is chunked then
id         only the row with this number
"""

import json
import time

from endpoint import RawResponse


def lambda_handler(event, context):
    rows = [{"p": event["p"], "id": number}
            for number in range(1, event.get("n", 3) + 1)
            if event.get("id", number) == number]
    time.sleep(event.get("delay_ms", 0) / 1000)
    if "row_ms" not in event:
        return rows
    chunks = ["[" + json.dumps(rows[0])]
    chunks += [", " + json.dumps(row) for row in rows[1:]]
    return RawResponse([chunk.encode() for chunk in chunks] + [b"]"],
                       delay_ms=event["row_ms"])
