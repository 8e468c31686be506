"""What one search has read answers what it asks next (ADR 0022)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Row
from doelbinding.cli.demo import prepare
from doelbinding.plan.identifiers import Identifier, parse_identifier
from doelbinding.plan.ports import Answered, Lookup
from doelbinding.policy.load import load
from doelbinding.rights.locate import Locator, Wanted
from doelbinding.rights.reading import Reading
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from doelbinding.wiring import open_workspace
from tests.integration.mill import CRM, POLICY, TABLES

MAIL = ("email", "sanne.devries@example.com")
EMAIL = "crm.klant_email", "email", "email"
KEYS = {"crm.klant_email": ("klantnr", "volgnr")}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    prepare(tmp_path / "demo", people=20, seed=3, postgresql=False, at=date(2026, 11, 23))
    store = open_workspace(tmp_path / "demo").stores["crm"]
    assert isinstance(store, SqlStore)
    yield store
    store.close()


def emptied(store: SqlStore) -> None:
    """Take all addresses away, so that whoever asks anew finds none."""
    path = store.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("DELETE FROM klant_email")
        database.commit()


def by_its_key(reading: Reading, row: Row) -> Sequence[Row]:
    key: Key = tuple(row[name] for name in KEYS["crm.klant_email"])  # type: ignore[misc]
    return reading.by_key("crm.klant_email", KEYS["crm.klant_email"], key)


def test_a_row_found_by_an_identifier_is_known_by_its_key_too(store: SqlStore) -> None:
    reading = Reading({"crm": store}, "NL", KEYS)
    wanted = parse_identifier(":".join(MAIL)).value
    with reading.session():
        reading.prime({}, {EMAIL: [wanted]})
        (row,) = reading.alike(*EMAIL, wanted)
    emptied(store)
    assert list(by_its_key(reading, row)) == [row]


def test_without_its_key_told_it_is_asked_for(store: SqlStore) -> None:
    reading = Reading({"crm": store}, "NL")
    wanted = parse_identifier(":".join(MAIL)).value
    with reading.session():
        reading.prime({}, {EMAIL: [wanted]})
        (row,) = reading.alike(*EMAIL, wanted)
    emptied(store)
    assert not by_its_key(reading, row)


class Asked(SqlStore):
    """A store that keeps by which keys its rows were asked for, and answered, round by round."""

    @contextmanager
    def gathering(self) -> Iterator[Callable[[Sequence[Lookup]], Answered]]:
        with super().gathering() as gather:

            def telling(lookups: Sequence[Lookup]) -> Answered:
                answers = gather(lookups)
                self.rounds.append(list(zip(lookups, answers.rows, strict=True)))
                return answers

            yield telling

    rounds: list[list[tuple[Lookup, Mapping[Key, Sequence[Row]]]]]


@pytest.mark.usefixtures("store")
def test_a_search_asks_for_no_row_by_its_key_that_it_has_read(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "demo")
    policy = workspace.policy
    erp = workspace.stores["erp"]
    assert isinstance(erp, SqlStore)
    asked = Asked(erp.mapped, erp.engine)
    asked.rounds = []
    locator = Locator(
        policy=policy,
        controller=policy.controller_by_id["stago-nl"],
        stores={**workspace.stores, "erp": asked},
        at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    )
    assert locator.find([parse_identifier(":".join(MAIL))]).rows
    own = {f"erp.{one.id}": tuple(sorted(one.key)) for one in erp.mapped.datasets}
    read: set[tuple[str, Key]] = set()
    for answers in asked.rounds:
        for lookup, _ in answers:
            if lookup.kind is None and lookup.columns == own[lookup.ref]:
                assert not {(lookup.ref, key) for key in lookup.keys} & read
        for lookup, answer in answers:
            for rows in answer.values():
                read |= {(lookup.ref, tuple(row[c] for c in own[lookup.ref])) for row in rows}  # type: ignore[misc]
    assert len(asked.rounds) > 1
    assert read


def searched(folder: Path, people: int) -> tuple[Locator, list[str]]:
    """Give who finds people by addresses in rows that lead to them, and what it asks."""
    (folder / "policy").mkdir(parents=True)
    (folder / "policy" / "policy.yaml").write_text(POLICY, encoding="utf-8")
    crm = CRM.replace("note, category: history}", "note, category: email, identifier: email}")
    (folder / "policy" / "crm.yaml").write_text(crm, encoding="utf-8")
    policy = load(folder / "policy")
    (folder / "crm.sqlite3").touch()
    engine = make_engine(sa.URL.create("sqlite", database=str(folder / "crm.sqlite3")))
    asked: list[str] = []
    sa.event.listen(engine, "connect", lambda raw, _: raw.set_trace_callback(asked.append))
    with engine.begin() as connection:
        for made in TABLES["crm"]:
            if made.startswith("CREATE"):
                connection.exec_driver_sql(made)
        rows = [{"n": n, "note": f"n{n}@example.com"} for n in range(people)]
        for table, values in (("customer (id, name)", ":n, 'N'"), ("contact", ":n, :n, '', :note")):
            connection.execute(sa.text(f"INSERT INTO {table} VALUES ({values})"), rows)  # noqa: S608 - ours
    asked.clear()
    stores = {"crm": SqlStore(policy.stores[0], engine)}
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    return Locator(policy=policy, controller=policy.controllers[0], stores=stores, at=at), asked


def test_many_people_are_found_in_as_many_statements_as_few(tmp_path: Path) -> None:
    """Whom found rows lead to is read at once, and not row by row."""

    def statements(people: int) -> int:
        locator, asked = searched(tmp_path / str(people), people)
        known = [Identifier("email", f"n{n}@example.com") for n in range(people)]
        found = locator.find_many([Wanted(identifiers=[one]) for one in known])
        assert [len(one.people) for one in found] == [1] * people
        for store in locator.stores.values():
            store.close()
        return sum(one.startswith("SELECT") for one in asked)

    assert statements(40) == statements(3) > 0
