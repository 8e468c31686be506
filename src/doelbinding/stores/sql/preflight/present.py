"""Whether a dataset's table is there under the name that the policy has, and may be looked at."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.inspecting import column_names, inspector_of
from doelbinding.stores.sql.preflight.obstacles import quoting, refuses, shown, warns

_LISTS_TABLES = (3, 37)
_IN_ANY_CASE = frozenset({"sqlite", "mysql", "mariadb"})
_MYSQL = frozenset({"mysql", "mariadb"})
_DENIED = 1142


def virtual(connection: sa.Connection, ref: str, dataset: Dataset) -> Obstacle | None:
    """Give the obstacle that a table of SQLite is a module's, or where a module keeps its own."""
    told = connection.dialect.server_version_info or ()
    if connection.dialect.name != "sqlite" or told < _LISTS_TABLES:
        return None
    asked = sa.text("SELECT type FROM pragma_table_list(:name) WHERE schema = 'main'")
    kind = connection.execute(asked, {"name": dataset.table}).scalar()
    what = {
        "virtual": "it is a virtual table, whose rows have no key",
        "shadow": "a virtual table keeps its own data in it, and a change would damage that one",
    }.get(str(kind))
    if what is None:
        return None
    advice = "map a table that holds the text, and let the virtual one index it (`content=`)"
    return refuses(ref, what, advice)


def absent(connection: sa.Connection, ref: str, dataset: Dataset) -> Obstacle | None:
    """Give the obstacle that a table is not there, or that the role may not look at it.

    SQLite would find it in any case, as MariaDB does on some systems (`lower_case_table_names`);
    their catalogues, which have one case, would not, and with them what refers to the table.
    """
    inspector, schema = inspector_of(connection), dataset.schema_
    found = None if schema is None else _no_schema(connection, ref, schema)
    if found is None and connection.dialect.name in _MYSQL:
        found = _not_shown(connection, ref, dataset)
    if found is not None:
        return found
    other = None
    if connection.dialect.name in _IN_ANY_CASE:
        names = [
            *inspector.get_table_names(schema=schema),
            *inspector.get_view_names(schema=schema),
        ]
        if dataset.table in names:
            return None
        other = next((name for name in names if name.lower() == dataset.table.lower()), None)
    if other is None and inspector.has_table(dataset.table, schema=schema):
        return None
    advice = "correct `table` in the store's file, or the address of the store"
    if other is not None:
        advice = f"write `table: {other}` in the store's file"
    elif elsewhere := _elsewhere(connection, dataset):
        advice = (
            f"write `schema: {elsewhere}` in the store's file, if that table is meant, and let "
        )
        advice += "the role use that schema (GRANT USAGE ON SCHEMA)"
    return refuses(ref, f"there is no table {_named(dataset)!r}", advice)


def _elsewhere(connection: sa.Connection, dataset: Dataset) -> str | None:
    """Name another schema of PostgreSQL that has a table of this name, which is not searched."""
    if connection.dialect.name != "postgresql" or dataset.schema_ is not None:
        return None
    found: str | None = connection.scalar(sa.text(_ELSEWHERE), {"table": dataset.table})
    return found


_ELSEWHERE = """
SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE relname = :table AND relkind IN ('r', 'p') AND nspname !~ '^pg_' ORDER BY 1 LIMIT 1
"""


def _named(dataset: Dataset) -> str:
    return ".".join(part for part in (dataset.schema_, dataset.table) if part)


def _no_schema(connection: sa.Connection, ref: str, schema: str) -> Obstacle | None:
    if connection.dialect.name == "sqlite":
        if schema == "main":
            return None
        return refuses(
            ref,
            f"the policy says schema {schema!r}, and a file of SQLite has none",
            "take `schema` out; what is in another file belongs to a store of its own",
        )
    if schema not in inspector_of(connection).get_schema_names():
        return refuses(
            ref,
            f"there is no schema {schema!r}, or this role may not see it",
            "correct `schema` in the store's file, or the role's rights",
        )
    if connection.dialect.name != "postgresql":
        return None
    asked = sa.text("SELECT has_schema_privilege(:schema, 'USAGE')")
    if connection.scalar(asked, {"schema": schema}):
        return None
    return refuses(
        ref,
        f"this role may not use schema {schema!r}",
        f"GRANT USAGE ON SCHEMA {quoting(connection.dialect)(schema)} to the role",
    )


def _not_shown(connection: sa.Connection, ref: str, dataset: Dataset) -> Obstacle | None:
    """Give the obstacle that MariaDB does not show how the table is made."""
    try:
        inspector_of(connection).get_columns(dataset.table, schema=dataset.schema_)
    except sa.exc.NoSuchTableError:
        return None
    except SQLAlchemyError as error:
        orig = getattr(error, "orig", None)
        if orig is None or not orig.args or orig.args[0] != _DENIED:
            raise
        return refuses(
            ref,
            "this role may not see how the table is made, if it is there",
            f"GRANT what `doelbinding grants` prints, SELECT on {shown(connection, dataset)} and "
            "DELETE or SHOW VIEW among it",
        )
    return None


def lacking(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield the columns that the policy maps and a table, which is there, does not have.

    And those of MariaDB, mapped or not, that are there and cannot be looked at.
    """
    found = inspector_of(connection).get_columns(dataset.table, schema=dataset.schema_)
    there = {column["name"] for column in found}
    if connection.dialect.name in _MYSQL:
        for name in column_names(connection, dataset.table, dataset.schema_):
            if name not in there:
                there.add(name)
                yield refuses(
                    ref,
                    f"how column {name!r} is made cannot be read, as where its name has a line "
                    "break",
                    f"ALTER TABLE {shown(connection, dataset)} RENAME COLUMN, and name it so in "
                    "the store's file",
                )
    for column in dataset.own_columns:
        if column.name not in there:
            yield refuses(
                ref,
                f"the table has no column {column.name!r}",
                "take it out of the store's file or correct its name",
            )


_ALIKE = """
SELECT s.name FROM unnest(current_schemas(true)) WITH ORDINALITY s(name, place)
JOIN pg_namespace n ON n.nspname = s.name
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = :table
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY s.place
"""


def ambiguous(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield that several schemas which PostgreSQL searches have a table of this name."""
    if connection.dialect.name != "postgresql" or dataset.schema_ is not None:
        return
    found = list(connection.scalars(sa.text(_ALIKE), {"table": dataset.table}))
    if len(found) > 1:
        yield warns(
            ref,
            f"several schemas that are searched have a table {dataset.table!r} "
            f"({', '.join(found)}): that of {found[0]!r} is meant",
            f"write `schema: {found[0]}` in the store's file, or the schema that you mean",
        )
