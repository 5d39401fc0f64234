"""What Lambda's Python runtime does with a handler: finds and loads it, gives
it an event and a context, and makes an answer of what comes of it.

The endpoint runs handlers in its own process, scripts/endpoint in others; both
by what is here, which is the standard library's alone.

IDENTIFICATION
  test/endpoint/runtime.py
"""

import decimal
import importlib.util
import json
import re
import sys
import time
import traceback
import uuid

HANDLERS = ("lambda_handler", "handler")


class Fault(Exception):
    """What the runtime itself has to say: an error that is nobody's exception."""

    def __init__(self, error_type, message, stack_trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack_trace = list(stack_trace)


class ClientContext(dict):
    """What the runtime makes of a client context: attributes, here of a dict
    that is JSON as it came."""

    custom = property(lambda self: self.get("custom"))
    env = property(lambda self: self.get("env"))
    client = property(lambda self: self.get("client"))


class Identity:
    """Of a caller by Amazon Cognito, who none of ours is."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """The context object of a handler.  `call` has what of an invocation is
    JSON, as Call.document in invoke_api.py makes it."""

    def __init__(self, call):
        self.function_name = call["name"]
        self.function_version = call["version"]
        self.invoked_function_arn = call["arn"]
        self.aws_request_id = call["request_id"]
        self.memory_limit_in_mb = "128"
        self.log_group_name = "/aws/lambda/" + call["name"]
        self.log_stream_name = "%s[%s]%s" % (time.strftime("%Y/%m/%d/"),
                                             call["version"], "0" * 32)
        self.identity = Identity()
        self.tenant_id = call["tenant_id"]
        # as sent; a handler of AWS finds its own in the environment
        self.trace_id = call["trace_id"]
        self.client_context = call["client_context"]
        if self.client_context is not None:
            self.client_context = ClientContext(self.client_context)
        self.deadline = time.monotonic() + call["timeout_ms"] / 1000

    def get_remaining_time_in_millis(self):
        return max(0, int((self.deadline - time.monotonic()) * 1000))

    @staticmethod
    def log(message):
        sys.stdout.write(str(message))


# ---------------------------------------------------------------------------
# Handlers
# ---------------------------------------------------------------------------

def load(path, name, shown=None):
    """The module of a handler's file, by this name.

    A module that cannot be imported is a Fault, as the runtime words it; any
    other exception passes.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError",
                    "Syntax error in module '%s': %s" % (name, error),
                    ['  File "%s" Line %s\n    %s' % (
                        error.filename, error.lineno,
                        (error.text or "").rstrip())]) from None
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module "
                    "'%s': %s" % (name, error),
                    stack_of(error, path, shown)) from None
    return module


def handler_of(module):
    for name in HANDLERS:
        if callable(getattr(module, name, None)):
            return getattr(module, name)
    raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module "
                "'%s'" % (HANDLERS[0], module.__name__),
                ['  File "%s"\n' % module.__file__])


def stack_of(error, path, shown=None):
    """The stack from the handler's own file on; `shown` says how the path of a
    file is shown."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename != path:
        frames = frames[1:]
    for frame in frames:
        frame.filename = shown(frame.filename) if shown else frame.filename
    return traceback.format_list(frames)


# ---------------------------------------------------------------------------
# Answers
# ---------------------------------------------------------------------------

class Encoder(json.JSONEncoder):
    """With decimals, which boto3 makes of DynamoDB's numbers, as numbers that
    keep their digits: text first, in which `finish` undoes the quotes."""

    def __init__(self):
        super().__init__(ensure_ascii=False, separators=(",", ":"))
        self.mark = None

    def default(self, value):
        if isinstance(value, decimal.Decimal):
            self.mark = self.mark or uuid.uuid4().hex
            return self.mark + str(value)
        return super().default(value)

    def finish(self, text):
        return re.sub('"%s([^"]*)"' % self.mark, r"\1", text
                      ) if self.mark else text


def marshal(answer):
    """A handler's answer as JSON; bytes are taken for it."""
    if isinstance(answer, bytes):
        return answer
    encoder = Encoder()
    try:
        return encoder.finish(encoder.encode(answer)).encode()
    except (TypeError, ValueError) as error:
        raise Fault("Runtime.MarshalError",
                    "Unable to marshal response: %s" % error) from None


def error_document(error, path, request_id, shown=None):
    """What the caller is told of an exception."""
    if isinstance(error, Fault):
        return {"errorMessage": str(error), "errorType": error.error_type,
                "requestId": request_id, "stackTrace": error.stack_trace}
    return {"errorMessage": str(error), "errorType": type(error).__name__,
            "requestId": request_id,
            "stackTrace": stack_of(error, path, shown)}
