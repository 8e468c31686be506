"""Going on with records that were rolled back, when newer ones are lost."""

from __future__ import annotations

from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind
from doelbinding.records.outside import LogRolledBack
from doelbinding.wiring import Workspace


def recover(workspace: Workspace, by: str) -> tuple[int, int]:
    """Go on with records that are older than a checkpoint outside: how many were signed and held.

    The checkpoints that the log is behind are set aside, never overwritten, and evidence says so.
    """
    records = workspace.open_records(rolled_back=True)
    held = records.log.store.size()
    try:
        records.outside.insist(records.log)
    except LogRolledBack:
        signed = records.outside.put_aside()
    else:
        return held, held
    records.log.append(
        EntryKind.LOG_RECOVERED,
        {
            "signed": signed,
            "held": held,
            "by": commit(records.sealer.keyed_hash("actor"), by),
        },
    )
    records.checkpoint()
    return signed, held
