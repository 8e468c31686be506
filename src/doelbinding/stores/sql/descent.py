"""Tables whose rows show in another on PostgreSQL: its partitions, and tables that inherit from it.

What is asked of a table acts on their rows too, and so do their own triggers, constraints and
foreign keys that point at them; a key of a table above acts on its partitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.tables import qualified


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A table of a family; `named`: as PostgreSQL writes it; `kind`: its `relkind`.

    `step`: 0 for the table itself, 1 for those below it, -1 for those above. `parted_by`: the
    columns by whose values it is partitioned.
    """

    oid: int
    schema: str
    table: str
    named: str
    kind: str
    step: int
    partition: bool
    parted_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A table, and those whose rows show in it or in which its rows show."""

    members: tuple[Relative, ...]

    @property
    def itself(self) -> Relative:
        """The table."""
        return next(one for one in self.members if one.step == 0)

    @property
    def below(self) -> tuple[Relative, ...]:
        """The tables whose rows show in it."""
        return tuple(one for one in self.members if one.step > 0)

    @property
    def above(self) -> tuple[Relative, ...]:
        """The tables in which its rows show."""
        return tuple(one for one in self.members if one.step < 0)

    @property
    def heirs(self) -> tuple[Relative, ...]:
        """The tables below that inherit; they may have columns, and keys, of their own."""
        return tuple(one for one in self.below if not one.partition)

    @property
    def held(self) -> list[int]:
        """Give the ids of the tables whose rows show in it, its own among them."""
        return [one.oid for one in self.members if one.step >= 0]

    @property
    def referred(self) -> list[int]:
        """Give the ids of the tables whose keys and triggers act on its rows.

        A foreign key to a partitioned table is one to its partitions; one to a table from which
        others inherit is about that table's own rows.
        """
        partitioned = [one.oid for one in self.above if one.kind == "p"]
        return [*self.held, *(partitioned if self.itself.partition else ())]


BELOW = """below(id) AS (
  SELECT to_regclass(:name)::oid
  UNION SELECT inhrelid FROM pg_inherits JOIN below ON inhparent = id
)"""
"""The ids of a table, and of those whose rows show in it."""
_FAMILY = f"""
WITH RECURSIVE {BELOW}, above(id) AS (
  SELECT to_regclass(:name)::oid
  UNION SELECT inhparent FROM pg_inherits JOIN above ON inhrelid = id
), family AS (
  SELECT id, CASE WHEN id = to_regclass(:name) THEN 0 ELSE 1 END AS step FROM below
  UNION ALL SELECT id, -1 FROM above WHERE id <> to_regclass(:name)
)
SELECT c.oid::bigint, n.nspname, c.relname, c.oid::regclass::text, c.relkind::text, step,
  c.relispartition, ARRAY(
    SELECT attname::text FROM pg_partitioned_table JOIN pg_attribute
    ON attrelid = partrelid AND attnum = ANY (partattrs) WHERE partrelid = c.oid ORDER BY attnum)
FROM family JOIN pg_class c ON c.oid = id JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY c.oid::regclass::text
"""  # noqa: S608 - our own text

_KNOWN: WeakKeyDictionary[sa.Connection, dict[str, Family]] = WeakKeyDictionary()


def family_of(connection: sa.Connection, dataset: Dataset) -> Family:
    """Give the family of a dataset's table, empty if that is not there; asked once a connection."""
    known, name = _KNOWN.setdefault(connection, {}), qualified(dataset.table, dataset.schema_)
    if name not in known:
        rows = connection.execute(sa.text(_FAMILY), {"name": name})
        known[name] = Family(
            members=tuple(
                Relative(
                    oid=oid,
                    schema=schema,
                    table=table,
                    named=named,
                    kind=kind,
                    step=step,
                    partition=partition,
                    parted_by=tuple(columns),
                )
                for oid, schema, table, named, kind, step, partition, columns in rows
            )
        )
    return known[name]


def place_of(connection: sa.Connection, dataset: Dataset) -> tuple[str | None, str]:
    """Give schema and name of a dataset's table, also where the policy leaves the schema out.

    PostgreSQL looks for it in all the schemas of `search_path`.
    """
    if connection.dialect.name == "postgresql":
        for one in family_of(connection, dataset).members:
            if one.step == 0:
                return one.schema, one.table
    return dataset.schema_ or inspector_of(connection).default_schema_name, dataset.table
