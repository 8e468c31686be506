"""How rows lead to people, and where events, states and controllers are found on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from doelbinding.policy.model import Policy
from doelbinding.policy.stores import ControllerColumn, Dataset, EventSource, Store


class PathError(Exception):
    """A dataset does not lead where the policy needs it to lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Rows of `dataset` related to a row here: `pairs` of (column here, column there)."""

    dataset: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A dataset in its store, with its way to people."""

    policy: Policy
    store: Store
    dataset: Dataset

    @property
    def ref(self) -> str:
        """The dataset's full name: `store.dataset`."""
        return f"{self.store.id}.{self.dataset.id}"

    @property
    def shared(self) -> bool:
        """Whether rows of another dataset share this one's."""
        return self.dataset.subject is not None and self.dataset.subject.shared_by is not None

    def neighbour(self, dataset_id: str) -> Place:
        """Give another dataset of the same store.

        Raises:
            PathError: there is none of that id.
        """
        try:
            return Place(
                policy=self.policy, store=self.store, dataset=self.store.dataset(dataset_id)
            )
        except KeyError:
            raise PathError(
                f"{self.ref} refers to dataset {dataset_id!r}, which store "
                f"{self.store.id!r} does not have: add it to the store's datasets"
            ) from None

    @cached_property
    def parent(self) -> Place | None:
        """The dataset this one refers to on its way to a person."""
        subject = self.dataset.subject
        return None if subject is None or subject.to is None else self.neighbour(subject.to)

    @cached_property
    def sharer(self) -> Place | None:
        """The dataset whose rows share this one's."""
        subject = self.dataset.subject
        if subject is None or subject.shared_by is None:
            return None
        return self.neighbour(subject.shared_by)

    @cached_property
    def upward(self) -> Link:
        """The link to the parent or to the rows that share this one.

        Raises:
            PathError: the dataset has no path.
        """
        subject = self.dataset.subject
        if subject is None:
            raise PathError(f"{self.ref} has no path to a person: give it `subject`")
        if self.parent is not None:
            there = subject.references or self.parent.dataset.key
            return Link(
                dataset=self.parent.dataset.id,
                pairs=tuple(zip(subject.columns, there, strict=True)),
            )
        here = subject.references or self.dataset.key
        return Link(
            dataset=str(subject.shared_by), pairs=tuple(zip(here, subject.columns, strict=True))
        )

    def downward(self, child: Dataset) -> Link:
        """Give the link from a row here to the rows of a child that refer to it."""
        subject = child.subject
        if subject is None or subject.to != self.dataset.id:
            raise PathError(f"{child.id} does not refer to {self.ref}: pair columns with `on`")
        there = subject.references or self.dataset.key
        return Link(dataset=child.id, pairs=tuple(zip(there, subject.columns, strict=True)))

    def source_link(self, source: EventSource) -> Link | None:
        """Give the link to the rows that date an event; none when they are this row's own."""
        if source.dataset is None or source.dataset == self.dataset.id:
            return None
        return self.paired(source.dataset, source.on)

    def paired(self, dataset_id: str, on: Mapping[str, str]) -> Link:
        """Give the link to another dataset's rows, by the pairs given or along its path here."""
        other = self.neighbour(dataset_id).dataset
        if on:
            return Link(dataset=other.id, pairs=tuple((here, to) for to, here in on.items()))
        return self.downward(other)

    @cached_property
    def dependants(self) -> tuple[tuple[Place, Link], ...]:
        """The datasets whose rows refer to rows here, so that these must stay while those do."""
        found = []
        for other in self.store.datasets:
            subject = other.subject
            if (
                subject is not None
                and subject.to == self.dataset.id
                and other.id != self.dataset.id
            ):
                found.append((self.neighbour(other.id), self.downward(other)))
        if self.sharer is not None:
            found.append((self.sharer, self.upward))
        known = {where.dataset.id for where, _ in found}
        for event in self.dataset.events.values():
            for source in event.latest_of:
                if source.dataset is not None and source.dataset not in known and source.on:
                    link = self.source_link(source)
                    if link is not None:
                        found.append((self.neighbour(source.dataset), link))
                        known.add(source.dataset)
        return tuple(found)

    def ways_up(self) -> Iterator[Place]:
        """Yield this dataset, then each it refers to, ending at a person or a shared row."""
        here: Place | None = self
        seen: set[str] = set()
        while here is not None and here.ref not in seen:
            seen.add(here.ref)
            yield here
            here = here.parent

    @property
    def owner(self) -> str | ControllerColumn | None:
        """How the controller is told: by the nearest dataset on the way up that says so."""
        said = (place.dataset.controller for place in self.ways_up())
        return next((owner for owner in said if owner is not None), None)

    @cached_property
    def top(self) -> Place:
        """The last dataset on the way up: the person's, a shared one, or one without path."""
        return list(self.ways_up())[-1]


def places(policy: Policy) -> Iterator[Place]:
    """Yield every dataset that holds personal data, with its way to people."""
    for store, dataset in policy.datasets():
        if not dataset.no_personal_data:
            yield Place(policy=policy, store=store, dataset=dataset)


def place(policy: Policy, ref: str) -> Place:
    """Give the dataset named `store.dataset`.

    Raises:
        PathError: there is no such store or dataset; the message lists those there are.
    """
    for found in places(policy):
        if found.ref == ref:
            return found
    known = ", ".join(p.ref for p in places(policy))
    raise PathError(f"there is no dataset {ref!r}; the policy has: {known}")
