"""Whether every name in a policy leads somewhere, and to one thing only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.load.datasets import dataset_problems
from doelbinding.policy.load.names import dangling, twice
from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.load.words import word_problems
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller, Recipient
from doelbinding.policy.stores import Store

_KINDS = {
    "controllers": "controller",
    "person_categories": "person category",
    "data_categories": "data category",
    "activities": "activity",
    "measures": "measure",
    "recipients": "recipient",
    "transfers": "transfer",
    "sections": "section",
    "promises": "promise",
    "controls": "control",
    "choices": "choice",
    "anonymiser_tests": "anonymiser test",
    "pseudonym_keys": "pseudonym key",
    "stores": "store",
}


def problems_of(policy: Policy) -> Iterator[Problem]:
    """Yield every word that means nothing, name used twice and reference that leads nowhere."""
    yield from word_problems(policy)
    yield from _duplicates(policy)
    for number, controller in enumerate(policy.controllers):
        yield from _controller(policy, controller, ("controllers", number))
    for number, activity in enumerate(policy.activities):
        yield from _activity(policy, activity, ("activities", number))
    for number, recipient in enumerate(policy.recipients):
        yield from _recipient(policy, recipient, ("recipients", number))
    controls = {control.id for control in policy.controls}
    for number, promise in enumerate(policy.promises):
        path = ("promises", number, "controls")
        yield from dangling("control", promise.controls, controls, path)
    for number, store in enumerate(policy.stores):
        yield from _store(policy, store, ("stores", number))


def _duplicates(policy: Policy) -> Iterator[Problem]:
    for key, kind in _KINDS.items():
        items = enumerate(getattr(policy, key))
        yield from twice(kind, ((item.id, (key, n, "id")) for n, item in items))
    yield from twice(
        "purpose",
        (
            (purpose.id, ("activities", n, "purposes", m, "id"))
            for n, activity in enumerate(policy.activities)
            for m, purpose in enumerate(activity.purposes)
        ),
    )
    yield from twice(
        "processing for a client",
        (
            (processing.id, ("controllers", n, "processes_for", m, "id"))
            for n, controller in enumerate(policy.controllers)
            for m, processing in enumerate(controller.processes_for)
        ),
    )


def _controller(policy: Policy, controller: Controller, path: ModelPath) -> Iterator[Problem]:
    for number, deviation in enumerate(controller.deviations):
        here = (*path, "deviations", number)
        activity = policy.activity_by_id.get(deviation.activity)
        if activity is None:
            known = policy.activity_by_id
            yield from dangling("activity", deviation.activity, known, (*here, "activity"))
            continue
        phases = [phase.id for phase in activity.phases]
        for phase, terms in deviation.terms.items():
            at = (*here, "terms", phase)
            yield from dangling(f"phase of {activity.id}", phase, phases, at)
            yield from _terms(policy, terms, at)
    for number, processing in enumerate(controller.processes_for):
        here = (*path, "processes_for", number)
        yield from dangling(
            "transfer", processing.transfers, policy.transfer_by_id, (*here, "transfers")
        )
        categories = policy.data_category_by_id
        yield from dangling(
            "data category", processing.categories, categories, (*here, "categories")
        )
        yield from _measures(policy, processing.security, here)


def _activity(policy: Policy, activity: Activity, path: ModelPath) -> Iterator[Problem]:
    yield from dangling(
        "controller", activity.controllers, policy.controller_by_id, (*path, "controllers")
    )
    yield from dangling(
        "person category", activity.persons, policy.person_category_by_id, (*path, "persons")
    )
    yield from dangling("data category", activity.data, policy.data_category_by_id, (*path, "data"))
    yield from dangling(
        "recipient", activity.recipients, policy.recipient_by_id, (*path, "recipients")
    )
    yield from _measures(policy, activity.security, path)
    yield from twice(
        f"phase of {activity.id}",
        ((phase.id, (*path, "phases", n, "id")) for n, phase in enumerate(activity.phases)),
    )
    for number, phase in enumerate(activity.phases):
        yield from _phase(policy, activity, phase, (*path, "phases", number))


def _phase(policy: Policy, activity: Activity, phase: Phase, path: ModelPath) -> Iterator[Problem]:
    own = [purpose.id for purpose in activity.purposes]
    yield from dangling(f"purpose of {activity.id}", phase.purpose, own, (*path, "purpose"))
    yield from dangling("purpose", phase.uses, policy.purpose_by_id, (*path, "uses"))
    yield from _terms(policy, phase.terms, (*path, "terms"))


def _terms(policy: Policy, terms: Iterable[Term], path: ModelPath) -> Iterator[Problem]:
    for number, term in enumerate(terms):
        here = (*path, number, "persons")
        yield from dangling("person category", term.persons, policy.person_category_by_id, here)


def _recipient(policy: Policy, recipient: Recipient, path: ModelPath) -> Iterator[Problem]:
    controllers = policy.controller_by_id
    yield from dangling("controller", recipient.controllers, controllers, (*path, "controllers"))
    yield from dangling("controller", recipient.affiliate, controllers, (*path, "affiliate"))
    yield from dangling("transfer", recipient.transfer, policy.transfer_by_id, (*path, "transfer"))
    yield from dangling(
        "data category", recipient.receives, policy.data_category_by_id, (*path, "receives")
    )


def _store(policy: Policy, store: Store, path: ModelPath) -> Iterator[Problem]:
    yield from dangling("recipient", store.kept_by, policy.recipient_by_id, (*path, "kept_by"))
    yield from dangling("transfer", store.transfer, policy.transfer_by_id, (*path, "transfer"))
    yield from _measures(policy, store.security, path)
    yield from dataset_problems(policy, store, path)


def _measures(policy: Policy, named: Iterable[str], path: ModelPath) -> Iterator[Problem]:
    yield from dangling("measure", named, policy.measure_by_id, (*path, "security"))
