"""Copies that a database keeps of mapped tables: nobody reads them back, so they are told before.

What stays in them is also told after a run, with how far gone things are (`purge.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from doelbinding.plan.model import Step
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.descent import family_of
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.obstacles import (
    deletes,
    quoting,
    refuses,
    updates,
    warns,
    written,
)


def copies(
    connection: sa.Connection, store: Store, datasets: Sequence[Dataset], steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield what keeps a copy of rows of the datasets, whose tables are there."""
    if connection.dialect.name == "postgresql":
        for view in materialized(connection, datasets):
            yield warns(
                store.id,
                f"materialized view {view} keeps a copy of what is erased until it is refreshed",
                f"REFRESH MATERIALIZED VIEW {view} after each run",
            )
        yield from _published(connection, store, datasets, steps)
        for dataset in datasets:
            yield from _large_objects(connection, store, dataset)
    elif connection.dialect.name == "sqlite":
        for text in full_texts(connection):
            yield from _full_text(store, text, steps)
        for dataset in datasets:
            yield from _written_by_triggers(connection, store, dataset, steps)


# -- PostgreSQL -----------------------------------------------------------------------------------

_MATERIALIZED = """
WITH RECURSIVE reading(id) AS (
  SELECT r.ev_class FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
  LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = ANY (CAST(:tables AS oid[])) AND r.ev_class <> d.refobjid
  GROUP BY r.ev_class, d.refobjid
  HAVING bool_or(a.attname = ANY (CAST(:columns AS name[]))) OR max(d.refobjsubid) = 0
  UNION SELECT r.ev_class FROM reading
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = reading.id
    AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite r ON r.oid = d.objid
)
SELECT id::regclass::text FROM reading JOIN pg_class ON oid = id WHERE relkind = 'm' ORDER BY 1
"""


def materialized(connection: sa.Connection, datasets: Sequence[Dataset]) -> list[str]:
    """Give the materialized views that read personal columns of tables, or of views on them."""
    columns = {name for dataset in datasets for name in _telling(dataset)}
    asked = {"tables": _tables(connection, datasets), "columns": sorted(columns)}
    return list(connection.execute(sa.text(_MATERIALIZED), asked).scalars())


def _telling(dataset: Dataset) -> Iterator[str]:
    """Yield the columns that say something of a person, or who it is."""
    yield from dataset.key
    for column in dataset.personal_columns:
        yield column.name if column.inside is None else column.inside.column


def _tables(connection: sa.Connection, datasets: Sequence[Dataset]) -> list[int]:
    return [oid for dataset in datasets for oid in family_of(connection, dataset).held]


_PUBLISHED = """
SELECT p.pubname, c.oid::regclass::text, p.pubupdate, p.pubdelete,
  CASE c.relreplident WHEN 'f' THEN true WHEN 'n' THEN false ELSE EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = c.oid
    AND CASE c.relreplident WHEN 'i' THEN i.indisreplident ELSE i.indisprimary END) END
FROM pg_publication p CROSS JOIN LATERAL pg_get_publication_tables(p.pubname::text) t
JOIN pg_class c ON c.oid = t.relid
WHERE c.oid = ANY (CAST(:tables AS oid[])) ORDER BY 1, 2
"""


def _published(
    connection: sa.Connection, store: Store, datasets: Sequence[Dataset], steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield the publications that tell subscribers too little, or that forbid changes."""
    quote = quoting(connection.dialect)
    asked = {"tables": _tables(connection, datasets)}
    for name, table, passes_updates, passes_deletes, told in connection.execute(
        sa.text(_PUBLISHED), asked
    ):
        done = {"update": updates(steps), "delete": deletes(steps)}
        passes = {"update": passes_updates, "delete": passes_deletes}
        kept = [what for what, wanted in done.items() if wanted and not passes[what]]
        if kept:
            yield warns(
                store.id,
                f"publication {name!r} passes no {' and no '.join(kept)} on, so subscribers keep "
                f"what is erased from {table}",
                f"ALTER PUBLICATION {quote(name)} SET (publish = 'insert, update, delete')",
            )
        if not told and any(wanted and passes[what] for what, wanted in done.items()):
            yield refuses(
                store.id,
                f"publication {name!r} has {table}, whose rows nothing tells apart for subscribers",
                f"ALTER TABLE {table} REPLICA IDENTITY DEFAULT, with a primary key; until then "
                "the database refuses to change its rows",
            )


def _large_objects(connection: sa.Connection, store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    personal = {column.name for column in dataset.personal_columns}
    found = inspector_of(connection).get_columns(dataset.table, schema=dataset.schema_)
    for column in found:
        if column["name"] in personal and str(column["type"]) in {"OID", "lo"}:
            yield warns(
                f"{store.id}.{dataset.id}",
                f"column {column['name']!r} may name large objects, which stay when it is emptied "
                "or its row goes",
                "remove them with their rows by a trigger (lo_manage), or by vacuumlo afterwards",
            )


# -- SQLite ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FullText:
    """A full-text table; `content`: the table whose text it indexes, if it holds none itself.

    `columns` are its own. `follows`: the tables, each with a verb, of which triggers name it.
    """

    name: str
    content: str | None
    columns: frozenset[str]
    follows: frozenset[tuple[str, str]]

    def of(self, table: str) -> bool:
        """Tell whether triggers of a table name it."""
        return any(one == table.lower() for one, _ in self.follows)

    def forgets(self, table: str, verb: str) -> bool:
        """Tell whether a trigger of a table acts on it upon DELETE, or UPDATE."""
        return (table.lower(), verb) in self.follows

    def has(self, dataset: Dataset, written: Collection[str]) -> bool:
        """Tell whether it may have text of some columns of a dataset."""
        own = self.columns & {column.name.lower() for column in dataset.columns}
        return bool(own & {name.lower() for name in written} if own else written)


_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s,)]+))""", re.IGNORECASE)
_MODULE = re.compile(r"\bUSING\s+fts[345]\b", re.IGNORECASE)
_VERB = re.compile(r"\b(DELETE|INSERT|UPDATE)\b(?:\s+OF\b.+?)?\s+ON\b", re.IGNORECASE | re.DOTALL)


