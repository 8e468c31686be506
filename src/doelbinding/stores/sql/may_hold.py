"""Which rows may hold a value still to be changed, told in SQL where an engine can tell.

At least the rows that do: what is found is decided in Python, exactly and alike on every engine;
this only spares a nightly run from reading what was done long ago. A stripped text, a document, a
decimal and epoch seconds are read every time.
"""

from __future__ import annotations

from typing import Any, assert_never

import sqlalchemy as sa

from doelbinding.plan.transform import PSEUDONYM_LENGTH
from doelbinding.plan.transformation import (
    Band,
    Empty,
    Generalise,
    KeepFirst,
    Pseudonymise,
    Rectify,
    StripText,
    Transformation,
    Within,
)
from doelbinding.policy.endings import Grain
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.stores.sql.tables import bound
from doelbinding.stores.sql.times import well_formed

_HEX = "[0-9a-f]"
_DIGIT = "[0-9]"
_PSEUDONYM = f"^ps-{_HEX}{{6}}-{_HEX}{{32}}$"
_BARE = {ColumnType.DATE, ColumnType.DATE_TEXT}


def may_hold(
    held: sa.ColumnElement[Any], column: Column, change: Transformation, dialect: str
) -> sa.ColumnElement[bool]:
    """Give a condition that is true at least where the change would change a value."""
    if isinstance(change, Rectify):  # also where there is nothing yet
        return sa.true()
    telling = _telling(held, column, change, dialect)
    present = held.is_not(None)
    return present if telling is None else sa.and_(present, telling)


def _telling(
    held: sa.ColumnElement[Any], column: Column, change: Transformation, dialect: str
) -> sa.ColumnElement[bool] | None:
    match change:
        case Within() | StripText() | Empty() | Rectify():
            return None
        case KeepFirst():
            return _longer(held, change.length, dialect)
        case Pseudonymise():
            return _no_pseudonym(held, dialect)
        case Band():
            return _off_band(held, column, change.width, dialect)
        case Generalise():
            return _finer(held, column, change.grain, dialect)
        case _:
            assert_never(change)


def _longer(held: sa.ColumnElement[Any], length: int, dialect: str) -> sa.ColumnElement[bool]:
    if dialect == "sqlite":  # whose length() stops at a NUL; bytes are at least characters
        return sa.or_(_bytes(held) > length, _is_not(held, "text"))
    return sa.func.char_length(held) > length


def _no_pseudonym(held: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[bool]:
    if dialect == "sqlite":
        pattern = f"ps-{_HEX * 6}-{_HEX * 32}"
        return sa.or_(
            _unlike(held, pattern), _bytes(held) != PSEUDONYM_LENGTH, _is_not(held, "text")
        )
    other_length = sa.func.char_length(held) != PSEUDONYM_LENGTH
    return sa.or_(other_length, _unmatched(held, _PSEUDONYM, dialect))


def _off_band(
    held: sa.ColumnElement[Any], column: Column, width: int, dialect: str
) -> sa.ColumnElement[bool] | None:
    if column.type is not ColumnType.INTEGER:
        return None
    off = held % bound(width) != sa.literal_column("0")
    return sa.or_(_is_not(held, "integer"), off) if dialect == "sqlite" else off


def _finer(
    held: sa.ColumnElement[Any], column: Column, grain: Grain, dialect: str
) -> sa.ColumnElement[bool] | None:
    if column.type.is_epoch or column.type is ColumnType.DATE_DIGITS:
        return None
    if dialect == "sqlite" or column.type is ColumnType.DATE_TEXT:
        return _finer_text(held, column, grain, dialect)
    if dialect == "spark" and column.type is not ColumnType.DATE:
        return None
    part = "doy" if grain is Grain.YEAR else "day"
    if dialect == "postgresql":
        number: sa.ColumnElement[Any] = sa.extract(part, held)
    else:
        name = "dayofyear" if grain is Grain.YEAR else "dayofmonth"
        number = getattr(sa.func, name)(held)
    finer = [sa.func.coalesce(number, sa.literal_column("0")) != sa.literal_column("1")]
    if column.type is not ColumnType.DATE:
        finer.append(sa.cast(held, sa.Time) != bound("00:00:00"))
    if dialect == "postgresql":  # years that Python does not read: they are emptied
        finer += [held < bound("0001-01-01"), held > bound("9999-12-31 23:59:59.999999")]
    return sa.or_(*finer)


def _finer_text(
    held: sa.ColumnElement[Any], column: Column, grain: Grain, dialect: str
) -> sa.ColumnElement[bool]:
    formed = well_formed(held, column, dialect)
    month = "01" if grain is Grain.YEAR else _DIGIT * 2
    clock = "" if column.type in _BARE else " 00:00:00"
    day = f"{_DIGIT * 4}-{month}-01{clock}"
    if dialect == "sqlite":
        unlike = _unlike(held, day)
    else:
        unlike = sa.or_(
            sa.func.char_length(held) != len("0000-00-00"), _unmatched(held, f"^{day}$", dialect)
        )
    return unlike if formed is None else sa.or_(unlike, sa.not_(formed))


def _bytes(held: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.length(sa.cast(held, sa.LargeBinary))


def _is_not(held: sa.ColumnElement[Any], kind: str) -> sa.ColumnElement[bool]:
    return sa.func.typeof(held) != sa.literal_column(f"'{kind}'")


def _unlike(held: sa.ColumnElement[Any], pattern: str) -> sa.ColumnElement[bool]:
    like: sa.ColumnElement[bool] = held.op("GLOB", is_comparison=True)(bound(pattern))
    return sa.not_(like)


def _unmatched(held: sa.ColumnElement[Any], pattern: str, dialect: str) -> sa.ColumnElement[bool]:
    if dialect == "postgresql":
        return sa.not_(held.regexp_match(pattern))
    if dialect == "spark":
        like: sa.ColumnElement[bool] = held.op("RLIKE", is_comparison=True)(bound(pattern))
        return sa.not_(like)
    matching = sa.cast(held, sa.LargeBinary).op("REGEXP", is_comparison=True)
    matched: sa.ColumnElement[bool] = matching(bound(pattern))
    return sa.not_(matched)
