#!/usr/bin/env python3
"""The test endpoint: Lambda's Invoke API, served from this machine.

Runs the Python handlers in handlers/ and functions/examples/ the way Lambda's
Python runtime does, has verifier.py check every signature, records every
invocation, and misbehaves on demand.  README.md beside this file has the
details.  Standard library only.

IDENTIFICATION
  test/endpoint/endpoint.py
"""

import argparse
import base64
import binascii
import http.server
import importlib.util
import io
import itertools
import json
import os
import re
import select
import sys
import threading
import time
import traceback
import uuid
from urllib.parse import unquote

sys.dont_write_bytecode = True  # leave no __pycache__ in the checkout
import s3  # noqa: E402
import services  # noqa: E402
import serving  # noqa: E402
from record import Record  # noqa: E402
from verifier import (ACCOUNT, CLOCK, REGION, Refusal,  # noqa: E402
                      authenticate)

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = (os.path.join(HERE, "handlers"),
           os.path.normpath(os.path.join(HERE, "../../functions/examples")))

# Qualifier -> the version that runs.
VERSIONS = {"$LATEST": "$LATEST", "1": "1", "2": "2", "prod": "2", "v1": "1",
            "custom_version": "2"}
# Functions that read the record and so stay out of it.
UNRECORDED = {"calls", "service_calls", "reset_calls"}

REQUEST_LIMIT = 6 * 1024 * 1024
EVENT_LIMIT = 1024 * 1024
RESPONSE_LIMIT = 6291556
READ_LIMIT = 64 * 1024 * 1024
CLIENT_CONTEXT_LIMIT = 3583
LOG_TAIL = 4096
TIMEOUT_MS = 900000

# The FunctionName pattern of Lambda's API model, its parts named.
FUNCTION_NAME = re.compile(
    r"(?:arn:(?P<partition>aws[a-zA-Z-]*):lambda:(?P<arn_region>" + REGION +
    r"):(?P<arn_account>\d{12}):|(?:(?P<region>" + REGION +
    r"):)?(?:(?P<account>\d{12}):)?)(?:function:)?(?P<name>[a-zA-Z0-9_.-]+)"
    r"(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9_-]+))?")
QUALIFIER = re.compile(r"\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9_$-]+")
INVOKE_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")


def unhandled(error_type, message, stack_trace=()):
    return {"errorMessage": message, "errorType": error_type,
            "stackTrace": list(stack_trace)}


# ---------------------------------------------------------------------------
# What is invoked
# ---------------------------------------------------------------------------

class Target:
    """The function a request names: its path, query and signing region."""

    def __init__(self, text, query, region):
        match = FUNCTION_NAME.fullmatch(text)
        if match is None or len(text) > 256 or len(match["name"]) > 64:
            raise Refusal(400, "ValidationException", "1 validation error "
                          "detected: Value '%s' at 'functionName' failed to "
                          "satisfy constraint: Member must satisfy regular "
                          "expression pattern" % text)
        named_region = match["arn_region"] or match["region"]
        if named_region and named_region != region:
            raise Refusal(403, "InvalidSignatureException", "Credential should "
                          "be scoped to a valid region.")
        self.name = match["name"]
        self.region = region
        self.account = match["arn_account"] or match["account"] or ACCOUNT
        self.qualifier = self.pick_qualifier(match["qualifier"], query)
        partition = match["partition"] or (
            "aws-cn" if region.startswith("cn-") else
            "aws-us-gov" if region.startswith("us-gov-") else "aws")
        self.arn = "arn:%s:lambda:%s:%s:function:%s" % (
            partition, region, self.account, self.name)
        if self.qualifier:
            self.arn += ":" + self.qualifier
        self.version = VERSIONS.get(self.qualifier or "$LATEST")

    @staticmethod
    def pick_qualifier(named, query):
        """The qualifier of name and query, which must not differ."""
        asked = None
        for part in query.split("&"):
            name, _, value = part.partition("=")
            if unquote(name) == "Qualifier":
                asked = unquote(value)
                if not QUALIFIER.fullmatch(asked) or len(asked) > 128:
                    raise Refusal(400, "ValidationException", "1 validation "
                                  "error detected: Value '%s' at 'qualifier' "
                                  "failed to satisfy constraint: Member must "
                                  "satisfy regular expression pattern" % asked)
        if named and asked and named != asked:
            raise Refusal(400, "InvalidParameterValueException", "The derived "
                          "qualifier from the function name does not match "
                          "the specified qualifier.", Type="User")
        return named or asked


