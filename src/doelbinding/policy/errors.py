"""What can be wrong with a policy. Each docstring is the meaning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyError:
    """One thing that is wrong in a policy's files, and what to write instead.

    `path` is the place in the model, `where` the same in people's words. Line 0: the folder as a
    whole.
    """

    file: Path
    line: int
    path: tuple[str | int, ...]
    where: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        parts = (place, self.where, f"{self.message.rstrip('.')}. {self.remedy}".rstrip())
        return ": ".join(part for part in parts if part)


class NotAPolicyError(Exception):
    """What was offered cannot be read as a policy."""


class PolicyErrors(NotAPolicyError):
    """The folder does not hold a valid policy; `errors` lists everything found, in file order."""

    def __init__(self, errors: Iterable[PolicyError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda e: (str(e.file), e.line)))
        super().__init__("\n".join(str(error) for error in self.errors))


class DocumentError(NotAPolicyError):
    """The JSON is not the document of a policy, so no version can be read from it."""
