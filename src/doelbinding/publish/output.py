"""Writes a site into a folder, and leaves what is not its own alone.

`published.json` lists every file with its SHA-256. A later publication replaces those files and
removes the ones it no longer has; a folder with other things in it is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from doelbinding.publish.addresses import MANIFEST
from doelbinding.publish.errors import FolderError

KEPT = "versions/"
"""Documents of earlier versions keep their address (R-0.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the site, by its address within it, with its SHA-256 in hex."""

    path: str
    sha256: str
    size: int


def write_site(content: Iterable[tuple[str, bytes]], out: Path) -> tuple[File, ...]:
    """Write the files and the manifest; remove files of the last publication that are gone.

    Raises:
        FolderError: the folder holds something that is not an earlier publication.
    """
    before = _before(out)
    files = sorted((_write(out, path, data) for path, data in content), key=lambda f: f.path)
    now = {file.path for file in files}
    for path in before - now:
        if not path.startswith(KEPT):
            _remove(out, path)
    kept = [_file(path, (out / path).read_bytes()) for path in _still_there(out, before - now)]
    every = tuple(sorted([*files, *kept], key=lambda f: f.path))
    _write(out, MANIFEST, _manifest(every))
    return every


def _before(out: Path) -> set[str]:
    """Give the files of the last publication.

    Raises:
        FolderError: there is something else in the folder.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return set()
    try:
        listed = json.loads((out / MANIFEST).read_bytes())["files"]
        return {str(entry["path"]) for entry in listed}
    except (OSError, ValueError, KeyError, TypeError):
        raise FolderError(
            f"{out} is not empty and holds no {MANIFEST} of an earlier publication: "
            "give an empty folder"
        ) from None


def _still_there(out: Path, paths: set[str]) -> Iterator[str]:
    for path in paths:
        if path.startswith(KEPT) and _within(out, path).is_file():
            yield path


def _write(out: Path, path: str, data: bytes) -> File:
    target = _within(out, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    partial.write_bytes(data)
    partial.replace(target)
    return _file(path, data)


def _file(path: str, data: bytes) -> File:
    return File(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def _remove(out: Path, path: str) -> None:
    target = _within(out, path)
    target.unlink(missing_ok=True)
    for folder in target.parents:
        if folder == out or any(folder.iterdir()):
            return
        folder.rmdir()


def _within(out: Path, path: str) -> Path:
    """Refuse a path that leads out of the folder, whoever wrote the manifest.

    Raises:
        FolderError: the path is absolute or climbs.
    """
    if os.path.isabs(path) or ".." in Path(path).parts:  # noqa: PTH117 - a plain test on text
        raise FolderError(f"{path!r} leads out of {out}: remove it from {MANIFEST}")
    return out / path


def _manifest(files: tuple[File, ...]) -> bytes:
    listed = [{"path": f.path, "sha256": f.sha256, "size": f.size} for f in files]
    return (json.dumps({"files": listed}, indent=1) + "\n").encode()
