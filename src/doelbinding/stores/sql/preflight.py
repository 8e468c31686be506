"""What would go wrong, read from the engine's own catalogue before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from doelbinding.plan.model import Deed, Step
from doelbinding.plan.ports import Gravity, Obstacle
from doelbinding.policy.stores import Dataset, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """A foreign key that points at a mapped table; `on_delete`: what a deletion there does here."""

    table: str
    schema: str | None
    columns: tuple[str, ...]
    on_delete: str | None

    @property
    def cascades(self) -> bool:
        """Whether deleting the row referred to deletes the row that refers."""
        return self.on_delete == "CASCADE"

    @property
    def acts(self) -> bool:
        """Whether deleting the row referred to deletes or changes the row that refers."""
        return self.on_delete in {"CASCADE", "SET NULL", "SET DEFAULT"}


def obstacles(connection: sa.Connection, store: Store, steps: Sequence[Step]) -> list[Obstacle]:
    """Give what refuses or endangers the steps in this database."""
    inspector = sa.inspect(connection)
    found: list[Obstacle] = []
    for dataset_id in dict.fromkeys(step.dataset for step in steps):
        dataset = store.dataset(dataset_id)
        ref = f"{store.id}.{dataset_id}"
        if not inspector.has_table(dataset.table, schema=dataset.schema_):
            found.append(
                _refuses(
                    ref,
                    f"there is no table {dataset.table!r}",
                    "correct `table` in the store's file, or the address of the store",
                )
            )
            continue
        mine = [step for step in steps if step.dataset == dataset_id]
        found += _columns(inspector, ref, dataset, mine)
        if any(step.deed is Deed.DELETE for step in mine):
            found += _references(connection, inspector, ref, dataset, store)
        found += _triggers(connection, ref, dataset)
    return found


def unmapped_columns(connection: sa.Connection, dataset: Dataset) -> list[str]:
    """Give the columns of the table that the policy does not know."""
    columns = sa.inspect(connection).get_columns(dataset.table, schema=dataset.schema_)
    mapped = {column.name for column in dataset.columns}
    return [column["name"] for column in columns if column["name"] not in mapped]


def _columns(
    inspector: sa.Inspector, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    there = {c["name"]: c for c in inspector.get_columns(dataset.table, schema=dataset.schema_)}
    for column in dataset.own_columns:
        if column.name not in there:
            yield _refuses(
                ref,
                f"the table has no column {column.name!r}",
                "take it out of the store's file or correct its name",
            )
    mapped = {column.name for column in dataset.columns}
    for name in there:
        if name not in mapped:
            yield _warns(
                ref,
                f"column {name!r} is not in the policy",
                "map it, with the activity that needs it, or without a category if it is no "
                "personal data",
            )
    key = inspector.get_pk_constraint(dataset.table, schema=dataset.schema_)
    primary = key.get("constrained_columns") or []
    if set(primary) != set(dataset.key):
        yield _refuses(
            ref,
            f"the primary key is ({', '.join(primary) or 'none'}), the policy says "
            f"({', '.join(dataset.key)})",
            "give the dataset the table's primary key",
        )
    for step in steps:
        for emptied in step.columns:
            column_there = there.get(emptied.column)
            nothing = emptied.replacement is None and emptied.transformation is None
            if column_there and not column_there["nullable"] and nothing:
                yield _refuses(
                    ref,
                    f"column {emptied.column!r} may not be null, and nothing stands in for it",
                    "give the column `replace_with`",
                )


def _references(
    connection: sa.Connection,
    inspector: sa.Inspector,
    ref: str,
    dataset: Dataset,
    store: Store,
) -> Iterator[Obstacle]:
    mapped = {(other.schema_, other.table): other for other in store.datasets}
    for referrer in referrers(connection, inspector, dataset):
        other = mapped.get((referrer.schema, referrer.table))
        if other is None:
            yield _refuses(
                ref,
                f"table {referrer.table!r} refers to it and is not in the policy",
                "map that table, so that its rows are considered",
            )
        elif not _considered(dataset, other, referrer):
            yield _refuses(
                ref,
                f"{other.id!r} refers to it by ({', '.join(referrer.columns)}), which the policy "
                "does not tell",
                "give one of the two a `subject` path or an event along that reference",
            )
        if referrer.cascades and other is None:
            yield _refuses(
                ref,
                f"deleting here also deletes rows of {referrer.table!r} (ON DELETE CASCADE)",
                "map that table or take the cascade away",
            )
        indexed = _is_indexed(inspector, referrer)
        if not indexed:
            yield _warns(
                ref,
                f"{referrer.table} ({', '.join(referrer.columns)}) has no index, so that each "
                "deletion reads that whole table",
                f"CREATE INDEX ON {referrer.table} ({', '.join(referrer.columns)})",
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


def referrers(
    connection: sa.Connection, inspector: sa.Inspector, dataset: Dataset
) -> Iterator[Referrer]:
    """Give the foreign keys of all tables, in all schemas, that point at a dataset's table."""
    if connection.dialect.name == "sqlite":
        for table in inspector.get_table_names():
            yield from _sqlite_referrers(connection, table, dataset)
        return
    home = dataset.schema_ or inspector.default_schema_name
    for schema in inspector.get_schema_names():
        if schema in {"information_schema", "pg_catalog"}:
            continue
        for (_, table), keys in inspector.get_multi_foreign_keys(schema=schema).items():
            for key in keys:
                there = key["referred_schema"] or schema
                if key["referred_table"] == dataset.table and there == home:
                    yield Referrer(
                        table=table,
                        schema=None if schema == inspector.default_schema_name else schema,
                        columns=tuple(key["constrained_columns"]),
                        on_delete=key.get("options", {}).get("ondelete"),
                    )


