"""Verify a bundle: find whatever was changed, removed, reordered, inserted, cut off or forged.

Pure, and without a database: the auditor's side. Input is hostile until shown otherwise, so nothing
here raises on what it reads; everything wrong becomes a `Problem`. Entries are held to the tree
(RFC 9162), the tree to the checkpoints, the checkpoints to the key, and all of it to what the
auditor saw before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from doelbinding.evidence.archive import unpack
from doelbinding.evidence.bundle import (
    CHECKPOINTS,
    DOCUMENTS,
    ENTRIES,
    README,
    VERIFIER,
    is_document_name,
)
from doelbinding.evidence.canonical import sha256_hex
from doelbinding.evidence.checkpoint import Checkpoint, open_checkpoint, split_notes
from doelbinding.evidence.entry import Entry
from doelbinding.evidence.errors import EvidenceError, SignatureError
from doelbinding.evidence.merkle import Frontier, leaf_hash
from doelbinding.evidence.note import VerifierKey
from doelbinding.evidence.report import Problems, Report, cautions, sentence
from doelbinding.evidence.schema import attached_fields, hash_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The entries as read: a hash per line, and what the readable ones say.

    `attached`: of each document that the bundle has to hold, by its SHA-256, what it is, and the
    first entry that names it.
    """

    hashes: Sequence[bytes]
    first: datetime | None
    last: datetime | None
    named: frozenset[str]
    attached: Mapping[str, tuple[str, int]]


def verify(
    bundle: bytes, *, trusted_key: str | None, earlier_checkpoint: str | None = None
) -> Report:
    """Verify *bundle*; never raises on what is in it.

    Args:
        bundle: the file, as `export` gave it.
        trusted_key: the log's verifier key, got by another way than the bundle; None uses the
            bundle's own, which shows that the bundle is whole, not whose it is.
        earlier_checkpoint: a checkpoint kept from an earlier bundle, to find a rewritten past.
    """
    problems = Problems()
    try:
        members = unpack(bundle)
    except EvidenceError as error:
        problems.add("bundle.unreadable", sentence(error))
        return Report(
            ok=False,
            origin_shown=False,
            problems=tuple(problems.found),
            cautions=cautions(None, None),
        )
    _check_members(members, problems)
    key = _key(members, trusted_key, problems)
    entries = _read_entries(members.get(ENTRIES, b""), problems)
    checkpoints = _read_checkpoints(members.get(CHECKPOINTS, b""), key, problems)
    earlier = _read_earlier(earlier_checkpoint, key, problems)
    _check_tree(entries.hashes, checkpoints, earlier, problems)
    documents = _check_documents(members, entries, problems)
    return Report(
        ok=not problems.found,
        origin_shown=trusted_key is not None and not problems.found,
        problems=tuple(problems.found),
        cautions=cautions(trusted_key, earlier_checkpoint),
        key=None if key is None else str(key),
        size=len(entries.hashes),
        first=entries.first,
        last=entries.last,
        checkpoints=tuple(checkpoints),
        documents=documents,
    )


def _check_members(members: Mapping[str, bytes], problems: Problems) -> None:
    for name in (ENTRIES, CHECKPOINTS, VERIFIER):
        if name not in members:
            problems.add("bundle.incomplete", f"The bundle has no {name}.")
    strangers = [
        name
        for name in members.keys() - {ENTRIES, CHECKPOINTS, VERIFIER, README}
        if not (name.startswith(DOCUMENTS) and is_document_name(name.removeprefix(DOCUMENTS)))
    ]
    if strangers:
        problems.add(
            "bundle.stranger",
            f"The bundle holds {len(strangers)} file(s) that belong to no bundle.",
        )


def _key(
    members: Mapping[str, bytes], trusted_key: str | None, problems: Problems
) -> VerifierKey | None:
    own = members.get(VERIFIER, b"").decode("utf-8", "replace")
    try:
        key = VerifierKey.parse(own if trusted_key is None else trusted_key)
    except EvidenceError as error:
        whose = "bundle's" if trusted_key is None else "trusted"
        problems.add("key.unreadable", f"The {whose} key cannot be read. {sentence(error)}")
        return None
    if own.strip() != str(key):
        problems.add("key.other", "The key in the bundle is not the trusted one.")
    return key


def _read_entries(content: bytes, problems: Problems) -> _Read:
    if content and not content.endswith(b"\n"):
        problems.add("entry.cut", "The last entry's line has no end: the file was cut off.")
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    hashes: list[bytes] = []
    named: set[str] = set()
    attached: dict[str, tuple[str, int]] = {}
    instants: list[datetime] = []
    for index, line in enumerate(lines):
        hashes.append(leaf_hash(line))
        try:
            entry = Entry.from_leaf(line)
        except EvidenceError as error:
            problems.add("entry.unreadable", f"Line {index + 1}: {sentence(error)}", entry=index)
            continue
        if entry.index != index:
            problems.add(
                "entry.misplaced",
                f"Line {index + 1} holds entry {entry.index}, and entry {index} belongs there.",
                entry=index,
            )
        named.update(str(entry.data[name]) for name in hash_fields(entry.kind) & entry.data.keys())
        for name in sorted(attached_fields(entry.kind) & entry.data.keys()):
            attached.setdefault(str(entry.data[name]), (name, index))
        instants[1:] = [entry.at]
    return _Read(
        hashes=hashes,
        first=instants[0] if instants else None,
        last=instants[-1] if instants else None,
        named=frozenset(named),
        attached=attached,
    )


