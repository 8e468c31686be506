"""`subject …`: find a person, answer access and portability, erase, hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.options import At, By, Controller, Identifiers, Include, Language, Out
from doelbinding.cli.printing import console, counted, say, table
from doelbinding.cli.reading import (
    BadInput,
    included,
    instant_of,
    known_language,
    opened,
    somebody,
)

if TYPE_CHECKING:
    from doelbinding.jobs.requests import Asked
    from doelbinding.policy.vocabulary import Right
    from doelbinding.records.models import Request
    from doelbinding.rights.found import Found, Stray
    from doelbinding.rights.inventory import FoundValue, Inventory
    from doelbinding.wiring import Workspace

app = typer.Typer(
    no_args_is_help=True,
    help="People: find, access, portability, erase, rectify, restrict, answer, hold.",
)


def asked_of(
    workspace: Workspace,
    controller: str,
    identifiers: list[str],
    *,
    include: list[str] | None,
    language: str | None = None,
    at: str | None = None,
) -> Asked:
    """Read the options that say who asks what of whom."""
    from doelbinding.jobs.requests import Asked, controller_of
    from doelbinding.plan.identifiers import parse_identifier

    found = controller_of(workspace, controller)
    known_language(workspace, language)
    return Asked(
        controller=found,
        identifiers=tuple(parse_identifier(one, found.country) for one in identifiers),
        include=included(include or []),
        language=language,
        at=instant_of(at),
    )


@app.command()
def find(
    context: typer.Context,
    id_: Identifiers,
    controller: Controller,
    include: Include = None,
    at: At = None,
) -> None:
    """Find a person's rows over all stores; shows where and by what, never the values."""
    workspace = opened(context.obj)
    from doelbinding.jobs.requests import find as search

    asked = asked_of(workspace, controller, id_, include=include, at=at)
    found = search(workspace, asked)
    show_found(found)
    from doelbinding.jobs.restrictions import kept_of

    for kept in kept_of(workspace, asked.controller.id, found.subjects):
        of = f" of {', '.join(kept.columns)}" if kept.columns else ""
        say(f"kept by {kept.id}{of}: {kept.why.replace('_', ' ')}, since {kept.since.date()}")


def show_found(found: Found) -> None:
    """Print where rows of a person were found."""
    from doelbinding.plan.written import key_written

    rows = (
        (
            row.place.ref,
            key_written(row.key),
            " + ".join(row.by) or "path",
            "shared with others" if row.others else "",
        )
        for row in found.rows
    )
    console().print(table(counted(len(found.rows), "row"), ("dataset", "key", "by", ""), rows))
    if found.empty:
        say(f"searched and found empty: {', '.join(found.empty)}")
    for person in found.ambiguous:
        key = key_written(person.key)
        say(
            f"ambiguous: {person.place.ref}:{key} shares an identifier under another name; if it "
            f"is the same person, add --include {person.place.ref}:{key}"
        )
    for stray in found.strays:
        key = key_written(stray.key)
        say(f"ambiguous: {stray.place.ref}:{key} {_why(stray)}")


def _why(stray: Stray) -> str:
    from doelbinding.rights.found import Astray

    match stray.why:
        case Astray.NOWHERE:
            return (
                f"holds that {stray.by}, and leads to nobody, since it refers to nothing, or to "
                "what is not there: mend its reference if it is theirs, or empty it; rows whose "
                "people have no row of their own, as guests, are `person: true` in the policy"
            )
        case Astray.NOBODYS:
            begun = f"holds that {stray.by}" if stray.by else "leads to theirs"
            return (
                f"{begun}, and nothing says of which controller it is: mend the "
                "column that should, or add its value to the policy"
            )
        case Astray.LOOSELY:
            return (
                "refers to theirs by a text that only the database takes for the same: if it is "
                "theirs, write it in both as in one"
            )


@app.command()
def access(
    context: typer.Context,
    id_: Identifiers,
    controller: Controller,
    out: Out = Path("answers"),
    include: Include = None,
    language: Language = None,
    at: At = None,
) -> None:
    """Answer a request for access (Art. 15): a folder with a page, JSON and CSV. Seals the rows."""
    _answer(context, "access", (controller, id_, include, language, at), out)


@app.command()
def portability(
    context: typer.Context,
    id_: Identifiers,
    controller: Controller,
    out: Out = Path("answers"),
    include: Include = None,
    language: Language = None,
    at: At = None,
) -> None:
    """Answer a request for portability (Art. 20): exactly the values it covers, JSON and CSV."""
    _answer(context, "portability", (controller, id_, include, language, at), out)


