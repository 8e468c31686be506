"""Plain data to a `Policy`, and what is wrong with it in sentences people can act on.

Validation is pydantic's, in its strict JSON mode: no value is bent into another type behind the
writer's back. The one exception: where text is expected, an unquoted number or boolean is the text
that was written.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from itertools import groupby
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.model import Policy

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping (`key: value`)",
    "mapping_type": "a mapping (`key: value`)",
    "dataclass_type": "a mapping (`key: value`)",
    "dataclass_exact_type": "a mapping (`key: value`)",
    "date_type": "a date such as 2024-01-31",
    "date_parsing": "a date such as 2024-01-31",
    "date_from_datetime_parsing": "a date such as 2024-01-31",
    "date_from_datetime_inexact": "a date such as 2024-01-31",
}


class InvalidError(Exception):
    """The data do not have the shape of a policy."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@cache
def adapter() -> TypeAdapter[Policy]:
    """Give pydantic's reader and writer of a policy, built once."""
    return TypeAdapter(Policy)


def validate(data: dict[str, Any], written: Mapping[ModelPath, str]) -> Policy:
    """Read a policy from plain data; text written without quotes is put right in *data*.

    Raises:
        InvalidError: the data do not have the shape of a policy.
    """
    try:
        return _read(data)
    except ValidationError as error:
        mended = [path for e in error.errors() if (path := _mend(data, e, written))]
        if not mended:
            raise InvalidError(list(_explain(data, error))) from None
    try:
        return _read(data)
    except ValidationError as error:
        raise InvalidError(list(_explain(data, error))) from None


def _read(data: dict[str, Any]) -> Policy:
    return adapter().validate_json(json.dumps(data), strict=True)


def _mend(
    data: dict[str, Any], error: ErrorDetails, written: Mapping[ModelPath, str]
) -> ModelPath | None:
    path = path_of(data, error["loc"])
    if error["type"] != "string_type" or path not in written:
        return None
    if not isinstance(_at(data, path), int):  # a bool is an int
        return None
    around: Any = _at(data, path[:-1])
    around[path[-1]] = written[path]
    return path


def path_of(data: object, loc: Sequence[str | int]) -> ModelPath:
    """Give the path in the data that an error's location means, without the names of unions."""
    path: ModelPath = ()
    node: Any = data
    for part in loc:
        in_list = isinstance(node, list) and isinstance(part, int) and part < len(node)
        if in_list or (isinstance(node, dict) and part in node):
            node = node[part]
            path = (*path, part)
    return path


def _at(data: object, path: ModelPath) -> Any:
    node: Any = data
    for part in path:
        node = node[part]
    return node


def _explain(data: dict[str, Any], error: ValidationError) -> Iterator[Problem]:
    placed = [(path_of(data, e["loc"]), e) for e in error.errors(include_url=False)]
    for path, group in groupby(placed, key=lambda pair: pair[0]):
        yield from _explain_one(data, path, [e for _, e in group])


def _explain_one(
    data: dict[str, Any], path: ModelPath, errors: list[ErrorDetails]
) -> Iterator[Problem]:
    kinds = [e for e in errors if e["type"] in _KINDS]
    others = [e for e in errors if e["type"] not in _KINDS]
    if kinds and not others:
        yield _wrong_kind(path, _at(data, path), [_KINDS[e["type"]] for e in kinds])
    for e in others:  # of a union, what is wrong inside says more than "not text"
        match e["type"]:
            case "unexpected_keyword_argument":
                yield _unknown_key(path, e["loc"])
            case "missing":
                yield _missing_key(path, e["loc"])
            case "enum" | "literal_error":
                yield _not_a_word(path, e)
            case "value_error":
                yield _refused(data, path, e)
            case _:
                yield Problem(path, f"not right: {e['msg']}", "Correct it")


def _wrong_kind(path: ModelPath, found: object, wanted: list[str]) -> Problem:
    kinds = list(dict.fromkeys(wanted))
    either = " or ".join(kinds) if len(kinds) < 3 else ", ".join(kinds[:-1]) + " or " + kinds[-1]  # noqa: PLR2004
    match found:
        case None:
            return Problem(path, "nothing is written here", f"Write {either}")
        case dict():
            shown = "a mapping"
        case list():
            shown = "a list"
        case _:
            shown = _shown(found)
    return Problem(path, f"{shown} is not {either}", f"Write {either}")


