"""Wrong values are corrected over all stores, and stay so after a restore (R-II.4, R-IX.2)."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.deaths import Killed
from tests.integration.forked import forked
from tests.integration.mill import ANNA, DAY, MAIL, MILL, POLICY, build
from tests.integration.restorable import World, entries

NEW = "ann.new@example.com"
EMAIL = ("--set", f"crm.customer.email={NEW}", "--everywhere")
CLEARED = ("--clear", "shop.buyer.remark")
COMPLETED = ("--set", "shop.buyer.placed=2025-02-03", "--row", "shop.buyer:4")

SENT = POLICY.replace(
    "measures:\n",
    """recipients:
  - id: sender
    name: {en: Bulk Post}
    kind: processor
    country: IE
    service: {en: Sends our letters.}
    receives: [name, email, history]
measures:
""",
)
SENT = "recipients: [sender]".join(SENT.rsplit("no_recipients: true", 1))


def rectify(world: World, *options: str) -> str:
    return world.does("subject", "rectify", *ANNA, *options, "--yes", "--at", DAY)


def test_a_wrong_value_is_corrected_everywhere_and_its_person_is_still_found(world: World) -> None:
    before = world.contents()
    shown = world.does("subject", "rectify", *ANNA, *EMAIL, *CLEARED, "--at", DAY)
    assert "nothing was changed" in shown
    assert world.contents() == before
    rectify(world, *EMAIL, *CLEARED)
    rows = world.contents()
    assert [row[2] for row in rows["crm.customer"] if row[1] == "Anna"] == [NEW, NEW]
    assert [row[2:4] for row in rows["shop.buyer"] if row[1] == "Anna"] == [(NEW, None)] * 2
    assert [row[2] for row in rows["mail.reader"] if row[1] == "Anna"] == [NEW]
    others = [row for row in rows["crm.customer"] if row[1] != "Anna"]
    assert others == [row for row in before["crm.customer"] if row[1] != "Anna"]
    found = world.does("subject", "find", "--id", f"email:{NEW}", "--controller", "mill")
    assert found.startswith("10 rows")
    (answered,) = entries(world.folder, "request.answered")
    assert (answered["outcome"], answered["rows"]) == ("granted", 7)


def test_on_mariadb_too_where_the_collation_takes_another_case_for_the_same(
    mariadb_url: sa.URL, tmp_path: Path
) -> None:
    folder = build(tmp_path / "mill", mariadb_url)
    options = ("--set", "shop.buyer.remark=X", "--clear", "crm.contact.note", *EMAIL)
    done = forked(folder, "subject", "rectify", *ANNA, *options, "--yes", "--at", DAY)
    assert done.returncode == 0, done.stderr
    assert "shop: what stood there before is deleted; still in undo logs" in done.stdout
    engine = sa.create_engine(mariadb_url.set(database="mill_shop"))
    with engine.connect() as connection:
        asked = sa.text("SELECT email, remark FROM buyer WHERE name = 'Anna'")
        assert [tuple(row) for row in connection.execute(asked)] == [(NEW, "X")] * 2
    engine.dispose()


def test_an_address_is_found_in_a_text_of_another_category_too(world: World) -> None:
    """A table of keys and values has one category, whatever its values are."""
    world.change(
        "crm",
        "UPDATE contact SET note = 'ANNA@example.com ' WHERE id = "
        "(SELECT min(id) FROM contact WHERE customer_id = 1)",
    )
    before = world.contents()["crm.contact"]
    rectify(world, *EMAIL)
    after = world.contents()["crm.contact"]
    assert [row[3] for row in after if row not in before] == [NEW]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_who_gets_a_value_no_more_since_its_person_withdrew_is_not_told(
    tmp_path: Path, withdrawn: bool
) -> None:
    """The row is on hold, so that it is still there; what is judged no search found."""
    sent = replace(MILL, policy={**MILL.policy, "policy": SENT})
    folder = build(tmp_path / "mill", world=sent)

    def does(*command: str) -> None:
        done = forked(folder, "subject", *command, *ANNA, "--at", DAY)
        assert done.returncode == 0, done.stderr + done.stdout

    does("hold", "--reason", "a claim", "--review", "2099-01-01")
    if withdrawn:
        does("erase", "--ground", "consent-withdrawn", "--yes")
    corrected = ("--set", "mail.reader.since=2022-02-02", "--despite-hold")
    does("rectify", *corrected, "--yes", "--out", str(tmp_path / "letters"))
    (letter,) = (tmp_path / "letters").glob("*/letter.txt")
    assert ("Bulk Post" in letter.read_text()) is not withdrawn


def test_the_right_value_is_in_no_evidence_no_plan_and_not_in_the_records_in_clear(
    world: World,
) -> None:
    rectify(world, *EMAIL)
    for file in (*(world.folder / ".doelbinding").glob("*"), *(world.folder / "plans").glob("*")):
        if file.is_file():
            assert NEW.encode() not in file.read_bytes(), file.name
    (plan,) = (world.folder / "plans").glob("*.json")
    fingerprint = plan.stem.rpartition("-")[2]
    again = forked(world.folder, "apply", fingerprint, "--approve", fingerprint)
    assert "not kept any more" in again.stderr
    letters = list((world.folder / "answers").glob("*/letter.txt"))
    assert [NEW in letter.read_text() for letter in letters] == [True]


def test_what_was_corrected_is_corrected_again_after_a_restore(world: World) -> None:
    """Twice corrected: the last one counts, whichever of both the backup has."""
    rectify(world, *EMAIL)
    rectify(world, *COMPLETED, "--id", f"email:{NEW}")
    rectify(world, "--id", f"email:{NEW}", "--set", "crm.contact.note=y")
    rectify(world, "--id", f"email:{NEW}", "--set", "crm.contact.note=z")
    right = world.contents()
    assert (4, "Anna", NEW, "x", "2025-02-03") in right["shop.buyer"]
    for store in ("crm", "shop"):
        world.restore(store)
    assert world.contents() != right
    assert "nothing was changed" in world.does("reapply", "crm")
    for store in ("crm", "shop"):
        world.does("reapply", store, "--yes")
    assert world.contents() == right
    said = entries(world.folder, "store.reapplied")
    assert [entry["rectified"] for entry in said] == [5, 3]
    world.does("reapply", "crm", "--yes")
    assert world.contents() == right
    assert entries(world.folder, "store.reapplied")[-1]["rectified"] == 0


def test_a_value_that_somebody_changed_since_is_left_for_a_human(world: World) -> None:
    rectify(world, "--set", "crm.contact.note=y")
    world.restore("crm")
    world.change("crm", "UPDATE contact SET note = 'newer' WHERE id = 2")
    said = world.does("reapply", "crm", "--yes")
    assert "left as it is" in said
    notes = {row[0]: row[3] for row in world.contents()["crm.contact"]}
    assert (notes[1], notes[2], notes[9]) == ("y", "newer", "y")


def test_a_right_value_is_kept_no_longer_than_backups_and_not_of_who_was_erased(
    world: World,
) -> None:
    rectify(world, "--set", "crm.contact.note=y", "--set", "shop.buyer.remark=y")
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    assert not _kept(world, "SELECT id FROM records_rectification")
    other = ("--id", "email:ben@example.com", "--controller", "mill", "--at", DAY, "--yes")
    world.does("subject", "rectify", *other, "--set", "crm.contact.note=y")
    _kept(world, "UPDATE records_rectification SET ends_on = '2026-01-01'")
    world.restore("crm")
    world.does("reapply", "crm", "--yes")
    assert _kept(world, "SELECT value_sealed FROM records_rectification") == [(None,)]
    assert "a human must look" in world.does("reapply", "crm")


def test_a_column_that_the_policy_names_no_more_is_left_for_a_human(world: World) -> None:
    rectify(world, "--set", "crm.contact.note=y")
    policy = world.folder / "policy" / "crm.yaml"
    policy.write_text(
        policy.read_text().replace("          - {name: note, category: history}\n", "")
    )
    assert "a human must look" in world.does("reapply", "crm")


def _kept(world: World, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(world.folder / ".doelbinding" / "records.sqlite3")) as records:
        found = records.execute(statement).fetchall()
        records.commit()
        return found


def test_what_cannot_be_corrected_is_refused_with_what_to_do(world: World) -> None:
    before = world.contents()
    for options, said in (
        (("--set", f"crm.customer.email={NEW}"), "--everywhere"),
        (("--set", "crm.customer.name=Ann"), "set the name in each of"),
        (("--set", "crm.customer.id=5"), "is a key"),
        (("--set", "crm.contact.customer_id=5"), "leads to other rows"),
        (("--set", "shop.buyer.placed=2025-13-01"), "2024-01-31"),
        (("--set", "shop.buyer.placed=2025-02-30"), "there is no such day"),
        (("--set", "shop.buyer.placed=2025-01-13"), "hold different values"),
        (("--set", "shop.buyer.remark="), "--clear"),
        (("--set", "crm.address.street=Lane 9"), "--row"),
        (("--set", "shop.buyer.remark=y", "--row", "shop.buyer:2"), "not the person's"),
        (("--set", "shop.buyer.email=no\x00one"), ""),
        (("--set", "nowhere=1"), "store.dataset.column"),
        ((), "--set"),
    ):
        done = forked(world.folder, "subject", "rectify", *ANNA, *options, "--yes", "--at", DAY)
        assert done.returncode == 2, (options, done.stdout, done.stderr)
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert world.contents() == before
    assert not entries(world.folder, "request.received")


def test_an_address_that_is_a_key_elsewhere_is_corrected_there_first(tmp_path: Path) -> None:
    """Corrected in the other stores alone, it would lead to that row no more."""
    keyed = MAIL.replace("key: [id]", "key: [email]")
    table = MILL.tables["mail"][0].replace("id INTEGER PRIMARY KEY", "id INTEGER")
    mail = (table.replace("email VARCHAR(80)", "email VARCHAR(80) NOT NULL PRIMARY KEY"),
            *MILL.tables["mail"][1:])  # fmt: skip
    told = replace(
        MILL, policy={**MILL.policy, "mail": keyed}, tables={**MILL.tables, "mail": mail}
    )
    folder = build(tmp_path / "mill", world=told)
    command = ("subject", "rectify", *ANNA, *EMAIL, "--yes", "--at", DAY)
    done = forked(folder, *command)
    assert done.returncode == 2
    assert "by the same value in mail.reader.email, which is a key" in done.stderr
    with closing(sqlite3.connect(folder / "stores" / "mail.sqlite")) as database:
        database.execute("UPDATE reader SET email = ? WHERE email = 'anna@example.com'", (NEW,))
        database.commit()
    assert forked(folder, *command).returncode == 0
    found = forked(folder, "subject", "find", "--id", f"email:{NEW}", "--controller", "mill")
    assert all(ref in found.stdout for ref in ("crm.customer", "shop.buyer", "mail.reader"))


def test_what_the_database_does_not_take_is_known_before_anything_is_recorded(
    world: World,
) -> None:
    world.change("shop", "CREATE UNIQUE INDEX once ON buyer (placed)")
    before = world.contents()
    rows = ("--row", "shop.buyer:1", "--row", "shop.buyer:4")
    options = ("--set", "shop.buyer.placed=2025-02-03", *rows, "--yes", "--at", DAY)
    done = forked(world.folder, "subject", "rectify", *ANNA, *options)
    assert done.returncode == 2
    assert "does not take that value for shop.buyer.placed" in done.stderr
    assert world.contents() == before
    assert not entries(world.folder, "request.received")


def test_rows_of_whoever_has_the_right_address_already_are_not_touched(world: World) -> None:
    """Nobody is looked for by a right value: it may be somebody else's."""
    before = world.contents()
    rectify(world, "--set", "crm.customer.email=ben@example.com", "--everywhere",
            "--set", "crm.contact.note=y")  # fmt: skip
    after = world.contents()
    assert [r for r in after["crm.contact"] if r[1] == 2] == [
        r for r in before["crm.contact"] if r[1] == 2
    ]
    assert [r for r in after["mail.reader"] if r[1] == "Ben"] == [
        r for r in before["mail.reader"] if r[1] == "Ben"
    ]


