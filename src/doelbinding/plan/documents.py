"""Values at a path in a JSON text, read and replaced in place: every other character stays.

A document is never written anew as a whole, so numbers keep their digits, members their order, and
a name that stands twice in an object is found twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import TypeGuard

from doelbinding.policy.json_path import Every, Steps

_LONGEST = 400  # digits of a whole number that is read as one


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < _LONGEST else Decimal(digits)


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_int=_whole)
_SKIPPER = json.JSONDecoder(parse_float=str, parse_int=str)
_BLANK = re.compile(r"[ \t\n\r]*")


def read_value(text: object, steps: Steps) -> object:
    """Give the value at a path as a row shows it: a plain one, or JSON for what holds others.

    None where there is none, or no document. Of a path to many, a JSON list of those there are.
    """
    found = [] if not is_document(text) else [_plain(text[a:b]) for a, b in _spans(text, steps)]
    held = [one for one in found if one is not None]
    if Every.EVERY in steps:
        return json.dumps(held, ensure_ascii=False) if held else None
    value = held[-1] if held else None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


def told_apart(shown: object, steps: Steps) -> Sequence[object]:
    """Give the values that `read_value` shows together, of a path to many; else the one."""
    if not isinstance(shown, str) or Every.EVERY not in steps:
        return (shown,)
    held: list[object] = json.loads(shown, parse_int=_whole)
    return held


def replace_values(text: object, steps: Steps, each: Callable[[object], object]) -> object:
    """Give the text with each value at the path replaced by what `each` makes of it.

    Null stays null; a text that is no JSON document stays as it is.
    """
    if not is_document(text):
        return text
    pieces, last = [], 0
    for start, end in _spans(text, steps):
        value, _ = _DECODER.raw_decode(text[start:end])
        changed = None if value is None else each(value)
        if changed != value or type(changed) is not type(value):
            pieces += [text[last:start], _written(changed)]
            last = end
    return "".join([*pieces, text[last:]]) if pieces else text


def is_document(text: object) -> TypeGuard[str]:
    """Tell whether a text is JSON (RFC 8259)."""
    if not isinstance(text, str):
        return False
    try:
        json.loads(text, parse_constant=_refuse, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _plain(text: str) -> object:
    return json.loads(text, parse_int=_whole)


def _written(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which only an escape can write
        return json.dumps(value)
    return text


def _spans(text: str, steps: Steps) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each value at the path, in the order of the text."""
    yield from _within(text, _after_blank(text, 0), steps)


def _within(text: str, start: int, steps: Steps) -> Iterator[tuple[int, int]]:
    if not steps:
        yield start, _SKIPPER.raw_decode(text, start)[1]
        return
    step, rest = steps[0], steps[1:]
    wanted = "[" if step is Every.EVERY else "{"
    if text[start] != wanted:
        return
    for name, value in _members(text, start):
        if step is Every.EVERY or name == step:
            yield from _within(text, value, rest)


def _members(text: str, start: int) -> Iterator[tuple[str | None, int]]:
    """Yield each member's name (none in an array) and where its value starts."""
    named, closing = text[start] == "{", "}" if text[start] == "{" else "]"
    position = _after_blank(text, start + 1)
    while text[position] != closing:
        name = None
        if named:
            name, position = scanstring(text, position + 1, True)  # noqa: FBT003 - of the library
            position = _after_blank(text, _after_blank(text, position) + 1)
        yield name, position
        position = _after_blank(text, _SKIPPER.raw_decode(text, position)[1])
        if text[position] == ",":
            position = _after_blank(text, position + 1)


def _after_blank(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    return position if found is None else found.end()
