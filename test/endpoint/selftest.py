#!/usr/bin/env python3
"""Self-test of the endpoint; prints TAP.

What is not the Invoke API is tested in the files selftest_*.py.

IDENTIFICATION
  test/endpoint/selftest.py
"""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import quote

sys.dont_write_bytecode = True
import selftest_control  # noqa: E402
import selftest_examples  # noqa: E402
import selftest_fronts  # noqa: E402
import selftest_local  # noqa: E402
import selftest_ml  # noqa: E402
import selftest_s3  # noqa: E402
import selftest_services  # noqa: E402
import selftest_store  # noqa: E402
import selftest_stream  # noqa: E402
from selftest_lib import (FUNCTIONS, HERE, TAP, TOKEN, Client,  # noqa: E402
                          Started, sign)

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:echo"


def test_accepted(client):
    for wire, query, name in (
            ("echo", "", "a plain name"),
            (quote(ARN, safe=""), "", "an ARN, %3A in the path"),
            (ARN, "", "an ARN with raw colons"),
            ("echo%3Aprod", "", "an alias in the path"),
            ("echo%3A%24LATEST", "", "$LATEST in the path"),
            ("echo:$LATEST", "", "$LATEST in the path, raw"),
            (quote(ARN + ":v1", safe=""), "", "an ARN with an alias"),
            ("123456789012%3Afunction%3Aecho", "", "a partial ARN"),
            ("eu-west-1%3A123456789012%3Afunction%3Aecho%3A2", "",
             "a partial ARN with region and version"),
            ("echo", "Qualifier=%24LATEST", "$LATEST in the query"),
            ("echo", "Qualifier=$LATEST", "$LATEST in the query, raw"),
            ("echo%3Aprod", "Qualifier=prod", "the same qualifier twice")):
        status, _, body = client.call(wire, {"a": [1]}, query)
        TAP.equal((status, body), (200, {"a": [1]}), name)
    token = {"X-Amz-Security-Token": TOKEN}
    TAP.equal(client.call("echo", {}, extra=token, key="ASIAEXAMPLE")[0], 200,
              "temporary credentials")
    TAP.equal(client.call("echo", {}, region="us-gov-west-1")[0], 200,
              "another region")
    TAP.equal(client.call("echo", {}, "Qualifier=1&A=b")[0], 200,
              "a query out of order")


def test_refused(client):
    bad, unknown = "403 InvalidSignatureException", "403 Unrecognized" \
        "ClientException"
    for how, expected, name in (
            ({"secret": "x"}, bad, "a wrong secret"),
            ({"tamper": True}, bad, "a body changed after signing"),
            ({"late": {"X-Amz-Log-Type": "Tail"}}, bad,
             "an x-amz- header that is not signed"),
            ({"skip": ("host",)}, bad, "an unsigned Host"),
            ({"skip": ("x-amz-date",)}, bad, "an unsigned date"),
            ({"skew": -400}, bad, "a clock 400 s behind"),
            ({"skew": 400}, bad, "a clock 400 s ahead"),
            ({"service": "ec2"}, bad, "another service's scope"),
            ({"region": "nowhere"}, bad, "no region in the scope"),
            ({"extra": {"X-Amz-Content-Sha256": "0" * 64}}, bad,
             "a content hash that lies"),
            ({"late": {"Authorization": "Basic eA=="}},
             "403 IncompleteSignatureException", "another scheme"),
            ({"key": "AKIDNOBODY"}, unknown, "an unknown key"),
            ({"key": "ASIAEXAMPLE"}, unknown, "a missing token"),
            ({"key": "ASIAEXAMPLE", "extra": {"X-Amz-Security-Token": "x"}},
             unknown, "a wrong token"),
            ({"extra": {"X-Amz-Security-Token": TOKEN}}, unknown,
             "a token with a key that has none"),
            ({"key": "ASIAEXAMPLE",
              "extra": {"X-Amz-Security-Token": "expired"}},
             "403 ExpiredTokenException", "an expired token"),
            ({"key": "AKIDDENIED"}, "403 AccessDeniedException",
             "a key without the right")):
        TAP.equal(client.error("echo", {}, **how), expected, name)
    wire = quote(ARN, safe="")
    path = FUNCTIONS + wire + "/invocations"
    once = {"Host": "127.0.0.1:%d" % client.port, "X-Amz-Date":
            time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())}
    # Signing the decoded path encodes it once where twice is right.
    given = sign(path.replace("%3A", ":"), "", once, b"{}")
    TAP.equal(client.error(wire, {}, late={**once, "Authorization": given}),
              bad, "a path encoded once only")
    TAP.equal(client.error(wire, {}, region="eu-west-2"), bad,
              "a region that is not the ARN's")
    client.connection.request("POST", FUNCTIONS + "echo/invocations", b"{}")
    response = client.connection.getresponse()
    TAP.ok(response.status == 403 and b"Missing" in response.read(),
           "no signature at all", response.status)


