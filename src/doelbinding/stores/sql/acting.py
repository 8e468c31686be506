"""What a database's own catalogue says of one table: its kind, what acts on it, what one may do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.model import Deed, Step
from doelbinding.plan.ports import Gravity, Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.folding import qualified

_KINDS = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}
_VERIFIED = "see that it does not keep or copy what is erased; the run is verified by reading back"


def refuses(ref: str, message: str, remedy: str) -> Obstacle:
    """Give an obstacle that forbids a run."""
    return Obstacle(gravity=Gravity.REFUSES, ref=ref, message=message, remedy=remedy)


def warns(ref: str, message: str, remedy: str) -> Obstacle:
    """Give an obstacle that a run may meet."""
    return Obstacle(gravity=Gravity.WARNS, ref=ref, message=message, remedy=remedy)


def acting(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield what stands between a statement on a table and its rows."""
    match connection.dialect.name:
        case "postgresql":
            yield from _postgresql(connection, ref, dataset, steps)
        case "mysql" | "mariadb":
            yield from _mysql(connection, ref, dataset, steps)
        case "sqlite":
            yield from _sqlite(connection, ref, dataset)
        case _:
            return


def _changes_here(ref: str, kind: str) -> Obstacle:
    return refuses(
        ref,
        f"it is {kind}, not a table",
        "map the table behind it, in the store where that is",
    )


# -- PostgreSQL -----------------------------------------------------------------------------------


