"""`subject erase`: what goes, what stays and why; then it is done, and shown to be."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.options import At, By, Controller, Identifiers, Include, Language, Out, Yes
from doelbinding.cli.printing import console, say, table
from doelbinding.cli.reading import BadInput, instant_of, opened, reasons, somebody
from doelbinding.cli.subject import asked_of, outcome_in_words, show_found

if TYPE_CHECKING:
    from doelbinding.jobs.erasure import Erased, Manner
    from doelbinding.law.rights import ErasureGround
    from doelbinding.rights.erasure import ErasureDecision, Fate
    from doelbinding.rights.phases import PhaseDecision
    from doelbinding.wiring import Workspace


class Ground(StrEnum):
    """The grounds of Article 17(1) that a person may name."""

    NO_LONGER_NECESSARY = "no-longer-necessary"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    OBJECTION = "objection"
    UNLAWFUL = "unlawful"
    LEGAL_DUTY = "legal-duty"
    CHILD_ONLINE = "child-online"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(erase)


def erase(
    context: typer.Context,
    id_: Identifiers,
    controller: Controller,
    ground: Annotated[
        Ground | None, typer.Option(help="The ground of Art. 17(1) the person names.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="activity/phase=why: compelling grounds the controller shows."),
    ] = None,
    established: Annotated[
        bool, typer.Option(help="The controller found that the ground named is met.")
    ] = False,
    yes: Yes = False,
    by: By = None,
    out: Out = Path("answers"),
    include: Include = None,
    language: Language = None,
    at: At = None,
) -> None:
    """Answer a request for erasure (Art. 17): what goes, what stays and why; then do it.

    The same request, made again while its case is open, goes on with that case.
    """
    workspace = opened(context.obj)
    from doelbinding.jobs.erasure import draft_erasure
    from doelbinding.jobs.erasure import erase as carry_out
    from doelbinding.rights.phases import Claim

    asked = asked_of(workspace, controller, id_, include=include, language=language, at=at)
    _insist_on_phases(workspace, keep or [])
    claim = Claim(ground=_ground(ground), established=established, compelling=reasons(keep or []))
    draft = draft_erasure(workspace, asked, claim)
    show_found(draft.found)
    show_decision(draft.decision)
    if not yes:
        say("nothing was changed; add --yes to carry this out")
        return
    show_erased(carry_out(workspace, asked, claim, manner_of(workspace, by, out, asked.at)))


def manner_of(
    workspace: Workspace, by: str | None, out: Path, at: datetime | None = None
) -> Manner:
    """Say how a case is carried out, and when: at an instant, or now."""
    from doelbinding.jobs.erasure import Manner

    place = workspace.home / out
    return Manner(by=by or somebody(), at=at or instant_of(None), out=place)


def show_erased(done: Erased) -> None:
    """Print what was carried out, and whether it is shown to be."""
    from doelbinding.cli.retention import show_dangers, show_outcome

    show_dangers(done.outcomes)
    for plan, outcome in zip(done.plans, done.outcomes, strict=True):
        show_outcome(plan, outcome)
    if done.weighed and done.verified:
        say(
            f"{done.request.id}: a claim is still weighed, by {done.request.due_on} at the latest; "
            "what it is about is kept and not used until then"
        )
        say(f"to decide it: doelbinding subject answer {done.request.id} --established, or "
            "--refused WHY")  # fmt: skip
    else:
        say(f"{done.request.id}: {outcome_in_words(done.request)}")
    for file in done.files:
        say(f"  {file}")
    if not done.verified:
        where = f": {', '.join(done.still_there)}" if done.still_there else ""
        say(f"NOT VERIFIED: searching again still finds values that should be gone{where}")
        say(f"when the cause is mended: doelbinding subject resume {done.request.id}")
        raise typer.Exit(1)


def _insist_on_phases(workspace: Workspace, keep: list[str]) -> None:
    """Refuse `--keep` for a phase the policy does not have: what was meant would be erased."""
    known = {f"{a.id}/{phase.id}" for a in workspace.policy.activities for phase in a.phases}
    for phase in reasons(keep):
        if phase not in known:
            raise BadInput(
                f"--keep {phase!r}: the policy has no such phase; it has {', '.join(sorted(known))}"
            )


def _ground(ground: Ground | None) -> ErasureGround | None:
    from doelbinding.law.rights import ErasureGround

    if ground is None:
        return None
    return list(ErasureGround)[list(Ground).index(ground)]


def show_decision(decision: ErasureDecision) -> None:
    """Print what becomes of each phase, and of each column."""
    rows = (
        (
            phase.name,
            phase.phase.basis.kind.article,
            phase.decision.outcome.value,
            phase.decision.article,
        )
        for phase in decision.phases
    )
    heads = ("phase", "basis", "outcome", "because of")
    console().print(table("the request, phase by phase", heads, rows))
    told: dict[tuple[str, str, str], int] = {}
    for fate in decision.fates:
        mark = (fate.row.place.ref, fate.value.column.name, _fate(fate))
        told[mark] = told.get(mark, 0) + 1
    lines = ((ref, name, str(count), what) for (ref, name, what), count in told.items())
    heads = ("dataset", "column", "#values", "becomes")
    console().print(table("what becomes of the data", heads, lines))


def _kept_for(fate: Fate) -> str:
    if fate.shared:
        return "shared with somebody else"
    if fate.value.restricted:
        return "its use is restricted"
    return "it tells how long what is restricted may be there"


def _fate(fate: Fate) -> str:
    ends = fate.value.column.ends_as
    under = ends.pseudonym if ends else None
    if fate.ended:
        return f"as it is: a pseudonym under {under}"
    if fate.erased:
        return f"erased; a pseudonym under {under} where the row stays" if under else "erased"
    if fate.value.holds:
        return (
            "kept: held ("
            + ", ".join(kind.value.replace("-", " ") for kind in fate.value.holds)
            + ")"
        )
    if not fate.kept_by:
        return f"kept: {_kept_for(fate)}"
    kept = "; ".join(
        f"kept because {one.name} ({one.decision.article})" + _until(fate, one)
        for one in fate.kept_by
    )
    return f"{kept}; shared with somebody else" if fate.shared else kept


def _until(fate: Fate, kept_by: PhaseDecision) -> str:
    """Say until when a phase keeps a value: the last day, and nothing if that is open."""
    last = fate.until(kept_by)
    return f" until {last}" if last else ""
