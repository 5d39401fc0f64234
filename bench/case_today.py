"""Rows of a table enriched by a function: what people do today, and a join.

The function takes 20 ms, as a short one behind a network does, and answers as many
keys at once as it is asked for.  Who asks for a row at a time waits for each.
"""

import csv
import io
import json

from harness import Skipped, SqlError, statement, wall_of

KEYS = 200
SQL_KEYS = "today_keys"
RESULT = "count(name), sum(hashtext(name)), sum(price)"
CLIENT = """
if 'client' not in SD:
    import boto3
    SD['client'] = boto3.client(
        'lambda', region_name='eu-west-1', endpoint_url='{plain}',
        aws_access_key_id='AKIDEXAMPLE',
        aws_secret_access_key='wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
"""
PYTHON = """
CREATE FUNCTION today_row(id bigint) RETURNS SETOF today_answer LANGUAGE plpython3u AS $$
import decimal, json{client}
answer = SD['client'].invoke(FunctionName='lookup_20', Payload=json.dumps({{'id': [id]}}))
return json.loads(answer['Payload'].read(), parse_float=decimal.Decimal)
$$;
CREATE FUNCTION today_rows(ids bigint[]) RETURNS SETOF today_answer LANGUAGE plpython3u AS $$
import decimal, json{client}
answer = SD['client'].invoke(FunctionName='lookup_20', Payload=json.dumps({{'id': ids}}))
return json.loads(answer['Payload'].read(), parse_float=decimal.Decimal)
$$;
"""
ANSWER = "r(id bigint, name text, price numeric)"


def sql_contenders(bench, setup):
    """Contenders that are one statement, by name."""
    ours = f"SELECT {RESULT} FROM {SQL_KEYS} JOIN today_remote r USING (id)"
    each = (f"SELECT {RESULT} FROM {SQL_KEYS} k, LATERAL aws_lambda.invoke('lookup_20', "
            "json_build_object('id', json_build_array(k.id))) i, "
            f"LATERAL json_to_recordset(i.payload) AS {ANSWER}")
    found = {"lambda_fdw": ours, "aws_lambda.invoke, a call a row": each}
    try:
        setup.query("CREATE EXTENSION IF NOT EXISTS plpython3u")
        setup.query(PYTHON.format(client=CLIENT.format(plain=bench.plain)))
        setup.value("SELECT count(*) FROM today_row(1)")
        found["plpython3u and boto3, a call a row"] = (
            f"SELECT {RESULT} FROM {SQL_KEYS} k, LATERAL today_row(k.id) r")
        found["plpython3u and boto3, an array by hand"] = (
            f"SELECT {RESULT} FROM today_rows((SELECT array_agg(id) FROM {SQL_KEYS})) r")
    except SqlError as error:
        bench.skip("plpython3u and boto3", str(error).splitlines()[0])
    try:
        setup.query("CREATE EXTENSION http")
        url = f"{bench.plain}/2015-03-31/functions/lookup_20/invocations"
        found["pgsql-http, a call a row"] = (
            f"SELECT {RESULT} FROM {SQL_KEYS} k, LATERAL http_post('{url}', "
            "json_build_object('id', json_build_array(k.id))::text, 'application/json') h, "
            f"LATERAL json_to_recordset(h.content::json) AS {ANSWER}")
    except SqlError as error:
        bench.skip("pgsql-http", str(error).splitlines()[0])
    return found


def load_script(bench, session):
    """A script that reads the keys, asks for them, loads the rows, and joins them."""
    try:
        import boto3
    except ImportError as error:
        raise Skipped(str(error)) from error
    client = boto3.client(
        "lambda", region_name="eu-west-1", endpoint_url=bench.plain,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    path = f"{bench.work}/today.csv"

    def run():
        keys = [int(row[0]) for row in session.query(f"SELECT id FROM {SQL_KEYS}")]
        answer = client.invoke(FunctionName="lookup_20",
                               Payload=json.dumps({"id": keys}))
        rows = json.loads(answer["Payload"].read(), parse_float=str)
        text = io.StringIO()
        csv.writer(text).writerows((row["id"], row["name"], row["price"]) for row in rows)
        with open(path, "w") as file:
            file.write(text.getvalue())
        session.query("TRUNCATE today_loaded")
        session.query(f"COPY today_loaded FROM '{path}' (FORMAT csv)")
        return session.query(f"SELECT {RESULT} FROM {SQL_KEYS} JOIN today_loaded USING (id)")
    return wall_of(run)


def run(bench):
    setup = bench.session()
    setup.query(f"""
CREATE TYPE today_answer AS (id bigint, name text, price numeric);
CREATE FOREIGN TABLE today_remote (id bigint OPTIONS (pushdown '=, in', required 'true'),
  name text, price numeric) SERVER aws OPTIONS (function_arn 'lookup_20');
CREATE TABLE today_loaded (id bigint, name text, price numeric);
CREATE TABLE {SQL_KEYS} AS SELECT i::bigint AS id FROM generate_series(1, {KEYS}) i;
ANALYZE {SQL_KEYS}""")
    contenders = {name: statement(bench.session(), sql)
                  for name, sql in sql_contenders(bench, setup).items()}
    try:
        contenders["a script with boto3 and COPY"] = load_script(bench, bench.session())
    except Skipped as skipped:
        bench.skip("a script with boto3 and COPY", str(skipped))
    title = f"{KEYS} rows enriched, 20 ms a call"
    measures = bench.race(title, contenders, rounds=5, seconds=60,
                          note="CPU is the backend's; that of a script is none of it.")
    for name in contenders:
        if name != "lambda_fdw":
            bench.compare(title, measures, name, None, kind="wall")