def test_a_case_whose_plan_grew_old_half_way_is_planned_anew_with_the_same_rows(
    world: World,
) -> None:
    (world.folder / "answers").write_text("in the way of the letter")
    command = ("subject", "rectify", *ANNA, *EMAIL, "--set", "crm.contact.note=y", "--at", DAY)
    assert forked(world.folder, *command, "--yes").returncode != 0
    (world.folder / "answers").unlink()
    world.change("crm", "UPDATE contact SET note = 'x' WHERE id = 1")
    policy = world.folder / "policy" / "policy.yaml"
    policy.write_text(policy.read_text().replace("First version.", "The first version."))
    world.does(*command, "--yes")
    assert [r[3] for r in world.contents()["crm.contact"] if r[0] in {1, 2, 9}] == ["y"] * 3
    assert len(entries(world.folder, "request.answered")) == 1
    assert len(entries(world.folder, "plan.made")) == 2


def test_a_case_that_was_not_verified_is_finished_once_its_cause_is_mended(tmp_path: Path) -> None:
    world = World(tmp_path / "mill", None)
    back = "UPDATE buyer SET remark = 'x' WHERE id = NEW.id; END"
    world.change("shop", f"CREATE TRIGGER back AFTER UPDATE OF placed ON buyer BEGIN {back}")
    command = ("subject", "rectify", *ANNA, "--set", "shop.buyer.remark=y", *COMPLETED)
    done = forked(world.folder, *command, "--yes", "--at", DAY)
    assert done.returncode == 1
    assert "NOT VERIFIED: shop.buyer: 1 row left" in done.stdout
    world.change("shop", "DROP TRIGGER back")
    world.change("shop", "UPDATE buyer SET placed = NULL WHERE id = 4")
    world.does(*done.stdout.splitlines()[-1].partition("doelbinding ")[2].split())
    assert [row[3:5] for row in world.contents()["shop.buyer"] if row[0] == 4] == [
        ("y", "2025-02-03")
    ]
    assert len(entries(world.folder, "request.answered")) == 1


