"""Identifiers compared as their kind demands: e-mail without regard to case, numbers exactly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

EMAIL, PHONE, IBAN, NAME = "email", "phone", "iban", "name"
WEAK = frozenset({NAME, PHONE})
"""Kinds that many people share: never followed from one row to another; a name tells apart."""

SHAREABLE = frozenset({EMAIL, PHONE, IBAN})
"""Kinds that a household or a company may share: followed only as far as the name goes along."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something by which a person is found; its value never shows in an error or a log."""

    kind: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.kind}:(withheld)"


class NotAnIdentifier(Exception):
    """What was given is not of the form KIND:VALUE; the value is not repeated."""


def parse_identifier(written: str) -> Identifier:
    """Read `email:someone@example.com`; a bare address is an e-mail address.

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
    return Identifier(kind.strip().lower(), normalise(kind.strip().lower(), value))


def _is_text(written: str) -> bool:
    """Tell whether every character can be stored: bytes that are no UTF-8 cannot."""
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return True


def normalise(kind: str, value: str) -> str:
    """Give a value in the form in which values of its kind are compared."""
    value = unicodedata.normalize("NFC", value).strip()
    match kind:
        case "email":
            return value.lower()
        case "phone":
            digits = re.sub(r"[^0-9+]", "", value)
            return "+" + digits[2:] if digits.startswith("00") else digits
        case "iban":
            return re.sub(r"\s", "", value).upper()
        case "name":
            return " ".join(value.split()).casefold()
        case _:
            return value
