"""What a table is: its name, its columns, its source and its writers.

A declaration is checked when it is made, that is when the function is loaded,
and says all that the answer to "describe" has.
"""

from __future__ import annotations

import difflib
import inspect
import json
from typing import (
    Any,
    Callable,
    Dict,
    FrozenSet,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from . import values
from .errors import Error, quote

ColumnSpec = Union[str, Mapping[str, Any]]
Writer = Callable[..., Any]
Source = Callable[[Any], Iterable[Any]]

BATCH_ARGUMENT = "/keys"

# what a declaration may say of a column, and of the table beside what has a
# meaning here; both are options of the foreign table
_COLUMN_MEMBERS = (
    "type",
    "path",
    "key",
    "required",
    "not_null",
    "collation",
    "pushdown",
    "null_if",
    "format",
    "input",
)
_TABLE_OPTIONS = (
    "estimated_rows",
    "analyze",
    "max_batch_keys",
    "batch_size",
    "idempotent",
    "durable",
)
_WRITES = ("insert", "update", "delete", "truncate")
_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}


def closest(name: str, names: Iterable[str]) -> Optional[str]:
    """A hint at the name that may be meant."""
    found = difflib.get_close_matches(name, list(names), 1)
    return f"Perhaps you meant {quote(found[0])}." if found else None


class Column:
    """A column: its name, its type, and where it is in a row."""

    def __init__(self, table: str, name: str, spec: ColumnSpec) -> None:
        told = {"type": spec} if isinstance(spec, str) else dict(spec)
        self.table = table
        self.name = name
        for member in told:
            if member not in _COLUMN_MEMBERS:
                raise Error(
                    f"{quote(member)} is nothing that {self} can say",
                    hint=closest(member, _COLUMN_MEMBERS),
                )
        if not isinstance(told.get("type"), str):
            raise Error(f"{self} has no type")
        self.collation: Optional[str] = told.get("collation")
        self.key = self._flag(told, "key")
        self.input = self._flag(told, "input")
        self.required = self._flag(told, "required") or self.input
        self.not_null = self._flag(told, "not_null")
        self.null_if: Optional[str] = told.get("null_if")
        self.format: Optional[str] = told.get("format")
        self.type = self._type(told["type"])
        self.path: Optional[str] = told.get("path")
        self.tokens = self._tokens()
        self.asked_as = ".".join(self.tokens)
        self.pushdown = self._pushdown(told.get("pushdown"))

    def __str__(self) -> str:
        return f"column {quote(self.name)} of table {quote(self.table)}"

    def _flag(self, told: Mapping[str, Any], member: str) -> bool:
        value = told.get(member, False)
        if not isinstance(value, bool):
            raise Error(f"{quote(member)} of {self} is not True or False")
        return value

    def _type(self, name: str) -> values.Type:
        try:
            kind = values.type_named(name, self.collation)
        except ValueError as error:
            raise Error(f"the type {quote(name)} of {self} is none: {error}") from None
        if self.format is None or not kind.sortable:
            return kind
        if self.format not in _EPOCHS or not kind.is_timestamp:
            raise Error(
                f"{self} is of type {name}, which has no format {quote(self.format)}",
                hint="epoch_s and epoch_ms are formats of timestamp and timestamptz.",
            )
        return values.epoch(kind, _EPOCHS[self.format])

    def _tokens(self) -> Tuple[str, ...]:
        if self.path is None:
            return (self.name,)
        if not self.path.startswith("/"):
            raise Error(
                f"the path of {self} is no JSON Pointer to a member: {quote(self.path)}",
                hint="It begins with /, as in /address/city.",
            )
        return tuple(
            token.replace("~1", "/").replace("~0", "~")
            for token in self.path[1:].split("/")
        )

    def _pushdown(self, told: Union[None, str, Sequence[str]]) -> Tuple[str, ...]:
        """The operators that are described, in their order."""
        exact = self.type.operators
        if told is None:
            return tuple(op for op in values.OPERATORS if op in exact)
        listed = told.split(",") if isinstance(told, str) else list(told)
        wanted = [op.strip().lower() for op in listed if op.strip()]
        for op in wanted:
            if op not in exact:
                raise Error(
                    f"{self} cannot declare the operator {quote(op)}",
                    detail=f"Of type {self.type.name} it is compared by: "
                    + ", ".join(op for op in values.OPERATORS if op in exact)
                    + ".",
                )
        return tuple(op for op in values.OPERATORS if op in wanted)

    def describe(self) -> Dict[str, Any]:
        """What "describe" says of it."""
        told: Dict[str, Any] = {"name": self.name, "type": self.type.name}
        if self.path is not None:
            told["path"] = self.path
        if self.collation is not None:
            told["collation"] = self.collation
        if self.pushdown and not self.input:
            told["pushdown"] = ", ".join(self.pushdown)
        for member in ("key", "input", "not_null"):
            if getattr(self, member):
                told[member] = True
        if self.required and not self.input:
            told["required"] = True
        if self.format is not None and not self.type.sortable:
            told["format"] = self.format
        return told


