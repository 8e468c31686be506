"""The published schemas of what a person gets as JSON (JSON Schema 2020-12).

They stand in `docs/reference/` and go along with every answer, so that it can be read without us.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from doelbinding.binding.circumstances import HoldKind
from doelbinding.policy.stores import ColumnType
from doelbinding.policy.vocabulary import (
    Collection,
    LawfulBasis,
    RecipientKind,
    Right,
    TransferGround,
)
from doelbinding.rights.answer.why import Footing

ACCESS = "access.schema.json"
PORTABILITY = "portability.schema.json"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
DAY: Schema = {"type": "string", "format": "date"}
COUNTRY: Schema = {"type": "string", "pattern": "^[A-Z]{2}$"}
ARTICLE: Schema = {"type": "string", "pattern": "^GDPR "}
EXACT: Schema = {
    "type": ["string", "integer", "number", "boolean"],
    "description": "The value as the store holds it; dates in ISO 8601, an instant with its offset "
    "from UTC, decimals and bytes (base64) as text.",
}


def access_schema() -> Schema:
    """Give the schema of `access.json`."""
    return _document(
        ACCESS,
        "Answer to a request for access (GDPR Art. 15)",
        "Everything found of one person at one controller, justified or not, each value with why "
        "it is there. Words are in the language of the case.",
        {
            "case": _case(),
            "controller": _controller(),
            "policy": _object({"id": TEXT, "version": TEXT}),
            "at": {"type": "string", "format": "date-time", "description": "When was searched."},
            "ambiguous": _said(
                COUNT, "Records that may be this person's and may be another's; not shown."
            ),
            "searched": _said(_list(TEXT), "Every dataset searched, as store.dataset."),
            "empty": _said(
                _list(_object({"store": TEXT, "store_label": TEXT, "dataset_label": TEXT})),
                "The datasets searched that hold nothing of the person.",
            ),
            "datasets": _list(_dataset()),
            "activities": _list(_activity()),
            "recipients": _list(_recipient()),
            "transfers": _list(_transfer()),
        },
    )


def portability_schema() -> Schema:
    """Give the schema of `portability.json`."""
    column = _object(
        {
            "name": TEXT,
            "label": TEXT,
            "type": _one_of(ColumnType),
            "category": TEXT,
            "category_label": TEXT,
            "category_dpv": TEXT,
        }
    )
    dataset = _object(
        {
            "store": TEXT,
            "dataset": TEXT,
            "label": TEXT,
            "file": _said(TEXT, "The same records as CSV."),
            "fields": _list(column),
            "records": _said(
                _list({"type": "object", "additionalProperties": EXACT}),
                "Each record by the names of its fields; a field that holds nothing that can be "
                "taken along is left out.",
            ),
        }
    )
    return _document(
        PORTABILITY,
        "Data to take along (GDPR Art. 20)",
        "The data that one person provided, or that were observed of them, used by computer with "
        "their consent or for a contract with them.",
        {"case": _case(), "controller": _controller(), "datasets": _list(dataset)},
    )


def _document(name: str, title: str, description: str, properties: Schema) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://doelbinding.example/schemas/{name}",
        "title": title,
        "description": description,
        **_object({"$schema": {"const": name}, **properties}),
    }


def _case() -> Schema:
    return _object(
        {
            "id": TEXT,
            "right": _one_of(Right),
            "article": ARTICLE,
            "language": TEXT,
            "received_on": DAY,
            "due_on": DAY,
            "answered_on": DAY,
        }
    )


def _controller() -> Schema:
    return _object(
        {
            "id": TEXT,
            "name": TEXT,
            "address": TEXT,
            "country": COUNTRY,
            "email": TEXT,
            "website": TEXT,
            "officer": _object({"name": TEXT, "email": TEXT, "form": TEXT}),
            "authority": _object({"name": TEXT, "address": TEXT, "url": TEXT}),
            "court": TEXT,
        }
    )


def _dataset() -> Schema:
    record = _object(
        {
            "name": TEXT,
            "key": {"type": "object", "additionalProperties": EXACT},
            "shared": _said(TRUTH, "The record leads to somebody else too, who is left out."),
            "values": _list(_value()),
        }
    )
    return _object(
        {
            "store": TEXT,
            "store_label": TEXT,
            "country": COUNTRY,
            "dataset": TEXT,
            "label": TEXT,
            "source": _said(TEXT, "Where the data come from (Art. 15(1)(g))."),
            "records": _list(record),
        }
    )


def _value() -> Schema:
    reason = _object(
        {
            "activity": TEXT,
            "phase": TEXT,
            "purpose": TEXT,
            "basis": _one_of(LawfulBasis),
            "article": ARTICLE,
            "until": _said(
                _or_none(DAY), "The last day; none where it lasts as long as something goes on."
            ),
            "certain": _said(TRUTH, "Whether the data tell that the reason still holds."),
        }
    )
    return _object(
        {
            "field": TEXT,
            "label": TEXT,
            "type": _one_of(ColumnType),
            "category": _or_none(TEXT),
            "category_label": TEXT,
            "value": EXACT,
            "shown": _said(TEXT, "The value as people read it."),
            "standing": _said(_one_of(Footing), _STANDINGS),
            "kept_until": _or_none(DAY),
            "kept": _said(TEXT, "Until when, in words."),
            "reasons": _list(reason),
            "holds": _list(_one_of(HoldKind)),
            "recipients": _list(TEXT),
        }
    )


_STANDINGS = (
    "justified: a purpose still needs it. held: kept for a claim or an inquiry. restricted: kept, "
    "not used. telling: kept only since it tells how long what is restricted may be there. "
    "others: kept because the record is somebody else's too. undated: no date tells "
    "when it ends. overdue: it should have been erased. stopped: it is being erased. "
    "unbound: no purpose is on record. lessened: nothing needs it, and it is in the less precise "
    "form that may stay, perhaps as it always was. pseudonym: nothing needs it, and it is under a "
    "pseudonym whose key may still be there. with-row: a number or mark that goes with its record."
)


def _activity() -> Schema:
    phase = _object(
        {
            "id": TEXT,
            "purpose": TEXT,
            "basis": _one_of(LawfulBasis),
            "basis_label": TEXT,
            "article": ARTICLE,
            "dpv": TEXT,
            "statute": TEXT,
            "interest": TEXT,
            "criteria": TEXT,
        }
    )
    return _object(
        {
            "id": TEXT,
            "name": TEXT,
            "summary": TEXT,
            "purposes": _list(_object({"id": TEXT, "label": TEXT, "dpv": TEXT})),
            "phases": _list(phase),
            "sources": _list(_object({"collection": _one_of(Collection), "label": TEXT})),
            "solely_automated": _said(
                _or_none(TRUTH),
                "Whether a machine alone decides; null where that is not on record.",
            ),
            "logic": TEXT,
            "significance": TEXT,
            "consequences": TEXT,
            "rights": _list(_one_of(Right)),
        }
    )


def _recipient() -> Schema:
    return _object(
        {
            "id": TEXT,
            "name": TEXT,
            "kind": _one_of(RecipientKind),
            "service": TEXT,
            "country": COUNTRY,
            "required_by": TEXT,
            "transfer": _or_none(TEXT),
        }
    )


def _transfer() -> Schema:
    return _object(
        {
            "id": TEXT,
            "country": COUNTRY,
            "ground": _one_of(TransferGround),
            "article": ARTICLE,
            "safeguard": TEXT,
            "copy": TEXT,
        }
    )


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": [*properties],
        "additionalProperties": False,
        "properties": properties,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(words: type[StrEnum]) -> Schema:
    members: Iterable[StrEnum] = words
    return {"enum": [member.value for member in members]}


def _or_none(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}
