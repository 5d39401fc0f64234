"""Random tables that are written: foreign ones over the endpoint's stores in the
schema f, local ones alike in l.

IDENTIFICATION
  test/oracle/stored.py
"""

import datetime
import hashlib
import json
import random
import uuid

from kinds import BY_NAME, KINDS
from schema import DROP, Column, options_text

# What a key may be, and the characters that one of text may have.
KEYS = ("int4", "int4", "int8", "text", "text", "uuid", "numeric", "bytea",
        "timestamptz")
ODD = ["k", "K", "é", "a b", "50%", "x/y", "a?b&c=d", "日本", "it's", '"q"',
       "b\\c", "+", "x#y", "1.5e3", "null", " ", "a,b", "😀"]
# Types that the second column of a key has.
BESIDE = ("text", "int4", "bool", "enum", "int2")
START = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
STEPS = 22              # within which keys of 32 bits stay
FUNCTIONS = """
CREATE OR REPLACE FUNCTION c.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO log VALUES (TG_TABLE_NAME, TG_NAME, TG_OP, to_jsonb(OLD), to_jsonb(NEW));
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$;
CREATE OR REPLACE FUNCTION c.forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO o VALUES (TG_OP, to_jsonb(OLD), to_jsonb(NEW));
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$;
CREATE OR REPLACE FUNCTION c.change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], TG_ARGV[1])); END $$;
CREATE OR REPLACE FUNCTION c.skip() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE
  r jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END; BEGIN
  IF length(r->>TG_ARGV[0]) % 3 = 2 THEN RETURN NULL; END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$"""


class Key:
    """The values of a key: those of a step are none of any other's, and what
    `shifted` makes of any values is new too."""

    def __init__(self, kind):
        self.kind, self.name = kind, kind.name

    @staticmethod
    def first(step):
        return 64 << (step - 1) if step else 0

    def text(self, step, number):
        number_of = self.first(step) + number
        return {
            "int4": str(number_of), "int8": str(number_of),
            "numeric": "%d.5" % number_of,
            "text": "%s%d_%d" % (ODD[number % len(ODD)], step, number),
            "uuid": str(uuid.UUID(hashlib.md5(
                b"%d %d" % (step, number)).hexdigest())),
            "bytea": "\\x%02x%02x" % (step, number),
            "timestamptz": str(START + datetime.timedelta(seconds=number_of)),
        }[self.name]

    def literal(self, step, number):
        return self.kind.literal(self.text(step, number))

    def numbered(self, step, number):
        """The same from a number that is SQL."""
        first = self.first(step)
        return {"int4": "(%d + %s)::int" % (first, number),
                "int8": "(%d + %s)::bigint" % (first, number),
                "numeric": "(%d.5 + %s)" % (first, number),
                "text": "'n%d_' || %s" % (step, number),
                "uuid": "md5('%d ' || %s)::uuid" % (step, number),
                "bytea": "decode(lpad(to_hex(%d + %s), 6, '0'), 'hex')" % (
                    step * 256 + 0x10000, number),
                "timestamptz": "timestamptz '2020-01-01 00:00:00+00' + (%d + "
                "%s) * interval '1 second'" % (first, number)}[self.name]

    def shifted(self, step, value):
        if self.name in ("int4", "int8", "numeric"):
            return "%s + %d" % (value, self.first(step))
        if self.name == "timestamptz":
            return "%s + %d * interval '1 second'" % (value, self.first(step))
        return {"text": "%s || '-%d'" % (value, step),
                "uuid": "md5(%s::text || '%d')::uuid" % (value, step),
                "bytea": "%s || '\\x%02x'::bytea" % (value, step)}[self.name]

    def number(self, value):
        """A small number that a value has."""
        if self.name in ("int4", "int8"):
            return "(%s %% 10)" % value
        return "(length(%s::text) %% 10)" % value


class StoredColumn(Column):
    def __init__(self, name, kind):
        super().__init__(name, kind)
        self.key = False
        self.default = self.generated = None

    @property
    def pointer(self):
        return self.path or "/" + self.name

    def options(self):
        options = super().options()
        return (options[:-1] + ", key 'true')" if options else
                " OPTIONS (key 'true')") if self.key else options

    def ddl(self, foreign):
        return super().ddl(foreign) + (
            " GENERATED ALWAYS AS (%s) STORED" % self.generated
            if self.generated else
            " DEFAULT " + self.default if self.default else "")


