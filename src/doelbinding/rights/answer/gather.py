"""Gathers what an answer says from the inventory: per dataset its records and their values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from doelbinding.law.language.terms import criteria_in_words, rule_in_words
from doelbinding.law.language.wording import Wording
from doelbinding.policy.activity import Activity
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Recipient
from doelbinding.policy.stores import Column, Store
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.values import Exact, exact_in, shown
from doelbinding.rights.answer.why import Explainer, Footing, Why
from doelbinding.rights.answer.words import label_of, until, words_for
from doelbinding.rights.found import FoundRow
from doelbinding.rights.inventory import FoundValue, Inventory, Reason, RowReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFact:
    """A value: exact, as people read it, why it is there and how long."""

    column: Column
    label: str
    category: str
    exact: Exact = field(repr=False)
    shown: str = field(repr=False)
    why: Why
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFact:
    """A row with its values, and its key, less what says who others are that share it."""

    row: FoundRow
    name: str = field(repr=False)
    key: Mapping[str, str | int] = field(repr=False)
    values: tuple[ValueFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFact:
    """The records of one dataset."""

    store: Store
    row: FoundRow
    label: str
    sources: tuple[str, ...]
    records: tuple[RecordFact, ...]

    @property
    def source(self) -> str:
        """Where the data come from, in one line."""
        return "; ".join(self.sources)

    @property
    def id(self) -> str:
        """The dataset's full name."""
        return self.row.place.ref

    @property
    def values(self) -> Iterator[ValueFact]:
        """Every value in every record."""
        for record in self.records:
            yield from record.values


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """All that an answer is written from."""

    policy: Policy
    case: Case
    words: Wording
    inventory: Inventory
    datasets: tuple[DatasetFact, ...]

    @property
    def values(self) -> Iterator[ValueFact]:
        """Every value found."""
        for dataset in self.datasets:
            yield from dataset.values

    @property
    def footings(self) -> Counter[Footing]:
        """How many personal values there are on each footing."""
        return Counter(value.why.footing for value in self.values)

    @property
    def activities(self) -> tuple[Activity, ...]:
        """The activities that use or used what was found."""
        told = {a.id for value in self.values for a in value.why.used_by}
        return tuple(a for a in self.policy.activities if a.id in told)

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Everybody who got or gets something of what was found."""
        told = {r.id for value in self.values for r in value.why.recipients}
        return tuple(r for r in self.policy.recipients if r.id in told)

    @property
    def stores(self) -> tuple[Store, ...]:
        """The stores in which something was found."""
        told = {dataset.store.id for dataset in self.datasets}
        return tuple(store for store in self.policy.stores if store.id in told)

    def empty(self) -> Iterator[tuple[Store, str]]:
        """Yield every dataset that was searched and holds nothing, with its label."""
        nothing = set(self.inventory.found.empty)
        for store, dataset in self.policy.datasets():
            if f"{store.id}.{dataset.id}" in nothing:
                yield store, self.words.say(dataset.label)


def gather(policy: Policy, case: Case, inventory: Inventory) -> Gathered:
    """Gather an answer in the person's language."""
    gatherer = _Gatherer(policy, case, words_for(case), Explainer(policy, inventory))
    by_dataset: dict[str, list[RowReport]] = defaultdict(list)
    for report in inventory.rows:
        by_dataset[report.found.place.ref].append(report)
    refs = [f"{store.id}.{dataset.id}" for store, dataset in policy.datasets()]
    return Gathered(
        policy=policy,
        case=case,
        words=gatherer.words,
        inventory=inventory,
        datasets=tuple(gatherer.dataset(by_dataset[ref]) for ref in refs if ref in by_dataset),
    )


@dataclass(frozen=True, slots=True)
class _Gatherer:
    policy: Policy
    case: Case
    words: Wording
    explainer: Explainer

    def dataset(self, reports: list[RowReport]) -> DatasetFact:
        row = reports[0].found
        records = tuple(self._record(report) for report in reports)
        return DatasetFact(
            store=row.place.store,
            row=row,
            label=self.words.say(row.place.dataset.label),
            sources=self._sources(row, (v for record in records for v in record.values)),
            records=records,
        )

    def _record(self, report: RowReport) -> RecordFact:
        order = {column.name: n for n, column in enumerate(report.found.place.dataset.columns)}
        found = sorted(report.values, key=lambda value: order[value.column.name])
        names = report.found.place.dataset.key
        whole = dict(zip(names, report.found.key, strict=True))
        key = {name: part for name, part in whole.items() if name not in report.of_others}
        return RecordFact(
            row=report.found,
            name=self._name(report.found, key),
            key=key,
            values=tuple(
                self._value(report.found, value)
                for value in found
                if value.column.name not in report.of_others
            ),
        )

    def _name(self, row: FoundRow, key: Mapping[str, str | int]) -> str:
        column = row.place.dataset.column
        parts = (f"{label_of(column(name), self.words)} {part}" for name, part in key.items())
        return ", ".join(parts) or "…"

    def _value(self, row: FoundRow, found: FoundValue) -> ValueFact:
        why = self.explainer.why(row, found)
        category = self.policy.data_category_by_id.get(found.column.category or "")
        zone = self.case.controller.timezone
        return ValueFact(
            column=found.column,
            label=label_of(found.column, self.words),
            category=self.words.say(category.label) if category else "",
            exact=exact_in(found.column, found.value),
            shown=shown(found.value, found.column, row.place.store.timezone, zone, self.words),
            why=why,
            kept=self._kept(why),
        )

    def _kept(self, why: Why) -> str:
        """Say until when: a date, what it depends on, or what is the matter."""
        if why.footing is not Footing.JUSTIFIED:
            return self.words.ui(f"kept.{why.footing.value}")
        if why.until is not None:
            return until(why.until, self.words)
        lasting = [criteria(r, self.policy, self.case, self.words) for r in why.reasons]
        lasts = [r.certain and r.until is None for r in why.reasons]
        told = dict.fromkeys(said for said, one in zip(lasting, lasts, strict=True) if one and said)
        return " ".join(told) or self.words.ui("kept.unsaid")

    def _sources(self, row: FoundRow, values: Iterable[ValueFact]) -> tuple[str, ...]:
        """Say where a dataset comes from: its own source, or those of its activities."""
        own = self.words.say(row.place.dataset.source)
        if own:
            return (own,)
        labels = (
            self.words.say(source.label)
            for value in values
            for activity in value.why.used_by
            for source in activity.sources
        )
        return tuple(dict.fromkeys(labels))


def criteria(reason: Reason, policy: Policy, case: Case, words: Wording) -> str:
    """Say in words how long a phase lasts, where no date can be given."""
    said = criteria_in_words(policy, case.controller, reason.activity, reason.phase, words)
    if said:
        return said
    terms = policy.terms_of(case.controller, reason.activity, reason.phase)
    year = case.controller.financial_year_end
    return "; ".join(rule_in_words(term.parsed, year, words) for term in terms)
