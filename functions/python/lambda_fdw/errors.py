"""Errors that a query shows in the function's own words."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional


class Error(Exception):
    """What the query's user reads: becomes the answer's lambda_fdw_error.

    message, detail and hint are texts, sqlstate five letters or digits; the server
    takes 38000 where there is none, or where it is one of its own.
    """

    def __init__(
        self,
        message: str,
        detail: Optional[str] = None,
        hint: Optional[str] = None,
        sqlstate: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        self.message = str(message)
        self.detail = detail
        self.hint = hint
        self.sqlstate = sqlstate

    def answer(self) -> Dict[str, Any]:
        """The answer that says so."""
        told = {
            "message": self.message,
            "detail": self.detail,
            "hint": self.hint,
            "sqlstate": self.sqlstate,
        }
        return {
            "lambda_fdw_error": {
                name: text for name, text in told.items() if text is not None
            }
        }


class Failed(Exception):
    """Rows of a batch that could not be written: their numbers, from 0, and why.

    A writer raises or returns it; the statement fails and names the rows.
    """

    def __init__(self, rows: Mapping[int, str]) -> None:
        super().__init__(f"{len(rows)} rows failed")
        self.rows = dict(rows)


def quote(name: Any) -> str:
    """A name as messages have it."""
    return f'"{name}"'


def sentence(error: BaseException) -> Optional[str]:
    """What an error says, as a detail has it: a sentence; None where it is silent."""
    text = str(error)
    if not text:
        return None
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def show(value: Any) -> str:
    """A value as messages have it: its JSON, up to 100 characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = repr(type(value).__name__)
    return text if len(text) <= 100 else text[:100] + "..."
