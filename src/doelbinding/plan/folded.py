"""A text without regard to how its letters are written, and where each of them stands.

Letters composed or decomposed (NFC, NFD), accented or not, full-width or ligated are the same here,
and so are all blanks and all hyphens and dashes; marks and characters that only format vanish.
Case stays, for what looks at it; what does not, asks with `re.IGNORECASE`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

_VANISHING = frozenset({"Mn", "Mc", "Me", "Cf"})
_MINUS = "\N{MINUS SIGN}"


class _Folds(dict[int, str]):
    """What each character becomes; filled as they are met."""

    def __missing__(self, code: int) -> str:
        found = "".join(map(_plain, unicodedata.normalize("NFKD", chr(code))))
        self[code] = found
        return found


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category in _VANISHING:
        return ""
    if category == "Pd" or character == _MINUS:
        return "-"
    if category == "Zs":
        return " "
    whole = character.casefold()
    return whole if len(whole) > 1 else character


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Give a text as it is compared."""
    return text if text.isascii() else text.translate(_FOLDS)


def replace_folded(text: str, pattern: re.Pattern[str], mark: str) -> str:
    """Put a mark for whatever matches a pattern in the folded text; all else stays as it is.

    A character that is matched in part goes whole, and with it the marks that follow it.
    """
    if text.isascii():
        return pattern.sub(mark, text)
    spans = [found.span() for found in pattern.finditer(fold(text))]
    return mark.join(_between(text, spans)) if spans else text


def _between(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    """Yield the pieces of a text around what spans of its folded form cover."""
    origins = [n for n, character in enumerate(text) for _ in _FOLDS[ord(character)]]
    ends = {before: after for before, after in pairwise([*origins, len(text)]) if before != after}
    done = 0
    for start, end in spans:
        yield text[done : origins[start]]
        done = max(done, ends[origins[end - 1]])
    yield text[done:]
