"""Random conditions on columns that are in scope.

None of them can raise an error: which row a query fails at is not defined.

IDENTIFICATION
  test/oracle/condition.py
"""

import copy

from kinds import BY_NAME, quote

COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]
MIRROR = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
PATTERNS = ["a%", "%b", "%a%", "_", "a_", "%", "a\\%b", "a\\_b", "", "A%",
            "%é", "ab", "x_y", "z\u00fc%", "_\u00fc%", "%\\\\%"]


class Ref:
    """A column in scope."""

    def __init__(self, alias, column):
        self.column, self.kind = column, column.kind
        self.sql = "%s.%s" % (alias, column.name) if alias else column.name


class Scope:
    """The relations a condition may name."""

    def __init__(self, relations, outer=()):
        self.relations = list(relations)        # (alias, Table)
        self.outer = list(outer)

    def refs(self, family=None, relations=None):
        return [Ref(alias, column)
                for alias, table in (relations or self.relations)
                for column in table.columns
                if family is None or column.kind.family == family]


class Conditions:
    """Makes conditions; `query` makes the sub-selects and the parameters."""

    def __init__(self, random, schema, query):
        self.random, self.schema, self.query = random, schema, query

    def value(self, kind, null=0.03):
        if self.random.random() < null:
            return None
        pool = (self.schema.pools[kind.name] if self.random.random() < 0.95
                else kind.pool)
        value = self.random.choice(pool)
        # Only conditions have the other case: which of two equal spellings
        # DISTINCT returns is left open.
        return value.swapcase() if kind.name == "citext" and \
            self.random.random() < 0.5 else value

    def literal(self, kind, null=0.03):
        """A value of the type: a constant, a parameter, a stable expression."""
        chance = self.random
        value = self.value(kind, null)
        if self.query.parameters is not None and chance.random() < 0.5:
            return self.query.parameter(kind)
        if kind.family == "int" and value is not None:
            pick = chance.random()
            if pick < 0.1:
                return "%s::%s" % ("(%s)" % value, chance.choice(
                    ["bigint"] + ["int"] * (abs(int(value)) < 2 ** 31)
                    + ["smallint"] * (abs(int(value)) < 2 ** 15)))
            if pick < 0.15:
                return "(SELECT %s)" % kind.literal(value)
            if pick < 0.18:
                return "(%s + random()::int * 0)" % value
            if pick < 0.22 and abs(int(value)) < 1000:
                return "(length(current_schema()) * 0 + %s)" % value
        if kind.family == "text" and value is not None:
            pick = chance.random()
            if pick < 0.1:
                return "(SELECT %s)" % kind.literal(value)
            if pick < 0.5:
                return quote(value)
            if pick < 0.55:
                return quote(value) + "::varchar(4)"
        return kind.literal(value, chance.random() < 0.7)

    def ref(self, scope, families=None):
        refs = [ref for ref in scope.refs()
                if families is None or ref.kind.family in families]
        if not refs:
            return None
        declared = [ref for ref in refs if ref.column.declared]
        if declared and self.random.random() < 0.45:
            return self.random.choice(declared)
        return self.random.choice(refs)

    def expression(self, scope, ref=None):
        """(an expression, its kind): mostly one that is no NULL for a row
        that an outer join made up, so that it matters where it is computed."""
        chance = self.random
        ref = ref or chance.choice(scope.refs())
        other = chance.choice(scope.refs(ref.kind.family))
        some = chance.choice(scope.refs())
        literal = ref.kind.literal(self.value(ref.kind, 0))
        typed = ("coalesce({0}, {1})", "coalesce({0}, {2}, {1})",
                 "CASE WHEN {0} IS NULL THEN {1} ELSE {0} END",
                 "CASE WHEN {3} IS NOT NULL THEN {0} ELSE {1} END")
        texts = ("coalesce({0}::text, 'none')",
                 "coalesce({0}::text, '') || '/' || coalesce({3}::text, '-')",
                 "({0} IS NULL)::text", "({0}::text || {3}::text)",
                 "({3} IS NULL AND {0} IS NOT NULL)::text",
                 "CASE WHEN {0} IS NULL THEN 'no' ELSE {3}::text END",
                 "CASE WHEN {0} = {1} THEN 'is' WHEN {3} IS NULL THEN 'no' END",
                 "concat({0}, ':', {3})", "format('%s', {0})",
                 "coalesce(nullif({0}, {1})::text, 'nil')")
        if ref.kind.family not in ("jsonb", "ints", "texts") and \
                chance.random() < 0.5:
            # Of several types, the widest is none of them.
            kind = (BY_NAME["int8"] if ref.kind.family == "int" else
                    BY_NAME["text"] if ref.kind.family == "text" else
                    ref.kind)
            if ref.kind.family in ("bpchar", "citext"):
                # Equal values have not the same blanks, or not the same case.
                kind = copy.copy(kind)
                kind.sortable = False
            return chance.choice(typed).format(ref.sql, literal, other.sql,
                                               some.sql), kind
        if ref.kind.family == "jsonb":
            texts = texts[:6]
        text = chance.choice(texts).format(ref.sql, literal, other.sql,
                                           some.sql)
        return text, BY_NAME["text"]

    def expressed(self, scope):
        """A condition on such an expression."""
        chance = self.random
        text, kind = self.expression(scope)
        pick = chance.random()
        if pick < 0.3:
            return "%s %s %s" % (text, chance.choice(COMPARISONS),
                                 kind.literal(self.value(kind, 0)))
        if pick < 0.45:
            return "%s IS %sNULL" % (text, chance.choice(("", "NOT ")))
        if pick < 0.6:
            one, two = (chance.choice(scope.refs()) for _ in range(2))
            return "(%s IS NULL) %s (%s IS NULL)" % (
                one.sql, chance.choice(("=", "<>")), two.sql)
        ref = chance.choice(scope.refs(kind.family) or scope.refs("text")
                            or scope.refs())
        if ref.kind.family != kind.family:
            return "(%s)::text <> 'none'" % text
        return "%s = %s" % (text, ref.sql)

    def make(self, scope, depth=0):
        """A condition, as text that can stand in an AND."""
        chance = self.random
        pick = chance.random()
        if scope.refs() and chance.random() < (0.15 if len(scope.relations) > 1
                                               else 0.04):
            return self.expressed(scope)
        if depth < 2 and pick < 0.08:
            return "(%s)" % (" OR ".join(
                self.make(scope, depth + 1)
                for _ in range(chance.choice((2, 2, 3)))))
        if depth < 2 and pick < 0.12:
            return "NOT (%s)" % self.make(scope, depth + 1)
        if depth < 2 and pick < 0.14:
            return "(%s AND %s)" % (self.make(scope, depth + 1),
                                    self.make(scope, depth + 1))
        if depth < 2 and pick < 0.17:
            return "(%s) IS %s" % (self.make(scope, depth + 1), chance.choice(
                ("TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "UNKNOWN",
                 "NOT UNKNOWN")))
        if pick < 0.23:
            text = self.query.subselect_condition(scope, depth)
            if text:
                return text
        if pick < 0.25:
            return chance.choice(("true", "1 = 1", "(SELECT true)",
                                  "random() >= 0", "NULL IS NULL",
                                  "(SELECT count(*) FROM c.%s) >= 0" %
                                  self.query.local_name(), "2 > 1",
                                  "random() < 2", "false"))
        ref = self.ref(scope)
        return self.on(ref, scope) if ref else "true"

    def on(self, ref, scope):
        """A condition on one column."""
        kind, chance = ref.kind, self.random
        makers = [(self.compare, 9), (self.membership, 7), (self.nullness, 2),
                  (self.alternatives, 2), (self.arrays, 5), (self.columns, 1),
                  (self.between, 1), (self.misc, 2), (self.rows, 1)]
        special = {"bool": self.boolean, "text": self.text,
                   "jsonb": self.jsonb, "ints": self.collection,
                   "texts": self.collection, "date": self.moment,
                   "timestamp": self.moment, "timestamptz": self.moment,
                   "int": self.number, "numeric": self.number,
                   "float": self.number}
        if kind.family in special:
            makers.append((special[kind.family], 4))
        if kind.family in ("jsonb", "ints", "texts", "interval"):
            makers = [m for m in makers if m[0] in (
                self.nullness, self.misc, self.columns, self.jsonb,
                self.collection)] + [(self.compare, 1)]
        maker = chance.choices([m for m, _ in makers],
                               [w for _, w in makers])[0]
        return maker(ref, scope)

    def compare(self, ref, scope):
        operator = self.random.choice(COMPARISONS + ["="] * 5)
        literal = self.literal(ref.kind)
        if self.random.random() < 0.25:
            return "%s %s %s" % (literal, MIRROR[operator], ref.sql)
        return "%s %s %s" % (ref.sql, operator, literal)

    def values(self, kind, null=0.1):
        return [self.literal(kind, null)
                for _ in range(self.random.choice((1, 2, 3, 3, 4, 5)))]

    def membership(self, ref, scope):
        return "%s %s (%s)" % (ref.sql, self.random.choice(
            ("IN", "IN", "IN", "IN", "IN", "NOT IN")),
            ", ".join(self.values(ref.kind, 0.03)))

    def nullness(self, ref, scope):
        pick = self.random.choice((
            "{0} IS NULL", "{0} IS NOT NULL", "{0} IS DISTINCT FROM {1}",
            "{0} IS NOT DISTINCT FROM {1}", "NOT ({0} IS NULL)",
            "coalesce({0}, {1}) = {1}", "nullif({0}, {1}) IS NULL",
            "{0} = {0}", "({0} = {1}) IS NOT NULL"))
        return pick.format(ref.sql, ref.kind.literal(self.value(ref.kind)))

    def alternatives(self, ref, scope):
        """OR of equalities on one column, or mostly."""
        terms = ["%s = %s" % ((ref.sql, literal) if self.random.random() < 0.8
                              else (literal, ref.sql))
                 for literal in self.values(ref.kind, 0.05)]
        if self.random.random() < 0.3:
            other = self.ref(scope)
            terms.append(self.compare(other, scope))
        if self.random.random() < 0.1:
            terms.append("%s IS NULL" % ref.sql)
        if self.random.random() < 0.2:
            terms.append("%s IN (%s)" % (ref.sql, ", ".join(
                self.values(ref.kind))))
        self.random.shuffle(terms)
        return "(%s)" % " OR ".join(terms)

    def array(self, kind):
        sql = {"varchar5": "varchar"}.get(kind.name, kind.sql)
        if kind.name.startswith("dom_"):
            sql = {"dom_int": "int", "dom_text": "text"}[kind.name]
        pick = self.random.random()
        if pick < 0.05:
            return "NULL::%s[]" % sql
        if pick < 0.1:
            return "'{}'::%s[]" % sql
        if pick < 0.2:
            return "(SELECT ARRAY[%s]::%s[])::%s[]" % (
                ", ".join(self.values(kind)), sql, sql)
        return "ARRAY[%s]::%s[]" % (", ".join(self.values(kind)), sql)

    def arrays(self, ref, scope):
        operator = self.random.choice(
            ("= ANY", "= ANY", "= ANY", "<> ALL", "<> ALL", "<> ANY", "= ALL",
             "< ANY", ">= ALL", "> ANY"))
        return "%s %s (%s)" % (ref.sql, operator, self.array(ref.kind))

    def columns(self, ref, scope):
        other = self.random.choice(scope.refs(ref.kind.family))
        operators = COMPARISONS if ref.kind.family != "jsonb" else ["="]
        return "%s %s %s" % (ref.sql, self.random.choice(operators), other.sql)

    def between(self, ref, scope):
        return "%s %sBETWEEN %s%s AND %s" % (
            ref.sql, self.random.choice(("", "", "NOT ")),
            self.random.choice(("", "", "SYMMETRIC ")),
            self.literal(ref.kind, 0), self.literal(ref.kind, 0))

    def misc(self, ref, scope):
        literal = ref.kind.literal(self.value(ref.kind))
        pick = self.random.randrange(5)
        if pick == 0:
            return "CASE WHEN %s = %s THEN true WHEN %s IS NULL THEN false " \
                "ELSE %s END" % (ref.sql, literal, ref.sql,
                                 self.random.choice(("true", "false", "NULL")))
        if pick == 1:
            return "%s::text = %s" % (ref.sql, quote(
                self.value(ref.kind, 0)))
        if pick == 2:
            return "length(%s::text) > %d" % (ref.sql, self.random.choice(
                (0, 1, 2, 8)))
        if pick == 3:
            return "%s::text LIKE %s" % (ref.sql, quote(
                self.random.choice(PATTERNS)))
        return "(%s = %s) = %s" % (ref.sql, literal, self.random.choice(
            ("true", "false")))

    def rows(self, ref, scope):
        other = self.ref(scope)
        left = "(%s, %s)" % (ref.sql, other.sql)
        one = "(%s, %s)" % (self.literal(ref.kind, 0),
                            self.literal(other.kind, 0))
        if other.kind.family in ("jsonb", "ints", "texts"):
            return self.compare(ref, scope)
        if self.random.random() < 0.4:
            return "%s IN (%s, (%s, %s))" % (
                left, one, self.literal(ref.kind), self.literal(other.kind))
        return "%s %s %s" % (left, self.random.choice(COMPARISONS), one)

    def boolean(self, ref, scope):
        return self.random.choice((
            "{0}", "NOT {0}", "{0} IS TRUE", "{0} IS NOT TRUE", "{0} IS FALSE",
            "{0} IS NOT FALSE", "{0} IS UNKNOWN", "{0} IS NOT UNKNOWN",
            "{0} = true", "{0} = false", "{0} <> true", "{0} <> false",
            "({0} OR false)", "true = {0}", "{0} < true", "{0} >= false",
            "{0} IN (true, NULL)", "coalesce({0}, true)")).format(ref.sql)

    def text(self, ref, scope):
        pattern = self.random.choice(PATTERNS)
        if self.query.parameters is not None and self.random.random() < 0.3:
            sql = self.query.parameter(BY_NAME["text"], PATTERNS[:8])
        else:
            sql = quote(pattern)
        pick = self.random.random()
        if pick < 0.65:
            return "%s %s %s" % (ref.sql, self.random.choice(
                ("LIKE", "LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE", "~~",
                 "~~*")), sql)
        if pick < 0.7:
            return "%s LIKE 'a#%%b' ESCAPE '#'" % ref.sql
        if pick < 0.75:
            return "%s LIKE %s" % (sql, ref.sql) if "\\" not in "".join(
                self.schema.pools[ref.kind.name]) else "true"
        if pick < 0.85:
            return "%s(%s) = %s" % (self.random.choice(
                ("lower", "upper", "reverse", "trim")), ref.sql,
                quote(self.value(ref.kind, 0)))
        if pick < 0.95:
            return "%s %s %s COLLATE \"C\"" % (
                ref.sql, self.random.choice(COMPARISONS),
                quote(self.value(ref.kind, 0)))
        return "starts_with(%s, 'a')" % ref.sql

    def number(self, ref, scope):
        value = self.value(ref.kind, 0)
        return self.random.choice((
            "{0}::numeric > {1}", "abs({0}::numeric) = {1}",
            "({0}::numeric + 1) = {1}", "{0}::numeric IN ({1}, 2)",
            "{0} > 2.5", "{0} = {1}::numeric", "{0}::float8 < {1}",
            "-({0}::numeric) <= {1}", "{0}::text = '{1}'",
            "sign({0}::numeric) = 1", "{0} = {1}::float8",
            "{0} < {1}::numeric")).format(ref.sql, "(%s)" % value).replace(
                "'(%s)'" % value, "'%s'" % value)

    def moment(self, ref, scope):
        operator = self.random.choice(COMPARISONS)
        right = self.random.choice((
            "now()", "now() - interval '400 days'", "current_date",
            "current_date - 700", "localtimestamp", "date '2025-06-15'",
            "timestamp '2025-06-15 12:30'", "timestamptz '2024-01-01 00:00+00'",
            "date_trunc('year', now())", "'infinity'", "'-infinity'",
            "to_timestamp(1735689600)"))
        if self.random.random() < 0.15:
            return "date_trunc('month', %s::timestamp) %s timestamp " \
                "'2025-06-01'" % (ref.sql, operator)
        if self.random.random() < 0.1:
            return "extract(year FROM %s) %s 2024" % (ref.sql, operator)
        return "%s %s %s" % (ref.sql, operator, right)

    def jsonb(self, ref, scope):
        return self.random.choice((
            "{0} ->> 'k' = '1'", "{0} @> '{{\"k\": 1}}'", "{0} ? 'k'",
            "{0} = '3.5'", "jsonb_typeof({0}) = 'object'",
            "({0} -> 'k') = 'null'", "{0} IS NOT NULL")).format(ref.sql)

    def collection(self, ref, scope):
        element = {"ints": "2", "texts": "'a'"}[ref.kind.family]
        others = [other for other in scope.refs(
            {"ints": "int", "texts": "text"}[ref.kind.family])]
        if others and self.random.random() < 0.5:
            element = self.random.choice(others).sql
        array = {"ints": "int", "texts": "text"}[ref.kind.family]
        if self.random.random() < 0.5:
            return "%s::%s = ANY (%s)" % (element, array, ref.sql) \
                if element[0] in "2'" or array == "text" else \
                "%s = ANY (%s)" % (element, ref.sql)
        return self.random.choice((
            "cardinality({0}) > 1", "{0} && {1}", "{0} @> {1}", "{0} = {1}",
            "{0} IS NULL", "{0} <> {1}")).format(
                ref.sql, ref.kind.literal(self.value(ref.kind, 0)))
