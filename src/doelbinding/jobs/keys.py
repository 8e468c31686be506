"""Keys for pseudonyms: made, and destroyed with evidence, which ends what stood under them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction

from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.jobs.plans import actor
from doelbinding.policy.endings import PseudonymKey
from doelbinding.records.pseudonym_keys import KeyRefused
from doelbinding.wiring import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key that the policy names, and how it stands."""

    key: PseudonymKey
    there: bool
    destroyed_at: datetime | None

    def standing(self, on: date) -> str:
        """Say what the values under it are."""
        if self.destroyed_at is not None and self.there:
            return (
                f"destroyed on {self.destroyed_at.date()}, and its file is there again: what "
                f"stands under it is personal data until you destroy it again, with `doelbinding "
                f"keys destroy {self.key.id} --yes`"
            )
        if self.destroyed_at is not None:
            return f"destroyed on {self.destroyed_at.date()}: what stood under it has ended"
        due = self.key.destroy_by
        until = "" if due is None else f", to be destroyed by {due}"
        late = " (overdue)" if due is not None and due < on else ""
        here = "there" if self.there else "not made"
        return f"{here}{until}{late}: what stands under it is personal data"


def known_keys(workspace: Workspace) -> list[KnownKey]:
    """Give the keys that the policy names."""
    kept = workspace.pseudonym_keys
    return [
        KnownKey(key=key, there=kept.exists(key.id), destroyed_at=kept.destroyed_at(key.id))
        for key in workspace.policy.pseudonym_keys
    ]


def make_key(workspace: Workspace, name: str) -> None:
    """Make a key that the policy names.

    Raises:
        KeyRefused: the policy does not name it, it is there, or it was destroyed.
    """
    names = [key.id for key in workspace.policy.pseudonym_keys]
    if name not in names:
        known = ", ".join(names) or "none"
        raise KeyRefused(f"the policy names no pseudonym key {name!r}; it names {known}")
    workspace.pseudonym_keys.make(name)


def destroy_key(workspace: Workspace, name: str, by: str) -> datetime:
    """Destroy a key, and say so in evidence, once; after a crash it goes on from there.

    Raises:
        NoKey: there never was one here.
    """
    records = workspace.records
    gone = workspace.pseudonym_keys.destroy(name, datetime.now(UTC))
    with transaction.atomic():
        if not _said(workspace, name):
            records.log.append(
                EntryKind.KEY_DESTROYED,
                {"key": name, "destroyed": instant(gone), "by": actor(workspace, by)},
            )
    records.checkpoint()
    return gone


def _said(workspace: Workspace, name: str) -> bool:
    store = workspace.records.log.store
    entries = (json.loads(leaf) for leaf in store.leaves(0, store.size()))
    kind = EntryKind.KEY_DESTROYED.value
    return any(e["kind"] == kind and e["data"]["key"] == name for e in entries)
