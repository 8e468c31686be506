"""Writes an answer so that only its owner can read it: files 0600 in a folder 0700."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

_FOLDER, _FILE = 0o700, 0o600


def write_private(out: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write the files into a folder, made if it is not there; earlier ones are replaced."""
    out.mkdir(parents=True, exist_ok=True, mode=_FOLDER)
    out.chmod(_FOLDER)
    return tuple(_write(out / name, text) for name, text in files.items())


def as_json(document: object) -> str:
    """Write JSON as people can read it too."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _write(path: Path, text: str) -> Path:
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as opened:
        opened.write(text)
    partial.replace(path)
    return path
