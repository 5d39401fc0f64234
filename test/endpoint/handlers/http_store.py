"""An HTTP API over a store, behind API Gateway of either payload format version.

The last part of a route's path that is no parameter names the table, and the
parameters are members of its rows, compared as text.

POST /orders             a row, or a list of rows; 409 where "id" is there
GET /orders              the rows, of those whose members the query has
GET /orders/{id}         a row; else 404
PUT /orders/{id}         the row is this one, with the parameters' members
PATCH /orders/{id}       the row gets these members
DELETE /orders/{id}      by the parameters, else by the query, else by the body

Stage variables say more: `store` is the table's name, `key` has the members, by
commas, in place of "id"; `answer` is row (default: the row or list of rows),
rows (a member of that name has them), affected or nothing, with 201 or 204;
`refuse` a value: rows with it are answered 422; `list` the member of the body
that has the rows to insert; `whole` JSON Pointers, by commas, to members of a row
whose objects are values, not merged.
"""

import json
from decimal import Decimal

import _http_event
from _store import LOCK, Undoing, leaves, merge, parse, table
from runtime import marshal


def text(value):
    return str(value) if isinstance(value, (str, Decimal)) else json.dumps(value)


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def find(target, wanted):
    """The numbers of the rows that have these members, as text."""
    return [number for number, row in target.rows.items()
            if all(text(row.get(name)) in values
                   for name, values in wanted.items())]


def insert(target, rows, given, keys):
    inserted = []
    for row in rows:
        row = {**given, **row}
        wanted = {name: [text(row[name])] for name in keys if name in row}
        if len(wanted) == len(keys) and find(target, wanted):
            raise Refused(409, "it is there: %s" % ", ".join(
                values[0] for values in wanted.values()))
        inserted += target.insert({}, row)
    return inserted


def change(target, request, wanted, stage):
    """What the request has written."""
    keys = stage.get("key", "id").split(",")
    if request.method == "POST":
        body = request.body
        if "list" in stage and isinstance(body, dict):
            body = body.get(stage["list"], body)
        return insert(target, body if isinstance(body, list) else [body],
                      request.given, keys)
    numbers, written = find(target, wanted), []
    for number in numbers:
        row = target.rows[number]
        if request.method == "DELETE":
            target.drop(number)
            del target.rows[number]
        elif request.method == "PUT":
            row = {**{name: row[name] for name in request.given}, **request.body}
            target.put(number, row)
        else:
            whole = stage["whole"].split(",") if "whole" in stage else ()
            row = merge(row, request.body, whole)
            target.put(number, row)
        written.append(row)
    if not written:
        raise Refused(404, "there is no such row")
    return written


def wanted_of(request):
    """What the rows that are meant have: lists of texts, by member."""
    if request.given:
        return {name: [value] for name, value in request.given.items()}
    if request.query or request.method in ("GET", "POST"):
        return request.query
    return {name: [text(value)] for name, value in request.body.items()}


def serve(event, entry):
    """(status, what the body is; None for none) of a request."""
    request = _http_event.read(event, parse)
    stage = event.get("stageVariables") or {}
    name = [part for part in request.resource.split("/")
            if part and not part.startswith("{")][-1]
    target = table(stage.get("store", name))
    wanted = wanted_of(request)
    if request.method == "GET":
        rows = [target.rows[number] for number in find(target, wanted)]
        if request.given:
            return (200, rows[0]) if rows else (404, {"message": "no such row"})
        return 200, rows
    if "refuse" in stage and any(
            stage["refuse"] == text(value) for _, value in leaves(
                {"body": request.body, "given": request.given})):
        raise Refused(422, "%s is refused" % stage["refuse"])
    with Undoing(target):
        rows = change(target, request, wanted, stage)
    entry["written"] = len(rows)
    answer = stage.get("answer", "row")
    if answer == "nothing":
        return (201 if request.method == "POST" else 204), None
    return (201 if request.method == "POST" else 200), {
        "row": rows[0] if len(rows) == 1 else rows,
        "rows": {"rows": rows}, "affected": {"affected": len(rows)}}[answer]


def lambda_handler(event, context):
    event = parse(context.event_text)
    try:
        with LOCK:
            status, body = serve(event, context.entry)
    except Refused as refused:
        status, body = refused.status, {"message": str(refused)}
    answer = {"statusCode": status,
              "headers": {"content-type": "application/json"}}
    if body is not None:
        answer["body"] = marshal(body).decode()
    return answer