def _answer(
    context: typer.Context,
    right: str,
    said: tuple[str, list[str], list[str] | None, str | None, str | None],
    out: Path,
) -> None:
    workspace = opened(context.obj)
    from doelbinding.jobs.access import answer_access
    from doelbinding.policy.vocabulary import Right

    controller, id_, include, language, at = said
    asked = asked_of(workspace, controller, id_, include=include, language=language, at=at)
    place = workspace.home / out
    request, inventory, files = answer_access(workspace, asked, Right(right), place)
    _show_inventory(inventory)
    say(f"{request.id}: received {request.received_at.date()}, answer due {request.due_on}")
    for file in files:
        say(f"  {file}")
    if right == Right.PORTABILITY.value:
        say(
            "of the values above it has only those that are given under consent or a contract, in "
            "use still (Art. 20(1)); its page tells whether there are any"
        )
    _show_named_files(inventory, Right(right))
    if inventory.found.rows:
        say("the rows are sealed until the answer is given")
    say(f"when it is given: doelbinding subject answer {request.id}")


def _show_named_files(inventory: Inventory, right: Right) -> None:
    from doelbinding.rights.answer.named_files import named_files

    named = named_files(inventory, right)
    if named:
        folders = ", ".join(sorted({f"[files.{folder}]" for folder, _ in named}))
        article = "20(1)" if right == "portability" else "15(3)"
        say(
            f"the answer names {counted(len(named), 'file')} and holds none: add a copy of each, "
            f"from {folders} (Art. {article})"
        )


def _show_inventory(inventory: Inventory) -> None:
    counts: dict[tuple[str, str], int] = {}
    for row, value in inventory.values():
        if value.column.personal:
            mark = (row.place.ref, standing_said(value))
            counts[mark] = counts.get(mark, 0) + 1
    rows = ((ref, standing, str(count)) for (ref, standing), count in counts.items())
    heads = ("dataset", "standing", "#values")
    console().print(table(counted(len(inventory.rows), "row"), heads, rows))
    if inventory.found.empty:
        say(f"searched and found empty: {', '.join(inventory.found.empty)}")
    show_left_out(inventory.found.doubtful)


def standing_said(value: FoundValue) -> str:
    """Say why a value is there; of what is kept, what keeps it."""
    from doelbinding.binding.circumstances import HoldKind
    from doelbinding.rights.inventory import Standing

    if value.stopped and value.standing is Standing.OVERDUE:
        return "stopped"
    if value.standing is not Standing.HELD or set(value.holds) - {HoldKind.SEAL}:
        return value.standing.value
    if value.restricted:
        return "restricted"
    if value.tells:
        return "dates what is restricted"
    return "kept for others" if value.for_others else "sealed"


def show_left_out(rows: int) -> None:
    """Print how many rows may be the person's, if there are any."""
    if rows:
        say(f"ambiguous and left out: {counted(rows, 'row')}; see `subject find`")


@app.command()
def answer(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="The request's id, such as case-1a2b3c4d.")],
    established: Annotated[
        bool, typer.Option("--established", help="The claim that was weighed is found to be met.")
    ] = False,
    refused: Annotated[
        str | None, typer.Option(help="The claim that was weighed is refused: why.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who decides; default: you.")] = None,
    out: Out = Path("answers"),
) -> None:
    """Record that an answer was given, and lift its seal; or decide a claim that is weighed."""
    workspace = opened(context.obj)
    if established and refused is not None:
        raise BadInput("--established and --refused exclude each other")
    if established or refused is not None:
        from doelbinding.jobs.erasure import settle_claim

        if refused is not None and not refused.strip():
            raise BadInput("--refused needs the reason that the person is told")
        from doelbinding.cli.subject_erase import manner_of, show_erased

        manner = manner_of(workspace, by, out)
        show_erased(settle_claim(workspace, case, refused, manner))
        return
    from doelbinding.jobs.requests import close

    request = close(workspace, case)
    say(f"{request.id} was answered on {request.answered_at:%Y-%m-%d}; nothing is sealed for it")


@app.command()
def resume(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="The request's id, such as case-1a2b3c4d.")],
    by: By = None,
    out: Out = Path("answers"),
) -> None:
    """Go on with an erasure, restriction or rectification that was interrupted or not verified."""
    workspace = opened(context.obj)
    from doelbinding.jobs.erasure import resume as go_on
    from doelbinding.jobs.requests import open_request
    from doelbinding.policy.vocabulary import Right

    right = open_request(case).right
    if right == Right.RECTIFICATION.value:
        from doelbinding.cli.subject_rectify import show_rectified
        from doelbinding.jobs.rectification import resume as go_on_rectifying

        done = go_on_rectifying(workspace, case, by=by or somebody(), out=workspace.home / out)
        show_rectified(done)
        return
    if right == Right.RESTRICTION.value:
        from doelbinding.cli.subject_restrictions import show_restricted
        from doelbinding.jobs.restrictions import resume as go_on_restricting

        show_restricted(go_on_restricting(workspace, case, workspace.home / out))
        return
    from doelbinding.cli.subject_erase import manner_of, show_erased

    show_erased(go_on(workspace, case, manner_of(workspace, by, out)))


def outcome_in_words(request: Request) -> str:
    """Say how a request was answered, if it was."""
    return _OUTCOMES.get(request.outcome, request.outcome.replace("_", " "))


_OUTCOMES = {
    "": "not answered yet",
    "granted": "granted",
    "partly_granted": "granted in part",
    "nothing_found": "nothing was found",
}
