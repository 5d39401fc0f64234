"""How a function of the oracle answers, for oracle_function: the form of its
rows, of its pages, and how it says that there are none.
"""

import csv
import io
import json

from _oracle_answer import write
from _oracle_request import is_text
from _oracle_values import INTEGERS, Number

NOTHING = (None, False, Number("0"), "", {}, [])


class NotFound(Exception):
    """What a function raises where it has nothing."""


def put(document, tokens, value):
    """The document with a value at a place; objects are made."""
    if not tokens:
        return value
    where = document
    for token in tokens[:-1]:
        where = where.setdefault(token, {})
    where[tokens[-1]] = value
    return document


class Reply:
    """Writes one page."""

    def __init__(self, chance, table, omitted):
        self.chance, self.table = chance, table
        self.spec = table["spec"]
        self.reply = self.spec["reply"]
        self.columns = [(index, column) for index, column in
                        enumerate(table["columns"]) if not column.get("input")]
        self.omitted = omitted
        self.spelling = chance.random() < 0.2

    def value(self, row, index, column):
        value = row[index][0]
        if value is None:
            return column.get("null")
        if (self.spelling and isinstance(value, Number) and
                column["type"] in INTEGERS + ("numeric",)):
            return str.__str__(value)
        return value

    def row(self, row):
        """A row as an object; a null may be left out, unless nothing else is
        there."""
        result = {}
        for index, column in self.columns:
            value = self.value(row, index, column)
            if index in self.omitted or (row[index][0] is None and
                                         self.chance.random() < 0.3):
                continue
            result = put(result, column["at"], value)
        if result == {}:
            index, column = self.columns[0]
            result = put({}, column["at"], self.value(row, index, column))
        return result

    def records(self, rows):
        """The rows in the table's form."""
        form = self.reply["form"]
        if form == "csv":
            return self.csv(rows)
        if form == "entries":
            entries = {}
            for row in map(self.row, rows):
                entries[str(row["key"])] = row.get("value")
            return entries
        if form == "arrays":
            return [self.array(row) for row in rows]
        if form == "columns" and "batch" not in self.spec:
            columns = [(i, c) for i, c in self.columns if i not in self.omitted]
            self.chance.shuffle(columns)
            return {"columns": [c["name"] for _, c in columns],
                    "rows": [[self.value(row, i, c) for i, c in columns]
                             for row in rows]}
        records = [self.row(row) for row in rows]
        if self.reply.get("single") and len(records) == 1 and \
                self.reply["rows"] != ["rows"] and \
                self.chance.random() < 0.5:
            return records[0]
        return records

    def array(self, row):
        """A row whose columns are in order, or where their paths have them."""
        values = [(column["at"], self.value(row, index, column))
                  for index, column in self.columns]
        if values[0][0][0].isdigit():
            values.sort(key=lambda pair: int(pair[0][0]))
        return [value for _, value in values]

    def csv(self, rows):
        """As COPY writes it: nothing is a null, "" an empty string."""
        chosen = list(self.columns)
        self.chance.shuffle(chosen)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column["at"][0] for _, column in chosen])
        ended = self.chance.choice(("\n", "\r\n"))
        lines = [out.getvalue().rstrip("\n")]
        for row in rows:
            fields = []
            for index, column in chosen:
                value = row[index][0]
                if value is None:
                    fields.append(column.get("null") or "")
                elif is_text(value):
                    quoted = value == "" or set(value) & set(',"\r\n') or \
                        self.chance.random() < 0.2
                    fields.append('"%s"' % value.replace('"', '""')
                                  if quoted else value)
                else:
                    fields.append(write(value))
            lines.append(",".join(fields))
        text = ended.join(lines)
        return text + (ended if self.chance.random() < 0.7 else "")

    def document(self, rows, page):
        """The answer: the rows and what the pages need."""
        records = self.records(rows)
        members = [(self.reply["rows"], records)]
        if self.reply["form"] == "columns" and "batch" not in self.spec:
            members = list(([name], value) for name, value in records.items())
        members += page
        if "error_path" in self.spec and self.chance.random() < 0.7:
            members.append((self.spec["error_path"],
                            self.chance.choice(NOTHING)))
        if members[0][0] == []:
            return records
        self.chance.shuffle(members)
        document = {}
        for tokens, value in members:
            document = put(document, tokens, value)
        return document

    def aligned_text(self, elements):
        """The answer whose elements are those of a batch."""
        for token in reversed(self.reply["rows"]):
            elements = {token: elements}
        return self.text(elements, {})

    def text(self, document, headers):
        """The answer as it is sent, perhaps in API Gateway's form."""
        body = document if self.reply["form"] == "csv" and \
            not self.reply["rows"] else write(document)
        if not (headers or "http" in self.spec or self.reply.get("proxy")):
            if self.reply["form"] == "csv" and not self.reply["rows"] or \
                    self.reply.get("string") and body[0] in "{[":
                return write(body)
            return body
        answer = {"statusCode": Number("200")}
        if headers:
            answer["headers" if self.chance.random() < 0.5 else
                   "multiValueHeaders"] = headers
            if "multiValueHeaders" in answer:
                answer["multiValueHeaders"] = {
                    name: [value] for name, value in headers.items()}
        answer["body"] = body
        return write(answer)

    def none(self):
        """How it says that there are no rows."""
        how = self.spec["none"]
        if "errors" in how and ("status" not in how or
                                self.chance.random() < 0.5):
            raise NotFound("nothing is there")
        if "status" in how:
            body = self.chance.choice(("", "{}", '{"message": "Not Found"}',
                                       "not found", None))
            return write({"statusCode": Number(self.chance.choice(
                how["status"])), "body": body})
        document = self.chance.choice(({}, {"message": "nothing"}))
        return self.text(document, {})
