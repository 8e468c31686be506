from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from policy_samples import SMALL

from doelbinding.policy.load import load
from doelbinding.policy.model import Policy

Break = Callable[[str, str, str], int]


@pytest.fixture(scope="session")
def small() -> Policy:
    """The sample policy, loaded."""
    return load(SMALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample policy, to be broken."""
    return Path(shutil.copytree(SMALL, tmp_path / "policy"))


@pytest.fixture
def rewrite(folder: Path) -> Break:
    """Replace the first occurrence of a text in a file; give the line where it stands."""

    def change(file: str, old: str, new: str) -> int:
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return text[: text.index(old)].count("\n") + 1

    return change
