"""DB432-DB434: what decides an end lasts as long as the row it decides over (GDPR Art. 5(1)(e)).

DB431 asks that a column is kept for the phases whose end it decides. That is not enough where
something else keeps the row for longer: the column is emptied when those phases have ended, or the
rows that told it are gone, and the question is then asked again of a row that cannot answer it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from doelbinding.law import reach
from doelbinding.law.checks.keepers import Keeper, Keepers, row_kept_for
from doelbinding.law.checks.uses import Use
from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.reach import Located, Path
from doelbinding.law.truth import Truth, possible_answers
from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.retention import After, Until
from doelbinding.policy.stores import Event, WhenGone

EMPTIED = Definition(
    id="DB432",
    title="Column that decides an end, emptied while its row stays",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e), 5(2)",
    why="A column with a category is emptied when the last phase bound to it has ended, also where "
    "something else keeps its row. A missing date that reads as still going on then brings back to "
    "life all that had ended by it; any other missing date leaves it undated, and so kept forever; "
    "and a condition that reads the column is answered otherwise than before.",
    mend="bind the column to every activity that can keep a personal column of its row, or of a "
    "row that needs it; or leave `category` off the column, which then goes with its row",
)
GONE_BEFORE = Definition(
    id="DB433",
    title="Rows that decide an end, gone before the row they decide over",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e), 5(2)",
    why="An event is the latest date of several columns, or a state is told by rows of another "
    "dataset. Where all of these can go while an activity that does not wait for the event keeps "
    "the row itself, nothing dates the row any more: it is undated, and kept forever; and a state "
    "told by no rows at all can read as not yet reached.",
    mend="let a column of the row itself, one that stays with it, be a source of the event; or "
    "bind what tells the event or state to every activity that can keep the row",
)
LED_NO_MORE = Definition(
    id="DB434",
    title="Column that leads rows to people, emptied while they stay",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e), 5(2)",
    why="The column is a key, or rows lead to people by it. It has a category, so it is emptied "
    "when the last phase bound to it has ended, also where something else keeps those rows. Then "
    "they lead to nobody: nobody finds them, and where they do not tell their own end they are "
    "kept forever; or the database refuses the change.",
    mend="bind the column to every activity that can keep the rows that lead by it; or leave "
    "`category` off the column, which then goes with its row",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Reading:
    """A column that is read, and what comes of it once it is empty."""

    located: Located
    name: str
    then: str


def _when_empty(condition: Condition, located: Located, name: str) -> frozenset[Truth]:
    """Give the answers the condition can give on a row in which the column was emptied."""
    column = reach.column(located.dataset, name)
    stands_in = column.replace_with if column else None
    empty = Condition(column=name, null=True)
    if stands_in is None:
        return _answers_where(empty, condition)
    filled = Condition(column=name, null=False)
    replaced = Condition(all_=(filled, Condition(column=name, equals=stands_in)))
    return _answers_where(Condition(any_=(empty, replaced)), condition)


def _answers_where(test: Condition, condition: Condition) -> frozenset[Truth]:
    """Give the answers of a condition on the rows that pass a test, which is never unknown.

    On other rows `test and condition` is no and `not test or condition` is yes, so what both can
    answer are the answers on rows that pass.
    """
    both = possible_answers(Condition(all_=(test, condition)))
    either = possible_answers(Condition(any_=(Condition(not_=test), condition)))
    return both & either


def _read(
    condition: Condition, located: Located, then: str, *, unless: Truth = False
) -> Iterator[_Reading]:
    """Yield the columns of a condition, save where it answers just `unless` once one is empty."""
    for name in dict.fromkeys(condition.columns()):
        if _when_empty(condition, located, name) != {unless}:
            yield _Reading(located=located, name=name, then=then)


def _of_term(policy: Policy, use: Use) -> Iterator[_Reading]:
    """Yield what a term reads that, when empty, makes it live on or be undated."""
    rule = use.term.parsed
    if isinstance(rule, After):
        for owner, event in reach.events(policy, use.located, rule.event):
            if event.column:
                reads = "still going on" if event.ongoing_if_null else "undated"
                then = f"{rule.event!r} reads as {reads}"
                yield _Reading(located=owner, name=event.column, then=then)
            for name in dict.fromkeys(n for one in event.latest_of for n in one.on.values()):
                then = f"nothing dates {rule.event!r}"
                yield _Reading(located=owner, name=name, then=then)
    else:
        then = f"state {rule.state!r} is answered otherwise"
        for told in reach.states(policy, use.located, rule.state):
            if told.reads:
                yield from _read(told.condition, told.reads, then, unless=isinstance(rule, Until))
    for category, telling in reach.persons(policy, use.located).items():
        for where, condition in telling if category in use.term.persons else ():
            yield from _read(condition, where, f"who is {category!r} is told otherwise")


def _of_conditions(policy: Policy) -> Iterator[_Reading]:
    """Yield what bindings and prohibitions read that, when empty, makes them hold or be unknown."""
    for located in reach.locate(policy):
        for binding in located.dataset.bindings:
            if binding.when:
                then = f"`when` of {binding.activity} is answered otherwise"
                yield from _read(binding.when, located, then)
        for prohibition in located.dataset.prohibitions:
            if prohibition.when:
                then = "`when` of a prohibition is answered otherwise"
                yield from _read(prohibition.when, located, then)


def emptied(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find columns whose emptying changes an answer while their row is still there."""
    keepers = Keepers(policy=policy)
    of_terms = [reading for use in keepers.uses for reading in _of_term(policy, use)]
    for reading in (*of_terms, *_of_conditions(policy)):
        located, name = reading.located, reading.name
        column = reach.column(located.dataset, name)
        if column is None or not column.personal:
            continue
        if longer := keepers.outlasting(located, name):
            message = f"is emptied while {listed(longer)} keeps its row; then {reading.then}"
            path = (*located.path, "columns", located.dataset.columns.index(column))
            yield EMPTIED.at(path, f"column {located.name}.{name}", message)


