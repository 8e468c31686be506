"""DB211-DB218, DB431: what dates an end, and whether it stays (GDPR Art. 5(1)(e); R-II.10).

A term names an event or a state; each dataset bound to the phase must know it, it must be able to
happen, and the columns that tell it must be kept as long as the values whose end they decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from doelbinding.law import reach
from doelbinding.law.checks.keepers import kept_for, kept_in_every_row, row_kept_for
from doelbinding.law.checks.uses import Use, performing, uses
from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.reach import KnownState, Located
from doelbinding.law.truth import possible_answers
from doelbinding.policy.model import Policy
from doelbinding.policy.retention import After
from doelbinding.policy.stores import Event

NO_EVENT = Definition(
    id="DB211",
    title="Event that the dataset does not know",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e)",
    why="The term counts from an event that neither the dataset nor a row it leads to can date: "
    "its values would stay undated, and be kept forever.",
    mend="define the event in the dataset's `events`, or in a dataset it leads to, from columns "
    "that are there",
)
NOT_A_DATE = Definition(
    id="DB212",
    title="Event dated by a column that holds no date",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e)",
    why="An end is counted from a date; this column's type holds none.",
    mend="use a column of a date or time type, or correct the column's `type`",
)
NO_STATE = Definition(
    id="DB213",
    title="State that the dataset does not know",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e)",
    why="The term ends with a state that neither the dataset nor a row it leads to can tell: it "
    "would never end.",
    mend="define the state in the dataset's `states`, or in a dataset it leads to, from columns "
    "that are there",
)
CONSTANT_STATE = Definition(
    id="DB214",
    title="State that can never change",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e)",
    why="The state has the same answer for every row, or reads only the key, which stays as it "
    "is: the term that waits for it never ends, or never begins.",
    mend="write a condition on a column that changes when the purpose ends",
)
UNTOLD_PERSON = Definition(
    id="DB215",
    title="Term for persons whom the dataset cannot tell apart",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e)",
    why="The term holds for some categories of person, and neither the dataset nor a row it leads "
    "to says of which category a person is: the term never holds here, and what it should keep "
    "would go at once.",
    mend="say in the dataset's `persons`, or in a dataset it leads to, which rows are of which "
    "category",
)
NEVER_HOLDS = Definition(
    id="DB216",
    title="Binding that no term supports",
    severity=Severity.ERROR,
    article="GDPR 5(1)(b), 5(1)(e)",
    why="The dataset is bound to the activity, and none of the activity's terms is for the "
    "persons and phases of its rows: the binding justifies nothing, and its values would go at "
    "once.",
    mend="add a term for these persons, or bind the columns to a phase that has one",
)
NOT_ON_EVERY_WAY = Definition(
    id="DB217",
    title="Event or state that is not known on every way to a person",
    severity=Severity.WARNING,
    article="GDPR 5(1)(e)",
    why="Rows of the dataset lead to people in several ways, and the term is judged for each. On "
    "one of them nothing tells the event or state: for whoever it leads to, the values are "
    "undated, also where the term has nothing to do with them, and kept forever.",
    mend="tell it in the dataset named too, for rows to which it never happened as well: an event "
    "as the latest of the rows that have it and of a column that is always there, such as when "
    "the row was made; or say in the binding's `through` by which ways the activity needs the row",
)
WAY_LOST = Definition(
    id="DB218",
    title="Row by which another is somebody's, not kept for it",
    severity=Severity.WARNING,
    article="GDPR 5(1)(e), 5(2)",
    why="Rows of the dataset are somebody's by rows that share them. Where one of these goes "
    "before an activity for which it keeps the shared row, that is theirs no more, and goes as "
    "soon as nobody else needs it; a run in which both happen is not verified. If no other shares "
    "it, it leads to nobody: what it does not tell itself is unknown, and so it is kept forever.",
    mend="bind a personal column of the dataset that shares to the activity and phase as well",
)
EVIDENCE_LOST = Definition(
    id="DB431",
    title="Column that decides an end, not kept for it",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e), 5(2)",
    why="A column that dates an event, tells a state or a category of person, or says which rows "
    "are bound, is itself a value. Where it is not bound to the activity whose end it decides, it "
    "can be erased first, and the rest is kept forever, or lost. So it can where it is bound under "
    "a `when` that does not hold for all rows that are bound. A column that is not personal "
    "goes with its row, so it stays as long as the row has a personal column bound to the "
    "activity.",
    mend="bind the column, or a personal column of its row, to the activity and phase, without "
    "`when` or under that of the others",
)


def _sources(policy: Policy, owner: Located, event: Event) -> Iterator[tuple[Located | None, str]]:
    """Yield the columns that date an event, each with its dataset; none where that is not there."""
    if event.column is not None:
        yield owner, event.column
    for source in event.latest_of:
        yield reach.source(policy, owner, source), source.column


def events(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find terms that count from an event which a bound dataset cannot date."""
    for use in uses(policy):
        rule = use.term.parsed
        if not isinstance(rule, After):
            continue
        known = reach.events(policy, use.located, rule.event)
        if not known:
            message = f"cannot date {rule.event!r}, from which {use.what} counts"
            yield NO_EVENT.at(use.located.path, use.subject, message)
        for owner, event in known:
            yield from _not_dated(policy, owner, event, rule.event)


