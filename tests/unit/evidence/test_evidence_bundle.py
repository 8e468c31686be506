"""R-II.7: an auditor verifies the evidence alone, and nothing that was done to it goes unseen."""

import base64
import io
import zipfile
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from evidence_samples import (
    DOCUMENT,
    HASH,
    KEY,
    ONE_OF_EACH,
    OTHER_KEY,
    TRUSTED,
    bundle_of,
    filled_log,
    lines_of,
    new_log,
    with_entries,
    with_member,
)
from hypothesis import given
from hypothesis import strategies as st

from doelbinding.evidence import EntryKind, Report, export, sha256_hex, sign_checkpoint, verify
from doelbinding.evidence.archive import pack, unpack
from doelbinding.evidence.checkpoint import Checkpoint, join_notes, split_notes
from doelbinding.evidence.errors import ArchiveError, NotEvidenceError
from doelbinding.evidence.merkle import leaf_hash, tree_head
from doelbinding.evidence.report import MOST_PROBLEMS

POLICY = b'{"name":"policy"}'
BUNDLE = bundle_of(filled_log(entries=11))
LINES = lines_of(BUNDLE)


def problems(bundle: bytes, **asked: str | None) -> set[str]:
    return {problem.id for problem in report(bundle, **asked).problems}


def report(
    bundle: bytes, *, trusted_key: str | None = TRUSTED, earlier_checkpoint: str | None = None
) -> Report:
    found = verify(bundle, trusted_key=trusted_key, earlier_checkpoint=earlier_checkpoint)
    assert found.ok == (not found.problems)
    return found


def notes_of(bundle: bytes) -> list[str]:
    return split_notes(unpack(bundle)["checkpoint.txt"].decode())


def with_notes(bundle: bytes, notes: list[str]) -> bytes:
    return with_member(bundle, "checkpoint.txt", join_notes(notes).encode())


def test_an_untouched_bundle_verifies_and_says_what_is_in_it():
    log = new_log()
    entries = log.append_many(ONE_OF_EACH.items())
    found = report(bundle_of(log, {"document.json": DOCUMENT}))
    assert found.ok
    assert found.origin_shown
    assert found.key == TRUSTED
    assert (found.size, found.first, found.last) == (len(entries), entries[0].at, entries[-1].at)
    assert [checkpoint.size for checkpoint in found.checkpoints] == [len(entries)]


def test_an_empty_log_verifies():
    found = report(bundle_of(new_log()))
    assert (found.ok, found.size, found.first, found.last) == (True, 0, None, None)


def test_the_same_log_gives_the_same_bytes():
    assert bundle_of(filled_log(entries=11)) == BUNDLE


def test_a_bundle_holds_every_checkpoint_oldest_first():
    assert [checkpoint.size for checkpoint in report(BUNDLE).checkpoints] == [4, 8, 11]


def test_a_bundle_verifies_by_hand_as_its_readme_says():
    members = unpack(BUNDLE)
    public = base64.b64decode(members["verifier.pub"].decode().strip().split("+", 2)[2])
    blocks = members["checkpoint.txt"].decode().strip().split("\n\n")
    entries = members["entries.jsonl"].split(b"\n")[:-1]
    for text, line in zip(blocks[::2], blocks[1::2], strict=True):
        signed = base64.b64decode(line.strip().split(" ")[2])
        Ed25519PublicKey.from_public_bytes(public[1:]).verify(signed[4:], f"{text}\n".encode())
        _, size, root = text.split("\n")
        assert by_hand(entries[: int(size)]) == base64.b64decode(root)
    assert int(size) == len(entries)
    assert b"HOW TO VERIFY IT BY HAND" in members["README.txt"]


def by_hand(lines: list[bytes]) -> bytes:
    if len(lines) == 1:
        return sha256(b"\x00" + lines[0]).digest()
    split = max(2**power for power in range(20) if 2**power < len(lines))
    return sha256(b"\x01" + by_hand(lines[:split]) + by_hand(lines[split:])).digest()


