"""Lambda's Invoke API from the receiving side: names, limits, answers, refusals.

What else is asked about functions is answered by control_api.py.
Has verifier.py check every signature.  What is invoked is the server's
`functions`, which has

version(qualifier)  the version that runs, None if there is no such qualifier;
                    without a qualifier it is None that is asked about
find(name)          the function, or None; its run(Call) returns an Outcome

endpoint.py serves the tests so, scripts/endpoint a folder of one's own.

IDENTIFICATION
  test/endpoint/invoke_api.py
"""

import base64
import binascii
import collections
import http.server
import itertools
import json
import re
import threading
import time
import uuid
from urllib.parse import unquote

import control_api
import event_stream
import serving
from event_stream import Failure, Stream
from verifier import ACCOUNT, CLOCK, REGION, Refusal, authenticate

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
STREAM_PATH = re.compile(
    r"/2021-11-15/functions/([^/]+)/response-streaming-invocations")


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


class Call:
    """One invocation, as a function runs it."""

    def __init__(self, target, version, request_id, text, event, context,
                 headers):
        self.target = target
        self.version = version
        self.request_id = request_id
        self.text = text            # the event as it came, with all its digits
        self.event = event
        self.client_context = context
        self.tenant_id = headers.get("X-Amz-Tenant-Id")
        self.trace_id = headers.get("X-Amzn-Trace-Id")
        self.timeout_ms = TIMEOUT_MS

    def document(self):
        """What a context object is made of, JSON."""
        return {"name": self.target.name, "version": self.version,
                "arn": self.target.arn, "request_id": self.request_id,
                "tenant_id": self.tenant_id, "trace_id": self.trace_id,
                "client_context": self.client_context,
                "timeout_ms": self.timeout_ms}


# What came of a call: `answer` is JSON in bytes, or what the server's own
# Exchange knows to send; `error` the kind of function error, or None; `output`
# what the handler printed; `first` whether its environment was new.
Outcome = collections.namedtuple("Outcome", "answer error output first")


def json_bytes(document):
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace")


def run_logged(function, call):
    """Run the function; returns its Outcome, and its log as Lambda frames it."""
    started = time.monotonic()
    outcome = function.run(call)
    ms = (time.monotonic() - started) * 1000
    log = ("START RequestId: %s Version: %s\n%sEND RequestId: %s\nREPORT "
           "RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory "
           "Size: 128 MB\tMax Memory Used: 40 MB%s\t\n"
           % (call.request_id, call.version, outcome.output, call.request_id,
              call.request_id, ms, ms + 1,
              "\tInit Duration: 12.34 ms" if outcome.first else ""))
    return limited(outcome), log.encode(errors="replace")[-LOG_TAIL:]


def limited(outcome):
    """The same, or the error that its answer in one piece is too large."""
    if isinstance(outcome.answer, bytes) and len(
            outcome.answer) > RESPONSE_LIMIT:
        outcome = outcome._replace(error="Unhandled", answer=json_bytes({
            "errorMessage": "Response payload size exceeded maximum allowed "
            "payload size (%d bytes)." % RESPONSE_LIMIT,
            "errorType": "Function.ResponseSizeTooLarge"}))
    return outcome


def run_unheard(function, call):
    """Run the function to its end; nobody waits for its answer."""
    outcome, _ = run_logged(function, call)
    if isinstance(outcome.answer, Stream):
        gathered(outcome)