def led(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find columns that are emptied while rows are still there that lead to people by them."""
    keepers = Keepers(policy=policy)
    found: dict[tuple[str, str], Finding] = {}
    for rows, holder, names in _leading(policy):
        for name in names:
            column = reach.column(holder.dataset, name)
            if column is None or not column.personal or (holder.name, name) in found:
                continue
            if rows.name == holder.name:
                longer = keepers.outlasting(holder, name)
            else:
                left = (str(k) for k in keepers.of(rows) if not k.keeps_there(holder, name))
                longer = list(dict.fromkeys(left))
            if longer:
                message = f"is emptied while {listed(longer)} keeps rows of {rows.name}"
                path = (*holder.path, "columns", holder.dataset.columns.index(column))
                subject = f"column {holder.name}.{name}"
                found[holder.name, name] = LED_NO_MORE.at(path, subject, message)
    yield from found.values()


def _leading(policy: Policy) -> Iterator[tuple[Located, Located, tuple[str, ...]]]:
    """Yield datasets, and the columns of one or another without which its rows lead nowhere.

    Of rows with several paths, one may be given up for the others.
    """
    for located in reach.locate(policy):
        dataset = located.dataset
        yield located, located, dataset.key
        released = {r.columns for r in dataset.references if r.when_gone is WhenGone.EMPTY}
        for path in dataset.paths:
            other = reach.find(policy, located.store, path.other)
            if other is None:
                continue
            if path.to is None:
                yield located, other, path.columns
                yield located, located, path.references
            else:
                yield located, other, path.references or other.dataset.key
                if path == dataset.subject and path.columns not in released:
                    yield located, located, path.columns
        for reference in dataset.references:
            other = reach.find(policy, located.store, reference.to)
            if other is not None and reference.columns not in released:
                yield located, other, reference.references or other.dataset.key


def gone(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find events and states told by rows that can go before the row they decide over.

    One finding of each, whatever number of phases waits for it or keeps the row.
    """
    keepers = Keepers(policy=policy)
    found: dict[_Loss, dict[str, None]] = {}
    for use in keepers.uses:
        find = _undated if isinstance(use.term.parsed, After) else _untold
        for loss, keeper in find(keepers, use):
            found.setdefault(loss, {})[str(keeper)] = None
    for (path, subject, loses), longer in found.items():
        message = f"{loses} while {listed([*longer])} keeps the row"
        yield GONE_BEFORE.at(path, subject, message)


_Loss = tuple[Path, str, str]
"""Where something is told, of what, and what it loses, in words."""


def _undated(keepers: Keepers, use: Use) -> Iterator[tuple[_Loss, Keeper]]:
    for owner, event in reach.events(keepers.policy, use.located, use.awaited):
        for keeper in keepers.idle(owner, use.awaited):
            if lost := _lost(keepers.policy, owner, event, keeper):
                path = (*owner.path, "events", use.awaited)
                loses = f"event {use.awaited!r} loses {listed(lost)}"
                yield (path, f"dataset {owner.name}", loses), keeper


def _lost(policy: Policy, owner: Located, event: Event, keeper: Keeper) -> list[str]:
    """Name the sources of an event that can be gone, when all can, while the keeper stays.

    One stays that is a column of the row itself, or of the rows for which the keeper keeps it.
    """
    lost = []
    for source in event.latest_of:
        where = reach.source(policy, owner, source)
        if where is None:
            continue
        own = where.name == owner.name
        stays = keeper.keeps(source.column) if own else keeper.keeps_there(where, source.column)
        if stays and (own or any(where.name == passed.name for passed in keeper.by)):
            return []
        if not stays:
            lost.append(f"{where.name}.{source.column}")
    return lost


def _untold(keepers: Keepers, use: Use) -> Iterator[tuple[_Loss, Keeper]]:
    for told in reach.states(keepers.policy, use.located, use.awaited):
        if told.of_rows and told.reads is not None:
            yield from _without_rows(keepers, use, told, told.reads)


def _without_rows(
    keepers: Keepers, use: Use, told: reach.KnownState, reads: Located
) -> Iterator[tuple[_Loss, Keeper]]:
    over = isinstance(use.term.parsed, Until)
    for keeper in keepers.idle(told.named_by, use.awaited) if told.without_rows != over else ():
        if not row_kept_for(reads, keeper.activity, keeper.phase):
            loses = f"state {use.awaited!r} loses the rows of {reads.name}"
            yield (told.place, f"dataset {told.named_by.name}", loses), keeper


DEFINITIONS = (EMPTIED, GONE_BEFORE, LED_NO_MORE)
CHECKS = (emptied, gone, led)
