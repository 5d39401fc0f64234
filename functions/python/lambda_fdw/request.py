"""A request: what of it is known, checked; and the query that a source sees."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import (
    Any,
    Dict,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

from . import values
from .declaration import Column, Table
from .errors import Error, quote, sentence, show

VERSION = 2
OPERATIONS = ("describe", "scan", "insert", "update", "delete", "truncate")
_KNOWN = frozenset(values.OPERATORS)
_SCAN_MEMBERS = frozenset(
    "version operation table columns filters order_by limit cursor split".split()
)
_NULL = object()  # an operand that is NULL, which nothing matches
_PLAIN_TUPLES = 10_000  # that the values of a request without the envelope may make


class Condition(NamedTuple):
    """A filter: columns (several of a batch's tuples), operator, operands inside."""

    columns: Tuple[Column, ...]
    operator: str
    operand: Any  # one, a list of them, of tuples of them, or None

    @property
    def column(self) -> Column:
        """The one column of all but batches."""
        return self.columns[0]

    def never(self) -> bool:
        """Does no row match, whatever it is?"""
        if self.operator in values.NULL_TESTS:
            return False
        if self.operator == "in":
            return not self.operand
        return self.operand is _NULL


class Order(NamedTuple):
    """A key of order_by."""

    column: Column
    descending: bool
    nulls_first: bool


@dataclasses.dataclass(frozen=True)
class Split:
    """Which part of a scan is asked for: index, from 0, of count."""

    index: int
    count: int


class Filter(NamedTuple):
    """A condition as a source sees it; value is a list for in and not in."""

    column: str
    operator: str
    value: Any


class Range(NamedTuple):
    """Bounds of a column; None: there is none."""

    low: Any = None
    low_inclusive: bool = False
    high: Any = None
    high_inclusive: bool = False


def _operand(column: Column, value: Any) -> Any:
    """A value of a request, as the column's type compares it."""
    if value is None:
        return _NULL
    try:
        return column.type.operand(value)
    except (ValueError, ArithmeticError) as error:
        raise Error(
            f"{show(value)}, with which {column} is compared, is not a value of type"
            f" {column.type.name}",
            detail=sentence(error),
        ) from None


def _listed(column: Column, operator: str, value: Any) -> Any:
    """Operands of a list; a NULL among those of "not in" leaves no row."""
    if not isinstance(value, list):
        raise Error(f"the value of {quote(operator)} for {column} is not a list")
    operands = [_operand(column, each) for each in value]
    if operator == "not in" and _NULL in operands:
        return _NULL
    return [each for each in operands if each is not _NULL]


def at_place(event: Mapping[str, Any], place: str) -> Any:
    """What is at an argument's place in the payload: a member, or a JSON Pointer."""
    found: Any = event
    tokens = [place]
    if place.startswith("/"):
        tokens = [
            token.replace("~1", "/").replace("~0", "~")
            for token in place[1:].split("/")
        ]
    for token in tokens:
        if isinstance(found, dict) and token in found:
            found = found[token]
        else:
            raise Error(f"the request has no argument {quote(place)}")
    return found


def _member(column: Column, element: Any) -> Any:
    """A column's value in an element of a batch, at its path."""
    for token in column.tokens:
        if not isinstance(element, dict) or token not in element:
            raise Error(f"a key tuple has no value of {column}: {show(element)}")
        element = element[token]
    return element


def _read_tuples(
    table: Table, columns: Tuple[Column, ...], told: Any
) -> List[Tuple[Any, ...]]:
    if not isinstance(told, list):
        raise Error(f"the key tuples of {table} are not a list")
    tuples = []
    for element in told:
        one = tuple(_operand(column, _member(column, element)) for column in columns)
        if _NULL not in one:
            tuples.append(one)
    return tuples


def check_operator(column: Column, operator: Any) -> str:
    """The operator, if it is one that the column is compared by."""
    if operator not in _KNOWN:
        raise Error(f"operator {quote(operator)} is not known")
    if operator not in column.type.operators:
        raise Error(f"{column} is not compared by {quote(operator)}")
    return str(operator)


def _condition(table: Table, event: Mapping[str, Any], told: Any) -> Condition:
    if not isinstance(told, dict):
        raise Error(f"a filter is not an object: {show(told)}")
    for member in told:
        if member not in ("column", "columns", "operator", "value", "argument"):
            raise Error(f"member {quote(member)} of a filter is not known")
    value = told.get("value")
    if "argument" in told:
        value = at_place(event, str(told["argument"]))
    if "columns" in told:
        columns = tuple(table.column(name) for name in told["columns"])
        if told.get("operator") != "in" or not columns:
            raise Error(
                f"operator {quote(told.get('operator'))} is not known for key tuples"
            )
        for column in columns:
            check_operator(column, "in")
        return Condition(columns, "in", _read_tuples(table, columns, value))
    column = table.column(told.get("column"))
    return make_condition(column, told.get("operator"), value)


def make_condition(column: Column, operator: Any, value: Any) -> Condition:
    """A condition on one column, by the value that the request has."""
    if column.input:
        if operator not in ("=", "in"):
            raise Error(
                f"{column} is an input, and is not compared by {quote(operator)}"
            )
    else:
        operator = check_operator(column, operator)
    if operator in values.NULL_TESTS:
        return Condition((column,), operator, None)
    if operator in ("in", "not in"):
        return Condition((column,), operator, _listed(column, operator, value))
    return Condition((column,), operator, _operand(column, value))


def _order(table: Table, told: Any) -> Order:
    if not isinstance(told, dict) or told.keys() - {"column", "descending", "nulls"}:
        raise Error(f"a key of order_by is not known: {show(told)}")
    column = table.column(told.get("column"))
    descending = told.get("descending", False)
    nulls = told.get("nulls", "first" if descending is True else "last")
    if not isinstance(descending, bool):
        raise Error(f"descending of order_by is not true or false: {show(descending)}")
    if nulls not in ("first", "last"):
        raise Error(f"nulls of order_by are neither first nor last: {show(nulls)}")
    if not column.type.sortable or column.input:
        raise Error(f"{column} has no order")
    return Order(column, descending, nulls == "first")


def _natural(name: str, told: Any) -> int:
    if isinstance(told, str) and told.isascii() and told.isdigit():
        told = int(told)
    if isinstance(told, bool) or not isinstance(told, int) or told < 0:
        raise Error(f"{name} of the request is no number of rows: {show(told)}")
    return told


def _split(told: Any) -> Optional[Split]:
    if told is None:
        return None
    if isinstance(told, dict) and told.keys() == {"index", "count"}:
        index, count = told["index"], told["count"]
        if type(index) is int and type(count) is int and 0 <= index < count:
            return Split(index, count)
    raise Error(f"split of the request is not known: {show(told)}")


def _listing(name: str, told: Any) -> List[Any]:
    if told is None:
        return []
    if not isinstance(told, list):
        raise Error(f"{name} of the request is not a list: {show(told)}")
    return told


class Query:
    """What a source may read less by; the kit applies all of it in any case.

    table: its name; columns: names of the columns that are wanted or compared; limit:
    rows wanted, or None; order_by, split: what is asked, or empty and None; payload:
    the request without the envelope.
    """

    def __init__(
        self,
        table: Table,
        answered: Sequence[Column],
        conditions: Sequence[Condition],
        order: Sequence[Order],
        limit: Optional[int],
        split: Optional[Split],
        payload: Dict[str, Any],
    ) -> None:
        self._table = table
        self._answered = tuple(answered)
        self._conditions = tuple(conditions)
        self._order = tuple(order)
        self.table = table.name
        self.limit = limit
        self.split = split
        self.payload = payload

    @property
    def columns(self) -> List[str]:
        """Columns that the source has to give, in the table's order."""
        needed = set(self._answered) | {key.column for key in self._order}
        for condition in self._conditions:
            needed.update(condition.columns)
        return [
            column.name
            for column in self._table.columns
            if column in needed and not column.input
        ]

    @property
    def order_by(self) -> List[Tuple[str, bool, bool]]:
        """(column, descending, nulls first) of each key."""
        return [
            (key.column.name, key.descending, key.nulls_first) for key in self._order
        ]

    @property
    def filters(self) -> List[Filter]:
        """The conditions on single columns."""
        found = []
        for condition in self._conditions:
            if len(condition.columns) == 1:
                column, operand = condition.column, condition.operand
                if isinstance(operand, list) and operand and type(operand[0]) is tuple:
                    operand = [each[0] for each in operand]
                value = (
                    [_python(column, each) for each in operand]
                    if isinstance(operand, list)
                    else _python(column, operand)
                )
                found.append(Filter(column.name, condition.operator, value))
        return found

    def _column(self, name: str) -> Column:
        return self._table.by_name.get(name) or self._table.column(name)

    def values(self, column: str) -> Optional[List[Any]]:
        """The values that = and in leave for a column; None where they leave any."""
        wanted = self._column(column)
        left = _left(self._conditions, wanted)
        return None if left is None else [_python(wanted, each) for each in left]

    def range(self, column: str) -> Range:
        """The bounds that < <= > >= leave for a column."""
        wanted = self._column(column)
        low: Optional[Tuple[Any, bool]] = None
        high: Optional[Tuple[Any, bool]] = None
        for condition in self._conditions:
            if condition.column is not wanted or condition.operand is _NULL:
                continue
            if condition.operator not in values.BOUNDS:
                continue
            bound = condition.operand, condition.operator.endswith("=")
            if condition.operator.startswith(">"):
                if low is None or _tighter(bound, low, bound[0] > low[0]):
                    low = bound
            elif high is None or _tighter(bound, high, bound[0] < high[0]):
                high = bound
        found = Range()
        if low is not None:
            found = found._replace(low=_python(wanted, low[0]), low_inclusive=low[1])
        if high is not None:
            found = found._replace(
                high=_python(wanted, high[0]), high_inclusive=high[1]
            )
        return found

    def tuples(self) -> Optional[List[Tuple[Any, ...]]]:
        """The key tuples of a batch, in the order of the declaration's batch."""
        for condition in self._conditions:
            names = [column.name for column in condition.columns]
            if condition.operator == "in" and set(names) == set(self._table.batch):
                if not isinstance(condition.operand, list):
                    continue
                if condition.operand and type(condition.operand[0]) is not tuple:
                    continue
                order = [names.index(name) for name in self._table.batch]
                return [
                    tuple(_python(condition.columns[i], one[i]) for i in order)
                    for one in condition.operand
                ]
        return None


def _equal_to(condition: Condition, column: Column) -> Optional[List[Any]]:
    """The values that a condition leaves for one of its columns; None for any."""
    if condition.operator == "=":
        return [] if condition.operand is _NULL else [condition.operand]
    if condition.operator != "in":
        return None
    operands: List[Any] = condition.operand
    if operands and type(operands[0]) is tuple:
        place = condition.columns.index(column)
        return [one[place] for one in operands]
    return operands


def _left(conditions: Iterable[Condition], column: Column) -> Optional[List[Any]]:
    """The values that all conditions leave for a column; None for any."""
    left: Optional[Dict[Any, None]] = None
    for condition in conditions:
        if column not in condition.columns:
            continue
        operands = _equal_to(condition, column)
        if operands is None:
            continue
        found = dict.fromkeys(operands)
        left = found if left is None else {x: None for x in left if x in found}
    return None if left is None else list(left)


def _tighter(bound: Tuple[Any, bool], than: Tuple[Any, bool], beyond: bool) -> bool:
    return beyond or (bound[0] == than[0] and not bound[1])


def _python(column: Column, operand: Any) -> Any:
    """An operand for a source."""
    if operand is _NULL or operand is None:
        return None
    return column.type.python(operand)


class Scan(NamedTuple):
    """A scan: what a source is told, and what the kit itself goes by."""

    query: Query
    answered: Tuple[Column, ...]
    conditions: Tuple[Condition, ...]
    order: Tuple[Order, ...]
    limit: Optional[int]
    split: Optional[Split]
    cursor: Any


def check_envelope(envelope: Any) -> str:
    """The operation of a request of this version."""
    if not isinstance(envelope, dict):
        raise Error("lambda_fdw of the request is not an object")
    if envelope.get("version") != VERSION:
        raise Error(
            f"version {envelope.get('version')} of the request is not known",
            hint=f"This kit knows version {VERSION}.",
        )
    operation = envelope.get("operation")
    if operation not in OPERATIONS:
        raise Error(f"operation {quote(operation)} is not known")
    return str(operation)


def find_table(tables: Iterable[Table], name: Any) -> Table:
    """The table of a request."""
    served = {each.name: each for each in tables}
    if isinstance(name, str) and name in served:
        return served[name]
    raise Error(
        f"table {quote(name)} is not served here",
        hint=f"This function serves: {', '.join(served)}."
        ' The foreign table\'s option "table_name" names one of them.',
    )


def _answered(table: Table, told: Any) -> Tuple[Column, ...]:
    """The columns of the answer, one at least, as a row of none is no row."""
    if told is None:
        return table.answered
    columns = tuple(
        dict.fromkeys(table.column(name) for name in _listing("columns", told))
    )
    columns = tuple(column for column in columns if not column.input)
    return columns or table.answered[:1]


def read_scan(table: Table, event: Mapping[str, Any]) -> Scan:
    """What a scan's request asks; Error for what is not known in it."""
    envelope: Mapping[str, Any] = event["lambda_fdw"]
    for member in envelope:
        if member not in _SCAN_MEMBERS:
            raise Error(f"member {quote(member)} of the request is not known")
    told_limit = envelope.get("limit")
    return make_scan(
        table,
        _answered(table, envelope.get("columns")),
        [
            _condition(table, event, told)
            for told in _listing("filters", envelope.get("filters"))
        ],
        tuple(
            _order(table, told)
            for told in _listing("order_by", envelope.get("order_by"))
        ),
        None if told_limit is None else _natural("limit", told_limit),
        _split(envelope.get("split")),
        {name: value for name, value in event.items() if name != "lambda_fdw"},
        envelope.get("cursor"),
    )


def make_scan(
    table: Table,
    answered: Tuple[Column, ...],
    conditions: Sequence[Condition],
    order: Tuple[Order, ...],
    limit: Optional[int],
    split: Optional[Split],
    payload: Dict[str, Any],
    cursor: Any,
) -> Scan:
    """Puts a scan together."""
    query = Query(table, answered, conditions, order, limit, split, payload)
    return Scan(query, answered, tuple(conditions), order, limit, split, cursor)


def _plain_tuples(table: Table, conditions: Iterable[Condition]) -> Condition:
    """The key tuples of a batch, by the values of its columns: each with each."""
    columns = tuple(table.by_name[name] for name in table.batch)
    left = [_left(conditions, column) or [] for column in columns]
    count = math.prod(map(len, left))
    if count > _PLAIN_TUPLES:
        raise Error(
            f"the values of {', '.join(table.batch)} make {count} key tuples of {table},"
            f" and a request without the envelope may have {_PLAIN_TUPLES}",
            hint="Ask for fewer values at once.",
        )
    return Condition(columns, "in", list(itertools.product(*left)))


def read_plain(tables: Sequence[Table], event: Any) -> Tuple[Table, Scan]:
    """What an invocation without the envelope asks: its members are conditions."""
    if event is None:
        event = {}
    if not isinstance(event, dict):
        raise Error(f"the request is not an object: {show(event)}")
    if len(tables) > 1:
        if "table" not in event:
            raise Error(
                'the request has no member "table"',
                hint=f"This function serves: {', '.join(each.name for each in tables)}.",
            )
        table = find_table(tables, event["table"])
    else:
        table = tables[0]
    conditions = []
    for name, value in event.items():
        if name in table.payload or (name == "table" and len(tables) > 1):
            continue
        if name == "table" and name not in table.asked:
            find_table(tables, value)
            continue
        column = table.by_name.get(name) or table.column(name)
        operator = "in" if isinstance(value, list) else "="
        conditions.append(make_condition(column, operator, value))
    given = {condition.column for condition in conditions}
    for column in table.columns:
        if column.required and column not in given:
            raise Error(
                f"the request has no value for {column}",
                hint="The column is required: its value, or a list of them, is a member"
                " of the request.",
            )
    if table.batch:
        conditions.append(_plain_tuples(table, conditions))
    return table, make_scan(
        table, table.answered, conditions, (), None, None, dict(event), None
    )
