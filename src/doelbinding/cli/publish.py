"""`publish` and `serve`: the policy for everyone to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doelbinding.cli.printing import say
from doelbinding.cli.reading import opened, workspace_in

PORT = 8765


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(publish)
    app.command()(serve)


def publish(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder of the site.")] = Path("site"),
) -> None:
    """Publish policy pages, sheets and register as a static site, per controller and language."""
    workspace = opened(context.obj)
    from doelbinding.jobs.publishing import publish as write

    place = workspace.home / out
    published = write(workspace, place)
    say(f"{len(published.files)} files in {published.out}")
    say(f"version {published.edition.number}, fingerprint {published.edition.fingerprint}")


def serve(
    context: typer.Context,
    site: Annotated[Path, typer.Option(help="The folder of the site.")] = Path("site"),
    port: Annotated[int, typer.Option(help="The port; another one is taken when busy.")] = PORT,
) -> None:
    """Serve the published site on this machine only."""
    place = workspace_in(context.obj).home / site
    from doelbinding.cli.serving import serve_folder

    serve_folder(place, port)