def test_names(client):
    status, headers, body = client.call("nobody", {})
    TAP.equal((status, headers["x-amzn-ErrorType"], body["Message"]),
              (404, "ResourceNotFoundException", "Function not found: "
               "arn:aws:lambda:eu-west-1:123456789012:function:nobody"),
              "no such function")
    TAP.equal(client.error("echo", {}, "Qualifier=nope"),
              "404 ResourceNotFoundException", "no such qualifier")
    TAP.equal(client.error("echo%3Aprod", {}, "Qualifier=1"),
              "400 InvalidParameterValueException", "two qualifiers")
    TAP.equal(client.error("a%20b", {}), "400 ValidationException",
              "not a name")
    TAP.equal(client.error("_items", {}), "404 ResourceNotFoundException",
              "a module that is no function")
    TAP.equal(client.error("echo", {}, path="/2015-03-31/functions/"),
              "404 UnknownOperationException", "another operation")
    for qualifier, version in (("", "$LATEST"), ("%24LATEST", "$LATEST"),
                               ("prod", "2"), ("v1", "1"), ("2", "2")):
        query = qualifier and "Qualifier=" + qualifier
        headers = client.call("echo", {}, query)[1]
        TAP.equal(headers["X-Amz-Executed-Version"], version,
                  "version of qualifier '%s'" % qualifier)


def test_invoke(client):
    kind = "X-Amz-Invocation-Type"
    client.call("reset_calls", {})
    for value, status in (("Event", 202), ("DryRun", 204)):
        answer = client.call("echo", {"a": 1}, extra={kind: value})
        TAP.equal((answer[0], answer[2]), (status, b""), value)
    TAP.equal(client.error("echo", {}, extra={kind: "Never"}),
              "400 InvalidParameterValueException", "no such invocation type")
    rows = client.call("calls", {})[2]["rows"]
    TAP.equal([row["invocation_type"] for row in rows], ["Event", "DryRun"],
              "both are in the record")
    headers = client.call("echo", {}, extra={"X-Amz-Log-Type": "Tail"})[1]
    log = base64.b64decode(headers.get("X-Amz-Log-Result", ""))
    TAP.ok(b"REPORT RequestId: " in log, "the log's tail", log)
    tail = {"X-Amz-Log-Type": "Tail"}
    logs = [base64.b64decode(client.call("slow", {"delay_ms": 0}, extra=tail)[1]
                             ["X-Amz-Log-Result"]) for _ in range(2)]
    TAP.equal([log.endswith(b" MB\tInit Duration: 12.34 ms\t\n")
               for log in logs], [True, False], "the first start is logged")
    TAP.ok(headers["x-amzn-RequestId"].encode() in log and
           headers["X-Amzn-Trace-Id"].startswith("Root=1-"), "ids", headers)
    client_context = base64.b64encode(b'{"custom":{"a":1}}').decode()
    context = "X-Amz-Client-Context"
    TAP.equal(client.call("echo", {}, extra={context: client_context})[0], 200,
              "a client context")
    TAP.equal(client.error("echo", {}, extra={context: "?"}),
              "400 InvalidRequestContentException", "not a client context")
    for body in (b"{", b"nul", b'{"a":NaN}', b'"\xff"', b"[" * 100000):
        TAP.equal(client.error("echo", body),
                  "400 InvalidRequestContentException",
                  "not JSON: %.10r" % body)
    TAP.equal(client.call("echo", b"")[2], {}, "an empty body is {}")


