"""A function as somebody may have written it, over a table of the oracle.

The options of its foreign table say where it reads its arguments, how it pages,
how it answers; the table's file has the same as "spec":

seed       of all that is left to chance, with the question
fixed      the payload that every request starts from
http       {"version", "method", "path", "fixed_query"} of API Gateway's event
batch      {"argument", "format", "answer", "index", "columns", "forms", "item"}
pages      {"kind", "cursor" | "page" | "offset", "limit", "at", "more", ...}
reply      {"form", "rows", "proxy", "string", "single"}
none       {"status", "errors", "missing", "strict"}
ignore     how often it ignores a condition that is not required
most_keys  the table's max_batch_keys
defect     a lie: "lose_row" of a list, "lose_page", "misalign" a batch

Places are lists of the tokens of a JSON Pointer.  Of a column: "places", of
each operator [tokens, form], "at", its place in a row, "input" and "null".

It is truthful: its rows are all those that match what it honours.  What breaks
the contract is an error.  Every request is a line of calls.log in the folder.
"""

import json
import random
from urllib.parse import quote

from _oracle_reply import Reply, write
from _oracle_request import Request, parse
from _oracle_rows import ECHOED, Broken, load, note
from _oracle_values import Number, condition, key
from endpoint import RawResponse


def table_of(event):
    """The table that is asked, wherever the request names it."""
    if isinstance(event, list):
        return load(event[0]["table"])
    path = event.get("path") if "httpMethod" in event else event.get("rawPath")
    return load(path.split("/")[1] if path else event["table"])


def matching(table, terms, rows):
    for name, operator, wanted in terms:
        index = table["index"][name]
        holds = condition(table["columns"][index], operator, wanted)
        rows = [row for row in rows if holds(row[index])]
    return rows


def honoured(request, chance):
    """The conditions that it filters by."""
    ignore = float(request.spec.get("ignore", 0))
    if request.spec.get("pages", {}).get("kind") == "exact":
        ignore = 0
    return [term for term in request.conditions
            if request.columns[term[0]].get("required") or
            request.columns[term[0]].get("input") or
            chance.random() >= ignore]


def lacks(request, terms, rows):
    """Whether there is nothing for a key, or, of what is strict, for one of
    several."""
    if not rows or not request.spec["none"].get("strict"):
        return not rows
    for name, operator, wanted in terms:
        if operator != "in":
            continue
        index = request.table["index"][name]
        found = {row[index][1] for row in rows}
        column = request.columns[name]
        if any(key(column, one) not in found for one in wanted):
            return True
    return False


def lose(request, terms, rows, chance):
    """Without a row of those that a list asked for: a lie."""
    if len(rows) > 1 and any(len(term[2]) > 1 for term in terms
                             if term[1] == "in"):
        rows.remove(chance.choice(rows))
    return rows


def of_tuples(request, rows):
    """The rows of each tuple."""
    names = request.spec["batch"]["columns"]
    return [matching(request.table, [(name, "=", value) for name, value
                                     in zip(names, one)], rows)
            for one in request.tuples]


def aligned(request, reply, answers):
    """An element a tuple, or several that say which is theirs."""
    batch, elements = request.spec["batch"], []
    if request.spec.get("defect") == "misalign":
        answers = answers[1:] + answers[:1]
    if batch.get("index"):
        for number, rows in enumerate(answers):
            for row in map(reply.row, rows):
                row[batch["index"][0]] = Number(str(number))
                elements.append(row)
        reply.chance.shuffle(elements)
        return elements
    for rows in answers:
        records = [reply.row(row) for row in rows]
        elements.append(
            None if not records else
            records[0] if len(records) == 1 and reply.chance.random() < 0.6
            else records)
    return elements


