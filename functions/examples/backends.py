"""The sessions of a PostgreSQL server, as its pg_stat_activity has them.

Needs psycopg2, which the layer of functions/layer brings.

    CREATE FOREIGN TABLE backends (
      pid              integer OPTIONS (pushdown '=, in'),
      usename          text,
      application_name text,
      state            text,
      backend_start    timestamptz,
      query            text,
      libpq            integer
    ) SERVER aws OPTIONS (function_arn 'backends');

    SELECT pid, state, query FROM backends WHERE usename = 'app';

Argument, optional, a number or a list of numbers: pid.  `libpq` is the version
of the library that asked.

The server is the one that libpq's environment variables name: PGHOST, PGUSER,
PGPASSWORD, PGDATABASE, and PGSSLROOTCERT for the file with the certificate of
who signed the server's.  Without PGSSLMODE and PGCHANNELBINDING it is asked for
its certificate and for proof that nobody is in between.
"""

import os
import threading

import psycopg2
import psycopg2.extensions
import psycopg2.extras

QUERY = """SELECT pid, usename, application_name, state,
       to_char(backend_start AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS backend_start, query
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND (%(pids)s::int[] IS NULL
                                         OR pid = ANY (%(pids)s))
ORDER BY pid"""


def connect():
    connection = psycopg2.connect(
        sslmode=os.environ.get("PGSSLMODE", "verify-full"),
        channel_binding=os.environ.get("PGCHANNELBINDING", "require"),
        connect_timeout=10, application_name="backends")
    connection.autocommit = True
    return connection


class Server:
    """A connection that outlives invocations, as Lambda's environments do."""

    def __init__(self):
        self.lock = threading.Lock()
        self.connection = None

    def ask(self, query, values):
        with self.lock:
            kept = self.connection is not None
            try:
                return self.fetch(query, values)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                # It has been idle, perhaps while the server was restarted.
                if not kept:
                    raise
                return self.fetch(query, values)

    def fetch(self, query, values):
        """The rows as dictionaries; a connection that fails is not kept."""
        if self.connection is None:
            self.connection = connect()
        try:
            with self.connection.cursor(
                    cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(query, values)
                return [dict(row) for row in cursor]
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self.connection.close()
            self.connection = None
            raise


SERVER = Server()


def lambda_handler(event, context):
    pids = event.get("pid")
    if pids is not None and not isinstance(pids, list):
        pids = [pids]
    return [dict(row, libpq=psycopg2.extensions.libpq_version())
            for row in SERVER.ask(QUERY, {"pids": pids})]
