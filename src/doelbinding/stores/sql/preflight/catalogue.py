"""Whether a database's catalogue is still the one that a preflight read.

Reading it through takes longer than erasing somebody. PostgreSQL marks each row of its catalogue
with the transaction that wrote it, so that one question tells whether anything was made, changed or
dropped since: a schema, a table, a column, a type, a constraint, an index, a trigger, a rule, a
policy, a publication, a privilege.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doelbinding.plan.model import Step
from doelbinding.plan.ports import Obstacle

_MARKED = {
    "pg_class": "oid",
    "pg_attribute": "attrelid",
    "pg_constraint": "conrelid",
    "pg_index": "indrelid",
    "pg_trigger": "tgrelid",
    "pg_rewrite": "ev_class",
    "pg_policy": "polrelid",
    "pg_publication": "oid",
    "pg_publication_rel": "prrelid",
    "pg_inherits": "inhrelid",
    "pg_type": "oid",
    "pg_enum": "enumtypid",
}
_ALSO_MARKED = {
    "pg_namespace": ("oid", "true"),  # public is PostgreSQL's own
    "pg_depend": ("objid", "refclassid = 'pg_catalog.pg_publication'::regclass"),
}
"""Schemas, which may take each other's names; and schemas that are published, since 15."""
_FIRST_OF_ITS_OWN = 16384
"""The first id that PostgreSQL gives to what is not its own (FirstNormalObjectId)."""
_ASKED = [
    *((table, owner, f"{owner} >= {_FIRST_OF_ITS_OWN}") for table, owner in _MARKED.items()),
    *((table, owner, which) for table, (owner, which) in _ALSO_MARKED.items()),
]
_MARKS = " UNION ALL ".join(
    f"SELECT {n}, count(*), sum(xmin::text::bigint), sum({owner}::bigint) "  # noqa: S608 - ours
    f"FROM pg_catalog.{table} WHERE {which}"
    for n, (table, owner, which) in enumerate(_ASKED)
)
MARK_AND_CLOCK = (
    "SELECT current_user || (SELECT string_agg(marked::text, '' ORDER BY n) "  # noqa: S608 - ours
    f"FROM ({_MARKS}) AS marked(n, rows, written, owners)), "
    "extract(epoch FROM clock_timestamp())::float8"
)
"""Asks PostgreSQL for what changes as its catalogue does, and for the time."""


class Catalogue:
    """What a preflight found, for as long as the catalogue stays as it was."""

    def __init__(self) -> None:
        self._mark: object = None
        self._found: dict[object, list[Obstacle]] = {}

    def obstacles(
        self, mark: object, steps: Sequence[Step], look: Callable[[], list[Obstacle]]
    ) -> list[Obstacle]:
        """Give what stands in the way of the steps, looked up anew if anything has changed.

        Args:
            mark: of the catalogue now; none where it has no such.
            steps: what is to be done.
            look: looks it up.
        """
        if mark is None:
            return look()
        if mark != self._mark:
            self._mark, self._found = mark, {}
        asked = frozenset((step.dataset, step.deed, step.columns) for step in steps)
        if asked not in self._found:
            self._found[asked] = look()
        return list(self._found[asked])