def test_without_a_trusted_key_the_origin_is_not_shown_and_the_report_says_so():
    found = report(BUNDLE, trusted_key=None)
    assert found.ok
    assert not found.origin_shown
    assert "its origin is not shown" in " ".join(found.cautions)


@given(st.data())
def test_any_changed_byte_in_any_entry_is_found(data: st.DataObject):
    index = data.draw(st.integers(0, len(LINES) - 1))
    line = bytearray(LINES[index])
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    assert (
        "entries.changed"
        in problems(with_entries(BUNDLE, [*LINES[:index], bytes(line), *LINES[index + 1 :]]))
        or b"\n" in line
    )


@given(st.data())
def test_any_removed_entry_is_found(data: st.DataObject):
    index = data.draw(st.integers(0, len(LINES) - 1))
    found = report(with_entries(BUNDLE, [*LINES[:index], *LINES[index + 1 :]]))
    assert "entries.missing" in {problem.id for problem in found.problems}


@given(st.data())
def test_any_two_entries_swapped_are_found(data: st.DataObject):
    first = data.draw(st.integers(0, len(LINES) - 1))
    second = data.draw(st.integers(0, len(LINES) - 1).filter(lambda place: place != first))
    lines = list(LINES)
    lines[first], lines[second] = lines[second], lines[first]
    found = problems(with_entries(BUNDLE, lines))
    assert found >= {"entry.misplaced", "entries.changed"}


@given(st.integers(0, len(LINES)), st.sampled_from(LINES) | st.binary(max_size=20))
def test_any_inserted_entry_is_found(index: int, line: bytes):
    found = problems(with_entries(BUNDLE, [*LINES[:index], line, *LINES[index:]]))
    assert "entries.unsigned" in found


@given(st.integers(0, len(LINES) - 1))
def test_entries_cut_off_at_the_end_are_found(kept: int):
    assert "entries.missing" in problems(with_entries(BUNDLE, LINES[:kept]))


@given(st.data())
def test_a_file_cut_off_anywhere_is_found(data: st.DataObject):
    content = unpack(BUNDLE)["entries.jsonl"]
    place = data.draw(st.integers(0, len(content) - 1))
    assert problems(with_member(BUNDLE, "entries.jsonl", content[:place]))


def test_a_change_is_traced_to_the_checkpoints_around_it():
    lines = [*LINES[:5], LINES[5].replace(b'"rows":15', b'"rows":16'), *LINES[6:]]
    (problem,) = report(with_entries(BUNDLE, lines)).problems
    assert (problem.id, problem.entry) == ("entries.changed", 4)
    assert problem.sentence.startswith("From entry 4 to 7, something was changed")


def test_a_changed_entry_with_a_new_root_lacks_the_signature():
    lines = [*LINES[:-1], LINES[-1].replace(b'"rows":30', b'"rows":31')]
    root = tree_head([leaf_hash(line) for line in lines])
    forged = sign_checkpoint(Checkpoint(origin=KEY.name, size=11, root=root), OTHER_KEY)
    notes = [*notes_of(BUNDLE)[:-1], forged]
    assert "checkpoint.signature" in problems(with_notes(with_entries(BUNDLE, lines), notes))


def test_a_bundle_forged_throughout_is_another_keys():
    forged = filled_log(entries=3)
    log = new_log(key=OTHER_KEY)
    log.append_many([(EntryKind.STEP_DONE, {"run": "run-1", "step": 0, "rows": 1})] * 3)
    found = problems(export(log))
    assert found == {"key.other", "checkpoint.signature"}
    assert problems(export(forged)) == set()


@given(st.data())
def test_any_changed_character_of_the_checkpoints_is_found(data: st.DataObject):
    content = bytearray(unpack(BUNDLE)["checkpoint.txt"])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    assert problems(with_member(BUNDLE, "checkpoint.txt", bytes(content)))


