"""Random sequences of statements that write.

A statement's text is one for both sides; search_path chooses.  What it does
must not depend on the order of rows: new keys are never those of other rows, a
row is met by one row of a join, and the table that a statement writes is read by
nothing else in it.

IDENTIFICATION
  test/oracle/dml.py
"""

import base64
import random

from kinds import quote
from stored import STEPS, Key


class Statement:
    """What is run; `risky`: where it fails, some of it may be written; `blind`:
    what it answers is not compared."""

    def __init__(self, text, tables=(), risky=False, must_fail=False):
        self.text, self.tables = text, tuple(tables)
        self.risky, self.must_fail = risky, must_fail
        self.blind = False


class Sequence:
    def __init__(self, first, items, settings):
        self.first = first          # the rows that are there, as statements
        self.items, self.settings = items, settings

    def smaller(self):
        """Sequences with less in them: lists of statements that stay together
        are left out as a whole."""
        for size in (4, 2, 1):
            for start in range(0, len(self.items), size):
                yield Sequence(self.first, self.items[:start] +
                               self.items[start + size:], self.settings)
        for start in range(len(self.items)):
            if len(self.items[start]) > 2:
                for place in range(len(self.items[start])):
                    items = list(self.items)
                    items[start] = (items[start][:place] +
                                    items[start][place + 1:])
                    yield Sequence(self.first, items, self.settings)
        for start in range(len(self.first)):
            yield Sequence(self.first[:start] + self.first[start + 1:],
                           self.items, self.settings)
        for start in range(len(self.settings)):
            yield Sequence(self.first, self.items, self.settings[:start] +
                           self.settings[start + 1:])

    def statements(self):
        return self.first + [one for item in self.items for one in item]


def copy_field(text):
    if text is None:
        return "\\N"
    return (text.replace("\\", "\\\\").replace("\t", "\\t")
            .replace("\n", "\\n").replace("\r", "\\r"))


