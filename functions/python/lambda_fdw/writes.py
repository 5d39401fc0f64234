"""Writes: rows by their types for the user's function, and what it says of them.

A batch that was answered is answered the same again, without the function: the
server sends it again where the answer was lost on its way.  Another batch of its
batch_id is an error: its rows would be lost if it were answered so, and the server,
whose ids are of one payload each, never sends one.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Protocol, Tuple

from .declaration import Column, Table
from .errors import Error, Failed, quote, sentence, show
from .pages import fingerprint
from .request import make_scan
from .rows import MISSING, returned

_MOST_REMEMBERED = 1000
_MOST_BYTES = 64 * 1024 * 1024
_MEMBERS = frozenset(
    "version operation table batch_id rows cascade restart_identity".split()
)


class BatchStore(Protocol):
    """Where answers to batches are kept: beyond this environment, if need be."""

    def get(self, batch_id: str) -> Optional[Dict[str, Any]]:
        """What was put, or None."""

    def put(self, batch_id: str, answer: Dict[str, Any]) -> None:
        """Keeps an answer and a fingerprint of its request, which are JSON."""


class MemoryStore:
    """The last 1000 answers, or 64 MB of them, of this environment."""

    def __init__(self) -> None:
        self.answers: "OrderedDict[str, str]" = OrderedDict()
        self.size = 0

    def get(self, batch_id: str) -> Optional[Dict[str, Any]]:
        """What was put, or None."""
        text = self.answers.get(batch_id)
        found: Optional[Dict[str, Any]] = None if text is None else json.loads(text)
        return found

    def put(self, batch_id: str, answer: Dict[str, Any]) -> None:
        """Keeps an answer."""
        self.size -= len(self.answers.pop(batch_id, ""))
        text = self.answers[batch_id] = json.dumps(answer)
        self.size += len(text)
        while len(self.answers) > _MOST_REMEMBERED or self.size > _MOST_BYTES:
            _batch_id, oldest = self.answers.popitem(last=False)
            self.size -= len(oldest)


class WriteRow(NamedTuple):
    """A row to be written: which one (of update and delete), and its new values.

    Both by the names of columns; values that the statement does not give are absent.
    """

    key: Dict[str, Any]
    values: Dict[str, Any]


class Write(NamedTuple):
    """What a writer is given."""

    table: str
    operation: str
    batch_id: Optional[str]
    rows: List[WriteRow]
    payload: Dict[str, Any]
    cascade: bool
    restart_identity: bool


def _at(column: Column, told: Any) -> Any:
    """What a request has at a column's path."""
    for token in column.tokens:
        if not isinstance(told, dict) or token not in told:
            return MISSING
        told = told[token]
    return told


def _check_members(table: Table, told: Any, tokens: Tuple[str, ...] = ()) -> None:
    """Refuses a member that is no column's, at any depth of their paths."""
    if not isinstance(told, dict):
        raise Error(f"a row for {table} is not an object: {show(told)}")
    for name, value in told.items():
        place = tokens + (name,)
        if any(column.tokens == place for column in table.columns):
            continue
        if not any(column.tokens[: len(place)] == place for column in table.columns):
            raise Error(
                f"{table} has no column {quote('.'.join(place))}",
                hint=table.column_hint(),
            )
        if value is not None:
            _check_members(table, value, place)


def _values(table: Table, told: Any, number: int) -> Dict[str, Any]:
    """The values of a row by the names of its columns."""
    _check_members(table, told)
    found: Dict[str, Any] = {}
    for column in table.columns:
        value = _at(column, told)
        if value is MISSING:
            continue
        try:
            found[column.name] = (
                None
                if value is None
                else column.type.python(column.type.operand(value))
            )
        except (ValueError, ArithmeticError) as error:
            raise Error(
                f"{column}, row {number}: {show(value)} is not a value of type"
                f" {column.type.name}",
                detail=sentence(error),
            ) from None
    return found


def _row(table: Table, operation: str, told: Any, number: int) -> WriteRow:
    if not isinstance(told, dict) or told.keys() - {"key", "values"}:
        raise Error(f"row {number} to be written is not known: {show(told)}")
    row = WriteRow(
        _values(table, told.get("key") or {}, number),
        _values(table, told.get("values") or {}, number),
    )
    if operation in ("update", "delete"):
        for column in table.columns:
            if column.key and column.name not in row.key:
                raise Error(f"row {number} to be written has no key {column}")
    return row


def _read(table: Table, operation: str, event: Mapping[str, Any]) -> Write:
    envelope = event["lambda_fdw"]
    for member in envelope:
        if member not in _MEMBERS:
            raise Error(f"member {quote(member)} of the request is not known")
    batch_id = envelope.get("batch_id")
    if batch_id is not None and not isinstance(batch_id, str):
        raise Error(f"batch_id of the request is not a text: {show(batch_id)}")
    told = envelope.get("rows")
    if operation == "truncate":
        told = told or []
    if not isinstance(told, list):
        raise Error("rows of the request are not a list")
    return Write(
        table.name,
        operation,
        batch_id,
        [_row(table, operation, each, number) for number, each in enumerate(told, 1)],
        {name: value for name, value in event.items() if name != "lambda_fdw"},
        envelope.get("cascade") is True,
        envelope.get("restart_identity") is True,
    )


def _failed(write: Write, failed: Failed) -> Dict[str, Any]:
    """The answer about rows that failed."""
    for index in failed.rows:
        if type(index) is not int or not 0 <= index < len(write.rows):
            raise Error(
                f"the writer of {quote(write.table)} says that row {show(index)} failed,"
                f" and the batch has {len(write.rows)}, counted from 0"
            )
    return {
        "failed": [
            {"index": index, "message": str(message)}
            for index, message in sorted(failed.rows.items())
        ]
    }


def _answer(table: Table, write: Write, result: Any) -> Any:
    """The answer about what the writer returned."""
    if isinstance(result, Failed) and result.rows:
        return _failed(write, result)
    if result is None or isinstance(result, Failed):
        return {} if write.operation == "truncate" else {"affected": len(write.rows)}
    if type(result) is int and result >= 0:
        return {"affected": result}
    if isinstance(result, (str, bytes, dict, bool)) or not hasattr(result, "__iter__"):
        raise Error(
            f"the writer of {table} returned neither rows nor their number:"
            f" {show(result)}"
        )
    scan = make_scan(table, table.answered, (), (), None, None, {}, None)
    return {"rows": returned(table, scan, list(result))}


def write(
    table: Table, operation: str, event: Mapping[str, Any], store: BatchStore
) -> Any:
    """The answer to a write; the writer is asked once for each batch_id."""
    writer = table.writers.get(operation)
    if writer is None:
        raise Error(f"{table} takes no {operation}")
    told = _read(table, operation, event)
    request = None if told.batch_id is None else fingerprint(event)
    if told.batch_id is not None:
        remembered = store.get(told.batch_id)
        if remembered is not None:
            if remembered.get("request") != request:
                raise Error(f"the batch_id {show(told.batch_id)} was another batch's")
            return remembered["answer"]
    try:
        result = writer(told)
    except Failed as failed:
        result = failed
    answer = _answer(table, told, result)
    if told.batch_id is not None:
        store.put(told.batch_id, {"request": request, "answer": answer})
    return answer
