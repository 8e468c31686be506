"""`subject hold`, `holds` and `lift`: rows are kept whatever else ends, until that is lifted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from doelbinding.cli.options import At, Controller, Identifiers, Include, Out
from doelbinding.cli.printing import console, counted, say, table
from doelbinding.cli.reading import BadInput, instant_of, opened, somebody
from doelbinding.cli.subject import asked_of


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(hold)
    app.command()(holds)
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

    review_on = _day(review, "--review")
    asked = asked_of(workspace, controller, id_, include=include, at=at)
    kind = HoldKind.INQUIRY if inquiry else HoldKind.LEGAL_CLAIM
    made = set_hold(
        workspace, asked, kind=kind, reason=reason, owner=owner or somebody(), review_on=review_on
    )
    say(f"{made.id}: rows are kept until it is lifted; review on {made.review_on}")


def holds(context: typer.Context) -> None:
    """List the holds in force, with the day on which each is reviewed, the first in front."""
    opened(context.obj)
    from doelbinding.jobs.holds import holds as in_force

    found = in_force()
    if not found:
        say("no hold is in force")
        return
    rows = (
        (one.id, one.controller, one.kind, one.reason, one.owner, str(one.review_on))
        for one in found
    )
    heads = ("hold", "controller", "for", "reason", "owner", "review on")
    console().print(table(counted(len(found), "hold"), heads, rows))


def lift(
    context: typer.Context,
    kept_by: Annotated[str, typer.Argument(help="The id of the hold or restriction.")],
    in_error: Annotated[bool, typer.Option(help="A hold: it was set in error.")] = False,
    told: Annotated[
        str | None, typer.Option(help="A restriction: on which day the person was told.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="A restriction: what the letter adds, in its language.")
    ] = None,
    out: Out = Path("answers"),
) -> None:
    """Lift a hold, or a restriction of which the person was told (Art. 18(3)).

    For a restriction without `--told` it writes the letter that tells them, and lifts nothing.
    """
    workspace = opened(context.obj)
    from doelbinding.jobs import restrictions

    if not restrictions.is_restriction(kept_by):
        from doelbinding.jobs.holds import lift_hold

        if told is not None or reason is not None:
            raise BadInput(f"{kept_by} is no restriction: --told and --reason are for one")
        lift_hold(workspace, kept_by, in_error=in_error)
    elif told is None:
        place = workspace.home / out
        for file in restrictions.announce_lifting(workspace, kept_by, reason, place):
            say(f"  {file}")
        say("nothing was lifted: give the person this letter first (Art. 18(3)), and then say when")
        say(f"  doelbinding subject lift {kept_by} --told {instant_of(None).date()}")
        return
    else:
        lifted = restrictions.lift_restriction(workspace, kept_by, _day(told, "--told"))
        if lifted.before:
            say(
                f"{kept_by} was lifted on {lifted.on}; on record its person was told on "
                f"{lifted.told_on}: nothing was changed"
            )
            return
    say(f"{kept_by} is lifted")


def _day(written: str, option: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadInput(f"{option} {written!r} is not a date: write it as 2027-05-23") from None
