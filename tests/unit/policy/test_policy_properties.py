"""What holds for every policy and every file, not only for samples."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from policy_samples import SMALL, policies

from doelbinding.policy.canonical import canonical_json, document, fingerprint, parse
from doelbinding.policy.errors import DocumentError, PolicyErrors
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy

RAW = document(load(SMALL))


def read(*files: bytes) -> Policy | PolicyErrors:
    """Load files as a policy; only `PolicyErrors` may come out instead."""
    with tempfile.TemporaryDirectory() as folder:
        for number, raw in enumerate(files):
            (Path(folder) / f"{number}.yaml").write_bytes(raw)
        try:
            return load(Path(folder))
        except PolicyErrors as found:
            errors = found
    assert errors.errors
    assert all(e.line >= 0 and e.message and e.remedy for e in errors.errors)
    return errors


@given(policies())
@settings(deadline=None)
def test_a_document_gives_back_exactly_its_policy(policy: Policy) -> None:
    written = canonical_json(policy)
    assert parse(written) == policy
    assert canonical_json(parse(written)) == written
    assert json.loads(written) == document(policy)


def test_a_version_has_one_fingerprint_whatever_the_files(small: Policy, folder: Path) -> None:
    text = (folder / "activities.yaml").read_text()
    categories, activities = text.split("\nactivities:", 1)
    (folder / "activities.yaml").write_text("activities:" + activities)
    (folder / "categories.yaml").write_text("# first\n" + categories)
    assert fingerprint(load(folder)) == fingerprint(small)
    assert len(fingerprint(small)) == 64


def test_paths_of_a_binding_are_written_only_where_it_names_some(small: Policy) -> None:
    """They came later: a policy that says nothing of them keeps its fingerprint."""
    (*_, address) = small.stores[0].datasets
    (bound,) = address.bindings
    named = replace(address, bindings=(replace(bound, through=("invoice",)),))
    datasets = (*small.stores[0].datasets[:-1], named)
    chosen = replace(small, stores=(replace(small.stores[0], datasets=datasets),))
    assert b"through" not in canonical_json(small)
    assert parse(canonical_json(chosen)) == chosen
    assert fingerprint(chosen) != fingerprint(small)


def test_another_word_is_another_version(small: Policy) -> None:
    assert fingerprint(replace(small, group="Windwijzer")) != fingerprint(small)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"id": 1}', b"null", b"[" * 10_000])
def test_what_is_not_a_document_is_refused(raw: bytes) -> None:
    with pytest.raises(DocumentError, match="not the document of a policy"):
        parse(raw)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_errors_and_never_a_crash(raw: bytes) -> None:
    assert isinstance(read(raw), PolicyErrors)


@given(st.text(alphabet="ab:-[]{}&*!|>\"'#?,%@~<= \n\t0é\u2028", max_size=120))
@settings(max_examples=500, deadline=None)
def test_any_yaml_like_text_gives_errors_and_never_a_crash(text: str) -> None:
    assert isinstance(read(text.encode()), PolicyErrors)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(),
    st.sampled_from(["*", "contact", "invoicing", "NL", "after a keep P1Y", "2024-01-01"]),
)  # fmt: skip
structures = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=5), st.sampled_from(["id", "column", "when", "not", "all"])),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


def places_of(node: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        children = list(node.items())
    elif isinstance(node, list):
        children = list(enumerate(node))
    return [path] * bool(path) + [p for k, v in children for p in places_of(v, (*path, k))]


PLACES = places_of(RAW)


@given(st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_anything_anywhere_in_a_policy_loads_or_gives_errors(data: st.DataObject) -> None:
    """Mutations of a valid policy: replaced, removed or repeated parts."""
    policy = json.loads(json.dumps(RAW))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(PLACES))
        around = policy
        for part in path[:-1]:
            try:
                around = around[part]
            except (LookupError, TypeError):
                break
        else:
            change(data, around, path[-1])
    loaded = read(yaml.safe_dump(policy, allow_unicode=True).encode())
    if isinstance(loaded, Policy):
        assert parse(canonical_json(loaded)) == loaded


def change(data: st.DataObject, around: Any, part: Any) -> None:
    try:
        match data.draw(st.sampled_from(["replace", "remove", "repeat"])):
            case "replace":
                around[part] = data.draw(structures)
            case "remove":
                del around[part]
            case "repeat" if isinstance(around, list):
                around.append(around[part])
    except (LookupError, TypeError):
        pass


def test_a_document_is_itself_a_policy_file(small: Policy) -> None:
    assert read(yaml.safe_dump(document(small)).encode()) == small
    assert read(canonical_json(small)) == small