def _not_dated(policy: Policy, owner: Located, event: Event, name: str) -> Iterator[Finding]:
    """Find columns of an event that are not there, or hold no date."""
    place, subject = (*owner.path, "events", name), f"dataset {owner.name}"
    for where, dates in _sources(policy, owner, event):
        column = reach.column(where.dataset, dates) if where else None
        if column is None:
            message = f"event {name!r} names column {dates!r}, which is not there"
            yield NO_EVENT.at(place, subject, message)
        elif not column.type.is_time:
            message = f"event {name!r} names column {dates!r}, a {column.type.value}"
            yield NOT_A_DATE.at(place, subject, message)


def states(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find terms that wait for a state which a bound dataset cannot tell, or cannot change."""
    for use in uses(policy):
        rule = use.term.parsed
        if isinstance(rule, After):
            continue
        told = reach.states(policy, use.located, rule.state)
        if not told:
            message = f"cannot tell {rule.state!r}, on which {use.what} waits"
            yield NO_STATE.at(use.located.path, use.subject, message)
        for known in told:
            subject = f"dataset {known.named_by.name}"
            if absent := _absent(known):
                message = f"state {rule.state!r} reads {listed(absent)}, not there"
                yield NO_STATE.at(known.place, subject, message)
            elif _never_changes(known):
                message = f"state {rule.state!r} never changes, so {use.what} never ends or begins"
                yield CONSTANT_STATE.at(known.place, subject, message)


def ways(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find terms that count from an event, or wait for a state, that one way does not know."""
    for use in uses(policy):
        every = reach.ways(policy, use.located)
        knowing = [way for way in every if any(_tells(one, use) for one in way)]
        if not knowing:  # DB211, DB213
            continue
        for end in dict.fromkeys(way[-1].name for way in every if way not in knowing):
            message = f"leads to {end}, which does not tell {use.awaited!r}, as {use.what} needs"
            yield NOT_ON_EVERY_WAY.at(use.located.path, use.subject, message)


def shared(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find rows that share another, and can go before a phase that keeps it through them."""
    for use in uses(policy):
        telling = [w for w in reach.ways(policy, use.located) if any(_tells(o, use) for o in w)]
        lost = (
            other.name
            for way in telling
            for one, other in pairwise(way)
            if other.dataset.id in {path.shared_by for path in one.dataset.paths}
            and not row_kept_for(other, use.activity.id, use.phase.id)
        )
        for name in dict.fromkeys(lost):
            ids = f"{use.activity.id} ({use.phase.id})"
            message = f"is somebody's by {name}, whose rows are not kept for {ids}"
            yield WAY_LOST.at(use.located.path, use.subject, message)


def _tells(located: Located, use: Use) -> bool:
    """Tell whether a dataset names the event or state of a term."""
    dataset = located.dataset
    told = dataset.events if isinstance(use.term.parsed, After) else dataset.states
    return use.awaited in told or use.awaited in dataset.row_states


def _absent(known: KnownState) -> list[str]:
    """Give the columns a state reads that are not there."""
    read = sorted(set(known.condition.columns()))
    return [n for n in read if not known.reads or reach.column(known.reads.dataset, n) is None]


def _never_changes(known: KnownState) -> bool:
    answers = set(possible_answers(known.condition))
    if known.of_rows:
        return not {True, False} <= answers | {known.without_rows}
    key = known.reads.dataset.key if known.reads else ()
    return set(known.condition.columns()) <= set(key) or not {True, False} <= answers


def categories(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find terms for some persons, on datasets that cannot tell who is one."""
    for use in uses(policy):
        if use.term.persons and not reach.persons(policy, use.located):
            message = f"cannot tell {listed(use.term.persons)}, for whom {use.what} holds"
            yield UNTOLD_PERSON.at(use.located.path, use.subject, message)


def holding(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find bindings to an activity of which no term can hold for any row."""
    held = {(use.located.name, use.activity.id) for use in uses(policy)}
    for activity in policy.activities:
        for located in reach.bound_to(policy, activity.id):
            ours = performing(policy, activity, located)
            terms = any(policy.terms_of(c, activity, p) for c in ours for p in activity.phases)
            if terms and (located.name, activity.id) not in held:
                message = f"is bound to {activity.id}, of which no term holds for its rows"
                yield NEVER_HOLDS.at(located.path, f"dataset {located.name}", message)


def _deciding(policy: Policy, use: Use) -> Iterator[tuple[Located, str]]:
    """Yield the columns that decide the end of a term on a dataset, or whether it binds a row."""
    rule = use.term.parsed
    if isinstance(rule, After):
        for owner, event in reach.events(policy, use.located, rule.event):
            yield from ((where, name) for where, name in _sources(policy, owner, event) if where)
    else:
        for told in reach.states(policy, use.located, rule.state):
            yield from ((told.reads, name) for name in told.condition.columns() if told.reads)
    for category, telling in reach.persons(policy, use.located).items():
        for owner, condition in telling if category in use.term.persons else ():
            yield from ((owner, name) for name in condition.columns())
    for binding in use.located.dataset.bindings:
        if binding.when and reach.binds(binding, use.activity.id, use.phase.id):
            yield from ((use.located, name) for name in binding.when.columns())


def kept(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find columns that decide an end and can be gone before it."""
    for use in uses(policy):
        needed = use.activity.id, use.phase.id
        for located, name in _deciding(policy, use):
            subject = f"column {located.name}.{name}"
            over = f"decides how long {use.located.name} is kept for {needed[0]} ({needed[1]})"
            if not kept_for(located, name, *needed):
                yield EVIDENCE_LOST.at(located.path, subject, f"{over}, and is not kept for it")
            elif located.name == use.located.name and not kept_in_every_row(located, name, *needed):
                message = f"{over}, also in rows in which no `when` of a binding keeps it for it"
                yield EVIDENCE_LOST.at(located.path, subject, message)


DEFINITIONS = (
    NO_EVENT,
    NOT_A_DATE,
    NO_STATE,
    CONSTANT_STATE,
    UNTOLD_PERSON,
    NEVER_HOLDS,
    NOT_ON_EVERY_WAY,
    WAY_LOST,
    EVIDENCE_LOST,
)
CHECKS = (events, states, ways, shared, categories, holding, kept)
