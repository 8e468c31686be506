"""Identifiers compared as their kind demands: e-mail without regard to case, numbers by digits.

`normalise` is what decides. A database may give more than it (see `stores.sql.identify`), and what
it gives is then judged here: who is found never depends on an engine's idea of a letter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import phonenumbers

from doelbinding.policy.stores import Column, ColumnType

EMAIL, PHONE, IBAN, NAME, NATIONAL_NUMBER = "email", "phone", "iban", "name", "national-number"
BIRTH_DATE, NAME_AND_BIRTH = "birth-date", "name-and-birth"

WEAK = frozenset({NAME, PHONE, BIRTH_DATE})
"""Kinds that many people share: never followed from one row to another; a name tells apart."""

SHAREABLE = frozenset({EMAIL, PHONE, IBAN})
"""Kinds that a household or a company may share: followed only as far as the name goes along."""

NEVER_ENOUGH = frozenset({NAME, BIRTH_DATE})
"""Kinds by which nobody is looked up: they tell apart those who are found by something else."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something by which a person is found; its value never shows in an error or a log."""

    kind: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.kind}:(withheld)"


class NotAnIdentifier(Exception):
    """What was given is not of the form KIND:VALUE; the value is not repeated."""


def parse_identifier(written: str, country: str | None = None) -> Identifier:
    """Read `email:someone@example.com`; a bare address is an e-mail address.

    Args:
        written: KIND:VALUE.
        country: ISO 3166 code of the controller's, whose telephone numbers need no prefix.

    Raises:
        NotAnIdentifier: it has no kind or no value.
    """
    kind, colon, value = written.partition(":")
    if not colon and "@" in written:
        kind, value = EMAIL, written
    if not value.strip() or not kind.strip() or not _is_text(written):
        raise NotAnIdentifier(
            "an identifier is written KIND:VALUE, such as email:someone@example.com"
        )
    kind = kind.strip().lower()
    return Identifier(kind, _asked(kind, value, country))


def _asked(kind: str, value: str, country: str | None) -> str:
    if kind == NAME_AND_BIRTH:
        name, _, born = value.rpartition("/")
        if not name.strip() or not re.fullmatch(r"\s*\d{4}-\d\d-\d\d\s*", born):
            raise NotAnIdentifier("write name-and-birth:NAME/YYYY-MM-DD")
        return f"{normalise(NAME, name)}/{born.strip()}"
    found = normalise(kind, value, country)
    if not found:
        raise NotAnIdentifier(f"nothing of the {kind} given is left once it is brought into form")
    return found


def _is_text(written: str) -> bool:
    """Tell whether every character can be stored: bytes that are no UTF-8 cannot."""
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return True


def normalise(kind: str, value: str, country: str | None = None) -> str:
    """Give a value in the form in which values of its kind are compared.

    Args:
        kind: of identifier; one that we do not know compares exactly, but for blanks around it.
        value: as a person wrote it or a column holds it.
        country: ISO 3166 code in which telephone numbers without a prefix are read.
    """
    value = unicodedata.normalize("NFC", value).strip()
    match kind:
        case "email":
            return _email(value)
        case "phone":
            return _phone(unicodedata.normalize("NFKC", value), country)
        case "iban":
            plain = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", value).upper())
            return plain.removeprefix("IBAN")
        case "national-number":
            return re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", value)).lstrip("0")
        case "name":
            return " ".join(value.split()).casefold()
        case _:
            return value


def names_nobody(value: str, column: Column, kind: str, country: str | None = None) -> bool:
    """Tell whether a normalised value of a column identifies nobody.

    So it is when nothing is left of it, and when the column says that it stands for nothing
    (`null_values`) or for what was emptied (`replace_with`).
    """
    nothing = (*column.null_values, column.replace_with)
    return not value or any(
        value == normalise(kind, str(one), country) for one in nothing if one is not None
    )


def leads_on(value: str, column: Column, kind: str, country: str | None = None) -> bool:
    """Tell whether a normalised value that a row holds is followed to the rows of others.

    The whole number 0 is not: rows of guests have it where others name their owner.
    """
    nought = column.type is ColumnType.INTEGER and value == "0"
    return not nought and not names_nobody(value, column, kind, country)


def _email(value: str) -> str:
    """Fold case and full-width forms; write the domain as the mail system does (RFC 3492)."""
    if value.isascii():
        return value.lower()
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", value).casefold()).strip()
    local, at, domain = folded.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}" if at else folded
    except UnicodeError:
        return folded


@lru_cache(maxsize=65_536)
def _phone(value: str, country: str | None) -> str:
    """Give a number in E.164; digits where nobody can tell which country's it is."""
    digits = re.sub(r"[^0-9+]", "", value)
    written = "+" + value.lstrip("( ")[2:] if digits.startswith("00") else value
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return "+" + digits[2:] if digits.startswith("00") else digits
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
