"""Gathers the facts of one controller in one language from the policy: no layout, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doelbinding.policy.activity import Activity, DataCategory
from doelbinding.policy.organisation import Recipient, Transfer
from doelbinding.publish import facts
from doelbinding.publish.desk import Desk
from doelbinding.publish.given_rights import rights_given
from doelbinding.publish.phases import phase_fact
from doelbinding.publish.places import countries_of_storage, transfer_ids


def gather_sheet(desk: Desk, activity: Activity) -> facts.Sheet:
    """Gather everything that the sheet of an activity says."""
    say = desk.wording.say
    recipients = [*recipients_of(desk, activity)]
    return facts.Sheet(
        id=activity.id,
        language=desk.wording.language,
        title=say(activity.name),
        summary=say(activity.summary),
        role=activity.role.value,
        role_label=desk.wording.ui(f"role.{activity.role.value}"),
        joint_arrangement=say(activity.joint_arrangement),
        controller=controller_fact(desk),
        purposes=tuple(
            facts.Named(id=p.id, label=say(p.label), dpv=p.dpv) for p in activity.purposes
        ),
        phases=tuple(phase_fact(desk, activity, phase) for phase in activity.phases),
        persons=persons(desk, activity.persons),
        data=tuple(data_fact(desk, desk.policy.data_category_by_id[id_]) for id_ in activity.data),
        sources=_sources(desk, activity),
        recipients=tuple(_recipient(desk, activity, recipient) for recipient in recipients),
        no_recipients=activity.no_recipients,
        stored_in=countries_of_storage(desk, activity),
        transfers=transfers_of(desk, transfer_ids(desk, activity, recipients)),
        deviation=_deviation(desk, activity),
        rights=rights_given(activity, desk.policy, desk.wording),
        provision=_provision(desk, activity),
        automation=_automation(desk, activity),
        no_further_purpose=activity.no_further_purpose,
        further_purpose=say(activity.further_purpose),
        secrecy_limit=say(activity.secrecy_limit),
        security=measures(desk, activity.security),
        version=desk.version,
    )


def controller_fact(desk: Desk) -> facts.ControllerFact:
    """Gather who is responsible and whom to turn to."""
    controller, say = desk.controller, desk.wording.say
    officer, authority = controller.officer, controller.authority
    return facts.ControllerFact(
        id=controller.id,
        name=controller.name,
        country=desk.wording.country(controller.country),
        country_code=controller.country,
        address=controller.address,
        email=controller.email,
        website=controller.website,
        phone=controller.phone or "",
        officer=facts.OfficerFact(
            name=officer.name, email=officer.email, form=officer.form, phone=officer.phone or ""
        ),
        authority=facts.AuthorityFact(
            name=say(authority.name), url=authority.url, address=authority.address
        ),
        court=say(controller.court),
    )


def persons(desk: Desk, ids: Iterable[str]) -> tuple[facts.Named, ...]:
    """Name categories of person."""
    known = (desk.policy.person_category_by_id[id_] for id_ in ids)
    return tuple(facts.Named(id=c.id, label=desk.wording.say(c.label), dpv=c.dpv) for c in known)


def measures(desk: Desk, ids: Iterable[str]) -> tuple[facts.Named, ...]:
    """Name security measures."""
    known = (desk.policy.measure_by_id[id_] for id_ in ids)
    return tuple(facts.Named(id=m.id, label=desk.wording.say(m.label), dpv=m.dpv) for m in known)


def data_fact(desk: Desk, category: DataCategory) -> facts.DataFact:
    """Name a category of data and say what makes it sensitive."""
    marks = {
        "sheet.special_mark": category.special,
        "sheet.national_number_mark": category.national_number,
        "sheet.secrecy_mark": category.secrecy,
    }
    return facts.DataFact(
        id=category.id,
        label=desk.wording.say(category.label),
        dpv=category.dpv,
        marks=tuple(desk.wording.ui(key) for key, applies in marks.items() if applies),
    )


def recipients_of(desk: Desk, activity: Activity) -> Iterator[Recipient]:
    """Yield those who receive data of the activity from this controller; never itself."""
    for recipient_id in activity.recipients:
        recipient = desk.policy.recipient_by_id[recipient_id]
        named = not recipient.controllers or desk.controller.id in recipient.controllers
        if named and recipient.affiliate != desk.controller.id:
            yield recipient


def transfers_of(desk: Desk, ids: Iterable[str]) -> tuple[facts.TransferFact, ...]:
    """Tell each transfer once, in the policy's own order."""
    wanted = set(ids)
    return tuple(_transfer(desk, t) for t in desk.policy.transfers if t.id in wanted)


def _sources(desk: Desk, activity: Activity) -> tuple[facts.SourceFact, ...]:
    return tuple(
        facts.SourceFact(
            collection=source.collection.value,
            how=desk.wording.ui(f"collection.{source.collection.value}"),
            label=desk.wording.say(source.label),
        )
        for source in activity.sources
    )


def _recipient(desk: Desk, activity: Activity, recipient: Recipient) -> facts.RecipientFact:
    wording, categories = desk.wording, desk.policy.data_category_by_id
    return facts.RecipientFact(
        id=recipient.id,
        name=wording.say(recipient.name),
        kind=recipient.kind.value,
        kind_label=wording.ui(f"recipient.{recipient.kind.value}"),
        service=wording.say(recipient.service),
        country=wording.country(recipient.country),
        country_code=recipient.country,
        receives=tuple(
            wording.say(categories[id_].label) for id_ in activity.data if id_ in recipient.receives
        ),
        required_by=wording.say(recipient.required_by),
    )


def _transfer(desk: Desk, transfer: Transfer) -> facts.TransferFact:
    wording = desk.wording
    return facts.TransferFact(
        id=transfer.id,
        country=wording.country(transfer.country),
        country_code=transfer.country,
        ground=transfer.ground.value,
        ground_label=wording.ui(f"transfer.{transfer.ground.value}"),
        article=wording.article(transfer.ground.article),
        decision=transfer.decision or "",
        safeguard=wording.say(transfer.safeguard),
        copy=wording.say(transfer.copy),
    )


def _deviation(desk: Desk, activity: Activity) -> str:
    deviations = (d for d in desk.controller.deviations if d.activity == activity.id)
    return next((desk.wording.say(d.reason) for d in deviations if d.terms), "")


def _provision(desk: Desk, activity: Activity) -> facts.ProvisionFact | None:
    if activity.provision is None:
        return None
    return facts.ProvisionFact(
        kind=activity.provision.value,
        label=desk.wording.ui(f"provision.{activity.provision.value}"),
        consequence=desk.wording.say(activity.consequence),
    )


def _automation(desk: Desk, activity: Activity) -> facts.AutomationFact | None:
    automation, say = activity.automation, desk.wording.say
    if automation is None:
        return None
    return facts.AutomationFact(
        solely_automated=automation.solely_automated,
        logic=say(automation.logic),
        significance=say(automation.significance),
        consequences=say(automation.consequences),
    )
