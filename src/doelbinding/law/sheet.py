"""What the information sheet of an activity owes, item by item (GDPR Art. 13, 14; R-X.1-R-X.14).

Each item judges one activity of one controller: met, not applicable there, or missing. The sheet
is rendered elsewhere; here it is only said what must be on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from doelbinding.law import reach
from doelbinding.law.transfers import inside_eea
from doelbinding.policy.activity import Activity
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller, Recipient
from doelbinding.policy.stores import Store
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import Collection, LawfulBasis, Provision, Role


class State(StrEnum):
    """Whether an item of the sheet is there, does not apply, or is missing."""

    MET = "met"
    INAPPLICABLE = "inapplicable"
    MISSING = "missing"


Judge = Callable[[Policy, Controller, Activity], State]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the sheet.

    `requirement` is its id in the requirements, `topic` what it tells, `judge` whether it is there,
    `mend` what to write in the policy. `of_controller`: it is the same for all its activities.
    """

    requirement: str
    topic: str
    article: str
    judge: Judge
    mend: str
    of_controller: bool = False


def owes_sheet(activity: Activity) -> bool:
    """Tell whether the group owes the sheet; for a processor its client does (Art. 13, 14)."""
    return activity.role is not Role.PROCESSOR


def sheet(policy: Policy, controller: Controller, activity: Activity) -> Mapping[Item, State]:
    """Judge every item of the sheet of one activity at one controller."""
    owed = owes_sheet(activity)
    return MappingProxyType(
        {
            item: item.judge(policy, controller, activity) if owed else State.INAPPLICABLE
            for item in ITEMS
        }
    )


def recipients_of(
    policy: Policy, controller: Controller, activity: Activity
) -> Iterator[Recipient]:
    """Yield the recipients that this controller discloses the activity's data to."""
    for name in activity.recipients:
        recipient = policy.recipient_by_id.get(name)
        if recipient and (not recipient.controllers or controller.id in recipient.controllers):
            yield recipient


def stores_of(policy: Policy, controller: Controller, activity: Activity) -> Iterator[Store]:
    """Yield the stores that hold this controller's values for the activity."""
    seen = set()
    for located in reach.bound_to(policy, activity.id):
        ours = controller.id in reach.controllers(policy, located)
        if ours and located.store.id not in seen:
            seen.add(located.store.id)
            yield located.store


def collects(activity: Activity, how: Collection) -> bool:
    """Tell whether some of the activity's data come in this way."""
    return any(source.collection is how for source in activity.sources)


def _said(*words: str | Text | None) -> bool:
    for word in words:
        said = word.values() if isinstance(word, Mapping) else [word or ""]
        if not any(one.strip() for one in said):
            return False
    return True


def _met(*, when: bool) -> State:
    return State.MET if when else State.MISSING


def _who(_policy: Policy, controller: Controller, _activity: Activity) -> State:
    officer = controller.officer
    ours = (controller.name, controller.address, controller.email)
    return _met(when=_said(*ours, officer.name, officer.email, officer.form))


