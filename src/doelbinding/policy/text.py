"""Words that people read, per language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Text = Mapping[str, str]
"""Language tag (`nl`, `en`, `fr`) to words. A missing translation is a finding, not an error."""


def words(text: Text, languages: Sequence[str]) -> str:
    """Give the words in the first of `languages` that has them, else in any, else nothing."""
    for language in languages:
        if text.get(language):
            return text[language]
    return next(iter(text.values()), "")


def missing(text: Text, languages: Sequence[str]) -> Iterator[str]:
    """Yield each of `languages` in which the text has no words."""
    for language in languages:
        if not text.get(language, "").strip():
            yield language
