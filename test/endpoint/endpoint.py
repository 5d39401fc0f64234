#!/usr/bin/env python3
"""The test endpoint: Lambda's Invoke API, served from this machine.

Runs the Python handlers in handlers/ and functions/examples/ the way Lambda's
Python runtime does, records every invocation, and misbehaves on demand.
README.md beside this file has the details.  Standard library only.

IDENTIFICATION
  test/endpoint/endpoint.py
"""

import argparse
import ast
import inspect
import io
import os
import re
import select
import sys
import threading
import time

sys.dont_write_bytecode = True  # leave no __pycache__ in the checkout
import control_api  # noqa: E402
import invoke_api  # noqa: E402
import runtime  # noqa: E402
import s3  # noqa: E402
import services  # noqa: E402
import serving  # noqa: E402
from durable import EXECUTIONS  # noqa: E402
from event_stream import Stream  # noqa: E402
from invoke_api import Outcome  # noqa: E402
from listing import LISTING  # noqa: E402
from record import Record  # noqa: E402
from verifier import ACCOUNT, CLOCK, Refusal  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = (os.path.join(HERE, "handlers"),
           os.path.normpath(os.path.join(HERE, "../../functions/examples")))

# Qualifier -> the version that runs.
VERSIONS = {"$LATEST": "$LATEST", "1": "1", "2": "2", "prod": "2", "v1": "1",
            "custom_version": "2"}
# Functions that look at what others have done and so stay out of the record.
UNRECORDED = {"calls", "service_calls", "reset_calls", "function_list",
              "store_rows", "reset_store"}


# ---------------------------------------------------------------------------
# What is invoked
# ---------------------------------------------------------------------------

class Functions:
    """The handlers in FOLDERS, their modules loaded when first invoked."""

    def __init__(self):
        self.lock = threading.Lock()
        self.modules = {}
        self.invoked = set()

    @staticmethod
    def version(qualifier):
        return VERSIONS.get(qualifier or "$LATEST")

    @staticmethod
    def versions():
        return sorted(set(VERSIONS.values()))

    @property
    def page_size(self):
        return LISTING.page_size

    @staticmethod
    def path(name):
        """The file of a function, or None."""
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
            for folder in FOLDERS:
                path = os.path.join(folder, LISTING.original(name) + ".py")
                if os.path.exists(path):
                    return path
        return None

    def find(self, name):
        path = self.path(name)
        return path and Function(self, LISTING.original(name), path)

    @staticmethod
    def names():
        return {os.path.splitext(file)[0] for folder in FOLDERS
                for file in os.listdir(folder)
                if file.endswith(".py") and not file.startswith("_")
                }.union(LISTING.copy_names())

    def tags(self, name):
        """What a handler's file says in a line "TAGS = {...}", which stands alone."""
        with open(self.path(name), encoding="utf-8") as source:
            match = re.search(r"^TAGS = (.*)$", source.read(), re.MULTILINE)
        return (ast.literal_eval(match[1])
                if match and LISTING.is_tagged(name) else {})

    def first_time(self, name):
        """Whether the function has not been invoked since the start."""
        with self.lock:
            first = name not in self.invoked
            self.invoked.add(name)
            return first

    def load(self, name, path):
        """The function's module; its own exceptions while loading pass."""
        with self.lock:
            if name not in self.modules:
                self.modules[name] = runtime.load(path, "function_" + name,
                                                  shown)
            return self.modules[name]


