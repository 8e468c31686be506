"""What a step does, in words for whoever approves it; a pseudonym is never called anonymous."""

from __future__ import annotations

from typing import assert_never

from doelbinding.binding.expression import YES
from doelbinding.binding.paths import Place
from doelbinding.plan.model import Deed, Doubt, Emptied, Step
from doelbinding.plan.transformation import (
    Band,
    Empty,
    Generalise,
    KeepFirst,
    Pseudonymise,
    Rectify,
    StripText,
    Transformation,
    Whole,
    Within,
    innermost,
)


def deed_in_words(step: Step) -> str:
    """Say what a step does to the rows it finds."""
    files = [f"remove the file that {one.column} names" for one in step.files]
    if step.deed is Deed.DELETE:
        return "; ".join([*files, "delete row"])
    plain = [one.column for one in step.columns if one.transformation is None]
    said = ["empty " + ", ".join(plain)] if plain else []
    return "; ".join(
        [*files, *said, *(_in_words(one) for one in step.columns if one.transformation)]
    )


def why_in_doubt(doubt: Doubt, here: Place | None) -> str:
    """Say why it is unknown whether anything justifies rows, as far as their question tells.

    `here`: their dataset, if the policy still has it.
    """
    if here is None:
        return "undated"
    *below, top = here.ways_up()
    if doubt.controller is None and not top.shared:
        return "nothing says whose they are"
    told_by_owner = doubt.scope != YES and all(one.dataset.controller is None for one in below)
    leads = told_by_owner or not (below or top.shared)
    return "undated" if leads else "undated, or leading to nobody"


def recorded_as(step: Step) -> str:
    """Give the word under which a step stands in evidence."""
    if step.deed is not Deed.TRANSFORM:
        return step.deed.value
    (one,) = step.columns
    change = None if one.transformation is None else innermost(one.transformation)
    if change is None or isinstance(change, Empty):
        return Deed.EMPTY.value
    if isinstance(change, Pseudonymise):
        return "pseudonymise"
    if isinstance(change, Rectify):
        return "rectify"
    return "generalise" if one.test is None else "anonymise"


def _in_words(emptied: Emptied) -> str:
    change = emptied.transformation
    return f"empty {emptied.column}" if change is None else change_in_words(emptied.column, change)


def change_in_words(name: str, change: Transformation) -> str:
    """Say what a change does to the values of a column."""
    if isinstance(change, Within):
        return f"{_whole(name, change.each)}, at {change.path} in {change.document}"
    return _whole(name, change)


def _whole(name: str, change: Whole) -> str:
    match change:
        case Empty():
            return f"empty {name}"
        case Generalise():
            return f"generalise {name} to its {change.grain.value}"
        case Band():
            return f"generalise {name} to bands of {change.width}"
        case KeepFirst():
            return f"keep the first {change.length} characters of {name}"
        case StripText():
            return f"strip {name} of addresses, numbers and names"
        case Rectify():
            return f"correct {name}"
        case Pseudonymise():
            return (
                f"pseudonymise {name} under the key {change.key}, which is not anonymous until "
                "that key is destroyed"
            )
        case _:
            assert_never(change)
