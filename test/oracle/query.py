"""Random queries.

IDENTIFICATION
  test/oracle/query.py
"""

import random

from condition import Conditions, Ref, Scope
from kinds import BY_NAME
from parts import Query
from schema import Column, Table

UNSORTABLE = ("interval",)
PLANNER = [("enable_%s" % name, ("off", "on")) for name in (
    "nestloop", "hashjoin", "mergejoin", "memoize", "material", "sort",
    "hashagg", "incremental_sort", "async_append", "partitionwise_join",
    "partitionwise_aggregate", "partition_pruning")] + [
    ("work_mem", ("'64kB'",)), ("from_collapse_limit", ("1",)),
    ("join_collapse_limit", ("1",)), ("cpu_tuple_cost", ("0", "10")),
    ("cpu_operator_cost", ("0", "1")), ("seq_page_cost", ("0", "100")),
    ("jit", ("off",)), ("cursor_tuple_fraction", ("0.01", "1")),
    ("parallel_setup_cost", ("0",)), ("min_parallel_table_scan_size", ("0",)),
    ("debug_parallel_query", ("on",)), ("force_parallel_mode", ("on",)),
    ("timezone", ("'America/New_York'", "'Asia/Kolkata'")),
    ("datestyle", ("'SQL, DMY'",)), ("extra_float_digits", ("0",)),
    ("plan_cache_mode", ("force_generic_plan", "force_custom_plan"))]


EVERY = 100000      # a limit above the number of rows of any join here


