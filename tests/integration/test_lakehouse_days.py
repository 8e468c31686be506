"""Days that a lakehouse holds as texts or numbers are compared as elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doelbinding.policy.load import load
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Format, Table
from tests.integration.forked import run
from tests.integration.lakehouse import make_table, sail
from tests.integration.mill import POLICY

LAKE = """\
stores:
  - id: lake
    label: {en: Readers}
    country: IE
    backups: P0D
    datasets:
      - id: reader
        label: {en: Readers}
        table: reader
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: ended, type: KIND, null_values: [NONE]}
        states: {told: {column: ended, less_than: DAY}}
        bindings: [{activity: customers, columns: [email]}]
"""


def _held(column: Column, kind: ColumnType) -> Column:
    return replace(column, type=kind, null_values=()) if column.name == "ended" else column


@pytest.mark.parametrize(
    ("kind", "held", "days", "day"),
    [
        ("date-digits", ColumnType.INTEGER, (0, 20100101, 20260101), "20200101"),
        ("date-digits", ColumnType.TEXT, ("0", "20100101", "20260101"), "20200101"),
        ("date-text", ColumnType.TEXT, ("-", "2010-01-01", "2026-01-01"), "'2020-01-01'"),
    ],
)
def test_days_before_another_are_told(
    kind: str, held: ColumnType, days: tuple[object, ...], day: str, tmp_path: Path
) -> None:
    lake_yaml = LAKE.replace("KIND", kind).replace("NONE", repr(days[0])).replace("DAY", day)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "lake.yaml").write_text(lake_yaml)
    policy = POLICY.replace("after contact.last keep P2Y", "until told")
    (tmp_path / "policy" / "policy.yaml").write_text(policy)
    mapped = load(tmp_path / "policy").stores[0].dataset("reader")
    made = replace(mapped, columns=tuple(_held(one, held) for one in mapped.columns))
    rows: list[dict[str, object]] = [
        {"id": n, "email": f"{n}@example.com", "ended": one} for n, one in enumerate(days)
    ]
    with sail() as url:
        lake = Lake(store="lake", url=url)
        make_table(lake, made, Format.DELTA, tmp_path / "reader", rows)
        (tmp_path / "doelbinding.toml").write_text(
            f'policy = "policy"\n[stores.lake]\nurl = "{url}"\nkeep_hours = 0\n'
            '[stores.lake.tables.reader]\npath = "{home}/reader"\nformat = "delta"\n'
        )
        done = run("nightly", "--approve-up-to", "9", folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        table = Table(path=str(tmp_path / "reader"), format=Format.DELTA)
        left = lake.ask(f"SELECT id FROM {table.address}")  # noqa: S608 - our own text
        assert sorted(row["id"] for row in left) == [0, 2]
        lake.close()
