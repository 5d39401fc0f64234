"""Random tables: foreign ones in the schema f, their copies in l, and local
ones in c.  A query's text is the same for both; search_path chooses.

IDENTIFICATION
  test/oracle/schema.py
"""

import json
import os
import random

from kinds import BY_NAME, CITEXT, KINDS, LABELS, quote

# What the server may not know yet, and how it is asked.
OPERATORS = ["=", "in", "<>", "not in", "<", "<=", ">", ">=", "like", "ilike",
             "is null", "is not null"]
CAPABILITIES = ["limit", "order_by"]
# Types with more than one text for a value, or more than one form of it.
PECULIAR = ("bpchar", "bytea")
# Types of columns that some tables require; the function need not echo them.
REQUIRABLE = ("int4", "int8", "text", "uuid", "bpchar", "bytea", "date")


# Forgets what a round before has made.
DROP = ["SET client_min_messages = warning",
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT c.oid::regclass"
        "::text AS oid, relkind FROM pg_class c WHERE relnamespace IN ('f'::regnamesp"
        "ace, 'l'::regnamespace, 'c'::regnamespace) AND relkind IN "
        "('r', 'f', 'p', 'v') AND NOT relispartition ORDER BY "
        "relkind = 'v' DESC LOOP EXECUTE "
        "format('DROP %s IF EXISTS %s CASCADE', CASE r.relkind WHEN 'f'"
        " THEN 'FOREIGN TABLE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, "
        "r.oid); END LOOP; END $$"]


class Column:
    def __init__(self, name, kind, path=None, declared=None, required=False,
                 not_null=False):
        self.name, self.kind, self.path = name, kind, path
        self.declared = declared or {}      # operator: argument or None
        self.required, self.not_null = required, not_null
        self.format = None              # the option of that name
        self.padded = False             # char(n) with its blanks in the data
        self.collation = None           # another than the database's
        self.narrowed = False           # declares less than its kit promises

    @property
    def member(self):
        return self.path.strip("/").replace("/", ".") if self.path else self.name

    def entry(self):
        """What the function is told of it besides."""
        return {}

    def options(self):
        options = []
        if self.declared:
            options.append(("pushdown", ", ".join(
                operator + (":" + argument if argument else "")
                for operator, argument in self.declared.items())))
        if self.required:
            options.append(("required", "true"))
        if self.path:
            options.append(("path", self.path))
        if self.format:
            options.append(("format", self.format))
        return options_text(options)

    @property
    def json(self):
        """An expression: the value as the function has it, in an array."""
        if self.format in ("base64", "hex"):
            return "encode(%s, '%s')" % (self.name, self.format)
        if self.format:
            return "trim_scale(extract(epoch FROM %s) * %d)" % (
                self.name, 1000 if self.format == "epoch_ms" else 1)
        if self.kind.base == "timetz":          # ISO 8601, as it is sent
            return r"regexp_replace(%s::text, '([+-]\d\d)$', '\1:00')" % self.name
        if self.kind.base == "bpchar" and not self.padded:
            return self.name + "::text"
        return self.name

    def ddl(self, foreign):
        return "%s %s%s%s%s" % (
            self.name, self.kind.sql,
            ' COLLATE "%s"' % self.collation if self.collation else "",
            self.options() if foreign else "",
            " NOT NULL" if self.not_null else "")


def options_text(options):
    return " OPTIONS (%s)" % ", ".join(
        "%s %s" % (name, quote(value)) for name, value in options
    ) if options else ""


class Table:
    """A relation that queries read; its foreign side has options."""

    def __init__(self, name, columns, rows=(), local=False):
        self.name, self.columns, self.rows = name, columns, rows
        self.local = local
        self.options, self.mode, self.spec = [], {}, {}

    @property
    def required(self):
        return [column for column in self.columns if column.required]

    @property
    def sql(self):
        return "c." + self.name if self.local else self.name

    def of_family(self, family):
        return [c for c in self.columns if c.kind.family == family]


