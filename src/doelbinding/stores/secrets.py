"""Credentials that stand in a file of their own."""

from __future__ import annotations

from pathlib import Path


class SecretUnreadable(Exception):
    """A file of a password or a token cannot be read; says why."""


def read_secret(held: Path) -> str:
    """Read a password or a token, without the blanks and the end of line around it.

    Raises:
        SecretUnreadable: it cannot be read.
    """
    try:
        return held.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretUnreadable(str(error.strerror)) from None
    except UnicodeDecodeError:
        raise SecretUnreadable("it is no text") from None