def test_a_value_that_a_database_writes_otherwise_is_known_before_anything_is_recorded(
    tmp_path: Path,
) -> None:
    world = World(tmp_path / "mill", None)
    back = "UPDATE buyer SET remark = upper(remark) WHERE id = NEW.id; END"
    world.change("shop", f"CREATE TRIGGER loud AFTER UPDATE ON buyer BEGIN {back}")
    before = world.contents()
    command = ("subject", "rectify", *ANNA, "--set", "shop.buyer.remark=y", "--yes", "--at", DAY)
    done = forked(world.folder, *command)
    assert done.returncode == 2
    assert "would hold another value in shop.buyer.remark" in done.stderr
    assert world.contents() == before
    assert not entries(world.folder, "request.received")


def test_the_name_of_a_file_is_not_corrected_since_the_file_would_stay(tmp_path: Path) -> None:
    remark = "{name: remark, category: history"
    shop = MILL.policy["shop"].replace(remark, f"{remark}, file_in: photos")
    folder = build(tmp_path / "mill", world=replace(MILL, policy={**MILL.policy, "shop": shop}))
    answered = forked(folder, "subject", "access", *ANNA, "--at", DAY)
    assert "the answer names 1 file and holds none" in answered.stdout
    for option in (("--set", "shop.buyer.remark=y"), ("--clear", "shop.buyer.remark")):
        done = forked(folder, "subject", "rectify", *ANNA, *option, "--yes", "--at", DAY)
        assert done.returncode == 2
        assert "names a file" in done.stderr


