"""Identifying columns compared as their kind demands, by a database as far as it can.

What identifiers are alike is decided by `plan.identifiers.normalise`. No database folds case, forms
of Unicode, domains and telephone numbers exactly as it does; so a statement asks for *at least* the
rows that are alike, and what it gives is judged by `normalise` (ADR 0019). Where a value has only
ASCII, a plain expression decides, which an index serves; all other values are given for judgement,
and a partial index finds them. A test holds that nothing alike is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.times import is_well_formed
from doelbinding.plan.identifiers import PHONE, normalise
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.stores.sql.times import clock_in_text

_WHOLE = re.compile(r"-?[0-9]{1,20}")
_BLANKS = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
_LARGEST = 2**64
"""Whole numbers are below it: without a sign on MariaDB, and in NUMERIC on PostgreSQL."""

_LARGEST_SIGNED = 2**63
_SIGNED = frozenset({"sqlite", "spark"})
_LAST_DIGITS, _ENOUGH_DIGITS = 6, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How a database is asked, in its own words, for the rows whose identifier may be alike.

    A row is given when `plain` holds one of what `said` gives of the normalised value, or when it
    passes `beyond`. If `said` gives none, every row has to be looked at.
    """

    plain: str
    said: Callable[[str], Sequence[str | int] | None]
    beyond: str | None = None


def question(held: str, kind: str, column: Column, dialect: str) -> Question:
    """Give how a column, quoted as the database wants it, is asked for identifiers of a kind."""
    if column.type is ColumnType.INTEGER:
        whole = _whole_signed if dialect in _SIGNED else _whole
        return Question(plain=held, said=_everything if kind == PHONE else whole)
    words = _WORDS.get(dialect)
    if words is None or (kind in _DIGITS and not words.digits):
        return Question(plain=held, said=_everything)
    text = words.text.format(held)
    trimmed, odd = words.trimmed.format(text), words.odd.format(text)
    match kind:
        case "email":
            return Question(plain=words.exact.format(f"lower({trimmed})"), said=_ascii, beyond=odd)
        case "phone":
            last = f"right({words.only.format(text, '0-9')}, {_LAST_DIGITS})"
            other = words.has.format(text, "[^0-9 ()+./-]")
            return Question(plain=words.exact.format(last), said=_last_digits, beyond=other)
        case "iban":
            letters = f"upper({words.only.format(text, '0-9A-Za-z')})"
            return Question(plain=words.exact.format(letters), said=_iban, beyond=odd)
        case "national-number":
            digits = words.unpadded.format(words.only.format(text, "0-9"))
            return Question(plain=words.exact.format(digits), said=_ascii, beyond=odd)
        case _:
            return Question(plain=words.exact.format(trimmed), said=_ascii, beyond=odd)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """How a dialect says what is asked; `digits`: whether it can take characters out at all."""

    text: str
    trimmed: str
    exact: str
    odd: str
    has: str = ""
    only: str = ""
    unpadded: str = ""

    @property
    def digits(self) -> bool:
        return bool(self.only)


_DIGITS = frozenset({"phone", "iban", "national-number"})
_WORDS = {
    "postgresql": _Words(
        text="{}::text",
        trimmed="btrim({}, E' \\t\\n\\x0b\\x0c\\r\\x1c\\x1d\\x1e\\x1f')",
        exact='{} COLLATE "C"',
        odd="{} COLLATE \"C\" ~ '[^\\x01-\\x7f]'",
        has="{} COLLATE \"C\" ~ '{}'",
        only="regexp_replace({} COLLATE \"C\", '[^{}]', '', 'g')",
        unpadded="ltrim({}, '0')",
    ),
    "sqlite": _Words(
        text="{}",
        trimmed="trim({}, char(32, 9, 10, 11, 12, 13, 28, 29, 30, 31))",
        exact="{}",
        odd="length({0}) <> length(CAST({0} AS BLOB))",
    ),
    "mysql": _Words(
        text="CONVERT({} USING utf8mb4)",
        trimmed="REGEXP_REPLACE({}, '^[\\\\x1c-\\\\x1f\\\\s]+|[\\\\x1c-\\\\x1f\\\\s]+$', '')",
        exact="CAST({} AS BINARY)",
        odd="LENGTH({0}) <> CHAR_LENGTH({0})",
        has="{} REGEXP '{}'",
        only="REGEXP_REPLACE({}, '[^{}]', '')",
        unpadded="TRIM(LEADING '0' FROM {})",
    ),
    "spark": _Words(
        text="CAST({} AS STRING)",
        trimmed="TRIM(BOTH CAST(X'20090a0b0c0d1c1d1e1f' AS STRING) FROM {})",
        exact="{}",
        odd="octet_length({0}) <> char_length({0})",
        has="{} RLIKE '{}'",
        only="regexp_replace({}, '[^{}]', '')",
        unpadded="TRIM(LEADING '0' FROM {})",
    ),
}
_WORDS["mariadb"] = _WORDS["mysql"]


