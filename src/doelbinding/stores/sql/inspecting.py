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


_KNOWN: WeakKeyDictionary[sa.Connection, sa.Inspector] = WeakKeyDictionary()


def inspector_of(connection: sa.Connection) -> sa.Inspector:
    """Give the inspector of a connection, which remembers what it has read.

    Only for what changes nothing in the catalogue: what is made meanwhile is not seen.
    """
    found = _KNOWN.get(connection)
    if found is None:
        found = _KNOWN[connection] = sa.inspect(connection)
    return found
