"""Fails as a function of another runtime does.

runtime   python (default, raises here) | node | java | go | timeout
message   what it says
"""

import json

from endpoint import RawResponse


def java(message):
    return {"errorMessage": message,
            "errorType": "java.lang.RuntimeException",
            "stackTrace": ["example.Handler.handleRequest(Handler.java:24)"],
            "cause": {"errorMessage": "inner " + message,
                      "errorType": "java.lang.IllegalStateException",
                      "stackTrace": ["example.Store.read(Store.java:7)"]}}


def node(message):
    return {"errorType": "ReferenceError", "errorMessage": message,
            "trace": ["ReferenceError: " + message,
                      "    at Runtime.handler (/var/task/index.js:2:3)"]}


def go(message):
    return {"errorMessage": message, "errorType": "errorString"}


def timeout(message):
    return {"errorMessage": "2026-11-21T10:00:00.000Z "
                            "5e1b9a4c-0000-4000-8000-000000000000 Task timed "
                            "out after 3.00 seconds"}


def lambda_handler(event, context):
    message = event.get("message", "x is not defined")
    runtime = event.get("runtime", "python")
    if runtime == "python":
        raise KeyError(message)
    shapes = {"java": java, "node": node, "go": go, "timeout": timeout}
    body = json.dumps(shapes[runtime](message), ensure_ascii=False)
    return RawResponse(body.encode(),
                       headers={"X-Amz-Function-Error": "Unhandled"})
