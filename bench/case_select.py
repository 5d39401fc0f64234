"""36,000 rows of seven columns, 5.6 MB of JSON: all columns, and one.

Each column is counted by name, so that no contender may leave one out:
lambda_fdw converts what a query names, most others convert everything.
"""

import csv
import io
import json
import re
import signal
import subprocess
import time

import report
from harness import SqlError, agree, in_memory

COLUMNS = {"id": "bigint", "customer": "int", "placed_at": "timestamptz",
           "total": "numeric", "city": "text", "active": "boolean",
           "note": "text"}
DEFINITION = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())

ALL = "SELECT ARRAY[%s]::text FROM " % ", ".join(f"count({name})" for name in COLUMNS)
ONE = "SELECT sum(customer)::text FROM "
DIGEST = ("SELECT md5(string_agg(md5(ROW(%s)::text), '' ORDER BY id)) FROM "
          % ", ".join(COLUMNS))

PYTHON = """
CREATE FUNCTION python_rows() RETURNS SETOF select_row LANGUAGE plpython3u AS $$
import decimal, json
if 'client' not in SD:
    import boto3
    SD['client'] = boto3.client(
        'lambda', region_name='eu-west-1', endpoint_url='%s',
        aws_access_key_id='AKIDEXAMPLE',
        aws_secret_access_key='wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
answer = SD['client'].invoke(FunctionName='rows7', Payload=b'{}')
return json.loads(answer['Payload'].read(), parse_float=decimal.Decimal)
$$;
"""


def create(bench, session):
    with open(f"{bench.work}/functions/rows7.json") as file:
        rows = json.load(file, parse_float=str)     # digit for digit
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [*(row[name] for name in list(COLUMNS)[:5]),
         "true" if row["active"] else "false", row["note"]] for row in rows)
    with open(f"{bench.work}/rows7.csv", "w") as file:
        # An unquoted empty field is NULL to COPY, and no note is NULL.
        file.write(text.getvalue().replace(",\n", ',""\n'))
    session.query(f"""
CREATE TYPE select_row AS ({DEFINITION});
CREATE FOREIGN TABLE select_lambda ({DEFINITION}) SERVER aws
  OPTIONS (function_arn 'rows7');
CREATE FOREIGN TABLE select_csv ({DEFINITION}) SERVER files
  OPTIONS (filename '{bench.work}/rows7.csv', format 'csv');
CREATE UNLOGGED TABLE select_copy ({DEFINITION});
INSERT INTO documents VALUES ('rows7', pg_read_file('{bench.work}/functions/rows7.json'));
""")


def peers(bench, session):
    """What FROM has for each contender."""
    sources = {
        "lambda_fdw": "select_lambda",
        "json_populate_recordset": "json_populate_recordset(NULL::select_row, $1)",
        "jsonb_to_recordset": f"jsonb_to_recordset($2) AS r({DEFINITION})",
        "file_fdw": "select_csv",
    }
    if int(session.value("SHOW server_version_num")) >= 170000:
        sources["json_table"] = f"json_table($2, '$[*]' COLUMNS ({DEFINITION})) r"
    else:
        bench.skip("json_table", "PostgreSQL has it from 17 on")
    try:
        session.query("CREATE EXTENSION plpython3u")
        session.query(PYTHON % bench.plain)
        session.value("SELECT count(*) FROM python_rows()")
        sources["plpython3u, boto3 and json"] = "python_rows() r"
    except SqlError as error:
        bench.skip("plpython3u, boto3 and json", str(error).splitlines()[0])
    return sources


def copy(bench, session):
    """COPY into an empty table, by which the whole is a contender of its own."""
    def run():
        session.query("TRUNCATE select_copy")
        cpu, wall, _ = session.measure(
            f"COPY select_copy FROM '{bench.work}/rows7.csv' (FORMAT csv)")
        return cpu, wall, session.value(ALL + "select_copy")
    return run


