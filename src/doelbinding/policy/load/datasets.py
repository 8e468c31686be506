"""Whether every column, path, event, state and condition of a store's datasets holds together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from doelbinding.policy.load.endings import ending_problems
from doelbinding.policy.load.names import dangling, known_columns, twice
from doelbinding.policy.load.operands import condition_problems, null_problem, operand_problem
from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.load.relations import (
    circles,
    elsewhere_problems,
    relation_problems,
    through_problems,
)
from doelbinding.policy.load.rules import EVENT_NAME, rule_problems
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import (
    Binding,
    Column,
    ColumnType,
    ControllerColumn,
    Dataset,
    Event,
    Prohibition,
    RowsState,
    Store,
)

ALL_PERSONAL = "*"


def dataset_problems(policy: Policy, store: Store, path: ModelPath) -> Iterator[Problem]:
    """Yield what does not hold together in the datasets of a store."""
    path = (*path, "datasets")
    ids = ((d.id, (*path, n, "id")) for n, d in enumerate(store.datasets))
    yield from twice(f"dataset of {store.id}", ids)
    yield from circles(store, path)
    for number, dataset in enumerate(store.datasets):
        yield from _Inspection(policy, store, dataset, (*path, number)).problems()


class _Inspection:
    """Looks through one dataset."""

    def __init__(self, policy: Policy, store: Store, dataset: Dataset, path: ModelPath) -> None:
        self._policy = policy
        self._store = store
        self._dataset = dataset
        self._path = path
        self._others = {other.id: other for other in reversed(store.datasets)}

    def problems(self) -> Iterator[Problem]:
        dataset, path = self._dataset, self._path
        names = ((c.name, (*path, "columns", n, "name")) for n, c in enumerate(dataset.columns))
        yield from twice(f"column of {dataset.id}", names)
        for number, column in enumerate(dataset.columns):
            yield from self._column(column, (*path, "columns", number))
        if not dataset.key:
            yield Problem((*path, "key"), "the key has no column", "Name the primary key's columns")
        yield from known_columns(dataset, dataset.key, (*path, "key"))
        yield from _time(dataset, dataset.collected, (*path, "collected"))
        yield from self._controller()
        yield from relation_problems(self._store, dataset, path)
        yield from self._events_and_states()
        for number, binding in enumerate(dataset.bindings):
            yield from self._binding(binding, (*path, "bindings", number))
        for number, prohibition in enumerate(dataset.prohibitions):
            yield from self._columns_when(prohibition, (*path, "prohibitions", number))

    def _column(self, column: Column, path: ModelPath) -> Iterator[Problem]:
        known = self._policy.data_category_by_id
        yield from dangling("data category", column.category, known, (*path, "category"))
        if column.replace_with is not None:
            here = (*path, "replace_with")
            yield from operand_problem(column, column.replace_with, here)
        yield from ending_problems(self._policy, self._dataset, column, path)
        for number, value in enumerate(column.null_values):
            yield from null_problem(column, value, (*path, "null_values", number))
        if column.earliest > column.latest:
            message = f"{column.earliest} is after `latest` ({column.latest})"
            yield Problem((*path, "earliest"), message, "Exchange the two")

    def _controller(self) -> Iterator[Problem]:
        path, known = (*self._path, "controller"), self._policy.controller_by_id
        match self._dataset.controller:
            case str() as named:
                yield from dangling("controller", named, known, path)
            case ControllerColumn() as by_value:
                yield from known_columns(self._dataset, by_value.column, (*path, "column"))
                for value, named in by_value.values.items():
                    yield from dangling("controller", named, known, (*path, "values", value))

    def _events_and_states(self) -> Iterator[Problem]:
        dataset, path = self._dataset, self._path
        for name, event in dataset.events.items():
            yield from _event_name(name, (*path, "events", name))
            yield from self._event(event, (*path, "events", name))
        for name, rows in dataset.row_states.items():
            yield from _event_name(name, (*path, "row_states", name))
            yield from self._rows_state(rows, (*path, "row_states", name))
            if name in dataset.states:
                message = f"the state {name!r} also stands in `states`"
                yield Problem((*path, "row_states", name), message, "Keep one of them")
        for name, condition in dataset.states.items():
            yield from _event_name(name, (*path, "states", name))
            yield from condition_problems(dataset, condition, (*path, "states", name))
        for name, condition in dataset.persons.items():
            here = (*path, "persons", name)
            known = self._policy.person_category_by_id
            yield from dangling("person category", name, known, here)
            yield from condition_problems(dataset, condition, here)

    def _event(self, event: Event, path: ModelPath) -> Iterator[Problem]:
        yield from _time(self._dataset, event.column, (*path, "column"))
        for number, source in enumerate(event.latest_of):
            here = (*path, "latest_of", number)
            if source.store not in {None, self._store.id}:
                yield from elsewhere_problems(self._policy, self._dataset, source, here)
            elif source.dataset is None:
                yield from _time(self._dataset, source.column, (*here, "column"))
                if source.on:
                    message = "`on` pairs columns with another dataset, and none is named"
                    yield Problem((*here, "on"), message, "Name the `dataset`, or leave `on` out")
            else:
                yield from self._joined(source.dataset, source.on, here)
                if source.dataset in self._others:
                    other = self._others[source.dataset]
                    yield from _time(other, source.column, (*here, "column"))

    def _rows_state(self, rows: RowsState, path: ModelPath) -> Iterator[Problem]:
        yield from self._joined(rows.dataset, rows.on, path)
        other = self._others.get(rows.dataset)
        if other is not None:
            for word, condition in (("any", rows.any_), ("every", rows.every)):
                if condition is not None:
                    yield from condition_problems(other, condition, (*path, word))

    def _joined(self, named: str, on: Mapping[str, str], path: ModelPath) -> Iterator[Problem]:
        """Check how rows of another dataset of the store are found from a row of this one."""
        other = self._others.get(named)
        if other is None:
            kind = f"dataset of {self._store.id}"
            yield from dangling(kind, named, self._others, (*path, "dataset"))
            return
        for there, here in on.items():
            yield from known_columns(other, there, (*path, "on", there))
            yield from known_columns(self._dataset, here, (*path, "on", there))
        leads_here = any(path.to == self._dataset.id for path in other.paths)
        if not on and not leads_here and other.id != self._dataset.id:
            yield Problem(
                (*path, "dataset"),
                f"rows of {other.id} do not refer to {self._dataset.id}",
                f"Pair the columns: `on: {{column of {other.id}: column of {self._dataset.id}}}`",
            )

    def _binding(self, binding: Binding, path: ModelPath) -> Iterator[Problem]:
        activity = self._policy.activity_by_id.get(binding.activity)
        yield from self._columns_when(binding, path)
        yield from through_problems(self._dataset, binding, (*path, "through"))
        if activity is None:
            known = self._policy.activity_by_id
            yield from dangling("activity", binding.activity, known, (*path, "activity"))
            return
        phases = [phase.id for phase in activity.phases]
        unknown = list(
            dangling(f"phase of {activity.id}", binding.phases, phases, (*path, "phases"))
        )
        yield from unknown
        if not unknown:
            yield from rule_problems(self._policy, self._store, self._dataset, binding, path)

    def _columns_when(self, bound: Binding | Prohibition, path: ModelPath) -> Iterator[Problem]:
        for number, name in enumerate(bound.columns):
            here = (*path, "columns", number)
            if name != ALL_PERSONAL:
                yield from known_columns(self._dataset, name, here)
            elif not self._dataset.personal_columns:
                message = "`*` means all personal columns, and there are none"
                yield Problem(here, message, "Give the columns that are personal a `category`")
        if bound.when is not None:
            yield from condition_problems(self._dataset, bound.when, (*path, "when"))


def _time(dataset: Dataset, name: str | None, path: ModelPath) -> Iterator[Problem]:
    if name is None:
        return
    unknown = list(known_columns(dataset, name, path))
    yield from unknown
    if not unknown and not dataset.column(name).type.is_time:
        yield Problem(
            path,
            f"the column {name!r} is {dataset.column(name).type}, which dates nothing",
            f"Give the column a type of time: {', '.join(t for t in ColumnType if t.is_time)}",
        )


def _event_name(name: str, path: ModelPath) -> Iterator[Problem]:
    if not EVENT_NAME.fullmatch(name):
        yield Problem(
            path,
            f"no rule can name {name!r}",
            "Write lower-case letters, digits, hyphens and dots, such as `relation.ended`",
        )
