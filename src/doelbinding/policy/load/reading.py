"""YAML as a policy's writer means it, with the file and line of every part.

Only `null`, `true`, `false` and whole numbers have a meaning of their own (YAML 1.2, core schema);
all else is text as written. So the country `NO`, the key `on`, the time `10:30`, the code `007`
and the version `1.10` stay what they look like; dates are read where a date is expected.
A scalar remembers how it was written, so that `number: 2` can still be text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from doelbinding.policy.load.places import ModelPath, Place, Problem

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 40
MAX_PARTS = 400_000  # after aliases are expanded
EXACT = 2**53 - 1  # canonical JSON (RFC 8785) holds no greater whole number exactly

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_TAG + kind for kind in ("null", "bool", "int", "str", "seq", "map")}
_base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_base):  # type: ignore[misc]  # the C loader where there is one
    """Resolves nothing but null, booleans and whole numbers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_Loader.add_implicit_resolver(
    _TAG + "null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver(
    _TAG + "bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")
)
_Loader.add_implicit_resolver(
    _TAG + "int", re.compile(r"-?(?:0|[1-9][0-9]*)\Z"), list("-0123456789")
)


class UnreadableError(Exception):
    """The file is not YAML that can hold a part of a policy."""

    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.remedy = remedy


@dataclass(slots=True)
class Content:
    """What a file holds: plain data, the place and the written form of each part, and problems."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[ModelPath, Place] = field(default_factory=dict)
    written: dict[ModelPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_file(file: Path) -> Content:
    """Read one file of a policy.

    Raises:
        UnreadableError: it is not one YAML mapping in UTF-8, or far too large.
    """
    node = _compose(_text_of(file))
    content = Content()
    if node is None or node.tag == _TAG + "null":
        return content
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableError(
            _line(node),
            "the file does not hold a mapping",
            "Write `key: ...` at the top, such as `activities:`",
        )
    content.data = _Builder(file, content).mapping(node, (), ())
    return content


def _text_of(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise UnreadableError(
            0, f"the file cannot be read ({reason})", "Check its rights"
        ) from None
    if len(raw) > MAX_BYTES:
        raise UnreadableError(0, "the file is larger than 8 MiB", "Split it over several files")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(line, "the file is not UTF-8", "Save it as UTF-8") from None


def _compose(text: str) -> yaml.Node | None:
    try:
        _bound_depth(text)
        node: yaml.Node | None = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        several = "another document" in str(error.problem)
        message = "the file holds several documents" if several else f"not YAML: {error.problem}"
        remedy = "Keep one, or make it two files" if several else "Correct the text around here"
        raise UnreadableError(mark.line + 1 if mark else 1, message, remedy) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableError(line, "a character that YAML forbids", "Remove it") from None
    return node


def _bound_depth(text: str) -> None:
    """Walk the events, not the tree: composing is recursive, in C, and would crash."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UnreadableError(
                _line(event),
                f"nested deeper than {MAX_DEPTH} levels",
                "No policy needs that: look for a stray bracket",
            )


def _line(at: yaml.Node | yaml.Event) -> int:
    return at.start_mark.line + 1 if at.start_mark else 1


def _whole_number(written: str) -> int | str:
    if re.fullmatch(r"-?[0-9]{1,16}", written) and abs(int(written)) <= EXACT:
        return int(written)
    return written  # too large to be exact: text, as written


class _Builder:
    """Turns nodes into plain data, noting places; an alias is expanded where it is used."""

    def __init__(self, file: Path, content: Content) -> None:
        self._file = file
        self._content = content

    def mapping(
        self, node: yaml.MappingNode, path: ModelPath, around: tuple[int, ...]
    ) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                place = Place(self._file, _line(key_node))
                problem = Problem(path, "a key must be a word", "Write `key: value`", place)
                self._content.problems.append(problem)
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in data:
                self._duplicate(here, _line(key_node))
                continue
            self._content.places[here] = Place(self._file, _line(key_node))
            data[key] = self._value(value_node, here, around)
        return data

    def _value(self, node: yaml.Node, path: ModelPath, around: tuple[int, ...]) -> Any:
        if len(self._content.places) > MAX_PARTS:
            raise UnreadableError(
                _line(node), "the aliases make this file far too large", "Write the parts out"
            )
        if id(node) in around:
            raise UnreadableError(_line(node), "an alias that contains itself", "Write it out")
        if node.tag not in _PLAIN_TAGS:
            self._problem(path, f"the tag {node.tag} means nothing here", "Leave the tag out")
            return str(node.value)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path, (*around, id(node)))
        if isinstance(node, yaml.SequenceNode):
            return list(self._items(node, path, (*around, id(node))))
        return self._scalar(node, path)

    def _items(
        self, node: yaml.SequenceNode, path: ModelPath, around: tuple[int, ...]
    ) -> Iterator[Any]:
        for position, item in enumerate(node.value):
            here = (*path, position)
            self._content.places[here] = Place(self._file, _line(item))
            yield self._value(item, here, around)

    def _scalar(self, node: yaml.Node, path: ModelPath) -> str | int | bool | None:
        written = str(node.value)
        self._content.written[path] = written
        match node.tag.removeprefix(_TAG):
            case "null":
                return None
            case "bool" if written.lower() in {"true", "false"}:
                return written.lower() == "true"
            case "int":
                return _whole_number(written)
        return written

    def _duplicate(self, path: ModelPath, line: int) -> None:
        first = self._content.places[path].line
        self._content.problems.append(
            Problem(
                path,
                f"the key stands here twice, first on line {first}",
                "Keep one of them",
                Place(self._file, line),
            )
        )

    def _problem(self, path: ModelPath, message: str, remedy: str) -> None:
        self._content.problems.append(Problem(path, message, remedy))
