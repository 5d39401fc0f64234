"""What both deployments must come to: policies, statements, no secret.

IDENTIFICATION
  test/deploy/policies.py
"""

import re
import sys

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:%s"
LOGS = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:*"


def ok(good, name, seen=None):
    print("%sok - %s" % ("" if good else "not ", name))
    if not good:
        print("    seen: %r" % (seen,))
    sys.stdout.flush()
    return good


def grants(document):
    """A policy as {(action, resource)}; whatever it has beside is refused."""
    found = set()
    assert set(document) == {"Version", "Statement"}, document
    assert document["Version"] == "2012-10-17", document
    for statement in document["Statement"]:
        assert set(statement) == {"Effect", "Action", "Resource"}, statement
        assert statement["Effect"] == "Allow", statement
        lists = [one if isinstance(one, list) else [one]
                 for one in (statement["Action"], statement["Resource"])]
        found |= {(action, resource) for action in lists[0]
                  for resource in lists[1]}
    return found


def trusts(document):
    (statement,) = document["Statement"]
    return (statement["Effect"], statement["Action"], statement["Principal"])


def check_policies(what, policies, prefix, principal):
    """Exactly what is needed, of a function "f"."""
    name = "%s, %s, %s" % (what, "a prefix" if prefix else "no prefix",
                           "a role" if principal else "a user")
    functions = [grants(one) for one in policies["function"]]
    ok(functions == [{("logs:CreateLogStream", LOGS),
                      ("logs:PutLogEvents", LOGS)}],
       name + ": the function writes its log, and nothing else", functions)
    ok(trusts(policies["trust"]) == (
        "Allow", "sts:AssumeRole", {"Service": "lambda.amazonaws.com"}),
       name + ": and Lambda alone runs as it", policies["trust"])
    expected = {("lambda:InvokeFunction", ARN % "f"),
                ("lambda:InvokeFunction", ARN % "f:*")}
    if prefix:
        expected |= {("lambda:ListFunctions", "*"),
                     ("lambda:ListTags", ARN % prefix + "*")}
    found = grants(policies["database"])
    ok(found == expected, name + ": the database calls it", found)
    if principal:
        ok(trusts(policies["database trust"]) == (
            "Allow", "sts:AssumeRole", {"AWS": principal}),
           name + ": its role is the principal's", policies["database trust"])


def check_statements(what, statements, role):
    """The statements, in order, for the function "f"; `role`: its ARN or ""."""
    keys = ("role_arn '%s', use_ambient_credentials 'true'" % role if role else
            "aws_access_key_id 'AccessKeyId', "
            "aws_secret_access_key 'SecretAccessKey'")
    ok(statements == [
        "CREATE SERVER aws FOREIGN DATA WRAPPER lambda_fdw "
        "OPTIONS (region 'eu-west-1');",
        "CREATE USER MAPPING FOR CURRENT_USER SERVER aws OPTIONS (%s);" % keys,
        'IMPORT FOREIGN SCHEMA "f" FROM SERVER aws INTO public '
        "OPTIONS (function_arn '%s');" % (ARN % "f")],
       what + ": the statements, " + ("a role" if role else "a user"),
       statements)


def check_secrets(what, outputs, command, user):
    """Nothing that is shown has a secret; a key is made by the command."""
    text = "\n".join(one for one in outputs if one)
    ok(not re.search(r"AKIA|ASIA|GetAtt|[A-Za-z0-9/+]{40}", re.sub(
        r"arn:[^' ]*", "", text)), what + ": no secret in an output", text)
    ok(command == (user and "aws iam create-access-key --user-name " + user),
       what + ": how the key is made", command)


def statements_here(statements, endpoint, key, secret):
    """The same, for an endpoint of this machine and its key."""
    text = "\n".join(statements)
    text = text.replace("(region", "(endpoint '%s', region" % endpoint, 1)
    return text.replace("'AccessKeyId'", "'%s'" % key).replace(
        "'SecretAccessKey'", "'%s'" % secret)
