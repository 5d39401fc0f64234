"""From what a source gives to the rows of the answer.

A plan is made for each class of rows (objects with members, sequences, objects with
attributes): where each column is, how it is read, and how its conditions test it.
Columns that conditions compare are read first, the others of rows that meet them.
"""

from __future__ import annotations

import collections.abc
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Tuple

from .conditions import Test, comparison
from .declaration import Column, Table
from .errors import Error, sentence, show
from .request import Condition, Scan

Get = Callable[[Any], Any]
Row = Dict[str, Any]


class _Missing:
    """In place of a member that a row does not have."""


MISSING: Any = _Missing


# ---------------------------------------------------------------------------
# Where a column is
# ---------------------------------------------------------------------------


def _step(value: Any, token: str) -> Any:
    """What is one token deeper in a value."""
    if isinstance(value, Mapping):
        return value.get(token, MISSING)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        if token.isascii() and token.isdigit() and int(token) < len(value):
            return value[int(token)]
        return MISSING
    if value is None or isinstance(value, (str, bytes, int, float)):
        return MISSING
    return getattr(value, token, MISSING)


def _deeper(get: Get, tokens: Tuple[str, ...]) -> Get:
    if not tokens:
        return get

    def get_deeper(row: Any) -> Any:
        value = get(row)
        for token in tokens:
            value = _step(value, token)
        return value

    return get_deeper


def _member(name: str) -> Get:
    return lambda row: row.get(name, MISSING)


def _item(name: str) -> Get:
    """Of rows that have keys, but are no mappings, as those of sqlite3."""

    def get(row: Any) -> Any:
        try:
            return row[name]
        except (KeyError, IndexError):
            return MISSING

    return get


def _place(number: int) -> Get:
    return lambda row: row[number]


def _attribute(name: str) -> Get:
    return lambda row: getattr(row, name, MISSING)


def _getter(column: Column, row: Any, place: int) -> Get:
    """How the column is had of rows of the class of this one."""
    if _is_sequence(row):
        return _place(place)
    return _deeper(_getter_of(column.tokens[0], row), column.tokens[1:])


def _has_keys(row: Any) -> bool:
    """Is it an object with keys that is no mapping, as sqlite3's rows are?"""
    return hasattr(type(row), "keys") and hasattr(type(row), "__getitem__")


def _is_sequence(row: Any) -> bool:
    return isinstance(row, Sequence) and not _has_keys(row)


def _getter_of(name: str, row: Any) -> Get:
    """How a member is had of objects of the class of this one."""
    if isinstance(row, Mapping):
        return _member(name)
    return _item(name) if _has_keys(row) else _attribute(name)


def _of_null_if(get: Get, text: str) -> Get:
    def get_value(row: Any) -> Any:
        value = get(row)
        return None if value == text and isinstance(value, str) else value

    return get_value


def _of_required(get: Get, column: Column, conditions: Iterable[Condition]) -> Get:
    """A member that is missing is the one value that was asked for."""
    asked: List[Any] = []
    listed = False
    for condition in conditions:
        if column in condition.columns:
            if condition.operator == "=":
                asked.append(condition.operand)
            listed = listed or condition.operator == "in"

    def get_value(row: Any) -> Any:
        value = get(row)
        if value is MISSING:
            if asked:
                return _Asked(asked[0])
            if listed:
                raise ValueError(
                    "a row does not have it, and the request asked for several"
                )
        return value

    return get_value


class _Asked(NamedTuple):
    """The value of a request, which was read already."""

    operand: Any


# ---------------------------------------------------------------------------
# The plan of a class of rows
# ---------------------------------------------------------------------------


class Field(NamedTuple):
    """A column of rows of one class."""

    column: Column
    get: Get
    read: Get  # of a value that is not NULL


def _field(column: Column, row: Any, scan: Scan, place: int) -> Field:
    get, read = _getter(column, row, place), column.type.read
    if column.null_if is not None:
        get = _of_null_if(get, column.null_if)
    if column.required:
        get = _of_required(get, column, scan.conditions)
        inner = read

        def read_asked(value: Any) -> Any:
            return value.operand if type(value) is _Asked else inner(value)

        read = read_asked
    return Field(column, get, read)


class _Check(NamedTuple):
    """A condition on one column, of rows of one class."""

    operator: str
    field: Field
    on_null: bool
    on_value: Test


