"""In a lakehouse too rows are told by text and whole numbers, whatever these stand for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doelbinding.policy.load import load
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Format, Table
from tests.integration.forked import run
from tests.integration.lakehouse import make_table, sail
from tests.integration.mill import ANNA, DAY, POLICY

LAKE = """\
stores:
  - id: lake
    label: {en: Readings}
    country: IE
    backups: P0D
    datasets:
      - id: meter
        label: {en: Meters}
        table: meter
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id}
          - {name: email, category: email, identifier: email}
        events: {contact.last: {latest_of: [{dataset: reading, column: at}]}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: reading
        label: {en: Readings}
        table: reading
        key: [meter_id, at]
        subject: {to: meter, columns: [meter_id]}
        columns:
          - {name: meter_id}
          - {name: at, type: KIND}
          - {name: kwh, type: integer, category: history}
          - {name: read, type: instant, category: history}
        events: {contact.last: {column: at}}
        bindings: [{activity: customers, columns: ['*']}]
"""
KINDS = {
    "epoch-milliseconds": (1577880000000, 1767268800000, 1767355200000),
    "date-digits": ("20200101", "20260101", "20260102"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_moments_and_days_are_part_of_a_key(kind: str, tmp_path: Path) -> None:
    old, new, newer = KINDS[kind]
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "policy.yaml").write_text(POLICY)
    (tmp_path / "policy" / "lake.yaml").write_text(LAKE.replace("KIND", kind))
    mapped = load(tmp_path / "policy").stores[0]
    rows: dict[str, list[dict[str, object]]] = {
        "meter": [
            {"id": "M1", "email": "anna@example.com"},
            {"id": "M2", "email": "ben@example.com"},
        ],
        "reading": [
            {"meter_id": meter, "at": at, "kwh": 7, "read": "2026-01-03 09:00:00"}
            for meter, at in [("M1", old), ("M1", new), ("M1", newer), ("M2", old)]
        ],
    }
    with sail() as url:
        lake = Lake(store="lake", url=url)
        told = ['policy = "policy"', "[stores.lake]", f'url = "{url}"', "keep_hours = 0"]
        for name, held in rows.items():
            make_table(lake, mapped.dataset(name), Format.DELTA, tmp_path / name, held)
            told += [
                f"[stores.lake.tables.{name}]",
                f'path = "{{home}}/{name}"',
                'format = "delta"',
            ]
        (tmp_path / "doelbinding.toml").write_text("\n".join(told))

        def does(*command: str) -> str:
            done = run(*command, folder=tmp_path)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        does("plan", "--at", DAY)
        assert "NOT VERIFIED" not in does("nightly", "--approve-up-to", "9")
        assert "2026" in does("why", "lake.reading.kwh", f"M1,{new}", "--at", DAY)
        does("subject", "access", *ANNA, "--at", DAY)
        (answer,) = tmp_path.glob("answers/*/access.json")
        assert '"value": "2026-01-03T09:00:00+00:00"' in answer.read_text()
        does("subject", "answer", answer.parent.name)
        found = re.findall(r"lake\.reading +(\S+)", does("subject", "find", *ANNA))
        assert sorted(found) == [f"M1,{new}", f"M1,{newer}"]
        assert "NOT VERIFIED" not in does("subject", "erase", *ANNA, "--yes")
        for name in rows:
            table = Table(path=str(tmp_path / name), format=Format.DELTA)
            assert lake.ask(f"SELECT * FROM {table.address}") == []  # noqa: S608
        lake.close()
