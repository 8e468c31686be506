"""Requests for erasure of many people: decided together to show them, each carried out as its case.

A list is no reason to treat people together: each has a case, a deadline and a letter, and what
goes wrong with one stops no other. One process does it for all: the policy is read once, and drafts
of plans serve whoever asks the same. If it dies, the same list, given again, opens no second case.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

from doelbinding.jobs.erasure import Erased, Manner, carry_out
from doelbinding.jobs.judging import judged
from doelbinding.jobs.requests import Asked, CaseDecided
from doelbinding.jobs.retention import insist_on_sound_policy
from doelbinding.law.findings import is_about_what_stays
from doelbinding.plan.identifiers import Identifier, NotAnIdentifier, parse_identifier
from doelbinding.plan.run import Stopped
from doelbinding.records.models import Request
from doelbinding.rights.erasure import ErasureDecision, Undecided, decide_requests
from doelbinding.rights.found import Found
from doelbinding.rights.locate import Locator, Wanted
from doelbinding.rights.phases import Claim
from doelbinding.wiring import Workspace


class BadList(Exception):
    """The list of people cannot be read; nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Somebody of a list, by the line that names them first; `again`: lines that do so too."""

    line: int
    identifiers: tuple[Identifier, ...]
    again: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a request of somebody of a list would come to."""

    listed: Listed
    found: Found
    decision: ErasureDecision


def read_list(written: str, country: str) -> list[Listed]:
    """Read a CSV whose header names kinds of identifiers, with a person on each line.

    Args:
        written: the file's text, with commas or, as spreadsheets of many countries have it, with
            semicolons.
        country: ISO 3166 code of the controller's, whose telephone numbers need no prefix.

    Raises:
        BadList: the message names the line and what to write; values are not repeated.
    """
    header, _, _ = written.partition("\n")
    semicolons = ";" in header and "," not in header
    lines = csv.reader(StringIO(written), delimiter=";" if semicolons else ",")
    _, header_cells = next(_lines(lines), (1, []))
    kinds = [kind.strip() for kind in header_cells]
    if not kinds or not all(kinds) or any("@" in kind or ":" in kind for kind in kinds):
        raise BadList("line 1 must name kinds of identifiers, such as email,name")
    found: dict[tuple[Identifier, ...], Listed] = {}
    for line, cells in _lines(lines):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(kinds):
            raise BadList(f"line {line} has {len(cells)} columns, and line 1 has {len(kinds)}")
        identifiers = _identifiers(kinds, cells, country, line)
        first = found.get(identifiers)
        found[identifiers] = (
            Listed(line=line, identifiers=identifiers)
            if first is None
            else replace(first, again=(*first.again, line))
        )
    if not found:
        raise BadList("the list names nobody: write a person on each line after the first")
    return list(found.values())


def _lines(lines: Any) -> Iterator[tuple[int, list[str]]]:
    try:
        for cells in lines:
            yield lines.line_num, cells
    except csv.Error:
        raise BadList(f"line {lines.line_num} is no line of a CSV: save the list anew") from None


def _identifiers(
    kinds: Sequence[str], cells: Sequence[str], country: str, line: int
) -> tuple[Identifier, ...]:
    try:
        return tuple(
            parse_identifier(f"{kind}:{cell}", country)
            for kind, cell in zip(kinds, cells, strict=True)
            if cell.strip()
        )
    except NotAnIdentifier as error:
        raise BadList(f"line {line}: {error}") from None


def foresee_many(workspace: Workspace, asked: Asked, people: Sequence[Listed]) -> list[Foreseen]:
    """Find and decide for everybody in one pass; change nothing.

    Args:
        workspace: the policy, its stores and records.
        asked: of which controller, and when; its identifiers are not read.
        people: who is asked about.

    Raises:
        NotAnIdentifier: no store is searched by such a kind.
    """
    controller = asked.controller
    locator = Locator(
        policy=workspace.policy, controller=controller, stores=workspace.stores, at=asked.at
    )
    found = locator.find_many([Wanted(identifiers=one.identifiers) for one in people])
    inventories, said = judged(workspace, controller, asked.at, found)
    requests = [
        Undecided(inventory=one, claim=Claim(), case=f"line-{who.line}")
        for who, one in zip(people, inventories, strict=True)
    ]
    decisions, _ = decide_requests(requests, said)
    return [
        Foreseen(listed=who, found=there, decision=decision)
        for who, there, decision in zip(people, found, decisions, strict=True)
    ]


def erase_many(
    workspace: Workspace, asked: Sequence[Asked], manner: Manner
) -> Iterator[Erased | Exception]:
    """Carry out a request for each, as a case of its own; yield what came of it or stopped it.

    The same list is the same requests until everybody on it was answered, and all of that day:
    whoever was answered is not dealt with again.

    Raises:
        PolicyBroken: the policy has errors about what stays; nobody's request is received.
        PlanStale: the day has not come.
        StoreError: a store cannot be reached or refuses; the same list goes on from there.
    """
    insist_on_sound_policy(workspace, manner.at.date(), is_about_what_stays)
    marked = _marked(workspace, asked)
    answered = _answered(marked)
    for one in marked:
        if one.listed in answered:
            yield _as_before(answered[one.listed])
            continue
        try:
            yield carry_out(workspace, one, Claim(), manner)
        except (CaseDecided, Stopped) as stopped:
            yield stopped


def _marked(workspace: Workspace, asked: Sequence[Asked]) -> list[Asked]:
    """Give each request with the mark by which this list knows it again."""
    keyed = workspace.records.sealer.keyed_hash
    people = [sorted((i.kind, i.value) for i in one.identifiers) for one in asked]
    controllers = sorted({one.controller.id for one in asked})
    whole = keyed("list", controllers, sorted(people)).hex()
    return [
        replace(one, listed=keyed("listed", whole, one.controller.id, person))
        for one, person in zip(asked, people, strict=True)
    ]


def _answered(marked: Sequence[Asked]) -> dict[bytes | None, Request]:
    """Give who was answered, by mark; nobody of a list that was dealt with before this day."""
    marks = [one.listed for one in marked]
    known = Request.objects.filter(answered_at__isnull=False).order_by("received_at")
    found: dict[bytes | None, Request] = {}
    for start in range(0, len(marks), _AT_ONCE):
        part = known.filter(listed_mark__in=marks[start : start + _AT_ONCE])
        found |= {bytes(one.listed_mark or b""): one for one in part}
    today = {one.at.date() for one in marked}
    if len(found) == len(marks) and not any(r.received_at.date() in today for r in found.values()):
        return {}
    return found


def _as_before(request: Request) -> Erased:
    return Erased(request=request, plans=(), outcomes=(), verified=True, weighed=(), files=())


_AT_ONCE = 500
