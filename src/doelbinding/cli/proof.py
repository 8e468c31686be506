"""`promises`, `prove` and `verify`: evidence, and what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doelbinding.cli.printing import console, say, table
from doelbinding.cli.reading import (
    BadInput,
    instant_of,
    known_language,
    opened,
    somebody,
    workspace_in,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(promises)
    app.command()(prove)
    app.command()(verify)
    app.command()(recover)


def promises(
    context: typer.Context,
    at: Annotated[str | None, typer.Option(help="On which day; default today.")] = None,
    language: Annotated[str, typer.Option(help="In which language.")] = "en",
) -> None:
    """Say of each promise which controls keep it, and when that was last shown."""
    workspace = opened(context.obj)
    known_language(workspace, language)
    from doelbinding.jobs.proving import assess, by_status
    from doelbinding.policy.text import words

    found = assess(workspace, instant_of(at).date())
    rows = (
        (
            one.promise.id,
            words(one.promise.label, (language,)),
            ", ".join(f"{c.control.id} ({c.status})" for c in one.controls),
            max((f"{c.last_shown:%Y-%m-%d}" for c in one.controls if c.last_shown), default="-"),
            one.status.value,
        )
        for one in found
    )
    heads = ("promise", "", "controls", "last shown", "status")
    console().print(table(f"{len(found)} promises", heads, rows))
    counted = {status: len(group) for status, group in by_status(found).items()}
    say(", ".join(f"{count} {status.value}" for status, count in counted.items()))


def last_note(file: Path) -> str:
    """Give the last checkpoint in a file: that of a bundle holds all of them, oldest first."""
    from doelbinding.evidence.checkpoint import split_notes

    notes = split_notes(file.read_text(encoding="utf-8"))
    if not notes:
        raise BadInput(f"{file} holds no checkpoint")
    return notes[-1]


def prove(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The bundle to write.")] = Path("evidence.zip"),
) -> None:
    """Write the evidence as one file that anybody can verify without us."""
    workspace = opened(context.obj)
    from doelbinding.jobs.proving import prove as write

    place = workspace.home / out
    digest = write(workspace, place)
    say(f"{place}  sha256 {digest}")
    say(f"key {workspace.records.log.verifier}")
    say(f"to verify it: doelbinding verify {place} --key '{workspace.records.log.verifier}'")


def verify(
    bundle: Annotated[Path, typer.Argument(help="A bundle of evidence.")],
    key: Annotated[
        str | None, typer.Option(help="The key you trust; otherwise the bundle's own is used.")
    ] = None,
    earlier: Annotated[
        Path | None, typer.Option(help="A checkpoint kept from before: shows a rollback.")
    ] = None,
) -> None:
    """Verify a bundle offline: any changed, removed, reordered or cut entry is found."""
    from doelbinding.evidence.verification import verify as examine

    report = examine(
        bundle.read_bytes(),
        trusted_key=key,
        earlier_checkpoint=None if earlier is None else last_note(earlier),
    )
    for problem in report.problems:
        where = "" if problem.entry is None else f"entry {problem.entry}: "
        say(f"{problem.id}: {where}{problem.sentence}")
    for caution in report.cautions:
        say(f"caution: {caution}")
    say(f"{report.size} entries from {report.first or '-'} to {report.last or '-'}")
    say("verified" if report.ok else "NOT verified")
    if not report.ok:
        raise typer.Exit(1)


def recover(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; otherwise only say what is so.")] = (
        False
    ),
    by: Annotated[str | None, typer.Option(help="Who decides; default: you.")] = None,
) -> None:
    """Go on with records older than a checkpoint kept outside: what came after it is lost."""
    workspace = workspace_in(context.obj)
    if not yes:
        _ = workspace.records
        say("the records go on from the last checkpoint: there is nothing to recover from")
        return
    records = workspace.open_records(rolled_back=True)
    from doelbinding.jobs.recovery import recover as go_on

    signed, held = go_on(workspace, by or somebody())
    say(f"{signed} entries were signed and {held} are held; evidence says so from now on")
    say(f"the checkpoints they are behind are kept in {records.state}, or beside the history")
