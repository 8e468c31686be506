"""The words of the answers: the same in every language, all of them said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from doelbinding.binding.circumstances import HoldKind
from doelbinding.law.language.wording import NoWordsError, wording
from doelbinding.rights.answer.why import Footing
from doelbinding.rights.answer.words import LOCALE

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
    return dict(leaves(yaml.safe_load((LOCALE / f"{language}.yaml").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_language_says_the_same_things(language: str) -> None:
    dutch, other = read("nl"), read(language)
    assert dutch.keys() == other.keys()
    for key, words in dutch.items():
        assert set(re.findall(r"{\w+}", other[key])) == set(re.findall(r"{\w+}", words)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_empty_or_something_else_than_text(language: str) -> None:
    for key, words in read(language).items():
        assert isinstance(words, str), key
        assert words.strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_footing_and_hold_has_words(language: str) -> None:
    words = wording(language, own=LOCALE)
    for footing in Footing:
        assert words.ui(f"footing.{footing.value}")
        if footing is not Footing.JUSTIFIED:
            assert words.ui(f"kept.{footing.value}")
        if footing not in {Footing.JUSTIFIED, Footing.WITH_ROW}:
            assert words.ui(f"meaning.{footing.value}")
            assert words.plural(f"tell.{footing.value}", 2)
    for hold in HoldKind:
        assert words.ui(f"hold.{hold.value}")


def test_no_words_are_left_that_no_answer_says() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in LOCALE.parent.glob("*.py"))
    computed = {"footing", "meaning", "kept", "tell", "hold", "page", "csv", "owned"}
    unsaid = []
    for key in read("nl"):
        group, _, name = key.removesuffix(".0").removesuffix(".1").partition(".")
        said = any(quoted in source for quoted in (f'"{key}"', f"{group}.{name}'", f'"{name}"'))
        if name and group not in computed and f'"{group}.{name}"' not in source and not said:
            unsaid.append(key)
    assert unsaid == []


def test_french_has_its_spaces_before_high_punctuation() -> None:
    for key, words in read("fr").items():
        assert not re.search(r"(?<=\S)(?<![\u00a0 ])[;?!](?= |$)|\w:(?= |$)", words), key
        assert not re.search(r" [:;?!»]|« ", words), key


def test_a_language_without_words_is_refused_with_advice() -> None:
    with pytest.raises(NoWordsError, match="answer/locale"):
        wording("de", own=LOCALE)
