#!/usr/bin/env python3
"""clients.py CLIENT: has AWS's own client invoke the test endpoint.

CLIENT is awscli (the command aws), botocore (Python) or sdk (JavaScript, by
sdk.mjs beside this file).  The endpoint's URL is in LAMBDA_FDW_ENDPOINT.  Runs
every case of cases.json, compares what the client was told and what the
endpoint recorded, and prints "ok - name" or "not ok - name" for each.

IDENTIFICATION
  test/interop/clients.py
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True  # leave no __pycache__ in the checkout

HERE = os.path.dirname(os.path.abspath(__file__))
URL = os.environ["LAMBDA_FDW_ENDPOINT"]
REGION = "eu-west-1"


def clean_environment():
    """This process's environment without what would steer an AWS client."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("AWS_")
                   and not name.lower().endswith("_proxy")}
    return dict(environment, AWS_CONFIG_FILE=os.devnull,
                AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_PAGER="",
                AWS_EC2_METADATA_DISABLED="true", AWS_MAX_ATTEMPTS="1",
                AWS_DEFAULT_REGION=REGION, NODE_NO_WARNINGS="1")


# ---------------------------------------------------------------------------
# The clients
# ---------------------------------------------------------------------------
# Each takes a list of (request, key) and returns a list of answers, each with
# "error": [code, HTTP status or None], or "status", "payload" (text), and where
# the client said so "version", "function_error" and "log".  A request has the
# names that all three share; its Payload is text, its ClientContext base64.

def awscli_one(request, key):
    environment = dict(clean_environment(), AWS_ACCESS_KEY_ID=key["id"],
                       AWS_SECRET_ACCESS_KEY=key["secret"])
    if "token" in key:
        environment["AWS_SESSION_TOKEN"] = key["token"]
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("in", "out")]
        with open(files[0], "w", encoding="utf-8") as file:
            file.write(request["Payload"])
        command = ["aws", "lambda", "invoke", "--output", "json",
                   "--endpoint-url", URL, "--region", REGION,
                   "--payload", "fileb://" + files[0]]
        for name, value in request.items():
            if name != "Payload":
                option = re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()
                command += ["--" + option, value]
        run = subprocess.run(command + [files[1]], env=environment, text=True,
                             capture_output=True, stdin=subprocess.DEVNULL)
        if run.returncode:
            match = re.search(r"An error occurred \((\w+)\)", run.stderr)
            return {"error": [match[1] if match else run.stderr, None]}
        told = json.loads(run.stdout)
        with open(files[1], encoding="utf-8") as file:
            return answer_of(told, file.read())


def awscli(requests):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda pair: awscli_one(*pair), requests))


def botocore(requests):
    import botocore.exceptions
    import botocore.session
    environment = clean_environment()
    os.environ.clear()
    os.environ.update(environment)
    answers = []
    for request, key in requests:
        client = botocore.session.get_session().create_client(
            "lambda", region_name=REGION, endpoint_url=URL,
            aws_access_key_id=key["id"], aws_secret_access_key=key["secret"],
            aws_session_token=key.get("token"))
        try:
            told = client.invoke(**dict(request,
                                        Payload=request["Payload"].encode()))
            answers.append(answer_of(told, told["Payload"].read().decode()))
        except botocore.exceptions.ClientError as error:
            answers.append({"error": [
                error.response["Error"]["Code"],
                error.response["ResponseMetadata"]["HTTPStatusCode"]]})
    return answers


def sdk(requests):
    run = subprocess.run(["node", os.path.join(HERE, "sdk.mjs")],
                         input=json.dumps(requests), text=True, check=True,
                         stdout=subprocess.PIPE, env=clean_environment())
    return [told if "error" in told else answer_of(told, told["Payload"])
            for told in json.loads(run.stdout)]


