"""The forms of an answer, for oracle_table."""

import base64
import json

from _oracle_values import INTEGERS, Number


def write(value):
    """JSON, with the digits that numbers came with."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return "[%s]" % ",".join(map(write, value))
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (json.dumps(name), write(member))
                                 for name, member in value.items())
    return json.dumps(value, ensure_ascii=False)


class Answer:
    """Writes one page of rows in a form chosen by chance."""

    def __init__(self, random, table, mode, wanted, omitted, split=None):
        self.random = random
        self.columns = table["columns"]
        self.mode = mode
        self.wanted = wanted            # indexes of the columns asked for
        self.omitted = omitted          # of those that may be left out
        self.split = split              # what is to be echoed beside the rows
        self.spelling = random.random() < 0.2
        self.longer = random.random() < 0.3

    def value(self, row, index):
        value = row[index][0]
        if (self.longer and isinstance(value, Number) and "." in value and
                "scale" in self.columns[index]):
            value = Number(value + "3")     # the column's type rounds it off
        if (self.spelling and isinstance(value, Number) and
                self.columns[index]["type"] in INTEGERS + ("numeric",)):
            return str.__str__(value)   # a number as a string fits as well
        return value

    def object_row(self, row, indexes):
        result = {}
        for index in indexes:
            column = self.columns[index]
            value = self.value(row, index)
            if index in self.omitted or (value is None and
                                         not column.get("required") and
                                         len(result) and
                                         self.random.random() < 0.3):
                continue
            where = result
            *above, last = column["name"].split(".")
            for name in above:
                where = where.setdefault(name, {})
            where[last] = value
        if not result and not any(self.columns[i].get("required")
                                  for i in indexes):
            name = self.columns[0]["name"].split(".")
            result = {name[0]: {} if len(name) > 1 else self.value(row, 0)}
        return result

    def indexes(self):
        """The columns to return, those asked for at least."""
        every = list(range(len(self.columns)))
        chosen = [index for index in every if index in self.wanted or
                  self.random.random() < 0.3]
        if self.random.random() < 0.5:
            chosen = every
        elif not chosen:
            chosen = [self.random.choice(every)]
        if self.random.random() < 0.5:
            self.random.shuffle(chosen)
        return chosen

    def body(self, rows, cursor):
        forms = ["objects", "rows", "columns"]
        if not self.omitted and not self.mode.get("nested"):
            forms.append("arrays")
        if "rows_path" in self.mode:
            forms = ["path"]
        elif cursor is not None or self.split is not None:
            forms.remove("objects")
        elif not self.omitted:
            forms.append("lines")
        form = self.random.choice(forms)
        chosen = self.indexes()
        if form == "arrays":
            chosen = list(range(len(self.columns)))
            records = [[self.value(row, i) for i in chosen] for row in rows]
        elif form == "columns":
            chosen = [i for i in chosen if i not in self.omitted] or chosen
            records = [[self.value(row, i) for i in chosen] for row in rows]
        else:
            records = [self.object_row(row, chosen) for row in rows]
        if form == "lines":
            return "\n".join(map(write, records))
        if form == "path":
            members = [("data", {"items": records}), ("meta", {"next": cursor})]
            return self.members(members)
        if form == "objects" or (form == "arrays" and cursor is None and
                                 self.split is None and self.random.random() < 0.5):
            return write(records)
        members = [("rows", records)]
        if form == "columns":
            members.append(("columns", [self.columns[i]["name"]
                                        for i in chosen]))
        if cursor is not None or self.random.random() < 0.3:
            members.append(("cursor", cursor))
        self.random.shuffle(members)
        return self.members(members)

    def members(self, members):
        """An object, with the split anywhere in it."""
        if self.split is not None:
            members.insert(self.random.randint(0, len(members)),
                           ("split", self.split))
        return write(dict(members))

    def text(self, rows, cursor):
        """The page, sometimes in API Gateway's form."""
        body = self.body(rows, cursor)
        if self.random.random() < 0.85 or not body:
            return body
        kind = self.random.choice(("text", "base64", "json"))
        if kind == "text":
            return write({"statusCode": Number("200"), "body": body})
        if kind == "base64":
            return write({"statusCode": Number("200"), "isBase64Encoded": True,
                          "body": base64.b64encode(body.encode()).decode()})
        if body.startswith("{") and "\n{" in body:
            return body                 # lines are no JSON value
        return '{"statusCode": 200, "body": %s}' % body