class DmlGenerator:
    def __init__(self, schema, seed, settings=(), version=150000):
        self.schema, self.random = schema, random.Random("dml %s" % seed)
        self.settings, self.version = settings, version
        self.step = self.names = 0
        self.dirty, self.block = set(), None    # None, "commit" or "rollback"

    # -----------------------------------------------------------------------
    # Values, conditions
    # -----------------------------------------------------------------------

    def next_step(self):
        self.step += 1
        return self.step

    def text_of(self, table, column):
        """A value of a column that is no key, as a text or None."""
        if column.name == "part":
            return self.random.choice(("0", "1", "1", "2", "3"))
        if table.condition and column is table.condition[0] and \
                self.random.random() < 0.97:
            return self.random.choice(table.condition[1])
        if self.random.random() < 0.15 and not column.key:
            return None
        return self.schema.value(column.kind)

    def literal(self, table, column):
        return column.kind.literal(self.text_of(table, column))

    def condition(self, table, alias):
        """A WHERE clause, or nothing."""
        chance = self.random
        column = chance.choice(table.columns)
        name = "%s.%s" % (alias, column.name)
        first = "%s.a" % alias
        key = Key(self.of_name(table, "a").kind)
        value = column.kind.literal(self.schema.value(column.kind))
        choices = ["", " WHERE %s IS NOT NULL" % name,
                   " WHERE %s %% 3 = %d" % (key.number(first),
                                            chance.randrange(3)),
                   " WHERE %s < %d" % (key.number(first), chance.randrange(10)),
                   " WHERE EXISTS (SELECT FROM c.u WHERE u.id = %s AND u.p IS "
                   "NOT NULL)" % key.number(first),
                   " WHERE %s IN (SELECT id FROM c.u WHERE id > %d)" % (
                       key.number(first), chance.randrange(9)),
                   " WHERE %s = %s" % (first, key.literal(
                       0, chance.randrange(8))),
                   " WHERE %s IN (%s)" % (first, ", ".join(
                       key.literal(0, n) for n in chance.sample(range(12), 4)))]
        if column.kind.sortable and column.kind.ops:
            choices += [" WHERE %s = %s" % (name, value),
                        " WHERE %s IS DISTINCT FROM %s" % (name, value),
                        " WHERE %s IS NULL OR %s <> %s" % (name, name, value)]
        others = [t for t in self.readable() if t.base is not table.base]
        if others and chance.random() < 0.15:
            other = chance.choice(others)
            return " WHERE %s IN (SELECT %s FROM %s o)" % (
                key.number(first), Key(self.of_name(other, "a").kind).number(
                    "o.a"), other.name)
        return chance.choice(choices)

    @staticmethod
    def of_name(table, name):
        return next(c for c in table.columns if c.name == name)

    def readable(self):
        return [t for t in self.schema.tables if "select" in t.operations and
                t.base not in self.dirty]

    def can(self, operation):
        """The tables that this may be done to now."""
        tables = [t for t in self.schema.tables if operation in t.operations]
        if self.block == "rollback":
            tables = [t for t in tables if self.can_be_undone(t)]
        if operation in ("update", "delete"):
            tables = [t for t in tables if t.base not in self.dirty]
        if operation == "truncate":
            tables = [t for t in tables if self.block is None or not t.holds]
        return tables

    def can_be_undone(self, table):
        return table.commit and (self.schema.outbox.commit or
                                 not table.base.forwards)

    def wrote(self, table):
        if self.block and table.holds:
            self.dirty.add(table.base)

    def returning(self, table, alias, share=0.4):
        chance = self.random
        if chance.random() >= share:
            return ""
        names = [c.name for c in table.columns]
        some = ", ".join("%s.%s" % (alias, name) for name in chance.sample(
            names, chance.randrange(1, len(names) + 1)))
        choices = ["*", "%s.*" % alias, some, some, some + ", 1 + 1",
                   "%s.a IS NULL, %s" % (alias, some), "to_jsonb(%s)" % alias]
        if self.version >= 180000:
            choices += ["old.*", "old.a, new.*, " + some, "to_jsonb(new)"]
        return " RETURNING " + chance.choice(choices)

    def expression(self, table, column, alias):
        """A new value of a column that is no key."""
        chance, name = self.random, "%s.%s" % (alias, column.name)
        same = [c for c in table.columns if c.kind is column.kind]
        plain = table.condition and column is table.condition[0] or \
            column.name == "part"
        if plain or chance.random() < 0.5:
            return self.literal(table, column)
        if chance.random() < 0.2:
            return "DEFAULT"
        if chance.random() < 0.4:
            return "%s.%s" % (alias, chance.choice(same).name)
        if column.kind.base in ("int4", "int8", "int2"):
            return "(%s %% 100 + %d)::%s" % (name, chance.randrange(9),
                                              column.kind.sql)
        if column.kind.name == "text":
            return "%s || %s" % (name, quote(self.schema.value(column.kind)))
        return "CASE WHEN %s IS NULL THEN %s ELSE %s END" % (
            name, column.kind.literal(self.schema.value(column.kind)), name)

    # -----------------------------------------------------------------------
    # Statements
    # -----------------------------------------------------------------------

    def columns_to_insert(self, table):
        """The columns that a statement names: those with keys are."""
        given = table.base.given
        if self.random.random() < 0.4:
            return list(given)
        chosen = [c for c in given if c.key or c.name in ("a", "part") or
                  table.condition and c is table.condition[0] or
                  self.random.random() < 0.7]
        self.random.shuffle(chosen)
        return chosen

    def new_value(self, table, column, step, number):
        if column.name == "a":
            return Key(column.kind).literal(step, number)
        return self.literal(table, column)

    def values(self, table, columns, count):
        step = self.next_step()
        return ["(%s)" % ", ".join(
            "DEFAULT" if column.default and self.random.random() < 0.1 else
            self.new_value(table, column, step, number) for column in columns)
            for number in range(count)]

    def names_of(self, columns):
        return " (%s)" % ", ".join(c.name for c in columns)

    def insert_values(self, table):
        columns = self.columns_to_insert(table)
        count = self.random.choice((1, 1, 1, 2, 3, 5, 8, 20))
        alias = "x" if self.random.random() < 0.2 else table.name
        return "INSERT INTO %s%s%s VALUES %s%s" % (
            table.name, " AS x" if alias == "x" else "", self.names_of(columns),
            ", ".join(self.values(table, columns, count)),
            self.returning(table, alias))

    def selected(self, table, columns, number):
        """Expressions for the columns of rows that have a number."""
        step, targets = self.next_step(), []
        for column in columns:
            if column.name == "a":
                targets.append(Key(column.kind).numbered(step, number))
            elif column.name == "part":
                targets.append("%s %% 4" % number)
            elif self.random.random() < 0.5:
                targets.append("(CASE WHEN %s %% 2 = 0 THEN %s ELSE %s END)::%s"
                               % (number, self.literal(table, column),
                                  self.literal(table, column), column.kind.sql))
            else:
                targets.append(self.literal(table, column))
        return ", ".join(targets)

    def insert_select(self, table):
        chance = self.random
        columns = self.columns_to_insert(table)
        sources = [t for t in self.readable()]
        head = "INSERT INTO %s%s " % (table.name, self.names_of(columns))
        how = chance.choice(("series", "table", "table", "table", "self", "u"))
        if how == "self" and table in sources:
            key = Key(self.of_name(table, "a").kind)
            step = self.next_step()
            return head + "SELECT %s FROM %s s%s%s" % (", ".join(
                key.shifted(step, "s.a") if c.name == "a" else
                "s." + c.name for c in columns), table.name,
                self.condition(table, "s"), self.returning(table, table.name))
        if how == "table" and sources:
            source = chance.choice(sources)
            inner = ("SELECT row_number() OVER (ORDER BY s.a) n FROM %s s%s "
                     "LIMIT 40" % (source.name, self.condition(source, "s")))
            if len([c for c in source.columns if c.key]) > 1:
                inner = inner.replace("ORDER BY s.a", "ORDER BY s.a, s.b")
            inner = "(%s) q" % inner
        elif how == "u":
            inner = "(SELECT id AS n FROM c.u WHERE id <> %d) q" % (
                chance.randrange(10))
        else:
            inner = "generate_series(1, %d) n" % chance.choice((1, 3, 10, 40))
        return head + "SELECT %s FROM %s%s" % (
            self.selected(table, columns, "n"), inner,
            self.returning(table, table.name))

    def copy(self, table):
        chance = self.random
        columns = self.columns_to_insert(table)
        step, lines = self.next_step(), []
        count = chance.choice((1, 2, 5, 12, 30))
        keys = [Key(c.kind) for c in columns if c.name == "a"]
        for number in range(count):
            fields = []
            for column in columns:
                if column.name == "a":
                    text = keys[0].text(step, number)
                else:
                    text = self.text_of(table, column)
                fields.append(copy_field(text))
            lines.append("\t".join(fields) + "\n")
        data = base64.b64encode("".join(lines).encode()).decode()
        where = ""
        if chance.random() < 0.2 and keys:
            where = " WHERE %s <> 3" % keys[0].number("a")
        return "COPY %s%s FROM PROGRAM 'echo %s | base64 -d'%s" % (
            table.name, self.names_of(columns), data, where)

    def update(self, table):
        chance = self.random
        alias = "x" if chance.random() < 0.5 else table.name
        free = [c for c in table.base.given if not c.key and c.name not in
                ("a", "part")]
        chosen = chance.sample(free, min(len(free), chance.choice((1, 1, 2, 3))))
        sets = ["%s = %s" % (c.name, self.expression(table, c, alias))
                for c in chosen]
        if chance.random() < 0.2 or not sets:
            key = self.of_name(table, "a")
            sets.append("a = " + Key(key.kind).shifted(self.next_step(),
                                                       alias + ".a"))
        source = extra = ""
        where = self.condition(table, alias)
        if table.form == "parent" and chance.random() < 0.2:
            # From the local partition to a foreign one, no target by pruning.
            sets, where = ["part = 1"], " WHERE %s.part = 2" % alias
        if chance.random() < 0.25:
            number = Key(self.of_name(table, "a").kind).number(alias + ".a")
            source = " FROM c.u"
            where = (where + " AND" if where else " WHERE") + \
                " u.id = " + number
            if " OR " in where:
                where = " WHERE u.id = " + number
            extra = ", u.id, u.p"
        returning = self.returning(table, alias)
        if returning and extra and chance.random() < 0.5 and \
                "*" not in returning:
            returning += extra
        return "UPDATE %s%s SET %s%s%s%s" % (
            table.name, " x" if alias == "x" else "", ", ".join(sets), source,
            where, returning)

    def delete(self, table):
        chance = self.random
        alias = "x" if chance.random() < 0.5 else table.name
        where, source = self.condition(table, alias), ""
        if chance.random() < 0.25:
            number = Key(self.of_name(table, "a").kind).number(alias + ".a")
            source = " USING c.u"
            where = " WHERE u.id = %s AND u.id <> %d" % (number,
                                                         chance.randrange(10))
        return "DELETE FROM %s%s%s%s%s" % (
            table.name, " x" if alias == "x" else "", source, where,
            self.returning(table, alias))

    def truncate(self, table):
        return "TRUNCATE %s%s%s" % (
            "TABLE " if self.random.random() < 0.5 else "", table.name,
            self.random.choice(("", "", " RESTART IDENTITY", " CASCADE")))

    def make_text(self, operation, table):
        if operation == "insert":
            return self.random.choice((
                self.insert_values, self.insert_values, self.insert_select,
                self.insert_select, self.copy if table.form != "view" else
                self.insert_values))(table)
        return getattr(self, operation)(table)

    def choose(self, operations=("insert", "insert", "insert", "update",
                                 "update", "update", "delete", "delete",
                                 "truncate")):
        """An operation and a table for it, or (None, None)."""
        for _ in range(8):
            operation = self.random.choice(operations)
            if operation == "truncate" and self.random.random() < 0.6:
                continue
            tables = self.can(operation)
            if tables:
                return operation, self.random.choice(tables)
        return None, None

    def statement(self):
        """One statement that writes."""
        if self.random.random() < 0.12:
            made = self.with_query()
            if made:
                return made
        operation, table = self.choose()
        if table is None:
            return self.select()
        made = Statement(self.make_text(operation, table), [table],
                         table.condition is not None)
        if self.random.random() < 0.05 and \
                made.text.startswith(("INSERT", "UPDATE", "DELETE")):
            made.text = "EXPLAIN (ANALYZE, VERBOSE) " + made.text
            made.blind = True
        self.wrote(table)
        return made

    def select(self):
        table = self.random.choice(self.readable() or [None])
        if table is None:
            return Statement("SELECT 1")
        return Statement("SELECT * FROM %s s%s" % (
            table.name, self.condition(table, "s")))

    def with_query(self):
        """A statement with another that writes in it."""
        chance = self.random
        operation, first = self.choose(("insert", "delete", "delete", "update"))
        if first is None or self.step > STEPS - 4:
            return None
        inner = self.make_text(operation, first)
        if inner.startswith("COPY"):
            return None
        returns = "RETURNING" in inner
        self.dirty.add(first.base)
        words = set(inner.replace("(", " ").replace(")", " ").split())
        others = [t for t in self.can("insert") if t.base is not first.base and
                  not words & {t.name, t.base.name}]
        kept = self.block and first.holds
        text, tables = None, [first]
        if others and chance.random() < 0.7:
            second = chance.choice(others)
            columns = self.columns_to_insert(second)
            tables.append(second)
            if returns and chance.random() < 0.7:
                text = "INSERT INTO %s%s SELECT %s FROM (SELECT row_number() " \
                    "OVER () n FROM w LIMIT 40) q" % (
                        second.name, self.names_of(columns),
                        self.selected(second, columns, "n"))
            else:
                text = self.insert_values(second)
            self.wrote(second)
        elif returns:
            text = chance.choice(("SELECT count(*) FROM w",
                                  "SELECT 1 FROM w LIMIT 1"))
        else:
            text = "SELECT id FROM c.u"
        if not kept:
            self.dirty.discard(first.base)
        return Statement("WITH w AS (%s) %s" % (inner, text), tables,
                         any(t.condition for t in tables))

    def prepared(self):
        """PREPARE, and some EXECUTEs."""
        chance = self.random
        operation, table = self.choose(("insert", "update", "delete"))
        if table is None:
            return [self.select()]
        self.names += 1
        name, key = "s%d" % self.names, self.of_name(table, "a")
        free = [c for c in table.base.given if not c.key and c.name != "a"]
        column = chance.choice(free) if free else key
        types = "%s, %s" % (key.kind.sql, column.kind.sql)
        returning = self.returning(table, table.name)
        step = self.next_step()
        if operation == "insert":
            rest = [c for c in table.base.given if c.key and c is not key or
                    c.name == "part" or
                    table.condition and c is table.condition[0]]
            rest = [c for c in rest if c is not column and c is not key]
            columns = [key] + ([column] if column is not key else []) + rest
            text = "INSERT INTO %s%s VALUES (%s)" % (
                table.name, self.names_of(columns), ", ".join(
                    ["$1"] + (["$2"] if column is not key else []) +
                    [self.literal(table, c) for c in rest]))
        elif operation == "update" and column is not key and \
                column.name != "part":
            step, text = 0, "UPDATE %s SET %s = $2 WHERE a = $1" % (
                table.name, column.name)
        elif operation == "delete" or "delete" in table.operations:
            step, text = 0, "DELETE FROM %s WHERE a = $1" % table.name
        else:
            return [self.select()]
        items = [Statement("PREPARE %s (%s) AS %s%s" % (name, types, text,
                                                        returning))]
        for number in range(chance.choice((1, 2, 7))):
            items.append(Statement("EXECUTE %s (%s, %s)" % (
                name, Key(key.kind).literal(step, number),
                self.literal(table, column) if column is not key else
                column.kind.literal(None) if step else
                Key(key.kind).literal(0, 0)), [table],
                table.condition is not None))
            if self.block and table.holds and step == 0:
                break
        self.wrote(table)
        return items

    def looped(self):
        """Rows of a DO block, with exceptions where all can be undone."""
        chance = self.random
        tables = [t for t in self.can("insert") if t.form != "view"]
        if not tables:
            return [self.select()]
        table = chance.choice(tables)
        columns = self.columns_to_insert(table)
        insert = "INSERT INTO %s%s SELECT %s" % (
            table.name, self.names_of(columns),
            self.selected(table, columns, "i"))
        if self.can_be_undone(table) and chance.random() < 0.7:
            insert = ("BEGIN %s; IF i %% 3 = %d THEN RAISE division_by_zero; "
                      "END IF; EXCEPTION WHEN division_by_zero THEN NULL; END" %
                      (insert, chance.randrange(3)))
        self.wrote(table)
        return [Statement("DO $do$ BEGIN FOR i IN 1..%d LOOP %s; END LOOP; END "
                          "$do$" % (chance.choice((2, 5, 12)), insert),
                          [table])]

    # -----------------------------------------------------------------------
    # Sequences
    # -----------------------------------------------------------------------

    def transaction(self):
        """BEGIN to COMMIT or ROLLBACK, with savepoints."""
        chance = self.random
        undone = any(t.commit for t in self.schema.tables) and \
            chance.random() < 0.6
        self.block, self.dirty = "rollback" if undone else "commit", set()
        items = [Statement("BEGIN" + chance.choice(
            ("", "", " ISOLATION LEVEL REPEATABLE READ")))]
        stack = []
        for _ in range(chance.choice((1, 2, 3, 4, 6))):
            draw = chance.random()
            if draw < 0.25:
                stack.append(("s%d" % len(stack), set(self.dirty)))
                items.append(Statement("SAVEPOINT " + stack[-1][0]))
            elif draw < 0.4 and stack and undone:
                name, self.dirty = stack[-1][0], set(stack[-1][1])
                items.append(Statement("ROLLBACK TO " + name))
            elif draw < 0.5 and stack:
                items.append(Statement("RELEASE " + stack.pop()[0]))
            elif draw < 0.6:
                items.append(self.select())
            elif draw < 0.7:
                items += self.looped()
            elif draw < 0.75:
                items += self.prepared()
            elif draw < 0.85 and stack and undone:
                self.dirty = set(stack[-1][1])
                items += [self.failing(), Statement("ROLLBACK TO " +
                                                    stack[-1][0])]
            elif self.step < STEPS - 4:
                items.append(self.statement())
        items.append(Statement("ROLLBACK" if undone and chance.random() < 0.4
                               else "COMMIT"))
        self.block, self.dirty = None, set()
        return items

    def failing(self):
        """A statement that fails, before anything is written."""
        chance = self.random
        tables = [t for t in self.can("insert") if t.form != "view" and (
            not t.forwards or self.can_be_undone(t))]
        if not tables:
            return self.select()
        table = chance.choice(tables)
        domains = [c for c in table.base.given if c.kind.name in
                   ("dom_int", "dom_text", "varchar5") and not c.key]
        key = self.of_name(table, "a")
        if domains:
            column = chance.choice(domains)
            bad = "5000" if column.kind.name == "dom_int" else "'too long'"
            return Statement("INSERT INTO %s (a, %s) VALUES (%s, %s)" % (
                table.name, column.name, Key(key.kind).literal(
                    self.next_step(), 0), bad), [table], must_fail=True)
        return Statement("INSERT INTO %s (a) SELECT %s FROM generate_series(1, "
                         "3) n WHERE 1 / (n - 2) > 0" % (
                             table.name, Key(key.kind).numbered(
                                 self.next_step(), "n")), [table],
                         must_fail=True)

    def duplicate(self):
        """A row that is there, or may be."""
        tables = [t for t in self.can("insert") if t.keys and not t.commit and
                  t.form not in ("view", "parent")]
        if not tables:
            return self.select()
        table = self.random.choice(tables)
        columns = list(table.base.given)
        return Statement("INSERT INTO %s%s VALUES (%s)" % (
            table.name, self.names_of(columns), ", ".join(
                self.new_value(table, c, 0, self.random.randrange(6))
                for c in columns)), [table])

    def first_rows(self):
        items = []
        for table in self.schema.tables:
            if table.form == "view":
                continue
            count = self.random.choice((0, 3, 6, 10, 15))
            columns = table.base.given
            rows = ["(%s)" % ", ".join(
                self.new_value(table, column, 0, number) for column in columns)
                for number in range(count)]
            if rows:
                items.append(Statement("INSERT INTO %s%s VALUES %s" % (
                    table.name, self.names_of(columns), ", ".join(rows)),
                    [table]))
        return items

    def chosen_settings(self):
        chance, settings = self.random, []
        if chance.random() < 0.3:
            settings.append("SET work_mem = '64kB'")
        for name in ("hashjoin", "mergejoin", "nestloop", "hashagg", "sort",
                     "material"):
            if chance.random() < 0.1:
                settings.append("SET enable_%s = off" % name)
        for name, values in self.settings:
            if name.startswith("lambda_fdw.") and values == ("off", "on") and \
                    chance.random() < 0.1:
                settings.append("SET %s = %s" % (name, chance.choice(values)))
        if chance.random() < 0.2:
            settings.append("SET plan_cache_mode = force_generic_plan")
        return settings

    def make(self):
        chance = self.random
        first, items = self.first_rows(), []
        for _ in range(chance.choice((3, 5, 8, 10))):
            if self.step > STEPS - 6:
                break
            draw = chance.random()
            if draw < 0.3:
                items.append(self.transaction())
            elif draw < 0.4:
                items.append(self.prepared())
            elif draw < 0.46:
                items.append(self.looped())
            elif draw < 0.52:
                items.append([self.failing()])
            elif draw < 0.56:
                items.append([self.duplicate()])
            elif draw < 0.62:
                items.append([self.select()])
            else:
                items.append([self.statement()])
        return Sequence(first, items, self.chosen_settings())
