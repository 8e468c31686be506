"""The answer to a request for access: a folder that can be read without us (Art. 15; R-IX.1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from doelbinding.policy.model import Policy
from doelbinding.rights.answer.access_json import access_document
from doelbinding.rights.answer.access_page import access_page
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.files import as_json, write_private
from doelbinding.rights.answer.gather import Gathered, ValueFact, gather
from doelbinding.rights.answer.parts import basis_words
from doelbinding.rights.answer.render import page_html
from doelbinding.rights.answer.schema import ACCESS, access_schema
from doelbinding.rights.answer.values import as_csv, number
from doelbinding.rights.inventory import Inventory

_COLUMNS = (
    "store",
    "dataset",
    "record",
    "field",
    "value",
    "category",
    "standing",
    "purposes",
    "basis",
    "kept_until",
    "kept",
    "source",
    "recipients",
)


def write_access(
    out: Path, *, policy: Policy, case: Case, inventory: Inventory
) -> tuple[Path, ...]:
    """Write `index.html`, `access.json`, `access.csv` and the schema into a folder of their own."""
    found = gather(policy, case, inventory)
    return write_private(
        out,
        {
            "index.html": page_html(access_page(found)),
            "access.json": as_json(access_document(found)),
            "access.csv": as_csv(
                [found.words.ui(f"csv.{name}") for name in _COLUMNS], _csv_rows(found)
            ),
            ACCESS: as_json(access_schema()),
        },
    )


def _csv_rows(found: Gathered) -> Iterator[tuple[object, ...]]:
    words = found.words
    for dataset in found.datasets:
        for record in dataset.records:
            for value in record.values:
                yield (
                    words.say(dataset.store.label),
                    dataset.label,
                    record.name,
                    value.label,
                    number(value.exact, value.column),
                    value.category,
                    words.ui(f"footing.{value.why.footing.value}"),
                    "; ".join(_purposes(found, value)),
                    "; ".join(_bases(found, value)),
                    value.why.until.isoformat() if value.why.until else "",
                    value.kept,
                    dataset.source,
                    "; ".join(words.say(r.name) for r in value.why.recipients),
                )


def _purposes(found: Gathered, value: ValueFact) -> dict[str, None]:
    purposes = found.policy.purpose_by_id
    return dict.fromkeys(
        found.words.say(purposes[r.phase.purpose].label) for r in value.why.reasons
    )


def _bases(found: Gathered, value: ValueFact) -> dict[str, None]:
    return dict.fromkeys(basis_words(r.phase.basis, found.words) for r in value.why.reasons)
