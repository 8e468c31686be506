"""`plan`, `apply`, `nightly`, `purge`: what goes, who approved it, what reading back found."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.options import By
from doelbinding.cli.printing import console, counted, say, table
from doelbinding.cli.reading import BadInput, instant_of, known_store, opened, somebody

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from doelbinding.jobs.purging import Purged
    from doelbinding.plan.grades import Erased
    from doelbinding.plan.journal import Progress
    from doelbinding.plan.model import Plan, Step
    from doelbinding.plan.ports import Obstacle
    from doelbinding.plan.run import Outcome
    from doelbinding.policy.model import Policy
    from doelbinding.wiring import Workspace

LEAST_HASH = 8
MOST_NAMED = 20


class PlanFormat(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(plan)
    app.command()(apply)
    app.command()(nightly)
    app.command()(purge)


def plan(
    context: typer.Context,
    at: Annotated[str | None, typer.Option(help="On which day; default now.")] = None,
    store: Annotated[
        list[str] | None,
        typer.Option(help="Only this store, and those whose rows date its rows; repeatable."),
    ] = None,
    format_: Annotated[PlanFormat, typer.Option("--format", help="How.")] = PlanFormat.TEXT,
) -> None:
    """Plan retention: which rows and values nothing justifies any more. Changes nothing."""
    workspace = opened(context.obj)
    from doelbinding.jobs.nightly import interrupted
    from doelbinding.jobs.retention import make_plan, obstacles_later, tables_of_nobody
    from doelbinding.plan.document import document

    known_store(workspace, *(store or ()))
    made = make_plan(workspace, instant_of(at), frozenset(store) if store else None)
    if format_ is PlanFormat.JSON:
        typer.echo(json.dumps(document(made.plan), ensure_ascii=False, indent=2))
        return
    show_plan(made.plan, workspace.policy)
    show_obstacles(made.obstacles)
    later = obstacles_later(workspace, made)
    if later:
        say("not in the way of this plan, but of a later one:")
        show_obstacles(later)
    for name, tables in tables_of_nobody(workspace, made).items():
        show_left_out(name, tables)
    show_reviews(workspace, made.plan.at)
    for fingerprint in interrupted():
        say(f"a run was interrupted: first go on with it: doelbinding apply {fingerprint[:12]}")
    say(f"plan {made.fingerprint}")
    say(f"written to {made.file.relative_to(workspace.home)}; nothing was changed")
    say(f"to carry it out: doelbinding apply {made.fingerprint[:12]}")


def show_obstacles(found: Sequence[Obstacle]) -> None:
    """Print what stands in the way of a plan, or endangers it, with what to do."""
    for one in found:
        say(f"{one.gravity.value}: {one.ref}: {one.message}: {one.remedy}")


def show_dangers(outcomes: Iterable[Outcome]) -> None:
    """Print what stores warned of before a request was carried out, such as a table of history."""
    show_obstacles(list(dict.fromkeys(one for done in outcomes for one in done.endangered)))


def show_left_out(store: str, tables: Sequence[str]) -> None:
    """Print which tables nobody has mapped, so that nothing in them is found or ends."""
    more = f" and {len(tables) - MOST_NAMED} more" if len(tables) > MOST_NAMED else ""
    say(
        f"in no dataset of {store}, so nothing in them is found or ends: "
        f"{', '.join(tables[:MOST_NAMED])}{more}: map those that hold personal data, the others "
        "with `no_personal_data: true`"
    )


def show_reviews(workspace: Workspace, at: datetime) -> None:
    """Print the holds whose day of review has come: they last until somebody lifts them."""
    from doelbinding.jobs.holds import to_review

    for one in to_review(workspace.policy, at):
        say(
            f"{one.id} ({one.controller}) was to be reviewed on {one.review_on} and goes on: "
            "`subject holds` tells why, `subject lift` ends it"
        )


def show_plan(made: Plan, policy: Policy) -> None:
    """Print a plan as a table, and what stays since nothing dates it or says whose it is."""
    from doelbinding.binding.paths import places
    from doelbinding.plan.words import deed_in_words, why_in_doubt

    rows = (
        (
            step.ref,
            step.controller or "shared",
            deed_in_words(step),
            _rules(step),
            f"{step.expected:,}",
            str(step.oldest or "-"),
        )
        for step in made.steps
    )
    heads = ("dataset", "controller", "action", "rule", "#rows", "oldest")
    console().print(table(f"{made.kind.value} on {made.at.date()}", heads, rows))
    say(_size(made))
    mapped = {here.ref: here for here in places(policy)}
    doubted: dict[str, Counter[str]] = {}
    for doubt in made.doubts:
        ref = f"{doubt.store}.{doubt.dataset}"
        why = why_in_doubt(doubt, mapped.get(ref))
        doubted.setdefault(why, Counter())[ref] += doubt.rows
    for why, found in doubted.items():
        where = ", ".join(f"{ref} {rows:,}" for ref, rows in found.items())
        say(f"{why}, so kept and reported: {counted(found.total(), 'row')} ({where})")


def _size(made: Plan) -> str:
    return f"{counted(made.rows, 'row')} in {counted(len(made.steps), 'step')}"


def _rules(step: Step) -> str:
    found: dict[str, list[str]] = {}
    for reason in step.reasons:
        found.setdefault(f"{reason.activity}/{reason.phase}", []).append(reason.rule)
    return "\n".join(f"{name}: {'; '.join(rules)}" for name, rules in found.items()) or "unbound"


def apply(
    context: typer.Context,
    plan_: Annotated[str, typer.Argument(metavar="PLAN", help="A plan's file or fingerprint.")],
    approve: Annotated[
        str | None,
        typer.Option(help="Approve without being asked: the start of the fingerprint."),
    ] = None,
    by: By = None,
    drift: Annotated[
        float | None,
        typer.Option(help="By which percentage the rows may differ; default as configured, or 1."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop cleanly after so long; the same command goes on.")
    ] = None,
) -> None:
    """Approve a plan, carry it out, verify it by reading back. Goes on where it was interrupted."""
    workspace = opened(context.obj)
    from doelbinding.jobs.applying import apply_plan
    from doelbinding.jobs.plans import approve_plan, find_fingerprint, read_plan
    from doelbinding.plan.run import Bound

    fingerprint = find_fingerprint(workspace, plan_)
    made, _ = read_plan(workspace, fingerprint)
    say(f"plan {fingerprint}: {_size(made)}, {made.kind.value} on {made.at.date()}")
    _insist_on_approval(fingerprint, approve)
    approve_plan(workspace, fingerprint, by or somebody())
    with progress_of(made) as progress:
        bound = workspace.bound if drift is None else Bound(share=drift / 100)
        outcome = apply_plan(
            workspace, fingerprint, bound=bound, progress=_until(minutes, progress)
        )
    show_outcome(made, outcome)
    if not outcome.verified:
        raise typer.Exit(1)


def _until(minutes: float | None, progress: Progress) -> Progress:
    """Give a progress that stops the run after some minutes from now."""
    from time import monotonic

    from doelbinding.plan.run import within

    if minutes is None:
        return progress
    end = monotonic() + 60 * minutes
    return within(lambda: monotonic() > end, progress)


def nightly(
    context: typer.Context,
    approve_up_to: Annotated[
        int, typer.Option(help="Approve plans of at most so many rows together; else stop.", min=0)
    ],
    by: Annotated[str | None, typer.Option(help="In whose name; default: you.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop cleanly after so long; the next night goes on.")
    ] = None,
) -> None:
    """Plan retention and carry it out without a human, if no more rows go than may.

    Stores that belong together have a plan of their own. Where one fails, the others are done all
    the same; it is said which was not and why, and the exit status is 2.
    """
    workspace = opened(context.obj)
    from doelbinding.jobs.night import NotAll, Terms
    from doelbinding.jobs.nightly import run_night

    terms = Terms(
        at=instant_of(None),
        most=approve_up_to,
        by=by or somebody(),
        progress=_until(minutes, lambda _step, _rows: None),
        told=show_obstacles,
    )
    done = run_night(workspace, terms)
    for number, (made, outcome) in enumerate(zip(done.plans, done.outcomes, strict=True)):
        show_plan(made, workspace.policy)
        show_outcome(made, outcome, followed=number in done.followed)
    show_purged(done.purged)
    show_reviews(workspace, terms.at)
    if done.undone:
        raise NotAll(done.undone)
    if not done.plans:
        say("nothing is there that nothing justifies")
    if not done.verified:
        raise typer.Exit(1)


def purge(context: typer.Context) -> None:
    """Purge what earlier runs deleted from files that still have it, once that can be; no row goes.

    Files have it where somebody read the database then, where older versions of a table are kept
    for a time, or where a run was not verified. `nightly` does the same at its end.
    """
    workspace = opened(context.obj)
    from doelbinding.jobs.purging import purge_again
    from doelbinding.records.remains import waiting

    show_purged(purge_again(workspace, instant_of(None)))
    left = waiting()
    for store, at in sorted(left.items()):
        say(f"{store}: to be purged again from {at:%Y-%m-%d %H:%M} (UTC)")
    if not left:
        say("of what runs deleted, no store has anything that a purge takes further")


def show_purged(done: Iterable[Purged]) -> None:
    """Print how far gone is now what earlier runs deleted."""
    for one in done:
        runs = counted(len(one.runs), "earlier run")
        say(f"{one.store}: what {runs} deleted is {_how_far_gone(one.erased)}")


def _how_far_gone(erased: Erased) -> str:
    still = f"; {erased.still}" if erased.still else ""
    return f"{erased.grade.value.replace('_', ' ')}{still}{_purged_again(erased)}"


def _purged_again(erased: Erased) -> str:
    if erased.again is None:
        return ""
    later = f" from {erased.again.at:%Y-%m-%d} on" if erased.again.at > instant_of(None) else ""
    return f" (`nightly` or `purge` takes it further{later})"


def _insist_on_approval(fingerprint: str, given: str | None) -> None:
    """Take the approval of the hash: from the option, or typed by somebody who read the plan."""
    if given is None:
        if not sys.stdin.isatty():
            raise BadInput(
                f"a plan runs only when its fingerprint is approved: --approve {fingerprint[:12]}"
            )
        given = typer.prompt(f"to approve, type the first {LEAST_HASH} characters of the plan")
    if len(given) < LEAST_HASH or not fingerprint.startswith(given.lower()):
        raise BadInput("that is not this plan's fingerprint: nothing was approved or changed")


@contextmanager
def progress_of(made: Plan) -> Iterator[Progress]:
    """Show a bar on a terminal while a plan runs."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task("carrying out", total=made.rows)

        def advance(step: Step, rows: int) -> None:
            bar.update(task, advance=rows, description=step.ref)

        yield advance


def show_outcome(made: Plan, outcome: Outcome, *, followed: bool = False) -> None:
    """Print what was changed and what reading back found, which a next plan may be made for."""
    from doelbinding.plan.model import PlanKind

    changed = sum(outcome.changed.values())
    say(f"changed {counted(changed, 'row')} of {made.rows:,} planned")
    if outcome.verified:
        say("verified: reading back through new connections finds none left")
        before = "what stood there before is " if made.kind is PlanKind.RECTIFICATION else ""
        for store, erased in outcome.erased.items():
            say(f"{store}: {before}{_how_far_gone(erased)}")
        return
    left: Counter[str] = Counter()
    for step in made.steps:
        left[step.ref] = max(left[step.ref], outcome.left.get(step.id, 0))
    for ref, rows in left.items():
        if rows and followed:
            say(f"{ref}: {counted(rows, 'row')} left, for which a next plan was made at once")
        elif rows:
            say(f"NOT VERIFIED: {ref}: {counted(rows, 'row')} left")
