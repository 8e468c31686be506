"""`check`, `diff`, `schema`, `why`: what the policy says."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.printing import console, say, table
from doelbinding.cli.reading import instant_of, known_store, opened, workspace_in

if TYPE_CHECKING:
    from doelbinding.binding.justification import PhaseState
    from doelbinding.jobs.explain import Explanation


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class DiffFormat(StrEnum):
    """How changes are written."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(check)
    app.command()(diff)
    app.command()(schema)
    app.command()(why)
    app.command()(grants)


def check(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="The policy's folder; default: the working folder's.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    strict: Annotated[bool, typer.Option(help="Warnings fail too.")] = False,
    at: Annotated[str | None, typer.Option(help="On which day; default today.")] = None,
) -> None:
    """Check a policy for gaps and contradictions, each with its article and what to do."""
    from doelbinding.law.checks import report
    from doelbinding.law.findings import check as findings_of
    from doelbinding.policy.load import load_with_places

    loaded = load_with_places(folder) if folder else workspace_in(context.obj).loaded
    findings = findings_of(loaded.policy, on=instant_of(at).date())
    match format_:
        case Format.JSON:
            typer.echo(report.to_json(findings, loaded.places.find))
        case Format.SARIF:
            typer.echo(report.to_sarif(findings, loaded.places.find))
        case Format.TEXT:
            for line in report.lines(findings, loaded.places.find):
                typer.echo(line)
    raise typer.Exit(report.exit_status(findings, strict=strict))


def diff(
    old: Annotated[Path, typer.Argument(help="The folder of the old version.")],
    new: Annotated[Path, typer.Argument(help="The folder of the new version.")],
    format_: Annotated[
        DiffFormat, typer.Option("--format", help="How to write it.")
    ] = DiffFormat.TEXT,
) -> None:
    """Say what changed between two versions, for whom, and what people must be told."""
    from doelbinding.policy.diff import compare
    from doelbinding.policy.load import load

    changes = compare(load(old), load(new))
    if format_ is DiffFormat.JSON:
        told = [
            {
                "kind": change.kind,
                "what": change.what,
                "before": change.before,
                "after": change.after,
                "persons": list(change.persons),
                "controllers": list(change.controllers),
                "must_be_told": change.matters,
                "article": change.article,
            }
            for change in changes
        ]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))
        return
    if not changes:
        say("no changes")
        return
    rows = (
        (
            str(change.kind),
            change.what,
            ", ".join(change.persons) or "-",
            ", ".join(change.controllers) or "-",
            f"yes, {change.article}" if change.matters else "no",
        )
        for change in changes
    )
    heads = ("change", "what", "for whom", "by whom", "must be told")
    console().print(table(f"{len(changes)} changes", heads, rows))


