"""The SQL for a role that can do what the policy needs in a database, and nothing else.

It may read mapped columns, change those that can be emptied, and delete where rows can go. What a
dialect cannot say, such as a right to read single columns on Oracle, is said in a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from doelbinding.policy.stores import Column, Dataset, Store, WhenGone
from doelbinding.stores.sql.preflight.obstacles import quoting

FILES = (
    "-- SQLite has no roles: who may write the file may do everything.",
    "-- Give the file and its folder to the user that runs doelbinding, and to nobody else who",
    "-- need not have them: chown doelbinding FILE; chmod 600 FILE",
)


def grants(store: Store, dialect: sa.Dialect, role: str) -> tuple[str, ...]:
    """Give the statements for one store, to be read and run by whoever administers it.

    Args:
        store: with the datasets that the policy maps.
        dialect: the database's.
        role: who gets the rights; it is made by the administrator, with its password. On MariaDB
            and MySQL it may have a host: `doelbinding@10.%`.
    """
    if dialect.name == "sqlite":
        return FILES
    quote = quoting(dialect)
    to = _account(role, dialect)
    lines, tables = [*_opening(store, dialect, to)], list[str]()
    for dataset in store.datasets:
        table = ".".join(quote(part) for part in (dataset.schema_, dataset.table) if part)
        rights = _rights(dataset, dialect)
        lines.extend(f"GRANT {right} ON {table} TO {to};" for right in rights)
        tables.append(table)
    if dialect.name == "postgresql":
        lines.append("-- since PostgreSQL 17, so that a run vacuums what it deleted:")
        lines.append(f"-- GRANT MAINTAIN ON {', '.join(tables)} TO {to};")
    return tuple(lines)


def _opening(store: Store, dialect: sa.Dialect, to: str) -> Iterator[str]:
    if dialect.name == "postgresql":
        yield f"-- CREATE ROLE {to} LOGIN PASSWORD '…';"
        for schema in dict.fromkeys(d.schema_ or "public" for d in store.datasets):
            yield f"GRANT USAGE ON SCHEMA {quoting(dialect)(schema)} TO {to};"
        yield f"-- where a table has row security: ALTER ROLE {to} BYPASSRLS;"
    elif dialect.name in {"mysql", "mariadb"}:
        yield f"-- CREATE USER {to} IDENTIFIED BY '…';"
        yield "-- PROCESS shows which tables refer to which, whoever may read them; no rows,"
        yield "-- but also which statements run. Without it nothing is changed."
        yield f"GRANT PROCESS ON *.* TO {to};"
        yield "-- where a mapped column is ON UPDATE CURRENT_TIMESTAMP: UPDATE on it too, so that"
        yield "-- it can be kept as it is; preflight names it."
    elif dialect.name == "oracle":
        yield f"-- CREATE USER {to} IDENTIFIED BY …; GRANT CREATE SESSION TO {to};"
        yield "-- Oracle grants reading by table only: unmapped columns are readable too."


def _account(role: str, dialect: sa.Dialect) -> str:
    """Give who gets the rights; an account of MariaDB and MySQL is a user at a host."""
    user, at, host = role.rpartition("@")
    if at and dialect.name in {"mysql", "mariadb"}:
        return f"{quoting(dialect)(user)}@`{host.replace('`', '``')}`"
    return quoting(dialect)(role)


def _rights(dataset: Dataset, dialect: sa.Dialect) -> Iterator[str]:
    quote = quoting(dialect)
    if dialect.name == "oracle":
        yield "SELECT"
    else:
        own = [quote(column.name) for column in dataset.own_columns]
        place = ["ctid"] if dialect.name == "postgresql" else []
        yield f"SELECT ({', '.join(own + place)})"
    changed = [quote(name) for name in changeable(dataset)]
    if changed:
        yield f"UPDATE ({', '.join(changed)})"
    if dataset.goes_when_unjustified:
        yield "DELETE"
    elif dialect.name in {"mysql", "mariadb"}:
        yield "SHOW VIEW"  # shows how the table is made, which rights to columns alone do not


def changeable(dataset: Dataset) -> Sequence[str]:
    """Name the columns that a run may empty: personal ones, and references to rows that go."""
    personal = [
        column.name if column.inside is None else column.inside.column
        for column in dataset.personal_columns
        if not _in_key(column, dataset)
    ]
    references = [r for r in dataset.references if r.when_gone is WhenGone.EMPTY]
    released = [name for reference in references for name in reference.columns]
    return tuple(dict.fromkeys([*personal, *released]))


def _in_key(column: Column, dataset: Dataset) -> bool:
    return column.name in dataset.key
