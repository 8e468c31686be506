"""Tables in memory, read as `binding.justify.Reader`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from doelbinding.binding.justification import Row
from doelbinding.plan.identifiers import normalise


@dataclass(slots=True, kw_only=True)
class MemoryTables:
    """Rows by dataset (`store.dataset`), times as the columns would hold them."""

    tables: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows whose columns equal the values; null equals nothing."""
        found = self.tables.get(ref, [])
        if not where:
            return list(found)
        if None in where.values():
            return []
        read = itemgetter(*where)
        wanted = read(where)
        return [row for row in found if read(row) == wanted]

    def match(self, ref: str, column: str, kind: str, value: str) -> Sequence[Row]:
        """Give the rows whose column holds the identifier, as identifiers of its kind compare."""
        wanted = normalise(kind, value)
        return [
            row
            for row in self.tables.get(ref, [])
            if wanted and row[column] is not None and normalise(kind, str(row[column])) == wanted
        ]