def _sqlite_referrers(
    connection: sa.Connection, table: str, dataset: Dataset
) -> Iterator[Referrer]:
    """Read SQLite's own pragma: reflection loses what inline REFERENCES say ON DELETE."""
    asked = sa.text("SELECT * FROM pragma_foreign_key_list(:table) ORDER BY id, seq")
    grouped: dict[int, list[sa.RowMapping]] = {}
    for row in connection.execute(asked, {"table": table}).mappings():
        if row["table"] == dataset.table:
            grouped.setdefault(row["id"], []).append(row)
    for rows in grouped.values():
        yield Referrer(
            table=table,
            schema=None,
            columns=tuple(row["from"] for row in rows),
            on_delete=rows[0]["on_delete"],
        )


def _is_indexed(inspector: sa.Inspector, referrer: Referrer) -> bool:
    wanted = list(referrer.columns)
    key = inspector.get_pk_constraint(referrer.table, schema=referrer.schema)
    if list(key.get("constrained_columns") or [])[: len(wanted)] == wanted:
        return True
    indexes = inspector.get_indexes(referrer.table, schema=referrer.schema)
    return any(list(index["column_names"])[: len(wanted)] == wanted for index in indexes)


def _triggers(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND "
        "tgrelid = to_regclass(:table)",
    }.get(connection.dialect.name)
    if asked is None:
        return
    name = f"{dataset.schema_}.{dataset.table}" if dataset.schema_ else dataset.table
    for trigger in connection.execute(sa.text(asked), {"table": name}).scalars():
        yield _warns(
            ref,
            f"trigger {trigger!r} acts on it",
            "see that it does not keep or copy what is erased; the run is verified by reading back",
        )


def _refuses(ref: str, message: str, remedy: str) -> Obstacle:
    return Obstacle(gravity=Gravity.REFUSES, ref=ref, message=message, remedy=remedy)


def _warns(ref: str, message: str, remedy: str) -> Obstacle:
    return Obstacle(gravity=Gravity.WARNS, ref=ref, message=message, remedy=remedy)
