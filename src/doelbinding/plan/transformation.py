"""What becomes of a value that nothing justifies, where it is not just emptied: as data.

Part of a plan, so that a plan shows it and its fingerprint covers it. Key material is never in it.
`replacement` is what stands in for a value that cannot be read as what its column should hold:
what cannot be changed so that it tells less is emptied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from doelbinding.binding.paths import Link
from doelbinding.policy.endings import Grain
from doelbinding.policy.stores import ColumnType


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Null, or what stands in for it."""

    replacement: str | int | bool | None = None
    op: Literal["empty"] = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generalise:
    """A date or moment to the first day of its year or month, in the column's own form."""

    grain: Grain
    held: ColumnType
    replacement: str | int | bool | None = None
    op: Literal["generalise"] = "generalise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A number to the lower end of its band: the greatest multiple of `width` not above it."""

    width: int
    replacement: str | int | bool | None = None
    op: Literal["band"] = "band"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepFirst:
    """The first characters (Unicode code points) of a text: a postcode to its area."""

    length: int
    replacement: str | int | bool | None = None
    op: Literal["keep-first"] = "keep-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonymise:
    """A keyed pseudonym; not anonymous until the key of that name is destroyed."""

    key: str
    op: Literal["pseudonymise"] = "pseudonymise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectify:
    """The right value instead of a wrong one (Art. 16), also where there was none.

    `value` names a key set of the plan with one key of one part, or of none for null: it is sealed
    beside the plan, and covered by the plan's fingerprint through its keyed digest.
    """

    value: str
    held: ColumnType
    op: Literal["rectify"] = "rectify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A column that identifies the person a text is about: here, or up along links."""

    column: str
    kind: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StripText:
    """A text without addresses, numbers and what identifies its own person."""

    own: tuple[Own, ...] = ()
    replacement: str | int | bool | None = None
    op: Literal["strip-text"] = "strip-text"


Whole = Annotated[
    Empty | Generalise | Band | KeepFirst | Pseudonymise | StripText | Rectify,
    Field(discriminator="op"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Every value at a path in a document, each on its own; the rest of the document stays."""

    document: str
    path: str
    each: Whole
    op: Literal["within"] = "within"


Transformation = Annotated[
    Empty | Generalise | Band | KeepFirst | Pseudonymise | StripText | Rectify | Within,
    Field(discriminator="op"),
]


def innermost(transformation: Transformation) -> Whole:
    """Give what becomes of a value itself, in a document or not."""
    return transformation.each if isinstance(transformation, Within) else transformation


def strips(transformation: Transformation | None) -> bool:
    """Tell whether a text is stripped, so that its person's names must still be there."""
    return transformation is not None and isinstance(innermost(transformation), StripText)


def rectifies(transformation: Transformation | None) -> bool:
    """Tell whether a wrong value is replaced by the right one."""
    return transformation is not None and isinstance(innermost(transformation), Rectify)