def full_texts(connection: sa.Connection) -> list[FullText]:
    """Give the full-text tables of a SQLite database."""
    asked = sa.text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    made = connection.execute(asked).all()
    triggers = [(table, str(sql)) for kind, _, table, sql in made if kind == "trigger"]
    found = []
    for kind, name, _, sql in made:
        if kind != "table" or not _MODULE.search(str(sql)):
            continue
        spelt = "|".join(re.escape(one) for one in {name, name.replace('"', '""')})
        named = re.compile(rf"(?<!\w)(?:{spelt})(?!\w)", re.IGNORECASE)
        told = _CONTENT.search(str(sql))
        content = None if told is None else next((g for g in told.groups() if g is not None), "")
        follows = {
            (table.lower(), verb[1].upper())
            for table, text in triggers
            if named.search(text) and (verb := _VERB.search(text))
        }
        asked = sa.text("SELECT lower(name) FROM pragma_table_info(:name)")
        columns = frozenset(connection.execute(asked, {"name": name}).scalars())
        found.append(
            FullText(name=name, content=content, columns=columns, follows=frozenset(follows))
        )
    return found


def _full_text(store: Store, text: FullText, steps: Sequence[Step]) -> Iterator[Obstacle]:
    mapped = {dataset.table.lower(): dataset for dataset in store.datasets}
    if text.name.lower() in mapped or text.content:  # the latter is made anew after the run
        return
    if not text.follows:
        yield warns(
            store.id,
            f"full-text table {text.name!r} is not in the policy and may keep a copy of what is "
            "erased",
            "let triggers of the table whose text it has take rows out of it, or let it index that "
            "table (`content=`)",
        )
    for table, dataset in mapped.items():
        own = [step for step in steps if step.dataset == dataset.id]
        done = {"DELETE": deletes(own), "UPDATE": text.has(dataset, written(own))}
        kept = [verb for verb, does in done.items() if does and not text.forgets(table, verb)]
        if kept and text.of(table):
            yield warns(
                f"{store.id}.{dataset.id}",
                f"full-text table {text.name!r} keeps what is erased: no trigger upon "
                f"{' or '.join(kept)} takes it out there",
                "give the table such triggers, or let the other index it (`content=`)",
            )


_WRITES = re.compile(
    r"""\b(?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO\s+("(?:[^"]|"")+"|`[^`]+`|\[[^]]+\]|\w+)""",
    re.IGNORECASE,
)


def _written_by_triggers(
    connection: sa.Connection, store: Store, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield where a trigger writes rows into what is mapped too, when rows go or are changed."""
    own = [step for step in steps if step.dataset == dataset.id]
    does = {"DELETE": deletes(own), "UPDATE": updates(own)}
    asked = sa.text(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
        "AND lower(tbl_name) = lower(:name) ORDER BY name"
    )
    for name, made in connection.execute(asked, {"name": dataset.table}):
        verb = _VERB.search(str(made))
        if verb is None or not does.get(verb[1].upper()):
            continue
        named = {_bare(found).lower() for found in _WRITES.findall(str(made))}
        for other in store.datasets:
            if other.table.lower() in named:
                yield warns(
                    f"{store.id}.{dataset.id}",
                    f"trigger {name!r} writes in {other.table!r} upon {verb[1].upper()}: what it "
                    "copies there is not read back, and where it leads to nobody, nothing ends it",
                    "let it write nothing of people, or date there what it writes",
                )


def _bare(name: str) -> str:
    """Give a name without its quotes."""
    if name[0] not in '"`[':
        return name
    return name[1:-1].replace('""', '"')
