"""R-II.7: what was recorded stays recorded; a log that was changed is not signed again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from evidence_samples import HASH, KEY, ONE_OF_EACH, OTHER_KEY, START, filled_log, new_log
from hypothesis import given
from hypothesis import strategies as st

from doelbinding.evidence import (
    Entry,
    EntryKind,
    Leaf,
    Log,
    MemoryEntryStore,
    StoredCheckpoint,
    open_checkpoint,
)
from doelbinding.evidence.errors import LogMovedError, LogTamperedError, NotEvidenceError
from doelbinding.evidence.merkle import Frontier, consistent, includes, leaf_hash, tree_head

STEP = {"run": "run-1", "step": 0, "rows": 1}


def test_entries_are_numbered_in_order_and_kept_as_leaves():
    log = new_log()
    entries = log.append_many(ONE_OF_EACH.items())
    assert [entry.index for entry in entries] == list(range(len(ONE_OF_EACH)))
    assert [Entry.from_leaf(leaf) for leaf in log.store.leaves(0, 99)] == list(entries)
    assert log.append(EntryKind.STEP_DONE, STEP).index == len(ONE_OF_EACH)


def test_one_entry_that_is_not_evidence_keeps_its_whole_batch_out():
    log = new_log()
    batch = [(EntryKind.STEP_DONE, STEP), (EntryKind.STEP_DONE, {**STEP, "run": "Jan Jansen"})]
    with pytest.raises(NotEvidenceError):
        log.append_many(batch)
    assert log.store.size() == 0


def test_a_batch_of_nothing_adds_nothing():
    log = new_log()
    assert log.append_many([]) == ()
    assert log.store.size() == 0


@given(st.lists(st.integers(0, 9), max_size=8))
def test_every_checkpoint_is_the_root_of_what_is_there(batches: list[int]):
    log = new_log()
    for batch in batches:
        log.append_many([(EntryKind.STEP_DONE, STEP)] * batch)
        checkpoint = open_checkpoint(log.checkpoint(), KEY.verifier)
        hashes = [leaf_hash(leaf) for leaf in log.store.leaves(0, log.store.size())]
        assert (checkpoint.size, checkpoint.root) == (len(hashes), tree_head(hashes))


def test_a_checkpoint_of_an_unchanged_log_is_the_last_one():
    log = filled_log(entries=5)
    assert log.checkpoint() == log.checkpoint()
    assert len(list(log.store.checkpoints())) == 2


def test_a_new_process_goes_on_where_the_last_checkpoint_was():
    log = filled_log(entries=8)
    asked: list[int] = []

    class Watched(MemoryEntryStore):
        def hashes(self, start: int, stop: int):
            asked.append(stop - start)
            return super().hashes(start, stop)

    store = Watched()
    store.__dict__.update({**log.store.__dict__})
    again = new_log(store)
    again.append(EntryKind.STEP_DONE, STEP)
    assert open_checkpoint(again.checkpoint(), KEY.verifier).size == 9
    assert asked == [1]


def test_a_writer_who_comes_second_appends_after_the_first():
    class Busy(MemoryEntryStore):
        rivals = 3

        def append(self, leaves: Sequence[Leaf], *, after: int) -> None:
            if self.rivals:
                self.rivals -= 1
                entry = Entry.of(index=after, at=START, kind=EntryKind.STEP_DONE, data=STEP)
                rival = Leaf(entry=entry, data=entry.leaf(), hash=leaf_hash(entry.leaf()))
                super().append([rival], after=after)
            super().append(leaves, after=after)

    log = new_log(Busy())
    assert log.append(EntryKind.STEP_DONE, STEP).index == 3
    assert [Entry.from_leaf(leaf).index for leaf in log.store.leaves(0, 9)] == [0, 1, 2, 3]


def test_a_writer_who_always_comes_second_is_told():
    class Full(MemoryEntryStore):
        def append(self, leaves: Sequence[Leaf], *, after: int) -> None:
            raise LogMovedError("log: moved")

    with pytest.raises(LogMovedError):
        new_log(Full()).append(EntryKind.STEP_DONE, STEP)


def test_a_log_whose_signed_entries_are_gone_is_not_signed_again():
    log = filled_log(entries=8)
    del log.store._leaves[6:]
    with pytest.raises(LogTamperedError, match="8 entries were signed and the store holds 6"):
        log.checkpoint()


def test_a_store_that_gives_fewer_hashes_than_it_has_entries_is_not_signed():
    class Torn(MemoryEntryStore):
        def hashes(self, start: int, stop: int):
            return list(super().hashes(start, stop))[:-1]

    log = new_log(Torn())
    log.append(EntryKind.STEP_DONE, STEP)
    with pytest.raises(LogTamperedError):
        log.checkpoint()


def test_a_tree_that_is_not_the_signed_one_is_not_signed_again():
    log = filled_log(entries=4)
    stored = log.store.latest_checkpoint()
    forged = Frontier().extended([leaf_hash(b"x")] * 4)
    log.store._checkpoints[4] = replace(stored, frontier=forged)
    log.append(EntryKind.STEP_DONE, STEP)
    with pytest.raises(LogTamperedError, match="not the one that was signed"):
        log.checkpoint()


def test_a_checkpoint_that_another_key_signed_is_not_built_on():
    store = filled_log(entries=4).store
    log = Log(store, OTHER_KEY, lambda: START)
    log.append(EntryKind.STEP_DONE, STEP)
    with pytest.raises(LogTamperedError, match="not signed by this log's key"):
        log.checkpoint()


def test_a_clock_without_a_zone_is_refused():
    log = Log(MemoryEntryStore(), KEY, lambda: datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(NotEvidenceError, match="UTC"):
        log.append(EntryKind.RUN_STARTED, {"run": "run-1", "plan": HASH})


def test_one_entry_can_be_shown_without_the_others():
    log = filled_log(entries=11)
    checkpoint = open_checkpoint(log.checkpoint(), KEY.verifier)
    leaf = next(iter(log.store.leaves(6, 7)))
    assert includes(
        root=checkpoint.root,
        size=11,
        index=6,
        leaf=leaf_hash(leaf),
        proof=log.inclusion_proof(6, size=11),
    )


def test_a_log_can_be_shown_to_have_only_grown():
    log = filled_log(entries=11)
    log.checkpoint()
    first, *_, last = [open_checkpoint(note, KEY.verifier) for note in log.store.checkpoints()]
    assert consistent(
        first=first.size,
        first_root=first.root,
        second=last.size,
        second_root=last.root,
        proof=log.consistency_proof(first.size, size=last.size),
    )


def test_of_two_checkpoints_of_one_size_the_first_is_kept():
    store = filled_log(entries=4).store
    kept = store.latest_checkpoint()
    store.add_checkpoint(StoredCheckpoint(note="other", frontier=kept.frontier))
    assert store.latest_checkpoint() == kept
