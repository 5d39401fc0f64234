"""The soak's servers and tables.

Each foreign server has a port of the endpoint of its own.  There is a schema for
each, with the same tables: in EXACT_* nothing is given up but what is known to
have arrived, so that the endpoint has seen every attempt; in LOOSE_* anything is.

IDENTIFICATION
  test/soak/tables.py
"""

KEYS = ("aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key "
        "'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'")

MAX_IN_FLIGHT = 8
# Foreign server: (options, the most requests at once, None: any number).
SERVERS = {
    "free": ("", None),
    "limited": (f", max_in_flight '{MAX_IN_FLIGHT}'", MAX_IN_FLIGHT),
    "rated": (", max_calls_per_minute '6000', max_in_flight '20', "
              "breaker_failures '1000', breaker_seconds '1'", 20),
    "altered": (", max_in_flight '5', request_timeout_ms '20000'", 10),
    "breaking": (", breaker_failures '5', breaker_seconds '2', "
                 "request_timeout_ms '700', max_attempts '1'", None),
}
# Limits that are never reached.
TRACKED = (", max_in_flight '64', max_calls_per_minute '100000000', "
           "breaker_failures '1000'")
LOADED = ("free", "limited", "rated", "altered")
KEY_COUNT = 600             # rows of the local table that joins
BATCH_KEYS = 200
FAULTS = ("slow", "throttles", "raises", "fails", "resets", "cuts")

ROW = "id int, name text, note text"
KEYED = ("id int OPTIONS (pushdown '=, in', required 'true'), name text, "
         "note text")
TAGGED = "id int, name text, note text, tag text OPTIONS (input 'true')"


def foreign_table(schema, server, name, columns, function, options=""):
    loose = "__loose" if schema.startswith("loose") else ""
    return (f"CREATE FOREIGN TABLE {schema}.{name} ({columns}) SERVER {server} "
            f"OPTIONS (function_arn '{function}{loose}'{options})")


def statements_of(schema, server):
    def table(*arguments):
        return foreign_table(schema, server, *arguments)

    yield f"CREATE SCHEMA {schema}"
    yield table("rows", ROW, "rows")
    yield table("pages", ROW, "pages", ", estimated_rows '1000'")
    yield table("splits", ROW, "splits",
                ", splits '4', estimated_rows '1000000'")
    yield table("keys", KEYED, "keys", f", max_batch_keys '{BATCH_KEYS}'")
    yield table("stream", ROW, "stream", ", response_mode 'streaming'")
    yield table("store", "id int OPTIONS (key 'true'), name text", "store",
                ", updatable 'true', batch_size '50'")
    yield table("held", "id int OPTIONS (key 'true'), name text", "store",
                ", updatable 'true', batch_size '50', deliver_at 'commit'")
    yield table("hangs", TAGGED, "rows__hangs", ", splits '1'")
    yield table("late", TAGGED, "rows__hangs", ", request_timeout_ms '400', "
                "max_attempts '1'")
    for fault in FAULTS:
        yield table("rows_" + fault, ROW, "rows__" + fault)
    yield (f"CREATE TABLE {schema}.parts (id int, name text, note text) "
           "PARTITION BY LIST (id)")
    for number in range(4):
        loose = "__loose" if schema.startswith("loose") else ""
        yield (f"CREATE FOREIGN TABLE {schema}.part_{number} PARTITION OF "
               f"{schema}.parts FOR VALUES IN ({number}) SERVER {server} "
               f"OPTIONS (function_arn 'rows__slow{loose}', "
               f"payload '{{\"part\": {number}}}')")


def create(session, ports):
    """Make everything, as a superuser, in an empty database."""
    session.query("CREATE EXTENSION lambda_fdw")
    session.query("CREATE TABLE local_keys AS SELECT i AS id FROM "
                  f"generate_series(1, {KEY_COUNT}) i")
    session.query("ANALYZE local_keys")
    for server, (options, _) in SERVERS.items():
        session.query(
            f"CREATE SERVER {server} FOREIGN DATA WRAPPER lambda_fdw OPTIONS "
            f"(region 'eu-west-1', endpoint 'http://127.0.0.1:{ports[server]}'"
            f"{options})")
        session.query(f"CREATE USER MAPPING FOR CURRENT_USER SERVER {server} "
                      f"OPTIONS ({KEYS})")
        for schema in (f"exact_{server}", f"loose_{server}"):
            for statement in statements_of(schema, server):
                session.query(statement)
