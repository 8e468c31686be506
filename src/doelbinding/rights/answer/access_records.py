"""One dataset on the access page: where it comes from, why it is there, and its records.

The reasons are told once for all fields that share them. Records with few fields stand in one
table; others each under their own heading.
"""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.document.blocks import (
    Block,
    Cell,
    Line,
    Section,
    bullets,
    facts,
    lines,
    notice,
    paragraphs,
    section,
    table,
)
from doelbinding.law.language.wording import Wording
from doelbinding.rights.answer.gather import DatasetFact, RecordFact, ValueFact
from doelbinding.rights.answer.parts import basis_words
from doelbinding.rights.answer.why import Footing, name_of
from doelbinding.rights.answer.words import until

_FEW_FIELDS = 4
_FEW_RECORDS = 6


def dataset_section(id_: str, dataset: DatasetFact, words: Wording) -> Section:
    """Lay one dataset out."""
    several = len(dataset.records) > 1
    apart = several and len({_ends(record) for record in dataset.records}) > 1
    in_table = several and len(_fields(dataset)) <= _FEW_FIELDS
    cards = () if in_table else dataset.records
    return section(
        id_,
        dataset.label,
        _sources(dataset, words),
        _shared(dataset, words),
        _table(dataset, words, ends=apart) if in_table else (),
        parts=(
            *(
                section(f"{id_}-{n}", record.name, _facts(record, words, ends=apart))
                for n, record in enumerate(cards, start=1)
            ),
            *_reasons(f"{id_}-why", dataset, words),
        ),
    )


def _sources(dataset: DatasetFact, words: Wording) -> tuple[Block, ...]:
    """Say where the data come from (Art. 15(1)(g))."""
    if len(dataset.sources) > 1:
        return (*paragraphs(words.ui("records.sources")), *bullets(dataset.sources))
    return paragraphs(*(words.ui("records.source", source=source) for source in dataset.sources))


def _shared(dataset: DatasetFact, words: Wording) -> tuple[Block, ...]:
    shared = [record.name for record in dataset.records if record.row.others]
    if not shared:
        return ()
    if len(shared) == len(dataset.records):
        return notice(words.ui("records.shared"))
    return notice(words.ui("records.shared_some", records=words.ui("semicolon").join(shared)))


def _reasons(id_: str, dataset: DatasetFact, words: Wording) -> Iterator[Section]:
    """Say why, for each group of values that are there for the same reasons."""
    groups: dict[object, list[tuple[RecordFact, ValueFact]]] = {}
    for record in dataset.records:
        for value in record.values:
            if value.why.footing is not Footing.WITH_ROW:
                groups.setdefault(_signature(value), []).append((record, value))
    keys = ("fields", "why", "kept", "recipients")
    told = table(
        words.ui("records.why_caption", dataset=dataset.label),
        tuple(words.ui(f"records.{key}") for key in keys),
        (_reason_row(dataset, group, words) for group in groups.values()),
    )
    if told:
        yield section(id_, words.ui("records.why_title"), told)


def _signature(value: ValueFact) -> object:
    why = value.why
    return (
        why.footing,
        tuple((name_of(reason), reason.certain) for reason in why.reasons),
        why.holds,
        tuple(recipient.id for recipient in why.recipients),
    )


def _reason_row(
    dataset: DatasetFact, group: list[tuple[RecordFact, ValueFact]], words: Wording
) -> tuple[Cell, ...]:
    value = group[0][1]
    fields = dict.fromkeys(v.label for _, v in group)
    return (
        (Line(text=", ".join(fields), detail=_only_in(dataset, group, words)),),
        tuple(_why(value, [v for _, v in group], words)),
        _kept([v for _, v in group], words),
        lines(*(words.say(r.name) for r in value.why.recipients))
        or lines(words.ui("records.nobody")),
    )