def gathered(outcome):
    """What was streamed for those who asked for an answer in one piece."""
    try:
        return limited(outcome._replace(
            answer=b"".join(outcome.answer.pieces())))
    except Failure as failure:
        return outcome._replace(answer=json_bytes(failure.document),
                                error="Unhandled")


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
        return value
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
        path, _, query = self.target.partition("?")
        self.answer_invoke(path, query, self.read_body())

    def answer_invoke(self, path, query, body):
        match = STREAM_PATH.fullmatch(path)
        self.streams = match is not None
        match = match or INVOKE_PATH.fullmatch(path)
        if match is None or self.command != "POST":
            self.answer_control(path, query, body)
            return
        key, region = authenticate(self.command, self.target, self.headers,
                                   body)
        target = Target(unquote(match[1]), query, region)
        self.permit(key, region, "lambda:InvokeFunction", target.arn)
        version = self.server.functions.version(target.qualifier)
        function = version and self.server.functions.find(target.name)
        if function is None:
            raise Refusal(404, "ResourceNotFoundException",
                          "Function not found: " + target.arn,
                          member="Message", Type="User")
        self.invoke(function, target, version, key, body)

    def answer_control(self, path, query, body):
        """What is asked about functions, and runs none."""
        operation = control_api.operation_of(self.command, path)
        if operation is None:
            raise Refusal(404, "UnknownOperationException", "no such operation")
        key, region = authenticate(self.command, self.target, self.headers,
                                   body)
        self.permit(key, region, "lambda:" + operation.name,
                    operation.argument or "*")
        self.send_control(operation, region, query)

    def send_control(self, operation, region, query):
        self.send_document(200, control_api.answer(
            self.server.functions, operation, region, query,
            lambda name: Target(name, query, region)), {})

    def permit(self, key, region, action, resource):
        """Refuse a key, whose signature is good, that may not do this."""

    def invoke(self, function, target, version, key, body):
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind not in ("RequestResponse", "Event", "DryRun") or (
                self.streams and kind == "Event"):
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
        call = Call(target, version, self.request_id, body.decode(), event,
                    None if kind == "Event" else client_context,
                    self.headers)
        if not self.accept(call, kind, key):
            return
        if kind == "DryRun":
            self.send_body(204, b"", {})
        elif kind == "Event":
            threading.Thread(target=run_unheard, daemon=True,
                             args=(function, call)).start()
            self.send_body(202, b"", {})
        else:
            self.send_outcome(version, *run_logged(function, call))

    def accept(self, call, kind, key):
        """Whether to go on with a call that could be run."""
        return True

    def send_outcome(self, version, outcome, log):
        self.invocation_headers["X-Amz-Executed-Version"] = version
        tail = self.headers.get("X-Amz-Log-Type") == "Tail"
        if self.streams and isinstance(outcome.answer, (bytes, Stream)):
            self.send_stream(outcome, log if tail else None)
            return
        if isinstance(outcome.answer, Stream):
            outcome = gathered(outcome)
        if tail:
            self.invocation_headers["X-Amz-Log-Result"] = (
                base64.b64encode(log).decode())
        if outcome.error:
            self.invocation_headers["X-Amz-Function-Error"] = outcome.error
        self.send_answer(outcome.answer)

    def send_stream(self, outcome, log):
        """The answer as an event stream, each message as soon as it is made."""
        kind = getattr(outcome.answer, "content_type", "application/json")
        self.send_head(200, {"Content-Type": kind,
                             "Transfer-Encoding": "chunked"})
        for message in event_stream.messages(outcome.answer, outcome.error, log):
            self.send_chunk(message)
        self.connection.sendall(b"0\r\n\r\n")

    def send_chunk(self, data):
        """One chunk of a chunked body, in one write; empty data sends none."""
        if data:
            self.connection.sendall(b"%x\r\n%s\r\n" % (len(data), data))

    def send_answer(self, answer):
        self.send_body(200, answer, {})

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
        self.send_body(status, json_bytes(document), headers)


class Server(serving.Server):
    """The server; `tls` is a certificate and a key."""

    exchange = Exchange

    def __init__(self, functions, host="127.0.0.1", port=0, tls=None):
        self.functions = functions
        self.tls = serving.tls_context(*tls) if tls else None
        self.scheme = "https" if tls else "http"
        super().__init__(host, port, self.exchange)
