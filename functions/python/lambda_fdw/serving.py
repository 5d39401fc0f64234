"""The handler: from an event to its answer."""

from __future__ import annotations

import sys
import traceback
from typing import Any, Callable, Dict, Optional

from .declaration import Table, describe
from .errors import Error
from .pages import PAGE_BYTES, Pages
from .request import check_envelope, find_table, read_plain, read_scan
from .writes import BatchStore, MemoryStore, write

Handler = Callable[[Any, Any], Any]


def _told_of(error: Exception) -> Dict[str, Any]:
    """An exception as the answer has it: its type and message; the log has the rest."""
    traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)
    text = str(error)
    name = type(error).__name__
    return Error(f"{name}: {text}" if text else name).answer()


def serve(
    *tables: Table,
    page_bytes: int = PAGE_BYTES,
    batch_store: Optional[BatchStore] = None,
) -> Handler:
    """Makes the function's handler, which serves these tables.

    page_bytes: how large an answer may be, 6,000,000 at most; batch_store: where
    answers to writes are kept, instead of this environment's memory.
    """
    if not tables:
        raise Error("serve has no table")
    for table in tables:
        if not isinstance(table, Table):
            raise Error(f"serve takes tables, not {type(table).__name__}")
    names = [table.name for table in tables]
    if len(set(names)) < len(names):
        raise Error(f"two tables of serve have one name: {', '.join(names)}")
    if not 1 <= page_bytes <= 6_000_000:
        raise Error("page_bytes of serve is not 1 to 6000000")
    pages = Pages(page_bytes)
    store = MemoryStore() if batch_store is None else batch_store

    def answer(event: Any) -> Any:
        if not isinstance(event, dict) or "lambda_fdw" not in event:
            table, scan = read_plain(tables, event)
            return pages.plain(table, scan)
        operation = check_envelope(event["lambda_fdw"])
        if operation == "describe":
            return describe(tables)
        table = find_table(tables, event["lambda_fdw"].get("table"))
        if operation == "scan":
            return pages.answer(table, read_scan(table, event), event)
        return write(table, operation, event, store)

    def handler(event: Any, context: Any = None) -> Any:
        """Answers an event of Lambda."""
        try:
            return answer(event)
        except Error as error:
            return error.answer()
        except Exception as error:  # pylint: disable=broad-except
            return _told_of(error)

    return handler