class _TupleCheck(NamedTuple):
    fields: Tuple[Field, ...]
    tuples: frozenset  # type: ignore[type-arg]


def _always(value: Any) -> bool:
    return True


def _never(value: Any) -> bool:
    return False


class Plan:
    """How rows of one class are read, for one scan."""

    def __init__(self, table: Table, scan: Scan, row: Any) -> None:
        self.table = table
        _check_class(table, row)
        places = {column: i for i, column in enumerate(table.answered)}
        fields = {
            column: _field(column, row, scan, place) for column, place in places.items()
        }
        self.width = None
        if _is_sequence(row):
            self.width = len(places)
        self.checks: List[_Check] = []
        self.tuples: List[_TupleCheck] = []
        for condition in scan.conditions:
            self._add(condition, fields)
        # a pattern may be an error, for rows that meet all else
        self.checks.sort(key=lambda check: check.operator == "like")
        self.keys = [fields[key.column] for key in scan.order]
        self.cut = [fields[column] for column in table.answered if column.key]
        self.answered = [
            (column.tokens, fields[column], column.type.answer)
            for column in scan.answered
        ]
        # members that are answered as they are named, and need no more than reading
        self.flat = [
            (column.tokens[0], fields[column], column.type.direct())
            for column in scan.answered
        ]
        self.is_flat = isinstance(row, Mapping) and all(
            len(column.tokens) == 1 and column.null_if is None and not column.required
            for column in scan.answered
        )

    def _add(self, condition: Condition, fields: Dict[Column, Field]) -> None:
        if any(column.input for column in condition.columns):
            return
        operand = condition.operand
        if isinstance(operand, list) and operand and type(operand[0]) is tuple:
            self.tuples.append(
                _TupleCheck(
                    tuple(fields[column] for column in condition.columns),
                    frozenset(operand),
                )
            )
            return
        field = fields[condition.column]
        operator = condition.operator
        if operator == "is null":
            self.checks.append(_Check(operator, field, True, _never))
        elif operator == "is not null":
            self.checks.append(_Check(operator, field, False, _always))
        else:
            # "not in" of an empty list leaves NULL, too
            empty = operator == "not in" and not operand
            test = comparison(operator, operand)
            self.checks.append(_Check(operator, field, empty, test))

    def matches(self, row: Any, number: int) -> bool:
        """Does the row meet all conditions?"""
        if self.width is not None and len(row) != self.width:
            raise Error(
                f"row {number} of {self.table} has {len(row)} values, and the table"
                f" {self.width} columns"
            )
        for _operator, field, on_null, on_value in self.checks:
            _column, get, read = field
            try:
                value = get(row)
                if value is None or value is MISSING:
                    if not on_null:
                        return False
                elif not on_value(read(value)):
                    return False
            except (ValueError, ArithmeticError) as error:
                raise self._no_value(field, row, number, error) from None
        for check in self.tuples:
            found = tuple(self.read(field, row, number) for field in check.fields)
            if None in found or found not in check.tuples:
                return False
        return True

    def read(self, field: Field, row: Any, number: int) -> Any:
        """The column's value, or None."""
        try:
            value = field.get(row)
            return None if value is None or value is MISSING else field.read(value)
        except (ValueError, ArithmeticError) as error:
            raise self._no_value(field, row, number, error) from None

    def answer(self, row: Any, number: int) -> Row:
        """The row as it is answered."""
        found: Row = {}
        field: Any = None
        try:
            if self.is_flat:
                get = row.get
                for name, field, direct in self.flat:
                    value = get(name)
                    found[name] = None if value is None else direct(value)
                return found
            for tokens, field, answer in self.answered:
                value = field.get(row)
                place = found
                for token in tokens[:-1]:
                    place = place.setdefault(token, {})
                known = value is not None and value is not MISSING
                place[tokens[-1]] = answer(field.read(value)) if known else None
            return found
        except (ValueError, ArithmeticError) as error:
            raise self._no_value(field, row, number, error) from None

    def _no_value(self, field: Field, row: Any, number: int, error: Exception) -> Error:
        column = field.column
        try:
            value = field.get(row)
        except ValueError:
            return Error(f"{column}, row {number}: {error}")
        return Error(
            f"{column}, row {number}: {show(value)} is not a value of type"
            f" {column.type.name}",
            detail=sentence(error),
        )


