"""Files that rows refer to: in root folders that are configured outside the policy.

A value names a file under its root. What leads out of the root, by `..`, an absolute path or a
link, is refused: a row must never be able to name a file of somebody else's. A file that is not
there is fine. After a removal we look whether it is gone.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from doelbinding.plan.ports import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRoots:
    """The root folders by their names in the policy."""

    folders: Mapping[str, Path] = field(default_factory=dict)

    def remove(self, root: str, named: object) -> None:
        """Remove the file that a value names under a root, and see that it is gone.

        Raises:
            Refused: the value leads out of the root or names no plain file, or the file stays.
        """
        path = self._within(root, named)
        if path is None:
            return
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise _refused(root, "is a folder or a link, not a file")
            path.unlink()
            _settle(path.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _refused(root, f"cannot be removed ({error.strerror})") from None
        if os.path.lexists(path):
            raise _refused(root, "is there again after it was removed")

    def _within(self, root: str, named: object) -> Path | None:
        """Give the path that a value names, none where its folder is not there."""
        base = self.folders.get(root)
        if base is None:
            raise Refused(f"no folder is configured for files in {root!r}: add [files.{root}]")
        relative = PurePosixPath(str(named))
        if relative.is_absolute() or ".." in relative.parts or "\0" in str(named):
            raise _refused(root, "leads out of its folder")
        if not relative.parts:
            raise _refused(root, "names no file")
        try:
            base = base.resolve(strict=True)
        except OSError:
            raise Refused(
                f"the folder of files in {root!r} cannot be read: see [files.{root}]"
            ) from None
        parent = (base / relative).parent.resolve()
        if not parent.is_relative_to(base):
            raise _refused(root, "leads out of its folder by a link")
        return parent / relative.name


def _refused(root: str, why: str) -> Refused:
    """Say what is wrong without the name of the file, which may be a person's."""
    return Refused(
        f"a file in {root!r} {why}: its row stays; mend the row or the folder, and run the same "
        "plan again"
    )


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
