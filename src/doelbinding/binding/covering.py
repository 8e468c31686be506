"""Whether a row leads to one of the people in a named set of keys."""

from __future__ import annotations

from doelbinding.binding.expression import Expression, KeyIn, Up
from doelbinding.binding.paths import Place


def set_name(word: str, ref: str) -> str:
    """Name the set of keys of one dataset that a stop, hold or restriction covers."""
    return f"{word}:{ref}"


def covered_by(here: Place, keys: str) -> Expression:
    """Give whether a row leads to one of the people in a set of keys; never unknown.

    The last step is taken on the reference itself where that is the person's whole key.
    """
    return led_to(here, here.top, keys)


def led_to(here: Place, level: Place, keys: str) -> Expression:
    """Give whether a row refers, in the end, to a row of `level` in a set of keys; never unknown.

    Args:
        here: the dataset of the row.
        level: that dataset, or one on its way up.
        keys: the name of the set.
    """
    parent = here.parent
    if here.ref == level.ref or parent is None:
        return KeyIn(columns=here.dataset.key, keys=keys)
    link = here.upward
    if parent.ref == level.ref and {there for _, there in link.pairs} == set(parent.dataset.key):
        by_key = {there: mine for mine, there in link.pairs}
        return KeyIn(columns=tuple(by_key[part] for part in parent.dataset.key), keys=keys)
    return Up(link=link, part=led_to(parent, level, keys), missing=False)
