"""The address of the records' database, taken apart without glue."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database(url: str | None, state: Path) -> dict[str, Any]:
    """Give Django's settings for a database URL; a SQLite file in `state` where there is none.

    Raises:
        ValueError: the URL is neither postgresql nor sqlite.
    """
    if not url:
        return _sqlite(state / "records.sqlite3")
    parts = urlsplit(url)
    scheme = parts.scheme.partition("+")[0]
    if scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path.removeprefix("/"))))
    if scheme not in {"postgresql", "postgres"}:
        raise ValueError(
            f"DOELBINDING_DATABASE_URL: {scheme!r} is not supported; write postgresql://… or "
            "sqlite:///…"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": 10,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
