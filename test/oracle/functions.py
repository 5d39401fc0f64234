"""Random tables over functions that nobody wrote for us: where their arguments
stand, how they page, how they answer, what they take in batches.  The handler
oracle_function reads the same from the table's file.

IDENTIFICATION
  test/oracle/functions.py
"""

import json

from kinds import BY_NAME
from schema import OPERATORS, Column, Schema, Table, options_text

DEFECTS = ("lose_row", "lose_page", "misalign")
# Types with one text for a value: what an input column shows is what was asked.
KEYS = ("int4", "int4", "int4", "text", "text", "int8", "uuid", "date", "enum",
        "bool", "varchar")
# Other columns; CSV says no more than these.
SIMPLE = KEYS + ("numeric", "timestamptz", "float8", "int2", "timestamp")
OTHERS = SIMPLE + ("jsonb", "ints", "bytea", "bpchar4", "numeric2", "time")
NULL_TEXT = "N/A"
# The payload that requests start from, and the objects in it for arguments.
PAYLOAD = {"query": {"fixed": "yes"}, "list": [{}, {"x": "y"}],
           "body": json.dumps({"inner": json.dumps([{}, {"k": "v"}])})}
CONTAINERS = ([], [], ["query"], ["query", "deep"], ["made", "deep er"],
              ["body"], ["body", "inner", "1"], ["list", "0"])
NAMES = ("%s_%d", "%s_%d", "%s/%d", "~%s%d", "%s,%d", "%s \u00e9 %d")


def pointer(tokens):
    return "".join("/" + t.replace("~", "~0").replace("/", "~1")
                   for t in tokens)


class FunctionColumn(Column):
    """A column, and where the function has it."""

    def __init__(self, name, kind, **others):
        super().__init__(name, kind, **others)
        self.places = {}            # operator: (tokens, form)
        self.named = {}             # operator: the argument in the option
        self.form = self.null_if = None
        self.input = self.in_path = False
        self.at = [name]            # in a row

    @property
    def member(self):
        return self.name

    @property
    def more_options(self):
        if self.form and (self.places or self.input):
            yield "argument_format", self.form
        if self.input:
            yield "input", "true"
        if self.null_if:
            yield "null_if", self.null_if

    def options(self):
        declared = ", ".join(
            operator + (':"%s"' % name if "," in (name or "") else
                        ":" + name if name else "")
            for operator, name in self.named.items())
        options = [("pushdown", declared)] if declared else []
        if self.required and not self.input:
            options.append(("required", "true"))
        if self.at != [self.name]:
            options.append(("path", pointer(self.at)))
        return options_text(options + list(self.more_options))

    def entry(self):
        """What the function is told of it."""
        return {"name": self.name, "at": self.at, "input": self.input,
                "places": self.places, "null": self.null_if,
                "required": self.required or self.input}


class FunctionTable(Table):
    """A foreign table over such a function."""

    def __init__(self, name, columns):
        super().__init__(name, columns)
        self.mode = {"naive": True}         # its data have UTC
        self.spec = {"reply": {}, "none": {}}
        self.envelope = False

    @property
    def required(self):
        return [c for c in self.columns if c.required or c.input]


