"""Self-test of ListFunctions, GetFunction and ListTags.

IDENTIFICATION
  test/endpoint/selftest_control.py
"""

import threading
from urllib.parse import quote

from selftest_lib import TAP, Client

PLAIN = "/2015-03-31/functions"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"


def get(client, path, query="", **how):
    """(status, code of an error or None, the document)."""
    status, headers, answer = client.call(None, b"", query, path=path,
                                          method="GET", **how)
    return status, headers.get("x-amzn-ErrorType"), answer


def tags_path(arn):
    return "/2017-03-31/tags/" + quote(arn, safe="")


def names_of(client, query="", path=PLAIN):
    """(the names of all pages, how many pages there were)."""
    names, pages, marker = [], 0, ""
    while True:
        status, _, page = get(client, path, "&".join(filter(None, (
            query, marker and "Marker=" + quote(marker, safe="")))))
        assert status == 200, page
        names += [entry["FunctionName"] for entry in page["Functions"]]
        pages += 1
        marker = page.get("NextMarker")
        if not marker:
            return names, pages


def test_lists(client, names):
    """What holds of every server that lists these functions."""
    TAP.equal(sorted(names_of(client)[0]), names, "all functions")
    TAP.equal(sorted(names_of(client, path=PLAIN + "/")[0]), names,
              "with a slash")
    found, pages = names_of(client, "MaxItems=2")
    TAP.equal((sorted(found), pages), (names, (len(names) + 1) // 2),
              "in pages of two")
    TAP.equal(get(client, PLAIN, "MaxItems=0")[:2],
              (400, "InvalidParameterValueException"), "no items")
    TAP.equal(get(client, PLAIN, "Marker=nowhere")[:2],
              (400, "InvalidParameterValueException"), "a marker of nobody's")
    TAP.equal(get(client, PLAIN, secret="x")[:2],
              (403, "InvalidSignatureException"), "another secret")
    TAP.equal(client.error(None, b"", path=PLAIN),
              "404 UnknownOperationException", "a POST")
    status, _, answer = get(client, PLAIN + "/" + names[0])
    TAP.equal((status, answer["Configuration"]["FunctionArn"]),
              (200, ARN + names[0]), "GetFunction")
    for arn, expected, name in (
            (ARN + "nobody", (404, "ResourceNotFoundException"), "no function"),
            (ARN + names[0] + ":1", (400, "InvalidParameterValueException"),
             "a version"),
            (names[0], (400, "InvalidParameterValueException"), "a bare name")):
        TAP.equal(get(client, tags_path(arn))[:2], expected, "tags of " + name)
    TAP.equal(get(client, tags_path(ARN + names[0]), secret="x")[:2],
              (403, "InvalidSignatureException"), "another secret, for tags")


def test_listing(client):
    """What the tests make of it."""
    client.call("reset_calls", {})
    names, pages = names_of(client)
    TAP.ok("stockroom" in names and pages == (len(names) + 49) // 50,
           "pages of fifty", (len(names), pages))
    client.call("function_list", {"page_size": 7, "copies": {"stockroom": 20},
                                  "untagged_every": {"stockroom": 10}})
    copied, pages = names_of(client)
    TAP.equal((len(copied), pages), (len(names) + 20,
                                     (len(names) + 20 + 6) // 7),
              "copies, and shorter pages")
    found, _ = names_of(client, "FunctionVersion=ALL")
    TAP.equal(len(found), 3 * len(copied), "all versions")
    tags = {"Tags": {"lambda_fdw": "tables", "team": "tests"}}
    TAP.equal([get(client, tags_path(ARN + name))[2] for name in (
        "stockroom", "stockroom_019", "stockroom_020", "echo")],
        [tags, tags, {"Tags": {}}, {"Tags": {}}], "tags")
    TAP.equal(get(client, tags_path(ARN + "stockroom_021"))[0], 404,
              "one more is none")
    TAP.equal(get(client, PLAIN + "/stockroom_001")[2]["Tags"], tags["Tags"],
              "tags by GetFunction")
    status, _, answer = client.call("stockroom_020", {"lambda_fdw": {
        "operation": "describe"}})
    TAP.equal((status, answer["tables"][0]["name"]), (200, "stockroom_020"),
              "a copy is invoked under its name")
    TAP.equal(get(client, PLAIN, key="AKIDDENIED")[:2],
              (403, "AccessDeniedException"), "a key without the right")
    rows = client.call("service_calls", {"service": "lambda"})[2]["rows"]
    TAP.equal((rows[-1]["operation"], rows[-1]["status"],
               rows[-1]["access_key"]), ("ListFunctions", 403, "AKIDDENIED"),
              "they are in the record")
    TAP.equal(rows[-2]["parameters"]["path"], PLAIN + "/stockroom_001",
              "with their paths")


def test_faults(client):
    client.call("reset_calls", {})
    client.call("function_list", {"faults": [
        {"action": "refuse", "operation": "ListFunctions", "times": 2},
        {"action": "answer", "function": "echo", "body": "[]", "skip": 1},
        {"action": "refuse", "path": PLAIN + "/", "status": 404, "code": "No",
         "times": None}]})
    TAP.equal([get(client, PLAIN)[0] for _ in range(3)], [429, 429, 200],
              "throttled twice")
    TAP.equal([get(client, tags_path(ARN + "echo"))[2] for _ in range(3)],
              [{"Tags": {}}, [], {"Tags": {}}], "an answer in its place")
    TAP.equal([get(client, PLAIN + "/")[:2] for _ in range(2)],
              [(404, "No")] * 2, "by its path")
    TAP.equal([row["met"] for row in client.call("function_list", {})[2]],
              [2, 1, 2], "how often they were met")
    client.call("function_list", {"faults": [
        {"action": "gather", "operation": "ListTags", "count": 2, "times": 2}]})
    seen = []
    others = [threading.Thread(target=lambda: seen.append(get(
        Client(client.port), tags_path(ARN + "echo"))[0])) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    TAP.equal(seen, [200, 200], "two at once")
    client.call("reset_calls", {})
    TAP.equal(client.call("function_list", {})[2], [], "forgotten")


def run(client):
    test_lists(client, sorted(names_of(client)[0]))
    test_listing(client)
    test_faults(client)
