"""`subject erase-many`: requests for erasure of everybody on a list, each a case of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.options import At, By, Controller, Language, Out, Yes
from doelbinding.cli.printing import console, counted, say, table
from doelbinding.cli.reading import BadInput, opened
from doelbinding.cli.subject import asked_of, outcome_in_words
from doelbinding.cli.subject_erase import manner_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from doelbinding.jobs.erasure import Erased
    from doelbinding.jobs.many import Foreseen, Listed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase-many")(erase_many)


def erase_many(
    context: typer.Context,
    people: Annotated[
        Path, typer.Argument(help="A CSV: kinds of identifiers, such as email,name; then people.")
    ],
    controller: Controller,
    yes: Yes = False,
    by: By = None,
    out: Out = Path("answers"),
    language: Language = None,
    at: At = None,
) -> None:
    """Answer requests for erasure of everybody on a list (Art. 17), each a case with a letter.

    What goes wrong with one stops no other. The same list, given again, goes on where it was.
    """
    workspace = opened(context.obj)
    from doelbinding.jobs import many

    asked = asked_of(workspace, controller, [], include=None, language=language, at=at)
    listed = many.read_list(_text(people), asked.controller.country)
    for one in listed:
        for line in one.again:
            say(f"line {line} names whom line {one.line} names: that is one request")
    foreseen = many.foresee_many(workspace, asked, listed)  # what cannot be done is said first
    if not yes:
        _show_foreseen(foreseen)
        say("nothing was changed; add --yes to carry this out")
        return
    requests = [replace(asked, identifiers=one.identifiers) for one in listed]
    done = many.erase_many(workspace, requests, manner_of(workspace, by, out, asked.at))
    _show_erased(zip(listed, done, strict=True))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read ({type(error).__name__}): give a CSV in UTF-8"
        ) from None


def _show_foreseen(foreseen: Sequence[Foreseen]) -> None:
    rows = []
    for one in foreseen:
        goes = sum(fate.erased for fate in one.decision.fates)
        ended = sum(fate.ended for fate in one.decision.fates)
        rows.append(
            (
                str(one.listed.line),
                str(len(one.found.rows)),
                str(goes),
                str(len(one.decision.fates) - goes - ended),
                str(one.found.doubtful or ""),
            )
        )
    heads = ("line", "#rows", "#values erased", "#kept", "#ambiguous rows left out")
    console().print(table(counted(len(rows), "request"), heads, rows))


def _show_erased(done: Iterable[tuple[Listed, Erased | Exception]]) -> None:
    """Print what came of each request as it does, and of all in the end."""
    outcomes = Counter[str]()
    for one, erased in done:
        case, outcome = _outcome(erased)
        outcomes[outcome] += 1
        say(f"line {one.line}: {case}{outcome}")
        if isinstance(erased, Exception):
            say(f"  {erased}")
    say(", ".join(f"{outcome}: {count}" for outcome, count in sorted(outcomes.items())))
    if outcomes[_NOT_VERIFIED]:
        say("what is not verified goes on with `doelbinding subject resume CASE`")
    if outcomes[_STOPPED] or outcomes[_NOT_VERIFIED]:
        raise typer.Exit(1)


def _outcome(erased: Erased | Exception) -> tuple[str, str]:
    if isinstance(erased, Exception):
        return "", _STOPPED
    case = f"{erased.request.id}: "
    if not erased.verified:
        return case, _NOT_VERIFIED
    if not erased.request.outcome:
        return case, "a claim is weighed"
    return case, outcome_in_words(erased.request) + ("" if erased.plans else _BEFORE)


_STOPPED, _NOT_VERIFIED, _BEFORE = "stopped", "NOT VERIFIED", " (before)"