class Function:
    """A handler's file, run in this process."""

    def __init__(self, functions, name, path):
        self.functions = functions
        self.name = name
        self.path = path

    def is_durable(self):
        with open(self.path, encoding="utf-8") as source:
            return "\nDURABLE = True\n" in source.read()

    def run(self, call):
        execution = call.execution
        if execution is None:
            return self.run_handler(call)
        if execution.outcome is None:
            outcome = self.run_handler(call)
            if getattr(outcome.answer, "status", 200) != 200:
                return outcome      # the service failed, not the execution
            execution.outcome = outcome
        return execution.outcome

    def run_handler(self, call):
        sys.stdout.log.sink = sink = io.StringIO()
        first = self.functions.first_time(self.name)
        try:
            answer, error = self.answer(call)
        finally:
            sys.stdout.log.sink = None
        return Outcome(answer, error, sink.getvalue(), first)

    def answer(self, call):
        """What goes out, and the kind of function error or None."""
        context = runtime.Context(call.document())
        context.event_text = call.text      # these two are ours alone
        context.entry = call.entry
        try:
            module = self.functions.load(self.name, self.path)
            answer = runtime.handler_of(module)(call.event, context)
            if inspect.isgenerator(answer):
                answer = Stream(piece.encode() if isinstance(piece, str)
                                else piece for piece in answer)
            if isinstance(answer, (RawResponse, Takeover, Stream)):
                return answer, None
            return runtime.marshal(answer), None
        except BaseException as error:
            document = runtime.error_document(error, self.path,
                                              call.request_id, shown)
            return invoke_api.json_bytes(document), "Unhandled"


def shown(path):
    """The path that a handler's file has on Lambda."""
    return "/var/task/" + os.path.basename(path)


RECORD = Record()
FUNCTIONS = Functions()


class RawResponse:
    """A handler's answer that goes out as it is, past every limit.

    `body` is bytes (sent with Content-Length) or an iterable of bytes (chunked,
    one write each, `delay_ms` apart).
    """

    def __init__(self, body, status=200, headers=None, delay_ms=0):
        self.body = body
        self.status = status
        self.headers = headers or {}
        self.delay_ms = delay_ms


class Takeover:
    """A handler's answer that writes to the connection itself.

    `run` is called with the Exchange; see its send_head, send_chunk, reset and
    wait_until_gone.
    """

    def __init__(self, run):
        self.run = run


class Output(io.TextIOBase):
    """Standard output, but what a handler prints goes to its own log."""

    def __init__(self, outside):
        self.outside = outside
        self.log = threading.local()

    def write(self, text):
        sink = getattr(self.log, "sink", None) or self.outside
        return sink.write(text)

    def flush(self):
        self.outside.flush()


# ---------------------------------------------------------------------------
# HTTP
# ---------------------------------------------------------------------------

