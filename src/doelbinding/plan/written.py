"""A row's key as people read and type it: its parts with commas, as a line of CSV (RFC 4180).

A part that has a comma of its own stands in double quotes: `"Bos, Anna",3`.
"""

from __future__ import annotations

import csv
from io import StringIO

from doelbinding.binding.circumstances import Key


def key_written(key: Key) -> str:
    """Write a key."""
    line = StringIO()
    csv.writer(line).writerow(key)
    return line.getvalue().removesuffix("\r\n")


def parts_of(written: str) -> tuple[str, ...]:
    """Read the parts of a key; what its columns are, their dataset tells."""
    try:
        (parts,) = csv.reader([written], strict=True)
    except (csv.Error, ValueError):
        return tuple(written.split(","))
    return tuple(parts)
