"""The rows of the oracle's tables, as its functions hold them.

They are in the folder LAMBDA_FDW_ORACLE, a file TABLE.json for each table.
"""

import json
import os
import threading

from _oracle_values import Number, comparable, key

# Types of required columns that an answer may leave out.
ECHOED = ("int4", "int8", "uuid", "text", "bpchar", "bytea", "date")
LOCK = threading.Lock()
TABLES = {}


class Broken(Exception):
    """The request is not what the contract allows."""


def folder():
    return os.environ["LAMBDA_FDW_ORACLE"]


def load(name):
    """A table, its rows as lists of cells: (value, key)."""
    path = os.path.join(folder(), os.path.basename(name) + ".json")
    stamp = os.stat(path).st_mtime_ns
    with LOCK:
        if name not in TABLES or TABLES[name][0] != stamp:
            with open(path, encoding="utf-8") as file:
                table = json.load(file, parse_int=Number, parse_float=Number)
            columns = table["columns"]
            table["rows"] = [
                [(value, key(column, value, True) if comparable(column)
                  else None) for column, value in zip(columns, row)]
                for row in table["rows"]]
            table["spec"] = json.loads(table.get("spec", "{}"))
            table["index"] = {column["name"]: number for number, column
                              in enumerate(columns)}
            TABLES[name] = (stamp, table)
        return TABLES[name][1]


def note(text):
    with LOCK, open(os.path.join(folder(), "calls.log"), "a",
                    encoding="utf-8") as file:
        file.write(text.replace("\n", " ") + "\n")
