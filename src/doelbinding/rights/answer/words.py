"""The words of the answers, beside those of the law: one file per language, with the same keys."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from doelbinding.law.language.wording import Wording, wording
from doelbinding.policy.stores import Column
from doelbinding.rights.answer.case import Case

LOCALE = Path(__file__).parent / "locale"


def words_for(case: Case) -> Wording:
    """Give the wording in which the person is answered.

    Raises:
        NoWordsError: there are no words in the case's language.
    """
    return wording(case.language, case.controller.languages, own=LOCALE)


def label_of(column: Column, words: Wording) -> str:
    """Give a column's label, or its bare name where it has none."""
    return words.say(column.label) or column.name


def until(day: date, words: Wording) -> str:
    """Say the last day something is kept."""
    return words.ui("until", day=words.date(day))