def _everything(_: str) -> None:
    return None


def _whole(value: str, largest: int = _LARGEST) -> list[str | int]:
    held = _WHOLE.fullmatch(value) and abs(int(value)) < largest
    return [int(value)] if held else []


def _whole_signed(value: str) -> list[str | int]:
    return _whole(value, _LARGEST_SIGNED)


def can_be_held(value: object, dialect: str) -> bool:
    """Tell whether a database has whole numbers of that size."""
    largest = _LARGEST_SIGNED if dialect in _SIGNED else _LARGEST
    return not isinstance(value, int) or abs(value) < largest


def _ascii(value: str) -> list[str | int]:
    """A normal form beyond ASCII comes only from values beyond ASCII, which are all given."""
    return [value] if value.isascii() else []


def _iban(value: str) -> list[str | int]:
    return [value, f"IBAN{value}"] if value.isascii() else []


def _last_digits(value: str) -> list[str | int] | None:
    """Prefixes are written in many ways and extensions are `beyond`; the last digits stay."""
    digits = re.sub("[^0-9]", "", value)
    return None if len(digits) < _ENOUGH_DIGITS else [digits[-_LAST_DIGITS:]]


def alike(held: object, kind: str, wanted: frozenset[str], country: str | None) -> str | None:
    """Give which of the normalised values a held one is; none if it is none of them."""
    if held is None:
        return None
    found = normalise(kind, str(held), country)
    if found in wanted:
        return found
    if isinstance(held, int):
        return next((one for one in wanted if _WHOLE.fullmatch(one) and int(one) == held), None)
    return None


def serving_indexes(table: str, held: str, kind: str, column: Column, dialect: str) -> list[str]:
    """Give the statements that make the indexes by which people are found without reading all."""
    asked = question(held, kind, column, dialect)
    if asked.plain == held:
        return [] if asked.said is _everything else [f"CREATE INDEX ON {table} ({held})"]
    found = [f"CREATE INDEX ON {table} (({asked.plain}))"]
    if asked.beyond is not None:
        found.append(f"CREATE INDEX ON {table} ({held}) WHERE {asked.beyond}")
    return found


def comparable(held: sa.ColumnElement[Any], kind: str, dialect: str) -> sa.ColumnElement[Any]:
    """Give a column normalised as far as a predicate can say it, for what other stores told.

    Where this and `normalise` differ nobody is matched, which leaves a value undated, and so kept.
    """
    if dialect == "sqlite":
        return held if kind not in _FOLDED else sa.func.doel_normalise(kind, held)
    match kind:
        case "email":
            return sa.func.lower(sa.func.btrim(sa.func.normalize(held), _BLANKS))
        case "iban":
            return sa.func.upper(sa.func.translate(held, _BLANKS, ""))
        case "national-number":
            return sa.func.ltrim(sa.func.regexp_replace(held, "[^0-9]", "", "g"), "0")
        case "phone":
            digits = sa.func.regexp_replace(held, "[^0-9+]", "", "g")
            return sa.func.regexp_replace(digits, "^00", "+")
        case _:
            return held


_FOLDED = frozenset({"email", "iban", "phone", "national-number"})


def teach_sqlite(connection: Any, _: object) -> None:
    """Give a new SQLite connection our normalising, and its foreign keys, which are off else."""
    connection.create_function("doel_normalise", 2, _normalised, deterministic=True)
    connection.create_function("doel_well_formed", 2, _well_formed, deterministic=True)
    connection.create_function("doel_clock", 2, clock_in_text, deterministic=True)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten


@lru_cache(maxsize=65_536)
def _well_formed(kind: str, value: object) -> bool:
    return is_well_formed(value, ColumnType(kind))


def _normalised(kind: str, value: object) -> str | None:
    return None if value is None else normalise(kind, str(value))