def run(bench):
    setup = bench.session()
    create(bench, setup)
    sources = peers(bench, setup)
    sessions = {name: bench.session() for name in sources}
    if bench.planted:
        sources["lambda_fdw"] = bench.planted
    copied = copy(bench, setup)
    copied()
    digests = {name: in_memory(sessions[name], DIGEST + source, "rows7")()[2]
               for name, source in sources.items()}
    digests["COPY"] = setup.value(DIGEST + "select_copy")
    agree("36,000 x 7", digests)
    for case, query, others in (("36,000 x 7, all columns", ALL, (0.20, 0.5)),
                                ("36,000 x 7, one int column", ONE, (None, 0.6))):
        contenders = {name: in_memory(sessions[name], query + source, "rows7")
                      for name, source in sources.items()}
        if query == ALL:
            contenders["COPY"] = copied
        measures = bench.race(case, contenders, seconds=40 if query == ALL else 20)
        bench.compare(case, measures, "json_populate_recordset", others[0])
        bench.compare(case, measures, "file_fdw", others[1])
        for name in contenders:
            if name not in ("lambda_fdw", "json_populate_recordset", "file_fdw"):
                bench.compare(case, measures, name, None)
    profile(bench, setup, sessions["lambda_fdw"])


def casts(session):
    """CPU of the input functions alone: the texts of a table cast, less read."""
    text = ", ".join(f"{name}::text" for name in COLUMNS)
    session.query(f"CREATE UNLOGGED TABLE select_text AS SELECT {text} FROM select_copy; "
                  "VACUUM ANALYZE select_text")
    read = "SELECT ARRAY[%s] FROM select_text" % ", ".join(f"count({name})" for name in COLUMNS)
    # what is text in the end is copied as well
    cast = "SELECT ARRAY[%s] FROM select_text" % ", ".join(
        f"count({name}::cstring::text)" if kind == "text" else f"count({name}::{kind})"
        for name, kind in COLUMNS.items())
    return read, cast


def profile(bench, setup, session):
    """What of the first case is the floor: receiving, and the input functions."""
    read, cast = casts(setup)
    measures = bench.race("36,000 x 7, its parts", {
        "lambda_fdw": lambda: (*session.measure(ALL + "select_lambda")[:2], ""),
        "count(*)": lambda: (*session.measure("SELECT count(*) FROM select_lambda")[:2], ""),
        "call_loop, the bytes received": loop_rows(bench),
        "texts of a table read": lambda: (*setup.measure(read)[:2], ""),
        "texts of a table cast": lambda: (*setup.measure(cast)[:2], ""),
    }, seconds=20)
    least = {name: taken.least("cpu") for name, taken in measures.items()}
    whole, count = least["lambda_fdw"], least["count(*)"]
    received = least["call_loop, the bytes received"]
    inputs = least["texts of a table cast"] - least["texts of a table read"]
    bench.profile = report.table(("part", "CPU ms", "how it is known"), [
        ("receiving the bytes", f"{received:.2f}", "`call_loop` receives the same answer"),
        ("finding the rows", f"{count - received:.2f}", "`count(*)`, less receiving"),
        ("members, values, tuples", f"{whole - count:.2f}", "all columns counted, less `count(*)`"),
        ("**the whole**", f"{whole:.2f}", "all columns counted"),
        ("PostgreSQL's input functions alone", f"{inputs:.2f}",
         "the same texts in a table, cast to the columns' types, less reading them"),
        ("**the floor**", f"{received + inputs:.2f}", "receiving, and those"),
        ("**left above the floor**", f"{whole - received - inputs:.2f}",
         "below zero where the conversions of lambda_fdw are faster than those"),
    ])
    symbols = perf(bench, session)
    if symbols:
        bench.profile += ["", "By `perf`, the symbols with 1 % of the backend's samples or more:",
                          "", *report.table(("%", "in", "symbol"), symbols)]
    else:
        bench.skip("perf", "it is not there, or may not look")


def loop_rows(bench):
    from case_calls import loop

    received = loop(bench, "aws", 0, 5, "rows7")

    def run():
        cpu, wall, _ = received()
        return cpu / 5, wall / 5, ""
    return run


def perf(bench, session):
    """The symbols that the backend is in, where perf can tell."""
    record = f"{bench.work}/perf.data"
    try:
        sampler = subprocess.Popen(
            ["perf", "record", "-q", "-F", "1999", "-p", str(session.pid), "-o", record],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        for _ in range(5 if bench.quick else 40):
            session.query(ALL + "select_lambda")
        sampler.send_signal(signal.SIGINT)
        sampler.wait()
        text = subprocess.run(
            ["perf", "report", "--stdio", "--no-children", "-i", record, "-F",
             "overhead,dso,sym", "--percent-limit", "1"],
            check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return re.findall(r"^\s+([\d.]+)%\s+(\S+)\s+\[[.k]\] (\S+)", text, re.M)