class Functions:
    """The handlers' modules, loaded from FOLDERS when first invoked."""

    def __init__(self):
        self.lock = threading.Lock()
        self.modules = {}
        self.invoked = set()

    @staticmethod
    def find(name):
        """The file of a function, or None."""
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
            for folder in FOLDERS:
                path = os.path.join(folder, name + ".py")
                if os.path.exists(path):
                    return path
        return None

    def first_time(self, name):
        """Whether the function has not been invoked since the start."""
        with self.lock:
            first = name not in self.invoked
            self.invoked.add(name)
            return first

    def load(self, name):
        """The function's module; its own exceptions while loading pass."""
        with self.lock:
            if name not in self.modules:
                spec = importlib.util.spec_from_file_location(
                    "function_" + name, self.find(name))
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                self.modules[name] = module
            return self.modules[name]


RECORD = Record()
FUNCTIONS = Functions()


class ClientContext(dict):
    """What the runtime makes of a client context: attributes, here of a dict
    that is JSON as it came."""

    custom = property(lambda self: self.get("custom"))
    env = property(lambda self: self.get("env"))
    client = property(lambda self: self.get("client"))


class Context:
    """The context object of Lambda's Python runtime; `event_text` is ours, the
    event with all its digits."""

    def __init__(self, target, request_id, client_context):
        self.function_name = target.name
        self.function_version = target.version
        self.invoked_function_arn = target.arn
        self.aws_request_id = request_id
        self.memory_limit_in_mb = "128"
        self.log_group_name = "/aws/lambda/" + target.name
        self.client_context = client_context
        self.deadline = time.monotonic() + TIMEOUT_MS / 1000

    def get_remaining_time_in_millis(self):
        return max(0, int((self.deadline - time.monotonic()) * 1000))


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


