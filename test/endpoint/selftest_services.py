"""Self-test of STS, instance metadata and container credentials.

IDENTIFICATION
  test/endpoint/selftest_services.py
"""

import calendar
import json
import re
import time
import xml.etree.ElementTree
from urllib.parse import urlencode

from selftest_lib import TAP, TOKEN, Client, Started

FORM = "application/x-www-form-urlencoded; charset=utf-8"
SPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"
ROLES = "/latest/meta-data/iam/security-credentials/"
ROLE_ARN = "arn:aws:iam::123456789012:role/"


def plain(client, method, path, body=b"", **headers):
    """(status, text) of an unsigned request; _ is - in the headers' names."""
    client.connection.request(method, path, body, {
        name.replace("_", "-"): value for name, value in headers.items()})
    response = client.connection.getresponse()
    return response.status, response.read().decode()


def flat(text):
    """The elements of an answer of STS that hold text, by name."""
    root = xml.etree.ElementTree.fromstring(text)
    found = {element.tag.replace(SPACE, ""): element.text
             for element in root.iter() if not len(element)}
    return {"root": root.tag.replace(SPACE, ""), **found}


def ask_sts(client, action, how=None, version="2011-06-15", **parameters):
    """(status, elements) of a signed request."""
    form = urlencode({"Action": action, "Version": version, **parameters})
    status, headers, body = client.call(
        None, form.encode(), path="/", **{
            "service": "sts", **(how or {}),
            "extra": {"Content-Type": FORM, **(how or {}).get("extra", {})}})
    TAP.ok(headers["Content-Type"] == "text/xml", action + " in XML", body)
    return status, flat(body)


def assume(client, role, how=None, **more):
    return ask_sts(client, "AssumeRole", how, **{
        "RoleArn": ROLE_ARN + role, "RoleSessionName": "one", **more})


def assume_web(client, role, token="web-identity-token-1", **headers):
    form = urlencode({"Action": "AssumeRoleWithWebIdentity", "Version":
                      "2011-06-15", "RoleArn": ROLE_ARN + role,
                      "RoleSessionName": "web", "WebIdentityToken": token})
    status, body = plain(client, "POST", "/", form, Content_Type=FORM,
                         **headers)
    return status, flat(body)


def code(answer):
    """"status code" of an error of STS."""
    return "%d %s" % (answer[0], answer[1].get("Code"))


def as_role(elements):
    """What signs as the keys in an answer."""
    return {"key": elements["AccessKeyId"],
            "secret": elements["SecretAccessKey"], "extra": {
                "X-Amz-Security-Token": elements.get("SessionToken") or
                elements["Token"]}}


def seconds_left(elements):
    return calendar.timegm(time.strptime(elements["Expiration"],
                                         "%Y-%m-%dT%H:%M:%SZ")) - time.time()


def service_rows(client, service):
    return client.call("service_calls", {"service": service})[2]["rows"]


def test_assume_role(client):
    status, got = assume(client, "reader")
    TAP.equal((status, got["root"], got["AccessKeyId"], got["Arn"]),
              (200, "AssumeRoleResponse", "ASIAROLE00000001",
               "arn:aws:sts::123456789012:assumed-role/reader/one"),
              "a role is assumed")
    TAP.ok(got["SecretAccessKey"].startswith("IssuedSecretMarker") and
           "IssuedTokenMarker" in got["SessionToken"] and
           set("+/=") <= set(got["SessionToken"]) and got["RequestId"],
           "secret and token have their markers", got)
    TAP.ok(3590 < seconds_left(got) <= 3600, "for an hour", got["Expiration"])
    role = as_role(got)
    TAP.equal(client.call("echo", {}, **role)[0], 200, "the key is Lambda's")
    for change, name in (({"secret": "x"}, "a wrong secret"),
                         ({"service": "sts"}, "STS's scope")):
        TAP.equal(client.error("echo", {}, **{**role, **change}),
                  "403 InvalidSignatureException", name)
    for extra, name in (({}, "no token"), (
            {"X-Amz-Security-Token": TOKEN}, "the token of another key")):
        TAP.equal(client.error("echo", {}, **{**role, "extra": extra}),
                  "403 UnrecognizedClientException", name)
    status, chained = assume(client, "reader2", role, DurationSeconds="900")
    TAP.ok(status == 200 and 890 < seconds_left(chained) <= 900,
           "a role assumes another", chained)
    TAP.equal(code(assume(client, "reader", role, DurationSeconds="7200")),
              "400 ValidationError", "a chained role for two hours")
    status, got = ask_sts(client, "GetCallerIdentity", as_role(chained))
    TAP.equal((status, got["Arn"], got["Account"]), (
        200, "arn:aws:sts::123456789012:assumed-role/reader2/one",
        "123456789012"), "and knows who it is")


