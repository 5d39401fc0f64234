"""Self-test of the functions that keep and change rows.

IDENTIFICATION
  test/endpoint/selftest_store.py
"""

import base64
import json

from selftest_lib import TAP


def write(operation, rows=None, **members):
    return {"lambda_fdw": {"version": 2, "operation": operation, "table": "t",
                           "batch_id": "b-1", "rows": rows}, **members}


def row(number, **values):
    return {"key": {"id": number}, "values": {"id": number, **values}}


def held(client, name="t"):
    return [one["row"] for one in client.call("store_rows",
                                              {"store": name})[2]["rows"]]


def start_again(client):
    client.call("reset_store", {})
    client.call("reset_calls", {})


def test_operations(client):
    start_again(client)
    TAP.equal(client.call("store", write("insert", [
        row(1, n=1), row(2, a={"x": 1, "y": 2}), row(3)]))[2],
              {"affected": 3}, "insert")
    update = [{"key": {"id": 2}, "values": {"a": {"x": 5}}},
              {"key": {"id": 9}, "values": {"n": 1}}]
    TAP.equal(client.call("store", write("update", update, answer="rows"))[2],
              {"rows": [{"id": 2, "a": {"x": 5, "y": 2}}]},
              "update merges by path, and has no row that is not there")
    TAP.equal(client.call("store", write("update", [
        {"key": {"id": 3}, "values": {"id": 4}}], answer="keys"))[2],
              {"rows": [{"id": 4}]}, "update of a key")
    TAP.equal(client.call("store", write("delete", [
        {"key": {"id": 1}, "values": {}}], answer="nothing"))[2], None,
              "delete")
    TAP.equal(held(client), [{"id": 2, "a": {"x": 5, "y": 2}}, {"id": 4}],
              "what is left")
    answer = client.call("store", write("insert", [row(8), row(4)]))[2]
    TAP.equal((answer["errorType"], len(held(client))), ("DuplicateKey", 2),
              "a key that is there: nothing is written")
    TAP.equal(client.call("store", write("update", [
        {"key": {"id": 4}, "values": {"id": 1}},
        {"key": {"id": 1}, "values": {"id": 3}}]))[2], {"affected": 2},
              "one row after the other")
    none = [{"key": {}, "values": {"n": 1}}] * 2
    TAP.equal(client.call("store", write("insert", none, store="other"))[2],
              {"affected": 2}, "rows without a key may be equal")
    TAP.equal(client.call("store", write("truncate"))[2] or held(client), [],
              "truncate")
    rows = client.call("calls", {"function": "store"})[2]["rows"]
    TAP.equal([(r["operation"], r["batch_id"], r["rows"], r["written"])
               for r in rows],
              [("insert", "b-1", 3, 3), ("update", "b-1", 2, 1),
               ("update", "b-1", 1, 1), ("delete", "b-1", 1, 1),
               ("insert", "b-1", 2, None), ("update", "b-1", 2, 2),
               ("insert", "b-1", 2, 2), ("truncate", "b-1", None, 2)],
              "the record has what was asked and what was written")


def test_reading(client):
    start_again(client)
    client.call("store", b'{"store": "s", "list": "l", "l": [{"n": 1.50, "k":'
                b' -0}, {"n": 12345678901234567890.10}, {"n": 3}]}')
    TAP.ok(b'{"rows":[{"n":1.50,"k":-0},{"n":12345678901234567890.10},{"n":3}]}'
           == client.start("store", write("scan", store="s")).read(),
           "rows of a list, digit for digit")
    first = client.call("store", write("scan", store="s", page_size=2))[2]
    question = write("scan", store="s", page_size=2)
    question["lambda_fdw"]["cursor"] = first["cursor"]
    TAP.equal((len(first["rows"]), client.call("store", question)[2]),
              (2, {"rows": [{"n": 3}]}), "pages")
    TAP.equal(client.call("store", {"store": "s", "page_size": 2,
                                    "offset": 2})[2],
              {"rows": [{"n": 3}]}, "pages by their offset")
    client.call("store", {"store": "s", "n": 4})
    question = write("scan", store="s", honour=True)
    question["lambda_fdw"]["filters"] = [
        {"column": "n", "operator": "in", "value": [3, 4, None]},
        {"column": "n", "operator": "<>", "value": 3}]
    TAP.equal(client.call("store", question)[2],
              {"rows": [{"n": 3}, {"n": 4}]}, "the filters that it honours")
    client.call("store_rows", {"store": "s", "put": [{"n": 7}]})
    TAP.equal(held(client, "s"), [{"n": 7}], "rows that are put there")
    TAP.equal(client.call("reset_store", {"store": "s"})[2], [{"cleared": 1}],
              "and forgotten")


def test_faults(client):
    start_again(client)
    insert = write("insert", [row(1), row(2)], fail=[2])
    TAP.equal(client.call("store", insert)[2],
              {"failed": [{"index": 1, "message": "the row is refused"}]},
              "a row that fails")
    TAP.equal(client.call("store", write("delete", [row(1)], miss=[1]))[2],
              {"affected": 0}, "a row that is not affected")
    TAP.equal(client.call("store", write("insert", [row(3)], fault="raise"))[2]
              ["errorType"], "Refused", "an exception")
    TAP.equal("lambda_fdw_error" in client.call(
        "store", write("insert", [row(3)], fault="error"))[2], True, "an error")
    TAP.equal(len(held(client)), 1, "neither writes")
    for number, (fault, written) in enumerate((
            ("reset_before", 0), ("reset_after", 1)), 10):
        insert = write("insert", [row(number)], fault=fault, times=1, once=True)
        insert["lambda_fdw"]["batch_id"] = fault
        before = len(held(client))
        TAP.equal((client.breaks("store", insert), len(held(client)) - before),
                  ("ConnectionResetError", written), fault)
        TAP.equal((client.call("store", insert)[2],
                   len(held(client)) - before), ({"affected": 1}, 1),
                  fault + ", and once more")
    for fault, status in (("unavailable_after", 500), ("throttled", 429)):
        TAP.equal(client.call("store", write("insert", [row(status)],
                                             fault=fault))[0], status, fault)
    insert = write("insert", [row(20)], fault="reset_before", on=[21])
    TAP.equal(client.call("store", insert)[2], {"affected": 1},
              "a fault that other rows meet")
    TAP.equal(client.call("store", write(
        "insert", [{"key": {}, "values": {"n": 5}}], serial="id", answer="rows",
        set={"by": "me"}))[2], {"rows": [{"id": 6, "n": 5, "by": "me"}]},
              "what the function adds")


