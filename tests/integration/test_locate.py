"""Finding a person, and nobody else: the traps of identifiers (R-IX.1, R-IX.8, R-IX.9)."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Circumstances, Key, Stop, StopKind
from doelbinding.cli.demo import prepare
from doelbinding.demo import create_databases, generate
from doelbinding.plan.identifiers import NotAnIdentifier, parse_identifier
from doelbinding.rights.found import Found
from doelbinding.rights.lasting import remembering, with_newer_rows
from doelbinding.rights.locate import Locator, NotIncluded
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from doelbinding.wiring import Workspace, open_workspace

DAY = date(2026, 11, 23)
SANNE, PIETER, MARIJKE, OMAR = 4711, 4712, 4720, 4721
MAIL = "email:sanne.devries@example.com"
MAILBOX = "email:info@labo-delta.example"

Change = Callable[..., None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locate") / "demo"
    prepare(folder, people=20, seed=3, postgresql=False, at=DAY)
    return folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(made, tmp_path / "demo")
    return open_workspace(tmp_path / "demo")


@pytest.fixture
def change(workspace: Workspace) -> Change:
    """Change what a store holds."""

    def do(store: str, *statements: str) -> None:
        with closing(sqlite3.connect(workspace.home / "stores" / f"{store}.sqlite")) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    return do


def find(
    workspace: Workspace,
    *identifiers: str,
    include: tuple[tuple[str, Key], ...] = (),
    controller: str = "stago-nl",
    stores: dict[str, SqlStore] | None = None,
) -> Found:
    locator = Locator(
        policy=workspace.policy,
        controller=workspace.policy.controller_by_id[controller],
        stores=stores or workspace.stores,
        at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    )
    return locator.find([parse_identifier(one) for one in identifiers], include)


def customers(found: Found) -> set[object]:
    return {person.key[0] for person in found.people if person.place.ref == "crm.klant"}


def doubtful(found: Found) -> set[tuple[str, Key]]:
    return {(person.place.ref, person.key) for person in found.ambiguous}


@pytest.mark.parametrize(
    "written", [MAIL, "email: SANNE.DEVRIES@Example.COM ", "sanne.devries@example.com",
                "klantnr: 4711 ", "EMAIL:sanne.devries@example.com"],
)  # fmt: skip
def test_one_identifier_finds_the_person_in_every_store(workspace: Workspace, written: str) -> None:
    found = find(workspace, written)
    assert customers(found) == {SANNE}
    assert {person.place.store.id for person in found.people} == {
        "crm", "erp", "events", "hr", "web",
    }  # fmt: skip
    assert not found.ambiguous


@pytest.mark.parametrize(
    "written",
    ["email:sanne.devries+news@example.com", "email:%@%", "email:_anne.devries@example.com",
     "email:o'brien@example.com", "email:' OR 1=1 --", "email:sanne.devries@example.com'",
     "klantnr:%", "klantnr:4711x", "klantnr:-1", "klantnr:4711.0", f"klantnr:{10**30}",
     "email:(gewist)", "email:SANNE.DEVRİES@example.com", f"email:{'x' * 100_000}@example.com"],
)  # fmt: skip
def test_what_only_looks_like_an_identifier_finds_nobody(
    workspace: Workspace, written: str
) -> None:
    assert find(workspace, written).rows == ()


@pytest.mark.parametrize("written", [["e-mail:sanne@example.com"], ["name:Sanne de Vries"], []])
def test_a_search_that_cannot_find_anybody_is_refused(
    workspace: Workspace, written: list[str]
) -> None:
    """Else somebody would be told that nothing is held of them."""
    with pytest.raises(NotAnIdentifier, match="people are found by email, iban, klantnr, phone"):
        find(workspace, *written)


@pytest.mark.parametrize("written", ["", ":", "email:", ":x", "4711", "email: ", "email:caf\udce9"])
def test_what_is_no_identifier_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(NotAnIdentifier, match="written KIND:VALUE") as error:
        parse_identifier(written)
    assert "caf" not in str(error.value)


def test_letters_compare_in_any_unicode_form(workspace: Workspace, change: Change) -> None:
    change(
        "web",
        "INSERT INTO contactformulier VALUES (990, 'NL01', 'Zoe Bos', 'zoe\u0308@bücher.example', "
        "'x', '2026-11-01 00:00:00', NULL)",
        "INSERT INTO contactformulier VALUES (991, 'NL01', 'Zoë Bos', ' ZOË@BÜCHER.example\t', "
        "'x', '2026-11-01 00:00:00', NULL)",
    )
    found = find(workspace, "email:zoë@bücher.example")
    assert {person.key for person in found.people} == {(990,), (991,)}


def test_a_mailbox_of_two_people_finds_neither_until_somebody_says_who(
    workspace: Workspace,
) -> None:
    found = find(workspace, MAILBOX)
    assert customers(found) == set()
    assert doubtful(found) == {("crm.klant", (MARIJKE,)), ("crm.klant", (OMAR,))}
    assert customers(find(workspace, MAILBOX, include=(("crm.klant", (OMAR,)),))) == {OMAR}
    assert customers(find(workspace, MAILBOX, "name:Omar Haddad")) == {OMAR}
    assert customers(find(workspace, MAILBOX, "name:haddad, OMAR")) == {OMAR}
    assert customers(find(workspace, MAILBOX, "name:Somebody Else")) == set()


def test_a_household_with_one_surname_and_one_mailbox_is_told_apart(
    workspace: Workspace, change: Change
) -> None:
    for person in (SANNE, PIETER):
        change("crm", f"INSERT INTO klant_email VALUES ({person}, 9, 'home@devries.example', 0)")  # noqa: S608
    shared = find(workspace, "email:home@devries.example")
    assert customers(shared) == set()
    hers = find(workspace, MAIL)
    assert customers(hers) == {SANNE}
    assert ("crm.klant", (PIETER,)) in doubtful(hers)
    assert not any(row.place.ref == "crm.klant" and row.key == (PIETER,) for row in hers.rows)


def test_a_mailbox_is_not_followed_to_another_name_in_another_store(
    workspace: Workspace, change: Change
) -> None:
    change(
        "events",
        "DELETE FROM inschrijving WHERE deelnemer_id = 47111",
        "UPDATE deelnemer SET voornaam = 'Mohammed', achternaam = 'Bakker', "
        "email = 's.de.vries@example.org' WHERE deelnemer_id = 47111",
    )
    found = find(workspace, MAIL)
    assert customers(found) == {SANNE}
    assert doubtful(found) == {("events.deelnemer", (47111,))}


def test_a_name_is_the_same_with_initials_accents_and_in_another_order(
    workspace: Workspace, change: Change
) -> None:
    change("web", "UPDATE nieuwsbrief SET naam = 'Vries, S. dé' WHERE id = 4711")
    found = find(workspace, MAIL)
    assert ("web.nieuwsbrief", (4711,)) in {(p.place.ref, p.key) for p in found.people}


def test_what_stands_in_for_an_emptied_value_leads_to_nobody(
    workspace: Workspace, change: Change
) -> None:
    """Many people have the same stand-in; followed, it would erase strangers."""
    change(
        "events",
        "INSERT INTO deelnemer VALUES (99002, 'NL01', '(gewist)', 'Ali', 'Jansen', 'K', NULL, "
        "'2026-01-01')",
        "INSERT INTO deelnemer VALUES (99003, 'NL01', '(gewist)', NULL, NULL, 'K', NULL, NULL)",
    )
    change("crm", f"INSERT INTO klant_email VALUES ({SANNE}, 10, '(gewist)', 0)")  # noqa: S608
    found = find(workspace, MAIL)
    keys = {(person.place.ref, person.key) for person in (*found.people, *found.ambiguous)}
    assert not keys & {("events.deelnemer", (99002,)), ("events.deelnemer", (99003,))}


def test_an_emptied_name_does_not_hide_the_person(workspace: Workspace, change: Change) -> None:
    change(
        "crm",
        f"UPDATE klant SET naam = '(gewist)', voornaam = NULL WHERE klantnr = {SANNE}",  # noqa: S608
    )
    assert customers(find(workspace, MAIL)) == {SANNE}
    assert not find(workspace, MAIL).ambiguous


def test_a_row_without_a_name_does_not_lead_to_another_person(
    workspace: Workspace, change: Change
) -> None:
    change(
        "erp",
        "INSERT INTO debiteur VALUES ('NL01', 99003, 4712, '', 'sanne.devries@example.com', NULL, "
        "NULL)",
    )
    found = find(workspace, MAIL)
    assert customers(found) == {SANNE}
    assert ("crm.klant", (PIETER,)) in doubtful(found)


def test_a_row_whose_name_ended_is_nobodys_where_several_share_a_value(
    workspace: Workspace, change: Change
) -> None:
    """What is left of somebody erased would be in another's answer, and go with their erasure."""
    change(
        "crm",
        f"UPDATE klant SET naam = '(gewist)', voornaam = NULL WHERE klantnr = {PIETER}",  # noqa: S608
        f"INSERT INTO klant_email VALUES ({PIETER}, 9, 'info@labo-delta.example', 0)",  # noqa: S608
    )
    found = find(workspace, MAILBOX, "name:Omar Haddad")
    assert customers(found) == {OMAR}
    assert ("crm.klant", (PIETER,)) in doubtful(found)
    pieters = (("crm.klant", (PIETER,)),)
    assert customers(find(workspace, MAILBOX, include=pieters)) == {PIETER}