class FunctionMaker:
    """Makes one table."""

    def __init__(self, schema, number):
        self.schema, self.chance = schema, schema.random
        self.name = "t%d" % number
        self.table = self.spec = None
        self.form = None                    # the table's argument_format
        self.http = self.has_body = False
        self.tuple = []                     # the columns of a batch's tuples
        self.aligned = self.whole = False   # and whether it is the payload
        self.fixed = {"table": self.name}
        self.options = []

    def choose(self, **weights):
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def maybe(self, share):
        return self.chance.random() < share

    def make(self):
        form = self.choose(objects=6, columns=2, arrays=2, entries=1, csv=1)
        table = self.table = FunctionTable(self.name, self.columns(form))
        self.spec = table.spec
        self.spec["seed"] = self.chance.randrange(10 ** 6)
        if self.schema.defect:
            self.spec["defect"] = self.schema.defect
        self.spec["ignore"] = self.chance.choice((0, 0, 0.3))
        self.form = self.choose(json=6, text=3, csv=1)
        if self.form != "json":
            self.options.append(("argument_format", self.form))
        for column in table.columns:
            if column.declared and self.maybe(0.15):
                column.form = self.choose(json=1, text=1, csv=1)
        self.container = self.chance.choice(CONTAINERS)
        self.choose_batch(form)
        self.http = not self.whole and self.maybe(0.3)
        if self.http:
            self.route()
        elif self.maybe(0.7):
            self.fixed.update(PAYLOAD)
        for column in table.columns:
            self.place(column)
        self.batch(form)
        # a batch is answered by records, beside which there is no place for marks
        self.answer("objects" if form == "columns" and "batch" in self.spec
                    else form)
        if not self.http:
            if not self.whole:
                self.options.append(("payload", json.dumps(self.fixed)))
            if self.whole or self.maybe(0.8):
                self.options.append(("envelope", "false"))
        self.sizes()
        table.options = [("function_arn", "oracle_function")] + self.options
        self.spec["fixed"] = {} if self.http or self.whole else self.fixed
        return table

    def route(self):
        """The function is behind API Gateway."""
        chance = self.chance
        version = chance.choice((1, 2))
        method = chance.choice(("POST", "PUT") if self.tuple else (
            "GET", "GET", "DELETE", "POST", "PUT"))
        path, query = "/" + self.name, {}
        for column in self.table.required:
            # What is empty cannot be sent in a path.
            if column.kind.family in ("int", "uuid", "date", "bool") and \
                    column not in self.tuple and self.maybe(0.4):
                path += chance.choice(("/x/{%s}", "/{%s}")) % column.name
                column.in_path = True
        if self.maybe(0.3):
            query = {"fixed": "yes & no"}
        self.spec["http"] = {"version": version, "method": method,
                             "path": path, "fixed_query": query}
        self.options += [("event", "apigateway_v%d" % version),
                         ("route", "%s %s%s" % (
                             method, path, "?fixed=yes%20%26%20no"
                             if query else ""))]
        self.has_body = method in ("POST", "PUT")

    def columns(self, form):
        """Keys, others, and last a column k of unique values."""
        chance = self.chance
        keys = chance.choice((0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3))
        columns, inputs = [], self.maybe(0.3)
        for index in range(keys + chance.choice((1, 2, 3))):
            is_key = index < keys
            kind = BY_NAME[chance.choice(KEYS if is_key else
                                         SIMPLE if form == "csv" else OTHERS)]
            column = FunctionColumn("abcdefgh"[index], kind)
            column.required = is_key
            if is_key:
                column.declared = dict.fromkeys(chance.choice(
                    (("=", "in"), ("=", "in"), ("=",), ("=",), ("in",))))
                column.input = inputs and self.maybe(0.7)
                column.not_null = column.input and self.maybe(0.5)
            elif kind.ops and self.maybe(0.6):
                column.declared = dict.fromkeys(
                    op for op in kind.ops if self.maybe(0.5))
            if form == "entries" and not column.input:
                column.at = ["value", column.name]
            if form == "objects" and self.maybe(0.2) and not column.input:
                column.at = chance.choice((
                    ["x", column.name], [column.name + "/~"],
                    ["deep", "er", column.name]))
            columns.append(column)
        last = FunctionColumn("k", BY_NAME["int4"], not_null=True)
        if form == "arrays" and self.maybe(0.4):
            told = [c for c in columns + [last] if not c.input]
            for place, column in enumerate(chance.sample(told, len(told))):
                column.at = [str(place)]
        if form == "entries":
            last.at = ["key"]
            self.options.append(("rows_format", "entries"))
        if form == "csv":
            self.options.append(("answer_format", "csv"))
        return columns + [last]

    # Arguments.

    def argument(self, stem, number, container=None):
        """(an argument's name as options have it, its tokens)."""
        if self.http:
            return self.http_argument(stem, number)
        container = self.container if container is None else container
        if self.maybe(0.2):
            container = self.chance.choice(CONTAINERS)
        if container and container[0] in PAYLOAD and \
                container[0] not in self.fixed:
            container = ["made"]
        name = self.chance.choice(NAMES) % (stem, number)
        tokens = container + [name]
        if not container and name[0] != "~" and "/" not in name:
            return name, tokens
        return pointer(tokens), tokens

    def http_argument(self, stem, number):
        name = self.chance.choice(NAMES) % (stem, number)
        if self.maybe(0.25):
            return pointer(["queryStringParameters", name]), ["query", name]
        if not self.has_body:
            return name, ["query", name]
        if self.maybe(0.4):
            return pointer(["body", "deep er", name]), ["body", "deep er", name]
        return name, ["body", name]

    def http_form(self, tokens, form):
        """The form that a value has where the event has it."""
        return "csv" if tokens[0] == "path" or form == "csv" else \
            "query" if tokens[0] == "query" else form

    def place(self, column):
        """Where a column's values stand, for each of its operators."""
        form = column.form or self.form
        if column in self.tuple:
            column.named = {"=": None}
            return
        shared = None
        for operator in list(column.declared):
            is_equality = operator in ("=", "in")
            if is_equality and column.in_path:
                name, tokens = column.name, ["path", column.name]
            elif is_equality and shared:
                name, tokens = shared
            elif is_equality and self.maybe(0.3) and not self.http and \
                    not (self.tuple and column.required) and \
                    column.at == [column.name]:
                name, tokens = None, [column.name]
            else:
                name, tokens = self.argument(column.name,
                                             OPERATORS.index(operator))
            if is_equality and self.maybe(0.5):
                shared = name, tokens
            column.named[operator] = name
            column.places[operator] = tokens, self.http_form(
                tokens, form) if self.http else form
        if None in column.named.values():
            # The column's name is the argument of both.
            for operator in column.named.keys() & {"=", "in"}:
                column.named[operator] = None
                column.places[operator] = [column.name], form

    # Batches.

    def choose_batch(self, form):
        """Whether the function takes its keys in batches, and which of them."""
        required = self.table.required
        if not required or not self.maybe(0.4):
            return
        self.tuple = [c for c in required if self.maybe(0.8)] or required[:1]
        self.aligned = form == "objects" and self.maybe(0.7)
        self.whole = self.maybe(0.2)
        if self.whole:
            self.tuple = required
        for column in self.table.columns:
            if column in self.tuple:
                column.declared = {"=": None}
            elif self.whole:
                column.declared = {}

    def batch(self, form):
        """The options of a batch."""
        if not self.tuple:
            return
        batch = {"columns": [c.name for c in self.tuple], "item": {},
                 "forms": [c.form or self.form for c in self.tuple],
                 "answer": "aligned" if self.aligned else "rows",
                 "argument": [], "index": None}
        shapes = ["objects", "arrays"] + ["values"] * (len(self.tuple) == 1)
        batch["format"] = "objects" if self.whole else self.chance.choice(shapes)
        name = ""
        if self.http:
            name, batch["argument"] = "/body/list of", ["body", "list of"]
        elif not self.whole:
            name, batch["argument"] = self.argument("batch", 0)
        self.options.append(("batch_argument", name))
        if batch["format"] != "objects" or self.maybe(0.3):
            self.options.append(("batch_format", batch["format"]))
        if self.whole:
            batch["item"] = {"table": self.name}
        elif batch["format"] == "objects" and self.maybe(0.3):
            batch["item"] = {"fixed": "yes", "x-y": {"z": "it's"}}
        if batch["item"]:
            self.options.append(("item_payload", json.dumps(batch["item"])))
        if self.aligned:
            self.options.append(("batch_answer", "aligned"))
            if self.maybe(0.4):
                batch["index"] = ["index"]
                self.options.append(("batch_index_path", "/index"))
        self.spec["batch"] = batch

    # Answers.

    def answer(self, form):
        reply = self.spec["reply"]
        reply["form"], reply["rows"] = form, []
        reply["proxy"] = self.maybe(0.15)
        reply["string"] = form != "csv" and self.maybe(0.1)
        reply["single"] = self.maybe(0.3)
        pages = self.pages(form)
        if pages:
            self.spec["pages"] = pages
            # Every place of a page's is of one kind here.
            pages["form"] = "text" if self.http and not self.has_body else \
                self.form
        self.none()
        inside = "at" in pages or "more" in pages or "error_path" in self.spec
        if form == "columns":
            if "at" in pages and "more" not in pages and self.maybe(0.5) and \
                    pages["kind"] == "cursor" and "url" not in pages:
                pages["at"] = ["cursor"]    # where it is without an option
                self.options.remove(("cursor_path", "/meta/next"))
        elif self.maybe(0.6) or "missing" in self.spec["none"] or \
                inside and form != "objects":
            reply["rows"] = self.chance.choice((["items"], ["data", "items"],
                                                ["a/b", "~", "rows"]))
            self.options.append(("rows_path", pointer(reply["rows"])))
        elif inside:
            reply["rows"] = ["rows"]

    def pages(self, form):
        """How the function pages, if it does; its options."""
        chance, pages = self.chance, {}
        kind = self.choose(none=4, cursor=4, last_row=2, page=2, offset=2,
                           exact=2)
        if self.aligned or self.whole:
            kind = "none"
        if kind == "none" or kind == "last_row" and form not in (
                "objects", "arrays"):
            return {}
        pages["kind"] = kind
        if kind != "exact":
            pages["cap"] = chance.choice((1, 2, 3, 5, 7, 20, 100))
        getattr(self, kind)(pages)
        if kind in ("page", "last_row", "offset") and self.maybe(0.4) or \
                kind == "cursor" and self.maybe(0.2):
            pages["more"] = ["meta", "more"]
            self.options.append(("more_path", "/meta/more"))
        if kind == "exact" or self.maybe(0.5):
            self.limit(pages, kind)
        return pages

    def paged_argument(self, pages, what):
        name, pages[what] = self.argument(what, 0)
        if self.http and self.has_body:
            name, pages[what] = what, ["body", what]
        self.options.append((what + "_argument", name))

    def cursor(self, pages):
        if self.http and self.maybe(0.4):
            self.next_url(pages)
        elif self.maybe(0.3):
            pages["header"] = self.chance.choice(("x-next-token", "X-Cursor"))
            self.options.append(("cursor_header", pages["header"].lower()))
        else:
            pages["at"] = ["meta", "next"]
            self.options.append(("cursor_path", "/meta/next"))
            pages["number"] = self.maybe(0.3)
        if "url" not in pages:
            self.paged_argument(pages, "cursor")

    def next_url(self, pages):
        """The cursor is the next page's URL, which has a parameter of its own."""
        pages["url"], pages["cursor"] = True, ["query", "after"]
        if self.maybe(0.4):
            pages["header"] = "link"
            self.options.append(("cursor_header", "link"))
        else:
            pages["at"] = ["meta", "next"]
            self.options.append(("cursor_path", "/meta/next"))

    def last_row(self, pages):
        last = self.table.columns[-1]
        pages["by"], place = last.name, last.at
        if self.spec["reply"]["form"] == "arrays" and place == [last.name]:
            place = [str(sum(not c.input for c in self.table.columns) - 1)]
        self.options.append(("cursor_row_path", pointer(place)))
        self.paged_argument(pages, "cursor")

    def page(self, pages):
        self.paged_argument(pages, "page")
        if self.maybe(0.4):
            pages["first"] = self.chance.choice((0, 2))
            self.options.append(("first_page", str(pages["first"])))

    def offset(self, pages):
        self.paged_argument(pages, "offset")

    def exact(self, pages):
        """No pages: the LIMIT of a query is honoured."""

    def limit(self, pages, kind):
        self.paged_argument(pages, "limit")
        if kind == "exact" or self.maybe(0.3):
            self.options.append(("capabilities", "limit"))
            pages["optional"] = True
        if kind != "exact" and ("optional" not in pages or self.maybe(0.5)):
            pages["optional"] = False
            self.options.append(("page_size", str(self.chance.choice(
                (1, 2, 3, 10, 50)))))

    def none(self):
        """How it says that there is nothing, and that something failed."""
        none = self.spec["none"]
        if self.maybe(0.4):
            none["often"] = self.chance.choice((0.5, 1))
            none["strict"] = self.maybe(0.5)
            how = self.choose(status=3, errors=2, both=2)
            if how != "errors":
                none["status"] = ["404", "410"]
                self.options.append(("no_rows_status", "404, 410"))
            if how != "status":
                none["errors"] = True
                self.options.append(("no_rows_errors", "NotFound, Gone"))
        elif self.maybe(0.15) and \
                self.spec["reply"]["form"] != "columns":
            none["often"], none["missing"] = 0.7, True
            self.options.append(("no_rows_missing", "true"))
        if self.maybe(0.2):
            self.spec["error_path"] = ["errors"]
            self.options.append(("error_path", "/errors"))
        for column in self.table.columns[:-1]:
            if not column.required and self.maybe(0.15):
                column.null_if = NULL_TEXT
                for operator in ("is null", "is not null"):
                    column.named.pop(operator, None)
                    column.places.pop(operator, None)
                    column.declared.pop(operator, None)

    def sizes(self):
        """Options that cost or cut nothing but calls."""
        chance = self.chance
        if self.maybe(0.7):
            self.options.append(("invocation_latency_ms",
                                 chance.choice(("0", "1", "10"))))
        if self.maybe(0.5):
            self.options.append(("estimated_rows",
                                 chance.choice(("1", "20", "100", "100000"))))
        if self.maybe(0.3):
            self.options.append(("max_concurrency", chance.choice(("1", "2"))))
        if self.maybe(0.5):
            self.spec["most_keys"] = chance.choice((1, 2, 3, 5))
            self.options.append(("max_batch_keys",
                                 str(self.spec["most_keys"])))


