"""Sessions, by libpq itself: psql can neither be cut off amid a statement nor
tell an error's code.

Calls of libpq leave Python's lock, so that a thread a session is enough.

IDENTIFICATION
  test/soak/libpq.py
"""

import ctypes
import ctypes.util
import os
import socket

CONNECTION_OK = 0
COMMAND_OK, TUPLES_OK, COPY_IN = 1, 2, 4
SQLSTATE = ord("C")
MESSAGE = ord("M")


def load():
    name = os.environ.get("SOAK_LIBPQ") or ctypes.util.find_library("pq")
    library = ctypes.CDLL(name or "libpq.so.5")
    for function, result, *arguments in (
            ("PQconnectdb", "p", "s"), ("PQfinish", None, "p"),
            ("PQstatus", "i", "p"), ("PQexec", "p", "p", "s"),
            ("PQclear", None, "p"), ("PQresultStatus", "i", "p"),
            ("PQresultErrorField", "s", "p", "i"), ("PQntuples", "i", "p"),
            ("PQnfields", "i", "p"), ("PQgetvalue", "s", "p", "i", "i"),
            ("PQgetisnull", "i", "p", "i", "i"),
            ("PQputCopyData", "i", "p", "s", "i"),
            ("PQputCopyEnd", "i", "p", "s"), ("PQgetResult", "p", "p"),
            ("PQerrorMessage", "s", "p"), ("PQbackendPID", "i", "p"),
            ("PQsocket", "i", "p"), ("PQsetNoticeProcessor", "p", "p", "p", "p")):
        kinds = {"p": ctypes.c_void_p, "i": ctypes.c_int, "s": ctypes.c_char_p,
                 None: None}
        entry = getattr(library, function)
        entry.restype = kinds[result]
        entry.argtypes = [kinds[one] for one in arguments]
    return library


LIBPQ = load()
SILENT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)(
    lambda *_: None)


class SqlError(Exception):
    """What the server said; without a code the connection is gone."""

    def __init__(self, state, message):
        super().__init__("%s: %s" % (state, message))
        self.state = state


class Session:
    """A connection; its settings come from the environment of libpq."""

    def __init__(self, *settings):
        self.connection = LIBPQ.PQconnectdb(b"application_name=soak")
        if LIBPQ.PQstatus(self.connection) != CONNECTION_OK:
            said = LIBPQ.PQerrorMessage(self.connection).decode("utf-8", "replace")
            self.close()
            raise SqlError(None, said.strip())
        LIBPQ.PQsetNoticeProcessor(self.connection, ctypes.cast(
            SILENT, ctypes.c_void_p), None)
        self.pid = LIBPQ.PQbackendPID(self.connection)
        for setting in settings:
            self.query(setting)

    def query(self, sql, data=None):
        """The rows of the last statement; `data` is what COPY takes."""
        result = LIBPQ.PQexec(self.connection, sql.encode())
        if data is not None and LIBPQ.PQresultStatus(result) == COPY_IN:
            LIBPQ.PQclear(result)
            data = data.encode()
            LIBPQ.PQputCopyData(self.connection, data, len(data))
            LIBPQ.PQputCopyEnd(self.connection, None)
            result = LIBPQ.PQgetResult(self.connection)
            following = LIBPQ.PQgetResult(self.connection)
            while following:
                LIBPQ.PQclear(following)
                following = LIBPQ.PQgetResult(self.connection)
        try:
            return self.rows_of(result)
        finally:
            LIBPQ.PQclear(result)

    def rows_of(self, result):
        status = LIBPQ.PQresultStatus(result)
        if status not in (COMMAND_OK, TUPLES_OK):
            state = LIBPQ.PQresultErrorField(result, SQLSTATE)
            said = LIBPQ.PQresultErrorField(result, MESSAGE) or \
                LIBPQ.PQerrorMessage(self.connection)
            if self.is_lost():
                state = None
            raise SqlError(state and state.decode(),
                           said.decode("utf-8", "replace").strip())
        return [[None if LIBPQ.PQgetisnull(result, row, column) else
                 LIBPQ.PQgetvalue(result, row, column).decode()
                 for column in range(LIBPQ.PQnfields(result))]
                for row in range(LIBPQ.PQntuples(result))]

    def value(self, sql):
        return self.query(sql)[0][0]

    def is_lost(self):
        return LIBPQ.PQstatus(self.connection) != CONNECTION_OK

    def cut(self):
        """End the connection as a client does that dies; from any thread."""
        number = LIBPQ.PQsocket(self.connection)
        if number >= 0:
            copy = socket.socket(fileno=os.dup(number))
            try:
                copy.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            copy.close()

    def close(self):
        if self.connection:
            LIBPQ.PQfinish(self.connection)
            self.connection = None
