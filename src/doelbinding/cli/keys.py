"""`keys`: the keys under which pseudonyms stand; what stands under one is personal data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from doelbinding.cli.printing import console, say, table
from doelbinding.cli.reading import BadInput, opened, somebody

app = typer.Typer(
    help="Keys for pseudonyms: make, list, destroy.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List the keys that the policy names, and what the values under them are."""
    workspace = opened(context.obj)
    from doelbinding.jobs.keys import known_keys

    today = datetime.now(UTC).date()
    found = known_keys(workspace)
    rows = ((one.key.id, one.standing(today)) for one in found)
    console().print(table(f"{len(found)} keys", ("key", "standing"), rows))


@app.command()
def make(
    context: typer.Context, name: Annotated[str, typer.Argument(help="As the policy names it.")]
) -> None:
    """Make a key that the policy names; keep a copy of its file where you keep secrets."""
    workspace = opened(context.obj)
    from doelbinding.jobs.keys import make_key

    make_key(workspace, name)
    say(f"made the key {name}: what stands under it is personal data until it is destroyed")


@app.command()
def destroy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As the policy names it.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Destroy it; it cannot be made again.")
    ] = False,
    by: Annotated[str | None, typer.Option(help="Who destroys it; default: you.")] = None,
) -> None:
    """Destroy a key, with evidence: what stood under it is then anonymous, if nobody has a copy."""
    workspace = opened(context.obj)
    from doelbinding.jobs.keys import destroy_key

    if not yes:
        raise BadInput(
            f"a destroyed key cannot be made again: give --yes to destroy {name}, and destroy its "
            "copies too"
        )
    gone = destroy_key(workspace, name, by or somebody())
    say(f"the key {name} was destroyed on {gone:%Y-%m-%d}; destroy its copies in backups too")
