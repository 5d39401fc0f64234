#!/usr/bin/env python3
"""Checks functions/terraform: prints "ok - name" and "not ok - name".

    terraform.py references PARSED MODULE
    terraform.py apply PARSED MODULE TERRAFORM
    terraform.py sql PARSED MODULE TERRAFORM ENDPOINT KEY SECRET LANGUAGE

PARSED is a file with the module's files as JSON (test/interop/hcl.mjs), TERRAFORM
the program.  `apply` has it evaluate the module without AWS: in a copy, each
resource of a provider is one of Terraform's own terraform_data, which keeps the
arguments it is given and what AWS would make up.  `sql` prints the statements of
the outputs so, for an endpoint with this key.

IDENTIFICATION
  test/deploy/terraform.py
"""

import json
import os
import re
import subprocess
import sys
import tempfile

from policies import (check_policies, check_secrets, check_statements, ok,
                      statements_here)

PRINCIPAL = "arn:aws:iam::123456789012:role/database"
META = {"count", "for_each", "depends_on", "lifecycle"}
PROVIDED = r"(?:data\.)?\b((?:aws|archive)_[a-z_]+)\.([a-z_]+)"
# What AWS, or the archive provider, makes up.
ARN = {"aws_lambda_function": "arn:aws:lambda:eu-west-1:123456789012:function:"
                              "${var.function_name}",
       "aws_cloudwatch_log_group": "arn:aws:logs:eu-west-1:123456789012:"
                                   "log-group:/aws/lambda/${var.function_name}",
       "aws_iam_policy": "arn:aws:iam::123456789012:policy/%s",
       "aws_iam_role": "arn:aws:iam::123456789012:role/%s"}


def merged(parsed):
    """The module's blocks, whatever file they are in."""
    found = {"variable": {}, "resource": {}, "data": {}, "output": {},
             "locals": {}}
    for file in parsed.values():
        for local in file.get("locals", []):
            found["locals"].update(local)
        for kind in ("variable", "output"):
            found[kind].update(file.get(kind, {}))
        for kind in ("resource", "data"):
            for name, blocks in file.get(kind, {}).items():
                found[kind].setdefault(name, {}).update(blocks)
    return found