@pytest.mark.parametrize("by_contract", [False, True])
def test_files_are_added_to_what_somebody_takes_along_only_where_it_names_them(
    by_contract: bool, tmp_path: Path
) -> None:
    remark = "{name: remark, category: history"
    shop = MILL.policy["shop"].replace(remark, f"{remark}, file_in: photos")
    bases = MILL.policy["policy"]
    if by_contract:
        kind = r"basis:\n          kind: legitimate.*?(?=\n        criteria)"
        bases = re.sub(kind, "basis: {kind: contract}", bases, flags=re.DOTALL)
    policy = {**MILL.policy, "shop": shop, "policy": bases}
    folder = build(tmp_path / "mill", world=replace(MILL, policy=policy))
    answered = forked(folder, "subject", "portability", *ANNA, "--at", DAY)
    assert answered.returncode == 0, answered.stderr
    named = (
        "the answer names 1 file and holds none: add a copy of each, from [files.photos] (Art. 20"
    )
    assert (named in answered.stdout) is by_contract


def test_what_is_held_is_corrected_only_when_somebody_decided_so(world: World) -> None:
    world.does("subject", "hold", *ANNA, "--reason", "a claim", "--review", "2027-05-23")
    options = ("--set", "shop.buyer.remark=y", "--yes", "--at", DAY)
    done = forked(world.folder, "subject", "rectify", *ANNA, *options)
    assert (done.returncode, "--despite-hold" in done.stderr) == (2, True)
    rectify(world, *options, "--despite-hold")
    assert [row[3] for row in world.contents()["shop.buyer"] if row[1] == "Anna"] == ["y", "y"]


