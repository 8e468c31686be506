"""What SQLAlchemy reflects of a catalogue, each thing once while a connection is held.

Several checks ask for the same keys and indexes of the same tables, each in statements of its own.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import sqlalchemy as sa

_KNOWN: WeakKeyDictionary[sa.Connection, sa.Inspector] = WeakKeyDictionary()


def inspector_of(connection: sa.Connection) -> sa.Inspector:
    """Give the inspector of a connection, which remembers what it has read.

    Only for what changes nothing in the catalogue: what is made meanwhile is not seen.
    """
    found = _KNOWN.get(connection)
    if found is None:
        found = _KNOWN[connection] = sa.inspect(connection)
    return found