def test_limits(client):
    limit = 6 * 1024 * 1024
    TAP.equal(client.call("sum_json", b'{"values":[1,2]}'.ljust(limit))[2],
              {"count": 2, "sum": 3}, "a request of 6 MB")
    TAP.equal(client.error("echo", b"{}".ljust(limit + 1)),
              "413 RequestTooLargeException", "a request past 6 MB")
    TAP.equal(client.error("echo", b"{}".ljust(1024 * 1024 + 1),
                           extra={"X-Amz-Invocation-Type": "Event"}),
              "413 RequestTooLargeException", "an event past 1 MB")
    status, headers, body = client.call("lookup", {"key": [1] * 300000})
    TAP.equal((status, headers["X-Amz-Function-Error"], body["errorType"]),
              (200, "Unhandled", "Function.ResponseSizeTooLarge"),
              "an answer past 6 MB")


def test_record(client):
    TAP.equal(client.call("reset_calls", {})[0], 200, "reset")
    client.call("echo%3Aprod", b'{"n": 1.10, "t": "\xc3\xa9"}')
    client.call("lookup", {"key": 1}, "Qualifier=2", region="eu-west-2")
    client.call("echo", {}, secret="wrong")
    status, _, text = client.call("calls", {})
    rows = text["rows"]
    TAP.equal([(r["seq"], r["function"], r["qualifier"], r["region"])
               for r in rows], [(1, "echo", "prod", "eu-west-1"),
                                (2, "lookup", "2", "eu-west-2")],
              "what was accepted is recorded, and nothing else")
    TAP.equal((rows[0]["payload_text"], rows[0]["path"], rows[0]["access_key"]),
              ('{"n": 1.10, "t": "\u00e9"}', FUNCTIONS +
               "echo%3Aprod/invocations", "AKIDEXAMPLE"), "text and path")
    TAP.ok(b'"payload": {"n": 1.10' in client.start("calls", {}).read(),
           "the payload keeps its digits")
    TAP.ok("authorization" not in rows[0]["headers"] and
           "x-amz-date" in rows[0]["headers"], "headers without the secrets",
           rows[0])
    TAP.equal(rows[0]["connection"], rows[1]["connection"],
              "one connection, one number")
    client.connection.close()
    client.call("echo", {})
    rows = client.call("calls", {"function": "echo"})[2]["rows"]
    TAP.ok(len(rows) == 2 and rows[0]["connection"] != rows[1]["connection"],
           "a new connection, a new number", rows)
    TAP.equal(client.call("reset_calls", {})[2], [{"cleared": 3}], "cleared")


def test_raw(client):
    TAP.equal(client.call("raw", {"response": "[1,"})[2], b"[1,",
              "raw text as it is")
    given = base64.b64encode(b"\x00\xff").decode()
    TAP.equal(client.call("raw", {"response_base64": given})[2], b"\x00\xff",
              "raw bytes as they are")
    status, headers, body = client.call(
        "raw", {"response": "{}", "status": 503, "function_error": "Handled",
                "content_type": "text/plain"})
    TAP.equal((status, headers["X-Amz-Function-Error"],
               headers["Content-Type"]), (503, "Handled", "text/plain"),
              "raw status and headers")
    started = time.monotonic()
    status, headers, body = client.call(
        "raw", {"chunks": ["[", "", "1]"], "delay_ms": 50})
    TAP.ok(body == [1] and headers["Transfer-Encoding"] == "chunked" and
           time.monotonic() - started >= 0.1, "raw chunks, delayed", body)
    TAP.equal(client.call("proxy", {"status": 201, "body": "[]",
                                    "base64": True})[2],
              {"statusCode": 201, "isBase64Encoded": True, "body": "W10=",
               "headers": {"Content-Type": "application/json"}}, "proxy")


def ids(client, event, name="items"):
    return [row["id"] for row in client.call(name, event)[2]]


def filters(*terms):
    return {"lambda_fdw": {"filters": [
        {"column": c, "operator": o, "value": v} for c, o, v in terms]}}


