"""Options that many commands have, said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Controller = Annotated[str, typer.Option(help="Of which controller; others are not touched.")]
Identifiers = Annotated[
    list[str], typer.Option("--id", help="KIND:VALUE, such as email:…; repeatable.")
]
Include = Annotated[
    list[str] | None, typer.Option(help="A row that a human says is this person's.")
]
At = Annotated[str | None, typer.Option(help="On which day; default now.")]
Out = Annotated[Path, typer.Option(help="Where the case's folder is made.")]
Language = Annotated[str | None, typer.Option(help="nl, en or fr; default the controller's.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; otherwise only show.")]
By = Annotated[str | None, typer.Option(help="Who approves; default: you.")]