def _only_in(
    dataset: DatasetFact, group: list[tuple[RecordFact, ValueFact]], words: Wording
) -> str:
    """Name the records that a group is about, where it is not about all of them."""
    records = dict.fromkeys(record.name for record, _ in group)
    if len(records) == len(dataset.records):
        return ""
    if len(records) <= _FEW_RECORDS:
        return words.ui("records.only_in", records=words.ui("semicolon").join(records))
    return words.ui("records.in_some", n=len(records), of=len(dataset.records))


def _why(value: ValueFact, alike: list[ValueFact], words: Wording) -> Iterator[Line]:
    why = value.why
    if why.footing is not Footing.JUSTIFIED:
        yield Line(
            text=words.ui(f"footing.{why.footing.value}"),
            detail=words.ui(f"meaning.{why.footing.value}"),
        )
    for hold in why.holds:
        yield Line(text=words.ui(f"hold.{hold.value}"))
    if not why.reasons and why.used_by:
        names = words.joined(words.say(activity.name) for activity in why.used_by)
        yield Line(text=words.ui("records.was_for", activities=names))
    for n, reason in enumerate(why.reasons):
        purpose = next(p for p in reason.activity.purposes if p.id == reason.phase.purpose)
        ends = {v.why.reasons[n].until for v in alike}
        end = next(iter(ends)) if len(ends) == 1 else None
        detail = basis_words(reason.phase.basis, words)
        if end is not None and len(why.reasons) > 1:
            detail += f", {until(end, words)}"
        if not reason.certain:
            detail += f" ({words.ui('records.uncertain')})"
        yield Line(text=words.say(purpose.label), detail=detail)


def _kept(alike: list[ValueFact], words: Wording) -> Cell:
    """Say until when; where records differ, between which days."""
    said = dict.fromkeys(value.kept for value in alike)
    days = sorted({value.why.until for value in alike if value.why.until})
    if len(said) > 1 and len(said) == len(days):
        first, last = words.date(days[0]), words.date(days[-1])
        return (
            Line(
                text=words.ui("records.between", first=first, last=last),
                detail=words.ui("records.see_each"),
            ),
        )
    return lines(*said)


def _fields(dataset: DatasetFact) -> dict[str, str]:
    """Give the columns that hold something in some record, less those that name the record."""
    key = set(dataset.row.place.dataset.key)
    held = {value.column.name for value in dataset.values} - key
    labels = {value.column.name: value.label for value in dataset.values}
    return {c.name: labels[c.name] for c in dataset.row.place.dataset.columns if c.name in held}


def _table(dataset: DatasetFact, words: Wording, *, ends: bool) -> tuple[Block, ...]:
    fields = _fields(dataset)
    last = (words.ui("records.kept"),) if ends else ()
    return table(
        words.ui("records.caption", dataset=dataset.label),
        (words.ui("records.record"), *fields.values(), *last),
        (
            (
                (Line(text=record.name),),
                *(_held(record, name) for name in fields),
                *((_ends_in_words(record),) if ends else ()),
            )
            for record in dataset.records
        ),
    )


def _held(record: RecordFact, name: str) -> Cell:
    return lines(*(value.shown for value in record.values if value.column.name == name)) or lines(
        "–"  # noqa: RUF001 - a dash for nothing
    )


def _facts(record: RecordFact, words: Wording, *, ends: bool) -> tuple[Block, ...]:
    last = ((words.ui("records.kept"), _ends_in_words(record)),) if ends else ()
    return facts(*((v.label, lines(v.shown)) for v in record.values), *last)


def _ends(record: RecordFact) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give each end of a record with the fields that have it."""
    fields: dict[str, list[str]] = {}
    for value in record.values:
        if value.why.footing is not Footing.WITH_ROW:
            fields.setdefault(value.kept, []).append(value.label)
    return tuple((kept, tuple(labels)) for kept, labels in fields.items())


def _ends_in_words(record: RecordFact) -> Cell:
    ends = _ends(record)
    if len(ends) == 1:
        return lines(ends[0][0])
    return tuple(Line(text=kept, detail=", ".join(labels)) for kept, labels in ends)
