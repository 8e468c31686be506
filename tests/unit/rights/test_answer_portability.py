"""Data to take along: exactly those, in forms a computer reads (R-IX.5)."""

# ruff: noqa: RUF001 - French writes a typographic apostrophe

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import html5lib
import pytest
from answer_samples import (
    EVERYTHING,
    LANGUAGES,
    NEWS,
    ORDERS,
    POLICY,
    TAX,
    case,
    inventory,
    reason,
    row,
)
from jsonschema import Draft202012Validator

from doelbinding.policy.vocabulary import Right
from doelbinding.rights.answer import portability_schema, write_portability
from doelbinding.rights.answer.files import as_json
from doelbinding.rights.inventory import Inventory, Standing

SCHEMA = Path(__file__).parents[3] / "docs/reference/portability.schema.json"


def folder(out: Path, found: Inventory = EVERYTHING, language: str = "nl") -> dict[str, str]:
    paths = write_portability(
        out, policy=POLICY, case=case(language, Right.PORTABILITY), inventory=found
    )
    assert {p.stat().st_mode & 0o777 for p in paths} == {0o600}
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def taken(files: dict[str, str]) -> dict[str, list[dict[str, object]]]:
    return {d["dataset"]: d["records"] for d in json.loads(files["portability.json"])["datasets"]}


def test_only_what_rests_on_consent_or_contract_and_came_from_the_person_is_taken(
    tmp_path: Path,
) -> None:
    assert taken(folder(tmp_path)) == {"letter": [{"email": "ada@example.com"}]}


def test_observed_values_are_taken_and_derived_ones_are_not(tmp_path: Path) -> None:
    observed = row("letter", (1,), {"topic": ("t", Standing.JUSTIFIED, (reason(ORDERS),))})
    derived = row("letter", (2,), {"topic": ("u", Standing.JUSTIFIED, (reason(TAX),))})
    files = folder(tmp_path, inventory(observed, derived))
    assert taken(files) == {"letter": [{"topic": "t"}]}


def test_a_reason_that_is_not_certain_takes_nothing_along(tmp_path: Path) -> None:
    doubtful = row(
        "letter", (1,), {"email": ("a@x", Standing.UNDATED, (reason(NEWS, certain=False),))}
    )
    files = folder(tmp_path, inventory(doubtful))
    assert taken(files) == {}
    assert "geen gegevens die u op grond van dit recht kunt meenemen" in files["index.html"]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", "weten wij nog niet. Daarom staat daar niets van in deze bestanden."),
        ("en", "do not know yet whose it is. So none of this is in these files."),
        ("fr", "pas encore qui il concerne. Ces fichiers n’en contiennent donc rien."),
    ],
)
def test_what_leads_to_nobody_is_told_and_not_taken(
    tmp_path: Path, language: str, told: str
) -> None:
    files = folder(tmp_path, inventory(strays=1), language)
    assert taken(files) == {}
    assert told in " ".join(files["index.html"].split())


def test_each_dataset_is_a_csv_with_the_names_of_its_fields(tmp_path: Path) -> None:
    content = folder(tmp_path)["crm-letter.csv"].removeprefix("\ufeff")
    assert [*csv.reader(io.StringIO(content))] == [["email"], ["ada@example.com"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_json_follows_its_schema_and_the_page_is_valid(tmp_path: Path, language: str) -> None:
    files = folder(tmp_path, language=language)
    checker = Draft202012Validator(
        json.loads(files["portability.schema.json"]),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    assert not [*checker.iter_errors(json.loads(files["portability.json"]))]
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(files["index.html"])
    assert page.get("lang") == language
    linked = {a.get("href") for a in page.iter("a")}
    assert {"portability.json", "crm-letter.csv", "portability.schema.json"} <= linked


def test_the_published_schema_is_the_one_in_use() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == as_json(portability_schema())