class Table:
    """A table that a function serves.

    Its methods insert, update, delete and truncate take, as decorators, the function
    that writes.
    """

    def __init__(
        self,
        name: str,
        source: Any,
        columns: Mapping[str, ColumnSpec],
        splits: int,
        split_by: str,
        batch: Optional[Sequence[str]],
        payload: Optional[Mapping[str, Any]],
        options: Mapping[str, Any],
    ) -> None:
        self.name = name
        if not isinstance(columns, Mapping):
            raise Error(f"columns of table {quote(name)} are no dict of names and types")
        self.columns = tuple(Column(name, each, spec) for each, spec in columns.items())
        if not self.columns:
            raise Error(f"table {quote(name)} has no columns")
        self.by_name = {column.name: column for column in self.columns}
        self.asked = self._names_in_requests()
        self.answered = tuple(column for column in self.columns if not column.input)
        self.splits = splits
        self.split_by = split_by
        self.payload = dict(payload or {})
        self.batch = tuple(batch or ())
        self.options = dict(options)
        self.writers: Dict[str, Writer] = {}
        self._check()
        self.read = _source(self, source)

    def __str__(self) -> str:
        return f"table {quote(self.name)}"

    def _names_in_requests(self) -> Dict[str, Column]:
        asked: Dict[str, Column] = {}
        for column in self.columns:
            for other in asked.values():
                shared = min(len(column.tokens), len(other.tokens))
                if column.tokens[:shared] == other.tokens[:shared]:
                    raise Error(
                        f"columns {quote(other.name)} and {quote(column.name)} of {self}"
                        " are at one path, or one within the other"
                    )
            if column.asked_as in asked:
                raise Error(
                    f"columns {quote(asked[column.asked_as].name)} and"
                    f" {quote(column.name)} of {self} are one in requests:"
                    f" {quote(column.asked_as)}"
                )
            asked[column.asked_as] = column
        return asked

    def _check(self) -> None:
        for name in self.options:
            if name not in _TABLE_OPTIONS:
                raise Error(
                    f"{quote(name)} is nothing that {self} can say",
                    hint=closest(name, _TABLE_OPTIONS + ("splits", "batch", "payload")),
                )
        if not isinstance(self.splits, int) or not 1 <= self.splits <= 10_000:
            raise Error(f"splits of {self} is not 1 to 10000")
        if self.split_by not in ("kit", "source"):
            raise Error(f'split_by of {self} is neither "kit" nor "source"')
        if not self.answered:
            raise Error(f"{self} has no column that rows have")
        for name in self.batch:
            column = self.by_name.get(name)
            if column is None:
                raise Error(f"batch of {self} names no column: {quote(name)}")
            if column.input or "=" not in column.pushdown:
                raise Error(f"{column} cannot be in a batch: it is not compared by =")
            column.required = True
        if self.batch and BATCH_ARGUMENT[1:] in self.asked:
            raise Error(
                f"{self} has a batch, and a column that is "
                f"{quote(BATCH_ARGUMENT[1:])} in requests"
            )
        for name in self.payload:
            if name == "lambda_fdw" or name in self.asked:
                raise Error(f"payload of {self} cannot have the member {quote(name)}")

    def column(self, name: Any) -> Column:
        """The column of a name in requests."""
        column = self.asked.get(name) if isinstance(name, str) else None
        if column is None:
            raise Error(
                f"{self} has no column {quote(name)}",
                hint=self.column_hint(),
            )
        return column

    def column_hint(self) -> str:
        """What to do about a request for a column that is not there."""
        return (
            f"Its columns are, in requests: {', '.join(self.asked)}. A foreign table's"
            " column of another name has the option path; lambda_fdw_check(table)"
            " lists what differs."
        )

    def keys(self) -> FrozenSet[Column]:
        """The columns that identify a row."""
        return frozenset(column for column in self.columns if column.key)

    def describe(self) -> Dict[str, Any]:
        """What "describe" says of it."""
        told: Dict[str, Any] = {
            "name": self.name,
            "columns": [column.describe() for column in self.columns],
            "capabilities": ["limit", "order_by"],
            "argument_format": "digits",
        }
        told.update(self.options)
        if self.payload:
            told["payload"] = self.payload
        if self.splits > 1:
            told["splits"] = self.splits
        if self.batch:
            told["batch_argument"] = BATCH_ARGUMENT
        if self.writers.keys() - {"truncate"}:
            told["updatable"] = True
        if "truncate" in self.writers:
            told["truncatable"] = True
        return told

    def _writer(self, operation: str, writer: Writer) -> Writer:
        if operation in ("update", "delete") and not self.keys():
            raise Error(
                f"{self} has no key, by which rows are to be found for {operation}",
                hint='Give the columns that identify a row "key": True.',
            )
        self.writers[operation] = writer
        return writer

    def insert(self, writer: Writer) -> Writer:
        """Has the function write rows that are inserted."""
        return self._writer("insert", writer)

    def update(self, writer: Writer) -> Writer:
        """Has the function write rows that are changed."""
        return self._writer("update", writer)

    def delete(self, writer: Writer) -> Writer:
        """Has the function delete rows."""
        return self._writer("delete", writer)

    def truncate(self, writer: Writer) -> Writer:
        """Has the function delete all rows."""
        return self._writer("truncate", writer)


