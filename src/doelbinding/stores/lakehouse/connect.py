"""A lakehouse from its address: `sc://host:port`, and where its tables are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.lakehouse.purge import KEEP_HOURS
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.store import LakehouseStore
from doelbinding.stores.lakehouse.tables import NotATable, tables_of
from doelbinding.stores.outside import Address, CannotConnect
from doelbinding.stores.secrets import SecretUnreadable, read_secret


def connect(mapped: Mapped, address: Address) -> LakehouseStore:
    """Make the store; nothing is connected before it is asked something.

    Raises:
        CannotConnect: the section of the store cannot be used.
    """
    settings = address.settings
    try:
        tables = tables_of(mapped, _tables(settings, str(address.home)))
    except NotATable as error:
        raise CannotConnect(f"[stores.{mapped.id}.tables] {error}") from None
    keep_hours = settings.get("keep_hours", KEEP_HOURS)
    if not isinstance(keep_hours, int) or keep_hours < 0:
        raise CannotConnect("`keep_hours` is a whole number of hours, 0 or more")
    lake = Lake(store=mapped.id, url=_with_token(address.url, settings, address))
    return LakehouseStore(
        mapped, lake, tables, keep_hours=keep_hours, transformer=address.transformer
    )


def _tables(settings: Mapping[str, Any], home: str) -> dict[str, dict[str, Any]]:
    found = {}
    for dataset, told in settings.get("tables", {}).items():
        if not isinstance(told, dict):
            raise CannotConnect(f"`tables.{dataset}` is a section with `name`, or `path`, `format`")
        found[dataset] = {
            key: value.replace("{home}", home) if isinstance(value, str) else value
            for key, value in told.items()
        }
    return found


def _with_token(url: str, settings: Mapping[str, Any], address: Address) -> str:
    """Give the URL with a token from the environment or a file, as Spark Connect wants it."""
    token = None
    if "token_env" in settings:
        token = os.environ.get(settings["token_env"])
        if token is None:
            raise CannotConnect(f"the environment has no {settings['token_env']}")
    if "token_file" in settings:
        token = _held(address.home / str(settings["token_file"]))
    if token is None:
        return url
    base = url.rstrip("/") if "/;" in url else f"{url.rstrip('/')}/"
    return f"{base};token={quote(token, safe='')}"


def _held(path: Path) -> str:
    """Read a token from its file.

    Raises:
        CannotConnect: it cannot be read.
    """
    try:
        return read_secret(path)
    except SecretUnreadable as why:
        raise CannotConnect(
            f"the token in {path} cannot be read ({why}): correct `token_file`, "
            "or the file's rights"
        ) from None