def _check_class(table: Table, row: Any) -> None:
    """Refuses what is no row, and one that has none of the table's columns."""
    if row is None or isinstance(row, (str, bytes, int, float)):
        raise Error(
            f"a row of {table} is neither an object nor a sequence: {show(row)}"
        )
    if isinstance(row, Mapping):
        names = list(row)
    elif _has_keys(row):
        names = list(row.keys())
    else:
        return
    if names and not any(column.tokens[0] in names for column in table.answered):
        raise Error(
            f"a row of {table} has none of its columns",
            detail=f"It has: {', '.join(map(str, names[:20]))}.",
        )


# ---------------------------------------------------------------------------
# A scan
# ---------------------------------------------------------------------------


class _Reader:
    """Reads the rows of one scan, by a plan for each class of them."""

    def __init__(self, table: Table, scan: Scan) -> None:
        self.table = table
        self.scan = scan
        self.plans: Dict[type, Plan] = {}

    def plan(self, row: Any) -> Plan:
        plan = self.plans.get(type(row))
        if plan is None:
            plan = self.plans[type(row)] = Plan(self.table, self.scan, row)
        return plan

    def is_in_split(self, plan: Plan, row: Any, number: int) -> bool:
        """By the key's values, as the order of rows may differ; else by the number."""
        split = self.scan.split
        if split is None or split.count == 1 or self.table.split_by == "source":
            return True
        if not plan.cut:
            return (number - 1) % split.count == split.index
        key = [plan.read(field, row, number) for field in plan.cut]
        return zlib.crc32(repr(key).encode()) % split.count == split.index

    def matching(self) -> Iterator[Tuple[Plan, Any, int]]:
        plans = self.plans
        cut = self.scan.split is not None
        rows = self.table.read(self.scan.query)
        if rows is None:
            return
        if isinstance(rows, (Mapping, str, bytes)) or not isinstance(
            rows, collections.abc.Iterable
        ):
            raise Error(
                f"the source of {self.table} returned no rows, but {show(rows)}",
                hint="It returns a list, or another iterable, or yields its rows.",
            )
        for number, row in enumerate(rows, 1):
            plan = plans.get(type(row)) or self.plan(row)
            if plan.matches(row, number):
                if not cut or self.is_in_split(plan, row, number):
                    yield plan, row, number

    def ordered(self) -> Iterator[Tuple[Plan, Any, int]]:
        found = [
            (plan, row, number, [plan.read(key, row, number) for key in plan.keys])
            for plan, row, number in self.matching()
        ]
        for place, order in reversed(list(enumerate(self.scan.order))):
            # reversed, what is to come first has to be the greatest
            null = (1,) if order.nulls_first == order.descending else (-1,)

            def key(entry: Any, place: int = place, null: Tuple[int] = null) -> Any:
                value = entry[3][place]
                return null if value is None else (0, value)

            found.sort(key=key, reverse=order.descending)
        return ((plan, row, number) for plan, row, number, _keys in found)


def answers(table: Table, scan: Scan) -> Iterator[Row]:
    """The rows of a scan's answer, one after the other, as the source gives them."""
    if scan.limit == 0 or any(condition.never() for condition in scan.conditions):
        return
    reader = _Reader(table, scan)
    left = scan.limit
    for plan, row, number in reader.ordered() if scan.order else reader.matching():
        yield plan.answer(row, number)
        if left is not None:
            left -= 1
            if left == 0:
                return


def _by_name(get: Get, row: Any, column: Column) -> Get:
    """What is not at the column's path may be under its name, as in a Write."""
    named = _getter_of(column.name, row)

    def get_value(row: Any) -> Any:
        value = get(row)
        return named(row) if value is MISSING else value

    return get_value


def returned(table: Table, scan: Scan, rows: Sequence[Any]) -> List[Row]:
    """Rows that a writer returns, as they are answered: what they have of a row."""
    reader = _Reader(table, scan)
    found = []
    for number, row in enumerate(rows, 1):
        plan = reader.plan(row)
        one: Row = {}
        for tokens, field, answer in plan.answered:
            if plan.width is None:
                field = field._replace(get=_by_name(field.get, row, field.column))
            if field.get(row) is MISSING:
                continue
            place = one
            for token in tokens[:-1]:
                place = place.setdefault(token, {})
            value = plan.read(field, row, number)
            place[tokens[-1]] = None if value is None else answer(value)
        found.append(one)
    return found
