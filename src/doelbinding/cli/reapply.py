"""`reapply`: a store that was restored from a backup is put right before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.options import By, Yes
from doelbinding.cli.printing import counted, say
from doelbinding.cli.reading import instant_of, known_store, opened, somebody
from doelbinding.cli.retention import show_outcome, show_plan

if TYPE_CHECKING:
    from doelbinding.jobs.correct_again import CorrectedAgain
    from doelbinding.jobs.returned import Returned


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(reapply)


def reapply(
    context: typer.Context,
    store: Annotated[str, typer.Argument(help="The store that was restored from a backup.")],
    yes: Yes = False,
    by: By = None,
) -> None:
    """After a restore, before the store is used: erase and correct again what people had asked."""
    workspace = opened(context.obj)
    from doelbinding.jobs.reapply import reapply as put_right
    from doelbinding.jobs.returned import look_again

    known_store(workspace, store)
    at = instant_of(None)
    found = look_again(workspace, store, at)
    for ref, keys in found.rows.items():
        say(f"{ref}: {counted(len(keys), 'row')} that people had had erased or emptied")
    for made, _ in found.plans:
        show_plan(made, workspace.policy)
    _show_corrected(found.corrected)
    _show_said(found)
    if not yes:
        say("nothing was changed; add --yes to carry this out")
        return
    done = put_right(workspace, store, at, by=by or somebody(), progress=lambda _s, _r: None)
    for made, outcome in zip(done.plans, done.outcomes, strict=True):
        show_outcome(made, outcome)
    if done.retention is None:
        say(f"not done: see who puts them back, then again: doelbinding reapply {store} --yes")
        raise typer.Exit(1)
    if not done.plans:
        say(
            "none of these rows is erased again for a request: what rules had ended is in the plan "
            "below, and the rest may stay for now"
            if found.rows
            else "nothing is there again of what people had had erased"
        )
    show_plan(done.retention.plan, workspace.policy)
    retention = done.retention.fingerprint[:12]
    say(f"to carry out what rules ended meanwhile: doelbinding apply {retention}")


def _show_corrected(again: CorrectedAgain) -> None:
    """Print what had been corrected and is wrong again, and what a human must look at."""
    for name, values in again.values.items():
        say(f"{name}: {counted(values, 'value')} that had been corrected, wrong as before")
    if again.values:
        say(
            "if the store was not restored, its people may have changed these back themselves: do "
            "not add --yes then"
        )
    for name, values in again.changed.items():
        say(
            f"{name}: {counted(values, 'value')} wrong as before it had been corrected, while a "
            "later correction stands, so that no restore did it: left as it is; ask its person"
        )
    for name, values in again.otherwise.items():
        say(
            f"{name}: {counted(values, 'value')} that had been corrected and now neither wrong as "
            "before nor right: left as it is, so compare with the case's letter"
        )
    for name, values in again.forgotten.items():
        say(
            f"{name}: of {counted(values, 'value')} that had been corrected the right one is not "
            "kept any more, or the policy does not name the column: a human must look"
        )


def _show_said(found: Returned) -> None:
    """Print what holds for restored rows as it did before, since the records say so."""
    said = found.said
    told = ", ".join(
        counted(len(words), name)
        for words, name in (
            (said.stops, "stop"),
            (said.holds, "hold"),
            (said.restrictions, "restriction"),
        )
    )
    say(f"in force as before the restore: {told}")
