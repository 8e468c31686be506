"""Taking what points at people out of a text; the rest of the text stays.

What is taken out: e-mail addresses and URLs, whole; the identifiers and names of the text's own
person, however their letters are written (`plan.folded`); IBANs and telephone numbers. It errs
towards taking out: a long number that starts with 0 goes. Its limits are real: names of others,
nicknames, misspellings, words of one or two letters, addresses and what a text tells between the
lines stay. So `check` asks for a test on record before it calls the result anonymous.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from doelbinding.plan.folded import fold, replace_folded

MARK = "[…]"
_OF_ADDRESS = r"[^\s@<>()\[\],;:\"']"
_OF_URL = r"[^\s<>\"']"
_ADDRESSES = (
    re.compile(rf"(?:(?<![a-z])[a-z][a-z0-9+.\-]{{1,15}}://|www\.){_OF_URL}+", re.IGNORECASE),
    re.compile(
        rf"(?<!{_OF_ADDRESS}){_OF_ADDRESS}+@{_OF_ADDRESS}+\.(?:xn--[a-z0-9\-]+|[^\W\d_]{{2,}})",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![\w.\-])\w[\w\-]*(?:\.[\w\-]+)*\.[^\W\d_]{{2,}}(?::[0-9]+)?/{_OF_URL}+"),
)
_NUMBERS = (
    re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}[0-9A-Za-z]{11,30}(?![0-9A-Za-z])"),
    re.compile(
        r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: [0-9A-Z]{4}){2,7}(?: [0-9A-Z]{1,3})?(?![0-9A-Za-z])"
    ),
    re.compile(
        r"(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2} ?[A-Za-z0-9]{4}(?: ?[0-9]{4}){1,6}(?: ?[0-9]{1,3})?"
        r"(?![0-9A-Za-z])"
    ),
    re.compile(
        r"(?<![\w+])(?![0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}(?![0-9]))"
        r"(?:\+|\(0\)?\s?|0)[0-9](?:[\s().\-/]{0,3}[0-9]){6,14}(?![0-9])"
    ),
)
_PARTICLES = frozenset(
    ["van", "von", "der", "den", "het", "ter", "ten", "des", "della", "del", "dos", "das", "les"]
)
_SHORTEST = 3


def strip_text(text: str, own: Iterable[tuple[str, object]] = ()) -> str:
    """Give a text without what points at people.

    Applied to its own result it changes nothing: it goes on until nothing more is found. Addresses
    go before names, which may be part of one.

    Args:
        text: the text.
        own: identifiers of its person, each a kind and a value.
    """
    patterns = [*_ADDRESSES, *_own_patterns(own), *_NUMBERS]
    while True:
        stripped = text
        for pattern in patterns:
            stripped = replace_folded(stripped, pattern, MARK)
        if stripped == text:
            return text
        text = stripped


def _own_patterns(own: Iterable[tuple[str, object]]) -> Iterator[re.Pattern[str]]:
    for kind, value in own:
        written = "" if value is None else fold(str(value))
        for part in dict.fromkeys(_parts(kind, written)):
            yield _pattern(part)


def _parts(kind: str, value: str) -> Iterator[str]:
    """Yield what of an identifier is looked for: the whole, and each telling word of a name."""
    whole = " ".join(value.split())
    if sum(c.isalnum() for c in whole) >= _SHORTEST:
        yield whole
    if kind == "name":
        for word in re.findall(r"[^\W\d_]+", value):
            if len(word) >= _SHORTEST and word.casefold() not in _PARTICLES:
                yield word


@lru_cache(maxsize=4096)
def _pattern(part: str) -> re.Pattern[str]:
    written = r"\s+".join(re.escape(word) for word in part.split())
    return re.compile(rf"(?<![^\W_]){written}(?![^\W_])", re.IGNORECASE)
