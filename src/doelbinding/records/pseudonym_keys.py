"""Keys for pseudonyms on disk: files that only their owner may read, and what is left of them.

A key that was destroyed leaves its name and the instant, so that no key of that name is made again
and everybody can tell that what stands under it has ended (GDPR recital 26). Copies of the file, in
backups too, are for whoever made them to destroy.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doelbinding.plan.transform import NoKey

_BYTES = 32
_AGAIN = "destroy it again with `doelbinding keys destroy {name} --yes`"
_OWNER_ONLY = 0o600


class KeyRefused(Exception):
    """A key cannot be made, read or destroyed as asked; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudonymKeys:
    """The keys in a folder, by their names in the policy."""

    folder: Path

    def material(self, name: str) -> bytes:
        """Give a key; fulfils `plan.transform.Keyring`.

        Raises:
            NoKey: it is not there, or was destroyed, also where its file came back.
            KeyRefused: others may read it, or it is none.
        """
        path, gone = self._path(name), self.destroyed_at(name)
        if gone is not None:
            back = f", and its file is there again: {_AGAIN}; then" if path.exists() else ":"
            raise NoKey(
                name,
                f"the key {name!r} was destroyed on {gone.date()}{back.format(name=name)} name "
                "another key in the policy, under which values end from now on",
            )
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                held = file.read(_BYTES + 1)
        except FileNotFoundError:
            raise NoKey(name) from None
        if mode & ~_OWNER_ONLY:
            raise KeyRefused(f"{path}: its mode is {mode:04o}; run: chmod 600 {path}")
        if len(held) != _BYTES:
            raise KeyRefused(f"{path}: holds no key of {_BYTES} bytes; put the right file back")
        return held

    def make(self, name: str) -> None:
        """Make a key.

        Raises:
            KeyRefused: there is one, or one of that name was destroyed.
        """
        gone = self.destroyed_at(name)
        if gone is not None:
            raise KeyRefused(
                f"the key {name!r} was destroyed on {gone.date()}: what stood under it has ended, "
                "and a new key needs a new name"
            )
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            _write(self._path(name), secrets.token_bytes(_BYTES))
        except FileExistsError:
            raise KeyRefused(f"there is a key {name!r} already; it is never overwritten") from None
        _settle(self.folder)

    def destroy(self, name: str, now: datetime) -> datetime:
        """Destroy a key and give the instant at which that was; again, it gives the first.

        What says that it is gone is written before, so that no instant leaves neither.

        Raises:
            NoKey: there never was one here.
        """
        path, stone = self._path(name), self._stone(name)
        if self.destroyed_at(name) is None:
            if not path.exists():
                raise NoKey(name)
            whole = stone.with_suffix(f".{secrets.token_hex(4)}")
            _write(whole, now.astimezone(UTC).isoformat(timespec="seconds").encode())
            whole.rename(stone)
            _settle(self.folder)
        with suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(bytes(_BYTES))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _settle(self.folder)
        if path.exists():
            raise KeyRefused(f"{path}: is still there; see who writes it, and destroy it again")
        return self.destroyed_at(name) or now

    def exists(self, name: str) -> bool:
        """Tell whether a key is there."""
        return self._path(name).exists()

    def destroyed_at(self, name: str) -> datetime | None:
        """Give when a key was destroyed; none if it was not."""
        try:
            return datetime.fromisoformat(self._stone(name).read_text(encoding="ascii"))
        except FileNotFoundError:
            return None

    def names(self) -> Iterator[str]:
        """Yield the names of the keys that are there."""
        yield from sorted(path.stem for path in self.folder.glob("*.key"))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def _stone(self, name: str) -> Path:
        return self.folder / f"{name}.destroyed"


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """See to it that what a folder lists is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
