"""Conditions as functions, made once a request, that tell whether a value is met.

They are given what a type reads, never None: NULL meets no condition but its own
tests, which are no matter of values.
"""

from __future__ import annotations

import functools
import operator
import re
from typing import Any, Callable, Dict, List, Optional, Tuple

from .errors import Error

Test = Callable[[Any], bool]


def comparison(name: str, operand: Any) -> Test:
    """The test of one of = <> < <= > >=, or of a list."""
    if name == "in":
        return frozenset(operand).__contains__
    if name == "not in":
        excluded = frozenset(operand)
        return lambda value: value not in excluded
    if name == "like":
        return like(operand)
    return functools.partial(_SWAPPED[name], operand)


# with the operand first, so that a call needs no function of Python's
_SWAPPED: Dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.gt,
    "<=": operator.ge,
    ">": operator.lt,
    ">=": operator.le,
}


def _tokens(pattern: str) -> Tuple[List[Tuple[str, str]], bool]:
    """A pattern as (kind, character), and whether it ends with a lone backslash."""
    tokens: List[Tuple[str, str]] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            escaped = next(characters, None)
            if escaped is None:
                return tokens, True
            tokens.append(("text", escaped))
        elif character in "%_":
            tokens.append((character, character))
        else:
            tokens.append(("text", character))
    return tokens, False


def like(pattern: str) -> Test:
    """LIKE as PostgreSQL has it: %, _ and backslash, over characters.

    Between % each piece is looked for from where the one before it ended, once: no
    pattern takes longer than its length times the text's.
    """
    tokens, unfinished = _tokens(pattern)
    if unfinished:
        return _unfinished(pattern)
    pieces: List[List[Tuple[str, str]]] = [[]]
    for token in tokens:
        if token[0] == "%":
            pieces.append([])
        else:
            pieces[-1].append(token)
    if len(pieces) == 1:
        return _whole(pieces[0])
    first, last = pieces[0], pieces[-1]
    starts, ends = _whole_at(first), _whole_at(last)
    middle = [(_expression(piece), len(piece)) for piece in pieces[1:-1] if piece]
    least = len(first) + len(last)

    def test(text: str) -> bool:
        end = len(text) - len(last)
        if len(text) < least or not starts(text, 0) or not ends(text, end):
            return False
        place = len(first)
        for expression, length in middle:
            found = expression.search(text, place, end)
            if found is None:
                return False
            place = found.start() + length
        return True

    return test


def _expression(piece: List[Tuple[str, str]]) -> "re.Pattern[str]":
    return re.compile(
        "".join("." if kind == "_" else re.escape(text) for kind, text in piece),
        re.DOTALL,
    )


def _whole(piece: List[Tuple[str, str]]) -> Test:
    if all(kind == "text" for kind, _text in piece):
        wanted = "".join(text for _kind, text in piece)
        return lambda text: bool(text == wanted)
    expression = _expression(piece)
    return lambda text: expression.fullmatch(text) is not None


def _whole_at(piece: List[Tuple[str, str]]) -> Callable[[str, int], bool]:
    """Does a piece, of a length of its own, stand at a place?"""
    if all(kind == "text" for kind, _text in piece):
        wanted = "".join(text for _kind, text in piece)
        return lambda text, place: text.startswith(wanted, place)
    expression = _expression(piece)
    return lambda text, place: expression.match(text, place) is not None


def _unfinished(pattern: str) -> Test:
    """A pattern that ends with a lone backslash: an error for texts that reach it."""

    def test(text: str) -> bool:
        return _walk(text, 0, pattern, 0) is True

    return test


def _walk(text: str, at: int, pattern: str, place: int) -> Optional[bool]:
    """Step by step as PostgreSQL goes, so that the error comes where its own does.

    None: no match, wherever in the text the rest of the pattern is looked for.
    """
    while at < len(text) and place < len(pattern):
        if pattern[place] == "%":
            return _walk_any(text, at, pattern, place + 1)
        if pattern[place] == "\\":
            place += 1
            if place == len(pattern):
                raise Error(
                    "LIKE pattern must not end with escape character", sqlstate="22025"
                )
            if pattern[place] != text[at]:
                return False
        elif pattern[place] != "_" and pattern[place] != text[at]:
            return False
        at += 1
        place += 1
    if at < len(text):
        return False
    return True if not pattern[place:].strip("%") else None


def _walk_any(text: str, at: int, pattern: str, place: int) -> Optional[bool]:
    """Behind %: looks for the rest of the pattern from each place of the text."""
    while place < len(pattern) and pattern[place] in "%_":
        if pattern[place] == "_":
            if at == len(text):
                return None
            at += 1
        place += 1
    if place == len(pattern):
        return True
    first = pattern[place]
    if first == "\\":
        if place + 1 == len(pattern):
            return _walk("x", 0, pattern, place)  # which raises
        first = pattern[place + 1]
    for start in range(at, len(text)):
        if text[start] == first:
            found = _walk(text, start, pattern, place)
            if found is not False:
                return found
    return None