def _shown(found: object) -> str:
    text = json.dumps(found, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004


def _unknown_key(path: ModelPath, loc: Sequence[str | int]) -> Problem:
    key = str(loc[-1])
    known = keys_of(type_at(loc[:-1]))
    if key == "<<":
        return Problem(path, "merge keys (`<<`) are not read here", "Write the keys out")
    return Problem(path, f"the key `{key}` is not known here", suggestion(key, known))


def _missing_key(path: ModelPath, loc: Sequence[str | int]) -> Problem:
    return Problem(path, f"the key `{loc[-1]}` is missing", f"Add `{loc[-1]}: ...`")


def _not_a_word(path: ModelPath, error: ErrorDetails) -> Problem:
    expected = str(error.get("ctx", {}).get("expected", ""))
    words = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    found = error["input"]
    return Problem(
        path,
        f"{_shown(found)} is not one of the words that may stand here",
        suggestion(found if isinstance(found, str) else "", words),
    )


_ADVICE = {
    "a condition holds": "Write one test; combine several with `all` or `any`",
    "`column` goes with": "Name the column and one test, such as {column: kind, equals: K}",
    "`in`, `all` and `any`": "Add an entry, or leave the test out",
    "an event names": "Keep one of the two",
    "`ongoing_if_null` goes": "Leave `ongoing_if_null` out",
    "a subject path": "Keep one of the two",
    "`ends_as` holds": "Keep one; combine none",
    "`band` is 2": "Write a greater number",
}


def _refused(data: dict[str, Any], path: ModelPath, error: ErrorDetails) -> Problem:
    message = str(error.get("ctx", {}).get("error", error["msg"]))
    node = _at(data, path)
    if isinstance(node, dict):  # the types refuse as a whole; the message begins with the culprit
        culprit = (k for k, v in node.items() if isinstance(v, str) and message.startswith(repr(v)))
        path += tuple(culprit)[:1]
    says, colon, advice = message.rpartition(": write ")
    if colon:
        return Problem(path, says, f"Write {advice}")
    remedy = next((r for start, r in _ADVICE.items() if message.startswith(start)), "Correct it")
    return Problem(path, message, remedy)


def suggestion(found: str, known: Sequence[str]) -> str:
    """Say what to write instead of *found*: the nearest known word, or the words there are."""
    near = get_close_matches(found, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{near[0]}`?"
    words = sorted(set(known))
    if not words:
        return "Leave it out, or declare it first"
    listed = ", ".join(f"`{word}`" for word in words[:15])
    return f"Write one of: {listed}{', ...' if len(words) > 15 else ''}"  # noqa: PLR2004


def keys_of(kind: Any) -> list[str]:
    """Give the keys that a type of the model may have in YAML."""
    return [f.name.rstrip("_") for f in fields(kind)] if is_dataclass(kind) else []


def type_at(loc: Sequence[str | int]) -> Any:
    """Give the type of the model at an error's location; None where there is none."""
    kind: Any = Policy
    for part in loc:
        kind = _step(kind, part)
    return _only(kind)


def _step(kind: Any, part: str | int) -> Any:
    options = typing.get_args(kind) if _is_union(kind) else (kind,)
    for option in options:
        if getattr(option, "__name__", None) == part:
            return option  # the name of a member of a union
    kind = _only(kind)
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return next((hints[f.name] for f in fields(kind) if f.name.rstrip("_") == part), None)
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        return arguments[0]
    return arguments[-1] if arguments else None


def _only(kind: Any) -> Any:
    """Give the one structured member of a union, or the type itself."""
    if not _is_union(kind):
        return kind
    members = [a for a in typing.get_args(kind) if a is not types.NoneType]
    return next((m for m in members if is_dataclass(m) or typing.get_origin(m)), members[0])


def _is_union(kind: Any) -> bool:
    return typing.get_origin(kind) in {typing.Union, types.UnionType}
