"""A psql that stays, and what it answers.

IDENTIFICATION
  test/oracle/session.py
"""

import os
import re
import subprocess
import threading

FIELD, RECORD, MARK, NULL = "\x1f", "\x1e", "\x02", "\x03"


class Crashed(Exception):
    """The backend is gone."""


class Result:
    """What one statement returned: rows of texts and how many its command tag
    says, or an SQLSTATE."""

    def __init__(self, rows, state, message, count=0):
        self.rows, self.state, self.message = rows, state, message
        self.count = count

    def __repr__(self):
        return ("%d rows" % len(self.rows) if self.state is None else
                "%s %s" % (self.state, self.message))


class Session:
    def __init__(self, database, environment=None):
        psql = os.path.join(os.environ.get("ORACLE_BINDIR", ""), "psql")
        self.process = subprocess.Popen(
            [psql, "-X", "-q", "-A", "-t", "-d", database, "-F", FIELD,
             "-R", RECORD, "-P", "null=" + NULL],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=dict(os.environ, **(environment or {})))
        self.errors = []
        threading.Thread(target=self.drain, daemon=True).start()
        self.buffer = b""

    def drain(self):
        for line in self.process.stderr:
            self.errors.append(line.decode("utf-8", "replace").rstrip())
            del self.errors[:-20]

    def run(self, statements):
        """Run statements, all sent at once; returns a Result for each."""
        text = []
        for statement in statements:
            text.append(statement.rstrip().rstrip(";") + "\n;\n")
            text.append("\\echo '%s' :ERROR :SQLSTATE :ROW_COUNT "
                        ":LAST_ERROR_MESSAGE '%s'\n" % (MARK, MARK))
        try:
            self.process.stdin.write("".join(text).encode())
            self.process.stdin.flush()
            results = []
            while len(results) < len(statements):
                results.append(self.read())
        except (BrokenPipeError, EOFError):
            self.process.wait()
            raise Crashed("\n".join(self.errors)) from None
        return results

    def read(self):
        rows = self.until(MARK.encode())
        status = self.until(MARK.encode()).split(" ", 4)
        self.until(b"\n")
        body = rows[:-1] if rows.endswith((RECORD, "\n")) else rows
        if status[1] == "true":
            # psql 18 forgets the message of the last error but one, not this.
            if status[2].startswith("57P") or "server closed" in status[4]:
                raise EOFError
            return Result([], status[2], status[4].strip())
        records = [] if not rows else body.split(RECORD)
        return Result([tuple(None if field == NULL else field for field
                             in record.split(FIELD)) for record in records],
                      None, "", int(status[3]))

    def until(self, end):
        while True:
            before, found, after = self.buffer.partition(end)
            if found:
                self.buffer = after
                return before.decode("utf-8", "replace")
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                raise EOFError
            self.buffer += data

    def execute(self, script):
        """Run a script that must succeed."""
        for statement, result in zip(script, self.run(script)):
            if result.state:
                raise RuntimeError("%s: %s\n%s" % (result.state, result.message,
                                                   statement))

    def query(self, statement):
        result = self.run([statement])[0]
        if result.state:
            raise RuntimeError("%s\n%s" % (result, statement))
        return result.rows

    def close(self):
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def escaped(text):
    """Safe in psql: a colon before a name is no variable of psql there."""
    return re.sub(r"\x00", "", text)
