"""Rows of many columns, members in another order, unknown members, deep paths."""

from documents import members60
from harness import agree, in_memory

KINDS = (("int", "bigint"), ("num", "numeric"), ("txts", "text[]"), ("txt", "text"),
         ("at", "timestamptz"), ("ints", "int[]"), ("flag", "boolean"))


def columns60():
    columns = {}
    for name in members60(1):
        if name == "address":
            continue
        stem = name.rstrip("0123456789")
        columns[name] = dict(KINDS).get(stem, "int")
    return columns


PLACES = {"street": "/address/street", "city": "/address/city",
          "lat": "/address/place/lat", "lon": "/address/place/lon"}
NESTED = {"street": "(address).street", "city": "(address).city",
          "lat": "(address).place.lat", "lon": "((address).place).lon"}
NESTED["lat"] = "((address).place).lat"


def create(session):
    columns = columns60()
    flat = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    places = ", ".join(
        f"{name} {'text' if name in ('street', 'city') else 'float8'} "
        f"OPTIONS (path '{path}')" for name, path in PLACES.items())
    many = ", ".join(f"c{at} int" for at in range(500))
    deep = "/".join(f"l{level}" for level in range(10))
    session.query(f"""
CREATE TYPE wide_place AS (lat float8, lon float8);
CREATE TYPE wide_address AS (street text, city text, place wide_place);
CREATE TYPE wide60_row AS ({flat}, address wide_address);
CREATE TYPE wide500_row AS ({many});
CREATE TYPE unknown500_row AS (id int, name text, {many});
CREATE FOREIGN TABLE wide60 ({flat}, {places}) SERVER aws OPTIONS (function_arn 'wide60');
CREATE FOREIGN TABLE reversed60 ({flat}, {places}) SERVER aws OPTIONS (function_arn 'reversed60');
CREATE FOREIGN TABLE wide500 ({many}) SERVER aws OPTIONS (function_arn 'wide500');
CREATE FOREIGN TABLE reversed500 ({many}) SERVER aws OPTIONS (function_arn 'reversed500');
CREATE FOREIGN TABLE unknown500 (id int, name text, {many}) SERVER aws OPTIONS (function_arn 'unknown500');
CREATE FOREIGN TABLE deep10 (leaf int OPTIONS (path '/{deep}/leaf')) SERVER aws OPTIONS (function_arn 'deep10');
""")


def compared(bench, title, document, ours, others, counts, beside, limit):
    """A race of FROM items; counts is what each counts of its columns."""
    sources = {"lambda_fdw": ours, **others}
    sessions = {name: bench.session() for name in sources}
    agree(title, {name: in_memory(
        sessions[name], "SELECT md5(string_agg(md5(ROW(%s)::text), '')) FROM (SELECT * FROM %s) r"
        % (", ".join(counts[name]), source), document)()[2]
        for name, source in sources.items()})
    contenders = {name: in_memory(
        sessions[name], "SELECT md5(ROW(%s)::text) FROM %s"
        % (", ".join(f"count({column})" for column in counts[name]), source), document)
        for name, source in sources.items()}
    measures = bench.race(title, contenders, seconds=10)
    bench.compare(title, measures, beside, limit)


def run(bench):
    setup = bench.session()
    create(setup)
    for document in ("wide60", "reversed60", "wide500", "reversed500", "unknown500",
                     "deep10"):
        setup.query(f"INSERT INTO documents VALUES ('{document}', "
                    f"pg_read_file('{bench.work}/functions/{document}.json'))")
    sixty = list(columns60())
    many = [f"c{at}" for at in range(500)]
    for document, title, ours, theirs, row in (
            ("wide60", "60 columns, nested, arrays, escapes", sixty + list(PLACES),
             sixty + list(NESTED.values()), "wide60_row"),
            ("reversed60", "the same, members reversed", sixty + list(PLACES),
             sixty + list(NESTED.values()), "wide60_row"),
            ("wide500", "500 columns", many, many, "wide500_row"),
            ("reversed500", "500 columns, members reversed", many, many, "wide500_row"),
            ("unknown500", "500 unknown members, as many columns", ["id", "name", *many],
             ["id", "name", *many], "unknown500_row")):
        peer = f"json_populate_recordset(NULL::{row}, $1) r"
        compared(bench, title, document, document, {"json_populate_recordset": peer},
                 {"lambda_fdw": ours, "json_populate_recordset": theirs},
                 "json_populate_recordset", 0.30)
    path = ",".join(f"l{level}" for level in range(10))
    deep = {kind: "(SELECT (r #>> '{%s,leaf}')::int AS leaf FROM %s_array_elements(%s) r) r"
            % (path, kind, "$1" if kind == "json" else "$2")
            for kind in ("json", "jsonb")}
    others = {"#>> on json": deep["json"], "#>> on jsonb": deep["jsonb"]}
    compared(bench, "10 levels deep", "deep10", "deep10", others,
             dict.fromkeys(("lambda_fdw", *others), ["leaf"]),
             "#>> on json", 0.25)