# ---------------------------------------------------------------------------
# Over HTTP, and records
# ---------------------------------------------------------------------------

def event_v1(method, resource, path, body=None, **stage):
    given = path.rsplit("/", 1)[1] if "{" in resource else None
    headers = {"content-type": "application/json"} if body is not None else {}
    return {"version": "1.0", "httpMethod": method, "resource": resource,
            "path": path, "headers": headers,
            "multiValueHeaders": {n: [v] for n, v in headers.items()},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "pathParameters": given and {"id": given},
            "stageVariables": stage or None,
            "requestContext": {"path": path, "resourcePath": resource,
                               "httpMethod": method},
            "body": None if body is None else json.dumps(body)}


def event_v2(method, resource, path, body=None, query="", **stage):
    route = "%s %s" % (method, resource)
    event = {"version": "2.0", "routeKey": route, "rawPath": path,
             "rawQueryString": query, "headers": {},
             "requestContext": {"routeKey": route, "http": {
                 "path": path, "method": method}}}
    if stage:
        event["stageVariables"] = stage
    if "{" in resource:
        event["pathParameters"] = {"id": path.rsplit("/", 1)[1]}
    if query:
        event["queryStringParameters"] = dict([query.split("=")])
    if body is not None:
        event["body"] = json.dumps(body)
        event["headers"]["content-type"] = "application/json"
    return event


def test_http(client):
    def ask(event):
        answer = client.call("http_store", event)[2]
        body = answer.get("body")
        return answer["statusCode"], body and json.loads(body)

    one = "/orders/{id}"
    for make in (event_v1, event_v2):
        start_again(client)
        seen = [ask(make("POST", "/orders", "/orders", {"id": 1, "n": 1.5})),
                ask(make("POST", "/orders", "/orders", [{"id": 2}, {"id": 3}],
                         answer="affected")),
                ask(make("POST", "/orders", "/orders", {"id": 2}))[0],
                ask(make("PATCH", one, "/orders/1", {"a": {"b": 1}})),
                ask(make("PUT", one, "/orders/1", {"c": True}, answer="rows")),
                ask(make("PUT", one, "/orders/7", {"c": True}))[0],
                ask(make("DELETE", one, "/orders/2", answer="nothing")),
                ask(make("GET", one, "/orders/2"))[0],
                ask(make("PATCH", one, "/orders/3", {"n": 7}, refuse="7"))[0],
                ask(make("GET", "/orders", "/orders"))]
        TAP.equal(seen, [(201, {"id": 1, "n": 1.5}), (201, {"affected": 2}),
                         409, (200, {"id": 1, "n": 1.5, "a": {"b": 1}}),
                         (200, {"rows": [{"id": 1, "c": True}]}), 404,
                         (204, None), 404, 422,
                         (200, [{"id": 1, "c": True}, {"id": 3}])],
                  "an HTTP API, by " + make.__name__)
    TAP.equal(ask(event_v2("DELETE", "/orders", "/orders", query="id=3"))[0],
              200, "DELETE by the query")
    TAP.equal(held(client, "orders"), [{"id": 1, "c": True}], "what is left")


def test_records(client):
    start_again(client)
    messages = [{"messageId": str(n), "body": json.dumps(body)} for n, body in
                enumerate(({"n": 1}, {"n": 2, "fail": True}, {"n": 3}))]
    messages.append({"messageId": "x", "body": "no JSON"})
    TAP.equal(client.call("sqs_batch", {"Records": messages})[2],
              {"batchItemFailures": [{"itemIdentifier": "1"}]}, "messages")
    TAP.equal(held(client, "sqs_batch"),
              [{"n": 1}, {"n": 3}, {"content": "no JSON"}], "are kept")
    TAP.equal(client.call("sqs_batch", {"Records": messages[:1] * 2})[2]
              ["errorType"], "ValueError", "messages of the same id")
    data = base64.b64encode(b'{"n": 4}').decode()
    records = [{"kinesis": {"sequenceNumber": "0", "data": data}},
               {"dynamodb": {"SequenceNumber": "1", "NewImage": {
                   "n": {"N": "5"}, "fail": {"BOOL": True}}}},
               {"dynamodb": {"SequenceNumber": "2", "NewImage": {
                   "n": {"N": "6"}, "l": {"L": [{"NULL": True}, {"S": "s"}]},
                   "m": {"M": {}}}}}]
    TAP.equal(client.call("kinesis_batch", {"Records": records,
                                            "store": "k"})[2],
              {"batchItemFailures": [{"itemIdentifier": "1"}]}, "records")
    TAP.equal(held(client, "k"), [{"n": 4}, {"n": 6, "l": [None, "s"],
                                             "m": {}}], "are kept")


def run(client):
    for test in (test_operations, test_reading, test_faults, test_http,
                 test_records):
        test(client)
    start_again(client)