def _source(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    if not activity.sources:
        return State.MISSING
    indirect = [s for s in activity.sources if s.collection is Collection.INDIRECT]
    if not indirect:
        return State.INAPPLICABLE
    return _met(when=all(_said(source.label) for source in indirect))


def _purposes(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    declared = {purpose.id for purpose in activity.purposes}
    used = {phase.purpose for phase in activity.phases}
    return _met(when=bool(declared) and bool(used) and used <= declared)


def _interest(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    bases = [p.basis for p in activity.phases if p.basis.kind is LawfulBasis.LEGITIMATE_INTERESTS]
    if not bases:
        return State.INAPPLICABLE
    return _met(when=all(_said(basis.interest) for basis in bases))


def _recipients(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    return _met(when=bool(activity.recipients) or activity.no_recipients)


def _transfers(policy: Policy, controller: Controller, activity: Activity) -> State:
    places = [
        *((r.country, r.transfer) for r in recipients_of(policy, controller, activity)),
        *((s.country, s.transfer) for s in stores_of(policy, controller, activity)),
    ]
    outside = [transfer for country, transfer in places if not inside_eea(country)]
    if not outside:
        return State.INAPPLICABLE
    stated = [policy.transfer_by_id.get(transfer or "") for transfer in outside]
    return _met(when=all(t is not None and _said(t.safeguard, t.copy) for t in stated))


def _retention(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    phases = activity.phases
    return _met(when=bool(phases) and all(_said(phase.criteria) for phase in phases))


def _rights(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    return _met(when=bool(activity.phases))


def _provision(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    if activity.sources and not collects(activity, Collection.DIRECT):
        return State.INAPPLICABLE
    if activity.provision is Provision.VOLUNTARY:
        return State.MET
    return _met(when=activity.provision is not None and _said(activity.consequence))


def _automation(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    automation = activity.automation
    if automation is None:
        return State.MISSING
    if not automation.solely_automated:
        return State.INAPPLICABLE
    how = (automation.logic, automation.significance, automation.consequences)
    return _met(when=_said(*how))


def _further(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    if activity.no_further_purpose:
        return State.INAPPLICABLE
    return _met(when=_said(activity.further_purpose))


def _in_time(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    return _met(when=bool(activity.sources))


def _secrecy(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    if activity.secrecy_limit is None:
        return State.INAPPLICABLE
    return _met(when=_said(activity.secrecy_limit) and collects(activity, Collection.INDIRECT))


def _categories(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    if activity.sources and not collects(activity, Collection.INDIRECT):
        return State.INAPPLICABLE
    return _met(when=bool(activity.data))


def _withdrawal(_policy: Policy, _controller: Controller, activity: Activity) -> State:
    bases = [p.basis for p in activity.phases if p.basis.kind is LawfulBasis.CONSENT]
    if not bases:
        return State.INAPPLICABLE
    return _met(when=all(_said(basis.withdrawal) for basis in bases))


def _complaint(_policy: Policy, controller: Controller, _activity: Activity) -> State:
    authority = controller.authority
    return _met(when=_said(authority.name, authority.url, authority.address, controller.court))


ITEMS = (
    Item(
        requirement="R-X.1",
        topic="controller and data protection officer",
        article="GDPR 13(1)(a)-(b), 14(1)(a)-(b)",
        judge=_who,
        mend="fill in the controller's name, address and email, and its officer's name, email "
        "and form",
        of_controller=True,
    ),
    Item(
        requirement="R-X.2",
        topic="source of the data",
        article="GDPR 14(2)(f)",
        judge=_source,
        mend="list the activity's `sources`, each with how data are collected; name an indirect "
        "one in its label",
    ),
    Item(
        requirement="R-X.3",
        topic="purposes and basis",
        article="GDPR 13(1)(c), 14(1)(c)",
        judge=_purposes,
        mend="declare every purpose of a phase under the activity's own `purposes`",
    ),
    Item(
        requirement="R-X.4",
        topic="legitimate interest",
        article="GDPR 13(1)(d), 14(2)(b)",
        judge=_interest,
        mend="say in `basis.interest` whose interest it is and what it is",
    ),
    Item(
        requirement="R-X.5",
        topic="recipients",
        article="GDPR 13(1)(e), 14(1)(e)",
        judge=_recipients,
        mend="list the activity's `recipients`, or state `no_recipients: true`",
    ),
    Item(
        requirement="R-X.6",
        topic="transfers to third countries",
        article="GDPR 13(1)(f), 14(1)(f)",
        judge=_transfers,
        mend="give the recipient or store a `transfer` with its safeguard and how to get a copy",
    ),
    Item(
        requirement="R-X.7",
        topic="retention in words",
        article="GDPR 13(2)(a), 14(2)(a)",
        judge=_retention,
        mend="say in each phase's `criteria`, for people, how long the data are kept",
    ),
    Item(
        requirement="R-X.8",
        topic="rights",
        article="GDPR 13(2)(b), 14(2)(c)",
        judge=_rights,
        mend="give the activity a phase with a basis: the rights follow from it",
    ),
    Item(
        requirement="R-X.9",
        topic="whether data must be given",
        article="GDPR 13(2)(e)",
        judge=_provision,
        mend="state the activity's `provision`, and its `consequence` unless it is voluntary",
    ),
    Item(
        requirement="R-X.10",
        topic="automated decisions",
        article="GDPR 13(2)(f), 14(2)(g)",
        judge=_automation,
        mend="state `automation`; where it decides alone, with logic, significance and "
        "consequences",
    ),
    Item(
        requirement="R-X.11",
        topic="further purposes",
        article="GDPR 13(3), 14(4)",
        judge=_further,
        mend="state `no_further_purpose: true`, or describe the `further_purpose`",
    ),
    Item(
        requirement="R-X.12",
        topic="when it is given",
        article="GDPR 13(1), 14(3)",
        judge=_in_time,
        mend="list the activity's `sources`: they tell whether the sheet is due at collection",
    ),
    Item(
        requirement="R-X.13",
        topic="limit by professional secrecy",
        article="GDPR 14(5)(d)",
        judge=_secrecy,
        mend="give the reason in `secrecy_limit`, and only where data are obtained indirectly",
    ),
    Item(
        requirement="R-X.14",
        topic="categories of data",
        article="GDPR 14(1)(d)",
        judge=_categories,
        mend="list the categories of the activity's `data`",
    ),
    Item(
        requirement="R-X.14",
        topic="withdrawal of consent",
        article="GDPR 7(3), 13(2)(c), 14(2)(d)",
        judge=_withdrawal,
        mend="say in `basis.withdrawal` how consent is withdrawn, as easily as it is given",
    ),
    Item(
        requirement="R-X.14",
        topic="complaint",
        article="GDPR 13(2)(d), 14(2)(e), 77, 79",
        judge=_complaint,
        mend="fill in the controller's authority (name, url, address) and court",
        of_controller=True,
    ),
)
