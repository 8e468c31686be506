"""Tables that sheets, register and policy page have in common."""

from __future__ import annotations

from collections.abc import Iterable

from doelbinding.document.blocks import Block, Cell, Line, lines, table
from doelbinding.publish.facts import RecipientFact, RightFact, Sheet, TransferFact
from doelbinding.publish.wording import Wording


def recipients_table(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    """Say who receives data, what for, which and where (R-X.5, R-VII.2)."""
    return table(
        wording.ui("sheet.recipients_caption"),
        head(wording, "recipient", "service", "receives", "place"),
        (
            (
                (Line(text=r.name, detail=r.kind_label),),
                (Line(text=r.service, detail=_required_by(r, wording)),),
                _received(r, sheet, wording),
                lines(r.country),
            )
            for r in sheet.recipients
        ),
    )


def transfers_table(
    transfers: Iterable[TransferFact], caption: str, wording: Wording
) -> tuple[Block, ...]:
    """Say which data leave the EEA, on which ground, and how to get a copy (R-X.6, R-VIII.2)."""
    return table(
        caption,
        head(wording, "country", "ground", "safeguard", "copy"),
        (
            (
                lines(t.country),
                (Line(text=t.ground_label, detail=t.article), *lines(t.decision)),
                lines(t.safeguard),
                lines(t.copy),
            )
            for t in transfers
        ),
    )


def rights_table(rights: Iterable[RightFact], caption: str, wording: Wording) -> tuple[Block, ...]:
    """Say which rights there are, what they mean and when they hold (R-X.8)."""
    return table(
        caption,
        head(wording, "right", "meaning", "applies"),
        (
            (
                (Line(text=r.label, detail=r.article),),
                lines(r.meaning),
                lines(_when(r.purposes, wording)),
            )
            for r in rights
        ),
    )


def _when(purposes: tuple[str, ...], wording: Wording) -> str:
    if not purposes:
        return wording.ui("sheet.right_always")
    return wording.ui("sheet.right_for", purposes=wording.joined(purposes))


def _received(recipient: RecipientFact, sheet: Sheet, wording: Wording) -> Cell:
    if len(recipient.receives) == len(sheet.data):
        return lines(wording.ui("sheet.all_data"))
    return lines(*recipient.receives)


def _required_by(recipient: RecipientFact, wording: Wording) -> str:
    law = recipient.required_by
    return wording.ui("recipient.required_by", law=law) if law else ""


def head(wording: Wording, *columns: str) -> tuple[str, ...]:
    """Give the headings of columns."""
    return tuple(wording.ui(f"column.{column}") for column in columns)