def test_brief(client):
    _, got = assume(client, "brief2")
    role = as_role(got)
    TAP.equal(client.call("echo", {}, **role)[0], 200, "a brief key is good")
    time.sleep(2)
    TAP.equal(client.error("echo", {}, **role), "403 ExpiredTokenException",
              "and then is not")
    TAP.equal(code(assume(client, "reader", role)), "403 ExpiredToken",
              "nor for STS")


def test_sts_errors(client):
    client.call("reset_calls", {})
    for role, expected in (
            ("denied", ["403 AccessDenied"] * 2),
            ("nobody", ["403 AccessDenied"] * 2),
            ("external", ["403 AccessDenied"] * 2),
            ("flaky", ["500 InternalFailure", "200 None"]),
            ("throttled", ["400 Throttling", "200 None"])):
        TAP.equal([code(assume(client, role)) for _ in range(2)], expected,
                  "role " + role)
    TAP.equal(assume(client, "external", ExternalId="xid-1")[0], 200,
              "the external id")
    TAP.equal(code(assume(client, "reader", {"key": "AKIDDENIED"})),
              "403 AccessDenied", "a user who may not")
    for how, expected in (
            ({"secret": "x"}, "403 SignatureDoesNotMatch"),
            ({"service": "lambda"}, "403 SignatureDoesNotMatch"),
            ({"skew": -400}, "403 SignatureDoesNotMatch"),
            ({"key": "AKIDNOBODY"}, "403 InvalidClientTokenId"),
            ({"late": {"Authorization": "Basic eA=="}},
             "400 IncompleteSignature")):
        TAP.equal(code(assume(client, "reader", how)), expected,
                  "STS: %s" % how)
    for wrong in ({"RoleSessionName": "a"}, {"RoleSessionName": "a b"},
                  {"RoleSessionName": "\u00e9\u00e9"}, {"RoleArn": "reader"},
                  {"DurationSeconds": "60"}, {"DurationSeconds": "x"}):
        TAP.equal(code(assume(client, "reader", **wrong)),
                  "400 ValidationError", "STS: %s" % ascii(wrong))
    TAP.equal(code(ask_sts(client, "GetSessionToken")), "400 InvalidAction",
              "another action")
    TAP.equal(code(ask_sts(client, "GetCallerIdentity", version="2010-01-01")),
              "400 InvalidAction", "another version")
    status, body = plain(client, "POST", "/", "Action=GetCallerIdentity&"
                         "Version=2011-06-15", Content_Type=FORM)
    TAP.equal(code((status, flat(body))), "403 MissingAuthenticationToken",
              "no signature")
    TAP.equal(plain(client, "POST", "/", "{}")[0], 400, "no form")


def test_web_identity(client):
    client.call("reset_calls", {})
    status, got = assume_web(client, "reader")
    TAP.equal((status, got["root"], got["Arn"]),
              (200, "AssumeRoleWithWebIdentityResponse",
               "arn:aws:sts::123456789012:assumed-role/reader/web"),
              "a web identity")
    TAP.equal(client.call("echo", {}, **as_role(got))[0], 200, "its key")
    for arguments, expected in (
            (("reader", "web-identity-token-2"), "200 None"),
            (("reader", "else"), "400 InvalidIdentityToken"),
            (("denied",), "403 AccessDenied"),
            (("idp",), "400 IDPCommunicationError"), (("idp",), "200 None")):
        TAP.equal(code(assume_web(client, *arguments)), expected,
                  "web identity: %s" % " ".join(arguments))
    TAP.equal(code(assume_web(client, "reader", Authorization="Basic eA==")),
              "400 InvalidRequest", "a web identity with a signature")