def own_stack(error, path):
    """The stack from the handler's own file on, with the path it has there."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename != path:
        frames = frames[1:]
    for frame in frames:
        frame.filename = "/var/task/" + os.path.basename(frame.filename)
    return traceback.format_list(frames)


def invoke(target, event, context):
    """Run the handler; returns (answer, function error or None)."""
    path = FUNCTIONS.find(target.name)
    try:
        handler = FUNCTIONS.load(target.name).lambda_handler
        answer = handler(event, context)
        if isinstance(answer, (RawResponse, Takeover)):
            return answer, None
        try:
            body = json.dumps(answer, ensure_ascii=False,
                              separators=(",", ":")).encode()
        except (TypeError, ValueError) as error:
            answer = unhandled("Runtime.MarshalError",
                               "Unable to marshal response: %s" % error)
            return answer, "Unhandled"
    except BaseException as error:
        answer = unhandled(type(error).__name__, str(error),
                           own_stack(error, path))
        answer["requestId"] = context.aws_request_id
        return answer, "Unhandled"
    if len(body) > RESPONSE_LIMIT:
        return {"errorMessage": "Response payload size exceeded maximum "
                "allowed payload size (%d bytes)." % RESPONSE_LIMIT,
                "errorType": "Function.ResponseSizeTooLarge"}, "Unhandled"
    return body, None


def invoke_logged(target, event, context):
    """invoke(), and what it logged, as the runtime frames it."""
    sys.stdout.log.sink = sink = io.StringIO()
    start = ("\tInit Duration: 12.34 ms" if FUNCTIONS.first_time(target.name)
             else "")
    started = time.monotonic()
    try:
        answer, error = invoke(target, event, context)
    finally:
        sys.stdout.log.sink = None
    ms = (time.monotonic() - started) * 1000
    log = ("START RequestId: %s Version: %s\n%sEND RequestId: %s\nREPORT "
           "RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory "
           "Size: 128 MB\tMax Memory Used: 40 MB%s\t\n"
           % (context.aws_request_id, target.version, sink.getvalue(),
              context.aws_request_id, context.aws_request_id, ms, ms + 1, start))
    return answer, error, log.encode()[-LOG_TAIL:]


# ---------------------------------------------------------------------------
# HTTP
# ---------------------------------------------------------------------------

def reject_constant(name):
    raise ValueError("%s is not JSON" % name)


def parse_event(body):
    """The request body as the handler gets it; an empty one is {}."""
    try:
        return json.loads(body.decode() or "{}", parse_constant=reject_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "InvalidRequestContentException", "Could not parse "
                      "request body into json: %s" % error,
                      Type="User") from None


def parse_client_context(text):
    """X-Amz-Client-Context: base64 of a JSON object."""
    if text is None:
        return None
    try:
        if len(text) > CLIENT_CONTEXT_LIMIT:
            raise ValueError("too long")
        value = json.loads(base64.b64decode(text, validate=True))
        if not isinstance(value, dict):
            raise ValueError("not an object")
        return ClientContext(value)
    except (ValueError, binascii.Error):
        raise Refusal(400, "InvalidRequestContentException", "Client context "
                      "must be a valid Base64-encoded JSON object.",
                      Type="User") from None


class Exchange(http.server.BaseHTTPRequestHandler):
    """One connection, and the requests that come over it one by one."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    numbers = itertools.count(1)

    def setup(self):
        self.number = next(self.numbers)
        self.stale = False      # whether the next request meets a reset
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request,
                                                       server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        # The server closes the socket it accepted, which TLS has taken over.
        self.request.close()

    def log_message(self, *args):
        """Silence: the output belongs to whoever started the endpoint."""

    def do_POST(self):
        self.request_id = str(uuid.uuid4())
        self.target = self.requestline.split()[1]
        self.invocation_headers = {}
        self.common_headers = None      # Lambda's, see head()
        try:
            self.answer()
        except Refusal as refusal:
            self.send_document(refusal.status, refusal.document,
                               {"x-amzn-ErrorType": refusal.code})
        except OSError:
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST

    def read_body(self):
        """The request's body; one too large to read ends the connection."""
        length = self.headers.get("Content-Length", "0")
        chunked = "Transfer-Encoding" in self.headers
        if chunked or not length.isdecimal() or int(length) > READ_LIMIT:
            self.close_connection = True
            raise Refusal(413, "RequestTooLargeException", "Request must state "
                          "a length of at most %d bytes" % READ_LIMIT)
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionResetError
        return body

    def answer(self):
        if s3.is_meant(self):
            return s3.serve(self)
        body = self.read_body()
        path, _, query = self.target.partition("?")
        service = services.service_of(self.command, path, self.headers)
        if service:
            return services.serve(service, self, path, body)
        match = INVOKE_PATH.fullmatch(path)
        if match is None or self.command != "POST":
            raise Refusal(404, "UnknownOperationException", "no such operation")
        key, region = authenticate(self.command, self.target, self.headers,
                                   body)
        target = Target(unquote(match[1]), query, region)
        if key == "AKIDDENIED":
            raise Refusal(403, "AccessDeniedException", "User: arn:aws:iam::"
                          "%s:user/denied is not authorized to perform: "
                          "lambda:InvokeFunction on resource: %s because no "
                          "identity-based policy allows the "
                          "lambda:InvokeFunction action"
                          % (ACCOUNT, target.arn), member="Message")
        if target.version is None or FUNCTIONS.find(target.name) is None:
            raise Refusal(404, "ResourceNotFoundException",
                          "Function not found: " + target.arn,
                          member="Message", Type="User")
        self.invoke(target, key, body)

    def invoke(self, target, key, body):
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind not in ("RequestResponse", "Event", "DryRun"):
            raise Refusal(400, "InvalidParameterValueException", "Unknown "
                          "invocation type: " + kind, Type="User")
        limit = EVENT_LIMIT if kind == "Event" else REQUEST_LIMIT
        if len(body) > limit:
            raise Refusal(413, "RequestTooLargeException", "Request must be "
                          "smaller than %d bytes for the InvokeFunction "
                          "operation" % limit, Type="User")
        event = parse_event(body)
        client_context = parse_client_context(
            self.headers.get("X-Amz-Client-Context"))
        self.record(target, key, kind, event, body)
        if self.stale:
            return self.reset()
        if kind == "DryRun":
            return self.send_body(204, b"", {})
        context = Context(target, self.request_id,
                          None if kind == "Event" else client_context)
        context.event_text = body.decode()
        if kind == "Event":
            threading.Thread(target=invoke_logged, daemon=True,
                             args=(target, event, context)).start()
            return self.send_body(202, b"", {})
        answer, error, log = invoke_logged(target, event, context)
        self.invocation_headers["X-Amz-Executed-Version"] = target.version
        if self.headers.get("X-Amz-Log-Type") == "Tail":
            self.invocation_headers["X-Amz-Log-Result"] = (
                base64.b64encode(log).decode())
        if error:
            self.invocation_headers["X-Amz-Function-Error"] = error
        self.send_answer(answer)

    def record(self, target, key, kind, event, body):
        if target.name in UNRECORDED:
            return
        headers = {name.lower(): value for name, value in self.headers.items()
                   if name.lower() not in ("authorization",
                                           "x-amz-security-token")}
        front = {name: headers.pop("x-test-" + name, None)
                 for name in ("http-version", "tls-resumed", "connection")}
        resumed = (front["tls-resumed"] == "1" or
                   getattr(self.connection, "session_reused", False))
        RECORD.add({"function": target.name, "qualifier": target.qualifier,
                    "region": target.region, "account": target.account,
                    "invocation_type": kind, "path": self.target,
                    "access_key": key, "headers": headers, "payload": event,
                    "payload_text": body.decode(), "connection": self.number,
                    "front_connection": (front["connection"] and
                                         int(front["connection"])),
                    "tls_resumed": bool(resumed),
                    "http_version": front["http-version"] or "1.1"})

    def send_answer(self, answer):
        if isinstance(answer, Takeover):
            answer.run(self)
        elif isinstance(answer, dict):
            self.send_document(200, answer, {})
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

    # What follows is for takeovers too.

    def head(self, status, headers):
        """A response's head; the invocation's own headers are in it."""
        self.send_response_only(status)
        common = self.common_headers
        if common is None:
            root = "Root=1-%08x-%s;Sampled=0" % (
                int(CLOCK.now()), self.request_id.replace("-", "")[:24])
            common = {"Content-Type": "application/json",
                      "x-amzn-RequestId": self.request_id,
                      "X-Amzn-Trace-Id": root}
        lines = {"Date": self.date_time_string(CLOCK.now()), **common,
                 **self.invocation_headers, **headers}
        if self.close_connection:
            lines["Connection"] = "close"
        for name, value in lines.items():
            self.send_header(name, str(value))
        lines = self._headers_buffer + [b"\r\n"]
        self._headers_buffer = []
        return b"".join(lines)

    def send_head(self, status, headers):
        self.connection.sendall(self.head(status, headers))

    def send_body(self, status, body, headers):
        """A whole response; small ones leave in one segment."""
        if status != 204:
            headers = {"Content-Length": len(body), **headers}
        head = self.head(status, headers)
        if self.command == "HEAD":
            body = b""
        if len(body) < 65536:
            self.connection.sendall(head + body)
        else:
            self.connection.sendall(head)
            self.connection.sendall(body)

    def send_document(self, status, document, headers):
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        self.send_body(status, text.encode(errors="replace"), headers)

    def send_chunk(self, data):
        """One chunk of a chunked body, in one write; empty data sends none."""
        if data:
            self.connection.sendall(b"%x\r\n%s\r\n" % (len(data), data))

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


class Server(serving.Server):
    """The endpoint; `tls` is a certificate and a key."""

    def __init__(self, host="127.0.0.1", port=0, tls=None, imds="v2"):
        self.imds = imds
        self.tls = serving.tls_context(*tls) if tls else None
        self.scheme = "https" if tls else "http"
        super().__init__(host, port, Exchange)


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