class Schema:
    """One round's tables, made from a seed and what the server can do."""

    def __init__(self, seed, features, defect=None):
        self.random = random.Random("schema %s" % seed)
        self.features, self.defect = features, defect
        self.statements = []        # what makes it all
        self.tables, self.storage = [], []      # to query; that have data
        kinds = list(KINDS) + ([CITEXT] if "citext" in features else [])
        self.kinds = self.random.sample(kinds, 9) + [
            BY_NAME["int4"], BY_NAME["text"]]
        # What the first columns are in some rounds, so that it is a key.
        self.focus = None
        if self.random.random() < 0.6:
            keys = [k for k in kinds if k.ops]
            self.focus = self.random.choices(
                keys, [10 if k.base in PECULIAR else 1 for k in keys])[0]
            self.kinds.append(self.focus)
        self.weights = [kind.weight for kind in self.kinds]
        self.pools = {}
        for kind in kinds:
            size = min(len(kind.pool), self.random.choice((2, 3, 3, 4, 4, 8)))
            self.pools[kind.name] = self.random.sample(kind.pool, size)
        for name in ("int4", "int8", "int2", "dom_int"):   # these do join
            self.pools[name] = self.pools[name][:2] + ["1", "2", "3"]
        self.build()

    def kind(self):
        return self.random.choices(self.kinds, self.weights)[0]

    def value(self, kind):
        return self.random.choice(self.pools[kind.name])

    def declare(self, column, index):
        """Operators at random, some with arguments of their own."""
        chance = self.random
        known = [op for op in column.kind.ops
                 if "pushdown " + op in self.features]
        if not known:
            return
        if index == 0 and self.focus is column.kind:
            column.declared.update(chance.choice((
                {"=": None, "in": None}, {"=": None, "in": None},
                {"=": None}, {"in": None}, {op: None for op in known})))
            return
        if chance.random() < 0.35:
            return
        if chance.random() < 0.4:
            chosen = known
        else:
            chosen = [op for op in known if chance.random() < 0.5] or known[:1]
        for operator in chosen:
            argument = None
            if ("argument " + operator in self.features and
                    chance.random() < 0.3):
                argument = "%s_%s" % (column.name,
                                      OPERATORS.index(operator))
            column.declared[operator] = argument

    def make_columns(self, count, foreign=True):
        chance = self.random
        columns = []
        nested = chance.random() < 0.1
        for index in range(count):
            kind = self.kind()
            if index == 0 and chance.random() < 0.75:
                kind = BY_NAME[chance.choice(("int4", "int4", "int8", "text"))]
            if self.focus and (index == 0 and chance.random() < 0.8 or
                               index == 1 and chance.random() < 0.3):
                kind = self.focus
            column = Column("abcdefgh"[index], kind)
            column.padded = chance.random() < 0.5
            if foreign:
                if kind.formats and chance.random() < 0.4:
                    column.format = chance.choice(kind.formats)
                self.declare(column, index)
                if nested and chance.random() < 0.5:
                    column.path = "/x/" + column.name
            column.not_null = chance.random() < 0.15
            columns.append(column)
        keys = [c for c in columns if c.kind.base in REQUIRABLE
                and c.kind.name[:3] != "dom" and not c.path]
        wanted = chance.choices((0, 1, 2), (85, 10, 5))[0] if foreign else 0
        for key in chance.sample(keys, min(wanted, len(keys))):
            key.required = key.not_null = True
            key.declared = chance.choice(({"=": None, "in": None}, {"=": None},
                                          {"in": None}))
        return columns

    def make_rows(self, columns):
        chance = self.random
        count = chance.choice((1, 4, 8, 12, 12, 15, 20, 20, 25, 30, 40, 60))
        if chance.random() < 0.04:
            count = 0
        nulls = [0 if c.not_null else chance.choice((0, 0.1, 0.3))
                 for c in columns]
        rows = [[None if chance.random() < nulls[i] else self.value(c.kind)
                 for i, c in enumerate(columns)] for _ in range(count)]
        return rows + [list(chance.choice(rows)) for _ in range(count // 8)]

    def insert(self, name, columns, rows):
        if rows:
            self.statements.append("INSERT INTO %s VALUES %s" % (
                name, ", ".join("(%s)" % ", ".join(
                    c.kind.literal(v) for c, v in zip(columns, row))
                    for row in rows)))

    def make_mode(self, table):
        """How the function behaves, and the options that follow from it."""
        chance, mode, options = self.random, {}, []
        mode["seed"] = chance.randrange(10 ** 6)
        mode["declared"] = {c.member: c.declared for c in table.columns
                            if c.declared}
        if any(c.path for c in table.columns):
            mode["nested"] = True
        # A function that looks at what it was sent and knows no types.
        mode["naive"] = [c.member for c in table.columns if c.kind.naive and
                         c.declared] if chance.random() < 0.5 else []
        for column in table.columns:
            column.padded &= column.member not in mode["naive"]
        # A parameter with a default: without a value for it there are fewer
        # rows, which is why it is declared "required".
        mode["default"] = chance.random() < 0.7
        mode["use"] = chance.choice(("random", "random", "arguments",
                                     "filters", "both"))
        mode["ignore"] = chance.choice((0, 0, 0.2, 1))
        mode["paged"] = chance.random() < 0.4
        if chance.random() < 0.15:
            mode["rows_path"] = "/data/items"
            options += [("rows_path", "/data/items"),
                        ("cursor_path", "/meta/next")]
        envelope = chance.random() >= 0.15
        if not envelope:
            options.append(("envelope", "false"))
        if not envelope and (mode["paged"] or "rows_path" in mode) or \
                chance.random() < 0.1:
            mode["cursor_argument"] = "next_page"
            options.append(("cursor_argument", "next_page"))
        # Of its own chance, so that a seed makes the tables that it made.
        wide = random.Random("wide %s" % mode["seed"])
        if envelope and not self.defect and wide.random() < 0.3:
            mode["splits"] = wide.choice((2, 3, 5))
            options.append(("splits", str(mode["splits"])))
        if wide.random() < 0.3:
            mode["streams"] = True
            options.append(("response_mode", "streaming"))
        known = [c for c in CAPABILITIES if "capability " + c in self.features]
        chosen = [c for c in known if chance.random() < 0.7]
        if chosen and envelope:
            mode["capabilities"] = chosen
            options.append(("capabilities", ", ".join(chosen)))
        if chance.random() < 0.7:
            options.append(("invocation_latency_ms",
                            chance.choice(("0", "1", "10"))))
        if chance.random() < 0.5:
            options.append(("estimated_rows",
                            chance.choice(("1", "20", "100", "100000"))))
        if chance.random() < 0.3:
            options.append(("max_concurrency", chance.choice(("1", "2"))))
        if "max_batch_keys" in self.features and chance.random() < 0.5:
            most = chance.choice((1, 2, 3, 5))
            mode["most_keys"] = most
            options.append(("max_batch_keys", str(most)))
        if self.defect:
            mode["defect"] = self.defect
            if self.defect == "skip_page":
                mode["paged"] = True
            if self.defect in ("drop_equal", "null_unequal"):
                mode["ignore"] = 0
        table.mode = mode
        table.options = [("function_arn", "oracle_table"),
                         ("payload", json.dumps({"oracle": {
                             "table": table.name, "mode": mode}}))] + options

    def foreign_ddl(self, table):
        return "CREATE FOREIGN TABLE f.%s (%s) SERVER lam%s" % (
            table.name, ", ".join(c.ddl(True) for c in table.columns),
            options_text(table.options))

    def add_table(self, number):
        columns = self.make_columns(self.random.choice((1, 2, 3, 3, 4, 5, 8)))
        table = Table("t%d" % number, columns, self.make_rows(columns))
        self.make_mode(table)
        self.tables.append(table)
        self.storage.append(table)
        self.statements.append(self.foreign_ddl(table))
        self.statements.append("CREATE TABLE l.%s (%s)" % (
            table.name, ", ".join(c.ddl(False) for c in columns)))
        self.insert("l." + table.name, columns, table.rows)

    def add_local(self, number):
        columns = self.make_columns(self.random.choice((2, 3, 4)), False)
        table = Table("u%d" % number, columns, self.make_rows(columns), True)
        self.tables.append(table)
        self.statements.append("CREATE TABLE c.%s (%s)" % (
            table.name, ", ".join(c.ddl(False) for c in columns)))
        self.insert("c." + table.name, columns, table.rows)
        if self.random.random() < 0.5:
            self.statements.append("ANALYZE c." + table.name)

    def add_partitioned(self):
        """A parent of foreign partitions, one of which may be local."""
        chance = self.random
        columns = self.make_columns(chance.choice((2, 3, 4)))
        columns[0].kind = BY_NAME["int4"]
        for column in columns:
            column.required, column.not_null, column.path = False, False, None
            column.padded, column.format = False, None
        rows = self.make_rows(columns)
        parent = Table("p", columns, rows)
        shape = ", ".join(c.ddl(False) for c in columns)
        for schema in "fl":
            self.statements.append("CREATE TABLE %s.p (%s) PARTITION BY RANGE "
                                   "(a)" % (schema, shape))
        bounds = ["FOR VALUES FROM (MINVALUE) TO (2)",
                  "FOR VALUES FROM (2) TO (4)", "DEFAULT"]
        for number, bound in enumerate(bounds):
            name = "p%d" % number
            part = Table(name, [Column(c.name, c.kind) for c in columns])
            self.statements.append("CREATE TABLE l.%s PARTITION OF l.p %s"
                                   % (name, bound))
            if chance.random() < 0.2:
                part.local = True
                self.statements.append("CREATE TABLE f.%s PARTITION OF f.p %s"
                                       % (name, bound))
            else:
                for index, column in enumerate(part.columns):
                    self.declare(column, index)
                self.make_mode(part)
                self.statements.append(self.foreign_ddl(part))
                self.statements.append(
                    "ALTER TABLE f.p ATTACH PARTITION f.%s %s" % (name, bound))
            self.storage.append(part)
        self.insert("l.p", columns, rows)
        for part in self.storage:
            if part.local:
                self.statements.append("INSERT INTO f.%s SELECT * FROM l.%s"
                                       % (part.name, part.name))
        self.tables.append(parent)

    def add_view(self):
        below = self.random.choice([t for t in self.tables if not t.local])
        columns = [Column(c.name, c.kind) for c in below.columns]
        for column, original in zip(columns, below.columns):
            column.required = original.required
        condition = ""
        first = columns[-1]
        if not below.required and self.random.random() < 0.6:
            condition = " WHERE %s.%s %s" % (
                below.name, first.name, self.random.choice(
                    ("IS NOT NULL", "= " + first.kind.literal(
                        self.value(first.kind)))))
        for schema in "fl":
            self.statements.append("CREATE VIEW %s.v AS SELECT * FROM %s.%s%s"
                                   % (schema, schema, below.name, condition))
        view = Table("v", columns)
        view.below = below
        self.tables.append(view)

    def build(self):
        chance = self.random
        for number in range(chance.choice((2, 3, 3, 4))):
            self.add_table(number)
        for number in range(chance.choice((1, 2))):
            self.add_local(number)
        if chance.random() < 0.4:
            self.add_partitioned()
        if chance.random() < 0.5:
            self.add_view()
        if chance.random() < 0.5:
            for table in self.storage:
                self.statements.append("ANALYZE l." + table.name)
                if "analyze" in self.features and not table.local:
                    self.statements.append("ANALYZE f." + table.name)

    def data_file(self, table, rows):
        """The function's file, from rows as row_to_json wrote them."""
        columns = []
        for column in table.columns:
            entry = {"name": column.member, "type": column.kind.base}
            if column.kind.base == "enum":
                entry["labels"] = LABELS
            if column.required:
                entry["required"] = True
            if column.format:
                entry["format"] = column.format
            if column.kind.name == "numeric2":
                entry["scale"] = 2
            if not column.kind.plain:
                entry["plain"] = False
            entry.update(column.entry())
            columns.append(entry)
        return '{"columns": %s, "spec": %s, "rows": [%s]}' % (
            json.dumps(columns), json.dumps(json.dumps(table.spec)),
            ",\n".join(rows))

    def data_path(self, folder, name):
        """Where the function has a table's rows."""
        return os.path.join(folder, name + ".json")

    def create(self, session, folder):
        """Make it all, in place of what there was."""
        # ANALYZE of a foreign table asks the function, so data come first.
        late = [s for s in self.statements if s.startswith("ANALYZE f.")]
        session.execute(["RESET ALL"] + DROP +
                        [s for s in self.statements if s not in late])
        for table in self.storage:
            if table.local:
                continue
            session.execute(["SET timezone = '%s'" % (
                "UTC" if table.mode["naive"] else self.random.choice(
                    ("UTC", "Asia/Kolkata")))])
            rows = session.query(
                "SELECT json_build_array(%s) FROM l.%s" % (", ".join(
                    c.json for c in table.columns), table.name))
            with open(self.data_path(folder, table.name), "w",
                      encoding="utf-8") as file:
                file.write(self.data_file(table, [row[0] for row in rows]))
        session.execute(late)
