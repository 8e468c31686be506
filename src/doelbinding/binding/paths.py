"""How rows lead to people, and where events, states and controllers are found on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import (
    ControllerColumn,
    Dataset,
    EventSource,
    Reference,
    Store,
    Subject,
    WhenGone,
)


class PathError(Exception):
    """A dataset does not lead where the policy needs it to lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Rows of `dataset` related to a row here: `pairs` of (column here, column there)."""

    dataset: str
    pairs: tuple[tuple[str, str], ...]

    def back(self, dataset: str) -> Link:
        """Give the same link from its other end: to the rows of `dataset`, from which it came."""
        return Link(dataset=dataset, pairs=tuple((there, here) for here, there in self.pairs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A way from a row towards people, of rows that may have several; for rows that pass `when`.

    `sharing`: the rows it leads to refer to this one, and so need it.
    """

    place: Place
    link: Link
    sharing: bool
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One lead after another, from a row that may have several people to one person's rows."""

    name: str
    leads: tuple[Lead, ...]

    @property
    def end(self) -> Place:
        """The dataset of the rows that it leads to."""
        return self.leads[-1].place


@dataclass(frozen=True, slots=True, kw_only=True)
class Needer:
    """Rows of `place` that need those here, by a link: all of them, or those that pass `when`."""

    place: Place
    link: Link
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Rows that tell an event or a state of those here: all, or those that pass `when`."""

    link: Link
    when: Condition | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """A dataset in its store, with its way to people."""

    policy: Policy
    store: Store
    dataset: Dataset

    @cached_property
    def ref(self) -> str:
        """The dataset's full name: `store.dataset`."""
        return f"{self.store.id}.{self.dataset.id}"

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
        """The dataset this one refers to on its way to a person, where that is one row."""
        path = self.dataset.parent_path
        return None if path is None else self.neighbour(path.other)

    @cached_property
    def leads(self) -> tuple[Lead, ...]:
        """Where rows lead that may lead to several people; nowhere for one's own rows."""
        if self.dataset.parent_path is not None:
            return ()
        return tuple(
            Lead(
                place=self.neighbour(path.other),
                link=self._along(path),
                sharing=path.shared_by is not None,
                when=path.when,
            )
            for path in self.dataset.paths
        )

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """The ways from rows that may lead to several people, as far as single ones."""
        found = []
        for number, lead in enumerate(self.leads):
            name, top = f"{self.ref}-{number}", lead.place.top
            if top.shared:
                found += [
                    Way(name=f"{name}/{further.name}", leads=(lead, *further.leads))
                    for further in top.ways
                ]
            else:
                found.append(Way(name=name, leads=(lead,)))
        return tuple(found)

    @cached_property
    def number_of_ways(self) -> int:
        """How many ways there are: in a web of tables more than could be gone one by one."""
        tops = (lead.place.top for lead in self.leads)
        return sum(top.number_of_ways if top.shared else 1 for top in tops)

    @property
    def shared(self) -> bool:
        """Whether a row may lead to several people: several paths, or rows that share it."""
        return bool(self.leads)

    @cached_property
    def upward(self) -> Link:
        """The link to the parent.

        Raises:
            PathError: the dataset has no path to one row.
        """
        if self.dataset.parent_path is None:
            raise PathError(f"{self.ref} does not lead to one row: give it `subject` with `to`")
        return self._along(self.dataset.parent_path)

    def _along(self, path: Subject) -> Link:
        """Give the link along a path, from a row here to the rows at its other end."""
        there = self.neighbour(path.other).dataset
        if path.to is not None:
            pairs = zip(path.columns, path.references or there.key, strict=True)
        else:
            pairs = zip(path.references or self.dataset.key, path.columns, strict=True)
        return Link(dataset=path.other, pairs=tuple(pairs))

    def downward(self, child: Dataset) -> tuple[Telling, ...]:
        """Give the rows of a child that refer to one here, by each of its paths that leads here."""
        there = self.neighbour(child.id)
        found = tuple(
            Telling(link=there._along(path).back(child.id), when=path.when)  # noqa: SLF001
            for path in child.paths
            if path.to == self.dataset.id
        )
        if not found:
            raise PathError(f"{child.id} does not refer to {self.ref}: pair columns with `on`")
        return found

    def beneath(self) -> Iterator[tuple[Place, Link, Condition | None]]:
        """Yield the datasets that lead here by one step, with the link to their rows.

        The condition says which of their rows are meant.
        """
        for other in self.store.datasets:
            for path in other.paths:
                if path.other == self.dataset.id and other.id != self.dataset.id:
                    there = self.neighbour(other.id)
                    yield there, there._along(path).back(other.id), path.when  # noqa: SLF001

    @cached_property
    def sharing(self) -> frozenset[str]:
        """The datasets whose rows would be nobody's if a row here went, and those beneath them.

        Rows here share them, or they refer here by what is emptied when the row goes.
        """
        shared = [
            there
            for there, link, _ in self.beneath()
            if there.releases(link)
            or any(lead.sharing and lead.place.ref == self.ref for lead in there.leads)
        ]
        found: dict[str, Place] = {}
        while shared:
            there = shared.pop()
            if there.ref not in found:
                found[there.ref] = there
                shared += [further for further, _, _ in there.beneath()]
        return frozenset(found)

    def dating(self, source: EventSource) -> tuple[Telling, ...]:
        """Give the rows of this store that date an event; none when it is the row itself."""
        if source.dataset is None or source.dataset == self.dataset.id:
            return ()
        return self.paired(source.dataset, source.on)

    def elsewhere(self, source: EventSource) -> tuple[Place, str, str] | None:
        """Give the dataset in another store that dates an event, its identifying column and ours.

        None when the source is in this store.
        """
        if source.store in {None, self.store.id}:
            return None
        found = place(self.policy, f"{source.store}.{source.dataset}")
        ((there, here),) = source.on.items()
        return found, there, here

    def paired(self, dataset_id: str, on: Mapping[str, str]) -> tuple[Telling, ...]:
        """Give another dataset's rows, by the pairs given or along its paths here."""
        other = self.neighbour(dataset_id).dataset
        if on:
            pairs = tuple((here, to) for to, here in on.items())
            return (Telling(link=Link(dataset=other.id, pairs=pairs)),)
        return self.downward(other)

    @cached_property
    def dependants(self) -> tuple[Needer, ...]:
        """The datasets whose rows need rows here, so that these must stay while those do."""
        found: dict[tuple[str, Link], Needer] = {}
        for one in self._needing():
            mark = one.place.dataset.id, one.link
            found[mark] = _either(found[mark], one) if mark in found else one
        known = {name for name, _ in found}
        for event in self.dataset.events.values():
            for source in event.latest_of:
                if source.on and source.dataset not in known and source.store is None:
                    for telling in self.dating(source):
                        there = self.neighbour(telling.link.dataset)
                        needer = Needer(place=there, link=telling.link)
                        found[there.dataset.id, telling.link] = needer
                        known.add(there.dataset.id)
        return tuple(found.values())

    def _needing(self) -> Iterator[Needer]:
        for one in self._referring():
            if not (one.place.dataset.id == self.dataset.id or one.place.releases(one.link)):
                yield one
        for lead in self.leads:
            if lead.sharing and not lead.place.releases(lead.link):
                yield Needer(place=lead.place, link=lead.link)

    def _referring(self) -> Iterator[Needer]:
        """Yield the datasets that refer here, by a path or otherwise, with the link to them."""
        for other in self.store.datasets:
            there = self.neighbour(other.id)
            for path in other.paths:
                if path.to == self.dataset.id:
                    link = there._along(path).back(other.id)  # noqa: SLF001
                    yield Needer(place=there, link=link, when=path.when)
            for reference in other.references:
                if reference.to == self.dataset.id:
                    yield Needer(place=there, link=there.referred(reference).back(other.id))

    def referred(self, reference: Reference) -> Link:
        """Give the link along a reference, to the row it names."""
        there = self.neighbour(reference.to).dataset
        pairs = zip(reference.columns, reference.references or there.key, strict=True)
        return Link(dataset=reference.to, pairs=tuple(pairs))

    def releases(self, link: Link) -> bool:
        """Tell whether the reference that such a link turns back is emptied when its row goes."""
        columns = {there for _, there in link.pairs}
        return any(set(r.columns) == columns for r in self.released)

    @property
    def released(self) -> tuple[Reference, ...]:
        """The references from here that are emptied when the row referred to goes."""
        return tuple(r for r in self.dataset.references if r.when_gone is WhenGone.EMPTY)

    def ways_up(self) -> Iterator[Place]:
        """Yield this dataset, then each it refers to, ending at a person or a shared row."""
        here: Place | None = self
        seen: set[str] = set()
        while here is not None and here.ref not in seen:
            seen.add(here.ref)
            yield here
            here = here.parent

    @cached_property
    def owner(self) -> str | ControllerColumn | None:
        """How the controller is told: by the nearest dataset on the way up that says so."""
        said = (place.dataset.controller for place in self.ways_up())
        return next((owner for owner in said if owner is not None), None)

    @cached_property
    def top(self) -> Place:
        """The last dataset on the way up: the person's, a shared one, or one without path."""
        return list(self.ways_up())[-1]


def _either(one: Needer, other: Needer) -> Needer:
    """Give that rows need others by one link in either of two ways."""
    if one.when is None or other.when is None:
        return Needer(place=one.place, link=one.link)
    return Needer(place=one.place, link=one.link, when=Condition(any_=(one.when, other.when)))


def places(policy: Policy) -> Iterator[Place]:
    """Yield every dataset that holds personal data, with its way to people."""
    return (here for here in every_place(policy) if not here.dataset.no_personal_data)


def every_place(policy: Policy) -> Iterator[Place]:
    """Yield every dataset, also those of no personal data: they may refer to rows that go."""
    for store, dataset in policy.datasets():
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
