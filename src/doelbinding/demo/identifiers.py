"""E-mail addresses, telephone numbers, IBANs and IP addresses that look real and reach nobody."""

import unicodedata
from random import Random

from doelbinding.demo.words import PHONES


def slug(text: str) -> str:
    """Return the lower-case ASCII letters, digits and hyphens of a name."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if c.isascii() and (c.isalnum() or c == "-"))


def recase(draw: Random, email: str) -> str:
    """Return the address as somebody typed it: a store rarely agrees with another on case."""
    return draw.choice((email, email, email.title(), email.upper()))


def phone(draw: Random, controller: str) -> str:
    """Return a number that is never given out: French fiction range, or subscriber number 000."""
    if controller == "FR01":
        return PHONES["FR01"].format(draw.randint(0, 99), draw.randint(0, 99))
    return PHONES[controller].format(draw.randint(0, 9999))


def iban(controller: str, account: int) -> str:
    """Return an IBAN of a bank that does not exist, with valid check digits (ISO 13616)."""
    country, bban = controller[:2], _bban(controller, account)
    digits = "".join(str(int(c, 36)) for c in bban + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"


def _bban(controller: str, account: int) -> str:
    match controller:
        case "BE01":
            number = f"999{account:07d}"
            return f"{number}{int(number) % 97 or 97:02d}"
        case "FR01":
            bank, branch = 99999, 99999
            key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
            return f"{bank}{branch}{account:011d}{key:02d}"
        case _:
            return f"TEST{account:010d}"


def ip_address(draw: Random) -> str:
    """Return an address reserved for documentation (RFC 5737, RFC 3849)."""
    network = draw.choice(("192.0.2.{}", "198.51.100.{}", "203.0.113.{}", "2001:db8::{:x}"))
    return network.format(draw.randint(1, 254))
