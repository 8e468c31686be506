"""Tables and lines for the terminal; plain where it is not one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def console() -> Console:
    """Give a console on standard output, wide enough where output is not a terminal.

    Brackets are brackets: what is printed is names and statements of others, not markup.
    """
    from rich.console import Console

    found = Console(highlight=False, markup=False)
    return found if found.is_terminal else Console(highlight=False, markup=False, width=140)


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Make a table; a head that starts with `#` is a column of numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        made.add_column(head.lstrip("#"), justify="right" if head.startswith("#") else "left")
    for row in rows:
        made.add_row(*row)
    return made


def say(text: str) -> None:
    """Print a line."""
    console().print(text, soft_wrap=True)


def counted(number: int, thing: str) -> str:
    """Give a number with its noun: `1 row`, `1,234 rows`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
