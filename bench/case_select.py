"""36,000 rows of seven columns, 5.6 MB of JSON: all columns, and one.

Each column is counted by name, so that no contender may leave one out:
lambda_fdw converts what a query names, most others convert everything.
"""

import csv
import io
import json

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
