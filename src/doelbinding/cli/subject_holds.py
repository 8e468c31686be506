"""`subject hold` and `subject lift`: rows are kept whatever else ends, until a hold is lifted."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from doelbinding.cli.printing import say
from doelbinding.cli.reading import BadInput, opened, somebody
from doelbinding.cli.subject import At, Controller, Identifiers, Include, asked_of


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(hold)
    app.command()(lift)


def hold(
    context: typer.Context,
    id_: Identifiers,
    controller: Controller,
    reason: Annotated[str, typer.Option(help="Why; no personal data, please.")],
    review: Annotated[str, typer.Option(help="When the hold is reviewed: 2027-05-23.")],
    inquiry: Annotated[bool, typer.Option(help="For an inquiry, not a legal claim.")] = False,
    owner: Annotated[str | None, typer.Option(help="Who owns it; default: you.")] = None,
    include: Include = None,
    at: At = None,
) -> None:
    """Keep a person's rows whatever else ends: a legal claim or an inquiry."""
    workspace = opened(context.obj)
    from doelbinding.binding.circumstances import HoldKind
    from doelbinding.jobs.holds import set_hold

    try:
        review_on = date.fromisoformat(review)
    except ValueError:
        raise BadInput(f"--review {review!r} is not a date: write it as 2027-05-23") from None
    asked = asked_of(workspace, controller, id_, include=include, at=at)
    kind = HoldKind.INQUIRY if inquiry else HoldKind.LEGAL_CLAIM
    made = set_hold(
        workspace, asked, kind=kind, reason=reason, owner=owner or somebody(), review_on=review_on
    )
    say(f"{made.id}: rows are kept until it is lifted; review on {made.review_on}")


def lift(
    context: typer.Context,
    hold_id: Annotated[str, typer.Argument(help="The hold's id.")],
    in_error: Annotated[bool, typer.Option(help="It was set in error.")] = False,
) -> None:
    """Lift a hold."""
    workspace = opened(context.obj)
    from doelbinding.jobs.holds import lift_hold

    lift_hold(workspace, hold_id, in_error=in_error)
    say(f"{hold_id} is lifted")
