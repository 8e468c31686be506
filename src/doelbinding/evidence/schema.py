"""What each kind of entry may say, and in which types.

The types are the safeguard: a name, an e-mail address, a sentence or a row's value fits none of
them. People are commitments; documents are hashes; reasons and outcomes are words from a list; the
rest are ids that the policy declares, counts and instants. A slug can still spell a name, so ids
come from the model and never from a row.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

from doelbinding.evidence.errors import NotEvidenceError

Value: TypeAlias = str | int | Sequence[str] | Sequence[int]

LARGEST_COUNT = 2**53 - 1  # I-JSON, RFC 7493 section 2.2
MOST_ITEMS = 500


class EntryKind(StrEnum):
    """What happened."""

    POLICY_PUBLISHED = "policy.published"
    PLAN_MADE = "plan.made"
    PLAN_APPROVED = "plan.approved"
    RUN_STARTED = "run.started"
    STEP_INTENDED = "step.intended"
    STEP_DONE = "step.done"
    STEP_UNKNOWN = "step.unknown"
    RUN_VERIFIED = "run.verified"
    RUN_NOT_VERIFIED = "run.not_verified"
    STORE_PURGED = "store.purged"
    NIGHT_LEFT_OUT = "night.left_out"
    REQUEST_RECEIVED = "request.received"
    REQUEST_SEALED = "request.sealed"
    REQUEST_ANSWERED = "request.answered"
    STOP_SET = "stop.set"
    STOP_LIFTED = "stop.lifted"
    HOLD_SET = "hold.set"
    HOLD_LIFTED = "hold.lifted"
    RESTRICTION_SET = "restriction.set"
    RESTRICTION_LIFTED = "restriction.lifted"
    KEY_DESTROYED = "key.destroyed"
    STORE_REAPPLIED = "store.reapplied"
    CHECK_DONE = "check.done"
    CONTROL_ASSESSED = "control.assessed"
    CHECKPOINT_EXPORTED = "checkpoint.exported"
    LOG_RECOVERED = "log.recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The type of a field: what fits, and how to say it to whoever offered something else."""

    expects: str
    fits: Callable[[object], bool]


def instant(moment: datetime) -> str:
    """Write an aware datetime as the log does: RFC 3339, UTC, microseconds."""
    if moment.tzinfo is None:
        raise NotEvidenceError("instant: the time has no zone; pass an aware datetime")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def is_count(value: object) -> bool:
    """Tell whether *value* is a whole number that every JSON reader reads alike."""
    return type(value) is int and 0 <= value <= LARGEST_COUNT


def _pattern(pattern: str) -> Callable[[object], bool]:
    fits = re.compile(pattern).fullmatch
    return lambda value: isinstance(value, str) and fits(value) is not None