def hangs(client, ask, name):
    client.connection.close()
    client.connection.timeout = 0.5
    try:
        TAP.ok(False, name, ask())
    except OSError as error:
        TAP.ok(isinstance(error, TimeoutError), name, error)
    client.connection.close()
    client.connection.timeout = 20


def test_service_record(client):
    client.call("reset_calls", {})
    hangs(client, lambda: assume(client, "hang"), "role hang")
    assume(client, "external", ExternalId="xid-1")
    assume(client, "reader", {"key": "AKIDNOBODY"})
    assume_web(client, "reader", "web-identity-token-2", User_Agent="me/1")
    plain(client, "GET", "/container/authorized", Authorization="pod-token-2")
    status, _, answer = client.call("service_calls", {})
    rows = answer["rows"]
    common = {"Action": "AssumeRole", "Version": "2011-06-15",
              "RoleArn": ROLE_ARN + "reader", "RoleSessionName": "one"}
    TAP.equal([(r["seq"], r["service"], r["operation"], r["access_key"],
                r["status"]) for r in rows],
              [(1, "sts", "AssumeRole", "AKIDEXAMPLE", None),
               (2, "sts", "AssumeRole", "AKIDEXAMPLE", 200),
               (3, "sts", "AssumeRole", None, 403),
               (4, "sts", "AssumeRoleWithWebIdentity", None, 200),
               (5, "container", "authorized", None, 200)], "the record")
    TAP.equal([r["parameters"] for r in rows[1:]],
              [{**common, "RoleArn": ROLE_ARN + "external",
                "ExternalId": "xid-1"}, common,
               {**common, "Action": "AssumeRoleWithWebIdentity",
                "RoleSessionName": "web", "web_identity_token": 2},
               {"pod_token": 2}], "its parameters")
    TAP.equal((rows[3]["headers"]["user-agent"], rows[2]["connection"]),
              ("me/1", rows[3]["connection"]), "headers and connection")
    kept = json.dumps(answer)
    TAP.equal([word for word in ("token-2", "Signature", "Marker")
               if word in kept], [], "without secrets")
    TAP.equal([r["seq"] for r in service_rows(client, "container")], [5],
              "one service alone")
    TAP.equal(client.call("calls", {})[2]["rows"], [], "none is an invocation")
    client.call("reset_calls", {})
    TAP.equal(service_rows(client, "sts"), [], "reset")


def imds_token(client, ttl="60", **more):
    return plain(client, "PUT", "/latest/api/token",
                 x_aws_ec2_metadata_token_ttl_seconds=ttl, **more)


def test_imds_v2(client):
    client.call("reset_calls", {})
    TAP.equal([imds_token(client, ttl)[0] for ttl in ("0", "21601", "x", "")],
              [400] * 4, "no time to live")
    TAP.equal(imds_token(client, X_Forwarded_For="a")[0], 403, "forwarded")
    TAP.equal(plain(client, "GET", ROLES)[0], 401, "no metadata token")
    status, token = imds_token(client)
    TAP.equal(status, 200, "a metadata token")
    given = {"X_aws_ec2_metadata_token": token}
    TAP.equal(plain(client, "GET", ROLES, **given), (200, "endpoint-role"),
              "the role")
    status, body = plain(client, "GET", ROLES + "endpoint-role", **given)
    got = json.loads(body)
    TAP.equal((status, got["Code"], got["AccessKeyId"]),
              (200, "Success", "ASIAIMDS00000001"), "its keys")
    TAP.equal(client.call("echo", {}, **as_role(got))[0], 200, "which work")
    TAP.equal(plain(client, "GET", ROLES + "other", **given)[0], 404,
              "another role")
    TAP.equal(plain(client, "GET", "/latest/meta-data/placement/region",
                    **given), (200, "eu-west-1"), "the region")
    rows = service_rows(client, "imds")
    TAP.equal([(r["operation"], r["status"]) for r in rows[4:]],
              [("token", 403), ("roles", 401), ("token", 200), ("roles", 200),
               ("role", 200), ("role", 404), ("region", 200)], "the record")
    TAP.equal([r["parameters"] for r in rows[6:9]],
              [{"ttl": 60}, {"with_token": True},
               {"with_token": True, "role": "endpoint-role"}],
              "its parameters")
    _, brief = imds_token(client, "1")
    time.sleep(1.1)
    TAP.equal(plain(client, "GET", ROLES, X_aws_ec2_metadata_token=brief)[0],
              401, "a metadata token past its time")