class Exchange(invoke_api.Exchange):
    """With the other services, the record, and answers that misbehave."""

    def setup(self):
        self.stale = False      # whether the next request meets a reset
        self.control = None     # of ListFunctions and the like: the record's row
        super().setup()

    def answer(self):
        if s3.is_meant(self):
            return s3.serve(self)
        body = self.read_body()
        path, _, query = self.target.partition("?")
        service = services.service_of(self.command, path, self.headers)
        if service:
            return services.serve(service, self, path, body)
        self.answer_invoke(path, query, body)

    def permit(self, key, region, action, resource):
        if self.control:
            self.control["access_key"] = key
        if key == "AKIDDENIED":
            raise Refusal(403, "AccessDeniedException", "User: arn:aws:iam::"
                          "%s:user/denied is not authorized to perform: "
                          "%s on resource: %s because no identity-based "
                          "policy allows the %s action"
                          % (ACCOUNT, action, resource, action),
                          member="Message")

    def answer_control(self, path, query, body):
        """With a row in the record, and its fault."""
        operation = control_api.operation_of(self.command, path)
        if operation is None:
            super().answer_control(path, query, body)
        row = services.row_of("lambda", self)
        row["operation"] = operation.name
        row["parameters"] = {"path": path,
                             **control_api.parameters_of(query)}
        if operation.argument:
            row["parameters"]["function"] = operation.argument.split(":")[-1]
        services.RECORD.add(row)
        self.control = row
        try:
            super().answer_control(path, query, body)
            row["status"] = 200
        except Refusal as refusal:
            row["status"] = refusal.status
            raise
        finally:
            self.control = None

    def send_control(self, operation, region, query):
        fault = LISTING.take({**self.control["parameters"],
                              "operation": operation.name})
        if fault and fault.action == "refuse":
            raise Refusal(fault.status, fault.code, "The fault says so.")
        if fault and fault.action == "hang":
            self.wait_until_gone()
            raise ConnectionResetError
        if fault and fault.action == "answer":
            self.send_body(200, fault.body.encode(), {})
        else:
            if fault:
                fault.gather()
            super().send_control(operation, region, query)

    def accept(self, call, kind, key):
        self.record(call, kind, key)
        if self.stale:
            self.reset()
            return False
        call.execution = None if kind == "DryRun" else self.join_execution(call)
        return True

    def join_execution(self, call):
        """The durable execution that the request is for, or None."""
        if not FUNCTIONS.find(call.target.name).is_durable():
            return None
        name = self.headers.get("X-Amz-Durable-Execution-Name")
        execution = EXECUTIONS.join(call.target, name, call.text)
        self.invocation_headers["X-Amz-Durable-Execution-Arn"] = execution.arn
        return execution

    def record(self, call, kind, key):
        target = call.target
        call.entry = {}
        if target.name in UNRECORDED:
            return
        headers = {name.lower(): value for name, value in self.headers.items()
                   if name.lower() not in ("authorization",
                                           "x-amz-security-token")}
        resumed = getattr(self.connection, "session_reused", False)
        envelope = isinstance(call.event, dict) and call.event.get("lambda_fdw")
        envelope = envelope if isinstance(envelope, dict) else {}
        rows = envelope.get("rows")
        call.entry = {
            "function": target.name, "qualifier": target.qualifier,
            "region": target.region, "account": target.account,
            "invocation_type": kind, "path": self.target, "access_key": key,
            "headers": headers, "payload": call.event,
            "payload_text": call.text, "connection": self.number,
            "tls_resumed": bool(resumed),
            # Of writes; the function says how many rows it has written.
            "operation": envelope.get("operation"),
            "batch_id": envelope.get("batch_id"),
            "rows": len(rows) if isinstance(rows, list) else None,
            "written": None}
        RECORD.add(call.entry)

    def send_answer(self, answer):
        if isinstance(answer, Takeover):
            answer.run(self)
        elif isinstance(answer, bytes):
            self.send_body(200, answer, {})
        elif isinstance(answer.body, (bytes, bytearray)):
            self.send_body(answer.status, answer.body, answer.headers)
        else:
            self.send_head(answer.status, {**answer.headers,
                                           "Transfer-Encoding": "chunked"})
            for number, part in enumerate(answer.body):
                if number and answer.delay_ms:
                    time.sleep(answer.delay_ms / 1000)
                self.send_chunk(part)
            self.connection.sendall(b"0\r\n\r\n")

    # What follows is for takeovers.

    def wait_until_gone(self):
        """Block until the client has closed its side."""
        poll = select.poll()
        poll.register(self.connection, getattr(select, "POLLRDHUP",
                                                select.POLLIN))
        poll.poll()
        self.close_connection = True

    def reset(self):
        """End the connection with RST, not FIN."""
        self.close_connection = True
        serving.reset(self.connection)


class Server(invoke_api.Server):
    """The endpoint; `imds` is how instance metadata behaves."""

    exchange = Exchange

    def __init__(self, host="127.0.0.1", port=0, tls=None, imds="v2"):
        self.imds = imds
        super().__init__(FUNCTIONS, host, port, tls)


def prepare():
    """Make this process one that handlers can run in; call once."""
    # Handlers import "endpoint" and must get the module that serves them.
    sys.modules["endpoint"] = sys.modules[__name__]
    sys.path.insert(0, FOLDERS[0])
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    sys.stdout = Output(sys.stdout)


def main():
    parser = argparse.ArgumentParser(description="Lambda's Invoke API, locally")
    serving.add_arguments(parser)
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"),
                        help="serve https with these PEM files")
    parser.add_argument("--imds", choices=services.IMDS_MODES, default="v2",
                        help="how instance metadata behaves")
    parser.add_argument("--clock-offset", type=float, default=0,
                        metavar="SECONDS", help="how far ahead the clock is")
    arguments = parser.parse_args()
    prepare()
    CLOCK.offset = arguments.clock_offset
    serving.run(Server(arguments.host, arguments.port, arguments.tls,
                       arguments.imds), arguments)


if __name__ == "__main__":
    main()
