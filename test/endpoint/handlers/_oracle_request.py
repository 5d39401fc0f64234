"""What a function of the oracle is asked, for oracle_function: conditions,
tuples and the page, from where the table's options say that they are.

A value of the request has the type that its form leaves it: `json` has values
as they are, `text` strings, `csv` one string of a list.
"""

import json
from urllib.parse import parse_qsl, unquote

from _oracle_rows import Broken
from _oracle_values import INTEGERS, Number

NUMBERS = INTEGERS + ("numeric", "float4", "float8")
MISSING = object()


def parse(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def is_text(value):
    return isinstance(value, str) and not isinstance(value, Number)


def opened(value):
    """The value with the strings in it that hold objects or arrays opened."""
    if is_text(value) and value[:1] in ("{", "["):
        try:
            return opened(parse(value))
        except ValueError:
            return value
    if isinstance(value, dict):
        return {name: opened(member) for name, member in value.items()}
    if isinstance(value, list):
        return [opened(member) for member in value]
    return value


def step(value, token):
    if isinstance(value, dict):
        return value.get(token, MISSING)
    if isinstance(value, list) and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    return MISSING


def dig(value, tokens):
    """What is at a place, through strings that hold JSON."""
    for token in tokens:
        if is_text(value):
            value = parse(value)
        value = step(value, token)
        if value is MISSING:
            break
    return value


def without(value, places):
    """The value without what is at these places, its strings opened, and
    without the objects that are then empty."""
    value = opened(value)
    for tokens in places:
        above = dig(value, tokens[:-1])
        if isinstance(above, dict):
            above.pop(tokens[-1], None)
    return pruned(value)


def pruned(value):
    if isinstance(value, list):
        return [pruned(member) for member in value]
    if not isinstance(value, dict):
        return value
    members = {name: pruned(member) for name, member in value.items()}
    return {name: member for name, member in members.items() if member != {}}


def one(column, value, form):
    """A single value in a form, as JSON has it without forms."""
    if form == "json":
        return value
    if not is_text(value):
        raise Broken("no text of %s: %r" % (column["name"], value))
    if column["type"] in NUMBERS or column.get("format", "").startswith("ep"):
        return Number(value)
    if column["type"] == "bool":
        if value not in ("true", "false"):
            raise Broken("no boolean: %r" % value)
        return value == "true"
    return value


def many(column, value, form):
    if form == "csv":
        value = value.split(",") if is_text(value) else [None]
    if form == "query" and is_text(value):      # one, of what is repeated
        value = [value]
    if not isinstance(value, list) or not value:
        raise Broken("no list of %s: %r" % (column["name"], value))
    return [one(column, member, form) for member in value]


class Request:
    """One call's question."""

    def __init__(self, table, event):
        self.table, self.spec = table, table["spec"]
        self.columns = {c["name"]: c for c in table["columns"]}
        self.conditions, self.tuples = [], None
        self.event = self.http(event) if "http" in self.spec else event
        self.places = []
        self.read_arguments()
        self.read_page()
        if "batch" in self.spec:
            self.read_batch()
        left = without(self.event, self.places)
        if "http" in self.spec:
            left.pop("headers", None)
        if left != pruned(opened(self.spec["fixed"])):
            raise Broken("sent beside the arguments: %r" % (left,))
        self.check()

    def take(self, tokens):
        self.places.append(tokens)
        return dig(self.event, tokens)

    # Arguments.

    def read_arguments(self):
        for column in self.columns.values():
            done = []
            for operator, (tokens, form) in column["places"].items():
                if tokens in done:
                    continue
                done.append(tokens)
                value = self.take(tokens)
                if value is MISSING:
                    continue
                shared = [o for o, (t, _) in column["places"].items()
                          if t == tokens]
                self.add(column, shared, value, form)

    def add(self, column, operators, value, form):
        """A condition; the operators of one place are = and in."""
        operator = operators[0]
        if len(operators) > 1:
            operator = "in" if form == "csv" or isinstance(value, list) else "="
        if operator.startswith("is "):
            wanted = value
        elif operator in ("in", "not in"):
            wanted = many(column, value, form)
        else:
            wanted = one(column, value, form)
        self.conditions.append((column["name"], operator, wanted))

    def check(self):
        """Required columns have values, and lists are not too long."""
        most = int(self.spec.get("most_keys", 1000))
        for name, operator, wanted in self.conditions:
            if operator == "in" and len(wanted) > most:
                raise Broken("%d values for %s" % (len(wanted), name))
        if self.tuples is not None and len(self.tuples) > most:
            raise Broken("%d tuples" % len(self.tuples))
        given = {name for name, operator, _ in self.conditions} | set(
            self.spec.get("batch", {}).get("columns", ()))
        for name, column in self.columns.items():
            if column.get("required") and name not in given:
                raise Broken("no value for %s" % name)

    # Pages.

    def read_page(self):
        pages = self.spec.get("pages", {})
        form = pages.get("form", "json")
        for what in ("cursor", "page", "offset", "limit"):
            tokens = pages.get(what)
            value = MISSING if tokens is None else self.take(tokens)
            if value is not MISSING and what != "cursor":
                if is_text(value) != (form != "json"):
                    raise Broken("%s is %r" % (what, value))
                value = int(value)
            setattr(self, what, None if value is MISSING else value)
        for what in ("page", "offset", "limit"):
            if pages.get(what) and getattr(self, what) is None and not (
                    what == "limit" and pages.get("optional")):
                raise Broken("no %s" % what)

    # Batches.

    def read_batch(self):
        batch = self.spec["batch"]
        elements = self.take(batch["argument"]) if batch["argument"] else \
            self.event
        if not isinstance(elements, list) or not elements:
            raise Broken("no list of tuples: %r" % (elements,))
        self.tuples = [self.element(batch, element) for element in elements]
        if batch["argument"] == []:
            self.event = {}
        texts = [json.dumps(one) for one in self.tuples]
        if len(set(texts)) < len(texts):
            raise Broken("a tuple twice: %r" % texts)

    def element(self, batch, element):
        columns = [self.columns[name] for name in batch["columns"]]
        forms = batch["forms"]
        if batch["format"] == "values":
            values = [element]
        elif batch["format"] == "arrays":
            if not isinstance(element, list) or len(element) != len(columns):
                raise Broken("no tuple: %r" % (element,))
            values = element
        else:
            places = [column["at"] for column in columns]
            values = [dig(element, place) for place in places]
            if MISSING in values or without(element, places) != batch["item"]:
                raise Broken("no tuple: %r" % (element,))
        return [one(column, value, form) for column, value, form in
                zip(columns, values, forms)]

    # HTTP events.

    def http(self, event):
        """{"path": ..., "query": ..., "body": ...} of an API Gateway event,
        whose forms of one thing must agree."""
        http = self.spec["http"]
        method = event["httpMethod"] if http["version"] == 1 else \
            event["requestContext"]["http"]["method"]
        if method != http["method"]:
            raise Broken("method %s" % method)
        query = self.query_v1(event) if http["version"] == 1 else \
            self.query_v2(event)
        path = event["path" if http["version"] == 1 else "rawPath"]
        named = {}
        parts, template = path.split("/"), http["path"].split("/")
        if len(parts) != len(template):
            raise Broken("path %s" % path)
        for part, wanted in zip(parts, template):
            if wanted.startswith("{"):
                named[wanted.strip("{}")] = unquote(part)
            elif wanted != part:
                raise Broken("path %s" % path)
        if named != (event["pathParameters"] if named else {}):
            raise Broken("path %s, parameters %r" % (
                path, event.get("pathParameters")))
        body = event.get("body")
        if event.get("isBase64Encoded"):
            raise Broken("a body in base64")
        self.sent = path, [(name, value) for name, values in query.items()
                           for value in values]
        for name, value in http.get("fixed_query", {}).items():
            if query.pop(name, None) != [value]:
                raise Broken("%s is not %s" % (name, value))
        return {"path": named, "headers": event.get("headers") or {},
                "query": {name: values if len(values) > 1 else values[0]
                          for name, values in query.items()},
                "body": parse(body) if body else {}}

    def query_v1(self, event):
        every = event["multiValueQueryStringParameters"] or {}
        last = {name: values[-1] for name, values in every.items()}
        if last != (event["queryStringParameters"] or {}):
            raise Broken("query %r and %r" % (
                every, event["queryStringParameters"]))
        return dict(every)

    def query_v2(self, event):
        every = {}
        for name, value in parse_qsl(event["rawQueryString"], True, True):
            every.setdefault(name, []).append(value)
        joined = {name: ",".join(values) for name, values in every.items()}
        if joined != event.get("queryStringParameters", {}):
            raise Broken("query %r and %r" % (
                every, event.get("queryStringParameters")))
        return every
