"""Lambda's ListFunctions, GetFunction and ListTags from the receiving side.

What is listed is the server's `functions`, which has, beside what invoke_api.py
asks for,

names()         the names of all functions
tags(name)      the tags of one, a dictionary
versions()      the versions that each has

IDENTIFICATION
  test/endpoint/control_api.py
"""

import base64
import binascii
import collections
import re
from urllib.parse import unquote

from verifier import ACCOUNT, Refusal

PAGE_LIMIT = 50         # functions in a page, whatever MaxItems says
LIST_PATH = re.compile(r"/2015-03-31/functions/?")
FUNCTION_PATH = re.compile(r"/2015-03-31/functions/([^/]+)")
TAGS_PATH = re.compile(r"/2017-03-31/tags/([^/]+)")
# Bytes before a marker, so that its base64 has characters to be encoded.
MARKER = b"\xfb\xef\xff"

# What is asked: the operation's name, and the function or ARN in the path.
Operation = collections.namedtuple("Operation", "name argument")


def operation_of(command, path):
    """The operation of a request, or None."""
    for name, pattern in (("ListFunctions", LIST_PATH),
                          ("GetFunction", FUNCTION_PATH),
                          ("ListTags", TAGS_PATH)):
        match = pattern.fullmatch(path)
        if match and command == "GET":
            return Operation(name, unquote(match[1]) if match.groups() else None)
    return None


def answer(functions, operation, region, query, target_of):
    """The document that answers; `target_of` makes a Target of a name."""
    if operation.name == "ListFunctions":
        return list_functions(functions, region, query)
    target = target_of(operation.argument)
    if operation.name == "ListTags" and (
            target.qualifier or not operation.argument.startswith("arn:")):
        raise Refusal(400, "InvalidParameterValueException", "Tags on function "
                      "aliases and versions are not supported. Please specify "
                      "either a function ARN or an event source mapping ARN.",
                      Type="User")
    version = functions.version(target.qualifier)
    if version is None or functions.find(target.name) is None:
        raise Refusal(404, "ResourceNotFoundException", "Function not found: "
                      + target.arn, member="Message", Type="User")
    if operation.name == "ListTags":
        return {"Tags": functions.tags(target.name)}
    return {"Configuration": configuration(target.name, target.arn, version),
            "Code": {"RepositoryType": "S3"},
            "Tags": functions.tags(target.name)}


def configuration(name, arn, version):
    """What ListFunctions says of a function, and GetFunction besides."""
    return {"FunctionName": name, "FunctionArn": arn, "Version": version,
            "Runtime": "python3.12", "Handler": "lambda_function.lambda_handler",
            "Role": "arn:aws:iam::%s:role/function" % ACCOUNT, "CodeSize": 1024,
            "Description": "", "Timeout": 900, "MemorySize": 128,
            "LastModified": "2026-01-01T00:00:00.000+0000",
            "CodeSha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "PackageType": "Zip", "Architectures": ["x86_64"],
            "Environment": {"Variables": {"LANG": "C.UTF-8"}}}


def parameters_of(query):
    """The parameters of a query, each once."""
    parameters = {}
    for part in query.split("&") if query else []:
        name, _, value = part.partition("=")
        parameters[unquote(name)] = unquote(value)
    return parameters


def list_functions(functions, region, query):
    """A page of functions, in an order of their own, as Lambda has none."""
    parameters = parameters_of(query)
    count = parameters.get("MaxItems", "50")
    if not count.isdecimal() or not 1 <= int(count) <= 10000:
        raise Refusal(400, "InvalidParameterValueException", "MaxItems is a "
                      "number from 1 to 10000.", Type="User")
    wanted = parameters.get("FunctionVersion")
    if wanted not in (None, "ALL"):
        raise Refusal(400, "InvalidParameterValueException", "FunctionVersion "
                      "is ALL, or not given.", Type="User")
    versions = functions.versions() if wanted else [None]
    entries = [(name, version) for name in sorted(
        functions.names(), key=lambda name: name[::-1]) for version in versions]
    start = start_of(parameters.get("Marker"), entries)
    end = start + min(int(count), getattr(functions, "page_size", PAGE_LIMIT))
    page = {"Functions": [
        configuration(name, arn_of(name, region) + (":" + version if version
                                                    else ""),
                      version or "$LATEST")
        for name, version in entries[start:end]]}
    if end < len(entries):
        page["NextMarker"] = marker_of(entries[end])
    return page


def arn_of(name, region):
    partition = ("aws-cn" if region.startswith("cn-") else
                 "aws-us-gov" if region.startswith("us-gov-") else "aws")
    return "arn:%s:lambda:%s:%s:function:%s" % (partition, region, ACCOUNT, name)


def marker_of(entry):
    """Opaque to clients: the first entry of the next page."""
    return base64.b64encode(MARKER + repr(entry).encode()).decode()


def start_of(marker, entries):
    """Where the page of a marker begins."""
    if not marker:
        return 0
    try:
        decoded = base64.b64decode(marker, validate=True)
        return [MARKER + repr(entry).encode() for entry in entries].index(decoded)
    except (binascii.Error, ValueError):
        raise Refusal(400, "InvalidParameterValueException", "Marker is not one "
                      "that ListFunctions gave.", Type="User") from None
