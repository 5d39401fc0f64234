"""A query in parts that can be taken away one by one.

IDENTIFICATION
  test/oracle/parts.py
"""

import copy


class Query:
    """A SELECT in parts, and how it is run."""

    def __init__(self):
        self.settings, self.ctes, self.targets = [], [], []
        self.distinct = ""
        self.source, self.joins, self.where = "", [], []
        self.group, self.having, self.setops = [], [], []
        self.order, self.keys = [], []      # keys: targets that order gives
        self.total = False                  # whether the order is total
        self.limit = self.offset = None
        self.ties = self.fetch = False
        self.locking = ""
        self.kind, self.parameters = "plain", []
        self.fetches = []
        self.must = False                   # no value may be wanting
        self.most_calls = None

    def select(self, limited=True):
        parts = []
        if self.ctes:
            parts.append("WITH %s" % ", ".join(self.ctes))
        parts.append("SELECT %s%s" % (self.distinct, ", ".join(self.targets)))
        parts.append("FROM %s" % " ".join([self.source] + self.joins))
        if self.where:
            parts.append("WHERE " + " AND ".join(self.where))
        if self.group:
            parts.append("GROUP BY " + ", ".join(self.group))
        if self.having:
            parts.append("HAVING " + " AND ".join(self.having))
        parts += self.setops
        if self.order:
            parts.append("ORDER BY " + ", ".join(self.order))
        if limited and self.offset is not None:
            parts.append("OFFSET %s" % self.offset)
        if limited and self.limit is not None:
            parts.append("FETCH FIRST (%s) ROWS WITH TIES" % self.limit
                         if self.ties else "FETCH FIRST %s ROWS ONLY" %
                         self.limit if self.fetch and
                         self.limit.isdigit() else "LIMIT %s" % self.limit)
        if self.locking:
            parts.append(self.locking)
        return "\n".join(parts)

    def limits_inside(self):
        """Whether there is a LIMIT below the query's own."""
        return "LIMIT" in " ".join([self.source] + self.joins + self.targets +
                                   self.where + self.ctes + self.setops)

    def statements(self):
        """What is run on one side: (text, whether its rows are compared)."""
        text = self.select()
        if self.kind == "prepare":
            types = ", ".join(kind.sql for kind, _ in self.parameters)
            runs = [("PREPARE q%s AS %s" % ("(%s)" % types if types else "",
                                            text), False)]
            for number in range(len(self.parameters[0][1])
                                if self.parameters else 3):
                values = ", ".join(values[number]
                                   for _, values in self.parameters)
                runs.append(("EXECUTE q%s" % ("(%s)" % values if values
                                              else ""), True))
            return runs + [("DEALLOCATE q", False)]
        if self.kind == "cursor":
            return ([("BEGIN", False),
                     ("DECLARE k SCROLL CURSOR FOR " + text, False)] +
                    [("FETCH %s FROM k" % fetch, True)
                     for fetch in self.fetches] + [("COMMIT", False)])
        if self.kind == "function":
            return [("CREATE OR REPLACE FUNCTION c.fn() RETURNS SETOF text "
                     "LANGUAGE plpgsql AS $fn$ DECLARE r record; BEGIN FOR i "
                     "IN 1..2 LOOP FOR r IN %s LOOP RETURN NEXT r::text; END "
                     "LOOP; END LOOP; END $fn$" % text, False),
                    ("SELECT * FROM c.fn()", True)]
        if self.kind == "subtransaction":
            return [("BEGIN", False), ("SAVEPOINT s", False), (text, True),
                    ("ROLLBACK TO s", False), (text, True), ("COMMIT", False)]
        return [(text, True)]

    def smaller(self):
        """Queries with a part less, for shrinking."""
        for name in ("settings", "setops", "ctes", "joins", "where", "having",
                     "order", "targets", "group", "fetches"):
            for index in range(len(getattr(self, name))):
                other = copy.deepcopy(self)
                del getattr(other, name)[index]
                if name in ("ctes", "joins", "where"):
                    other.must, other.most_calls = False, None
                if name == "targets":
                    other.order, other.keys, other.total = [], [], False
                    if not other.targets:
                        other.targets = ["1"]
                if name == "order":
                    other.order, other.keys, other.total = [], [], False
                yield other
        for name, value in (("limit", None), ("offset", None), ("ties", False),
                            ("distinct", ""), ("locking", ""),
                            ("kind", "plain"), ("fetch", False)):
            if getattr(self, name) != value:
                other = copy.deepcopy(self)
                setattr(other, name, value)
                if name == "kind" and self.parameters:
                    for number in range(len(self.parameters[0][1])):
                        yield other.inlined(number)
                    continue
                yield other
        for index, term in enumerate(self.where):
            for part in split_or(term):
                other = copy.deepcopy(self)
                other.where[index] = part
                yield other

    def inlined(self, number):
        """With the values of one EXECUTE in place of the parameters."""
        other = copy.deepcopy(self)

        def put(text):
            for place in range(len(self.parameters), 0, -1):
                kind, values = self.parameters[place - 1]
                text = text.replace("$%d" % place, "(%s)::%s" % (
                    values[number], kind.sql))
            return text

        for name, value in vars(other).items():
            if isinstance(value, str):
                setattr(other, name, put(value))
            elif isinstance(value, list) and all(isinstance(v, str)
                                                 for v in value):
                setattr(other, name, [put(v) for v in value])
        other.parameters = []
        return other


def split_or(term):
    """The members of a parenthesised OR, if there is none deeper."""
    if term.startswith("(") and term.endswith(")"):
        inner = term[1:-1]
        parts = inner.split(" OR ")
        if len(parts) > 1 and all(p.count("(") == p.count(")")
                                  and p.count("'") % 2 == 0 for p in parts):
            return parts
    return []