def test_checkpoints_out_of_order_twice_or_missing_are_found():
    first, *others = notes_of(BUNDLE)
    assert "checkpoint.order" in problems(with_notes(BUNDLE, [*others, first]))
    assert "checkpoint.order" in problems(with_notes(BUNDLE, [first, first, *others]))
    assert "checkpoint.missing" in problems(with_notes(BUNDLE, []))
    assert "entries.unsigned" in problems(with_notes(BUNDLE, [first]))


def test_a_past_cut_off_together_with_its_checkpoints_shows_against_an_earlier_one():
    kept = notes_of(BUNDLE)[-1]
    short = with_notes(with_entries(BUNDLE, LINES[:8]), notes_of(BUNDLE)[:2])
    assert report(short).ok
    assert any("would not show" in caution for caution in report(short).cautions)
    assert problems(short, earlier_checkpoint=kept) == {"history.rewritten"}


def test_a_rewritten_past_shows_against_an_earlier_checkpoint():
    kept = notes_of(BUNDLE)[0]
    log = new_log()
    log.append_many([(EntryKind.STEP_DONE, {"run": "run-9", "step": 0, "rows": 1})] * 12)
    assert report(export(log)).ok
    assert problems(export(log), earlier_checkpoint=kept) == {"history.rewritten"}


def test_a_log_that_only_grew_verifies_against_every_earlier_checkpoint():
    for kept in notes_of(BUNDLE):
        assert report(bundle_of(filled_log(entries=30)), earlier_checkpoint=kept).ok


def test_an_earlier_checkpoint_that_proves_nothing_is_a_problem():
    forged = sign_checkpoint(Checkpoint(origin=KEY.name, size=4, root=bytes(32)), OTHER_KEY)
    assert problems(BUNDLE, earlier_checkpoint=forged) == {"earlier.signature"}
    for text in ("", "no checkpoint", "\ud800\n\n"):
        assert problems(BUNDLE, earlier_checkpoint=text) == {"earlier.unreadable"}


def test_a_trusted_key_that_is_no_key_is_a_problem():
    for text in ("", "no key", TRUSTED[:-4], "\ud800"):
        assert "key.unreadable" in problems(BUNDLE, trusted_key=text)


def test_attached_documents_are_those_the_log_names():
    log = new_log()
    log.append(EntryKind.POLICY_PUBLISHED, {"policy": sha256_hex(POLICY)})
    bundle = bundle_of(log, {"policy.json": POLICY})
    assert report(bundle).ok
    assert report(bundle).documents == ("policy.json",)
    changed = with_member(bundle, "documents/policy.json", POLICY + b" ")
    assert problems(changed) == {"document.unknown", "document.missing"}
    assert problems(with_member(bundle, "documents/other.json", b"{}")) == {"document.unknown"}


def test_a_policy_or_a_plan_that_an_entry_names_and_the_bundle_lacks_is_a_problem():
    log = new_log()
    log.append(EntryKind.POLICY_PUBLISHED, {"policy": sha256_hex(POLICY), "page": HASH})
    log.append_many([(EntryKind.RUN_STARTED, {"run": "run-1", "plan": HASH})] * 2)
    assert report(bundle_of(log, {"policy.json": POLICY, "plan.json": DOCUMENT})).ok
    (problem,) = report(bundle_of(log, {"policy.json": POLICY})).problems
    assert (problem.id, problem.entry) == ("document.missing", 1)
    assert f"The plan {HASH} is not in documents/" in problem.sentence
    assert "entries name, 1 is missing" in problem.sentence
    assert [one.entry for one in report(bundle_of(log)).problems] == [0, 1]
    assert "Of the 2 policies and plans" in report(bundle_of(log)).problems[0].sentence