def test_empty_and_missing_identifiers_join_nobody(workspace: Workspace, change: Change) -> None:
    change("erp", "UPDATE debiteur SET email = '', iban = '', klantnr = NULL")
    change("web", "UPDATE bezoek SET email = ''")
    found = find(workspace, MAIL)
    assert all(person.key[-1] in (SANNE, 47111) or person.place.store.id == "hr"
               for person in found.people)  # fmt: skip
    assert len([person for person in found.people if person.place.store.id == "erp"]) == 0


@pytest.mark.parametrize(
    "row",
    [("crm.klant", (PIETER,)), ("events.deelnemer", (47112,)), ("no.such", (1,)),
     ("crm.klant", ("x",)), ("crm.klant", (PIETER, 1))],
)  # fmt: skip
def test_including_what_was_not_found_is_refused(
    workspace: Workspace, row: tuple[str, Key]
) -> None:
    """Else a slip of the pen would pass for a decision."""
    with pytest.raises(NotIncluded):
        find(workspace, MAIL, include=(row,))


def test_a_key_of_digits_is_included_as_its_dataset_holds_it(workspace: Workspace) -> None:
    found = find(workspace, MAILBOX, include=(("crm.klant", (str(OMAR),)),))
    assert customers(found) == {OMAR}


def test_another_affiliates_rows_are_not_found(workspace: Workspace, change: Change) -> None:
    ours, theirs = find(workspace, MAIL), find(workspace, MAIL, controller="stago-fr")
    mine = {(row.place.ref, row.key) for row in ours.rows}
    other = {(row.place.ref, row.key) for row in theirs.rows}
    assert ("events.deelnemer", (47111,)) in mine
    assert ("events.deelnemer", (47112,)) in other
    shared = {mark for mark in mine & other if not mark[0].startswith("crm.adres")}
    assert not shared


