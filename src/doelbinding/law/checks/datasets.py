"""DB401-DB409: datasets, their person, controller and backups (GDPR Art. 5, 15, 17, 30)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from doelbinding.law import reach
from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.policy.model import Policy

NO_PERSON = Definition(
    id="DB401",
    title="Dataset without a path to a person",
    severity=Severity.ERROR,
    article="GDPR 15(1), 17(1)",
    why="Personal data that cannot be led back to a person can be neither given to them nor "
    "erased for them.",
    mend="say `person: true`, or give the path in `subject`, until it ends at a person",
)
NOT_WITHOUT = Definition(
    id="DB402",
    title="Personal data where none is declared",
    severity=Severity.ERROR,
    article="GDPR 5(1)(c), 5(2)",
    why="The dataset says it holds no personal data, and has a column that does.",
    mend="drop `no_personal_data`, or the column's `category`",
)
UNDECIDED = Definition(
    id="DB403",
    title="Dataset that says nothing of personal data",
    severity=Severity.WARNING,
    article="GDPR 5(2), 30(1)(c)",
    why="No column has a category of personal data, and the dataset does not say that there are "
    "none: it may simply not have been looked at.",
    mend="give the personal columns a `category`, or state `no_personal_data: true`",
)
NO_CONTROLLER = Definition(
    id="DB404",
    title="Dataset without a controller",
    severity=Severity.ERROR,
    article="GDPR 4(7), 5(2)",
    why="Requests, stops and holds belong to a controller and a person; rows of nobody would be "
    "found for none.",
    mend="name the dataset's `controller`, or the column that tells it",
)
NO_IDENTIFIER = Definition(
    id="DB405",
    title="Persons who cannot be found",
    severity=Severity.WARNING,
    article="GDPR 11(2), 15(1)",
    why="A request comes with a name, an e-mail or a number; no column of this person, nor of a "
    "dataset that leads to it, is declared as an identifier.",
    mend="mark the column by which people are found with `identifier`",
)
NO_BACKUPS = Definition(
    id="DB406",
    title="Store that does not say how long backups last",
    severity=Severity.NOTE,
    article="GDPR 5(1)(e), 17(1)",
    why="An erased value lives on in backups; until when decides what an answer can say and how "
    "long the ledger that repeats the erasure is kept.",
    mend="state the store's `backups`, such as P35D; P0D where there are none",
)
HELD_ASIDE = Definition(
    id="DB407",
    title="Declared data that a store holds for other activities only",
    severity=Severity.NOTE,
    article="GDPR 5(1)(b)-(c), 30(1)(c)",
    why="People are told that the activity uses the data. A store holds them of the same people, "
    "and their column is bound to other activities alone: so this one may not use it and does not "
    "keep it, or the sheet says too much. Nothing is said of data that no store holds of these "
    "people, nor of an activity to which no column is bound: they may be on paper, inside a "
    "document or in a system that is not mapped, and the map cannot tell.",
    mend="bind the column to the activity where it really uses it, or drop the category from the "
    "activity's `data`",
)
FOUND_BY_OTHERS = Definition(
    id="DB408",
    title="Rows found only by what another controller holds",
    severity=Severity.NOTE,
    article="GDPR 11(2), 15(1), 17(1)",
    why="A request finds these rows through their person's row, which another controller has. Once "
    "what identifies the person has ended there, by its terms or at a request, no request finds "
    "these rows, and its answer says that there are none.",
    mend="mark a column of these rows, or of other rows of this controller that lead to the same "
    "people, with `identifier`, and keep it as long as they are kept",
)

NOT_OF_ITS_PEOPLE = Definition(
    id="DB409",
    title="Shared rows of another controller than their people",
    severity=Severity.ERROR,
    article="GDPR 4(7), 15(1), 17(1)",
    why="Rows that may lead to several people are kept, erased and found as rows of each of these "
    "people's controllers, whatever they say themselves: a request at the controller that they "
    "name would find none of them.",
    mend="drop the dataset's `controller`; or let its rows lead to one person, with `subject`",
)


def led_to_people(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find datasets that do not lead to a person, or to a controller."""
    for located in reach.locate(policy):
        if not located.dataset.personal_columns:
            continue
        subject = f"dataset {located.name}"
        ends = {way[-1].name: way[-1].dataset for way in reach.ways(policy, located)}
        for end in (name for name, dataset in ends.items() if not dataset.person):
            message = f"holds personal data, and its path ends at {end}, not at a person"
            yield NO_PERSON.at(located.path, subject, message)
        if not reach.controllers(policy, located):
            message = "holds personal data of which no controller is told"
            yield NO_CONTROLLER.at(located.path, subject, message)


