"""Requests for access and portability: sealed, searched, written out (R-IX.1, R-IX.5)."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from doelbinding.binding.circumstances import Hold, HoldKind, Subjects
from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.requests import Asked, case_commitment, case_of, find, inventory_of, receive
from doelbinding.policy.vocabulary import Right
from doelbinding.records.models import HoldRecord, Request
from doelbinding.records.said import record_hold
from doelbinding.rights.answer import (
    write_access,
    write_portability,
)
from doelbinding.rights.inventory import Inventory
from doelbinding.wiring import Workspace


def seal(workspace: Workspace, request: Request, subjects: Subjects, rows: int) -> None:
    """Keep everything that matches until the request is answered; once."""
    records = workspace.records
    hold = Hold(
        id=f"{request.id}-seal",
        controller=request.controller,
        kind=HoldKind.SEAL,
        subjects=subjects,
        review_on=request.due_on,
    )
    if not subjects or HoldRecord.objects.filter(id=hold.id).exists():
        return
    record_hold(
        hold,
        reason="a request for access or portability is being answered",
        owner="doelbinding",
        set_at=request.received_at,
        request=request,
        sealer=records.sealer,
    )
    records.log.append(
        EntryKind.REQUEST_SEALED,
        {
            "case": case_commitment(request),
            "controller": request.controller,
            "rows": rows,
            "hold": hold.id,
        },
    )


def answer_access(
    workspace: Workspace, asked: Asked, right: Right, out: Path
) -> tuple[Request, Inventory, tuple[Path, ...]]:
    """Search, receive the request and seal what it asks for together, write the answer's folder.

    The seal stays until the answer is given (`close`). Asked again before, it is the same case.
    """
    found = find(workspace, asked)
    with transaction.atomic():
        request = receive(workspace, asked, right)
        seal(workspace, request, found.subjects, len(found.rows))
    inventory = inventory_of(workspace, asked, found)
    case = case_of(request, asked.controller, asked.at.date())
    write = write_access if right is Right.ACCESS else write_portability
    files = write(out / request.id, policy=workspace.policy, case=case, inventory=inventory)
    workspace.records.checkpoint()
    return request, inventory, files
