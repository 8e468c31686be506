"""What PostgreSQL's catalogue says of a table and its parts: kinds, rules, triggers, privileges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from doelbinding.plan.model import Step
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.descent import Family, family_of
from doelbinding.stores.sql.preflight.obstacles import (
    VERIFIED,
    changes_here,
    deletes,
    privileges_missing,
    quoting,
    refuses,
    shown,
    updates,
    warns,
    written,
)
from doelbinding.stores.sql.tables import qualified, table

_KINDS = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}


def acting(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield what stands between a statement on a table and its rows."""
    family = family_of(connection, dataset)
    if family.itself.kind in _KINDS:
        yield changes_here(ref, _KINDS[family.itself.kind])
        return
    name = {"name": qualified(dataset.table, dataset.schema_)}
    yield from _parts(ref, steps, family)
    yield from _hidden(connection, ref, name)
    yield from _rules(connection, ref, dataset, name)
    yield from _triggers(connection, ref, family, steps)
    missing = list(_privileges(connection, ref, dataset, steps, name))
    yield from missing
    if family.heirs:
        yield from _heirs(connection, ref, dataset, family, readable=not missing)


def reading(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield what stands between a question about a table and its rows."""
    name = {"name": qualified(dataset.table, dataset.schema_)}
    yield from _hidden(connection, ref, name)
    yield from _privileges(connection, ref, dataset, (), name)


def _hidden(connection: sa.Connection, ref: str, name: dict[str, str]) -> Iterator[Obstacle]:
    if connection.execute(sa.text("SELECT row_security_active(to_regclass(:name))"), name).scalar():
        yield refuses(
            ref,
            "row-level security hides rows of it from this role",
            "run as a role with BYPASSRLS, or as the owner without FORCE ROW LEVEL SECURITY",
        )


def _parts(ref: str, steps: Sequence[Step], family: Family) -> Iterator[Obstacle]:
    """Yield what comes of rows that are in other tables: partitions, and tables that inherit."""
    far = ", ".join(one.named for one in family.below if one.kind == "f")
    if far:
        yield refuses(
            ref,
            f"rows of it are in foreign tables ({far})",
            "map the tables behind them in the store where they are, and detach them here",
        )
    if family.itself.kind == "p":
        yield warns(
            ref,
            "it is partitioned, so keys are looked for in every partition",
            "a partition that is attached during the run is found by reading back",
        )
    changed = set(written(steps))
    for one in family.members:
        moving = ", ".join(name for name in one.parted_by if name in changed)
        if moving:
            yield warns(
                ref,
                f"{one.named} is partitioned by ({moving}), so a row whose value there ends may "
                "have no partition to go to",
                f"make one: CREATE TABLE … PARTITION OF {one.named} DEFAULT",
            )


def _heirs(
    connection: sa.Connection, ref: str, dataset: Dataset, family: Family, *, readable: bool
) -> Iterator[Obstacle]:
    heirs = ", ".join(one.named for one in family.heirs)
    yield warns(
        ref,
        f"tables inherit from it ({heirs}), and columns of their own are not in the policy",
        "see that no personal data are in those columns; rows of these tables are changed too",
    )
    if not readable:
        return
    rows: sa.TableClause = table(dataset)
    one: sa.ColumnElement[int] = sa.literal_column("1")
    several = sa.select(one).select_from(rows).group_by(*(rows.c[name] for name in dataset.key))
    if connection.execute(several.having(sa.func.count() > one).limit(1)).scalar():
        yield refuses(
            ref,
            f"rows in it and in tables that inherit from it ({heirs}) have the same key",
            "give them keys that differ, or map what is in each table apart: a key is unique in "
            "one table only",
        )


def _rules(
    connection: sa.Connection, ref: str, dataset: Dataset, name: dict[str, str]
) -> Iterator[Obstacle]:
    quote = quoting(connection.dialect)
    asked = sa.text(
        "SELECT rulename, is_instead FROM pg_rewrite WHERE ev_class = to_regclass(:name) "
        "AND ev_type IN ('2', '4') AND rulename <> '_RETURN' AND ev_enabled <> 'D'"
    )
    for rule, instead in connection.execute(asked, name):
        if instead:
            yield refuses(
                ref,
                f"rule {rule!r} does something instead of what is asked",
                f"DROP RULE {quote(rule)} ON {shown(connection, dataset)} before the run",
            )
        else:
            yield warns(ref, f"rule {rule!r} acts on it", VERIFIED)


_TRIGGERS = """
SELECT tgname, tgtype::int, CASE WHEN tgrelid = :itself THEN '' ELSE tgrelid::regclass::text END
FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0 AND tgenabled <> 'D'
  AND tgrelid = ANY (CAST(:tables AS oid[])) AND (tgrelid = :itself OR tgtype & 1 = 1)
ORDER BY tgname, tgrelid
"""
"""Triggers of the table, and those of its parts that fire for each row: others do not fire here.

A trigger of a table above, by which its partitions have one, is among its own.
"""
_ROW, _BEFORE, _DELETE, _UPDATE = 1, 2, 8, 16


def _triggers(
    connection: sa.Connection, ref: str, family: Family, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    asked = {"tables": family.referred, "itself": family.itself.oid}
    events = (_DELETE if deletes(steps) else 0) | (_UPDATE if updates(steps) else 0)
    for trigger, kind, elsewhere in connection.execute(sa.text(_TRIGGERS), asked):
        if not kind & events:
            continue
        where = f" by way of {elsewhere}" if elsewhere else ""
        before = " before a row is changed, and can prevent or alter it" if kind & _BEFORE else ""
        yield warns(ref, f"trigger {trigger!r} acts on it{where}{before}", VERIFIED)


def _privileges(
    connection: sa.Connection,
    ref: str,
    dataset: Dataset,
    steps: Sequence[Step],
    name: dict[str, str],
) -> Iterator[Obstacle]:
    whole = sa.text("SELECT has_table_privilege(to_regclass(:name), :what)")
    missing = [("DELETE", "")] if deletes(steps) else []
    missing = [w for w in missing if not connection.scalar(whole, {**name, "what": w[0]})]
    refused = {
        (what, column)
        for column, *may in connection.execute(sa.text(_MAY), name)
        for what, given in zip(("SELECT", "UPDATE"), may, strict=True)
        if not given
    }
    wanted = [("SELECT", one.name) for one in dataset.own_columns]
    wanted += [("UPDATE", column) for column in written(steps)]
    missing += [one for one in wanted if one in refused]
    yield from privileges_missing(connection, ref, dataset, missing)


_MAY = """
SELECT attname, has_column_privilege(attrelid, attnum, 'SELECT'),
  has_column_privilege(attrelid, attnum, 'UPDATE')
FROM pg_attribute WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped
"""
