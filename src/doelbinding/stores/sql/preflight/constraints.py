"""Constraints that stand against what a step writes: NOT NULL, UNIQUE, CHECK, generated columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from doelbinding.plan.model import Deed, Emptied, Step
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.descent import family_of
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.fitting import unfitting
from doelbinding.stores.sql.preflight.generated import generated
from doelbinding.stores.sql.preflight.obstacles import quoting, refuses, updates, warns
from doelbinding.stores.sql.preflight.shown import shown_checks
from doelbinding.stores.sql.preflight.supposing import breaks
from doelbinding.stores.sql.preflight.uniqueness import Unique, uniques


def against(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield the constraints that what is written would break."""
    inspector = inspector_of(connection)
    where: dict[str, Any] = {"table_name": dataset.table, "schema": dataset.schema_}
    there = {c["name"]: c for c in inspector.get_columns(**where)}
    emptied = [one for step in steps if step.deed is Deed.EMPTY for one in step.columns]
    for one in emptied:
        if one.column not in there:
            continue
        if not there[one.column]["nullable"] and one.replacement is None:
            yield refuses(
                ref,
                f"column {one.column!r} may not be null, and nothing stands in for it",
                "give the column `replace_with`",
            )
    changed = [one for step in steps for one in step.columns]
    yield from generated(connection, ref, dataset, steps)
    yield from unfitting(connection, ref, dataset, emptied)
    for unique in sorted(uniques(connection, dataset), key=repr):
        if unique.replaces:
            yield from _replaced(ref, unique, changed)
        else:
            yield from _clashes(ref, unique, emptied)
    yield from _checks(connection, ref, dataset, emptied)
    if updates(steps):
        yield from _untried(connection, ref, dataset)


def _replaced(ref: str, unique: Unique, changed: Sequence[Emptied]) -> Iterator[Obstacle]:
    """Yield where a row that nobody considered could go, since another came to be like it."""
    named = sorted({one.column for one in changed if not _ends_null(one)} & unique.columns)
    if named:
        yield refuses(
            ref,
            f"({', '.join(sorted(unique.columns))}) is unique ON CONFLICT REPLACE, so what is "
            f"written in ({', '.join(named)}) may remove another row, justified or not",
            "let the columns be emptied, or make the table anew without ON CONFLICT REPLACE",
        )


def _ends_null(one: Emptied) -> bool:
    return one.replacement is None and one.transformation is None


def _clashes(ref: str, unique: Unique, emptied: Sequence[Emptied]) -> Iterator[Obstacle]:
    """Yield where what stands in would be the same in two rows that must differ.

    A null among its columns keeps two rows apart, unless the database was told otherwise.
    """
    alike = {one.column: one.replacement for one in emptied if unique.reads(one.column)}
    if not alike or (None in alike.values() and not unique.nulls_too):
        return
    named, others = ", ".join(alike), unique.beyond(alike)
    stands = "NULL" if set(alike.values()) == {None} else "one value"
    if not others and not unique.expressions and not unique.partial:
        kind = f"column {named!r} is" if len(alike) == 1 else f"columns ({named}) are"
        yield refuses(
            ref,
            f"{kind} unique, so {stands} cannot stand in for several",
            "take `replace_with` away if the column may be null, or end it as a `pseudonym`"
            if stands == "one value"
            else "take NULLS NOT DISTINCT away from it, or end the column as a `pseudonym`",
        )
        return
    yield warns(
        ref,
        f"column {named!r} is unique {unique.among(alike)}, so {stands} may stand in for one row "
        "only",
        "if two rows come to be the same, the run stops there: take `replace_with` away if the "
        "column may be null, or end it as a `pseudonym`",
    )


def _checks(
    connection: sa.Connection, ref: str, dataset: Dataset, emptied: Sequence[Emptied]
) -> Iterator[Obstacle]:
    for check, said in checks(connection, dataset):
        for one in emptied:
            if breaks(connection, dataset, said, one):
                stands = "NULL" if one.replacement is None else "what stands in"
                yield refuses(
                    ref,
                    f"CHECK constraint {check!r} forbids {stands} in column {one.column!r}",
                    "give the column a `replace_with` that it allows, or change the constraint",
                )


def checks(connection: sa.Connection, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield name and text of the CHECK constraints on a table, and on its parts."""
    if connection.dialect.name == "postgresql":
        held = {"tables": family_of(connection, dataset).held}
        yield from (tuple(row) for row in connection.execute(sa.text(_POSTGRESQL), held))
    elif getattr(connection.dialect, "is_mariadb", False):
        yield from shown_checks(connection, dataset)
    else:
        inspector = inspector_of(connection)
        for check in inspector.get_check_constraints(dataset.table, schema=dataset.schema_):
            yield check.get("name") or "", str(check["sqltext"])


_ENFORCED = "coalesce((to_jsonb(k) ->> 'conenforced')::bool, true)"
"""PostgreSQL 18 knows constraints that it does not hold anybody to."""
_POSTGRESQL = f"""
SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint k
WHERE contype = 'c' AND coninhcount = 0 AND conrelid = ANY (CAST(:tables AS oid[])) AND {_ENFORCED}
"""  # noqa: S608 - our own text

_UNTRIED = f"""
SELECT conname, conrelid::regclass::text FROM pg_constraint k
WHERE contype IN ('c', 'n') AND coninhcount = 0 AND conrelid = ANY (CAST(:tables AS oid[]))
  AND NOT convalidated AND {_ENFORCED}
ORDER BY conname, conrelid
"""  # noqa: S608 - our own text


def _untried(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield constraints that older rows may break, so that these cannot be changed."""
    if connection.dialect.name != "postgresql":
        return
    quote, held = quoting(connection.dialect), {"tables": family_of(connection, dataset).held}
    for name, table in connection.execute(sa.text(_UNTRIED), held):
        yield warns(
            ref,
            f"constraint {name!r} is NOT VALID: a row that breaks it cannot be changed, only "
            "deleted, and the run stops there",
            f"mend such rows, then ALTER TABLE {table} VALIDATE CONSTRAINT {quote(name)}",
        )
