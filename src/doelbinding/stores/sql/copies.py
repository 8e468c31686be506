"""Copies that a database keeps of mapped tables: nobody reads them back, so they are told before.

What stays in them is also told after a run, with how far gone things are (`purge.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from doelbinding.plan.model import Step
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.descent import family_of
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.obstacles import deletes, quoting, refuses, updates, warns


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
            yield from _full_text(store, text)


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

    `followed`: whether a trigger of some table writes in it.
    """

    name: str
    content: str | None
    followed: bool


_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s,)]+))""", re.IGNORECASE)
_MODULE = re.compile(r"\bUSING\s+fts[345]\b", re.IGNORECASE)


def full_texts(connection: sa.Connection) -> list[FullText]:
    """Give the full-text tables of a SQLite database."""
    asked = sa.text("SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'trigger')")
    made = connection.execute(asked).all()
    triggers = [str(sql) for kind, _, sql in made if kind == "trigger"]
    found = []
    for kind, name, sql in made:
        if kind != "table" or not _MODULE.search(str(sql)):
            continue
        named = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        told = _CONTENT.search(str(sql))
        content = None if told is None else next((g for g in told.groups() if g is not None), "")
        followed = any(named.search(one) for one in triggers)
        found.append(FullText(name=name, content=content, followed=followed))
    return found


def _full_text(store: Store, text: FullText) -> Iterator[Obstacle]:
    mapped = {dataset.table.lower() for dataset in store.datasets}
    if text.followed or text.name.lower() in mapped:
        return
    if text.content:  # it is made anew after the run
        return
    yield warns(
        store.id,
        f"full-text table {text.name!r} is not in the policy and may keep a copy of what is erased",
        "let triggers of the table whose text it has take rows out of it, or let it index that "
        "table (`content=`)",
    )
