"""`total` rows (20) cut into splits, as the envelope says; `test` says how.

size     rows of a page (all of a split), after the envelope's cursor
lie      "ignore": all rows, and no "split"; "deaf": all rows, and the "split";
         "other": the "split" of another; "text": its numbers as strings;
         "count": another count; "second": none on further pages
last     true: "split" stands after the rows
floats   true: its numbers as 1.0
form     "list", "lines", "alone": the rows without an object around them; "null";
         "string", "body": JSON in a string; "raised": what a runtime made of
         an error
at       "data": the rows are at /data/items
csv, entries, no_member  true: /rows is CSV, an object of rows, or missing
raise    true: the function fails
busy     true: rows have a member "busy", how many such calls were under way at the
         same time when theirs began
delay_ms answer so late; `late` are the splits that do (all)

A row {"id", "k"} with k = id % 4 is in the split id % count.  `k` is one value or a
list; `limit` of the envelope bounds each split.
"""

import json
import threading
import time

LOCK = threading.Lock()
UNDER_WAY = 0


def rows_of(event, envelope, split, test):
    k = event.get("k", [0, 1, 2, 3])
    k = k if isinstance(k, list) else [k]
    lie = test.get("lie")
    return [{"id": n, "k": n % 4} for n in range(1, test.get("total", 20) + 1)
            if n % 4 in k and (split is None or lie in ("ignore", "deaf")
                               or n % split["count"] == split["index"])]


def echo_of(split, test, cursor):
    lie = test.get("lie")
    if split is None or lie == "ignore" or (lie == "second" and cursor):
        return {}
    if lie == "other":
        split = {**split, "index": split["index"] + 1}
    if lie == "count":
        split = {**split, "count": split["count"] + 1}
    if lie == "text":
        split = {name: str(number) for name, number in split.items()}
    if test.get("floats"):
        split = {name: float(number) for name, number in split.items()}
    return {"split": split}


def in_form(rows, answer, echo, test):
    """The answer in the form that the test wants."""
    form = test.get("form")
    if form == "list":
        return rows
    if form == "null":
        return None
    if form == "alone":
        return {**rows[0], **echo}
    if form == "raised":
        return {"errorMessage": "no luck", "errorType": "Bad"}
    if form == "string":
        return json.dumps(answer)
    if form == "lines":
        return "\n".join(json.dumps(row) for row in rows)
    if form == "body":
        return {"statusCode": 200, "body": json.dumps(answer)}
    if test.get("at"):
        return {test["at"]: {"items": rows}, **echo}
    return answer


def lambda_handler(event, context):
    global UNDER_WAY
    if not event["test"].get("busy"):
        return answer_of(event, event["test"], None)
    with LOCK:
        UNDER_WAY += 1
        busy = UNDER_WAY
    try:
        return answer_of(event, event["test"], busy)
    finally:
        with LOCK:
            UNDER_WAY -= 1


def answer_of(event, test, busy):
    if test.get("raise"):
        raise ValueError("no luck")
    envelope = event.get("lambda_fdw", {})
    split = envelope.get("split")
    cursor = envelope.get("cursor")
    if split is None or split["index"] in test.get("late", [split["index"]]):
        time.sleep(test.get("delay_ms", 0) / 1000)
    rows = rows_of(event, envelope, split, test)[:envelope.get("limit")]
    if busy:
        rows = [{**row, "busy": busy} for row in rows]
    start = cursor or 0
    size = test.get("size", len(rows))
    answer = {"rows": rows[start:start + size]}
    if start + size < len(rows):
        answer["cursor"] = start + size
    echo = echo_of(split, test, cursor)
    answer = {**answer, **echo} if test.get("last") else {**echo, **answer}
    rows = answer["rows"]
    if test.get("csv"):
        answer["rows"] = "id,k\n" + "".join("%(id)d,%(k)d\n" % row for row in rows)
    if test.get("entries"):
        answer["rows"] = {str(row["id"]): row for row in rows}
    if test.get("no_member"):
        answer = echo
    return in_form(rows, answer, echo, test)