class Generator:
    """Makes the queries of a round."""

    def __init__(self, schema, seed, settings=()):
        self.schema, self.random = schema, random.Random(seed)
        self.settings = settings
        self.parameters = None
        self.conditions = Conditions(self.random, schema, self)
        self.aliases = 0

    # What conditions ask for.

    def parameter(self, kind, pool=None):
        if len(self.parameters) < 6 and (not self.parameters or
                                         self.random.random() < 0.8):
            values = []
            for _ in range(5):
                value = (self.random.choice(pool) if pool else
                         self.conditions.value(kind, 0.08))
                values.append("NULL" if value is None else kind.literal(value))
            if self.random.random() < 0.5:
                values = values[:2] + values[:1] * 5
            self.parameters.append((kind, values[:5]))
            return "$%d" % len(self.parameters)
        return kind.literal(self.conditions.value(kind))

    def local_name(self):
        return self.random.choice([t.name for t in self.schema.tables
                                   if t.local])

    def alias(self):
        self.aliases += 1
        return "r%d" % self.aliases

    def relation(self, required=True):
        """A table for FROM; foreign ones mostly."""
        tables = [t for t in self.schema.tables if required or not t.required]
        weights = [1 if t.local else 4 for t in tables]
        return self.random.choices(tables, weights)[0]

    def feed(self, alias, table, scope=None):
        """Conditions that give required columns their values."""
        terms = []
        for column in table.required:
            ref = Ref(alias, column)
            others = scope.refs(column.kind.family) if scope else []
            others = [o for o in others if o.kind.sql == column.kind.sql]
            if others and self.random.random() < 0.6:
                terms.append("%s = %s" % (ref.sql,
                                          self.random.choice(others).sql))
            elif self.random.random() < 0.5:
                terms.append("%s = %s" % (ref.sql, column.kind.literal(
                    self.conditions.value(column.kind, 0))))
            else:
                terms.append("%s IN (%s)" % (ref.sql, ", ".join(
                    column.kind.literal(self.conditions.value(column.kind, 0))
                    for _ in range(3))))
        return terms

    def subselect_condition(self, scope, depth):
        """IN, EXISTS, ANY, scalar: over another table, perhaps correlated."""
        chance = self.random
        table, alias = self.relation(), self.alias()
        inner = Scope([(alias, table)])
        ref = self.conditions.ref(scope, [c.kind.family for c in table.columns])
        if ref is None:
            return None
        other = chance.choice(inner.refs(ref.kind.family))
        where = self.feed(alias, table, scope)
        if depth < 2 and chance.random() < 0.5:
            where.append(self.conditions.make(inner, depth + 1))
        link = "%s = %s" % (other.sql, ref.sql)
        source = "%s %s" % (table.sql, alias)

        def text(target, extra=()):
            terms = where + list(extra)
            return "SELECT %s FROM %s%s" % (
                target, source, " WHERE " + " AND ".join(terms)
                if terms else "")

        aggregate = ("count(%s)" % other.sql if ref.kind.family == "int" else
                     "min(%s::text)" % other.sql)
        left = ref.sql if ref.kind.family == "int" else ref.sql + "::text"
        correlated = scope.refs() and chance.random() < 0.5
        extra = []
        if correlated:
            outer = chance.choice(scope.refs())
            mates = inner.refs(outer.kind.family)
            if mates:
                extra = ["%s = %s" % (chance.choice(mates).sql, outer.sql)]
        kind = chance.randrange(9)
        if kind <= 2 and chance.random() < 0.8 or kind <= 1:
            return "%s IN (%s)" % (ref.sql, text(other.sql, extra))
        if kind == 2:
            return "%s NOT IN (%s)" % (ref.sql, text(other.sql, extra))
        if kind == 3:
            return "EXISTS (%s)" % text("1", [link] + extra)
        if kind == 4:
            return "NOT EXISTS (%s)" % text("1", [link] + extra)
        if kind == 5:
            return "%s = ANY (ARRAY(%s))" % (ref.sql, text(other.sql, extra)) \
                if ref.kind.sql == other.kind.sql else None
        if kind == 6 and ref.kind.family not in ("ints", "texts", "jsonb"):
            return "%s %s (%s)" % (ref.sql, chance.choice(
                (">= ALL", "< ANY", "<> ALL", "> ANY")), text(other.sql, extra))
        if kind == 7 and ref.kind.family in ("int", "text", "date", "numeric"):
            return "%s = (%s)" % (ref.sql, text(
                chance.choice(("min", "max")) + "(%s)" % other.sql, extra))
        return "%s %s (%s)" % (left, chance.choice(("=", "<>", "<=")),
                               text(aggregate, extra))

    # A query's parts.

    def join_condition(self, scope, left, right):
        """Equalities of the relation `right` with those before it."""
        chance, terms = self.random, []
        for _ in range(chance.choice((1, 1, 1, 2))):
            mine = self.conditions.ref(Scope([right]), [
                r.kind.family for r in scope.refs() if r.kind.sortable and
                r.kind.family not in ("jsonb",)])
            if mine is None:
                continue
            theirs = chance.choice(scope.refs(mine.kind.family))
            pair = [mine.sql, theirs.sql]
            if chance.random() < 0.15:
                pair[1] = chance.choice((
                    "coalesce({0}, {1})",
                    "CASE WHEN {0} IS NULL THEN {1} ELSE {0} END")).format(
                        theirs.sql, theirs.kind.literal(
                            self.conditions.value(theirs.kind, 0)))
            chance.shuffle(pair)
            operator = "=" if chance.random() < 0.9 else chance.choice(
                ("<", ">=", "<>"))
            terms.append("%s %s %s" % (pair[0], operator, pair[1]))
        return terms

    def derived(self, alias):
        """An outer join as a table in FROM, with expressions over both of its
        sides for columns."""
        chance = self.random
        (left, right) = [(self.alias(), self.relation()) for _ in range(2)]
        inner = Scope([left, right])
        on = self.join_condition(Scope([left]), None, right)
        on += self.feed(*right, Scope([left]))
        where = self.feed(*left)
        kind = chance.choices(("LEFT", "RIGHT", "FULL", "INNER"),
                              (6, 2, 1, 2))[0]
        if kind == "FULL":
            on = [t for t in on if " = " in t][:1]
        if not on:
            kind = "LEFT" if kind == "FULL" else kind
        if chance.random() < 0.2:
            where.append(self.conditions.make(inner, 2))
        columns, targets = [], []
        for number in range(chance.choice((2, 3, 4))):
            name = "e%d" % number
            if chance.random() < 0.5:
                ref = chance.choice(inner.refs())
                text, column = ref.sql, Column(name, ref.kind)
            else:
                text, kind_of = self.conditions.expression(inner)
                column = Column(name, kind_of)
            columns.append(column)
            targets.append("%s AS %s" % (text, name))
        return Table(alias, columns), "(SELECT %s FROM %s %s %s JOIN %s %s ON " \
            "%s%s%s) %s" % (
                ", ".join(targets), left[1].sql, left[0], kind, right[1].sql,
                right[0], " AND ".join(on) or "true",
                " WHERE " + " AND ".join(where) if where else "",
                chance.choice(("", "", "", " OFFSET 0")), alias)

    def add_join(self, query, relations):
        chance = self.random
        table, alias = self.relation(), self.alias()
        scope = Scope(relations)
        source = "%s %s" % (table.sql, alias)
        if chance.random() < 0.12:
            table, source = self.derived(alias)
        right = (alias, table)
        kind = chance.choices(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN",
                               "CROSS JOIN", "LATERAL", ","),
                              (6, 7, 2, 2, 1, 2, 2))[0]
        on = self.join_condition(scope, None, right)
        feed = self.feed(alias, table, scope)
        if kind in ("CROSS JOIN", ","):
            if kind == ",":
                query.where += on
            query.where += feed
            query.joins.append("CROSS JOIN " + source)
        elif kind == "LATERAL":
            terms = on + feed
            if chance.random() < 0.4:
                terms.append(self.conditions.make(
                    Scope([right] + relations), 1))
            order = ", ".join("%d" % (i + 1)
                              for i in range(len(table.columns)))
            limit = " ORDER BY %s LIMIT %d" % (order, chance.choice((1, 2))) \
                if all(c.kind.sortable for c in table.columns) and \
                chance.random() < 0.6 else ""
            query.joins.append("%s JOIN LATERAL (SELECT %s FROM %s%s%s) %s ON "
                               "true" % (
                                   chance.choice(("LEFT", "INNER")),
                                   ", ".join("%s.%s" % (alias, c.name)
                                             for c in table.columns), source,
                                   " WHERE " + " AND ".join(terms)
                                   if terms else "", limit, alias))
        else:
            if kind == "FULL JOIN":
                on = [t for t in on if " = " in t][:1]
            on += feed if kind != "FULL JOIN" else []
            if kind != "FULL JOIN" and chance.random() < 0.25:
                on.append(self.conditions.make(Scope(relations + [right]), 1))
            query.joins.append("%s %s ON %s" % (kind, source, " AND ".join(on)
                                                or "true"))
        relations.append(right)

    def plain_targets(self, query, scope):
        chance = self.random
        refs = scope.refs()
        count = min(len(refs), chance.choice((1, 2, 3, 4, 8)))
        chosen = chance.sample(refs, count)
        query.targets = [ref.sql for ref in chosen]
        sortable = [ref.kind.sortable for ref in chosen]
        for _ in range(chance.choice((0, 1, 2)) if query.joins else
                       chance.random() < 0.1):
            text, kind = self.conditions.expression(scope)
            query.targets.append(text)
            sortable.append(kind.sortable)
        if chance.random() < 0.03:
            query.targets.append("%s::text" % chance.choice(
                scope.relations)[0])
            sortable.append(True)
        if chance.random() < 0.05:
            query.targets.append("%s IS NULL" % chance.choice(
                scope.relations)[0])
            sortable.append(True)
        if chance.random() < 0.08:
            ref = chance.choice(refs)
            query.targets.append(chance.choice((
                "count(*) OVER (PARTITION BY %s)",
                "rank() OVER (ORDER BY %s)",
                "dense_rank() OVER (ORDER BY %s DESC NULLS LAST)",
                "count(*) OVER (ORDER BY %s)")) % (
                    ref.sql if ref.kind.sortable else "1"))
            sortable.append(True)
        if chance.random() < 0.05:
            query.targets.append("generate_series(1, 2)")
            sortable.append(True)
        if chance.random() < 0.05:
            table, alias = self.relation(False), self.alias()
            query.targets.append("(SELECT count(*) FROM %s %s WHERE %s)" % (
                table.sql, alias, self.conditions.make(
                    Scope([(alias, table)] + scope.relations[:1]), 1)))
            sortable.append(True)
        return sortable

    def group_targets(self, query, scope):
        chance = self.random
        refs = scope.refs()
        groups = chance.sample(refs, min(len(refs), chance.choice((0, 1, 1, 2))))
        query.group = [ref.sql for ref in groups]
        query.targets = list(query.group)
        if query.joins and chance.random() < 0.2:
            query.targets.append("count(%s)" %
                                 self.conditions.expression(scope)[0])
        for _ in range(chance.choice((1, 2, 3))):
            query.targets.append(self.aggregate(scope))
        if groups and chance.random() < 0.3:
            query.having.append(chance.choice(
                ("count(*) > 1", "count(*) < 3", "count(%s) > 0" %
                 chance.choice(refs).sql)))
        return ([ref.kind.sortable for ref in groups] +
                [True] * (len(query.targets) - len(groups)))

    def aggregate(self, scope):
        chance = self.random
        ref = chance.choice(scope.refs())
        options = ["count(*)", "count({0})", "count(DISTINCT {0})",
                   "min({0}::text)", "string_agg({0}::text, ',' ORDER BY "
                   "{0}::text)", "array_agg({0}::text ORDER BY {0}::text)"]
        if ref.kind.family in ("int", "numeric", "float"):
            options += ["sum({0})", "max({0})", "sum({0}::numeric)"] * 2
        if ref.kind.family == "bool":
            options += ["bool_and({0})", "bool_or({0})"] * 3
        text = chance.choice(options).format(ref.sql)
        if chance.random() < 0.15 and "(" in text:
            text += " FILTER (WHERE %s)" % self.conditions.make(scope, 2)
        return text

    def add_order(self, query, sortable):
        """No order, some order, or one that leaves nothing open."""
        chance, pick = self.random, self.random.random()
        places = [i for i, good in enumerate(sortable) if good]
        if pick < 0.4 or not places:
            return
        chance.shuffle(places)
        total = len(places) == len(query.targets)
        if pick < 0.65:
            places, total = places[:chance.choice((1, 1, 2))], False
        query.order = ["%d%s%s" % (i + 1, chance.choice(("", "", " DESC")),
                                   chance.choice(("", "", " NULLS FIRST",
                                                  " NULLS LAST")))
                       for i in places]
        query.keys, query.total = places, total

    def add_limit(self, query):
        chance = self.random
        if chance.random() < 0.35:
            query.limit = chance.choice(("1", "1", "2", "3", "5", "10", "100",
                                         "20", "(SELECT 2)"))
            if chance.random() < 0.04:
                query.limit = "0"
            query.fetch = chance.random() < 0.3
            query.ties = bool(query.order and not query.distinct and
                              chance.random() < 0.15)
        if chance.random() < 0.08:
            query.offset = chance.choice(("0", "1", "1", "2", "5"))

    def add_settings(self, query):
        chance = self.random
        known = {name for name, _ in self.settings}
        own = [(n, v) for n, v in self.settings if n.startswith("lambda_fdw.")]
        pool = [(n, v) for n, v in PLANNER if n in known]
        for name, values in chance.sample(pool, chance.choice((0, 1, 2, 4))):
            query.settings.append("SET %s = %s" % (name, chance.choice(values)))
        for name, values in own:
            if chance.random() < 0.15:
                query.settings.append("SET %s = %s" % (name,
                                                       chance.choice(values)))

    def pushable(self):
        """One table, declared conditions alone, mostly a limit."""
        chance, query = self.random, Query()
        self.parameters = None
        table, alias = self.relation(), self.alias()
        scope = Scope([(alias, table)])
        query.source = "%s %s" % (table.sql, alias)
        query.where = self.feed(alias, table)
        declared = [r for r in scope.refs() if r.column.declared]
        for _ in range(chance.choice((0, 1, 1, 2)) if declared else 0):
            ref = chance.choice(declared)
            operator = chance.choice(list(ref.column.declared))
            literal = ref.kind.literal(self.conditions.value(ref.kind, 0))
            if operator in ("in", "not in"):
                literal = "(%s)" % ", ".join(
                    ref.kind.literal(self.conditions.value(ref.kind, 0))
                    for _ in range(chance.choice((2, 2, 3, 8, 14))))
            elif operator.startswith("is"):
                literal = ""
            query.where.append("%s %s %s" % (ref.sql, operator, literal))
        sortable = self.plain_targets(query, scope)
        self.add_order(query, sortable)
        self.add_limit(query)
        if query.limit is None and chance.random() < 0.7:
            query.limit = chance.choice(("1", "2", "5", "20"))
        query.ties = query.ties and bool(query.order)
        self.add_settings(query)
        return query

    def bindable(self, scope):
        """A relation and its join by a column that takes the others' keys."""
        chance = self.random
        families = {ref.kind.family for ref in scope.refs()}
        choices = [(table, column) for table in self.schema.tables
                   for column in table.columns
                   if column.kind.family in families and
                   column.declared.keys() & {"=", "in"}]
        if not choices or chance.random() < 0.3:
            return None, []
        table, column = chance.choice(choices)
        alias = self.alias()
        other = chance.choice(scope.refs(column.kind.family))
        return (alias, table), ["%s.%s = %s" % (alias, column.name, other.sql)]

    def join_source(self):
        """(relations, FROM and WHERE, terms) of a join of two or three."""
        chance = self.random
        first = (self.alias(), self.relation())
        relations, where = [first], self.feed(*first)
        text = "%s %s" % (first[1].sql, first[0])
        for _ in range(chance.choice((1, 1, 1, 2))):
            scope = Scope(relations)
            right, on = self.bindable(scope)
            if not on:
                right = (self.alias(), self.relation())
                on = self.join_condition(scope, None, right)
            on += self.feed(*right, scope)
            text += " %s JOIN %s %s ON %s" % (
                chance.choice(("INNER", "INNER", "LEFT")), right[1].sql,
                right[0], " AND ".join(on) or "true")
            relations.append(right)
        return relations, text, where

    def stopping(self):
        """Joins that are asked again and again, and end early: a correlated
        LIMIT, EXISTS as a target.  What is compared is how many rows there
        are, and all of them where the limit is past their number."""
        chance, query = self.random, Query()
        self.parameters = None
        query.kind = chance.choices(("plain", "prepare", "function"),
                                    (80, 12, 8))[0]
        numbers = [chance.choice((0, 1, 1, 2, 3, EVERY, EVERY))
                   for _ in range(chance.choice((2, 3, 4, 6)))]
        relations, text, where = self.join_source()
        scope = Scope(relations)
        value = "coalesce(%s::text, 'null')" % chance.choice(scope.refs()).sql
        key, columns, kind = None, "n", None
        if chance.random() < 0.5:
            key = chance.choice([r for r in scope.refs()
                                 if r.kind.family not in ("jsonb", "ints",
                                                          "texts")] or [None])
        rows = [str(n) for n in numbers]
        if key:
            kind, columns = key.kind, "n, k"
            rows = ["%d, %s" % (n, kind.literal(self.conditions.value(kind)))
                    for n in numbers]
            where = where + ["%s = n.k" % key.sql]
        if chance.random() < 0.3:
            where = where + [self.conditions.make(scope, 2)]
        text += " WHERE " + " AND ".join(where) if where else ""
        query.source = "(VALUES %s) n(%s)" % (
            ", ".join("(%s)" % row for row in rows), columns)
        listed = "CASE WHEN n.n = %d THEN coalesce(string_agg(s.v, ',' ORDER " \
            "BY s.v), 'none') ELSE count(*)::text END" % EVERY
        limited = "(SELECT %s AS v FROM %s LIMIT n.n) s" % (value, text)
        query.targets = ["n.n"]
        forms = ["(SELECT %s FROM %s)" % (listed, limited),
                 "EXISTS (SELECT 1 FROM %s OFFSET n.n %% 2)" % text,
                 "(SELECT count(*) FROM (SELECT DISTINCT 1 FROM %s OFFSET n.n "
                 "%% 2) s)" % text]
        if chance.random() < 0.25:
            query.joins = ["CROSS JOIN LATERAL (SELECT %s AS w FROM %s) l" % (
                listed, limited)]
            query.targets.append("l.w")
        else:
            query.targets += [forms[0]] if chance.random() < 0.6 else \
                chance.sample(forms, chance.choice((1, 2)))
        self.add_settings(query)
        if chance.random() < 0.6:
            query.settings += ["SET enable_%s = off" % name for name in
                               ("hashjoin", "mergejoin", "nestloop")]
        return query

    def recursive(self, query, relations):
        """A recursive CTE over the integers of a table, joined in."""
        table = self.random.choice([t for t in self.schema.tables
                                    if not t.required])
        ints = table.of_family("int")
        if not ints:
            return
        one, two = (self.random.choice(ints).name for _ in range(2))
        query.ctes.append(
            "RECURSIVE w(a, b) AS (SELECT x.{0}::bigint, 0 FROM {2} x WHERE "
            "x.{0} < 4 UNION SELECT y.{1}::bigint, w.b + 1 FROM w JOIN {2} y "
            "ON y.{0} = w.a WHERE w.b < 3)".format(one, two, table.sql))
        cte = Table("w", [Column("a", BY_NAME["int8"]),
                          Column("b", BY_NAME["int4"])])
        query.source, query.joins = "w", []
        relations[:] = [("w", cte)]

    def make(self):
        chance, query = self.random, Query()
        pick = chance.random()
        if pick < 0.30:
            return self.pushable()
        if pick < 0.40:
            return self.stopping()
        query.kind = chance.choices(("plain", "prepare", "cursor", "function",
                                     "subtransaction"), (70, 14, 6, 3, 3))[0]
        self.parameters = [] if query.kind == "prepare" else None
        table, alias = self.relation(), self.alias()
        relations = [(alias, table)]
        query.source = "%s %s" % (table.sql, alias)
        if chance.random() < 0.03:
            self.recursive(query, relations)
        elif chance.random() < 0.05:
            query.ctes.append("%s AS %s(SELECT * FROM %s%s)" % (
                alias, chance.choice(("", "MATERIALIZED ", "NOT MATERIALIZED ")),
                table.sql, self.where_text(table)))
            query.source = alias
        elif chance.random() < 0.06:
            table, query.source = self.derived(alias)
            relations = [(alias, table)]
        elif chance.random() < 0.05:
            query.source = "(SELECT * FROM %s%s%s) %s" % (
                table.sql, self.where_text(table),
                chance.choice(("", " OFFSET 0")), alias)
        else:
            query.where += self.feed(alias, table)
        for _ in range(chance.choices((0, 1, 2, 3), (22, 58, 15, 5))[0]):
            self.add_join(query, relations)
        scope = Scope(relations)
        for _ in range(chance.choices((0, 1, 2, 3), (9, 67, 18, 6))[0]):
            query.where.append(self.conditions.make(scope))
        grouped = chance.random() < 0.2
        sortable = (self.group_targets if grouped else self.plain_targets)(
            query, scope)
        if not grouped and all(sortable) and chance.random() < 0.1:
            query.distinct = "DISTINCT "
        self.add_setop(query, sortable, grouped)
        self.add_order(query, sortable)
        if query.kind == "cursor" and not query.total:
            if all(sortable):
                query.order = [str(i + 1) for i in range(len(query.targets))]
                query.total = True
            else:
                query.kind = "plain"
        if query.kind not in ("cursor", "function"):
            self.add_limit(query)
        elif chance.random() < 0.3 and query.total:
            query.limit = "3"
        if query.kind == "function":
            query.keys = []
        if query.kind == "cursor":
            query.fetches = [chance.choice((
                "NEXT", "2", "ALL", "BACKWARD 1", "FIRST", "LAST", "PRIOR",
                "ABSOLUTE 2", "BACKWARD ALL", "FORWARD 3", "RELATIVE -1"))
                for _ in range(5)]
            query.keys = []
        local = [a for a, t in relations if t.local]
        if (len(relations) > 1 and local and not query.ctes and not grouped and chance.random() <
                0.15 and not query.distinct and not query.setops and
                not query.ties and query.kind != "cursor" and
                " OVER " not in str(query.targets) and
                "generate_series" not in str(query.targets) and
                all(j.startswith(("JOIN", "CROSS")) for j in query.joins)):
            query.locking = "FOR %s OF %s" % (chance.choice(
                ("UPDATE", "SHARE")), chance.choice(local))
        query.parameters = self.parameters or []
        self.add_settings(query)
        if len(relations) > 1 and chance.random() < 0.3:
            # leaves little but bind joins
            query.settings += ["SET enable_%s = off" % name for name in
                               ("hashjoin", "mergejoin", "nestloop")]
        return query

    def where_text(self, table):
        inner = Scope([(None, table)])
        terms = self.feed(None, table)
        if self.random.random() < 0.6:
            terms.append(self.conditions.make(inner, 2))
        return " WHERE " + " AND ".join(terms) if terms else ""

    def add_setop(self, query, sortable, grouped):
        if grouped or self.random.random() > 0.06 or not all(sortable) or \
                len(query.targets) > 4:
            return
        table, alias = self.relation(False), self.alias()
        targets = []
        for target in query.targets:
            targets.append(target.partition(" OVER ")[0] and "NULL")
        mates = table.columns
        first = query.targets[0]
        for column in mates:
            if any(first == "%s.%s" % (a, c.name) and c.kind.sql ==
                   column.kind.sql for a, t in self.last_relations(query)
                   for c in t.columns):
                targets[0] = "%s.%s" % (alias, column.name)
        query.setops.append("%s SELECT %s FROM %s %s WHERE %s" % (
            self.random.choice(("UNION", "UNION ALL", "INTERSECT", "EXCEPT",
                                "EXCEPT ALL", "INTERSECT ALL")),
            ", ".join(targets), table.sql, alias,
            self.conditions.make(Scope([(alias, table)]), 1)))

    def last_relations(self, query):
        name = query.source.split(" ")
        for table in self.schema.tables:
            if name[0] == table.sql and len(name) == 2:
                return [(name[1], table)]
        return []
