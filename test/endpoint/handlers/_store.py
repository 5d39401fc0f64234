"""Rows that stay until reset_store: what store, http_store and others keep.

A row is JSON with the digits it came with.  Tables are found by name, for all
functions of the endpoint.
"""

import json
import threading
from decimal import Decimal

LOCK = threading.RLock()
TABLES = {}
ANSWERED = {}           # by table and batch_id, where that may come again


def parse(text):
    """JSON with integers and decimals, which keep their digits."""
    return json.loads(text, parse_float=Decimal, parse_int=lambda digits:
                      Decimal(digits) if digits == "-0" else int(digits))


class DuplicateKey(Exception):
    """A row with this key is there."""


class NotKnown(Exception):
    """The request is none that the function knows."""


def leaves(value, path=()):
    """(path, value) of all that is in nested objects; an empty one is a value."""
    for name, member in value.items():
        if isinstance(member, dict) and member:
            yield from leaves(member, path + (name,))
        else:
            yield path + (name,), member


def at(row, path):
    for name in path:
        row = row.get(name) if isinstance(row, dict) else None
    return row


def merge(row, values, whole=(), path=""):
    """The row with these values in place of its own, object by object but for
    the members `whole`, whose objects are values."""
    if not (isinstance(row, dict) and isinstance(values, dict)) or path in whole:
        return values
    merged = dict(row)
    for name, value in values.items():
        merged[name] = merge(merged.get(name), value, whole, path + "/" + name)
    return merged


def frozen(value):
    """What can be looked up; true is not 1."""
    if isinstance(value, dict):
        return tuple(sorted((name, frozen(one)) for name, one in value.items()))
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return (type(value), value) if isinstance(value, bool) else value


class Table:
    """Rows in the order of their insertion, found by the members of any key."""

    def __init__(self):
        self.rows = {}          # by number
        self.last = 0
        self.indexes = {}       # by the paths of a key: {values: {numbers}}

    def index_of(self, paths):
        if paths not in self.indexes:
            self.indexes[paths] = {}
            for number, row in self.rows.items():
                self.note(number, row, paths)
        return self.indexes[paths]

    def note(self, number, row, paths):
        values = frozen([at(row, path) for path in paths])
        self.indexes[paths].setdefault(values, {})[number] = True

    def put(self, number, row):
        self.drop(number)
        self.rows[number] = row
        for paths in self.indexes:
            self.note(number, row, paths)

    def drop(self, number):
        """Forget the row in the indexes; its place in the order stays."""
        if number not in self.rows:
            return
        for paths, index in self.indexes.items():
            values = frozen([at(self.rows[number], path) for path in paths])
            del index[values][number]

    def find(self, key):
        """The numbers of the rows that have the key's members."""
        found = sorted(leaves(key), key=lambda leaf: leaf[0])
        if not found:
            return list(self.rows)
        paths = tuple(path for path, _ in found)
        values = frozen([value for _, value in found])
        return list(self.index_of(paths).get(values, ()))

    def insert(self, key, row):
        if any(value is not None for _, value in leaves(key)) and self.find(key):
            raise DuplicateKey("a row with the key %s is there" %
                               json.dumps(key, default=str))
        self.last += 1
        self.put(self.last, row)
        return [row]

    def update(self, key, values, whole=()):
        changed = []
        for number in self.find(key):
            self.put(number, merge(self.rows[number], values, whole))
            changed.append(self.rows[number])
        return changed

    def delete(self, key):
        gone = []
        for number in self.find(key):
            self.drop(number)
            gone.append(self.rows.pop(number))
        return gone

    def clear(self):
        gone = len(self.rows)
        self.rows, self.indexes = {}, {}
        return gone


def table(name):
    with LOCK:
        return TABLES.setdefault(name, Table())


class Undoing:
    """All of a table's changes in the block, or none of them if it raises."""

    def __init__(self, changed):
        self.changed = changed

    def __enter__(self):
        LOCK.acquire()
        self.before = dict(self.changed.rows)

    def __exit__(self, kind, *_):
        if kind:
            self.changed.rows, self.changed.indexes = self.before, {}
        LOCK.release()
