"""The answers' own words: all of them said. That languages agree, `law/test_language.py` holds."""

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


def texts(words: Any) -> Iterator[str]:
    if isinstance(words, str):
        yield words
    else:
        for each in words.values() if isinstance(words, dict) else words:
            yield from texts(each)


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
    groups = yaml.safe_load((LOCALE / "nl.yaml").read_text(encoding="utf-8"))
    named = {group: words for group, words in groups.items() if isinstance(words, dict)}
    unsaid = [
        f"{group}.{name}"
        for group, words in named.items()
        for name in words
        if group not in computed
        and not any(
            said in source for said in (f'"{group}.{name}"', f"{group}.{name}'", f'"{name}"')
        )
    ]
    assert unsaid == []


def test_french_has_its_spaces_before_high_punctuation() -> None:
    for words in texts(yaml.safe_load((LOCALE / "fr.yaml").read_text(encoding="utf-8"))):
        assert not re.search(r"(?<=\S)(?<![\u00a0 ])[;?!](?= |$)|\w:(?= |$)", words), words
        assert not re.search(r" [:;?!»]|« ", words), words


def test_a_language_without_words_is_refused_with_advice() -> None:
    with pytest.raises(NoWordsError, match="answer/locale"):
        wording("de", own=LOCALE)
