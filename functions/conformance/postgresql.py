#!/usr/bin/env python3
"""PostgreSQL's own answers to the cases in types/.

    postgresql.py           SQL: the requests whose "ids" PostgreSQL contradicts, and
                            how many requests there were
    postgresql.py --write   runs it by psql, and puts PostgreSQL's ids into the files

IDENTIFICATION
  functions/conformance/postgresql.py
"""

import json
import os
import re
import subprocess
import sys

HERE = os.path.join(os.environ.get("LAMBDA_FDW_CASES") or
                    os.path.dirname(os.path.abspath(__file__)), "types")
IDS = re.compile(r'"ids": (?:null|\[[-0-9, ]*\])')


def literal(value):
    """A value of a case as PostgreSQL reads it."""
    if isinstance(value, dict):
        value = value["value"]
    if value is None:
        return "NULL"
    text = value if isinstance(value, str) else json.dumps(value)
    return "'%s'" % text.replace("'", "''")


def condition(column, operator, value, sql_type):
    if operator in ("is null", "is not null"):
        return "%s %s" % (column, operator)
    if isinstance(value, list):
        return "%s %s (%s)" % (column, operator, ", ".join(
            "%s::%s" % (literal(one), sql_type) for one in value))
    return "%s %s %s::%s" % (column, operator, literal(value), sql_type)


def compared_as(sql_type):
    """The type of what is sent for a column: without length, scale, precision."""
    bare = re.sub(r"\(.*?\)", "", sql_type)
    return {"char": "bpchar"}.get(bare, bare)


def query(table, request):
    types = {name: column if isinstance(column, str) else column["type"]
             for name, column in table["columns"].items()}
    text = "SELECT coalesce(json_agg(id ORDER BY place), '[]') FROM " \
        "(SELECT id, row_number() OVER (ORDER BY %s) AS place FROM t%s) q" % (
            ", ".join(["%s %s NULLS %s" % (column, "DESC" if descending else "ASC",
                                           nulls) for column, descending, nulls
                       in request.get("order_by", [])] + ["id"]),
            "".join(" %s %s" % ("AND" if place else "WHERE", condition(
                column, operator, value, compared_as(types[column])))
                for place, (column, operator, value)
                in enumerate(request.get("filters", []))))
    return text


def statements(name, case):
    """SQL that makes the table, and a query for each request."""
    (table,) = case["tables"]
    columns = table["columns"]
    yield "DROP TABLE IF EXISTS t;"
    yield "CREATE TEMP TABLE t (%s);" % ", ".join(
        "%s %s" % (column, kind if isinstance(kind, str) else kind["type"] + (
            ' COLLATE "%s"' % kind["collation"] if "collation" in kind else ""))
        for column, kind in columns.items())
    for row in table["rows"]:
        yield "INSERT INTO t VALUES (%s);" % ", ".join(
            literal(row.get(column)) for column in columns)
    for place, request in enumerate(case["requests"]):
        yield "INSERT INTO answers SELECT '%s', %d, '%s'::jsonb, (%s)::jsonb;" % (
            name, place, json.dumps(request["ids"]), query(table, request))


def script(names):
    yield "SET client_min_messages = warning; SET standard_conforming_strings = on;"
    yield "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD';"
    yield "CREATE TEMP TABLE answers (name text, place int, ids jsonb, right_ids jsonb);"
    for name in names:
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            yield from statements(name, json.load(file))


def write(names):
    """Puts PostgreSQL's answers where "ids" stands, request by request."""
    sql = "\n".join(script(names)) + \
        "\nSELECT name, place, right_ids FROM answers ORDER BY name, place;"
    output = subprocess.run(
        ["psql", "-XqAtv", "ON_ERROR_STOP=1"], input=sql, check=True,
        capture_output=True, encoding="utf-8").stdout
    answers = {}
    for line in output.splitlines():
        name, place, ids = line.split("|")
        answers.setdefault(name, []).append(ids)
    for name, found in answers.items():
        path = os.path.join(HERE, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        left = iter(found)
        text = IDS.sub(lambda _: '"ids": ' + next(left), text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def main():
    names = sorted(name for name in os.listdir(HERE) if name.endswith(".json"))
    if sys.argv[1:] == ["--write"]:
        write(names)
        return
    print("\n".join(script(names)))
    print("SELECT name, place, ids, right_ids FROM answers WHERE ids <> right_ids "
          "ORDER BY name, place;")
    print("SELECT count(*) FROM answers;")


main()
