"""The access answer as data: `access.json`, under the schema in `schema.access_schema`.

Values are exact; words are in the person's language. What several values share (activities,
recipients, transfers) is told once and referred to by id.
"""

from __future__ import annotations

from typing import Any

from doelbinding.law.language.terms import criteria_in_words
from doelbinding.law.rights import rights_of_activity
from doelbinding.policy.activity import Activity
from doelbinding.policy.organisation import Controller, Recipient, Transfer
from doelbinding.policy.vocabulary import Right
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.gather import DatasetFact, Gathered, RecordFact, ValueFact
from doelbinding.rights.answer.schema import ACCESS
from doelbinding.rights.answer.values import exact
from doelbinding.rights.inventory import Reason

Document = dict[str, Any]


def access_document(found: Gathered) -> Document:
    """Give the whole answer."""
    policy = found.policy
    transfers = {r.transfer for r in found.recipients} | {s.transfer for s in found.stores}
    return {
        "$schema": ACCESS,
        "case": case_document(found.case),
        "controller": controller_document(found.case.controller, found),
        "policy": {"id": policy.id, "version": policy.version.number},
        "at": found.inventory.at.isoformat(),
        "ambiguous": found.inventory.found.doubtful,
        "searched": [*found.inventory.found.searched],
        "empty": [
            {"store": store.id, "store_label": found.words.say(store.label), "dataset_label": label}
            for store, label in found.empty()
        ],
        "datasets": [_dataset(dataset, found) for dataset in found.datasets],
        "activities": [_activity(activity, found) for activity in found.activities],
        "recipients": [_recipient(recipient, found) for recipient in found.recipients],
        "transfers": [_transfer(t, found) for t in policy.transfers if t.id in transfers],
    }


def case_document(case: Case) -> Document:
    """Give the request."""
    return {
        "id": case.id,
        "right": case.right.value,
        "article": case.right.article,
        "language": case.language,
        "received_on": case.received_on.isoformat(),
        "due_on": case.due_on.isoformat(),
        "answered_on": case.answered_on.isoformat(),
    }


def controller_document(controller: Controller, found: Gathered) -> Document:
    """Give who answers, and where to turn to."""
    say, officer, authority = found.words.say, controller.officer, controller.authority
    return {
        "id": controller.id,
        "name": controller.name,
        "address": controller.address,
        "country": controller.country,
        "email": controller.email,
        "website": controller.website,
        "officer": {"name": officer.name, "email": officer.email, "form": officer.form},
        "authority": {
            "name": say(authority.name),
            "address": authority.address,
            "url": authority.url,
        },
        "court": say(controller.court),
    }


def _dataset(dataset: DatasetFact, found: Gathered) -> Document:
    store = dataset.store
    return {
        "store": store.id,
        "store_label": found.words.say(store.label),
        "country": store.country,
        "dataset": dataset.row.place.dataset.id,
        "label": dataset.label,
        "source": dataset.source,
        "records": [_record(record) for record in dataset.records],
    }


def _record(record: RecordFact) -> Document:
    return {
        "name": record.name,
        "key": {name: exact(part) for name, part in record.key.items()},
        "shared": record.row.others,
        "values": [_value(value) for value in record.values],
    }


def _value(value: ValueFact) -> Document:
    why = value.why
    return {
        "field": value.column.name,
        "label": value.label,
        "type": value.column.type.value,
        "category": value.column.category,
        "category_label": value.category,
        "value": value.exact,
        "shown": value.shown,
        "standing": why.footing.value,
        "kept_until": why.until.isoformat() if why.until else None,
        "kept": value.kept,
        "reasons": [_reason(reason) for reason in why.reasons],
        "holds": [hold.value for hold in why.holds],
        "recipients": [recipient.id for recipient in why.recipients],
    }


def _reason(reason: Reason) -> Document:
    basis = reason.phase.basis
    return {
        "activity": reason.activity.id,
        "phase": reason.phase.id,
        "purpose": reason.phase.purpose,
        "basis": basis.kind.value,
        "article": basis.kind.article,
        "until": reason.until.isoformat() if reason.until else None,
        "certain": reason.certain,
    }


def _activity(activity: Activity, found: Gathered) -> Document:
    say = found.words.say
    automation = activity.automation
    return {
        "id": activity.id,
        "name": say(activity.name),
        "summary": say(activity.summary),
        "purposes": [{"id": p.id, "label": say(p.label), "dpv": p.dpv} for p in activity.purposes],
        "phases": [
            {
                "id": phase.id,
                "purpose": phase.purpose,
                "basis": phase.basis.kind.value,
                "basis_label": found.words.ui(f"basis.{phase.basis.kind.value}"),
                "article": phase.basis.kind.article,
                "dpv": phase.basis.kind.dpv,
                "statute": say(phase.basis.statute),
                "interest": say(phase.basis.interest),
                "criteria": criteria_in_words(
                    found.policy, found.case.controller, activity, phase, found.words
                ),
            }
            for phase in activity.phases
        ],
        "sources": [
            {"collection": s.collection.value, "label": say(s.label)} for s in activity.sources
        ],
        "solely_automated": automation.solely_automated if automation else None,
        "logic": say(automation.logic) if automation else "",
        "significance": say(automation.significance) if automation else "",
        "consequences": say(automation.consequences) if automation else "",
        "rights": _rights(activity),
    }


def _rights(activity: Activity) -> list[str]:
    if not activity.phases:
        return []
    standings = rights_of_activity(activity)
    return [right.value for right in Right if standings[right].exists]


def _recipient(recipient: Recipient, found: Gathered) -> Document:
    say = found.words.say
    return {
        "id": recipient.id,
        "name": say(recipient.name),
        "kind": recipient.kind.value,
        "service": say(recipient.service),
        "country": recipient.country,
        "required_by": say(recipient.required_by),
        "transfer": recipient.transfer,
    }


def _transfer(transfer: Transfer, found: Gathered) -> Document:
    say = found.words.say
    return {
        "id": transfer.id,
        "country": transfer.country,
        "ground": transfer.ground.value,
        "article": transfer.ground.article,
        "safeguard": say(transfer.safeguard),
        "copy": say(transfer.copy),
    }