def test_data(client):
    TAP.equal(ids(client, {}), list(range(1, 21)), "items: all")
    for event, expected in (
            ({"id": 3}, [3]), ({"id": [4, 2, None, 99]}, [2, 4]),
            ({"category": "red", "id": [4, 5]}, [4]),
            ({"category": [None]}, []),
            (filters(("address.city", "=", "Oslo"), ("id", "in", [1, 2, 4])),
             [1, 4]),
            (filters(("active", "=", False)), [3, 6, 9, 12, 15, 18]),
            (filters(("id", "=", "7")), [7]),
            (filters(("price", "=", 3.99)), [1]),
            (filters(("absent", "=", "x")), []),
            (filters(("address", "=", "x")), [n for n in range(1, 21)
                                              if n != 19]),
            (filters(("id", ">", 19)), list(range(1, 21)))):
        TAP.equal(ids(client, event), expected, "items: %s" % json.dumps(event))
        TAP.equal(len(ids(client, event, "items_ignoring")), 20,
                  "items_ignoring ignores it")
    first = client.call("paged", {"total": 3, "page_size": 2})[2]
    last = client.call("paged", {"total": 3, "page_size": 2, "lambda_fdw": {
        "cursor": first["cursor"]}})[2]
    TAP.equal([row["id"] for row in first["rows"] + last["rows"]] +
              [last.get("cursor")], [1, 2, 3, None], "pages by the envelope")
    where = {"cursor_at": "meta", "total": 11}
    first = client.call("paged", where)[2]
    last = client.call("paged", {**where, "next": first["meta"]["next"]})[2]
    TAP.equal((len(first["data"]["items"]), last),
              (10, {"data": {"items": [{"id": 11, "name": "row 11"}]},
                    "meta": {"next": None}}), "pages by an argument")
    TAP.equal(client.call("lookup", {"key": [1, "b"]})[2],
              [{"key": 1, "label": "label 1"},
               {"key": "b", "label": "label b"}],
              "lookup")
    TAP.equal(client.call("lookup", {"key": 1, "omit_key": True})[2],
              [{"label": "label 1"}], "lookup without the key")
    rows = client.call("bench_rows", {})[2]
    TAP.equal((len(rows), {len(row) for row in rows}), (36000, {7}), "bench")


def test_examples(client):
    TAP.equal(client.call("hello", {})[2],
              {"statusCode": 200, "body": '"Hello from Lambda!"'}, "hello")
    at = "2026-11-14T09:00:00+00:00"
    rows = client.call("zones", {"at": at, "name": ["Asia/Kolkata", None]})[2]
    TAP.equal([(r["utc_offset"], r["local_time"], r["at"], r["dst"])
               for r in rows],
              [("+05:30:00", "2026-11-14T14:30:00", at, False)], "zones")
    rows = client.call("zones", {"country": "PT"})[2]
    TAP.equal({row["country"] for row in rows}, {"PT"}, "zones by country")
    TAP.equal(client.call("zones", {"name": "Mars/Olympus"})[2], [],
              "no such zone")
    rows = client.call("orders", {"customer": [7, 8]})[2]
    TAP.ok(rows and {r["customer"] for r in rows} == {7, 8}, "orders", rows)
    TAP.equal([r["id"] for r in client.call("orders", {"id": 12})[2]], [12],
              "orders by id")


