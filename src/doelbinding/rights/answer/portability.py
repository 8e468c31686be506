"""The data that a person takes along (Art. 20; R-IX.5).

Exactly the values that rest on consent or a contract, are used by computer, and come from the
person or were observed of them: a value that somebody else gave, or that we derived, is not taken
along, nor the numbers by which we file a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from doelbinding.document.blocks import Block, Line, lines, paragraphs, section, table
from doelbinding.law.rights import portable
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Column
from doelbinding.policy.vocabulary import Collection
from doelbinding.rights.answer.access_json import case_document, controller_document
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.files import as_json, write_private
from doelbinding.rights.answer.gather import DatasetFact, Gathered, RecordFact, gather
from doelbinding.rights.answer.pages import Page
from doelbinding.rights.answer.parts import case_facts, contact, in_doubt
from doelbinding.rights.answer.render import page_html
from doelbinding.rights.answer.schema import PORTABILITY, portability_schema
from doelbinding.rights.answer.values import Exact, as_csv, number
from doelbinding.rights.answer.words import label_of
from doelbinding.rights.inventory import Inventory, Reason

_PROVIDED = {Collection.DIRECT, Collection.OBSERVED}


def write_portability(
    out: Path, *, policy: Policy, case: Case, inventory: Inventory
) -> tuple[Path, ...]:
    """Write exactly the portable values as JSON and CSV, with schema and covering page."""
    found = gather(policy, case, inventory)
    taken = [one for dataset in found.datasets if (one := _Taken(dataset)).records]
    document = {
        "$schema": PORTABILITY,
        "case": case_document(case),
        "controller": controller_document(case.controller, found),
        "datasets": [one.document(found) for one in taken],
    }
    return write_private(
        out,
        {
            "index.html": page_html(_page(found, taken)),
            "portability.json": as_json(document),
            PORTABILITY: as_json(portability_schema()),
            **{one.file: one.csv() for one in taken},
        },
    )


def rests_on_what_was_given(reasons: Iterable[Reason]) -> bool:
    """Tell whether a value can be taken along: by a living reason, and provided by the person."""
    return any(
        reason.certain
        and portable(reason.phase.basis).exists
        and any(source.collection in _PROVIDED for source in reason.activity.sources)
        for reason in reasons
    )


class _Taken:
    """The portable part of one dataset."""

    def __init__(self, dataset: DatasetFact) -> None:
        self.dataset = dataset
        self.file = f"{dataset.id.replace('.', '-')}.csv"
        records = (_portable_values(record) for record in dataset.records)
        self.records = tuple(record for record in records if record)
        held = {name for record in self.records for name in record}
        columns = dataset.row.place.dataset.columns
        self.columns: tuple[Column, ...] = tuple(c for c in columns if c.name in held)

    def csv(self) -> str:
        names = [column.name for column in self.columns]
        return as_csv(names, map(self._cells, self.records))

    def _cells(self, record: Mapping[str, Exact]) -> list[object]:
        held = ((record.get(column.name), column) for column in self.columns)
        return [None if value is None else number(value, column) for value, column in held]

    def document(self, found: Gathered) -> dict[str, Any]:
        return {
            "store": self.dataset.store.id,
            "dataset": self.dataset.row.place.dataset.id,
            "label": self.dataset.label,
            "file": self.file,
            "fields": [_field(column, found) for column in self.columns],
            "records": [dict(record) for record in self.records],
        }


def _portable_values(record: RecordFact) -> Mapping[str, Exact]:
    if record.row.place.dataset.source is not None:
        return {}
    return {
        value.column.name: value.exact
        for value in record.values
        if rests_on_what_was_given(value.why.reasons)
    }


def _field(column: Column, found: Gathered) -> dict[str, str]:
    category = found.policy.data_category_by_id[column.category or ""]
    return {
        "name": column.name,
        "label": label_of(column, found.words),
        "type": column.type.value,
        "category": category.id,
        "category_label": found.words.say(category.label),
        "category_dpv": category.dpv,
    }


def _page(found: Gathered, taken: list[_Taken]) -> Page:
    words, case = found.words, found.case
    name = case.controller.name
    return Page(
        language=words.language,
        title=words.ui("portability.title", controller=name),
        sender=name,
        kicker=words.ui("portability.kicker"),
        heading=words.ui("portability.heading"),
        lead=(
            *paragraphs(
                words.ui("portability.lead", controller=name, day=words.date(case.received_on))
            ),
            *case_facts(case, words),
        ),
        sections=(
            section("files", words.ui("portability.files"), _files(found, taken)),
            section(
                "what",
                words.ui("portability.what"),
                paragraphs(words.ui("portability.selected"), words.ui("portability.beyond")),
                paragraphs(*in_doubt(found.inventory.found.in_doubt(), words, "portability")),
            ),
            contact(case, words),
        ),
        labels={key: words.ui(f"page.{key}") for key in ("skip", "contents", "footer")},
    )


def _files(found: Gathered, taken: list[_Taken]) -> tuple[Block, ...]:
    words = found.words
    if not taken:
        return paragraphs(words.ui("portability.nothing"))
    head = tuple(words.ui(f"portability.{key}") for key in ("file", "holds"))
    return (
        *paragraphs(words.ui("portability.files_lead")),
        *table(words.ui("portability.caption"), head, _file_rows(found, taken)),
    )


def _file_rows(found: Gathered, taken: list[_Taken]) -> Iterator[tuple[tuple[Line, ...], ...]]:
    words = found.words
    yield (
        (Line(text="portability.json", href="portability.json"),),
        lines(words.ui("portability.all")),
    )
    for one in taken:
        fields = ", ".join(label_of(column, words) for column in one.columns)
        count = words.plural("access.records", len(one.records))
        yield (
            (Line(text=one.file, href=one.file),),
            (Line(text=f"{one.dataset.label}: {count}", detail=fields),),
        )
    yield (Line(text=PORTABILITY, href=PORTABILITY),), lines(words.ui("portability.schema"))