class Page:
    """Which rows a request gets, and what is said of the next page."""

    def __init__(self, request, rows, chance):
        self.pages, self.request = request.spec.get("pages", {}), request
        self.members, self.headers = [], {}
        self.kind = self.pages.get("kind")
        self.first = 0
        self.cap = int(self.pages.get("cap", 10 ** 6))
        if request.limit is not None:
            self.cap = min(self.cap, request.limit)
        if self.kind is None:
            self.rows = rows
            return
        getattr(self, self.kind)(rows, chance)

    def cut(self, rows, first, size):
        self.first, self.end = first, min(first + size, len(rows))
        self.rows = rows[first:self.end]
        self.more = self.end < len(rows)
        if first > 0 and self.request.spec.get("defect") == "lose_page":
            self.rows = []
        if "more" in self.pages:
            self.members.append((self.pages["more"], self.more))

    def exact(self, rows, chance):
        self.rows = rows[:self.cap]

    def cursor(self, rows, chance):
        """A cursor in the answer, in a header, or a next page's URL."""
        first = int(self.request.cursor or 0)
        size = min(self.cap, chance.choice((1, 2, 3, 7, 20)))
        if chance.random() < 0.05 and first == 0:
            size = min(self.cap, 1)
        self.cut(rows, first, size)
        following = None
        if self.more:
            following = Number(str(self.end)) if self.pages.get("number") \
                else str(self.end)
        if self.pages.get("url"):
            following = following and self.url(following)
        if "header" in self.pages:
            self.headers["content-type"] = "application/json"
            name = self.pages["header"]
            if following is not None:
                value = str(following)
                if name == "link":
                    value = '<%s>; rel="next"' % value
                self.headers[chance.choice((name, name.title()))] = value
        elif following is not None or chance.random() < 0.5:
            self.members.append((self.pages["at"], following))

    def url(self, cursor):
        """The next page's URL: this request's with a cursor."""
        path, pairs = self.request.sent
        pairs = [(n, v) for n, v in pairs if n != "after"] + [
            ("after", str(cursor))]
        host = "https://api.example.com" if int(cursor) % 2 else ""
        return "%s%s?%s" % (host, path, "&".join(
            "%s=%s" % (quote(n, safe=""), quote(v, safe=""))
            for n, v in pairs))

    def last_row(self, rows, chance):
        """After the row whose unique column has the cursor's value."""
        index = self.request.table["index"][self.pages["by"]]
        rows = sorted(rows, key=lambda row: row[index][1])
        first = 0
        if self.request.cursor is not None:
            after = int(self.request.cursor)
            first = sum(row[index][1] <= after for row in rows)
        self.cut(rows, first, self.cap)

    def page(self, rows, chance):
        number = self.request.page - int(self.pages.get("first", 1))
        if number < 0:
            raise Broken("page %d" % self.request.page)
        self.cut(rows, number * self.cap, self.cap)

    def offset(self, rows, chance):
        size = self.cap if self.request.limit is not None else \
            min(self.cap, chance.choice((1, 2, 3, 7, 20)))
        self.cut(rows, self.request.offset, size)


def omitted(request, terms, chance):
    """Required columns that an answer leaves out, as it was sent them."""
    if request.spec["reply"]["form"] in ("arrays", "csv"):
        return set()
    if request.spec.get("batch", {}).get("answer") == "aligned":
        terms = terms + [(name, "=", None) for name
                         in request.spec["batch"]["columns"]]
    return {request.table["index"][name] for name, operator, wanted in terms
            if operator == "=" and request.columns[name].get("required")
            and request.columns[name]["type"] in ECHOED + ("enum", "bool")
            and chance.random() < 0.5}


def answer(table, event, request):
    spec = request.spec
    question = json.dumps([spec["seed"], request.conditions, request.tuples])
    chance = random.Random(question)
    terms = honoured(request, chance)
    rows = matching(table, terms, table["rows"])
    rows = chance.sample(rows, len(rows))
    if spec.get("defect") == "lose_row":
        rows = lose(request, terms, rows, chance)
    reply = Reply(random.Random("%s %s" % (question, event)), table,
                  omitted(request, terms, chance))
    says_none = reply.chance.random() < float(spec["none"].get("often", 0))
    if request.tuples is not None:
        answers = of_tuples(request, rows)
        if says_none and (not any(answers) or
                          spec["none"].get("strict") and not all(answers)):
            return reply.none()
        if spec["batch"]["answer"] == "aligned":
            return reply.aligned_text(aligned(request, reply, answers))
        found = {id(row) for rows in answers for row in rows}
        rows = [row for row in rows if id(row) in found]
    page = Page(request, rows, random.Random(question + str(event)))
    if says_none and (
            page.kind in ("page", "offset") and not page.rows or
            page.first == 0 and lacks(request, terms, rows)):
        return reply.none()
    return reply.text(reply.document(page.rows, page.members), page.headers)


def is_first(request):
    """Whether it asks for a first page, as far as one can tell."""
    return request is None or not (
        request.cursor or request.offset or request.page and request.page !=
        int(request.spec["pages"].get("first", 1)))


def lambda_handler(event, context):
    event = parse(context.event_text)
    envelope = isinstance(event, dict) and event.pop("lambda_fdw", None)
    table, pushed, request = table_of(event), [False] * 3, None
    try:
        request = Request(table, event)
        pushed = [bool(request.conditions or request.tuples),
                  request.limit is not None, False]
    finally:
        note(json.dumps({"pushed": pushed, "event": event,
                         "envelope": envelope, "first": is_first(request),
                         "trace": context.trace_id}))
    return RawResponse(answer(table, event, request).encode())
