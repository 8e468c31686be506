"""Reading what people type: dates, rows, where the working folder is."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doelbinding.binding.circumstances import Key
    from doelbinding.wiring import Workspace

NOON = time(12, tzinfo=UTC)


class BadInput(Exception):
    """An option holds something it cannot hold."""


def instant_of(written: str | None) -> datetime:
    """Read `--at`: a date, meaning noon in UTC, or the present when left out.

    Raises:
        BadInput: it is not a date.
    """
    if written is None:
        return datetime.now(UTC)
    try:
        return datetime.combine(date.fromisoformat(written), NOON)
    except ValueError:
        raise BadInput(f"--at {written!r} is not a date: write it as 2026-11-23") from None


def workspace_in(folder: Path | None) -> Workspace:
    """Open the working folder: the one given, DOELBINDING_HOME, or the current one."""
    from doelbinding.wiring import open_workspace

    return open_workspace(folder or Path(os.environ.get("DOELBINDING_HOME", ".")))


def opened(folder: Path | None) -> Workspace:
    """Open the working folder with its records, after which jobs can be imported."""
    workspace = workspace_in(folder)
    _ = workspace.records
    return workspace


def known_language(workspace: Workspace, language: str | None) -> None:
    """Refuse a language that the policy has no words in.

    Raises:
        BadInput: the message lists those it has.
    """
    if language is not None and language not in workspace.policy.languages:
        known = ", ".join(workspace.policy.languages)
        raise BadInput(f"--language {language!r}: the policy has {known}")


def known_store(workspace: Workspace, *named: str) -> None:
    """Refuse a store that the policy does not have.

    Raises:
        BadInput: the message lists those it has.
    """
    unknown = set(named) - set(workspace.policy.store_by_id)
    if unknown:
        known = ", ".join(workspace.policy.store_by_id)
        raise BadInput(f"there is no store {min(unknown)!r}; the policy has: {known}")


def included(rows: list[str]) -> tuple[tuple[str, Key], ...]:
    """Read `--include store.dataset:key`; the dataset tells later whether a part is a number.

    Raises:
        BadInput: it is not of that form.
    """
    from doelbinding.plan.written import parts_of

    found = []
    for written in rows:
        ref, colon, key = written.partition(":")
        if not colon or "." not in ref:
            raise BadInput(f"--include {ref!r}: write store.dataset:KEY, such as crm.klant:4711")
        found.append((ref, parts_of(key)))
    return tuple(found)


def reasons(written: list[str]) -> dict[str, str]:
    """Read `--keep activity/phase=why`.

    Raises:
        BadInput: it is not of that form.
    """
    found = {}
    for one in written:
        phase, sign, why = one.partition("=")
        if not sign or "/" not in phase or not why.strip():
            raise BadInput(f"--keep {phase!r}: write activity/phase=why it must be kept")
        found[phase] = why.strip()
    return found


def somebody() -> str:
    """Give the name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
