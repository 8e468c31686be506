"""How long a Delta table keeps its log, and in it what was taken out: its own terms.

To shorten the log a purge lets the table keep nothing for a moment. What the table said before is
noted beside the log first, so that a purge after one that died gives it back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_NOTE = "_delta_log/_doelbinding_terms.json"
_NOTHING = "interval 0 seconds"
_USUAL = {
    "delta.logRetentionDuration": "interval 30 days",
    "delta.deletedFileRetentionDuration": "interval 1 week",
}
"""What a table keeps unless it says otherwise."""


@contextmanager
def keeping_nothing(opened: Callable[[], Any]) -> Iterator[Any]:
    """Give the table, with terms by which it keeps nothing; at the end it has its own again."""
    held = opened()
    before = _terms(held, _USUAL)
    _write(held, before)
    held.alter.set_table_properties(dict.fromkeys(_USUAL, _NOTHING))
    short = opened()
    try:
        yield short
    finally:
        short.alter.set_table_properties(before)
        _files(short).delete_file(_NOTE)


def give_back_terms(opened: Callable[[], Any]) -> None:
    """Give a table its own terms, if a purge died that let it keep nothing."""
    held = opened()
    noted = _read(held)
    if noted is None:
        return
    if _NOTHING in _told(held).values():
        held.alter.set_table_properties(_terms(held, noted))
    _files(held).delete_file(_NOTE)


def _terms(held: Any, otherwise: Mapping[str, str]) -> dict[str, str]:
    """Give what a table says of each, and what is to be taken where it says nothing."""
    told = _told(held)
    return {
        name: usual if told.get(name, _NOTHING) == _NOTHING else told[name]
        for name, usual in otherwise.items()
    }


def _told(held: Any) -> Mapping[str, str]:
    told = held.metadata().configuration
    return {name: told[name] for name in _USUAL if name in told}


def _files(held: Any) -> Any:
    from deltalake.fs import DeltaStorageHandler  # noqa: PLC0415 - an extra
    from pyarrow.fs import PyFileSystem  # noqa: PLC0415

    return PyFileSystem(DeltaStorageHandler.from_table(held._table))  # noqa: SLF001


def _write(held: Any, terms: Mapping[str, str]) -> None:
    from deltalake.fs import DeltaStorageHandler  # noqa: PLC0415 - an extra

    handler: Any = DeltaStorageHandler.from_table(held._table)._handler  # noqa: SLF001
    stream = handler.open_output_stream(_NOTE, None)  # pyarrow's own way gives it no bytes
    stream.write(json.dumps(terms).encode())
    stream.close()


def _read(held: Any) -> dict[str, str] | None:
    files = _files(held)
    if not files.get_file_info(_NOTE).is_file:
        return None
    with files.open_input_stream(_NOTE) as stream:
        read: dict[str, str] = json.loads(stream.read().decode())
    return read
