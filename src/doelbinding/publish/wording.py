"""The published pages' own words, beside those of the law (`law.language`).

They stand in `locale/<language>.yaml`, one file per language with the same keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from doelbinding.law.language import wording as language_of_law
from doelbinding.law.language.wording import Said, Wording
from doelbinding.publish.errors import NoWordsError

__all__ = ["LOCALE", "Said", "Wording", "wording"]

LOCALE = Path(__file__).parent / "locale"


def wording(language: str, others: Sequence[str] = ()) -> Wording:
    """Give the wording of a language.

    Raises:
        NoWordsError: there is no file of words for it.
    """
    try:
        return language_of_law.wording(language, others, own=LOCALE)
    except language_of_law.NoWordsError as error:
        raise NoWordsError(str(error)) from None
