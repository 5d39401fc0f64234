"""What an API Gateway event of either payload format version says; raises where
the forms that it has of one thing differ.
"""

import collections
import json
from urllib.parse import parse_qs, unquote

Request = collections.namedtuple(
    "Request", "method resource path query given headers body")


def check(condition, what):
    if not condition:
        raise ValueError("the event's forms of %s differ" % what)


def parameters(pattern, path):
    """What a path has for the {parameters} of a route, decoded."""
    names, texts = pattern.split("/"), path.split("/")
    if names[-1].endswith("+}"):
        last = len(names) - 1
        texts[last:] = ["/".join(texts[last:])]
    return {name.strip("{+}"): unquote(text)
            for name, text in zip(names, texts) if name.startswith("{")}


def read_v1(event):
    context = event["requestContext"]
    lists = event["multiValueQueryStringParameters"] or {}
    texts = event["queryStringParameters"] or {}
    check(texts == {name: values[-1] for name, values in lists.items()},
          "the query")
    check(event["headers"] == {name: values[-1] for name, values
                               in event["multiValueHeaders"].items()},
          "the headers")
    check(event["path"] == context["path"] and
          event["resource"] == context["resourcePath"] and
          event["httpMethod"] == context["httpMethod"], "the path")
    return event["httpMethod"], event["resource"], event["path"], lists


def read_v2(event):
    context = event["requestContext"]
    lists = parse_qs(event["rawQueryString"], keep_blank_values=True,
                     errors="strict")
    texts = {name: ",".join(values) for name, values in lists.items()}
    check((texts or None) == event.get("queryStringParameters"), "the query")
    check(all(name == name.lower() for name in event["headers"]),
          "the headers")
    check(event["rawPath"] == context["http"]["path"] and
          event["routeKey"] == context["routeKey"], "the path")
    method, resource = event["routeKey"].split(" ")
    check(method == context["http"]["method"], "the method")
    return method, resource, event["rawPath"], lists


def read(event, parse=json.loads):
    """The request: `query` has a list for each name, `given` the parameters of
    the path, `body` is what `parse` makes of it, {} without one."""
    reader = read_v2 if event["version"] == "2.0" else read_v1
    method, resource, path, query = reader(event)
    given = event.get("pathParameters") or {}
    check(given == parameters(resource, path), "the path's parameters")
    headers = {name.lower(): text for name, text in event["headers"].items()}
    body = parse(event["body"]) if event.get("body") else {}
    check(("content-type" in headers) == bool(event.get("body")), "the body")
    return Request(method, resource, path, query, given, headers, body)