def test_errors(client):
    status, headers, body = client.call("lookup", {})
    TAP.equal((status, headers["X-Amz-Function-Error"], body["errorType"],
               body["errorMessage"]), (200, "Unhandled", "ValueError",
                                       "the argument key is missing"),
              "an exception of the handler")
    TAP.ok(body["stackTrace"] and body["stackTrace"][0].startswith(
        '  File "/var/task/lookup.py"'), "its stack", body["stackTrace"])
    for runtime, keys in (
            ("node", ["errorMessage", "errorType", "trace"]),
            ("java", ["cause", "errorMessage", "errorType", "stackTrace"]),
            ("go", ["errorMessage", "errorType"]),
            ("timeout", ["errorMessage"])):
        _, headers, body = client.call("function_error", {"runtime": runtime})
        TAP.equal((sorted(body), headers["X-Amz-Function-Error"]),
                  (keys, "Unhandled"), "an error of " + runtime)
    status, headers, body = client.call("throttled", {})
    TAP.equal((status, headers["x-amzn-ErrorType"], headers["Retry-After"],
               body["Reason"]), (429, "TooManyRequestsException", "1",
                                 "ReservedFunctionConcurrentInvocationLimit"
                                 "Exceeded"), "throttled")
    TAP.equal([client.call("throttled", {"times": 2})[0] for _ in range(3)],
              [429, 429, 200], "throttled twice")
    for shape, expected in (
            ("message", {"message": "m"}),
            ("Message", {"Type": "User", "Message": "m"}),
            ("__type", {"__type": "com.amazonaws.lambda#T", "message": "m"}),
            ("code", {"code": "T", "message": "m"}),
            ("suffix", {"message": "m"}), ("empty", b"")):
        answer = client.call("status", {"code": 502, "type": "T",
                                        "message": "m", "shape": shape})
        TAP.equal((answer[0], answer[2]), (502, expected), "error as " + shape)
    status, headers, _ = client.call("redirect", {"location": "http://a/"})
    TAP.equal((status, headers["Location"]), (307, "http://a/"), "redirect")


def test_faults(client):
    for name, event, expected in (
            ("reset_before", {}, "ConnectionResetError"),
            ("reset_mid", {}, "ConnectionResetError"),
            ("truncated", {}, "IncompleteRead"),
            ("wrong_length", {}, "IncompleteRead"),
            ("bad_headers", {}, "HTTPException"),
            ("bad_headers", {"kind": "not_http"}, "BadStatusLine")):
        TAP.equal(client.breaks(name, event), expected,
                  "%s %s" % (name, event or ""))
    started = time.monotonic()
    TAP.equal(client.call("slow", {"delay_ms": 200})[2], [{"id": 1}], "slow")
    TAP.ok(time.monotonic() - started >= 0.2, "slow is slow")
    response = client.start("drip", {"n": 3, "delay_ms": 500})
    started = time.monotonic()
    TAP.ok(response.read1() == b'[{"id":1},\n' and
           time.monotonic() - started < 0.45, "drip's first row comes first")
    TAP.equal(response.read(), b'{"id":2},\n{"id":3}]', "drip's rest")
    response = client.start("endless", {})
    TAP.equal(len(response.read(10000000)), 10000000, "endless")
    client.connection.close()
    for name, seen in (("hang", b""), ("hang_mid", b'{"rows":[{"id":1},'),
                       ("stall_headers", b"")):
        client.connection.timeout = 0.7
        got = b""
        try:
            response = client.start(name, {})
            got = response.read1()
            response.read1()
            TAP.ok(False, name, "an end")
        except socket.timeout:
            TAP.equal(got, seen, name)
        client.connection.close()
        client.connection.timeout = 20
    TAP.equal(client.call("echo", [1])[2], [1], "the endpoint is still there")


def test_times(client):
    client.call("reset_calls", {})
    for name, failure in (("reset_before", "ConnectionResetError"),
                          ("reset_mid", "ConnectionResetError"),
                          ("truncated", "IncompleteRead"),
                          ("wrong_length", "IncompleteRead"),
                          ("bad_headers", "HTTPException")):
        seen = [client.breaks(name, {"times": 2}) for _ in range(3)]
        TAP.equal(seen, [failure, failure, None], name + " twice")
    for name in ("slow", "hang", "hang_mid", "stall_headers", "short_length",
                 "stale"):
        TAP.equal(client.call(name, {"times": 0})[2], [{"id": 1}],
                  name + " not once")


def test_stale(client):
    client.connection.close()
    client.call("reset_calls", {})
    client.connection.close()
    TAP.equal(client.call("stale", {})[2], [{"id": 1}], "stale answers")
    TAP.equal(client.breaks("echo", {}), "ConnectionResetError",
              "and the next request meets a reset")
    TAP.equal(client.call("echo", {})[2], {}, "a new connection does not")
    rows = client.call("calls", {})[2]["rows"]
    TAP.equal([(r["function"], r["connection"] - rows[0]["connection"])
               for r in rows], [("stale", 0), ("echo", 0), ("echo", 1)],
              "all three are in the record")
    TAP.equal({r["tls_resumed"] for r in rows}, {False}, "no TLS")