def test_a_row_that_says_it_is_another_affiliates_is_not_shown_with_its_parent(
    workspace: Workspace, change: Change
) -> None:
    change(
        "erp",
        "INSERT INTO grootboek SELECT 990001, 'FR01', factuurnr, '2026-01-01', 'x', 1 FROM factuur "
        "WHERE factuurnr LIKE 'F-SANNE%' LIMIT 1",
    )
    rows = {(row.place.ref, row.key) for row in find(workspace, MAIL).rows}
    assert ("erp.grootboek", (990001,)) not in rows


def test_postgresql_finds_what_sqlite_finds(
    workspace: Workspace, change: Change, postgresql_uri: str
) -> None:
    engines = create_databases(postgresql_uri)
    generate(engines, people=20, seed=3, at=DAY)
    stores = {
        store.id: SqlStore(store, make_engine(engines[store.id].url))
        for store in workspace.policy.stores
    }
    with engines["crm"].begin() as crm:
        crm.execute(sa.text("UPDATE klant SET tel = '+31 (0)20-1234 567' WHERE klantnr = 4711"))
        crm.execute(sa.text(
            "INSERT INTO klant_email VALUES (4711, 8, E'\\tZOE\u0308@Example.com\u00a0', false)"
        ))  # fmt: skip
    try:
        for written in ("klantnr:4711x", f"klantnr:{10**30}", "klantnr:4711.0", "klantnr:%"):
            assert find(workspace, written, stores=stores).rows == ()
        for written in (MAIL, "klantnr:4711", "phone:+310201234567", "email:zoë@example.com"):
            assert customers(find(workspace, written, stores=stores)) == {SANNE}, written
    finally:
        for store in stores.values():
            store.close()
        for engine in engines.values():
            engine.dispose()


@pytest.mark.parametrize(
    ("kind", "covered"), [(StopKind.OBJECTION, True), (StopKind.ERASURE, False)]
)
def test_an_objection_covers_its_person_under_a_new_key(
    workspace: Workspace, change: Change, kind: StopKind, covered: bool
) -> None:
    """R-IX.6: an objection to direct marketing lasts; what is erased may come back."""
    mail, at = parse_identifier(MAIL), datetime(2026, 11, 23, 12, tzinfo=UTC)
    stop = Stop(
        id="case-1", controller="stago-nl", kind=kind, phases=frozenset({"newsletter/active"}),
        set_at=at, subjects={"web.nieuwsbrief": frozenset({(1,)})},
    )  # fmt: skip
    change(
        "web",
        "INSERT INTO nieuwsbrief VALUES (990, 'NL01', 'SANNE.deVries@example.com', NULL, "
        "'ACTIVE', '2026-11-22 10:00:00', NULL)",
    )
    said = Circumstances(stops=(remembering(stop, [mail]),))
    (now,) = with_newer_rows(said, workspace.policy, workspace.stores, at).stops
    assert ((990,) in now.subjects["web.nieuwsbrief"]) is covered
    assert (1,) in now.subjects["web.nieuwsbrief"]
    assert not [name for name in now.subjects if "." not in name]
