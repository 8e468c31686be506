"""As what a value ends once nothing justifies it: emptied, or changed so that it tells less.

Words are exact: only deletion, emptying, or an anonymiser whose test is on record ends retention.
A value under a keyed pseudonym is still personal data (GDPR recital 26, Art. 4(5)) until the key
is destroyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from doelbinding.policy.json_path import parse_path
from doelbinding.policy.shape import SHAPE
from doelbinding.policy.text import Text


class Grain(StrEnum):
    """What is left of a date or a moment."""

    YEAR = "year"
    MONTH = "month"


class Strip(StrEnum):
    """What is stripped: a text of what points at people; the rest of it stays."""

    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """As what a value of a column ends; absent: emptied.

    `generalise` a date to its year or month; `band`: a number to the lower end of its band of that
    width; `keep_first`: so many characters of a text; `strip` a text of addresses, numbers and
    the person's own identifiers; `pseudonym`: a keyed one, under the key of that name, which is
    kept outside the policy. `test` names the test on record that shows the result is anonymous.
    """

    __pydantic_config__ = SHAPE

    generalise: Grain | None = None
    band: int | None = None
    keep_first: int | None = None
    strip: Strip | None = None
    pseudonym: str | None = None
    test: str | None = None

    def __post_init__(self) -> None:
        """Refuse an ending that says nothing or two things, or keeps everything.

        Raises:
            ValueError: not exactly one of the five, or a width or length below one.
        """
        ways = (self.generalise, self.band, self.keep_first, self.strip, self.pseudonym)
        if sum(way is not None for way in ways) != 1:
            raise ValueError(
                "`ends_as` holds exactly one of `generalise`, `band`, `keep_first`, `strip` and "
                "`pseudonym`"
            )
        if (self.band is not None and self.band < 2) or (  # noqa: PLR2004 - a band of one is the number
            self.keep_first is not None and self.keep_first < 1
        ):
            raise ValueError("`band` is 2 or more and `keep_first` 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Where a value stands that is no column of its own: at a path in a column of JSON."""

    __pydantic_config__ = SHAPE

    column: str
    path: str

    def __post_init__(self) -> None:
        """Refuse what is no path.

        Raises:
            ValueError: see `parse_path`.
        """
        parse_path(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymiserTest:
    """A test on record that shows that what an anonymiser leaves no longer points at a person."""

    __pydantic_config__ = SHAPE

    id: str
    tested_on: date
    tested_by: str
    shows: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudonymKey:
    """A key for pseudonyms, by its name only: its material is never in a policy.

    What stands under it is personal data until it is destroyed, by the day `destroy_by`.
    """

    __pydantic_config__ = SHAPE

    id: str
    label: Text
    destroy_by: date | None = None
