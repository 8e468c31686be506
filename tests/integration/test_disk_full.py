"""A full disk under PostgreSQL: of a store, or of the records, in the middle of what is done.

It is said in a sentence and never taken for done; once there is room the same command, given again,
reaches the same end, with each fact once (DESIGN §2). There is room for a few rows more each
time, so that the disk is full a little later; with EVERY_BOUNDARY set, up to the end.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.integration.deaths import EVERY, SAID, Killed
from tests.integration.filling import Full
from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, build, database

STORE = Full(
    database="shop",
    table="buyer",
    fill="{n}, NULL, NULL, repeat('x', {size}), '2026-01-01'",
    unit=60,
    clear="id",
)
EVIDENCE = Full(
    database="records",
    table="records_evidenceentry",
    fill="-{n}, repeat('x', {size})::bytea, ''",
    unit=350,
    clear="-index",
)
LEDGER = Full(
    database="records",
    table="records_ledgerentry",
    fill="{n}, '', '', '', repeat('x', {size})::bytea, NULL, ''",
    unit=120,
    clear="id",
)
_PREPARED = {
    STORE: ["ALTER TABLE buyer ALTER remark TYPE text, ALTER remark SET STORAGE PLAIN"],
    EVIDENCE: [
        "ALTER TABLE records_evidenceentry DROP CONSTRAINT records_evidenceentry_index_check",
        "ALTER TABLE records_evidenceentry ALTER data SET STORAGE PLAIN",
    ],
    LEDGER: [
        "ALTER TABLE records_ledgerentry ALTER row_hash SET STORAGE PLAIN",
        "DROP INDEX records_led_store_46a402_idx",  # it takes no row of a page's size
        "SET session_replication_role = replica",
    ],
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, hurried: sa.URL) -> Killed:
    """A folder with a retention plan; its stores and records are databases `full_…`."""
    folder = build(tmp_path_factory.mktemp("ready") / "mill", hurried, "full")
    records = database(hurried, "full_records").set(drivername="postgresql")
    address = {"DOELBINDING_DATABASE_URL": records.render_as_string(hide_password=False)}
    _fill(hurried, STORE)
    assert run("plan", "--at", DAY, folder=folder, **address).returncode == 0
    for full in (EVIDENCE, LEDGER):
        _fill(hurried, full)
    url = hurried.render_as_string(hide_password=False)
    return Killed(
        ready=folder, least=1, server=url, databases="full", ends=(0, SAID), halves=1,
        apart=("step.unknown",), free=("grade",),
    )  # fmt: skip


def _fill(server: sa.URL, full: Full) -> None:
    url = server.set(drivername="postgresql", database=f"full_{full.database}")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        for statement in (*_PREPARED[full], *full.statements()):
            connection.execute(statement.encode())


def _options(*most: tuple[Full, int]) -> tuple[str, str]:
    """Give the option that says what is full: each with room for up to so many rows less one."""
    fulls = [
        asdict(replace(full, room=room))
        for full, count in most
        for room in range(count * 5 if EVERY else count)
    ]
    return "--full", json.dumps(fulls)


@pytest.mark.parametrize("by_step", [False, True] if EVERY else [False])
def test_an_erasure_on_a_full_disk_is_gone_on_from_when_there_is_room(
    tmp_path: Path, killed: Killed, *, by_step: bool
) -> None:
    options = _options((STORE, 1), (LEDGER, 2), (EVIDENCE, 3))
    killed = replace(killed, options=options, by_step=by_step)
    whole = killed.holds(tmp_path, "subject", "erase", *ANNA, "--at", DAY, "--yes")
    assert EVERY or set(whole["died"]) == {SAID}


@pytest.mark.parametrize("by_step", [False, True] if EVERY else [True])
def test_retention_on_a_full_disk_is_gone_on_from_when_there_is_room(
    tmp_path: Path, killed: Killed, *, by_step: bool
) -> None:
    (plan,) = (killed.ready / "plans").glob("*.json")
    fingerprint = plan.stem.rpartition("-")[2]
    killed = replace(killed, options=_options((STORE, 1), (EVIDENCE, 3)), by_step=by_step)
    whole = killed.holds(tmp_path, "apply", fingerprint, "--approve", fingerprint)
    assert EVERY or set(whole["died"]) == {SAID}
