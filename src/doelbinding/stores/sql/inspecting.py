"""What SQLAlchemy reflects of a catalogue, each thing once while a connection is held.

Several checks ask for the same keys and indexes of the same tables, each in statements of its own.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from doelbinding.stores.sql.loaders import documents_read


def with_documents(usual: type[sa.Inspector]) -> type[sa.Inspector]:
    """Give PostgreSQL's inspector for connections that read JSON as text, as ours do.

    It asks for a column's collation and identity as JSON.
    """

    class WithDocuments(usual):  # type: ignore[valid-type, misc]
        """Reads JSON as what it says while it looks at columns."""

        def get_columns(self, *about: Any, **more: Any) -> Any:
            """Give the columns of a table."""
            with documents_read(self.bind.connection.driver_connection):
                return super().get_columns(*about, **more)

    return WithDocuments


class Named(sa.Inspector):
    """The inspector of MariaDB and MySQL, with names as they are.

    SQLAlchemy reads them out of SHOW CREATE TABLE, and leaves backticks doubled as they stand
    there. Of a view it doubles `%` as for a driver, and it does not see a foreign key to a table
    that has a backtick in its name.
    """

    @property
    def _connection(self) -> sa.Connection:
        """What it was made of (`inspector_of`)."""
        return self.bind  # type: ignore[return-value]

    def get_columns(self, table_name: str, schema: str | None = None, **more: Any) -> Any:
        """Give the columns of a table."""
        found = super().get_columns(table_name, schema, **more)
        if not any(mark in column["name"] for column in found for mark in "`%"):
            return found
        names = column_names(self._connection, table_name, schema)
        if len(names) != len(found):  # one has a line break in it, and is not read
            names = [_plain(column["name"]) for column in found]
        return [{**column, "name": name} for column, name in zip(found, names, strict=True)]

    def get_pk_constraint(self, *about: Any, **more: Any) -> Any:
        """Give the primary key of a table."""
        found = super().get_pk_constraint(*about, **more)
        return {**found, "constrained_columns": [*map(_plain, found["constrained_columns"])]}

    def get_indexes(self, *about: Any, **more: Any) -> Any:
        """Give the indexes of a table."""
        return [*map(_with_plain_columns, super().get_indexes(*about, **more))]

    def get_unique_constraints(self, *about: Any, **more: Any) -> Any:
        """Give the unique constraints of a table."""
        return [*map(_with_plain_columns, super().get_unique_constraints(*about, **more))]

    def get_foreign_keys(self, table_name: str, schema: str | None = None, **_: Any) -> Any:
        """Give the foreign keys of a table: name and columns, and those they refer to."""
        asked = sa.text(_KEYS), {"name": table_name, "home": schema}
        keys: dict[str, dict[str, Any]] = {}
        for key, mine, home, table, theirs in self._connection.execute(*asked):
            told = keys.setdefault(
                key,
                {
                    "name": key,
                    "constrained_columns": [],
                    "referred_schema": home,
                    "referred_table": table,
                    "referred_columns": [],
                },
            )
            told["constrained_columns"].append(mine)
            told["referred_columns"].append(theirs)
        return list(keys.values())


def column_names(connection: sa.Connection, table: str, schema: str | None) -> list[str]:
    """Give the names of a table's columns by the information schema, in order."""
    return list(connection.scalars(sa.text(_COLUMNS), {"name": table, "home": schema}))


_HERE = "table_name = :name AND table_schema = coalesce(:home, database())"
_COLUMNS = f"""
SELECT column_name FROM information_schema.columns WHERE {_HERE} ORDER BY ordinal_position
"""  # noqa: S608 - our own text
_KEYS = f"""
SELECT constraint_name, column_name, referenced_table_schema, referenced_table_name,
  referenced_column_name
FROM information_schema.key_column_usage
WHERE {_HERE} AND referenced_table_name IS NOT NULL ORDER BY constraint_name, ordinal_position
"""  # noqa: S608 - our own text


def _plain(name: str) -> str:
    return name.replace("``", "`")


def _with_plain_columns(found: Any) -> dict[str, Any]:
    """Give an index or the like with names as they are; on an expression it has none."""
    return {**found, "column_names": [name and _plain(name) for name in found["column_names"]]}


_KNOWN: WeakKeyDictionary[sa.Connection, sa.Inspector] = WeakKeyDictionary()


def inspector_of(connection: sa.Connection) -> sa.Inspector:
    """Give the inspector of a connection, which remembers what it has read.

    Only for what changes nothing in the catalogue: what is made meanwhile is not seen.
    """
    found = _KNOWN.get(connection)
    if found is None:
        found = _KNOWN[connection] = sa.inspect(connection)
    return found
