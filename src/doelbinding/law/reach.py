"""How datasets hang together: which row leads to which, up to the person.

Events, states, persons and the controller that a dataset does not name are those of the rows it
leads to, of which there may be several. Names that lead nowhere are the
loader's errors; here they simply end the path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import (
    Binding,
    Column,
    ControllerColumn,
    Dataset,
    Event,
    EventSource,
    Store,
)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Located:
    """A dataset with its store, and where both stand in the model.

    `through`: of its paths only those that lead to these datasets count; empty: all do.
    """

    store: Store
    dataset: Dataset
    path: Path
    through: tuple[str, ...] = ()

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
    """Find another dataset of the same store."""
    for located in locate(policy):
        if located.store.id == store.id and located.dataset.id == name:
            return located
    return None


def ways(policy: Policy, start: Located) -> list[list[Located]]:
    """Give every way from this dataset towards people, itself first; a circle ends a way."""
    return list(_ways(policy, [start]))


def _ways(policy: Policy, passed: list[Located]) -> Iterator[list[Located]]:
    last = passed[-1]
    ends = [path.other for path in (() if last.dataset.person else last.dataset.paths)]
    onward = [
        found
        for end in ends
        if (not last.through or end in last.through)
        and (found := find(policy, last.store, end)) is not None
        and all(found.name != located.name for located in passed)
    ]
    if not onward:
        yield passed
    for found in onward:
        yield from _ways(policy, [*passed, found])


def controllers(policy: Policy, start: Located) -> tuple[str, ...]:
    """Give the ids of the controllers whose rows the dataset can hold."""
    told = (one for way in ways(policy, start) for one in controllers_along(way))
    return tuple(dict.fromkeys(told))


def controllers_along(way: list[Located]) -> Iterator[str]:
    """Yield the ids of the controllers whose rows may lead a way towards people."""
    owner = next((w.dataset.controller for w in way if w.dataset.controller is not None), None)
    match owner:
        case str(one):
            yield one
        case ControllerColumn(values=values):
            yield from values.values()


def beyond_shared(way: list[Located]) -> list[Located]:
    """Give the part of a way that one person's rows go, after rows that may lead to several.

    Empty where no such rows are on it.
    """
    shared = [
        number
        for number, one in enumerate(way)
        if one.dataset.paths and one.dataset.parent_path is None and not one.dataset.person
    ]
    return way[shared[-1] + 1 :] if shared else []


def judged(policy: Policy, start: Located) -> list[Located]:
    """Give the datasets that decide over a row: itself and those it leads to, nearest first.

    What a row that may lead to several people tells itself is asked of it; all else of them.
    """
    found = {located.name: located for way in ways(policy, start) for located in way}
    return list(found.values())


def source(policy: Policy, owner: Located, dated_by: EventSource) -> Located | None:
    """Give the dataset whose rows date an event, in this store or another; none: not there."""
    if dated_by.dataset is None:
        return owner
    store = policy.store_by_id.get(dated_by.store or owner.store.id)
    found = None if store is None else find(policy, store, dated_by.dataset)
    return found if found is None or dated_by.on else _referring(found, owner)


def _referring(located: Located, owner: Located) -> Located:
    """Give a dataset as its rows refer to those of another, and tell of them: by these paths."""
    refers = any(path.to == owner.dataset.id for path in located.dataset.paths)
    here = refers and located.store.id == owner.store.id and located.name != owner.name
    return replace(located, through=(owner.dataset.id,)) if here else located


def _nearest(policy: Policy, start: Located, names: Callable[[Dataset], bool]) -> Iterator[Located]:
    """Yield the nearest dataset that names something, on each way towards people; each once."""
    met = set()
    for way in ways(policy, start):
        found = next((located for located in way if names(located.dataset)), None)
        if found is not None and found.name not in met:
            met.add(found.name)
            yield found


def events(policy: Policy, start: Located, name: str) -> list[tuple[Located, Event]]:
    """Give the event of that name as each way knows it, with the dataset that names it."""
    named = _nearest(policy, start, lambda dataset: name in dataset.events)
    return [(located, located.dataset.events[name]) for located in named]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownState:
    """A state as a dataset knows it.

    `place` is where it is named, `reads` the dataset whose rows it reads (none: not there),
    `of_rows` whether those are other rows, and `without_rows` its answer when there are none.
    """

    place: Path
    named_by: Located
    reads: Located | None
    condition: Condition
    of_rows: bool = False
    without_rows: bool | None = None


def states(policy: Policy, start: Located, name: str) -> list[KnownState]:
    """Give the state of that name as each way knows it."""
    told = _nearest(policy, start, lambda dataset: name in {*dataset.states, *dataset.row_states})
    return [_known(policy, located, name) for located in told]


def _known(policy: Policy, located: Located, name: str) -> KnownState:
    dataset = located.dataset
    if name in dataset.states:
        return KnownState(
            place=(*located.path, "states", name),
            named_by=located,
            reads=located,
            condition=dataset.states[name],
        )
    rows = dataset.row_states[name]
    condition = rows.any_ or rows.every
    assert condition is not None  # noqa: S101 - RowsState holds exactly one of them
    reads = find(policy, located.store, rows.dataset)
    return KnownState(
        place=(*located.path, "row_states", name),
        named_by=located,
        reads=None if reads is None else _referring(reads, located),
        condition=condition,
        of_rows=True,
        without_rows=rows.any_ is None,
    )


def persons(policy: Policy, start: Located) -> dict[str, list[tuple[Located, Condition]]]:
    """Give the person categories that this dataset can tell, each with what tells it."""
    told: dict[str, list[tuple[Located, Condition]]] = {}
    for category in (one for located in judged(policy, start) for one in located.dataset.persons):
        if category not in told:
            told[category] = _telling(policy, start, category)
    return told


def _telling(policy: Policy, start: Located, category: str) -> list[tuple[Located, Condition]]:
    named = _nearest(policy, start, lambda dataset: category in dataset.persons)
    return [(located, located.dataset.persons[category]) for located in named]


def column(dataset: Dataset, name: str) -> Column | None:
    """Give the column of that name, if there is one."""
    return next((c for c in dataset.columns if c.name == name), None)


def binds(binding: Binding, activity: str, phase: str | None = None) -> bool:
    """Tell whether a binding serves an activity, and this phase of it."""
    if binding.activity != activity:
        return False
    return phase is None or not binding.phases or phase in binding.phases


def by(located: Located, *bindings: Binding) -> Located:
    """Give a dataset with the paths by which any of some bindings holds."""
    every = () in {binding.through for binding in bindings}
    ends = (end for binding in bindings for end in binding.through)
    return replace(located, through=() if every else tuple(dict.fromkeys(ends)))


def bound_to(policy: Policy, activity: str, phase: str | None = None) -> Iterator[Located]:
    """Yield the datasets that hold values for an activity, or one phase of it, as it binds them."""
    for located in locate(policy):
        found = [one for one in located.dataset.bindings if binds(one, activity, phase)]
        if found:
            yield by(located, *found)
