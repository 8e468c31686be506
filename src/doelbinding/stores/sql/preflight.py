"""What would go wrong, read from the engine's own catalogue before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from doelbinding.plan.model import Deed, Step
from doelbinding.plan.ports import Gravity, Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.acting import acting, refuses, warns
from doelbinding.stores.sql.constraints import against
from doelbinding.stores.sql.indexes import create_index, is_indexed, unserved
from doelbinding.stores.sql.looking_up import unserved_lookups
from doelbinding.stores.sql.references import NotAllSeen, Referrer, referrers

_INDEXED = frozenset({"mysql", "mariadb"})
"""Engines that index every foreign key by themselves."""


def obstacles(connection: sa.Connection, store: Store, steps: Sequence[Step]) -> list[Obstacle]:
    """Give what refuses or endangers the steps in this database."""
    inspector = sa.inspect(connection)
    found: list[Obstacle] = []
    for dataset_id in dict.fromkeys(step.dataset for step in steps):
        dataset = store.dataset(dataset_id)
        ref = f"{store.id}.{dataset_id}"
        if not inspector.has_table(dataset.table, schema=dataset.schema_):
            found.append(
                refuses(
                    ref,
                    f"there is no table {dataset.table!r}",
                    "correct `table` in the store's file, or the address of the store",
                )
            )
            continue
        mine = [step for step in steps if step.dataset == dataset_id]
        found += _columns(inspector, ref, dataset)
        if any(step.deed is Deed.DELETE for step in mine):
            found += _references(connection, inspector, ref, dataset, store)
        told = [
            *acting(connection, ref, dataset, mine),
            *against(connection, ref, dataset, mine),
        ]
        if not any(one.gravity is Gravity.REFUSES for one in told):
            told += unserved(connection, ref, dataset, mine)
        found += told
        there = {c["name"] for c in inspector.get_columns(dataset.table, schema=dataset.schema_)}
        if all(column.name in there for column in dataset.own_columns):
            found += unserved_lookups(connection, store, dataset)
    return found


def unmapped_columns(connection: sa.Connection, dataset: Dataset) -> list[str]:
    """Give the columns of the table that the policy does not know."""
    columns = sa.inspect(connection).get_columns(dataset.table, schema=dataset.schema_)
    mapped = {column.name for column in dataset.columns}
    return [column["name"] for column in columns if column["name"] not in mapped]


def _columns(inspector: sa.Inspector, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    there = {c["name"]: c for c in inspector.get_columns(dataset.table, schema=dataset.schema_)}
    for column in dataset.own_columns:
        if column.name not in there:
            yield refuses(
                ref,
                f"the table has no column {column.name!r}",
                "take it out of the store's file or correct its name",
            )
    mapped = {column.name for column in dataset.columns}
    for name in there:
        if name not in mapped:
            yield warns(
                ref,
                f"column {name!r} is not in the policy",
                "map it, with the activity that needs it, or without a category if it is no "
                "personal data",
            )
    key = inspector.get_pk_constraint(dataset.table, schema=dataset.schema_)
    primary = key.get("constrained_columns") or []
    if set(primary) != set(dataset.key):
        yield refuses(
            ref,
            f"the primary key is ({', '.join(primary) or 'none'}), the policy says "
            f"({', '.join(dataset.key)})",
            "give the dataset the table's primary key",
        )


def _references(
    connection: sa.Connection,
    inspector: sa.Inspector,
    ref: str,
    dataset: Dataset,
    store: Store,
) -> Iterator[Obstacle]:
    mapped = {(other.schema_, other.table): other for other in store.datasets}
    try:
        found = list(referrers(connection, inspector, dataset))
    except NotAllSeen:
        yield refuses(
            ref,
            "this role cannot see which tables refer to it, though deleting acts on their rows",
            "GRANT PROCESS ON *.* to the role, which shows keys and no data, or let its owner "
            "delete",
        )
        return
    for referrer in found:
        other = mapped.get((referrer.schema, referrer.table))
        if other is None:
            yield refuses(
                ref,
                f"table {referrer.name!r} refers to it and is not in the policy",
                "map that table, so that its rows are considered",
            )
        elif not _considered(dataset, other, referrer):
            yield refuses(
                ref,
                f"{other.id!r} refers to it by ({', '.join(referrer.columns)}), which the policy "
                "does not tell",
                "give one of the two a `subject` path or an event along that reference",
            )
        if referrer.cascades and other is None:
            yield refuses(
                ref,
                f"deleting here also deletes rows of {referrer.name!r} (ON DELETE CASCADE)",
                "map that table or take the cascade away",
            )
        indexed = connection.dialect.name in _INDEXED or is_indexed(
            inspector, referrer.table, referrer.schema, referrer.columns
        )
        if not indexed:
            yield warns(
                ref,
                f"{referrer.name} ({', '.join(referrer.columns)}) has no index, so that each "
                "deletion reads that whole table",
                create_index(connection.dialect.name, referrer.name, referrer.columns),
            )


def _considered(dataset: Dataset, other: Dataset, referrer: Referrer) -> bool:
    """Tell whether the policy knows of a reference, so that what refers is looked at first.

    By its columns: a second reference between the same tables may lead to another person.
    """
    if other.id == dataset.id and not referrer.acts:
        return True
    told: list[Iterable[str]] = [p.columns for p in other.paths if p.to == dataset.id]
    told += [path.columns for path in dataset.paths if path.shared_by == other.id]
    told += [reference.columns for reference in other.references if reference.to == dataset.id]
    for event in dataset.events.values():
        told += [s.on for s in event.latest_of if s.dataset == other.id and s.on and not s.store]
    return any(set(columns) == set(referrer.columns) for columns in told)
