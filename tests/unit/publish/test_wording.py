"""The pages' own words: the same in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from doelbinding.publish.errors import NoWordsError
from doelbinding.publish.wording import LOCALE, wording

LANGUAGES = ("nl", "en", "fr")


def leaves(words: Any, under: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(words, dict):
        for key, value in words.items():
            yield from leaves(value, f"{under}.{key}" if under else str(key))
    elif isinstance(words, list):
        for number, value in enumerate(words):
            yield from leaves(value, f"{under}.{number}")
    else:
        yield under, words


def read(language: str) -> dict[str, str]:
    return dict(leaves(yaml.safe_load((LOCALE / f"{language}.yaml").read_text())))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_language_says_the_same_things(language: str) -> None:
    dutch, other = read("nl"), read(language)
    assert dutch.keys() == other.keys()
    for key, words in dutch.items():
        placeholders = set(re.findall(r"{\w+}", words))
        assert set(re.findall(r"{\w+}", other[key])) == placeholders, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_empty_or_something_else_than_text(language: str) -> None:
    for key, words in read(language).items():
        assert isinstance(words, str), key
        assert words.strip(), key


def test_no_words_are_left_that_no_page_says() -> None:
    source = "".join(p.read_text() for p in LOCALE.parent.rglob("*.py"))
    computed = {"page", "policy_sections", "column", "sheet"}
    unsaid = [
        key for key in read("nl") if key.split(".")[0] not in computed and f'"{key}"' not in source
    ]
    assert unsaid == []


@pytest.mark.parametrize("language", ["de", "../nl", ""])
def test_a_language_without_words_is_refused_with_advice(language: str) -> None:
    with pytest.raises(NoWordsError, match="use one of en, fr, nl"):
        wording(language)
