"""Opening the records in a working folder: settings, migrations, keys, the log."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import django

from doelbinding.evidence.errors import KeyFileError
from doelbinding.evidence.keyfile import create_key_file, load_key_file
from doelbinding.evidence.log import Log
from doelbinding.evidence.note import SigningKey
from doelbinding.records.envelope import Sealer, key_file
from doelbinding.records.outside import Outside


class RecordsUnavailable(Exception):
    """The records cannot be opened: their database, their folder or their keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The open records: how to seal, and the evidence log."""

    sealer: Sealer
    log: Log
    home: Path
    outside: Outside

    @property
    def state(self) -> Path:
        """The folder that holds database, keys and checkpoints."""
        return self.home / ".doelbinding"

    def checkpoint(self) -> None:
        """Sign the log as it is, and keep the note outside the database too."""
        self.outside.keep(self.log.checkpoint())


def open_records(
    home: Path, *, log_name: str, history: Path | None = None, rolled_back: bool = False
) -> Records:
    """Open the records of a working folder, making them the first time.

    Args:
        home: the working folder.
        log_name: the origin of the log of evidence.
        history: where checkpoints are added to, outside.
        rolled_back: open them although the log is behind a checkpoint outside.

    Raises:
        RecordsUnavailable: the database does not answer or the folder cannot be written.
        LogRolledBack: the log is behind a checkpoint kept outside.
    """
    state = home / ".doelbinding"
    os.environ["DOELBINDING_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doelbinding.records.settings")
    try:
        (state / "keys").mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise RecordsUnavailable(f"{state}: cannot be written ({error.strerror})") from None
    try:
        django.setup()
    except ValueError as error:  # of the address, in settings.py
        raise RecordsUnavailable(str(error)) from None
    _migrate(state)
    from doelbinding.records.evidence import RecordedEntries  # noqa: PLC0415 - models need setup

    signer = _signing_key(state / "keys" / "evidence.pem", log_name)
    records = Records(
        sealer=Sealer(key_file(state / "keys" / "records.key")),
        log=Log(RecordedEntries(), signer, lambda: datetime.now(UTC)),
        home=home,
        outside=Outside(state=state, history=history),
    )
    if not rolled_back:
        records.outside.insist(records.log)
    return records


def _migrate(state: Path) -> None:
    """Bring the tables up to date, one process at a time; cheap when they are."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup
    from django.db.utils import Error  # noqa: PLC0415

    from doelbinding.records.alone import in_turn  # noqa: PLC0415

    try:
        if _behind():
            with in_turn(state, "migrations"):
                if _behind():
                    call_command("migrate", verbosity=0, interactive=False)
    except Error as error:
        cause = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        told = _OWNER if _DENIED in cause else f"({cause}): {_REACH}"
        raise RecordsUnavailable(f"the records' database cannot be used {told}") from None


_DENIED = "permission denied"
_REACH = "check DOELBINDING_DATABASE_URL, or that no other process holds it locked"
_OWNER = (
    f"({_DENIED}): the role makes tables there, so let it own the database: ALTER DATABASE … "
    "OWNER TO …"
)


def _behind() -> bool:
    """Tell whether tables are missing or as an earlier version made them."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _signing_key(path: Path, name: str) -> SigningKey:
    if not path.exists():
        with suppress(KeyFileError):  # another process made it meanwhile: that one holds
            create_key_file(path, name=name, secret=secrets.token_bytes(32))
    return load_key_file(path, name=name)
