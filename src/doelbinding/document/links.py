"""Addresses as lines that can be followed: mail, telephone and the web, and nothing else."""

from __future__ import annotations

from doelbinding.document.blocks import Line


def mail(address: str) -> Line:
    """Give an e-mail address that can be clicked."""
    return Line(text=address, href=f"mailto:{address}" if address else "")


def phone(number: str) -> Line:
    """Give a telephone number that can be dialled."""
    digits = "".join(c for c in number if c.isdigit() or c == "+")
    return Line(text=number, href=f"tel:{digits}" if digits else "")


def site(address: str, label: str = "") -> Line:
    """Give a web address that can be followed, under its label; anything else is shown only."""
    shown = address.removeprefix("https://").removeprefix("http://").removesuffix("/")
    if not address.startswith(("https://", "http://")):
        return Line(text=shown)
    return Line(text=label or shown, href=address)
