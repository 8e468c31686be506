"""Values changed so that they tell less: exact, the same on every engine, and idempotent.

`Transformer.of(t, of(t, x)) == of(t, x)`: so what is done is seen to be done, a run killed and run
again ends the same, and a nightly run rewrites nothing. Null stays null. What cannot be read as
what its column should hold is emptied, since nothing justifies it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import assert_never

from doelbinding.binding.times import is_well_formed
from doelbinding.plan.documents import replace_values
from doelbinding.plan.standing_in import is_written
from doelbinding.plan.strip import strip_text
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
from doelbinding.policy.endings import Grain
from doelbinding.policy.json_path import parse_path
from doelbinding.policy.stores import ColumnType

PSEUDONYM = re.compile(r"ps-[0-9a-f]{6}-[0-9a-f]{32}")
PSEUDONYM_LENGTH = 42
_PLAIN = (str, int, float, Decimal, type(None))  # what is compared as it is
_GREATEST = 400  # digits of a number that is still read as one


class NoKey(Exception):
    """A pseudonym is wanted under a key that is not there, or was destroyed; `why` says more."""

    def __init__(self, name: str, why: str | None = None) -> None:
        super().__init__(
            why
            or f"the key {name!r} is not there: make it with `doelbinding keys make {name}`, or "
            "name another in the policy if it was destroyed"
        )


Keyring = Callable[[str], bytes]
"""Gives the material of a key by its name, or raises `NoKey`."""


def no_keys(name: str) -> bytes:
    """Be a keyring without keys."""
    raise NoKey(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformer:
    """Transforms values, with keys at hand; `values` are the right ones, by name, for `Rectify`."""

    keys: Keyring = no_keys
    values: Mapping[str, Collection[tuple[str | int, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def of(
        self, transformation: Transformation, value: object, own: Sequence[object] = ()
    ) -> object:
        """Give what becomes of a value.

        Args:
            transformation: what is to be done.
            value: as the store gives it: times as text; of `Within` the whole document.
            own: for `StripText`, the values of its `own` columns, in their order.

        Raises:
            NoKey: a pseudonym is wanted without its key.
        """
        if isinstance(transformation, Within):
            each = transformation.each
            steps = parse_path(transformation.path)
            return replace_values(value, steps, lambda inner: self._whole(each, inner, own))
        return self._whole(transformation, value, own)

    def _whole(self, transformation: Whole, value: object, own: Sequence[object]) -> object:
        if isinstance(transformation, Rectify):
            return rectified(self.values[transformation.value], transformation.held, value)
        if value is None:
            return None
        match transformation:
            case Empty():
                return transformation.replacement
            case Pseudonymise():
                return self._pseudonym(transformation.key, value)
            case Generalise() | Band() | KeepFirst() | StripText():
                told = _lessened(transformation, value, own)
                if told is not None:
                    return told
                stand_in = transformation.replacement
                less = None if stand_in is None else _lessened(transformation, stand_in, own)
                return stand_in if less is None else less
            case _:
                assert_never(transformation)

    def _pseudonym(self, name: str, value: object) -> str:
        if isinstance(value, str) and PSEUDONYM.fullmatch(value):
            return value
        return pseudonym(name, self.keys(name), value)


def rectified(named: Collection[tuple[str | int, ...]], held: ColumnType, value: object) -> object:
    """Give the right value in the form in which a column holds the wrong one.

    Args:
        named: one key: of one part, the right value; of none, null.
        held: the column's declared type.
        value: what the column holds now, as it is read.
    """
    (key,) = named
    if not key:
        return None
    right = key[0]
    if not isinstance(value, _PLAIN) and is_written(held, value, right):
        return value
    if held is ColumnType.BOOLEAN and (value is None or isinstance(value, bool)):
        return bool(right)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return right
    found = type(value)(right)
    return value if found == value else found


def has_ended(change: Transformation, value: object) -> bool:
    """Tell whether a value of a row is what the change leaves; a pseudonym is told by its form.

    Of a value inside a document the value itself is given.
    """
    each = innermost(change)
    if isinstance(each, Empty):
        return value == each.replacement
    if isinstance(each, Pseudonymise):
        return isinstance(value, str) and PSEUDONYM.fullmatch(value) is not None
    return Transformer().of(each, value) == value


def pseudonym(name: str, key: bytes, value: object) -> str:
    """Give the pseudonym of a value: HMAC-SHA256 (RFC 2104), 128 bits of it, with the key's tag.

    The tag tells under which key it was made, and so which key must be destroyed.
    """
    written = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    digest = hmac.new(key, written.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
    return f"ps-{key_tag(name)}-{digest[:32]}"


@lru_cache(maxsize=64)
def key_tag(name: str) -> str:
    """Give the short mark of a key's name that its pseudonyms bear."""
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def _lessened(
    transformation: Generalise | Band | KeepFirst | StripText,
    value: object,
    own: Sequence[object],
) -> object:
    """Give what is left of a value; none when it cannot be read."""
    match transformation:
        case Generalise():
            return _generalised(value, transformation.held, transformation.grain)
        case Band():
            return _band(value, transformation.width)
        case KeepFirst():
            return value[: transformation.length] if isinstance(value, str) else None
        case StripText():
            kinds = (one.kind for one in transformation.own)
            theirs = list(zip(kinds, own, strict=False))
            return strip_text(value, theirs) if isinstance(value, str) else None
        case _:
            assert_never(transformation)


def _generalised(value: object, held: ColumnType, grain: Grain) -> object:
    if not is_well_formed(value, held):
        return None
    if held is ColumnType.DATE_DIGITS:
        first = f"{str(value)[:6]}01" if grain is Grain.MONTH else f"{str(value)[:4]}0101"
        return int(first) if isinstance(value, int) else first
    if isinstance(value, int):
        per_second = 1000 if held is ColumnType.EPOCH_MILLISECONDS else 1
        moment = datetime.fromtimestamp(value // per_second, UTC)
        return int(_first(moment, grain).timestamp()) * per_second
    if isinstance(value, datetime):
        return _first(value, grain)
    if isinstance(value, date):
        return value.replace(month=value.month if grain is Grain.MONTH else 1, day=1)
    return _first_in_text(str(value), grain)


def _first(moment: datetime, grain: Grain) -> datetime:
    month = moment.month if grain is Grain.MONTH else 1
    return moment.replace(month=month, day=1, hour=0, minute=0, second=0, microsecond=0)


def _first_in_text(value: str, grain: Grain) -> str:
    """Give the start of the year or month as the text writes it: its day, clock and offset."""
    day = f"{value[:7]}-01" if grain is Grain.MONTH else f"{value[:4]}-01-01"
    if len(value) == len(day):
        return day
    offset = value[value.index("+") :] if "+" in value else ""
    return f"{day} 00:00:00{offset}"


def _band(value: object, width: int) -> object:
    """Give the lower end of a number's band, in the number's own type."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, int):
        return value // width * width
    exact = Decimal(str(value))
    if not exact.is_finite() or exact.adjusted() > _GREATEST:
        return None
    lower = type(value)(math.floor(Fraction(exact) / width) * width)
    return lower if lower == value else _band(lower, width)  # a float may have been rounded