def test_lengths(client):
    for event, expected in (({}, b'[{"id":1},{"id'),
                            ({"body": "[1][2]", "length": 3}, [1])):
        TAP.equal(client.call("short_length", event)[2], expected,
                  "short_length %s" % event)
        client.connection.close()
    answer = client.raw("short_length", {"body": "[]HTTP/1.1 204", "length": 2},
                        0.3)
    TAP.ok(answer.endswith(b"\r\n\r\n[]HTTP/1.1 204") and
           b"\r\nContent-Length: 2\r\n" in answer, "its rest follows", answer)
    for kind, seen in (("headers", b"HTTP/1.1 200 OK\r\nContent-Type: applica"
                        b"tion/json\r\nContent-Le"),
                       ("status_line", b"HTTP/1.")):
        answer = client.raw("stall_headers", {"kind": kind}, 0.5)
        TAP.equal(answer, seen, "stall_headers: " + kind)


def test_aws_errors(client):
    table = client.call("aws_errors", {"error": None})[2]
    TAP.equal(len(table), 43 + 9, "the table of errors")
    forms = {}
    for row in table:
        code = row["code"]
        status, headers, body = client.call("aws_errors", {"error": code})
        if (status, headers["x-amzn-ErrorType"]) != (row["status"], code):
            TAP.ok(False, code, (status, body))
        for member in body:
            forms.setdefault(member, []).append(code)
    TAP.equal({member: len(codes) for member, codes in forms.items()},
              {"Type": 43, "Message": 32, "message": 20, "Reason": 1,
               "EC2ErrorCode": 1}, "their members")
    TAP.equal(sorted({row["status"] for row in table}),
              [400, 402, 403, 404, 408, 409, 410, 413, 415, 429, 500, 502,
               503], "their statuses")
    _, headers, body = client.call("aws_errors", {
        "error": "TooManyRequestsException", "reason": "CallerRateLimit"
        "Exceeded", "retry_after": 2, "retry_after_ms": 150})
    TAP.equal((body["Reason"], headers["Retry-After"],
               headers["x-amz-retry-after"]),
              ("CallerRateLimitExceeded", "2", "150"), "throttled, with hints")
    once = {"error": "EC2ThrottledException", "times": 1}
    TAP.equal([client.call("aws_errors", once)[0] for _ in range(2)],
              [502, 200], "an error once")


def test_process(server, port):
    server.terminate()
    TAP.equal(server.wait(10), 0, "SIGTERM ends it cleanly")
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        TAP.ok(False, "the port is closed", "a connection")
    except OSError:
        TAP.ok(True, "the port is closed")
    launched = subprocess.run(
        [sys.executable, os.path.join(HERE, "launch"), "sh", "-c",
         "cat; echo $LAMBDA_FDW_ENDPOINT; exit 7"],
        input=b"in ", stdout=subprocess.PIPE)
    TAP.ok(launched.returncode == 7 and
           launched.stdout.startswith(b"in http://127.0.0.1:"),
           "launch passes input, output and status", launched)


def main():
    with Started("endpoint.py") as server:
        TAP.equal(server.said, "listening on http://127.0.0.1:%d" % server.port,
                  "the endpoint")
        client = Client(server.port)
        for test in (test_accepted, test_refused, test_names, test_invoke,
                     test_limits, test_record, test_raw, test_data,
                     test_examples, test_errors, test_faults, test_times,
                     test_stale, test_lengths, test_aws_errors):
            test(client)
        selftest_examples.run(client)
        selftest_store.run(client)
        selftest_control.run(client)
        selftest_stream.run(client.port)
        client.connection.close()
        test_process(server.process, server.port)
    selftest_services.run()
    selftest_ml.run()
    selftest_s3.run()
    selftest_fronts.run()
    selftest_local.run()
    print("1..%d" % TAP.number)
    sys.exit(TAP.failed > 0)


if __name__ == "__main__":
    main()
