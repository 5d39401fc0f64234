"""Pages: an answer is as large as Lambda carries it, and a cursor has the rest.

A cursor says how many rows were returned, of which request, and what they came to.
The environment that gave it has kept the scan and goes on; another one reads the
source from its start, skips so many rows, and finds out if they have changed.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import zlib
from collections import OrderedDict
from typing import Any, Dict, Iterator, List, Mapping, Tuple

from .declaration import Table
from .errors import Error
from .request import Scan
from .rows import Row, answers

PAGE_BYTES = 5_000_000
ROW_BYTES = 6_000_000  # of a row alone: Lambda's limit, and room for the rest
_CHUNK = 256  # rows that are measured together
_KEPT = 16  # scans that are kept open
_CURSOR = re.compile(r"(\d{1,18})\.([0-9a-f]{32})\.([0-9a-f]{8})", re.ASCII)


def fingerprint(event: Mapping[str, Any]) -> str:
    """Of a request but for its cursor."""
    envelope = {k: v for k, v in event["lambda_fdw"].items() if k != "cursor"}
    text = json.dumps(dict(event, lambda_fdw=envelope), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _measure(rows: List[Row]) -> str:
    """Rows as the runtime writes them at the longest, each with a separator.

    Some runtimes escape what is not ASCII, which is never shorter than UTF-8.
    """
    return json.dumps(rows)[1:-1] + ", "


class Progress:
    """A scan that is under way: what was returned, and what is left."""

    def __init__(self, table: Table, rows: Iterator[Row]) -> None:
        self.table = table
        self.rows = rows
        self.ahead: List[Row] = []  # were read, and are the next
        self.returned = 0
        self.check = 0

    def _next(self, count: int) -> List[Row]:
        found = self.ahead[:count]
        del self.ahead[:count]
        found.extend(itertools.islice(self.rows, count - len(found)))
        return found

    def _count(self, rows: List[Row], text: str) -> None:
        self.returned += len(rows)
        self.check = zlib.crc32(text.encode(), self.check)

    def is_over(self) -> bool:
        """Is no row left?  Reads the next one, if that is not known."""
        if not self.ahead:
            self.ahead = list(itertools.islice(self.rows, 1))
        return not self.ahead

    def skip(self, count: int) -> None:
        """Passes over so many rows that were returned."""
        while self.returned < count:
            rows = self._next(min(_CHUNK, count - self.returned))
            if not rows:
                return
            self._count(rows, _measure(rows))

    def page(self, most: int) -> List[Row]:
        """The rows of a page of so many bytes, one at least where one is left."""
        page: List[Row] = []
        used = 0
        while True:
            rows = self._next(_CHUNK)
            if not rows:
                return page
            text = _measure(rows)
            if used + len(text) <= most:
                used += len(text)
                page.extend(rows)
                self._count(rows, text)
                continue
            for place, row in enumerate(rows):
                text = _measure([row])
                if used + len(text) > most and (page or len(text) > ROW_BYTES):
                    if not page:
                        raise self._too_large(len(text))
                    self.ahead[:0] = rows[place:]
                    return page
                used += len(text)
                page.append(row)
                self._count([row], text)

    def _too_large(self, length: int) -> Error:
        return Error(
            f"row {self.returned + 1} of the answer of {self.table} has {length} bytes,"
            " and an answer holds 6000000",
            hint="Ask for fewer columns.",
        )

    def cursor(self, request: str) -> str:
        """What asks for the rest of the rows."""
        return f"{self.returned}.{request}.{self.check:08x}"

    def close(self) -> None:
        """Ends the source, if it is a generator."""
        close = getattr(self.rows, "close", None)
        if close is not None:
            close()


class Pages:
    """The scans that an environment keeps between two pages, by their cursors."""

    def __init__(self, page_bytes: int) -> None:
        self.page_bytes = page_bytes
        self.kept: "OrderedDict[str, Progress]" = OrderedDict()

    def _keep(self, cursor: str, progress: Progress) -> None:
        other = self.kept.pop(cursor, None)  # of the same request: one goes on for both
        if other is not None:
            other.close()
        self.kept[cursor] = progress
        while len(self.kept) > _KEPT:
            try:
                _cursor, oldest = self.kept.popitem(last=False)
            except KeyError:
                return
            oldest.close()

    def _resume(self, table: Table, scan: Scan, request: str) -> Progress:
        """The scan that a request goes on with."""
        if scan.cursor is None or scan.cursor == "":
            return Progress(table, answers(table, scan))
        found = _CURSOR.fullmatch(scan.cursor) if isinstance(scan.cursor, str) else None
        if found is None:
            raise Error("the cursor is none of this kit's")
        if found.group(2) != request:
            raise Error("the cursor is of another request")
        progress = self.kept.pop(scan.cursor, None)
        if progress is not None and progress.table is table:
            return progress
        progress = Progress(table, answers(table, scan))
        progress.skip(int(found.group(1)))
        if progress.cursor(request) != scan.cursor:
            progress.close()
            raise Error(
                f"the rows of {table} changed between two pages",
                hint="Run the query again.",
            )
        return progress

    def answer(
        self, table: Table, scan: Scan, event: Mapping[str, Any]
    ) -> Dict[str, Any]:
        """The answer to a scan: a page, and the cursor of the next."""
        request = fingerprint(event)
        progress = self._resume(table, scan, request)
        answer: Dict[str, Any] = {}
        if scan.split is not None:
            answer["split"] = {"index": scan.split.index, "count": scan.split.count}
        # room for what stands around the rows
        around = len(json.dumps(answer)) + len(request) + 80
        rows, over = self._read(progress, max(self.page_bytes - around, 1))
        answer["rows"] = rows
        if not over:
            answer["cursor"] = progress.cursor(request)
            self._keep(answer["cursor"], progress)
        return answer

    def _read(self, progress: Progress, most: int) -> Tuple[List[Row], bool]:
        """A page and whether it is the last; a scan that fails is closed."""
        try:
            return progress.page(most), progress.is_over()
        except BaseException:
            progress.close()
            raise

    def plain(self, table: Table, scan: Scan) -> List[Row]:
        """The answer without the envelope, which is all rows or an error."""
        progress = Progress(table, answers(table, scan))
        rows, over = self._read(progress, max(self.page_bytes - 2, 1))
        if not over:
            progress.close()
            raise Error(
                f"the rows of {table} are more than one answer holds",
                hint="Ask with the envelope of lambda_fdw, which pages.",
            )
        return rows
