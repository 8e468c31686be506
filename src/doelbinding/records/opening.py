"""Opening the records in a working folder: settings, migrations, keys, the log."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import django

from doelbinding.evidence.checkpoint import open_checkpoint
from doelbinding.evidence.errors import EvidenceError, KeyFileError
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
        RecordsUnavailable: the database does not answer, the folder cannot be written, or its
            keys are not those that the records were begun with.
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

    keys = state / "keys"
    entries = RecordedEntries()
    if entries.size():
        _insist_on_keys(keys)
    signer = _signing_key(keys / _EVIDENCE_KEY, log_name)
    records = Records(
        sealer=Sealer(key_file(keys / _RECORDS_KEY)),
        log=Log(entries, signer, lambda: datetime.now(UTC)),
        home=home,
        outside=Outside(state=state, history=history),
    )
    _insist_on_signer(records.log, keys)
    if not rolled_back:
        records.outside.insist(records.log)
    return records


_EVIDENCE_KEY, _RECORDS_KEY = "evidence.pem", "records.key"
_BEGUN = "the records were begun with other keys than {keys} has"
_COPY = (
    "Copy that folder from the machine that began them, or from a backup; without its keys nothing "
    "that is sealed can be opened, nor can the log go on. Or DOELBINDING_DATABASE_URL names other "
    "records than is meant. Nothing was done"
)


def _insist_on_keys(keys: Path) -> None:
    """Refuse to make a key anew for records that were begun with another.

    Raises:
        RecordsUnavailable: a key is missing.
    """
    missing = [name for name in (_EVIDENCE_KEY, _RECORDS_KEY) if not (keys / name).exists()]
    if missing:
        which = " and ".join(missing)
        raise RecordsUnavailable(f"{_BEGUN.format(keys=keys)}: it has no {which}. {_COPY}")


def _insist_on_signer(log: Log, keys: Path) -> None:
    """Refuse a key that did not sign what is signed in the records, before anything is done.

    Raises:
        RecordsUnavailable: another key signed the last checkpoint, or it is of another log.
    """
    stored = log.store.latest_checkpoint()
    if stored is None:
        return
    origin = stored.note.partition("\n")[0]
    if origin != log.verifier.name:
        raise RecordsUnavailable(
            f"the log in the records is {origin!r}, and the policy's `id` makes it "
            f"{log.verifier.name!r}: put the `id` back, or see that DOELBINDING_DATABASE_URL names "
            "the records of this policy. Nothing was done"
        )
    try:
        open_checkpoint(stored.note, log.verifier)
    except EvidenceError:
        raise RecordsUnavailable(f"{_BEGUN.format(keys=keys)}. {_COPY}") from None


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