def schema(
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
) -> None:
    """Write the JSON Schema of a policy's files, for editors."""
    from doelbinding.policy.schema import policy_schema

    written = json.dumps(policy_schema(), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        typer.echo(written, nl=False)
    else:
        out.write_text(written, encoding="utf-8")


def why(
    context: typer.Context,
    value: Annotated[str, typer.Argument(help="store.dataset.column")],
    key: Annotated[str, typer.Argument(help="The row's key; parts with commas.")],
    at: Annotated[str | None, typer.Option(help="On which day; default now.")] = None,
) -> None:
    """Say why we still have a value: living phases, basis, end, stops, holds, what comes next."""
    workspace = opened(context.obj)
    from doelbinding.binding.circumstances import Restriction
    from doelbinding.jobs.explain import explain
    from doelbinding.plan.written import key_written

    moment = instant_of(at)
    found = explain(workspace, value, key, moment)
    say(f"{value} of {key_written(found.key)}, on {moment.date()}")
    say(f"controller: {', '.join(c.name for c in found.controllers) or 'cannot be told'}")
    console().print(_phases(found))
    for keep in found.why.kept_by:
        review = getattr(keep, "review_on", None)
        say(f"kept by {keep.id}" + (f", to be reviewed on {review}" if review else ""))
        if isinstance(keep, Restriction):
            say("its use is restricted: it is kept, and used for nothing else (Art. 18(2))")
    for restriction in found.why.tells_for:
        say(f"kept for {restriction.id}: it tells how long what that restricts may be there")
    for prohibition in found.why.prohibitions:
        say(f"prohibited by {prohibition.article}")
    say(_verdict(found))


def _phases(found: Explanation) -> object:
    rows = []
    for state in found.why.phases:
        if not state.applicable:
            continue
        starts = [term.start for term in state.applicable if term.start]
        rules = dict.fromkeys(term.term.rule for term in state.applicable)
        rows.append(
            (
                f"{state.activity.id}/{state.phase.id}",
                state.phase.basis.kind.article,
                "; ".join(rules),
                str(max(starts)) if starts else "-",
                str(state.until) if state.until else "-",
                _lives(state),
            )
        )
    heads = ("phase", "basis", "rule", "start", "until", "lives")
    return table("", heads, rows)


def _lives(state: PhaseState) -> str:
    if state.suspended:
        return "being weighed"
    if state.stops or (state.doubts and state.lives is None):
        return "stopped"
    if state.lives is None:
        return "undated"
    return "yes" if state.lives else "ended" if state.until else "no"


def _verdict(found: Explanation) -> str:
    if found.row[found.column.name] is None:
        return "the value is empty: there is nothing to keep or to remove"
    match found.why.truth:
        case True:
            return _justified(found)
        case None if not (found.leads and found.controllers):
            return "undated: nothing says whose it is, so it is kept and reported"
        case None:
            return "undated: a date is missing or implausible, so it is kept and reported"
        case _ if not (found.controllers or found.place.top.shared):
            return "not justified, but nothing says whose it is, so it is kept and reported"
        case _:
            if not found.why.phases:
                return f"not justified: no activity uses it; {_next(found)}"
            return f"not justified any more: {_next(found)}"


def _justified(found: Explanation) -> str:
    """Say until when a value is kept, by its own ends or by what else keeps it."""
    end, why = found.last_end, found.why
    if end is not None:
        first = f"the first of them ends on {found.next_end}; " if found.next_end else ""
        kept = why.kept_by or why.tells_for
        then = ", but no sooner than what keeps it is lifted" if kept else ""
        return f"justified; {first}from {end} nothing justifies it: then it goes{then}"
    if why.kept_by:
        return "justified for now: it is held, and goes no sooner than the hold is lifted"
    if why.tells_for:
        return "kept for now: it goes no sooner than that restriction is lifted"
    undated = dict.fromkeys(
        f"{state.activity.id}/{state.phase.id}" for state in why.phases if state.justifies is None
    )
    if undated:
        return f"justified; undated for {', '.join(undated)}, so nothing tells until when"
    return "justified; it has no end date yet, its end is an event still to come"


def _next(found: Explanation) -> str:
    """Say what has become, or becomes, of a value that nothing justifies."""
    from doelbinding.plan.transform import has_ended
    from doelbinding.plan.transformation import Pseudonymise, innermost
    from doelbinding.plan.words import change_in_words

    change = found.change
    if change is None:
        return "the next retention run removes it"
    name, pseudonymous = found.column.name, isinstance(innermost(change), Pseudonymise)
    if not has_ended(change, found.row[name]):
        return f"the next retention run will {change_in_words(name, change)}"
    if pseudonymous:
        return "a pseudonym of it is left, which is personal data until its key is destroyed"
    return "it has ended: only this is left of it"


def grants(
    context: typer.Context,
    store: Annotated[str, typer.Argument(help="A store of the policy.")],
    role: Annotated[
        str, typer.Option(help="Who gets the rights; on MariaDB perhaps USER@HOST.")
    ] = "doelbinding",
) -> None:
    """Print the SQL for a role that can do in a store just what the policy needs."""
    workspace = workspace_in(context.obj)
    known_store(workspace, store)
    from doelbinding.jobs.grants import grants_of

    for line in grants_of(workspace, store, role):
        typer.echo(line)
