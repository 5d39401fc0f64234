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
delay_ms answer so late

A row {"id", "k"} with k = id % 4 is in the split id % count.  `k` is one value or a
list; `limit` of the envelope bounds each split.
"""

import json
import time


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
    test = event["test"]
    if test.get("raise"):
        raise ValueError("no luck")
    envelope = event.get("lambda_fdw", {})
    split = envelope.get("split")
    cursor = envelope.get("cursor")
    time.sleep(test.get("delay_ms", 0) / 1000)
    rows = rows_of(event, envelope, split, test)[:envelope.get("limit")]
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
