"""Pages that take their time: `pages` (4) of `rows` (10), asked for as `by` says.

by        "cursor": the envelope's cursor, a number, beside "rows"; "first": that
          cursor before the rows; "page": the argument `page`, from 1, and a list;
          "twice": the cursor is /meta/next, where another stands before it
delay_ms  before each answer
pad       bytes more in each row
bad       {number of a page: what becomes of it}: "raise", "break" (the answer ends
          too early), "throttle" (`times`), "json" (it is none), "row" (one of another
          type)
rows_of   {number of a page: rows of it}

Rows are {"id", "page"}, pages are counted from 1.
"""

import json
import time

from _record import still_failing
from endpoint import RawResponse, Takeover


def answer_of(event, number, last, rows):
    by = event.get("by", "cursor")
    if by == "page":
        return rows
    cursor = {} if last else {"cursor": number + 1}
    return {**cursor, "rows": rows} if by == "first" else {"rows": rows, **cursor}


def broken(exchange, text):
    exchange.close_connection = True
    exchange.send_head(200, {"Content-Length": len(text)})
    exchange.connection.sendall(text[:len(text) // 2])


def lambda_handler(event, context):
    cursor = event.get("lambda_fdw", {}).get("cursor")
    number = int(event.get("page") or cursor or 1)
    pages = event.get("pages", 4)
    size = event.get("rows_of", {}).get(str(number), event.get("rows", 10))
    bad = event.get("bad", {}).get(str(number))
    time.sleep(event.get("delay_ms", 0) / 1000)
    if bad == "raise":
        raise ValueError("page %d" % number)
    if bad == "throttle" and still_failing(event, context):
        return RawResponse(b'{"Type": "User"}', 429, {
            "x-amzn-ErrorType": "TooManyRequestsException"})
    first = (number - 1) * event.get("rows", 10)
    pad = "x" * event.get("pad", 0)
    rows = [{"id": first + i, "page": number, "pad": pad}
            for i in range(1, size + 1)] if number <= pages else []
    if bad == "row":
        rows[0]["id"] = "no number"
    text = json.dumps(answer_of(event, number, number >= pages, rows)).encode()
    if event.get("by") == "twice":
        text = json.dumps({"rows": rows, "meta": "@"}).replace('"@"', (
            '{"next": 99, "next": %d}' % (number + 1) if number < pages
            else "{}")).encode()
    if bad == "json":
        text = text[:-1] + b"!"
    if bad == "break":
        return Takeover(lambda exchange: broken(exchange, text))
    return RawResponse(text)