def _several(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: (
        isinstance(value, list | tuple)
        and len(value) <= MOST_ITEMS
        and all(fits(item) for item in value)
        and len(set(value)) == len(value)
    )


def _words(*words: str) -> Shape:
    return Shape(
        expects="one of " + ", ".join(words),
        fits=lambda value: isinstance(value, str) and value in words,
    )


_looks_like_instant = _pattern(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"
)


def _is_instant(value: object) -> bool:
    if not isinstance(value, str) or not _looks_like_instant(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:  # the 30th of February
        return False
    return True


# A run of nine digits is refused: citizen service, account and telephone numbers have it.
_is_id = _pattern(r"(?!.*[0-9]{9})[a-z][a-z0-9._-]{0,79}")

HASH = Shape(expects="a SHA-256 as 64 lowercase hex digits", fits=_pattern("[0-9a-f]{64}"))
COMMITMENT = Shape(
    expects='a commitment, "c:" and 64 lowercase hex digits; make it with commit(salt, value)',
    fits=_pattern("c:[0-9a-f]{64}"),
)
ID = Shape(
    expects="an id of the model: a letter, then at most 79 of a-z 0-9 . _ -, without nine digits "
    "in a row",
    fits=_is_id,
)
IDS = Shape(expects=f"a list of at most {MOST_ITEMS} different ids", fits=_several(_is_id))
COUNT = Shape(expects="a whole number from 0 to 2^53 - 1", fits=is_count)
COUNTS = Shape(expects=f"a list of at most {MOST_ITEMS} entry numbers", fits=_several(is_count))
INSTANT = Shape(
    expects="an instant in UTC (RFC 3339, ending in Z); make it with instant(datetime)",
    fits=_is_instant,
)

_ACTION = _words(
    "delete", "empty", "anonymise", "generalise", "pseudonymise", "rectify", "restrict", "release"
)
_GRADE = _words("deleted", "vacuumed", "out_of_snapshots", "out_of_backups")
_OCCASION = _words("retention", "request", "reapply")
_RIGHT = _words(
    "information", "access", "rectification", "erasure", "restriction", "portability",
    "objection", "automated_decision", "withdrawal", "complaint",
)  # fmt: skip
_ANSWER = _words(
    "granted", "partly_granted", "refused", "nothing_found", "identity_not_shown", "withdrawn",
    "forwarded",
)  # fmt: skip
_STOP = _words("consent_withdrawn", "objection", "marketing_objection", "erasure", "order")
_STOP_LIFTED = _words("newer_consent", "compelling_grounds", "asked_by_person", "set_in_error")
_HOLD = _words("legal_claim", "inquiry", "sealed_request", "legal_obligation")
_HOLD_LIFTED = _words("claim_ended", "inquiry_ended", "request_answered", "set_in_error")
_RESTRICTION = _words(  # Art. 18(1)(a) to (d), and an order under Art. 58(2)(g)
    "accuracy_contested", "unlawful_processing", "needed_for_claims", "objection_pending", "order",
)  # fmt: skip
_LEFT_OUT = _words("store_failed", "changed", "too_many", "out_of_time", "stopped")
_UNKNOWN = _words("connection_lost", "timed_out", "worker_lost")
_NOT_VERIFIED = _words("rows_remain", "unreachable", "not_permitted", "interrupted", "changed")
_STATUS = _words("kept", "at_risk", "broken", "not_shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The fields of one kind: those it must have, and those it may have."""

    must: Mapping[str, Shape]
    may: Mapping[str, Shape]


_STEP = {"run": ID, "step": COUNT}
_PERSON = {"person": COMMITMENT, "controller": ID}
_CASE = {"case": COMMITMENT, "controller": ID}

SCHEMAS: Mapping[EntryKind, Schema] = {
    EntryKind.POLICY_PUBLISHED: Schema(
        must={"policy": HASH},
        may={"version": ID, "page": HASH, "languages": IDS, "controllers": IDS, "by": COMMITMENT},
    ),
    EntryKind.PLAN_MADE: Schema(
        must={"plan": HASH, "policy": HASH, "occasion": _OCCASION, "instant": INSTANT},
        may={"rows": COUNT, "undated": COUNT, "steps": COUNT, "stores": IDS, "case": COMMITMENT},
    ),
    EntryKind.PLAN_APPROVED: Schema(
        must={"plan": HASH, "by": COMMITMENT}, may={"role": ID, "rows": COUNT, "case": COMMITMENT}
    ),
    EntryKind.RUN_STARTED: Schema(
        must={"run": ID, "plan": HASH}, may={"stores": IDS, "case": COMMITMENT}
    ),
    EntryKind.STEP_INTENDED: Schema(
        must={**_STEP, "store": ID, "dataset": ID, "action": _ACTION, "rows": COUNT},
        may={"columns": IDS, "activities": IDS, "predicate": HASH},
    ),
    EntryKind.STEP_DONE: Schema(must={**_STEP, "rows": COUNT}, may={"undated": COUNT}),
    EntryKind.STEP_UNKNOWN: Schema(must={**_STEP, "reason": _UNKNOWN}, may={"rows": COUNT}),
    EntryKind.RUN_VERIFIED: Schema(
        must={"run": ID, "rows": COUNT}, may={"undated": COUNT, "stores": IDS, "grade": _GRADE}
    ),
    EntryKind.RUN_NOT_VERIFIED: Schema(
        must={"run": ID, "reason": _NOT_VERIFIED},
        may={"remaining": COUNT, "undated": COUNT, "stores": IDS},
    ),
    EntryKind.STORE_PURGED: Schema(must={"store": ID, "grade": _GRADE, "runs": IDS}, may={}),
    EntryKind.NIGHT_LEFT_OUT: Schema(must={"stores": IDS, "reason": _LEFT_OUT}, may={}),
    EntryKind.REQUEST_RECEIVED: Schema(
        must={**_CASE, "right": _RIGHT, "due": INSTANT},
        may={"person": COMMITMENT, "received": INSTANT},
    ),
    EntryKind.REQUEST_SEALED: Schema(
        must=_CASE, may={"stores": IDS, "rows": COUNT, "hold": ID, "until": INSTANT}
    ),
    EntryKind.REQUEST_ANSWERED: Schema(
        must={**_CASE, "outcome": _ANSWER},
        may={"right": _RIGHT, "answer": COMMITMENT, "rows": COUNT, "kept": COUNT, "run": ID},
    ),
    EntryKind.STOP_SET: Schema(
        must={**_PERSON, "activity": ID, "reason": _STOP},
        may={"case": COMMITMENT, "phase": ID, "covers_until": INSTANT},
    ),
    EntryKind.STOP_LIFTED: Schema(
        must={**_PERSON, "activity": ID, "reason": _STOP_LIFTED}, may={"case": COMMITMENT}
    ),
    EntryKind.HOLD_SET: Schema(
        must={
            "hold": ID,
            "controller": ID,
            "reason": _HOLD,
            "owner": COMMITMENT,
            "review": INSTANT,
        },
        may={"case": COMMITMENT, "person": COMMITMENT, "stores": IDS, "rows": COUNT},
    ),
    EntryKind.HOLD_LIFTED: Schema(
        must={"hold": ID, "controller": ID, "reason": _HOLD_LIFTED},
        may={"case": COMMITMENT, "by": COMMITMENT},
    ),
    EntryKind.RESTRICTION_SET: Schema(
        must={**_PERSON, "reason": _RESTRICTION},
        may={"case": COMMITMENT, "stores": IDS, "rows": COUNT},
    ),
    EntryKind.RESTRICTION_LIFTED: Schema(  # Art. 18(3): the person is told before
        must={**_PERSON, "informed": INSTANT}, may={"case": COMMITMENT, "rows": COUNT}
    ),
    EntryKind.KEY_DESTROYED: Schema(  # what stood under it has ended: recital 26
        must={"key": ID, "destroyed": INSTANT}, may={"by": COMMITMENT}
    ),
    EntryKind.STORE_REAPPLIED: Schema(  # after a restore; `returned` rows had been erased before
        must={"store": ID, "returned": COUNT, "rows": COUNT},
        may={
            "stops": COUNT,
            "holds": COUNT,
            "restrictions": COUNT,
            "rectified": COUNT,
            "unsure": COUNT,
        },
    ),
    EntryKind.CHECK_DONE: Schema(
        must={"policy": HASH, "scope": _words("model", "live"), "errors": COUNT, "warnings": COUNT},
        may={"report": HASH, "findings": IDS, "stores": IDS},
    ),
    EntryKind.CONTROL_ASSESSED: Schema(
        must={"control": ID, "outcome": _STATUS},
        may={"promises": IDS, "policy": HASH, "entries": COUNTS, "report": HASH},
    ),
    EntryKind.CHECKPOINT_EXPORTED: Schema(
        must={"size": COUNT, "root": HASH}, may={"bundle": HASH, "recipient": ID}
    ),
    EntryKind.LOG_RECOVERED: Schema(  # `signed` entries there were, `held` there are still
        must={"signed": COUNT, "held": COUNT, "by": COMMITMENT}, may={}
    ),
}


def hash_fields(kind: EntryKind) -> frozenset[str]:
    """Name the fields of *kind* that hold the SHA-256 of a document."""
    schema = SCHEMAS[kind]
    return frozenset(name for name, shape in {**schema.must, **schema.may}.items() if shape is HASH)


def attached_fields(kind: EntryKind) -> frozenset[str]:
    """Name those of them whose document every bundle holds: policies and plans."""
    return hash_fields(kind) & {"policy", "plan"}


def checked(kind: EntryKind, data: Mapping[str, object]) -> dict[str, Value]:
    """Give *data* when every field fits the schema of *kind*, lists as tuples.

    Raises:
        NotEvidenceError: what is wrong, where and what to do; never the value.
    """
    schema = SCHEMAS[kind]
    if missing := sorted(schema.must.keys() - data.keys()):
        raise NotEvidenceError(f"{kind}: missing {', '.join(missing)}; add what the kind requires")
    checked_data: dict[str, Value] = {}
    for name, value in data.items():
        shape = schema.must.get(name) or schema.may.get(name)
        if shape is None:  # the name is not repeated: it may be somebody's
            raise NotEvidenceError(
                f"{kind}: a field that this kind does not have; leave it out, or use one of "
                + ", ".join(sorted(schema.must.keys() | schema.may.keys()))
            )
        if not shape.fits(value):
            raise NotEvidenceError(f"{kind}: {name} must be {shape.expects}")
        checked_data[name] = tuple(value) if isinstance(value, list) else value  # type: ignore[assignment]
    return checked_data
