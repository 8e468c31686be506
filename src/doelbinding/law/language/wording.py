"""What is said in one language: words of the law and of the page, the policy's texts, dates.

The words of the law stand in `locale/<language>.yaml`, one file per language with the same keys; a
page or letter adds its own from a folder of the same shape. A text that the policy lacks in this
language is shown in another, and marked as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from doelbinding.policy.text import Text

LOCALE = Path(__file__).parent / "locale"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is one


class NoWordsError(Exception):
    """A language for which a page or letter has no words of its own."""


_CITATION = re.compile(r"(?P<number>\d+)(?:\((?P<paragraph>\d+)\))?(?:\((?P<letter>[a-z])\))?")


class Said(str):
    """Words in a language; when it is not the page's own, HTML says which (WCAG 3.1.2)."""

    __slots__ = ("foreign",)
    foreign: str

    def __new__(cls, words: str, foreign: str = "") -> Said:
        """Give the words, and the language tag they are in when it is not the page's."""
        said = super().__new__(cls, words)
        said.foreign = foreign
        return said

    def __html__(self) -> str:
        """Give the words as HTML: escaped, and marked when foreign."""
        escaped = Markup.escape(str.__str__(self))
        if not self.foreign:
            return str(escaped)
        return str(Markup('<span lang="{}">{}</span>').format(self.foreign, escaped))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language of a page or letter; `others` are asked when the policy has no words."""

    language: str
    words: Mapping[str, Any]
    countries: Mapping[str, Mapping[str, str]]
    others: tuple[str, ...] = ()

    def ui(self, key: str, **values: object) -> str:
        """Give the page's own words under a key such as `sheet.rights`.

        Raises:
            KeyError: there are none: a mistake of ours, not of the policy.
        """
        found = self._at(key)
        if not isinstance(found, str):
            raise KeyError(key)
        return found.format(**values) if values else found

    def known(self, group: str, name: str) -> str | None:
        """Give the words for a name that a policy may or may not use, such as an event."""
        found: str | None = self._at(group).get(name)
        return found

    def plural(self, key: str, number: int) -> str:
        """Give a number with its noun, such as `1 month` or `6 months`."""
        one, many = self._at(key)
        return str(one if number == 1 else many).format(n=number)

    def say(self, text: Text | None) -> Said:
        """Give a text of the policy in this language, or in another that has it."""
        if not text:
            return Said("")
        for language in (self.language, *self.others, *text):
            if text.get(language, "").strip():
                return Said(text[language], "" if language == self.language else language)
        return Said("")

    def date(self, day: date) -> str:
        """Write a day out: `29 november 2023`."""
        return self.ui("date", day=self._day(day.day), month=self._month(day.month), year=day.year)

    def year_end(self, month_and_day: str) -> str:
        """Write the last day of a financial year out: `31 december` for `12-31`."""
        if month_and_day == "02-29":
            return self.ui("end_of_february")
        month, day = map(int, month_and_day.split("-"))
        return self.ui("day_of_year", day=self._day(day), month=self._month(month))

    def country(self, code: str) -> str:
        """Give the name of a country, or its code when no name is known."""
        return self.countries.get(code, {}).get(self.language, code)

    def article(self, citation: str) -> str:
        """Write a citation as lawyers of this language do: `art. 6 lid 1 onder f AVG`."""
        law, _, places = citation.partition(" ")
        if law != "GDPR":
            return citation
        parts: Mapping[str, str] = self._at("article")
        written = []
        for place in _CITATION.finditer(places):
            words = parts["plain"].format(number=place["number"])
            for part in ("paragraph", "letter"):
                if place[part]:
                    words += parts[part].format(**{part: place[part]}, number=place[part])
            written.append(words)
        return self.joined(written) + parts["law"].format(law=self.ui("regulation"))

    def joined(self, parts: Iterable[str]) -> str:
        """Put words in a row: `a, b and c`."""
        *rest, last = [*parts] or [""]
        return (", ".join(rest) + self.ui("join") if rest else "") + last

    def _at(self, key: str) -> Any:
        found: Any = self.words
        for part in key.split("."):
            found = found[part]
        return found

    def _day(self, day: int) -> str:
        return self.ui("first_day") if day == 1 else str(day)

    def _month(self, month: int) -> str:
        return str(self._at("months")[month - 1])


def wording(language: str, others: Sequence[str] = (), *, own: Path = LOCALE) -> Wording:
    """Give the wording of a language.

    Args:
        language: the one that is spoken.
        others: those asked, in order, for a text of the policy that is not there in it.
        own: the folder with a page's own words, which go with those of the law.

    Raises:
        NoWordsError: there is no file of words for it.
    """
    return Wording(
        language=language,
        words=_words(language, own),
        countries=_countries(),
        others=tuple(other for other in others if other != language),
    )


@lru_cache
def _words(language: str, own: Path) -> Mapping[str, Any]:
    path = own / f"{language}.yaml"
    if not re.fullmatch(r"[a-z]{2,3}", language) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in own.glob("??.yaml")))
        raise NoWordsError(
            f"there are no words in {language!r}: use one of {known}, or add {path.name} to "
            f"{own.parent.name}/{own.name}"
        )
    return {**_read(LOCALE / path.name), **_read(path)}


@lru_cache
def _countries() -> Mapping[str, Mapping[str, str]]:
    return _read(LOCALE / "countries.yaml")


def _read(path: Path) -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506
    return read