def _read_checkpoints(
    content: bytes, key: VerifierKey | None, problems: Problems
) -> list[Checkpoint]:
    if key is None:
        return []
    try:
        notes = split_notes(content.decode())
    except (EvidenceError, UnicodeDecodeError):
        problems.add("checkpoint.unreadable", f"{CHECKPOINTS} is not a list of checkpoints.")
        return []
    if not notes:
        problems.add("checkpoint.missing", "There is no checkpoint, so nothing is signed.")
    checkpoints = []
    for number, note in enumerate(notes, 1):
        try:
            checkpoints.append(open_checkpoint(note, key))
        except EvidenceError as error:
            id_ = "signature" if isinstance(error, SignatureError) else "unreadable"
            problems.add(f"checkpoint.{id_}", f"Checkpoint {number}: {sentence(error)}")
    if any(later.size <= earlier.size for earlier, later in pairwise(checkpoints)):
        problems.add("checkpoint.order", "The checkpoints are not in order, smallest first.")
    return checkpoints


def _read_earlier(
    note: str | None, key: VerifierKey | None, problems: Problems
) -> Checkpoint | None:
    if note is None or key is None:
        return None
    try:
        return open_checkpoint(note, key)
    except EvidenceError as error:
        id_ = "signature" if isinstance(error, SignatureError) else "unreadable"
        problems.add(f"earlier.{id_}", f"The earlier checkpoint cannot be used. {sentence(error)}")
        return None


def _check_tree(
    hashes: Sequence[bytes],
    checkpoints: Sequence[Checkpoint],
    earlier: Checkpoint | None,
    problems: Problems,
) -> None:
    """Hold the entries to every checkpoint: one pass, a root per size."""
    wanted = {checkpoint.size for checkpoint in (*checkpoints, earlier) if checkpoint}
    roots: dict[int, bytes] = {}
    frontier = Frontier()
    for size in sorted(size for size in wanted if size <= len(hashes)):
        frontier = frontier.extended(hashes[frontier.size : size])
        roots[size] = frontier.root()
    _check_roots(roots, checkpoints, problems)
    _check_end(len(hashes), checkpoints, problems)
    if earlier is not None and roots.get(earlier.size) != earlier.root:
        problems.add(
            "history.rewritten",
            f"The log does not begin with the {earlier.size} entries of the earlier checkpoint: "
            + ("some are gone." if earlier.size > len(hashes) else "the past was changed."),
        )


def _check_roots(
    roots: Mapping[int, bytes], checkpoints: Sequence[Checkpoint], problems: Problems
) -> None:
    sound = 0
    for checkpoint in sorted(checkpoints, key=lambda checkpoint: checkpoint.size):
        root = roots.get(checkpoint.size)
        if root is None:
            continue  # more entries than there are: said by _check_end
        if root != checkpoint.root:
            problems.add(
                "entries.changed",
                f"From entry {sound} to {checkpoint.size - 1}, something was changed, removed, "
                f"inserted or reordered: the checkpoint of {checkpoint.size} entries does not fit. "
                "Later checkpoints then cannot fit either.",
                entry=sound,
            )
            return
        sound = checkpoint.size


def _check_end(size: int, checkpoints: Sequence[Checkpoint], problems: Problems) -> None:
    if not checkpoints:
        return
    signed = max(checkpoint.size for checkpoint in checkpoints)
    if size < signed:
        problems.add(
            "entries.missing",
            f"{signed} entries were signed and {size} are here: {signed - size} were removed.",
            entry=size,
        )
    elif size > signed:
        problems.add(
            "entries.unsigned",
            f"{size - signed} entries from entry {signed} on are not covered by any checkpoint.",
            entry=signed,
        )


def _check_documents(
    members: Mapping[str, bytes], entries: _Read, problems: Problems
) -> tuple[str, ...]:
    names = [
        name.removeprefix(DOCUMENTS)
        for name in sorted(members)
        if name.startswith(DOCUMENTS) and is_document_name(name.removeprefix(DOCUMENTS))
    ]
    hashes = {name: sha256_hex(members[DOCUMENTS + name]) for name in names}
    for name in names:
        if hashes[name] not in entries.named:
            problems.add(
                "document.unknown",
                f"No entry names the document {name}: it was changed, or is not the log's.",
            )
    _check_attached(entries.attached, frozenset(hashes.values()), problems)
    return tuple(names)


def _check_attached(
    named: Mapping[str, tuple[str, int]], held: frozenset[str], problems: Problems
) -> None:
    missing = [one for one in named if one not in held]
    for one in missing:
        what, index = named[one]
        problems.add(
            "document.missing",
            f"The {what} {one} is not in {DOCUMENTS}. Of the {len(named)} policies and plans that "
            f"entries name, {len(missing)} {'is' if len(missing) == 1 else 'are'} missing.",
            entry=index,
        )