class Stored:
    """A table, or a view of one."""

    def __init__(self, name, columns, form):
        self.name, self.columns, self.form = name, columns, form
        self.operations = set()
        self.commit = False         # whether all of it is delivered then
        self.holds = False          # or some of it
        self.forwards = False       # whether triggers write to the outbox
        self.ordered = True         # whether one call comes after the other
        self.base = self            # the table that a view is of
        self.condition = None       # the (column, texts) of a view's CHECK OPTION
        self.options = []

    @property
    def keys(self):
        return [column for column in self.columns if column.key]

    @property
    def given(self):
        """What may be written."""
        return [column for column in self.columns if not column.generated]


class StoredSchema:
    """A round's tables."""

    def __init__(self, seed, features, defect=None):
        self.random = random.Random("stored %s" % seed)
        self.features, self.defect = features, defect
        self.statements = [s for s in FUNCTIONS.split(";\nC") if s.strip()]
        self.statements[1:] = ["C" + s for s in self.statements[1:]]
        self.kinds = self.random.sample(KINDS, 8) + [BY_NAME["int4"],
                                                     BY_NAME["text"]]
        self.tables = []            # that statements name
        self.checked = []           # that have rows
        self.build()

    def kind(self):
        return self.random.choices(self.kinds,
                                   [kind.weight for kind in self.kinds])[0]

    def value(self, kind):
        return self.random.choice(kind.pool)

    # -----------------------------------------------------------------------

    def make_columns(self, form):
        chance, columns = self.random, []
        keyed = form in ("envelope", "http") and chance.random() < 0.9
        nested = chance.random() < 0.3
        for index in range(1 if form == "list" and chance.random() < 0.2 else
                           chance.choice((2, 3, 3, 4, 5, 7))):
            column = StoredColumn("abcdefgh"[index], self.kind())
            if index == 0:
                column.kind = BY_NAME[chance.choice(KEYS)]
                column.key = keyed
            elif index == 1 and keyed and chance.random() < 0.3:
                column.kind = BY_NAME[chance.choice(
                    BESIDE if form == "envelope" else BESIDE[1:])]
                column.key = True
            elif nested and chance.random() < 0.5:
                column.path = "/%s/%s" % (chance.choice(("x", "x/y", "z")),
                                          column.name)
            if column.kind.formats and chance.random() < 0.3 and not (
                    column.key and form == "http"):
                column.format = chance.choice(column.kind.formats)
            if index and not column.key and chance.random() < 0.25:
                column.default = column.kind.literal(self.value(column.kind))
            columns.append(column)
        source = [c for c in columns if c.kind.base in ("int4", "int8", "text")]
        if source and chance.random() < 0.25:
            column = StoredColumn("gen", BY_NAME["int4"])
            below = chance.choice(source)
            if not below.key or form != "http":
                column.generated = ("length(%s)" if below.kind.base == "text"
                                    else "(%s %% 7)::int") % below.name
                columns.insert(chance.randrange(1, len(columns) + 1), column)
        return columns

    def add_table(self, name, form=None, columns=None):
        chance = self.random
        form = form or chance.choices(("envelope", "http", "list", "single"),
                                      (60, 20, 10, 10))[0]
        table = Stored(name, columns or self.make_columns(form), form)
        table.operations.add("insert")
        if form in ("envelope", "http") and table.keys:
            table.operations |= {"select", "update", "delete"}
        if form != "list":      # which cannot be read
            table.operations.add("select")
        if form == "envelope":
            table.operations.add("truncate")
        self.make_options(table)
        shape = self.shape(table.columns, True)
        self.statements.append("CREATE FOREIGN TABLE f.%s (%s) SERVER lam%s" % (
            name, shape, options_text(table.options)))
        if "dropped int" in shape:
            self.statements.append("ALTER TABLE f.%s DROP dropped" % name)
        self.checked.append(table)
        return table

    def shape(self, columns, foreign):
        """The columns of a table; some have one that is dropped again."""
        shape = [column.ddl(foreign) for column in columns]
        if foreign and self.random.random() < 0.2:
            shape.insert(self.random.randrange(len(shape)), "dropped int")
        return ", ".join(shape)

    def make_options(self, table):
        chance = self.random
        payload = {"store": table.name}
        whole = [c.pointer for c in table.columns if c.kind.base == "jsonb"]
        options = [("updatable", "true")]
        make = {"envelope": self.envelope, "http": self.http,
                "list": self.list, "single": self.single}[table.form]
        if whole:
            payload["whole"] = whole
        if self.defect:
            payload["defect"] = self.defect
        options += make(table, payload)
        if chance.random() < 0.7 and (table.form == "envelope" or
                                      "batch_argument" in dict(options)):
            options.append(("batch_size", chance.choice(
                ("1", "2", "3", "7", "1000"))))
        concurrency = chance.choice((None, "1", "2", "5"))
        if concurrency:
            options.append(("max_concurrency", concurrency))
        table.ordered = concurrency == "1"
        if chance.random() < 0.4:
            table.commit = table.holds = True
            options.append(("deliver_at", "commit"))
        if chance.random() < 0.3:
            options.append(("idempotent", "true"))
        table.options = options

    def envelope(self, table, payload):
        chance = self.random
        payload["answer"] = chance.choice(("affected", "rows", "keys", "nothing"))
        if chance.random() < 0.4:
            payload["page_size"] = chance.choice((1, 2, 5))
        for column in table.keys:
            if column.kind.name in ("int4", "int8", "text", "uuid") and \
                    chance.random() < 0.4:
                column.declared = {"=": None, "in": None}
                payload["honour"] = True
        return [("function_arn", chance.choice(
            ("store", "store", "store:prod", "store_other"))),
            ("payload", json.dumps(payload)), ("truncatable", "true")]

    def http(self, table, payload):
        chance, name = self.random, table.name
        key = "/".join("{%s}" % c.name for c in table.keys)
        stage = {"store": name, "key": ",".join(c.name for c in table.keys),
                 "answer": chance.choice(("row", "rows", "affected", "nothing"))}
        if "whole" in payload:
            stage["whole"] = ",".join(payload["whole"])
        if self.defect:
            stage["defect"] = self.defect
        options = [("function_arn", "http_store"),
                   ("event", chance.choice(("apigateway_v1", "apigateway_v2"))),
                   ("route", "GET /" + name), ("insert_route", "POST /" + name)]
        if key:
            options += [("update_route", "PATCH /%s/%s" % (name, key)),
                        ("delete_route", "DELETE /%s/%s" % (name, key))]
        if chance.random() < 0.3:
            stage["list"] = "items"
            options.append(("batch_argument", "/body/items"))
        return options + [("payload", json.dumps({"stageVariables": stage}))]

    def list(self, table, payload):
        chance = self.random
        payload["list"] = "rows"
        options = [("batch_argument", "/rows")]
        form = chance.choice(("objects", "objects", "arrays"))
        if len(table.columns) == 1:
            form = "values"
        if form != "objects":
            payload["columns"] = [c.pointer for c in table.columns]
            options.append(("batch_format", form))
        elif chance.random() < 0.3:
            options.append(("item_payload", '{"extra": {"n": 1.50}}'))
        return [("function_arn", "store"), ("envelope", "false"),
                ("payload", json.dumps(payload))] + options

    def single(self, table, payload):
        return [("function_arn", "store"), ("envelope", "false"),
                ("payload", json.dumps(payload))]

    # -----------------------------------------------------------------------

    def add_plain(self, number):
        table = self.add_table("t%d" % number)
        keys = ", PRIMARY KEY (%s)" % ", ".join(
            c.name for c in table.keys) if table.keys else ""
        self.statements.append("CREATE TABLE l.%s (%s%s)" % (
            table.name, ", ".join(c.ddl(False) for c in table.columns), keys))
        self.tables.append(table)
        self.add_triggers(table)

    def add_partitioned(self):
        """A parent of two foreign partitions and a local one."""
        chance = self.random
        columns = self.make_columns("envelope")
        for column in columns:
            column.path = None
        part = StoredColumn("part", BY_NAME["int4"])
        columns.insert(chance.randrange(len(columns) + 1), part)
        parent = Stored("p", columns, "parent")
        shape = ", ".join(c.ddl(False) for c in columns)
        for schema in "fl":
            self.statements.append("CREATE TABLE %s.p (%s) PARTITION BY LIST "
                                   "(part)" % (schema, shape))
        parts = []
        for number in range(3):
            values = "FOR VALUES IN (%d)" % number if number else "DEFAULT"
            name = "p%d" % number
            self.statements.append("CREATE TABLE l.%s PARTITION OF l.p %s"
                                   % (name, values))
            if number == 2:
                self.statements.append("CREATE TABLE f.p2 PARTITION OF f.p "
                                       + values)
                continue
            parts.append(self.add_table(name, "envelope", chance.sample(
                columns, len(columns))))
            self.statements.append("ALTER TABLE f.p ATTACH PARTITION f.%s %s"
                                   % (name, values))
        parent.operations = set.intersection(*(p.operations for p in parts))
        parent.commit = all(p.commit for p in parts)
        parent.holds = any(p.commit for p in parts)
        parent.ordered = all(p.ordered for p in parts)
        self.checked.append(parent)
        self.tables.append(parent)
        self.add_triggers(parent)

    def add_triggers(self, table):
        chance = self.random
        if chance.random() < 0.6:
            return
        made = []
        events = " OR ".join(chance.sample(["INSERT", "UPDATE", "DELETE"],
                                           chance.choice((1, 2, 3))))
        changed = [c for c in table.given if not c.key and c.name != "part"
                   and c.kind.base in ("int4", "text", "bool", "numeric")]
        if chance.random() < 0.3 and changed:
            column = chance.choice(changed)
            made.append(("b_change", "BEFORE %s" % chance.choice(
                ("INSERT", "UPDATE", "INSERT OR UPDATE")), "ROW",
                "change('%s', '%s')" % (column.name, self.value(
                    column.kind).replace("'", "''"))))
        if chance.random() < 0.25:
            made.append(("c_skip", "BEFORE " + events, "ROW",
                         "skip('%s')" % chance.choice(table.columns[:2]).name))
        if chance.random() < 0.6:
            made.append(("d_note", "AFTER " + events, "ROW", "note()"))
        if chance.random() < 0.3:
            made.append(("a_note", "BEFORE " + events, "ROW", "note()"))
        if chance.random() < 0.3:
            made.append(("s_note", "%s %s" % (chance.choice(("BEFORE", "AFTER")),
                                              events), "STATEMENT", "note()"))
        if chance.random() < 0.3:
            table.forwards = True
            made.append(("e_forward", "%s %s" % (
                chance.choice(("BEFORE", "AFTER")), events), chance.choice(
                    ("ROW", "STATEMENT")), "forward()"))
        for name, when, level, call in made:
            self.statements += [
                "CREATE TRIGGER %s %s ON %s.%s FOR EACH %s EXECUTE FUNCTION "
                "c.%s" % (name, when, schema, table.name, level, call)
                for schema in "fl"]

    def add_outbox(self):
        """What triggers write to, and no statement."""
        columns = [StoredColumn("op", BY_NAME["text"]),
                   StoredColumn("old", BY_NAME["jsonb"]),
                   StoredColumn("new", BY_NAME["jsonb"])]
        form = self.random.choice(("envelope", "list", "single"))
        self.outbox = self.add_table("o", form, columns)
        self.statements.append("CREATE TABLE l.o (%s)" % ", ".join(
            column.ddl(False) for column in columns))

    def add_view(self):
        below = self.random.choice(self.tables)
        view = Stored("v", below.columns, "view")
        view.base, view.ordered = below, below.ordered
        view.commit, view.holds = below.commit, below.holds
        view.operations = below.operations - {"truncate"}
        plain = [c for c in below.given if not c.key and c.name != "part" and
                 c.kind.base in ("int4", "int8", "text", "bool", "enum")]
        condition = ""
        if plain:
            column = self.random.choice(plain)
            texts = self.random.sample(column.kind.pool,
                                       min(3, len(column.kind.pool)))
            view.condition = column, texts
            condition = " WHERE %s IN (%s) WITH %s CHECK OPTION" % (
                column.name, ", ".join(map(column.kind.literal, texts)),
                self.random.choice(("CASCADED", "LOCAL")))
        self.statements += ["CREATE VIEW %s.v AS SELECT * FROM %s.%s%s" % (
            schema, schema, below.name, condition) for schema in "fl"]
        self.tables.append(view)

    def add_source(self):
        """A local table: a number each, and values of some types."""
        self.source = [BY_NAME["int4"]] + self.random.sample(self.kinds, 3)
        names = ["id", "p", "q", "r"]
        self.statements.append("CREATE TABLE c.u (%s)" % ", ".join(
            "%s %s" % (n, k.sql) for n, k in zip(names, self.source)))
        self.statements.append("INSERT INTO c.u VALUES " + ", ".join(
            "(%s)" % ", ".join([str(number)] + [
                kind.literal(None if self.random.random() < 0.2
                             else self.value(kind))
                for kind in self.source[1:]]) for number in range(10)))

    def build(self):
        chance = self.random
        self.add_source()
        for schema in "fl":
            self.statements.append("CREATE TABLE %s.log (tab name, trig name, "
                                   "op text, old jsonb, new jsonb)" % schema)
        self.statements.append(
            'CREATE FOREIGN TABLE c.raw ("table" text, number int, row jsonb) '
            "SERVER lam OPTIONS (function_arn 'store_rows')")
        self.statements.append(
            "CREATE FOREIGN TABLE c.reset_store (cleared int) SERVER lam "
            "OPTIONS (function_arn 'reset_store')")
        self.statements.append(
            "CREATE FOREIGN TABLE c.calls (seq int, function text, payload_text "
            "text) SERVER lam OPTIONS (function_arn 'calls', envelope 'false')")
        self.add_outbox()
        for number in range(chance.choice((1, 2, 2, 3))):
            self.add_plain(number)
        if chance.random() < 0.4:
            self.add_partitioned()
        if chance.random() < 0.4:
            self.add_view()

    def create(self, session, folder):
        session.execute(["RESET ALL"] + DROP + self.statements)