def _source(described: Table, source: Any) -> Source:
    """What gives the rows for a query: the function, or the rows themselves."""
    if inspect.iscoroutinefunction(source) or inspect.isasyncgenfunction(source):
        raise Error(f"the source of {described} is asynchronous, which is not served")
    if callable(source):
        try:
            parameters = inspect.signature(source).parameters.values()
        except (TypeError, ValueError):
            parameters = {}.values()
        taken = any(
            parameter.kind != parameter.KEYWORD_ONLY
            and parameter.kind != parameter.VAR_KEYWORD
            for parameter in parameters
        )
        read: Callable[..., Iterable[Any]] = source
        if taken:
            return read
        return lambda query: read()
    if isinstance(source, (str, bytes)) or not isinstance(source, Iterable):
        raise Error(f"the source of {described} is neither a function nor rows")
    if iter(source) is source:
        raise Error(
            f"the source of {described} can be read only once",
            hint="Give a list, or the function that makes the rows.",
        )
    rows: Iterable[Any] = source
    return lambda query: rows


def table(
    name: Optional[str] = None,
    *,
    columns: Mapping[str, ColumnSpec],
    splits: int = 1,
    split_by: str = "kit",
    batch: Optional[Sequence[str]] = None,
    payload: Optional[Mapping[str, Any]] = None,
    **options: Any,
) -> Callable[[Any], Table]:
    """Makes a table of a function that returns or yields rows, or of a list of rows.

    columns has a type by each name, or {"type": ..., "path": ..., "key": ...,
    "required": ..., "not_null": ..., "collation": ..., "pushdown": ..., "null_if":
    ..., "format": ..., "input": ...}.  The name is the function's where none is given.
    split_by="source": the source returns the rows of query.split alone.  batch: columns
    whose values come as key tuples.  options are those of the foreign table.  Raises
    Error for what cannot be served.
    """

    def make(source: Any) -> Table:
        own = name if name is not None else getattr(source, "__name__", None)
        if not isinstance(own, str) or not own:
            raise Error("a table of rows has no name: give it as table(name, ...)")
        try:
            json.dumps([payload, options])
        except (TypeError, ValueError):
            raise Error(f"an option of table {quote(own)} is no JSON") from None
        return Table(own, source, columns, splits, split_by, batch, payload, options)

    return make


Described = List[Dict[str, Any]]


def describe(tables: Iterable[Table]) -> Dict[str, Described]:
    """The answer to "describe"."""
    return {"tables": [each.describe() for each in tables]}
