"""`subject rectify`: wrong values are corrected, wherever they are asked to be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.options import At, By, Controller, Identifiers, Include, Language, Out, Yes
from doelbinding.cli.printing import console, counted, say, table
from doelbinding.cli.reading import BadInput, included, opened, somebody
from doelbinding.cli.subject import asked_of, outcome_in_words, show_found

if TYPE_CHECKING:
    from doelbinding.jobs.rectification import Draft, Rectified, Wanted
    from doelbinding.rights.rectification import Correcting


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rectify)


def rectify(
    context: typer.Context,
    id_: Identifiers,
    controller: Controller,
    right: Annotated[
        list[str] | None,
        typer.Option("--set", help="store.dataset.column=VALUE, the right value; repeatable."),
    ] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option(help="store.dataset.column that should hold nothing; repeatable."),
    ] = None,
    row: Annotated[
        list[str] | None,
        typer.Option(help="store.dataset:KEY of a row meant; default: all of the person."),
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Also where else the same wrong value stands.")
    ] = False,
    despite_hold: Annotated[
        bool, typer.Option("--despite-hold", help="Also where a hold or a seal keeps the rows.")
    ] = False,
    yes: Yes = False,
    by: By = None,
    out: Out = Path("answers"),
    include: Include = None,
    language: Language = None,
    at: At = None,
) -> None:
    """Correct a person's values (Art. 16), and write the letter that says so.

    The same request, made again while its case is open, goes on with that case.
    """
    workspace = opened(context.obj)
    from doelbinding.jobs import corrections
    from doelbinding.jobs import rectification as job

    asked = asked_of(workspace, controller, id_, include=include, language=language, at=at)
    wanted = _wanted(right or [], clear or [], row or [], everywhere=everywhere)
    if not yes or job.known_case(workspace, asked, wanted) is None:
        draft = job.draft(workspace, asked, wanted)
        show_found(draft.found)
        show_correcting(draft.correcting)
        _insist_free(draft, despite_hold=despite_hold)
        if not yes:
            corrections.foresee(workspace, draft.plan, draft.keys)
    if not yes:
        say("nothing was changed; add --yes to carry this out")
        return
    done = job.rectify(workspace, asked, wanted, by=by or somebody(), out=workspace.home / out)
    show_rectified(done)


def _wanted(right: list[str], clear: list[str], rows: list[str], *, everywhere: bool) -> Wanted:
    from doelbinding.jobs.rectification import Wanted
    from doelbinding.rights.correction import Asked

    values = []
    for written in right:
        column, sign, value = written.partition("=")
        if not sign:
            raise BadInput("--set: write store.dataset.column=VALUE, such as crm.klant.naam=Jansen")
        values.append(Asked(column=column.strip(), right=value))
    values += [Asked(column=column, right=None) for column in clear]
    if not values:
        raise BadInput("say what is right: --set store.dataset.column=VALUE, or --clear")
    return Wanted(values=tuple(values), rows=included(rows), everywhere=everywhere)


def _insist_free(draft: Draft, *, despite_hold: bool) -> None:
    """Refuse what is held, unless somebody decided: a claim or answer may need what was there."""
    held = [kept.id for kept in draft.kept if not kept.restricts]
    if held and not despite_hold:
        raise BadInput(
            f"the rows are kept by {', '.join(held)}, for which the values of now may be needed: "
            "answer or lift that first, or add --despite-hold"
        )


def show_correcting(correcting: Correcting) -> None:
    """Print which columns of how many rows are corrected, and where else the value stands."""
    lines = [
        (one.place.ref, one.column.name, str(len(one.rows)), "set" if one.right else "emptied")
        for one in correcting.corrections
    ]
    heads = ("dataset", "column", "#rows", "becomes")
    console().print(table("what is corrected", heads, lines))
    for one in correcting.elsewhere:
        rows = counted(len(one.rows), "row")
        say(f"the same wrong value stands in {one.name} ({rows}): set it too, or add --everywhere")


def show_rectified(done: Rectified) -> None:
    """Print what was carried out, and whether it is shown to be."""
    from doelbinding.cli.retention import show_dangers, show_outcome

    show_dangers(done.outcomes)
    for plan, outcome in zip(done.plans, done.outcomes, strict=True):
        show_outcome(plan, outcome)
    if not done.verified:
        say(f"{done.request.id}: NOT VERIFIED: not every value reads as it should")
        say(f"when the cause is mended: doelbinding subject resume {done.request.id}")
        raise typer.Exit(1)
    say(f"{done.request.id}: {outcome_in_words(done.request)}")
    for file in done.files:
        say(f"  {file}")