def texts(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def check_references(module, folder):
    everything = "\n".join(texts(module))
    for kind, pattern in (("variable", r"\bvar\.([a-z_]+)"),
                          ("locals", r"\blocal\.([a-z_]+)")):
        used = set(re.findall(pattern, everything))
        ok(used == set(module[kind]), "terraform: each %s is there, and used"
           % kind, used ^ set(module[kind]))
    defined = {(kind, name) for part in ("resource", "data")
               for kind, blocks in module[part].items() for name in blocks}
    used = set(re.findall(PROVIDED, everything))
    ok(used <= defined, "terraform: each resource that is named is there",
       used - defined)
    ok(all(one[0].get("description") for kind in ("variable", "output")
           for one in module[kind].values()), "terraform: all is described")
    with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
        rows = set(re.findall(r"^\| `([a-z_]+)` \|", file.read(), re.M))
    ok(rows == set(module["variable"]) | set(module["output"]),
       "terraform: README.md has the variables and outputs",
       rows ^ (set(module["variable"]) | set(module["output"])))


# ---------------------------------------------------------------------------
# The module without AWS
# ---------------------------------------------------------------------------

def of_stand_ins(value):
    """The same with references to the stand-ins."""
    if isinstance(value, dict):
        return {name: of_stand_ins(one) for name, one in value.items()}
    if isinstance(value, list):
        return [of_stand_ins(one) for one in value]
    if isinstance(value, str):
        return re.sub(PROVIDED + r"(\[0\])?\.", r"terraform_data.\1_\2\3.output.",
                      value)
    return value


def stand_in(kind, name, block):
    arguments = {key: of_stand_ins(one) for key, one in block.items()
                 if key not in META}
    for nested in arguments.pop("dynamic", {}).values():
        arguments["each"] = nested[0]["for_each"]
    # An id, and a name where it is made of a prefix.
    arguments.setdefault("name", name)
    arguments["id"] = arguments["name"]
    if kind in ARN:
        arguments["arn"] = ARN[kind].replace("%s", name)
    if kind == "archive_file":
        arguments["output_base64sha256"] = "made up"
    return {"input": arguments, **{
        key: block[key] for key in ("count", "for_each") if key in block}}


def write_copy(module, place, folder):
    """The module with its stand-ins, which finds the files it is to pack."""
    data = {"%s_%s" % (kind, name): stand_in(kind, name, block[0])
            for part in ("resource", "data")
            for kind, blocks in module[part].items()
            for name, block in blocks.items()}
    copy = {"variable": module["variable"], "locals": module["locals"],
            "output": module["output"]}
    text = json.dumps({**of_stand_ins(copy),
                       "resource": {"terraform_data": data}})
    text = text.replace("${path.module}", os.path.abspath(folder))
    # A variable's type and condition are no templates in JSON's syntax.
    text = re.sub(r'("type": )"\$\{(\w+)\}"', r'\1"\2"', text)
    with open(os.path.join(place, "main.tf.json"), "w",
              encoding="utf-8") as file:
        file.write(text)


class Applied:
    """The module with these variables, as Terraform evaluates it."""

    def __init__(self, program, module, folder, **variables):
        with tempfile.TemporaryDirectory() as place:
            write_copy(module, place, folder)
            self.run = lambda *arguments: subprocess.run(
                [program, "-chdir=" + place, *arguments], check=False,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env={"PATH": os.environ["PATH"], "HOME": place,
                     "CHECKPOINT_DISABLE": "1",
                     "TF_CLI_CONFIG_FILE": os.devnull})
            self.error = None
            for arguments in (["init"], ["apply", "-auto-approve", *(
                    "-var=%s=%s" % one for one in variables.items())]):
                done = self.run(*arguments, "-input=false", "-no-color")
                if done.returncode:
                    self.error = done.stdout
                    return
            state = json.loads(self.run("show", "-json").stdout)["values"]
        self.outputs = {name: one["value"]
                        for name, one in state["outputs"].items()}
        self.resources = {
            one["address"].partition(".")[2]: one["values"]["output"]
            for one in state["root_module"]["resources"]}


def check_applied(applied, prefix, principal):
    resources = applied.resources
    policy = lambda name: json.loads(resources[name]["policy"])     # noqa: E731
    trust = lambda name: json.loads(                                # noqa: E731
        resources[name]["assume_role_policy"])
    policies = {"function": [policy("aws_iam_role_policy_logs")],
                "trust": trust("aws_iam_role_function"),
                "database": policy("aws_iam_policy_database")}
    if principal:
        policies["database trust"] = trust("aws_iam_role_database[0]")
    check_policies("terraform", policies, prefix, principal)
    function = resources["aws_lambda_function_this"]
    ok(function["tags"] == {"lambda_fdw": "true"} and
       resources["aws_cloudwatch_log_group_function"]["name"] ==
       "/aws/lambda/f", "terraform: tag and log group", function)
    who = "role" if principal else "user"
    attached = {name for name in resources if name.endswith("[0]")}
    ok(attached == {"aws_iam_%s_database[0]" % who,
                    "aws_iam_%s_policy_attachment_database[0]" % who},
       "terraform: one %s, with the policy" % who, attached)
    outputs = applied.outputs
    check_statements("terraform", outputs["statements"].splitlines(),
                     principal and resources["aws_iam_role_database[0]"]["arn"])
    check_secrets("terraform", outputs.values(),
                  outputs.get("create_access_key"), None if principal else "f")


def check_files(applied, language):
    """What is packed is there: the handler, and the kit where it is imported."""
    files = applied.resources["archive_file_code"]["each"]
    handler, kit = {"python": ("app.py", "lambda_fdw/__init__.py"),
                    "node": ("index.mjs", "node_modules/lambda-fdw/"
                             "package.json")}[language]
    ok(handler in files and kit in files and
       all(map(os.path.isfile, files.values())) and
       not any("test" in name for name in files),
       "terraform: what is packed, " + language, sorted(files))
    function = applied.resources["aws_lambda_function_this"]
    ok(function["handler"].split(".")[0] == handler.split(".")[0] and
       function["runtime"].startswith({"node": "nodejs"}.get(
           language, language)), "terraform: its handler", function)


def check_apply(module, folder, program):
    for prefix in ("", "kit_"):
        for principal in ("", PRINCIPAL):
            applied = Applied(program, module, folder, function_name="f",
                              import_prefix=prefix,
                              database_principal=principal)
            if ok(not applied.error, "terraform: it applies", applied.error):
                check_applied(applied, prefix, principal)
    for language in ("python", "node"):
        applied = Applied(program, module, folder, language=language)
        if ok(not applied.error, "terraform: in " + language, applied.error):
            check_files(applied, language)
    for name, value, words in (
            ("function_name", "a b", "letters, digits, - and _"),
            ("function_name", "f" * 64, "up to 63"),
            ("language", "cobol", "python or node"),
            ("database_principal", "me", "ARN of an IAM role or user"),
            ("import_prefix", "a*", "letters, digits, - and _")):
        error = Applied(program, module, folder, **{name: value}).error or ""
        ok(words in " ".join(error.split()), "terraform: %s %s is refused"
           % (name, value[:5]), error)


def main():
    what, parsed, folder, *rest = sys.argv[1:]
    with open(parsed, encoding="utf-8") as file:
        module = merged(json.load(file))
    if what == "references":
        check_references(module, folder)
    elif what == "apply":
        check_apply(module, folder, *rest)
    else:
        program, endpoint, key, secret, language = rest
        applied = Applied(program, module, folder, language=language)
        print(statements_here(applied.outputs["statements"].splitlines(),
                              endpoint, key, secret))


if __name__ == "__main__":
    main()
