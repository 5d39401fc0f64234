"""The oracle's tables, served by the kit for Python.

Each event says in {"oracle": {"round": ...}} which tables it is about: those of the
files in that folder below LAMBDA_FDW_ORACLE, as kits.py of the oracle writes them.
Every event is a line of calls.log.

IDENTIFICATION
  test/oracle/handlers/kit_python.py
"""

import datetime
import decimal
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.environ["LAMBDA_FDW_ORACLE"]
sys.path.insert(0, os.path.join(HERE, "../../../functions/python"))
from lambda_fdw import serve, table  # noqa: E402

NATIVE = {
    "int2": int, "int4": int, "int8": int, "numeric": decimal.Decimal,
    "float4": float, "float8": float, "bool": {"true": True, "false": False}.get,
    "date": datetime.date.fromisoformat,
    "timestamp": datetime.datetime.fromisoformat,
    "timestamptz": lambda text: datetime.datetime.fromisoformat(text + ":00"),
    "json": json.loads,
}
HANDLERS = {}       # by the round


def convert(row, columns):
    return [text if text is None or column["native"] is None else
            NATIVE[column["native"]](text) for column, text in zip(columns, row)]


def nested(values, columns):
    """A row as an object: each value at its column's path."""
    made = {"never": "asked for"}
    for value, column in zip(values, columns):
        if value is None and column["leave_out"]:
            continue
        *above, last = column["path"]
        place = made
        for name in above:
            place = place.setdefault(name, {})
        place[last] = value
    return made


def source_of(spec):
    columns = spec["columns"]
    rows = [convert(row, columns) for row in spec["rows"]]
    # What the source itself looks at, to read less.
    used = [(index, column["name"]) for index, column in enumerate(columns)
            if column["used"]]

    def select(query):
        chosen = rows
        for index, name in used:
            values = query.values(name)
            if values is not None:
                chosen = [row for row in chosen if row[index] in values]
        return chosen

    def rows_as(query):
        if spec["form"] == "sequences":
            return select(query)
        return [nested(row, columns) for row in select(query)]

    def generate(query):
        yield from rows_as(query)

    return generate if spec["lazy"] else rows_as


def handler_of(number):
    folder = os.path.join(FOLDER, number)
    tables, options = [], {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            spec = json.load(file)
        if spec["language"] != "python":
            continue
        options["page_bytes"] = spec["page_bytes"]
        tables.append(table(**spec["declaration"])(source_of(spec)))
    return serve(*tables, **options)


def lambda_handler(event, context):
    with open(os.path.join(FOLDER, "calls.log"), "a", encoding="utf-8") as log:
        log.write(json.dumps(event) + "\n")
    asked = event["oracle"]
    cold = asked.get("cold") and event["lambda_fdw"].get("cursor") is not None
    if asked["round"] not in HANDLERS or cold:
        HANDLERS.clear()
        HANDLERS[asked["round"]] = handler_of(asked["round"])
    return HANDLERS[asked["round"]](event, context)
