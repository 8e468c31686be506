"""The commands, gathered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doelbinding import __version__
from doelbinding.cli import (
    keys,
    policy,
    proof,
    publish,
    reapply,
    retention,
    subject,
    subject_erase,
    subject_holds,
    subject_many,
    subject_rectify,
    subject_restrictions,
)
from doelbinding.cli.demo import demo

app = typer.Typer(
    name="doelbinding",
    help="State a data-protection policy once, publish it, enforce it on the real databases, "
    "answer people from them, and prove it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def everything(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "-C", "--folder", help="The working folder; default DOELBINDING_HOME or this one."
        ),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Take the options that go before any command."""
    if version:
        typer.echo(f"doelbinding {__version__}")
        raise typer.Exit
    context.obj = folder


policy.register(app)
retention.register(app)
reapply.register(app)
subject_erase.register(subject.app)
subject_many.register(subject.app)
subject_holds.register(subject.app)
subject_restrictions.register(subject.app)
subject_rectify.register(subject.app)
app.add_typer(subject.app, name="subject")
app.add_typer(keys.app, name="keys")
publish.register(app)
proof.register(app)
app.command()(demo)