def declared(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find datasets whose word on personal data is missing or contradicted."""
    for located in reach.locate(policy):
        dataset, subject = located.dataset, f"dataset {located.name}"
        names = [column.name for column in dataset.personal_columns]
        if dataset.no_personal_data and names:
            message = f"says it holds no personal data, and holds {listed(names)}"
            yield NOT_WITHOUT.at(located.path, subject, message)
        elif not names and not dataset.no_personal_data and not dataset.paths:
            yield UNDECIDED.at(located.path, subject, "has no personal column, and does not say so")


def found(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find datasets of persons whom no identifier leads to."""
    ways = [way for located in reach.locate(policy) for way in reach.ways(policy, located)]
    known = {w[-1].name for w in ways if any(c.identifier for c in w[0].dataset.columns)}
    for located in reach.locate(policy):
        if located.dataset.person and located.name not in known:
            message = "holds persons, and no column identifies them"
            yield NO_IDENTIFIER.at(located.path, f"dataset {located.name}", message)


def found_by_others(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find datasets of a controller whose people only another controller's columns identify."""
    known = {
        (controller, way[-1].name)
        for located in reach.locate(policy)
        if any(column.identifier for column in located.dataset.columns)
        for way in reach.ways(policy, located)
        for controller in reach.controllers_along(way)
    }
    for located in reach.locate(policy):
        if located.dataset.controller is None or not located.dataset.personal_columns:
            continue
        ends = {
            way[-1].name
            for way in reach.ways(policy, located)
            if not reach.beyond_shared(way)
            and any((one, way[-1].name) not in known for one in reach.controllers_along(way))
            and any(name == way[-1].name for _, name in known)
        }
        if ends:
            message = (
                f"is found through {listed(sorted(ends))} alone, which is another controller's"
            )
            yield FOUND_BY_OTHERS.at(located.path, f"dataset {located.name}", message)


def of_their_people(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find datasets of rows that several people share, and that name a controller of their own."""
    for located in reach.locate(policy):
        said = set(reach.controllers_along([located]))
        theirs = {
            controller
            for way in reach.ways(policy, located)
            for controller in reach.controllers_along(reach.beyond_shared(way))
        }
        if said and theirs and (said != theirs or len(theirs) > 1):
            message = f"names a controller, and its rows are those of {listed(sorted(theirs))}"
            yield NOT_OF_ITS_PEOPLE.at(located.path, f"dataset {located.name}", message)


def backed_up(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find stores that do not say how long a copy may still hold what was erased."""
    for number, store in enumerate(policy.stores):
        if store.backups is None:
            message = "does not say how long its backups last"
            yield NO_BACKUPS.at(("stores", number), f"store {store.id}", message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holding:
    """A category that a dataset holds for an activity, and of whom."""

    dataset: str
    activity: str
    category: str
    persons: frozenset[str]


def _holdings(policy: Policy) -> Iterator[_Holding]:
    for located in reach.locate(policy):
        for binding in located.dataset.bindings:
            told = frozenset(reach.persons(policy, reach.by(located, binding)))
            activity = policy.activity_by_id.get(binding.activity)
            columns = [reach.column(located.dataset, name) for name in binding.columns]
            for category in {c.category for c in columns if c and c.category}:
                if activity is not None:
                    persons = frozenset(activity.persons)
                    yield _Holding(
                        dataset=located.name,
                        activity=activity.id,
                        category=category,
                        persons=persons & told if told else persons,
                    )


def held(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find categories declared for an activity that stores hold for other activities only."""
    holdings = list(_holdings(policy))
    for number, activity in enumerate(policy.activities):
        here = {one.category for one in holdings if one.activity == activity.id}
        for category in activity.data if here else ():
            places = [
                one.dataset
                for one in holdings
                if one.category == category and not one.persons.isdisjoint(activity.persons)
            ]
            if places and category not in here:
                where = listed(sorted(set(places)))
                message = f"declares {category}, which {where} holds for other activities only"
                path = ("activities", number, "data")
                yield HELD_ASIDE.at(path, f"activity {activity.id}", message)


DEFINITIONS = (
    NO_PERSON,
    NOT_WITHOUT,
    UNDECIDED,
    NO_CONTROLLER,
    NO_IDENTIFIER,
    NO_BACKUPS,
    HELD_ASIDE,
    FOUND_BY_OTHERS,
    NOT_OF_ITS_PEOPLE,
)
CHECKS = (led_to_people, declared, found, found_by_others, of_their_people, backed_up, held)
