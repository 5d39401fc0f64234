#!/usr/bin/env python3
"""lists.py CLIENT: has AWS's own client list the test endpoint's functions.

CLIENT is awscli or botocore.  The endpoint's URL is in LAMBDA_FDW_ENDPOINT.  Pages,
tags by an ARN that is percent-encoded in the path, and what the client is told of
errors; prints "ok - name" or "not ok - name" for each.

IDENTIFICATION
  test/interop/lists.py
"""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True  # leave no __pycache__ in the checkout

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "../endpoint"))

from clients import REGION, URL, clean_environment  # noqa: E402
from selftest_lib import Client  # noqa: E402

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"
TAGS = {"lambda_fdw": "tables", "team": "tests"}
FUNCTIONS = "/2015-03-31/functions"


class Refused(Exception):
    """The service's error; its text is the code."""


class Awscli:
    """The command aws, and its own pages."""

    def __init__(self, key="AKIDEXAMPLE"):
        self.environment = dict(clean_environment(), AWS_ACCESS_KEY_ID=key,
                                AWS_SECRET_ACCESS_KEY=SECRET)

    def run(self, *arguments):
        run = subprocess.run(
            ["aws", "lambda", *arguments, "--output", "json", "--endpoint-url",
             URL, "--region", REGION], env=self.environment, text=True,
            capture_output=True, stdin=subprocess.DEVNULL)
        if run.returncode:
            raise Refused(run.stderr.partition("(")[2].partition(")")[0]
                          or run.stderr)
        return json.loads(run.stdout or "{}")

    def names(self):
        return [entry["FunctionName"] for entry in self.run(
            "list-functions", "--page-size", "7")["Functions"]]

    def tags(self, arn):
        return self.run("list-tags", "--resource", arn)["Tags"]

    def function(self, name):
        return self.run("get-function", "--function-name", name)


class Botocore:
    """Python's client."""

    def __init__(self, key="AKIDEXAMPLE"):
        import botocore.exceptions
        import botocore.session
        environment = clean_environment()
        os.environ.clear()
        os.environ.update(environment)
        self.error = botocore.exceptions.ClientError
        self.client = botocore.session.get_session().create_client(
            "lambda", region_name=REGION, endpoint_url=URL,
            aws_access_key_id=key, aws_secret_access_key=SECRET)

    def call(self, operation, **arguments):
        try:
            return getattr(self.client, operation)(**arguments)
        except self.error as error:
            raise Refused(error.response["Error"]["Code"]) from None

    def names(self):
        try:
            return [entry["FunctionName"] for page in self.client.get_paginator(
                "list_functions").paginate(PaginationConfig={"PageSize": 7})
                for entry in page["Functions"]]
        except self.error as error:
            raise Refused(error.response["Error"]["Code"]) from None

    def tags(self, arn):
        return self.call("list_tags", Resource=arn)["Tags"]

    def function(self, name):
        return self.call("get_function", FunctionName=name)


def ask_endpoint(function, event):
    """What one of the endpoint's own functions answers."""
    return Client(int(URL.rpartition(":")[2])).call(function, event)[2]


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Refused as refused:
        return str(refused)


def check(name, found, expected):
    print("%s - %s" % ("ok" if found == expected else "not ok", name))
    if found != expected:
        print("# expected %r\n# found %r" % (expected, found))
    return found == expected


def main():
    kind = {"awscli": Awscli, "botocore": Botocore}[sys.argv[1]]
    client, denied = kind(), kind("AKIDDENIED")
    ask_endpoint("reset_calls", {})
    ask_endpoint("function_list", {"copies": {"stockroom": 20}})
    names = client.names()
    record = ask_endpoint("service_calls", {"service": "lambda"})["rows"]
    good = [
        check("all pages", (len(names), names.count("stockroom_020"),
                            names.count("echo")), (len(set(names)), 1, 1)),
        check("as many pages as there must be", len(record),
              (len(names) + 6) // 7),
        check("the path, with or without a slash",
              record[0]["parameters"]["path"].rstrip("/"), FUNCTIONS),
        check("tags by ARN", outcome(client.tags, ARN + "stockroom_007"), TAGS)]
    record = ask_endpoint("service_calls", {"service": "lambda"})["rows"]
    good += [
        check("the ARN is encoded in the path", record[-1]["parameters"]["path"],
              "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012"
              "%3Afunction%3Astockroom_007"),
        check("no tags", outcome(client.tags, ARN + "echo"), {}),
        check("no such function", outcome(client.tags, ARN + "nobody"),
              "ResourceNotFoundException"),
        check("tags of a version", outcome(client.tags, ARN + "echo:1"),
              "InvalidParameterValueException"),
        check("a key without the right to list", outcome(denied.names),
              "AccessDeniedException"),
        check("or to list tags", outcome(denied.tags, ARN + "echo"),
              "AccessDeniedException"),
        check("GetFunction", outcome(client.function, "stockroom")["Tags"], TAGS)]
    ask_endpoint("reset_calls", {})
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
