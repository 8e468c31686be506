"""The schema lets through what the loader reads, and stops what an editor can know is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from doelbinding.policy.canonical import document
from doelbinding.policy.load.reading import read_file
from doelbinding.policy.model import Policy
from doelbinding.policy.schema import SCHEMA_ID, policy_schema

POLICIES = Path(__file__).parents[2] / "policies"
FILES = sorted(POLICIES.rglob("*.yaml"))


@pytest.fixture(scope="session")
def validator() -> Draft202012Validator:
    return Draft202012Validator(policy_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def plain(file: Path) -> dict[str, Any]:
    """The file as an editor reads it: an unquoted version number is a number there."""
    data = read_file(file).data
    if "version" in data:
        data["version"]["number"] = str(data["version"]["number"])
    return data


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(policy_schema())
    assert policy_schema()["$id"] == SCHEMA_ID


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_sample_files_follow_it(validator: Draft202012Validator, file: Path) -> None:
    assert [e.message for e in validator.iter_errors(plain(file))] == []


def test_a_file_may_hold_any_of_the_keys_or_none(validator: Draft202012Validator) -> None:
    assert validator.is_valid({})
    assert validator.is_valid({"stores": None})
    assert validator.is_valid({"languages": ["nl"]})


def test_every_part_is_explained() -> None:
    schema = policy_schema()
    unexplained = [name for name, kind in schema["$defs"].items() if not kind["description"]]
    assert unexplained == []
    assert "\n" not in schema["$defs"]["Controller"]["description"].replace("\n\n", "")


@pytest.mark.parametrize(
    "wrong",
    [
        "mesures: []",
        "id: Not A Slug",
        "languages: [english]",
        "recipients: [{id: a}]",
        "stores: [{id: a, label: {}, country: Netherlands, datasets: []}]",
        "stores: [{id: a, label: {}, country: NL, datasets: [], backups: 30 days}]",
        "controllers: [{id: a, deviations: [{activity: a, reason: {}, terms: {p: [{rule: x}]}}]}]",
    ],
)
def test_what_an_editor_can_know_is_marked(validator: Draft202012Validator, wrong: str) -> None:
    assert not validator.is_valid(yaml.safe_load(wrong))


@pytest.mark.parametrize(
    ("condition", "right"),
    [
        ({"column": "a", "equals": 1}, True),
        ({"not": {"column": "a", "null": True}}, True),
        ({"column": "a"}, False),
        ({"column": "a", "equals": 1, "in": [1]}, False),
        ({"all": [{"equals": 1}]}, False),
    ],
)
def test_a_condition_holds_exactly_one_test(condition: dict[str, Any], *, right: bool) -> None:
    schema = policy_schema()
    part = {"$ref": "#/$defs/Condition", "$defs": schema["$defs"]}
    assert Draft202012Validator(part).is_valid(condition) is right


def test_the_loader_and_the_schema_know_the_same_rules(
    validator: Draft202012Validator, small: Policy
) -> None:
    """A whole document, nulls left out, is a file too."""

    def without_nulls(node: Any) -> Any:
        if isinstance(node, dict):
            return {k: without_nulls(v) for k, v in node.items() if v not in (None, [], {})}
        return [without_nulls(item) for item in node] if isinstance(node, list) else node

    errors = [e.message for e in validator.iter_errors(without_nulls(document(small)))]
    assert [e for e in errors if "is a required property" not in e] == []
