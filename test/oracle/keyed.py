"""Random queries over functions whose columns want values: each required column
is given one, by =, a list or a join clause, in whatever mixture.  Such a query
never fails for want of a value.

IDENTIFICATION
  test/oracle/keyed.py
"""

from condition import Ref, Scope
from kinds import BY_NAME
from parts import Query
from query import Generator
from schema import Column, Table

FORCED = ["SET enable_%s = off" % name for name in (
    "hashjoin", "mergejoin", "nestloop")]


class KeyedGenerator(Generator):
    """Makes the queries of a round of functions."""

    def make(self):
        pick = self.random.random()
        if pick < 0.25:
            return self.listed()
        if pick < 0.70:
            return self.keyed()
        query = super().make()
        self.choose_join(query)
        return query

    def relation(self, required=True):
        """Where queries may lack a value, mostly a table that wants none."""
        tables = [t for t in self.schema.tables if required or not t.required]
        weights = [1 if t.local or t.required else 4 for t in tables]
        return self.random.choices(tables, weights)[0]

    def choose_join(self, query):
        """The bind join is forced, forbidden or free."""
        chance = self.random
        known = [name for name, _ in self.settings
                 if name == "lambda_fdw.enable_bind_join"]
        pick = chance.random()
        if pick < 0.4:
            query.settings += FORCED
        elif pick < 0.55 and known:
            query.settings.append("SET %s = off" % known[0])

    def function(self):
        """A function's table; mostly one that wants values."""
        tables = [t for t in self.schema.tables if t.spec]
        return self.random.choices(tables, [4 if t.required else 1
                                            for t in tables])[0]

    # What gives a column its value.

    def constant(self, kind):
        if self.parameters is not None and self.random.random() < 0.5:
            return self.parameter(kind)
        return self.literal(kind)

    def literal(self, kind, null=0):
        """A value that is known when the query begins."""
        while True:
            text = self.conditions.literal(kind, null)
            if "random()" not in text:
                return text

    def one_value(self, ref):
        terms = ["%s = %s" % (ref.sql, self.constant(ref.kind))]
        if self.random.random() < 0.3:
            terms[0] = "%s = %s" % (self.constant(ref.kind), ref.sql)
        return terms[0]

    def several_values(self, ref):
        """A list, and how many values it has at most."""
        values = [self.literal(ref.kind, 0.03) for _ in range(
            self.random.choice((1, 2, 2, 3, 3, 4, 6)))]
        form = self.random.choice(("%s IN (%s)", "%s IN (%s)",
                                   "%s = ANY (ARRAY[%s]::{}[])", "either"))
        if form == "either" and ref.kind.name == "bool":
            form = "%s IN (%s)"     # an OR of them is none of equalities
        if form == "either":
            # One operator and constants: else it is no list to PostgreSQL.
            values = [ref.kind.literal(self.conditions.value(ref.kind, 0))
                      for _ in values]
            return "(%s)" % " OR ".join("%s = %s" % (ref.sql, value)
                                        for value in values), len(values)
        return form.format(ref.kind.sql) % (ref.sql, ", ".join(values)), \
            len(values)

    def among(self, ref):
        """That the value is one of a table's, or None."""
        tables = [(t, c) for t in self.schema.tables if not t.required
                  for c in t.columns if c.kind.sql == ref.kind.sql]
        if not tables:
            return None
        table, column = self.random.choice(tables)
        return "%s IN (SELECT %s FROM %s)" % (ref.sql, column.name, table.sql)

    def mates(self, column, scope):
        """The columns in scope that its value may come from."""
        refs = [ref for ref in scope.refs(column.kind.family)
                if ref.kind.sql == column.kind.sql]
        named = [ref for ref in refs if ref.column.name == column.name]
        return named if named and self.random.random() < 0.8 else refs

    def given(self, alias, table, scope=None, joined=0.75):
        """Terms that give each required column a value; how many of them are
        join clauses."""
        terms, clauses = [], 0
        for column in table.required:
            ref = Ref(alias, column)
            mates = self.mates(column, scope) if scope else []
            pick = self.random.random()
            if mates and pick < joined:
                pair = [ref.sql, self.random.choice(mates).sql]
                self.random.shuffle(pair)
                terms.append("%s = %s" % tuple(pair))
                clauses += 1
                if self.random.random() < 0.1:
                    terms.append(self.several_values(ref)[0])
            elif pick < 0.88:
                terms.append(self.one_value(ref))
            else:
                terms.append(self.several_values(ref)[0])
        return terms, clauses

    # One table: constants and lists.

    def listed(self):
        """A table with constants and lists for its keys, often nothing else,
        whose calls are counted."""
        chance, query = self.random, Query()
        query.kind = chance.choices(("plain", "prepare", "cursor"),
                                    (80, 15, 5))[0]
        self.parameters = [] if query.kind == "prepare" else None
        table, alias = self.function(), self.alias()
        scope, calls = Scope([(alias, table)]), 1
        query.source = "%s %s" % (table.sql, alias)
        for column in table.required:
            ref = Ref(alias, column)
            among = self.among(ref) if chance.random() < 0.15 else None
            if among:
                query.where.append(among)
                calls = None
                continue
            if chance.random() < 0.5:
                query.where.append(self.one_value(ref))
                continue
            term, count = self.several_values(ref)
            query.where.append(term)
            batch = table.spec.get("batch")
            if "in" in column.declared and not getattr(
                    column, "input", False) and not (
                    batch and column.name not in batch["columns"]):
                # a call has the whole list; beside a batch it has one value
                count = -(-count // table.spec.get("most_keys", 1000))
            calls = calls and calls * count
        if table.spec.get("none"):          # asked again in halves
            calls = None
        for _ in range(chance.choice((0, 0, 1, 2))):
            query.where.append(self.conditions.make(scope))
            calls = None                    # it may have lists of its own
        sortable = self.plain_targets(query, scope)
        if calls and "SELECT" not in str(query.targets) and \
                query.kind == "plain":
            query.most_calls = calls
        self.finish(query, sortable)
        return query

    def finish(self, query, sortable):
        """What comes after the FROM and WHERE of a query that must not fail."""
        query.must = not any(self.wants(part) for part in query.targets)
        self.add_order(query, sortable)
        if query.kind == "cursor":
            if all(sortable):
                query.order = [str(i + 1) for i in range(len(query.targets))]
                query.total = True
                query.fetches = [self.random.choice((
                    "NEXT", "2", "ALL", "BACKWARD 1", "FORWARD 3", "FIRST"))
                    for _ in range(5)]
                query.keys = []
            else:
                query.kind = "plain"
        if query.kind != "cursor":
            self.add_limit(query)
        query.parameters = self.parameters or []
        self.add_settings(query)
        self.choose_join(query)

    @staticmethod
    def wants(text):
        """Whether a part has a query of its own, which may lack a value."""
        return "(SELECT count(*)" in text

    # Joins.

    def outer(self, table):
        """(relation, FROM item) with columns to join with: a local table's,
        mostly of such names, or another function's."""
        chance, alias = self.random, self.alias()
        names = {c.name for c in table.required}
        tables = [t for t in self.schema.tables if not t.required]
        weights = [1 + 6 * (t.local and
                            len(names & {c.name for c in t.columns}) and
                            t.name[0] == "w") for t in tables]
        other = chance.choices(tables, weights)[0]
        if chance.random() < 0.15 and all(c.kind.sortable
                                          for c in other.columns):
            return (alias, other), "(SELECT DISTINCT * FROM %s) %s" % (
                other.sql, alias)
        if chance.random() < 0.1:
            return self.values(alias, table)
        return (alias, other), "%s %s" % (other.sql, alias)

    def values(self, alias, table):
        """VALUES as a table."""
        columns = [Column(c.name, c.kind) for c in table.required] or [
            Column("a", BY_NAME["int4"])]
        rows = ["(%s)" % ", ".join("(%s)::%s" % (c.kind.literal(
            self.conditions.value(c.kind, 0.1)), c.kind.sql) for c in columns)
            for _ in range(self.random.choice((1, 2, 4, 8)))]
        return (alias, Table(alias, columns)), "(VALUES %s) %s(%s)" % (
            ", ".join(rows), alias, ", ".join(c.name for c in columns))

    def keyed(self):
        """Joins of which each function gets its keys from the others."""
        chance, query = self.random, Query()
        query.kind = chance.choices(("plain", "prepare", "cursor", "function"),
                                    (78, 12, 6, 4))[0]
        self.parameters = [] if query.kind == "prepare" else None
        table = self.function()
        first, query.source = self.outer(table)
        relations = [first]
        if chance.random() < 0.25:
            second, source = self.outer(table)
            on = self.join_condition(Scope(relations), None, second)
            query.joins.append("%s %s ON %s" % (
                chance.choice(("JOIN", "JOIN", "LEFT JOIN")), source,
                " AND ".join(on) or "true"))
            relations.append(second)
        for _ in range(chance.choice((1, 1, 1, 2))):
            self.add_keyed(query, relations, table)
            table = self.function()
        scope = Scope(relations)
        if chance.random() < 0.3:
            term = self.conditions.make(scope, 2)
            query.where.append(term)
        grouped = chance.random() < 0.15
        sortable = (self.group_targets if grouped else self.plain_targets)(
            query, scope)
        self.finish(query, sortable)
        if query.kind == "function":
            query.keys = []
            if not query.total:
                query.limit = query.offset = None
                query.ties = False
        return query

    def add_keyed(self, query, relations, table):
        chance, alias = self.random, self.alias()
        scope, right = Scope(relations), (alias, table)
        terms, _ = self.given(alias, table, scope)
        if not terms or chance.random() < 0.2:
            terms += self.join_condition(scope, None, right)
        extra = [self.conditions.make(Scope([right]), 2)] \
            if chance.random() < 0.2 else []
        source = "%s %s" % (table.sql, alias)
        form = chance.choices(("JOIN", "LEFT JOIN", "USING", "first", "where",
                               "LATERAL", "EXISTS", "NOT EXISTS", "IN",
                               "derived"), (8, 7, 4, 2, 3, 3, 4, 4, 4, 2))[0]
        on = " AND ".join(terms + extra) or "true"
        if form == "USING" and self.add_using(query, relations, right):
            return
        if form in ("EXISTS", "NOT EXISTS"):
            query.where.append("%s (SELECT %s FROM %s WHERE %s)" % (
                form, chance.choice(("1", "*")), source, on))
            return
        if form == "IN" and self.add_in(query, scope, right):
            return
        if form == "LATERAL":
            query.joins.append(
                "%s JOIN LATERAL (SELECT * FROM %s WHERE %s%s) %s ON true" % (
                    chance.choice(("LEFT", "INNER")), source, on,
                    self.lateral_limit(table), alias))
        elif form == "where":
            query.joins.append("CROSS JOIN " + source)
            query.where += terms + extra
        elif form == "first" and len(relations) == 1 and not query.joins:
            query.source, source = source, query.source
            query.joins.append("%s %s ON %s" % (
                chance.choice(("JOIN", "JOIN", "RIGHT JOIN")), source, on))
        elif form == "derived" and all(t.startswith(alias + ".") or
                                       " = " in t for t in terms):
            query.joins.append("LEFT JOIN (SELECT * FROM %s%s) %s ON %s" % (
                table.sql, chance.choice(("", " WHERE %s.k IS NOT NULL" %
                                          table.name)) if any(
                    c.name == "k" for c in table.columns) else "",
                alias, on))
        else:
            query.joins.append("%s %s ON %s" % (
                form if form == "LEFT JOIN" else "JOIN", source, on))
        relations.append(right)

    def lateral_limit(self, table):
        if self.random.random() < 0.5 or not all(c.kind.sortable
                                                 for c in table.columns):
            return ""
        return " ORDER BY %s LIMIT %d" % (
            ", ".join(str(i + 1) for i in range(len(table.columns))),
            self.random.choice((1, 2)))

    def add_using(self, query, relations, right):
        """JOIN ... USING of all the required columns, if one relation has
        them."""
        alias, table = right
        names = [c.name for c in table.required]
        if not names or len(relations) > 1:
            return False
        if len(names) > 1 and self.random.random() < 0.3:
            name = names.pop(self.random.randrange(len(names)))
            ref = Ref(alias, next(c for c in table.columns if c.name == name))
            query.where.append(self.one_value(ref) if self.random.random() < 0.5
                               else self.several_values(ref)[0])
        types = {c.name: c.kind.sql for c in relations[0][1].columns}
        if any(types.get(c.name) != c.kind.sql for c in table.required):
            return False
        query.joins.append("%s %s %s USING (%s)" % (
            self.random.choice(("JOIN", "LEFT JOIN")), table.sql, alias,
            ", ".join(names)))
        relations.append(right)
        return True

    def add_in(self, query, scope, right):
        """(x, y) IN (SELECT a, b FROM the function's table), or NOT IN of one
        column."""
        alias, table = right
        columns = self.random.sample(table.columns, min(
            len(table.columns), self.random.choice((1, 1, 2, 3))))
        if self.random.random() < 0.8:
            columns = list(table.required)
        pairs, rest = [], []
        for column in columns:
            mates = self.mates(column, scope)
            if mates and column.kind.sortable and \
                    column.kind.family not in ("jsonb",):
                pairs.append((self.random.choice(mates).sql,
                              "%s.%s" % (alias, column.name)))
        inside = {one for _, one in pairs}
        for column in table.required:
            ref = Ref(alias, column)
            if ref.sql not in inside:
                rest.append(self.one_value(ref) if self.random.random() < 0.6
                            else self.several_values(ref)[0])
        if not pairs:
            return False
        query.where.append("(%s) IN (SELECT %s FROM %s %s%s)" % (
            ", ".join(one for one, _ in pairs),
            ", ".join(two for _, two in pairs), table.sql, alias,
            " WHERE " + " AND ".join(rest) if rest else ""))
        return True
