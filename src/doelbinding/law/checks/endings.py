"""DB451-DB458: what is left of values that nothing justifies (GDPR Art. 4(5), 5(1)(e), rec. 26)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from doelbinding.law import reach
from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.reach import Located, Path
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Column, WhenUnjustified

_NAME = "name"

NO_TEST = Definition(
    id="DB451",
    title="Anonymiser without a test on record",
    severity=Severity.WARNING,
    article="GDPR recital 26, 5(1)(e), 5(2)",
    why="Only deletion, emptying, or an anonymiser whose test is on record ends retention. Nobody "
    "has shown that what is left of these values no longer points at a person.",
    mend="test it on the data as they are (can a person be singled out, linked or inferred?), "
    "record that under `anonymiser_tests`, and name it in the column's `ends_as`; or let the value "
    "be emptied",
)
KEY_WITHOUT_END = Definition(
    id="DB452",
    title="Pseudonym whose key is kept for ever",
    severity=Severity.WARNING,
    article="GDPR 4(5), recital 26, 5(1)(e)",
    why="A keyed pseudonym is personal data until its key is destroyed. Nothing says when this "
    "key is.",
    mend="give the key `destroy_by`, and destroy it by then: `doelbinding keys destroy NAME`",
)
KEY_OVERDUE = Definition(
    id="DB453",
    title="Pseudonym whose key should be gone",
    severity=Severity.WARNING,
    article="GDPR 4(5), recital 26, 5(1)(e)",
    why="The day by which the key was to be destroyed has passed, and values still end under it.",
    mend="destroy it with `doelbinding keys destroy NAME`, and name another key, or another "
    "ending, in `ends_as`",
)
NOT_PERSONAL = Definition(
    id="DB454",
    title="Ending of a value that is no personal data",
    severity=Severity.WARNING,
    article="GDPR 5(2)",
    why="The column says as what its values end, or where in a document they stand, and has no "
    "category: so no rule ever ends them.",
    mend="give the column its `category`, or take `ends_as` or `inside` out",
)
REFERENCE_CHANGED = Definition(
    id="DB455",
    title="Reference that would be changed",
    severity=Severity.ERROR,
    article="GDPR 5(1)(d), 5(1)(f)",
    why="The column is a key, or leads to another row. Changed, it leads nowhere or to another "
    "person.",
    mend="take `ends_as` out, and let the row go, or name it under `references` with `when_gone`",
)
STILL_PERSONAL = Definition(
    id="DB456",
    title="Row that is called anonymised and is not",
    severity=Severity.ERROR,
    article="GDPR 4(5), recital 26",
    why="The dataset says that its rows end anonymised, and a column of it ends as a keyed "
    "pseudonym, which is not anonymous until the key is destroyed.",
    mend="say `when_unjustified: empty`, or end the column otherwise",
)
FILES_OF_TWO = Definition(
    id="DB457",
    title="Files of several stores in one folder",
    severity=Severity.WARNING,
    article="GDPR 5(1)(f)",
    why="A file goes with the last row of its own store that names it. Rows of another store are "
    "not asked, so that a file which they name too goes while they stay.",
    mend="give the files of each store a folder of their own, under a name of its own in "
    "`file_in`, unless no two rows of different stores ever name the same file",
)
NAME_GONE_BEFORE = Definition(
    id="DB458",
    title="Name that ends before the text it is taken out of",
    severity=Severity.WARNING,
    article="GDPR recital 26, 5(1)(e)",
    why="A text ends stripped of its person's name, as far as that is known by then. Where "
    "something keeps the text after the name has ended, the name stays in it, and counts as taken "
    "out.",
    mend="bind the name to every activity and phase that keeps the text; or let the text be "
    "emptied",
)


def _ended(policy: Policy) -> Iterator[tuple[Located, Column, Path]]:
    for located in reach.locate(policy):
        for number, column in enumerate(located.dataset.columns):
            if column.ends_as is not None or column.inside is not None:
                yield located, column, (*located.path, "columns", number)


def _subject(located: Located, column: Column) -> str:
    return f"column {located.name}.{column.name}"


def tested(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find anonymisers that no test on record stands behind, and endings of nothing personal."""
    for located, column, path in _ended(policy):
        subject, ending = _subject(located, column), column.ends_as
        if not column.personal:
            yield NOT_PERSONAL.at(path, subject, "says how its values end, and has no category")
        elif ending is not None and ending.pseudonym is None and ending.test is None:
            message = "ends as something that no test on record shows to be anonymous"
            yield NO_TEST.at((*path, "ends_as"), subject, message)


