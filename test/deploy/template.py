#!/usr/bin/env python3
"""Checks functions/template.yml: prints "ok - name" and "not ok - name".

    template.py check TEMPLATE [SPECIFICATION]
    template.py sql TEMPLATE ENDPOINT KEY SECRET LANGUAGE [PRINCIPAL]

SPECIFICATION is AWS's of all resources, specification.json of npm's
@aws-cdk/cfnspec.  `sql` prints the statements of the outputs, for an endpoint with
this key in place of AWS.

IDENTIFICATION
  test/deploy/template.py
"""

import json
import os
import sys

from cloudformation import Stack, load
from policies import (ARN, check_policies, check_secrets, check_statements, ok,
                      statements_here)

PRINCIPAL = "arn:aws:iam::123456789012:role/database"


def check_names(template):
    """Everything is used, under some values of the parameters."""
    used = set()
    for parameters in ({}, {"DatabasePrincipal": PRINCIPAL},
                       {"ImportPrefix": "kit_"}, {"Language": "node"}):
        stack = Stack(template, **parameters)
        stack.resources()
        stack.outputs()
        used |= stack.used
    for part in ("Parameters", "Conditions", "Mappings"):
        unused = set(template[part]) - used
        ok(not unused, "template: %s are all used" % part, unused)


def check_files(template, path):
    """What is uploaded is there, and has the handlers; the layer is built."""
    folder = os.path.dirname(path)
    for language in template["Parameters"]["Language"]["AllowedValues"]:
        function = Stack(template, Language=language).resources()["Orders"]
        module = function["Handler"].split(".")[0]
        code = os.path.join(folder, function["CodeUri"])
        ok({name for name in os.listdir(code)
            if os.path.splitext(name)[0] == module} ==
           {module + {"python": ".py", "node": ".mjs"}[language]},
           "template: the handler in " + language, (code, module))
        ok(function["Runtime"] in Stack(template).resources()["Kits"][
            "CompatibleRuntimes"], "template: the layer is for " +
           function["Runtime"])
    ok(Stack(template).resources()["Kits"]["ContentUri"] ==
       "layer/build/layer.zip", "template: the layer that build.sh makes")


def errors_of(specification, kind, value, types, place):
    """Properties that AWS does not know, and those that it misses."""
    if not isinstance(value, dict):
        return
    known = types[kind]["Properties"]
    for name in value:
        if name not in known:
            yield "%s.%s" % (place, name)
    for name, one in known.items():
        if one.get("Required") and name not in value:
            yield "%s has no %s" % (place, name)
        if name not in value:
            continue
        base = place.split(".")[0]
        inner = one.get("ItemType") or one.get("Type")
        inner = "%s.%s" % (base, inner)
        if inner in specification["PropertyTypes"]:
            items = value[name]
            if one.get("Type") == "Map" and isinstance(items, dict):
                items = list(items.values())
            for item in items if isinstance(items, list) else [items]:
                yield from errors_of(specification, inner, item,
                                     specification["PropertyTypes"],
                                     base + "." + name)


def check_schema(template, path):
    with open(path, encoding="utf-8") as file:
        specification = json.load(file)
    for parameters in ({}, {"DatabasePrincipal": PRINCIPAL}):
        stack = Stack(template, **parameters)
        for name, properties in stack.resources().items():
            kind = template["Resources"][name]["Type"]
            found = list(errors_of(specification, kind, properties,
                                   specification["ResourceTypes"], kind))
            ok(not found, "template: %s is a %s" % (name, kind), found)
    kind = "AWS::Serverless::Function"
    planted = dict(Stack(template).resources()["Orders"], Timeot=3)
    found = list(errors_of(specification, kind, planted,
                           specification["ResourceTypes"], kind))
    ok(found == [kind + ".Timeot"], "template: a wrong name would be seen", found)


def check_all(template):
    for prefix in ("", "kit_"):
        for principal in ("", PRINCIPAL):
            stack = Stack(template, ImportPrefix=prefix,
                          DatabasePrincipal=principal, FunctionName="f")
            resources = stack.resources()
            policies = {
                "function": [one["PolicyDocument"] for one
                             in resources["OrdersRole"]["Policies"]],
                "trust": resources["OrdersRole"]["AssumeRolePolicyDocument"],
                "database": resources["DatabasePolicy"]["PolicyDocument"]}
            who = resources.get("DatabaseRole", resources.get("DatabaseUser"))
            ok(who["ManagedPolicyArns"] == [stack.named("DatabasePolicy")] and
               set(who) <= {"ManagedPolicyArns", "AssumeRolePolicyDocument"},
               "template: the database has that policy alone", who)
            ok(("DatabaseUser" in resources) == (principal == "") and
               ("DatabaseRole" in resources) == (principal != ""),
               "template: a user, or a role")
            if principal:
                policies["database trust"] = who["AssumeRolePolicyDocument"]
            check_policies("template", policies, prefix, principal)
            ok(resources["Orders"]["Tags"] == {"lambda_fdw": "true"} and
               resources["OrdersLogs"]["LogGroupName"] == "/aws/lambda/f",
               "template: tag and log group")
            outputs = stack.outputs()
            statements = [outputs[name] for name in (
                "CreateServer", "CreateUserMapping", "ImportForeignSchema")]
            check_statements("template", statements, principal and
                             stack.named("DatabaseRole", "Arn"))
            check_secrets("template", outputs.values(),
                          outputs.get("CreateAccessKey"),
                          None if principal else stack.named("DatabaseUser"))


def print_sql(path, endpoint, key, secret, language, principal=""):
    outputs = Stack(load(path), Language=language,
                    DatabasePrincipal=principal).outputs()
    print(statements_here([outputs[name] for name in (
        "CreateServer", "CreateUserMapping", "ImportForeignSchema")],
        endpoint, key, secret))


def main():
    if sys.argv[1] == "sql":
        print_sql(*sys.argv[2:])
        return
    path = sys.argv[2]
    template = load(path)
    check_names(template)
    check_files(template, path)
    check_all(template)
    ok(Stack(template).named("Orders", "Arn") == ARN % "kit_orders",
       "template: the function's name")
    if len(sys.argv) > 3:
        check_schema(template, sys.argv[3])


if __name__ == "__main__":
    main()
