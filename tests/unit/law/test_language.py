"""Words for people: the same in every language, and dates and articles as each writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import doelbinding
from doelbinding.law import wording as law_wording
from doelbinding.law.language.wording import LOCALE, NoWordsError, wording
from doelbinding.law.transfers import DECISIONS, EEA
from doelbinding.policy import vocabulary

LANGUAGES = ("nl", "en", "fr")
PACKAGE = Path(doelbinding.__file__).parent
FOLDERS = sorted(path.parent for path in PACKAGE.rglob("locale/nl.yaml"))
"""The law's own words, and those that pages and answers add to them."""
each_folder = pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: folder.relative_to(PACKAGE).as_posix()
)


def leaves(words: Any, under: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(words, dict):
        for key, value in words.items():
            yield from leaves(value, f"{under}.{key}" if under else str(key))
    elif isinstance(words, list):
        for number, value in enumerate(words):
            yield from leaves(value, f"{under}.{number}")
    else:
        yield under, words


def read(folder: Path, language: str) -> dict[str, str]:
    path = folder / f"{language}.yaml"
    return dict(leaves(yaml.safe_load(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_laws_sentences_are_typeset_as_letters_are(language: str) -> None:
    """In French no sign begins a line, as a colon between breaking spaces could."""
    known = [said for said in vars(law_wording).values() if isinstance(said, Mapping)]
    sentences = [said for said in known if set(said) == set(LANGUAGES)]
    assert len(sentences) > 20
    for said in sentences:
        assert not re.search(r"\w'\w", said[language]), said[language]
        assert language != "fr" or not re.search(r" [:;?!»]|« ", said[language]), said[language]


def test_the_folders_of_words_are_found() -> None:
    assert LOCALE in FOLDERS
    assert len(FOLDERS) > 1


@each_folder
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_language_says_the_same_things(folder: Path, language: str) -> None:
    dutch, other = read(folder, "nl"), read(folder, language)
    assert dutch.keys() == other.keys()
    for key, words in dutch.items():
        placeholders = set(re.findall(r"{\w+}", words))
        assert set(re.findall(r"{\w+}", other[key])) == placeholders, key


@each_folder
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_empty_or_something_else_than_text(folder: Path, language: str) -> None:
    for key, words in read(folder, language).items():
        assert isinstance(words, str), key
        assert words.strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_law_has_words_for_people(language: str) -> None:
    said = wording(language)
    groups = {
        "basis": vocabulary.LawfulBasis,
        "special_ground": vocabulary.SpecialCategoryGround,
        "transfer": vocabulary.TransferGround,
        "right": vocabulary.Right,
        "role": vocabulary.Role,
        "recipient": vocabulary.RecipientKind,
        "provision": vocabulary.Provision,
        "reason": vocabulary.ChangeReason,
        "collection": vocabulary.Collection,
    }
    for group, enumeration in groups.items():
        for member in enumeration:
            assert said.ui(f"{group}.{member.value}")


def test_dates_are_written_as_each_language_does() -> None:
    day = date(2023, 11, 29)
    assert [wording(language).date(day) for language in LANGUAGES] == [
        "29 november 2023",
        "29 November 2023",
        "29 novembre 2023",
    ]
    assert wording("fr").date(date(2024, 1, 1)) == "1er janvier 2024"


@pytest.mark.parametrize(
    ("citation", "nl", "en", "fr"),
    [
        (
            "GDPR 6(1)(f)",
            "art. 6 lid 1 onder f AVG",
            "Art. 6(1)(f) GDPR",
            "art. 6, §\u00a01, point f) du RGPD",
        ),
        ("GDPR 15", "art. 15 AVG", "Art. 15 GDPR", "art. 15 du RGPD"),
        (
            "GDPR 17, 17(3)(b)",
            "art. 17 en art. 17 lid 3 onder b AVG",
            "Art. 17 and Art. 17(3)(b) GDPR",
            "art. 17 et art. 17, §\u00a03, point b) du RGPD",
        ),
        ("Wwft 33", "Wwft 33", "Wwft 33", "Wwft 33"),
    ],
)
def test_articles_are_cited_as_lawyers_of_each_language_do(
    citation: str, nl: str, en: str, fr: str
) -> None:
    assert [wording(language).article(citation) for language in LANGUAGES] == [nl, en, fr]


def test_a_missing_translation_is_shown_in_another_language_and_marked_so() -> None:
    said = wording("fr", ("nl", "en")).say({"en": "Only & English"})
    assert said == "Only & English"
    assert said.__html__() == '<span lang="en">Only &amp; English</span>'
    assert wording("en").say({"en": "<b>"}).__html__() == "&lt;b&gt;"
    assert wording("en").say(None) == ""


@pytest.mark.parametrize("language", ["de", "../nl", ""])
def test_a_language_without_words_is_refused_with_advice(language: str) -> None:
    with pytest.raises(NoWordsError, match="use one of en, fr, nl"):
        wording(language)


def test_every_country_has_a_name_in_every_language() -> None:
    names = yaml.safe_load((Path(LOCALE) / "countries.yaml").read_text())
    assert all(isinstance(code, str) and set(n) == set(LANGUAGES) for code, n in names.items())
    assert wording("nl").country("NO") == "Noorwegen"
    assert wording("nl").country("XX") == "XX"


def test_every_country_the_law_names_has_a_name() -> None:
    named = wording("nl").countries
    assert {*EEA, *(decision.country for decision in DECISIONS)} <= named.keys()