def _postgresql(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    name = {"name": qualified(dataset.table, dataset.schema_)}
    kind = connection.execute(
        sa.text("SELECT relkind::text FROM pg_class WHERE oid = to_regclass(:name)"), name
    ).scalar()
    if kind in _KINDS:
        yield _changes_here(ref, _KINDS[kind])
        return
    heirs = connection.execute(sa.text(_HEIRS), name).scalars().all()
    if kind == "r" and heirs:
        yield warns(
            ref,
            f"tables inherit from it ({', '.join(heirs)}), and columns of their own are not in the "
            "policy",
            "see that no personal data are in those columns; rows of these tables are changed too",
        )
    if kind == "p":
        yield warns(
            ref,
            "it is partitioned, so keys are looked for in every partition",
            "a partition that is attached during the run is found by reading back",
        )
    if connection.execute(sa.text("SELECT row_security_active(to_regclass(:name))"), name).scalar():
        yield refuses(
            ref,
            "row-level security hides rows of it from this role",
            "run as a role with BYPASSRLS, or as the owner without FORCE ROW LEVEL SECURITY",
        )
    yield from _rules(connection, ref, dataset, name)
    yield from _postgresql_triggers(connection, ref, name, steps)
    yield from _postgresql_privileges(connection, ref, dataset, steps, name)


_HEIRS = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(:name) ORDER BY 1
"""


def _rules(
    connection: sa.Connection, ref: str, dataset: Dataset, name: dict[str, str]
) -> Iterator[Obstacle]:
    table = _quoted(connection, dataset)
    quote = connection.dialect.identifier_preparer.quote
    asked = sa.text(
        "SELECT rulename, is_instead FROM pg_rewrite "
        "WHERE ev_class = to_regclass(:name) AND ev_type IN ('2', '4') AND rulename <> '_RETURN'"
    )
    for rule, instead in connection.execute(asked, name):
        if instead:
            yield refuses(
                ref,
                f"rule {rule!r} does something instead of what is asked",
                f"DROP RULE {quote(rule)} ON {table} before the run",
            )
        else:
            yield warns(ref, f"rule {rule!r} acts on it", _VERIFIED)


def _postgresql_triggers(
    connection: sa.Connection, ref: str, name: dict[str, str], steps: Sequence[Step]
) -> Iterator[Obstacle]:
    asked = sa.text(
        "SELECT tgname, tgtype::int FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid = to_regclass(:name)"
    )
    events = (8 if _deletes(steps) else 0) | (16 if _updates(steps) else 0)
    for trigger, kind in connection.execute(asked, name):
        if not kind & events:
            continue
        before = " before a row is changed, and can prevent or alter it" if kind & 2 else ""
        yield warns(ref, f"trigger {trigger!r} acts on it{before}", _VERIFIED)


def _postgresql_privileges(
    connection: sa.Connection,
    ref: str,
    dataset: Dataset,
    steps: Sequence[Step],
    name: dict[str, str],
) -> Iterator[Obstacle]:
    whole = sa.text("SELECT has_table_privilege(to_regclass(:name), :what)")
    missing = [("DELETE", "")] if _deletes(steps) else []
    missing = [w for w in missing if not connection.scalar(whole, {**name, "what": w[0]})]
    refused = {
        (what, column)
        for column, *may in connection.execute(sa.text(_MAY), name)
        for what, given in zip(("SELECT", "UPDATE"), may, strict=True)
        if not given
    }
    wanted = [("SELECT", one.name) for one in dataset.own_columns]
    wanted += [("UPDATE", written) for written in _written(steps)]
    missing += [one for one in wanted if one in refused]
    yield from _missing(connection, ref, dataset, missing)


_MAY = """
SELECT attname, has_column_privilege(attrelid, attnum, 'SELECT'),
  has_column_privilege(attrelid, attnum, 'UPDATE')
FROM pg_attribute WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped
"""


# -- MariaDB and MySQL ----------------------------------------------------------------------------


def _mysql(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    where = {"name": dataset.table, "home": dataset.schema_}
    asked = sa.text(
        "SELECT table_type, engine FROM information_schema.tables "
        "WHERE table_name = :name AND table_schema = coalesce(:home, database())"
    )
    kind, engine = connection.execute(asked, where).one()
    if kind == "SYSTEM VERSIONED":
        yield refuses(
            ref,
            "it is system-versioned, so what is deleted or changed stays in its history",
            f"ALTER TABLE {_quoted(connection, dataset)} DROP SYSTEM VERSIONING, which drops the "
            "history too",
        )
    elif kind != "BASE TABLE":
        yield _changes_here(ref, "a view")
        return
    if engine != "InnoDB":
        yield refuses(
            ref,
            f"its engine is {engine}, which has no transactions",
            f"ALTER TABLE {_quoted(connection, dataset)} ENGINE = InnoDB",
        )
    asked = sa.text(
        "SELECT trigger_name, event_manipulation FROM information_schema.triggers WHERE "
        "event_object_table = :name AND event_object_schema = coalesce(:home, database())"
    )
    for trigger, event in connection.execute(asked, where):
        if (event == "DELETE" and _deletes(steps)) or (event == "UPDATE" and _updates(steps)):
            yield warns(ref, f"trigger {trigger!r} acts on it", _VERIFIED)
    yield from _missing(connection, ref, dataset, _refused(connection, dataset, steps))


def _refused(
    connection: sa.Connection, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[tuple[str, str]]:
    """Yield the privileges that are not there, by asking for what meets no row."""
    quote, table = connection.dialect.identifier_preparer.quote, _quoted(connection, dataset)
    tried = [
        ("SELECT", one.name, f"SELECT {quote(one.name)} FROM {table} WHERE 1 = 0")  # noqa: S608
        for one in dataset.own_columns
    ]
    tried += [
        ("UPDATE", name, f"UPDATE {table} SET {quote(name)} = DEFAULT WHERE 1 = 0")  # noqa: S608
        for name in _written(steps)
    ]
    if _deletes(steps):
        tried.append(("DELETE", "", f"DELETE FROM {table} WHERE 1 = 0"))  # noqa: S608
    for what, column, statement in tried:
        try:
            connection.exec_driver_sql(statement)
        except SQLAlchemyError as error:
            if _number(error) in _DENIED:
                yield what, column


_DENIED = frozenset({1142, 1143, 1044, 1370})


def _number(error: SQLAlchemyError) -> int | None:
    orig = getattr(error, "orig", None)
    return orig.args[0] if orig is not None and orig.args else None


# -- SQLite ---------------------------------------------------------------------------------------


def _sqlite(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    asked = sa.text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :name")
    for kind, name, made in connection.execute(asked, {"name": dataset.table}):
        if kind == "view":
            yield _changes_here(ref, "a view")
        if kind == "trigger":
            before = re.search(r"\bBEFORE\b", made or "", re.IGNORECASE)
            early = " before a row is changed, and can prevent it" if before else ""
            yield warns(ref, f"trigger {name!r} acts on it{early}", _VERIFIED)


# -- words ----------------------------------------------------------------------------------------


def _quoted(connection: sa.Connection, dataset: Dataset) -> str:
    """Give a table's name as a statement writes it."""
    quote = connection.dialect.identifier_preparer.quote
    return ".".join(quote(part) for part in (dataset.schema_, dataset.table) if part)


# -- what steps do --------------------------------------------------------------------------------


def _deletes(steps: Sequence[Step]) -> bool:
    return any(step.deed is Deed.DELETE for step in steps)


def _updates(steps: Sequence[Step]) -> bool:
    return any(step.deed is not Deed.DELETE for step in steps)


def _written(steps: Sequence[Step]) -> list[str]:
    return list(dict.fromkeys(one.written for step in steps for one in step.columns))


def _missing(
    connection: sa.Connection, ref: str, dataset: Dataset, missing: Iterable[tuple[str, str]]
) -> Iterator[Obstacle]:
    quote = connection.dialect.identifier_preparer.quote
    by_kind: dict[str, list[str]] = {}
    for what, column in missing:
        by_kind.setdefault(what, []).append(column)
    for what, columns in by_kind.items():
        named = ", ".join(column for column in columns if column)
        quoted = ", ".join(quote(column) for column in columns if column)
        right = f"{what} ({quoted})" if quoted else what
        yield refuses(
            ref,
            f"this role may not {what} ({named})" if named else f"this role may not {what}",
            f"GRANT {right} ON {_quoted(connection, dataset)} to the role that Doelbinding "
            "connects as",
        )