def test_a_value_in_a_document_is_corrected_there_and_nothing_else_in_it(tmp_path: Path) -> None:
    plain = "- {name: remark, category: history}"
    inside = (
        "- {name: remark, category: history, inside: {column: profile, path: $.said.last}}\n"
        "          - {name: profile, type: json}"
    )
    policy = {**MILL.policy, "shop": MILL.policy["shop"].replace(plain, inside)}
    shop = (
        "CREATE TABLE buyer (id INTEGER PRIMARY KEY, name TEXT, email TEXT, profile TEXT, "
        "placed TEXT)"
    )
    anna = "'Anna', 'anna@example.com'"
    rows = (
        f"INSERT INTO buyer VALUES (1, {anna}, "  # noqa: S608
        """'{"said": {"last": "x"}, "n": 1.50}', NULL), """
        f"(2, {anna}, '{{}}', NULL)"
    )
    tables = {**MILL.tables, "shop": (shop, rows)}
    folder = build(tmp_path / "mill", world=replace(MILL, policy=policy, tables=tables))
    command = ("subject", "rectify", *ANNA, "--set", "shop.buyer.remark=y", "--yes", "--at", DAY)
    refused = forked(folder, *command)
    assert "nothing is added to a document" in refused.stderr
    done = forked(folder, *command, "--row", "shop.buyer:1")
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(folder / "stores" / "shop.sqlite")) as opened:
        profiles = [one for (one,) in opened.execute("SELECT profile FROM buyer ORDER BY id")]
    assert profiles == ['{"said": {"last": "y"}, "n": 1.50}', "{}"]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose records exist, so that no run makes the tables."""
    folder = build(tmp_path_factory.mktemp("rectify") / "mill")
    assert forked(folder, "plan", "--at", DAY).returncode == 0
    return folder


def test_a_rectification_over_three_stores_killed_anywhere_resumes_as_the_same_case(
    tmp_path: Path, ready: Path
) -> None:
    command = ("subject", "rectify", *ANNA, *EMAIL, *CLEARED, "--at", DAY, "--yes")
    Killed(ready=ready, least=25, sample=4).holds(tmp_path, *command)


def test_a_value_that_its_person_changed_back_is_not_corrected_again(world: World) -> None:
    """No restore did it: a correction that was made later still stands (R-IX.2)."""
    rectify(world, "--set", "crm.contact.note=y")
    rectify(world, *EMAIL)
    corrected = world.contents()
    world.change("crm", "UPDATE contact SET note = 'x' WHERE id = 1")
    before = world.contents()
    said = world.does("reapply", "crm", "--yes")
    assert "crm.contact.note: 1 value wrong as before it had been corrected" in said
    assert "no restore did it: left as it is; ask its person" in said
    assert world.contents() == before
    (done,) = entries(world.folder, "store.reapplied")
    assert (done["rectified"], done["unsure"]) == (0, 1)
    world.restore("crm")
    said = world.does("reapply", "crm")
    assert "no restore did it" not in said
    assert "if the store was not restored, its people may have changed these back" in said
    world.does("reapply", "crm", "--yes")
    assert world.contents() == corrected


def test_a_restore_that_is_gone_on_with_still_knows_what_stood_when_it_was_begun(
    tmp_path: Path,
) -> None:
    """Else what was corrected again first would say that no restore had undone the rest."""
    world = World(tmp_path / "mill", None)
    rectify(world, "--set", "crm.contact.note=y")
    rectify(world, *EMAIL)
    corrected = world.contents()
    world.restore("crm")
    world.change(
        "crm",
        "CREATE TRIGGER stuck BEFORE UPDATE OF note ON contact BEGIN "
        "SELECT RAISE(ABORT, 'no'); END",
    )
    assert forked(world.folder, "reapply", "crm", "--yes").returncode == 2
    world.change("crm", "DROP TRIGGER stuck")
    world.change("crm", "UPDATE customer SET email = 'ann.new@example.com' WHERE id IN (1, 8)")
    world.does("reapply", "crm", "--yes")
    assert world.contents() == corrected
