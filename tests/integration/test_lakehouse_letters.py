"""A letter tells of older versions of a lakehouse's tables, which show what went (Art. 12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doelbinding.policy.load import load
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Format
from tests.integration.forked import run
from tests.integration.lakehouse import make_table, sail
from tests.integration.mill import POLICY
from tests.integration.test_lakehouse_days import LAKE

RULE = ("after contact.last keep P2Y", "until told")
ROWS: list[dict[str, object]] = [{"id": 1, "email": "anna@example.com", "ended": "2026-01-01"}]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with sail() as told:
        yield told


@pytest.mark.parametrize(
    ("kind", "hours"), [(Format.DELTA, 0), (Format.DELTA, 48), (Format.ICEBERG, 0)]
)
def test_a_letter_tells_how_long_older_versions_show_it(
    kind: Format, hours: int, url: str, tmp_path: Path
) -> None:
    told = LAKE.replace("KIND", "date-text").replace("NONE", "''").replace("DAY", "'2020-01-01'")
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "lake.yaml").write_text(told)
    (tmp_path / "policy" / "policy.yaml").write_text(POLICY.replace(*RULE))
    mapped = load(tmp_path / "policy").stores[0].dataset("reader")
    lake = Lake(store="lake", url=url)
    make_table(lake, mapped, kind, tmp_path / "reader", ROWS)
    lake.close()
    (tmp_path / "doelbinding.toml").write_text(
        f'policy = "policy"\n[stores.lake]\nurl = "{url}"\nkeep_hours = {hours}\n'
        f'[stores.lake.tables.reader]\npath = "{{home}}/reader"\nformat = "{kind.value}"\n'
    )
    who = ("--id", "email:anna@example.com", "--controller", "mill", "--language", "en")
    done = run("subject", "erase", *who, "--yes", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (letter,) = tmp_path.glob("answers/*/letter.txt")
    said = " ".join(letter.read_text(encoding="utf-8").split())
    assert "Readers: 1 record" in said
    last = (datetime.now(UTC) + timedelta(hours=hours + 24)).date()
    dated = f"older versions of tables may still hold your data up to and including {last.day} "
    unsaid = "Older versions of the tables of Readers may still hold your data"
    assert (dated in said, unsaid in said) == (hours > 0, kind is Format.ICEBERG)
    assert ("We do not use those copies" in said) is (hours > 0 or kind is Format.ICEBERG)
