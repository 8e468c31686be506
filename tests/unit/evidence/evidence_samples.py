"""A small log that holds one entry of every kind, and bundles that somebody tampered with."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from types import MappingProxyType

from doelbinding.evidence import (
    EntryKind,
    Log,
    MemoryEntryStore,
    SigningKey,
    commit,
    export,
    sha256_hex,
)
from doelbinding.evidence.archive import pack, unpack

KEY = SigningKey(name="evidence.example/test", secret=bytes(range(32)))
OTHER_KEY = SigningKey(name="evidence.example/test", secret=bytes(range(1, 33)))
TRUSTED = str(KEY.verifier)
START = datetime(2026, 10, 10, 9, 30, tzinfo=UTC)
SALT = b"s" * 32
DOCUMENT = b'{"name":"example"}'
HASH = sha256_hex(DOCUMENT)
PERSON = commit(SALT, "somebody")
LATER = "2026-11-10T23:00:00Z"

ONE_OF_EACH: Mapping[EntryKind, Mapping[str, object]] = {
    EntryKind.POLICY_PUBLISHED: {"policy": HASH, "version": "v3", "languages": ["nl", "en"]},
    EntryKind.PLAN_MADE: {
        "plan": HASH, "policy": HASH, "occasion": "retention", "instant": LATER, "rows": 12,
        "stores": ["crm", "mail.archive"],
    },
    EntryKind.PLAN_APPROVED: {"plan": HASH, "by": PERSON, "role": "officer"},
    EntryKind.RUN_STARTED: {"run": "run-1", "plan": HASH},
    EntryKind.STEP_INTENDED: {
        "run": "run-1", "step": 0, "store": "crm", "dataset": "contacts", "action": "delete",
        "rows": 12, "columns": ["email"],
    },
    EntryKind.STEP_DONE: {"run": "run-1", "step": 0, "rows": 12},
    EntryKind.STEP_UNKNOWN: {"run": "run-1", "step": 1, "reason": "connection_lost"},
    EntryKind.RUN_VERIFIED: {"run": "run-1", "rows": 12, "undated": 0, "grade": "deleted"},
    EntryKind.RUN_NOT_VERIFIED: {"run": "run-2", "reason": "rows_remain", "remaining": 1},
    EntryKind.STORE_PURGED: {"store": "crm", "grade": "vacuumed", "runs": ["run-1"]},
    EntryKind.NIGHT_LEFT_OUT: {"stores": ["crm"], "reason": "store_failed"},
    EntryKind.REQUEST_RECEIVED: {
        "case": PERSON, "controller": "stago-nl", "right": "erasure", "due": LATER
    },
    EntryKind.REQUEST_SEALED: {"case": PERSON, "controller": "stago-nl", "stores": ["crm"]},
    EntryKind.REQUEST_ANSWERED: {"case": PERSON, "controller": "stago-nl", "outcome": "granted"},
    EntryKind.STOP_SET: {
        "person": PERSON, "controller": "stago-nl", "activity": "newsletter",
        "reason": "consent_withdrawn",
    },
    EntryKind.STOP_LIFTED: {
        "person": PERSON, "controller": "stago-nl", "activity": "newsletter",
        "reason": "newer_consent",
    },
    EntryKind.HOLD_SET: {
        "hold": "hold-7", "controller": "stago-nl", "reason": "legal_claim", "owner": PERSON,
        "review": LATER,
    },
    EntryKind.HOLD_LIFTED: {"hold": "hold-7", "controller": "stago-nl", "reason": "claim_ended"},
    EntryKind.RESTRICTION_SET: {
        "person": PERSON, "controller": "stago-nl", "reason": "accuracy_contested"
    },
    EntryKind.KEY_DESTROYED: {"key": "visits-2026", "destroyed": LATER},
    EntryKind.STORE_REAPPLIED: {"store": "crm", "returned": 3, "rows": 3},
    EntryKind.LOG_RECOVERED: {"signed": 20, "held": 12, "by": PERSON},
    EntryKind.RESTRICTION_LIFTED: {"person": PERSON, "controller": "stago-nl", "informed": LATER},
    EntryKind.CHECK_DONE: {"policy": HASH, "scope": "model", "errors": 0, "warnings": 2},
    EntryKind.CONTROL_ASSESSED: {
        "control": "retention-runs", "outcome": "kept", "promises": ["r-ii.10"], "entries": [5, 7]
    },
    EntryKind.CHECKPOINT_EXPORTED: {"size": 20, "root": HASH},
}  # fmt: skip


def ticking() -> Callable[[], datetime]:
    seconds = count()
    return lambda: START + timedelta(seconds=next(seconds))


def new_log(store: MemoryEntryStore | None = None, key: SigningKey = KEY) -> Log:
    return Log(store or MemoryEntryStore(), key, ticking())


def filled_log(*, entries: int, checkpoint_every: int = 4) -> Log:
    log = new_log()
    for index in range(entries):
        log.append(EntryKind.STEP_DONE, {"run": "run-1", "step": index, "rows": index * 3})
        if index % checkpoint_every == checkpoint_every - 1:
            log.checkpoint()
    return log


def bundle_of(log: Log, documents: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    return export(log, documents=documents)


def with_entries(bundle: bytes, lines: list[bytes]) -> bytes:
    return with_member(bundle, "entries.jsonl", b"".join(line + b"\n" for line in lines))


def with_member(bundle: bytes, name: str, content: bytes) -> bytes:
    return pack({**unpack(bundle), name: content})


def lines_of(bundle: bytes) -> list[bytes]:
    return unpack(bundle)["entries.jsonl"].split(b"\n")[:-1]