def test_imds_modes():
    for mode in ("v1", "none", "error", "expired", "hang", "dead"):
        with Started("endpoint.py", "--imds", mode) as server:
            test_imds_mode(Client(server.port), mode)


def test_imds_mode(client, mode):
    role, given = ROLES + "endpoint-role", {}
    if mode in ("hang", "dead"):
        hangs(client, lambda: imds_token(client), mode + ": no token")
    else:
        status, token = imds_token(client)
        TAP.equal(status, 404 if mode in ("v1", "none") else 200,
                  mode + ": token")
        if status == 200:
            given = {"X_aws_ec2_metadata_token": token}
    if mode == "dead":
        return hangs(client, lambda: plain(client, "GET", ROLES), "no role")
    status, body = plain(client, "GET", role, **given)
    if mode == "none":
        return TAP.equal((status, plain(client, "GET", ROLES)[0]), (404, 404),
                         "none: no role")
    got = json.loads(body)
    if mode == "error":
        return TAP.equal((status, got["Code"], "AccessKeyId" in got),
                         (200, "AssumeRoleUnauthorizedAccess", False),
                         "error: no keys")
    late = mode == "expired"
    TAP.ok((-310 < seconds_left(got) < -290) == late, mode + ": Expiration",
           got["Expiration"])
    TAP.equal(client.call("echo", {}, **as_role(got))[0], 200, mode + ": keys")


def test_container(client):
    client.call("reset_calls", {})
    for name, token, expected in (
            ("credentials", None, 200), ("authorized", None, 401),
            ("authorized", "pod-token-3", 401),
            ("authorized", "pod-token-1", 200),
            ("authorized", "pod-token-2", 200), ("broken", None, 200),
            ("flaky", None, 500), ("flaky", None, 200), ("brief2", None, 200),
            ("else", None, 404)):
        status, body = plain(client, "GET", "/container/" + name, **(
            {"Authorization": token} if token else {}))
        TAP.equal(status, expected, "container %s %s" % (name, token or ""))
        if status != 200:
            TAP.equal(sorted(json.loads(body)), ["code", "message"], "why not")
        elif name == "broken":
            TAP.ok(not re.match(r"\s*[{\[]", body), "no JSON", body)
        else:
            got = json.loads(body)
            TAP.equal((client.call("echo", {}, **as_role(got))[0],
                       sorted(got)),
                      (200, ["AccessKeyId", "Expiration", "SecretAccessKey",
                             "Token"]), "keys that work")
            TAP.ok(0 < seconds_left(got) <= (2 if name == "brief2" else 3600),
                   "their time", got["Expiration"])


def test_clock():
    with Started("endpoint.py", "--clock-offset", "-1000") as server:
        client = Client(server.port)
        status, headers, body = client.call("echo", {})
        TAP.equal((status, headers["x-amzn-ErrorType"]),
                  (403, "InvalidSignatureException"), "another clock")
        behind = time.time() - calendar.timegm(time.strptime(
            headers["Date"], "%a, %d %b %Y %H:%M:%S GMT"))
        TAP.ok(995 < behind < 1005, "its Date", headers["Date"])
        TAP.equal(client.call("echo", {}, skew=-1000)[0], 200, "corrected")
        got = json.loads(plain(client, "GET", "/container/credentials")[1])
        TAP.ok(2590 < seconds_left(got) <= 2600, "its Expiration", got)
        TAP.equal(client.call("echo", {}, skew=-1000, **as_role(got))[0], 200,
                  "its keys")


def run():
    with Started("endpoint.py") as server:
        client = Client(server.port)
        for test in (test_assume_role, test_brief, test_sts_errors,
                     test_web_identity, test_service_record, test_imds_v2,
                     test_container):
            test(client)
    test_imds_modes()
    test_clock()
