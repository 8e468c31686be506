"""How datasets hang together: which row leads to which, up to the person.

Events, states, persons and the controller that a dataset does not name are those of the row it
leads to. Names that lead nowhere are the loader's errors; here they simply end the path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Binding, Column, ControllerColumn, Dataset, Event, Store

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Located:
    """A dataset with its store, and where both stand in the model."""

    store: Store
    dataset: Dataset
    path: Path

    @property
    def name(self) -> str:
        """How people name it: `store.dataset`."""
        return f"{self.store.id}.{self.dataset.id}"


def locate(policy: Policy) -> Iterator[Located]:
    """Yield every dataset with its place."""
    for s, store in enumerate(policy.stores):
        for d, dataset in enumerate(store.datasets):
            yield Located(store=store, dataset=dataset, path=("stores", s, "datasets", d))


def find(policy: Policy, store: Store, name: str) -> Located | None:
    """Find a dataset by the name another one of `store` uses: its id, or `store.dataset`."""
    for located in locate(policy):
        if name == located.name or (located.store.id == store.id and located.dataset.id == name):
            return located
    return None


def way(policy: Policy, start: Located) -> list[Located]:
    """Give the datasets from this one towards the person, itself first; a circle ends it."""
    passed = [start]
    while not passed[-1].dataset.person and passed[-1].dataset.subject is not None:
        subject = passed[-1].dataset.subject
        name = subject.to or subject.shared_by
        following = find(policy, passed[-1].store, name) if name else None
        if following is None or any(following.name == p.name for p in passed):
            break
        passed.append(following)
    return passed


def controllers(policy: Policy, start: Located) -> tuple[str, ...]:
    """Give the ids of the controllers whose rows the dataset can hold."""
    for located in way(policy, start):
        match located.dataset.controller:
            case str(one):
                return (one,)
            case ControllerColumn(values=values):
                return tuple(dict.fromkeys(values.values()))
            case None:
                continue
    return ()


def event(policy: Policy, start: Located, name: str) -> tuple[Located, Event] | None:
    """Give the event of that name as this dataset knows it, with the dataset that names it."""
    for located in way(policy, start):
        if name in located.dataset.events:
            return located, located.dataset.events[name]
    return None


def state(policy: Policy, start: Located, name: str) -> tuple[Located, Condition] | None:
    """Give the state of that name as this dataset knows it, with the dataset that names it."""
    for located in way(policy, start):
        if name in located.dataset.states:
            return located, located.dataset.states[name]
    return None


def persons(policy: Policy, start: Located) -> dict[str, tuple[Located, Condition]]:
    """Give the person categories that this dataset can tell, each with what tells it."""
    told: dict[str, tuple[Located, Condition]] = {}
    for located in way(policy, start):
        for category, condition in located.dataset.persons.items():
            told.setdefault(category, (located, condition))
    return told


def column(dataset: Dataset, name: str) -> Column | None:
    """Give the column of that name, if there is one."""
    return next((c for c in dataset.columns if c.name == name), None)


def binds(binding: Binding, activity: str, phase: str | None = None) -> bool:
    """Tell whether a binding serves an activity, and this phase of it."""
    if binding.activity != activity:
        return False
    return phase is None or not binding.phases or phase in binding.phases


def bound_to(policy: Policy, activity: str, phase: str | None = None) -> Iterator[Located]:
    """Yield the datasets that hold values for an activity, or for one phase of it."""
    for located in locate(policy):
        if any(binds(binding, activity, phase) for binding in located.dataset.bindings):
            yield located