class FunctionSchema(Schema):
    """A round of such tables, and local ones that have keys of theirs."""

    def build(self):
        chance = self.random
        for name in KEYS:
            self.pools[name] = self.pools[name][:chance.choice((2, 3, 4))]
        for number in range(chance.choice((2, 3, 3))):
            self.add_function(number)
        self.add_local(0)
        if chance.random() < 0.4:
            self.add_table(9)
        if chance.random() < 0.3:
            self.add_view()
        if chance.random() < 0.3:
            self.statements += ["ANALYZE l." + t.name for t in self.storage]

    def add_function(self, number):
        table = FunctionMaker(self, number).make()
        rows = self.make_rows(table.columns)
        order = self.random.sample(range(-5, len(rows) - 5), len(rows))
        table.rows = [row[:-1] + [str(k)] for row, k in zip(rows, order)]
        self.tables.append(table)
        self.storage.append(table)
        self.statements.append(self.foreign_ddl(table))
        self.statements.append("CREATE TABLE l.%s (%s)" % (
            table.name, ", ".join(c.ddl(False) for c in table.columns)))
        self.insert("l." + table.name, table.columns, table.rows)
        self.add_keys(number, table)

    def add_keys(self, number, table):
        """A local table of the same column names with keys of the other's rows,
        other values, nulls."""
        chance = self.random
        columns = [Column(c.name, c.kind) for c in table.columns
                   if c.kind.name in KEYS and c.name != "k"]
        columns.append(Column("n", BY_NAME["int4"]))
        places = [[c.name for c in table.columns].index(c.name)
                  for c in columns[:-1]]
        rows = []
        for _ in range(chance.choice((1, 3, 6, 10, 20, 40))):
            keys = [chance.choice(table.rows)[place] if table.rows and
                    chance.random() < 0.9 else self.value(column.kind)
                    for place, column in zip(places, columns)]
            if table.rows and chance.random() < 0.6:
                row = chance.choice(table.rows)
                keys = [row[place] for place in places]
            rows.append([None if chance.random() < 0.04 else key
                         for key in keys] + [self.value(columns[-1].kind)])
        rows += [list(chance.choice(rows)) for _ in range(len(rows) // 4)]
        keys = Table("w%d" % number, columns, rows, True)
        self.tables.append(keys)
        self.statements.append("CREATE TABLE c.%s (%s)" % (
            keys.name, ", ".join(c.ddl(False) for c in columns)))
        self.insert("c." + keys.name, columns, rows)
        if chance.random() < 0.5:
            self.statements.append("ANALYZE c." + keys.name)