@pytest.mark.parametrize("name", ["../policy.json", "a/b", "", ".hidden", "policy\n.json"])
def test_a_document_that_the_log_does_not_name_cannot_be_attached(name: str):
    log = new_log()
    log.append(EntryKind.POLICY_PUBLISHED, {"policy": HASH})
    with pytest.raises(NotEvidenceError, match="stands in no entry"):
        export(log, documents={"policy.json": POLICY})
    with pytest.raises(NotEvidenceError, match="rename it"):
        export(log, documents={name: POLICY})


def test_a_file_that_belongs_to_no_bundle_is_a_problem():
    for name in ("run-me.sh", "documents/../x", "documents/", "entries.jsonl/x"):
        assert "bundle.stranger" in problems(with_member(BUNDLE, name, b""))


@pytest.mark.parametrize("name", ["entries.jsonl", "checkpoint.txt", "verifier.pub"])
def test_a_missing_part_is_a_problem(name: str):
    members = unpack(BUNDLE)
    del members[name]
    assert "bundle.incomplete" in problems(pack(members))


def test_another_key_in_the_bundle_is_a_problem():
    other = with_member(BUNDLE, "verifier.pub", str(OTHER_KEY.verifier).encode())
    assert problems(other) == {"key.other"}
    assert "checkpoint.signature" in problems(other, trusted_key=None)


def test_a_repacked_bundle_still_verifies():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in unpack(BUNDLE).items():
            archive.writestr(name, content)
    assert report(buffer.getvalue()).ok


def test_a_bomb_is_not_unpacked():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("entries.jsonl", bytes(10_000_000))
    with pytest.raises(ArchiveError, match="would unpack to more"):
        unpack(buffer.getvalue(), most_bytes=9_999_999)
    many = pack({f"documents/{number}": b"" for number in range(1001)})
    with pytest.raises(ArchiveError, match="more than 1000 files"):
        unpack(many, most_members=1000)


def test_the_plans_of_some_years_go_in_one_bundle():
    plans = {f"plan-{night}.json": str(night).encode() for night in range(1500)}
    log = new_log()
    log.append_many(
        (EntryKind.RUN_STARTED, {"run": "run-1", "plan": sha256_hex(plan)})
        for plan in plans.values()
    )
    found = report(bundle_of(log, plans))
    assert (found.ok, len(found.documents)) == (True, 1500)


def test_two_files_of_one_name_and_unusual_packing_are_not_read():
    for method, names in ((zipfile.ZIP_STORED, "aa"), (zipfile.ZIP_LZMA, "a")):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name in names:
                if name in archive.namelist():
                    with pytest.warns(UserWarning, match="Duplicate"):
                        archive.writestr(name, b"x")
                else:
                    archive.writestr(name, b"x")
        assert problems(buffer.getvalue()) == {"bundle.unreadable"}


def test_a_flood_of_problems_is_cut_short():
    found = report(with_entries(BUNDLE, [b"x"] * 1000))
    assert len(found.problems) == MOST_PROBLEMS
    assert found.problems[-1].id == "more"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_problem_and_never_an_exception(data: bytes):
    assert problems(data) == {"bundle.unreadable"}


@given(st.lists(st.tuples(st.integers(0, len(BUNDLE) - 1), st.integers(1, 255)), min_size=1))
def test_a_damaged_file_is_never_an_exception(damage: list[tuple[int, int]]):
    broken = bytearray(BUNDLE)
    for place, flip in damage:
        broken[place] ^= flip
    report(bytes(broken))


@given(
    st.dictionaries(
        st.sampled_from(["entries.jsonl", "checkpoint.txt", "verifier.pub", "documents/a", "é"]),
        st.binary(max_size=50) | st.sampled_from([b"\n", b"{}\n", b"null\n\n", b"\xff\n"]),
    ),
    st.none() | st.text() | st.just(TRUSTED),
    st.none() | st.text(),
)
def test_a_bundle_of_nonsense_is_never_an_exception(
    members: dict[str, bytes], key: str | None, earlier: str | None
):
    assert not report(pack(members), trusted_key=key, earlier_checkpoint=earlier).ok
