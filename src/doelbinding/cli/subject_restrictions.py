"""`subject restrict`: values are kept and otherwise not used, until the person is told."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.options import At, Controller, Identifiers, Include, Language, Out
from doelbinding.cli.printing import counted, say
from doelbinding.cli.reading import opened
from doelbinding.cli.subject import asked_of, outcome_in_words, show_left_out

if TYPE_CHECKING:
    from doelbinding.jobs.restrictions import Restricted


class Contested(StrEnum):
    """The grounds of Article 18(1), (a) to (d)."""

    ACCURACY_CONTESTED = "accuracy-contested"
    UNLAWFUL_PROCESSING = "unlawful-processing"
    NEEDED_FOR_CLAIMS = "needed-for-claims"
    OBJECTION_PENDING = "objection-pending"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(restrict)


def restrict(
    context: typer.Context,
    id_: Identifiers,
    controller: Controller,
    ground: Annotated[Contested, typer.Option(help="The ground of Art. 18(1).")],
    column: Annotated[
        list[str] | None,
        typer.Option(help="store.dataset.column whose values; repeatable; default: everything."),
    ] = None,
    out: Out = Path("answers"),
    include: Include = None,
    language: Language = None,
    at: At = None,
) -> None:
    """Restrict a person's values (Art. 18): kept, not erased, and used for nothing else.

    Writes the letter that tells the person. `lift` ends it, after telling them.
    """
    workspace = opened(context.obj)
    from doelbinding.jobs.restrictions import RestrictionGround
    from doelbinding.jobs.restrictions import restrict as set_restriction

    asked = asked_of(workspace, controller, id_, include=include, language=language, at=at)
    done = set_restriction(
        workspace,
        asked,
        ground=RestrictionGround[ground.name],
        columns=frozenset(column or ()),
        out=workspace.home / out,
    )
    show_restricted(done)


def show_restricted(done: Restricted) -> None:
    """Print what was restricted, and how it ends."""
    rows = counted(done.rows, "row")
    say(f"{done.request.id}: {outcome_in_words(done.request)}; {rows} of the person")
    show_left_out(done.left_out)
    for file in done.files:
        say(f"  {file}")
    say(f"{done.id}: values are kept and not used until it is lifted")
    say(f"to lift it, after telling the person: doelbinding subject lift {done.id}")
