"""Proof: the bundle for outsiders, and what each promise rests on (R-II.7)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from doelbinding.evidence import bundle
from doelbinding.evidence.canonical import sha256_hex
from doelbinding.evidence.entry import Entry
from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.standing import standing
from doelbinding.law.findings import check
from doelbinding.policy.model import Control, Promise
from doelbinding.records.models import PlanRecord, PolicyVersion
from doelbinding.wiring import Workspace


def prove(workspace: Workspace, out: Path) -> str:
    """Write the bundle of evidence, with every policy and plan it speaks of; give its SHA-256.

    Key sets are not in a plan's document, so that the bundle holds no personal data.
    """
    documents = {
        f"policy-{version.fingerprint}.json": bytes(version.document)
        for version in PolicyVersion.objects.all()
    }
    documents |= {
        f"plan-{plan.fingerprint}.json": bytes(plan.document) for plan in PlanRecord.objects.all()
    }
    named = _hashes_in(workspace)
    kept = {
        name: data for name, data in documents.items() if Path(name).stem.partition("-")[2] in named
    }
    workspace.records.checkpoint()
    written = bundle.export(workspace.records.log, documents=kept)
    out.write_bytes(written)
    return sha256_hex(written)


def _hashes_in(workspace: Workspace) -> set[str]:
    entries = _entries(workspace)
    return {str(v) for e in entries for k, v in e.data.items() if k in {"policy", "plan"}}


def _entries(workspace: Workspace) -> list[Entry]:
    return [Entry.from_leaf(leaf) for leaf in workspace.records.log.read()]


class Status(StrEnum):
    """What is shown of a promise or a control; "not shown" is never drawn as kept."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlStatus:
    """A control, its status, and the last entry of evidence behind it."""

    control: Control
    status: Status
    last_shown: datetime | None = None
    entry: int | None = None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseStatus:
    """A promise with the status of each control that keeps it."""

    promise: Promise
    controls: tuple[ControlStatus, ...]

    @property
    def status(self) -> Status:
        """Broken if any control is, kept if all are, else not shown."""
        found = {control.status for control in self.controls}
        if Status.BROKEN in found:
            return Status.BROKEN
        return Status.KEPT if found == {Status.KEPT} else Status.NOT_SHOWN


def assess(workspace: Workspace, on: date) -> tuple[PromiseStatus, ...]:
    """Say of each promise whether its controls are shown, by findings and by evidence."""
    broken = {finding.id for finding in check(workspace.policy, on=on)}
    last: dict[str, Entry] = {}
    entries = _entries(workspace)
    for entry in entries:
        if entry.data.get("policy") in (None, workspace.fingerprint):
            last[entry.kind.value] = entry
            if entry.kind is EntryKind.CONTROL_ASSESSED:
                last[f"{entry.kind}:{entry.data['control']}"] = entry
    found = standing(entries)
    failed = frozenset({EntryKind.RUN_VERIFIED} if found.failed else ())
    if found.left_out:  # of these stores nothing is shown, whatever runs of others say
        last.pop(EntryKind.RUN_VERIFIED, None)
    by_id = {
        control.id: _control(control, broken, last, failed) for control in workspace.policy.controls
    }
    return tuple(
        PromiseStatus(promise=promise, controls=tuple(by_id[name] for name in promise.controls))
        for promise in workspace.policy.promises
    )


def _control(
    control: Control, broken: set[str], last: dict[str, Entry], failed: frozenset[str]
) -> ControlStatus:
    checks = {name.removeprefix("check.") for name in control.shown_by if _is_finding(name)}
    kinds = [name for name in control.shown_by if not _is_finding(name)]
    found = tuple(sorted(checks & broken))
    if found or failed & set(kinds):
        return ControlStatus(control=control, status=Status.BROKEN, findings=found)
    shown = [entry for kind in kinds if (entry := _shown(kind, control, last)) is not None]
    if len(shown) < len(kinds) or not control.shown_by:
        return ControlStatus(control=control, status=Status.NOT_SHOWN)
    if not shown:
        return ControlStatus(control=control, status=Status.KEPT)
    oldest = min(shown, key=lambda entry: entry.index)
    return ControlStatus(
        control=control, status=Status.KEPT, last_shown=oldest.at, entry=oldest.index
    )


def _is_finding(name: str) -> bool:
    return name.startswith("check.DB")


def _shown(kind: str, control: Control, last: dict[str, Entry]) -> Entry | None:
    """Give the last entry of a kind; an assessment counts for the control it names, when kept."""
    if kind != EntryKind.CONTROL_ASSESSED:
        return last.get(kind)
    entry = last.get(f"{kind}:{control.id}")
    return entry if entry is not None and entry.data["outcome"] == Status.KEPT else None


def by_status(promises: tuple[PromiseStatus, ...]) -> dict[Status, list[PromiseStatus]]:
    """Group promises by their status."""
    grouped: dict[Status, list[PromiseStatus]] = defaultdict(list)
    for promise in promises:
        grouped[promise.status].append(promise)
    return grouped
