"""What decides about rows of a table besides themselves: datasets that date them or lead to people.

A view among them may show fewer rows than there are, and what it hides would have kept somebody's
data; a materialised one shows yesterday's. So they are refused, as for rows that are changed; and
so is a table that is not there, or that the role may not read, in part or at all.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.descent import family_of, place_of
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.acting import reading
from doelbinding.stores.sql.preflight.obstacles import refuses
from doelbinding.stores.sql.preflight.present import absent, ambiguous, lacking
from doelbinding.stores.sql.preflight.related import unlike
from doelbinding.stores.sql.tables import qualified


def unreadable(connection: sa.Connection, store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield why datasets by which rows of a dataset are judged cannot be read, or not in full."""
    for other in _read(store, dataset):
        ref = f"{store.id}.{other.id}"
        missing = absent(connection, ref, other)
        if missing is not None:
            yield missing
        elif _is_view(connection, other):
            yield refuses(
                ref,
                f"it is a view, by which rows of {dataset.id!r} are judged: rows that it hides "
                "would not keep them",
                "map the table behind it",
            )
        else:
            yield from ambiguous(connection, ref, other)
            yield from lacking(connection, ref, other)
            yield from unlike(connection, store, other)
            yield from reading(connection, ref, other)


def mapped_twice(connection: sa.Connection, store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield the datasets whose rows are also rows of this one: of its table, or of a part of it."""
    own = place_of(connection, dataset)
    kin = set()
    if connection.dialect.name == "postgresql":
        family = family_of(connection, dataset)
        kin = {(one.schema, one.table) for one in (*family.above, *family.below)}
    for other in store.datasets:
        place = place_of(connection, other)
        if other.id != dataset.id and place == own:
            yield refuses(
                f"{store.id}.{dataset.id}",
                f"{other.id!r} is of the same table, so what keeps a row in one would not in the "
                "other",
                "make one dataset of the two, with bindings under a `when`",
            )
        elif place in kin:
            yield refuses(
                f"{store.id}.{dataset.id}",
                f"rows of it are also rows of {other.id!r}, as one table is part of the other",
                "map the whole or its parts, not both: what keeps a row in one dataset would not "
                "in the other",
            )


def _read(store: Store, dataset: Dataset) -> list[Dataset]:
    """Give the other datasets of the store on whose rows those of this one depend."""
    found = {dataset.id: dataset}
    waiting = [dataset]
    while waiting:
        for name in _named(waiting.pop()):
            if name not in found:
                found[name] = store.dataset(name)
                waiting.append(found[name])
    return [one for name, one in found.items() if name != dataset.id]


def _named(dataset: Dataset) -> Iterator[str]:
    for path in dataset.paths:
        yield from (name for name in (path.to, path.shared_by) if name is not None)
    for event in dataset.events.values():
        yield from (s.dataset for s in event.latest_of if s.dataset is not None and not s.store)
    for state in dataset.row_states.values():
        yield state.dataset


def _is_view(connection: sa.Connection, dataset: Dataset) -> bool:
    match connection.dialect.name:
        case "postgresql":
            asked = "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(:name)"
            name = {"name": qualified(dataset.table, dataset.schema_)}
            return connection.execute(sa.text(asked), name).scalar() in {"v", "m"}
        case "mysql" | "mariadb":
            asked = (
                "SELECT table_type FROM information_schema.tables "
                "WHERE table_name = :name AND table_schema = coalesce(:home, database())"
            )
            place = {"name": dataset.table, "home": dataset.schema_}
            return connection.execute(sa.text(asked), place).scalar() in {"VIEW", "SYSTEM VIEW"}
        case _:
            return dataset.table in inspector_of(connection).get_view_names(schema=dataset.schema_)