def answer_of(told, payload):
    log = told.get("LogResult")
    return {"status": told["StatusCode"], "payload": payload,
            "version": told.get("ExecutedVersion"),
            "function_error": told.get("FunctionError"),
            "log": log and base64.b64decode(log).decode()}


CLIENTS = {function.__name__: function for function in (awscli, botocore, sdk)}


# ---------------------------------------------------------------------------
# The cases
# ---------------------------------------------------------------------------

def differences(expected, found):
    """What `expected` names and `found` has otherwise, a line each."""
    return ["%s: expected %r, found %r" % (name, value, found.get(name))
            for name, value in expected.items() if found.get(name) != value]


def payload_differences(case, payload):
    """The answer's payload: echo's is the request's own."""
    if case.get("status"):
        return [] if payload == "" else ["payload: %r" % payload]
    value = json.loads(payload)
    if "payload" in case:
        return differences(case["payload"], value)
    return differences({"payload": case["sent"]}, {"payload": value})


def answer_differences(case, answer):
    """What the client was told, against what the case expects."""
    if "error" in case or "error" in answer:
        expected = case.get("error", "no error")
        found = answer.get("error", ["no error", None])
        # aws tells the error's code and not its status.
        if found[1] is None and found[0] == expected[0]:
            return []
        return differences({"error": expected}, {"error": found})
    found = differences({"status": case.get("status", 200),
                         "version": case.get("version"),
                         "function_error": case.get("function_error")}, answer)
    log = answer["log"] or ""
    if not log.startswith(case.get("log", "")) or bool(log) != ("log" in case):
        found.append("log: %r" % log)
    return found + payload_differences(case, answer["payload"])


def record_differences(case, calls):
    """What the endpoint recorded, against what the case expects."""
    if "record" not in case:
        return ["recorded: %r" % call for call in calls]
    if len(calls) != 1:
        return ["%d recorded invocations" % len(calls)]
    call = dict(calls[0])
    headers = call["headers"]
    context = headers.get("x-amz-client-context")
    call["client_context"] = context and json.loads(base64.b64decode(context))
    call["log_type"] = headers.get("x-amz-log-type")
    call["payload_text"] = json.loads(call["payload_text"])
    expected = dict({"client_context": None, "access_key": "AKIDEXAMPLE",
                     "payload_text": case["sent"]}, **case["record"])
    if "x-amz-date" not in headers:
        return ["no x-amz-date among %r" % headers]
    return differences(expected, call)


def request_of(case):
    """The case's request in the form that clients take."""
    request = dict(case["request"],
                   Payload=json.dumps(case["sent"], ensure_ascii=False))
    if "ClientContext" in request:
        context = json.dumps(request["ClientContext"]).encode()
        request["ClientContext"] = base64.b64encode(context).decode()
    return request


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in CLIENTS:
        sys.exit("usage: clients.py " + "|".join(CLIENTS))
    client = CLIENTS[sys.argv[1]]
    with open(os.path.join(HERE, "cases.json"), encoding="utf-8") as file:
        document = json.load(file)
    cases, keys = document["cases"], document["keys"]
    for case in cases:
        # What each request carries tells its record from the others'.
        case["sent"] = dict(case["request"]["Payload"], case=case["name"])
    empty = {"Payload": "{}"}
    client([(dict(empty, FunctionName="reset_calls"), keys["lasting"])])
    answers = client([(request_of(case), keys[case.get("key", "lasting")])
                      for case in cases])
    [record] = client([(dict(empty, FunctionName="calls"), keys["lasting"])])
    calls = json.loads(record["payload"])["rows"]
    bad = 0
    for case, answer in zip(cases, answers, strict=True):
        found = answer_differences(case, answer) + record_differences(
            case, [call for call in calls
                   if call["payload"]["case"] == case["name"]])
        for line in found:
            print("# " + line)
        print("%s - %s: %s" % ("not ok" if found else "ok", sys.argv[1],
                               case["name"]))
        bad += bool(found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