def pseudonymous(policy: Policy, on: date) -> Iterator[Finding]:
    """Find pseudonyms whose key is never destroyed, or passes for anonymous."""
    keys = {key.id: key for key in policy.pseudonym_keys}
    for located, column, path in _ended(policy):
        name = column.ends_as.pseudonym if column.ends_as is not None else None
        if name is None:
            continue
        subject, here = _subject(located, column), (*path, "ends_as")
        ends = keys[name].destroy_by if name in keys else None
        if ends is None:
            message = f"ends under the key {name}, of which nothing says when it is destroyed"
            yield KEY_WITHOUT_END.at(here, subject, message)
        elif ends < on:
            message = f"ends under the key {name}, which was to be destroyed by {ends}"
            yield KEY_OVERDUE.at(here, subject, message)
        if located.dataset.when_unjustified is WhenUnjustified.ANONYMISE:
            message = "ends as a pseudonym in a dataset whose rows end anonymised"
            yield STILL_PERSONAL.at(here, subject, message)


def referring(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find endings that would change a key or a reference."""
    for located, column, path in _ended(policy):
        if column.ends_as is not None and column.name in _references(located):
            message = "is a key or a reference, and its values would be changed"
            yield REFERENCE_CHANGED.at((*path, "ends_as"), _subject(located, column), message)


def _references(located: Located) -> set[str]:
    """Give the columns by which rows of the dataset lead to others, or others to them."""
    dataset = located.dataset
    found = set(dataset.key)
    for other in located.store.datasets:
        for path in other.paths:
            there = other if path.to is not None else located.store.dataset(path.other)
            if there.id == dataset.id:
                found |= set(path.columns)
            target = path.other if path.to is not None else other.id
            if target == dataset.id:
                found |= set(path.references)
        for reference in other.references:
            found |= set(reference.columns) if other.id == dataset.id else set()
            found |= set(reference.references) if reference.to == dataset.id else set()
    return found


def filed(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find folders in which rows of several stores name files."""
    stores: dict[str, dict[str, None]] = defaultdict(dict)
    named = [
        (located, column, (*located.path, "columns", number, "file_in"))
        for located in reach.locate(policy)
        for number, column in enumerate(located.dataset.columns)
        if column.file_in is not None
    ]
    for located, column, _ in named:
        stores[str(column.file_in)][located.store.id] = None
    for located, column, path in named:
        others = [one for one in stores[str(column.file_in)] if one != located.store.id]
        if others:
            message = f"names files in {column.file_in}, as rows of {listed(others)} do"
            yield FILES_OF_TWO.at(path, _subject(located, column), message)


def stripped(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find texts that may outlive the names that are to be taken out of them."""
    for located, column, path in _ended(policy):
        if column.ends_as is None or column.ends_as.strip is None:
            continue
        keeping = _keeping(policy, located, column.name)
        for there in reach.judged(policy, located):
            for one in there.dataset.columns:
                if one.identifier != _NAME or not one.personal:
                    continue
                later = keeping - _keeping(policy, there, one.name)
                if later:
                    message = (
                        f"is to be stripped of {there.name}.{one.name}, which may end before it: "
                        f"only the text is kept for {listed(sorted(later))}"
                    )
                    yield NAME_GONE_BEFORE.at(
                        (*path, "ends_as"), _subject(located, column), message
                    )


def _keeping(policy: Policy, located: Located, column: str) -> set[str]:
    """Give the phases (`activity/phase`) that may keep a column."""
    return {
        f"{activity.id}/{phase.id}"
        for binding in located.dataset.bindings
        if column in binding.columns
        for activity in policy.activities
        for phase in activity.phases
        if reach.binds(binding, activity.id, phase.id)
    }


DEFINITIONS = (
    NO_TEST,
    KEY_WITHOUT_END,
    KEY_OVERDUE,
    NOT_PERSONAL,
    REFERENCE_CHANGED,
    STILL_PERSONAL,
    FILES_OF_TWO,
    NAME_GONE_BEFORE,
)
CHECKS = (tested, pseudonymous, referring, filed, stripped)
