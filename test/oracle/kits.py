"""Random tables that the kits of functions/ serve, imported from what they describe.

IDENTIFICATION
  test/oracle/kits.py
"""

import csv
import json
import os

from schema import DROP, REQUIRABLE, Schema, options_text

LANGUAGES = ("python", "node", "stream")
EQUAL = ["=", "<>", "in", "not in", "is null", "is not null"]
ORDERED = EQUAL + ["<", "<=", ">", ">="]
# What the kits promise for the types that they know; for others NULL alone.
EXACT = {base: ORDERED for base in (
    "int2", "int4", "int8", "numeric", "float4", "float8", "bool", "uuid", "date",
    "time", "timestamp", "timestamptz")}
EXACT.update({"text": EQUAL + ["like"], "varchar": EQUAL + ["like"],
              "bpchar": EQUAL})
COLLATED = ("text", "varchar", "bpchar")


def is_known(column):
    """Whether the kits know the type, which is not a domain."""
    return column.kind.base in EXACT and column.kind.name[:3] != "dom"


class KitSchema(Schema):
    """A round of tables of one kit, Python's and Node.js's in turn."""

    def __init__(self, seed, number, features, defect=None):
        self.round = "round%d" % number
        self.kit = ("python", "node")[number % 2]
        super().__init__(seed, features, defect)

    def value(self, kind):
        # The functions' own JSON has no zeros at the end of a number.
        value = super().value(kind)
        return "3.5" if kind.base == "jsonb" and value == "3.50" else value

    def make_columns(self, count, foreign=True):
        columns = super().make_columns(count, foreign)
        for column in columns:
            column.format, column.padded = None, False
            if column.required and not is_known(column):
                column.required, column.declared = False, {}
        return columns

    def declare(self, column, index):
        """All that the kit promises, or less; "declared" is what is described."""
        chance = self.random
        known = EXACT[column.kind.base] if is_known(column) else EQUAL[4:]
        column.declared = {operator: None for operator in known}
        column.narrowed = chance.random() < 0.25
        if column.narrowed:
            chosen = [op for op in known if chance.random() < 0.5] or known[:1]
            column.declared = {operator: None for operator in chosen}

    def make_mode(self, table):
        chance = self.random
        plain = table.name[0] == "t"    # partitions agree with their parent
        table.mode = {"naive": []}
        table.language = "python" if self.kit == "python" else \
            chance.choice(("node", "node", "stream"))
        for column in table.columns:
            column.collation = "C" if plain and column.kind.base in COLLATED \
                and is_known(column) and chance.random() < 0.6 else None
            if column.collation and not column.required and \
                    not column.narrowed:
                column.declared.update(dict.fromkeys(ORDERED[6:]))
        table.batch = None
        keys = [c for c in table.columns if c.kind.base in REQUIRABLE and
                is_known(c) and not c.path]
        if plain and len(keys) > 1 and not table.required and \
                chance.random() < 0.1:
            table.batch = chance.sample(keys, 2)
            for column in table.batch:
                column.required = True
                column.declared = {"=": None}
        self.write_spec(table)

    def declaration(self, table):
        """What the kit's table() is told."""
        chance, columns = self.random, {}
        for column in table.columns:
            entry = {"type": column.kind.sql}
            if column.collation:
                entry["collation"] = column.collation
            if column.path:
                entry["path"] = column.path
            if column.not_null:
                entry["not_null"] = True
                if chance.random() < 0.5:
                    entry["key"] = True
            if table.batch and column in table.batch:
                pass
            elif column.required:
                entry["required"] = True
                entry["pushdown"] = ", ".join(column.declared)
            elif getattr(column, "narrowed", False):
                entry["pushdown"] = ", ".join(column.declared)
            columns[column.name] = entry if len(entry) > 1 else entry["type"]
        made = {"name": table.name, "columns": columns}
        if table.batch:
            made["batch"] = [column.name for column in table.batch]
        if not table.batch and chance.random() < 0.25:
            made["splits"] = chance.choice((2, 3, 5))
        if chance.random() < 0.5:
            made["estimated_rows"] = chance.choice((1, 20, 100, 100000))
        if chance.random() < 0.5:
            made["max_batch_keys"] = chance.choice((1, 2, 3, 5))
        return made

    def write_spec(self, table):
        """What the handler is to know of a table."""
        chance = self.random
        columns = []
        for column in table.columns:
            base = column.kind.base
            native = None
            if base in ("jsonb", "int[]", "text[]"):
                native = "json"
            elif base in EXACT and base not in COLLATED + ("uuid", "time") and \
                    chance.random() < 0.6:
                native = base
            columns.append({
                "name": column.name, "path": column.member.split("."),
                "native": native,
                "leave_out": len(columns) > 0 and not column.required and
                chance.random() < 0.3,
                "used": native == "int4" and is_known(column) and
                chance.random() < 0.3})
        form = "objects" if any(c.path for c in table.columns) else \
            chance.choice(("objects", "sequences"))
        table.spec = {
            "language": table.language, "declaration": self.declaration(table),
            "columns": columns, "form": form, "lazy": chance.random() < 0.5,
            "page_bytes": chance.choice((300, 600, 2000, 5000000))}
        table.options = [("payload", json.dumps({"oracle": {
            "round": self.round, "cold": chance.random() < 0.3, "mode": {}}}))]
        if chance.random() < 0.7:
            table.options.append(("invocation_latency_ms",
                                  chance.choice(("0", "1", "10"))))
        if chance.random() < 0.3:
            table.options.append(("max_concurrency", chance.choice(("1", "2"))))

    def foreign_ddl(self, table):
        return 'IMPORT FOREIGN SCHEMA "kit_%s" LIMIT TO (%s) FROM SERVER kits ' \
            "INTO f%s" % (table.language, table.name,
                          options_text(table.options))

    # -----------------------------------------------------------------------
    # Rows
    # -----------------------------------------------------------------------

    def spelled(self, column, native, text):
        """A value as the source has it: in one of its spellings."""
        chance, kind = self.random, column.kind
        if text is None:
            return None
        if kind.name == "numeric2" and chance.random() < 0.4:
            return third_digit(text, chance)
        if kind.base in ("int[]", "text[]"):
            return array_json(text, kind.base == "int[]")
        if kind.base == "bpchar" and chance.random() < 0.5:
            return text.ljust(int(kind.name[-1]))
        if kind.base == "uuid" and chance.random() < 0.2:
            return text.upper()
        if kind.base == "bool" and native is None:
            return chance.choice(("t", "true", "yes") if text == "true" else
                                 ("f", "false", "no"))
        if kind.base in ("timestamp", "timestamptz") and chance.random() < 0.5:
            return text.replace(" ", "T")
        return text

    def rows_of(self, table):
        """The rows that the function has; a partition's are its parent's part."""
        rows = table.rows
        if table.name[0] == "p":
            parent = next(t for t in self.tables if t.name == "p")
            rows = [row for row in parent.rows if part_of(row[0]) == table.name]
        specs = table.spec["columns"]
        return [[self.spelled(column, spec["native"], text)
                 for column, spec, text in zip(table.columns, specs, row)]
                for row in rows]

    def data_path(self, folder, name):
        return os.path.join(folder, self.round, name + ".json")

    def create(self, session, folder):
        os.makedirs(os.path.join(folder, self.round), exist_ok=True)
        for table in self.storage:
            if not table.local:
                with open(self.data_path(folder, table.name), "w",
                          encoding="utf-8") as file:
                    json.dump(dict(table.spec, rows=self.rows_of(table)), file)
        session.execute(["RESET ALL"] + DROP + self.statements)


def part_of(text):
    """The partition that add_partitioned makes for a key."""
    if text is None:
        return "p2"
    return "p0" if int(text) < 2 else "p1" if int(text) < 4 else "p2"


def third_digit(text, chance):
    """A number that is this one, once it is rounded to two digits."""
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
    if chance.random() < 0.5 or float(digits) == 0:
        return sign + digits + chance.choice(("4", "49999", "0"))
    return sign + "%.3f" % (float(digits) - 0.005)


def array_json(text, of_numbers):
    inner = text[1:-1]
    items = next(csv.reader([inner])) if inner else []
    return json.dumps([None if item == "NULL" else
                       int(item) if of_numbers else item for item in items])
