"""Each finding, by breaking a policy with nothing left open (R-II, R-V to R-VIII, R-X)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from doelbinding.evidence.schema import EntryKind
from doelbinding.law.checks.promises import EVIDENCE_KINDS
from doelbinding.law.checks.reference import page
from doelbinding.law.finding import Finding
from doelbinding.law.findings import DEFINITIONS, REGISTRY, check
from doelbinding.policy.activity import Automation, Purpose, Term
from doelbinding.policy.condition import Condition
from doelbinding.policy.endings import Ending, Grain, PseudonymKey, Strip
from doelbinding.policy.model import Control, Policy
from doelbinding.policy.organisation import Deviation
from doelbinding.policy.stores import (
    Binding,
    Column,
    ColumnType,
    ControllerColumn,
    Dataset,
    Event,
    EventSource,
    Prohibition,
    Reference,
    RowsState,
    Store,
    Subject,
    WhenGone,
    WhenUnjustified,
)
from doelbinding.policy.vocabulary import (
    Collection,
    RecipientKind,
    Role,
    TransferGround,
)

from .sample import (
    CONTACT,
    COUNTRY_CODES,
    DPV,
    INVOICE,
    ON,
    SUBSCRIPTION,
    at,
    clean,
    controller,
    put,
    said,
)

Break = tuple[tuple[str | int, ...], Any]

FILED = put(clean(), ("stores", 0, "datasets", 0, "columns", 7, "file_in"), "letters").stores[0]
RELATIONS, INVOICING, NEWSLETTER = (("activities", n) for n in range(3))
ACTIVE, ARCHIVE = (*INVOICING, "phases", 0), (*INVOICING, "phases", 1)
KEEPING = (*RELATIONS, "phases", 0)
CRM = ("stores", 0)
CONTACTS, INVOICES, SUBSCRIPTIONS, CODES = ((*CRM, "datasets", n) for n in range(4))
HOST, TAX = ("recipients", 0), ("recipients", 1)
DUTCH, FRENCH = ("controllers", 0), ("controllers", 1)
TO_BRITAIN = ("transfers", 0)
BLANK = said(" ")

VISIT = Dataset(
    id="visit",
    table="VISIT",
    key=("id",),
    label=said("visits"),
    subject=Subject(to="contact", columns=("contact_id",)),
    columns=(
        Column(name="id"),
        Column(name="seen", type=ColumnType.DATE),
        Column(name="note", category="identification"),
    ),
    bindings=(Binding(activity="invoicing", columns=("note",), phases=("archive",)),),
)


def place_of(*sharing: Dataset | str, through: tuple[str, ...] = ()) -> Break:
    """Add a place that contacts and others share, bound to relations, perhaps by some alone."""
    names = [one if isinstance(one, str) else one.id for one in sharing]
    place = Dataset(
        id="place",
        table="PLACE",
        key=("id",),
        label=said("places"),
        subjects=tuple(Subject(shared_by=name, columns=("place_id",)) for name in names),
        columns=(Column(name="id"), Column(name="street", category="identification")),
        bindings=(Binding(activity="relations", columns=("street",), through=through),),
    )
    others = [one for one in sharing if not isinstance(one, str)]
    return ((*CRM, "datasets"), (CONTACT, INVOICE, SUBSCRIPTION, COUNTRY_CODES, *others, place))


SENT = (
    Subject(to="contact", columns=("contact_id",)),
    Subject(to="contact", columns=("nr",)),
)
DUTCH_OWN: Break = ((*INVOICES, "controller"), "dutch")
BREAKS: dict[str, list[Break]] = {
    "DB101": [((*NEWSLETTER, "phases"), ())],
    "DB102": [((*NEWSLETTER, "purposes"), ())],
    "DB103": [((*KEEPING, "uses"), ())],
    "DB104": [((*KEEPING, "uses"), ("keep-in-touch", "legal-claims", "news"))],
    "DB105": [((*ARCHIVE, "uses"), ("bookkeeping", "invoice"))],
    "DB106": [((*NEWSLETTER, "persons"), ())],
    "DB107": [((*NEWSLETTER, "data"), ())],
    "DB108": [((*NEWSLETTER, "security"), ())],
    "DB109": [
        (
            (*DUTCH, "deviations"),
            (Deviation(activity="newsletter", reason=said("no"), performed=False),),
        )
    ],
    "DB110": [((*RELATIONS, "role"), Role.JOINT_CONTROLLER)],
    "DB121": [((*KEEPING, "basis", "balancing"), None)],
    "DB122": [((*ARCHIVE, "basis", "statute"), None)],
    "DB123": [((*KEEPING, "basis", "special"), None)],
    "DB124": [((*KEEPING, "basis", "statute"), None)],
    "DB125": [
        (
            (*RELATIONS, "automation"),
            Automation(
                solely_automated=True,
                logic=said("a score"),
                significance=said("much"),
                consequences=said("few"),
            ),
        )
    ],
    "DB201": [((*ACTIVE, "terms"), ())],
    "DB202": [((*KEEPING, "terms", 0, "countries"), ("NL",))],
    "DB203": [((*ARCHIVE, "terms", 0, "countries"), ("NL",))],
    "DB204": [((*ARCHIVE, "terms", 0, "rule"), "after invoice.date keep P0D")],
    "DB205": [((*ARCHIVE, "terms", 0, "statute"), None)],
    "DB206": [
        (
            (*FRENCH, "deviations"),
            (
                Deviation(
                    activity="relations",
                    reason=said("law"),
                    terms={"active": (Term(rule="after account.seen keep P1Y"),)},
                ),
            ),
        )
    ],
    "DB211": [((*CONTACTS, "events"), {})],
    "DB212": [((*CONTACTS, "events", "relation.ended", "column"), "bedrijf")],
    "DB213": [((*SUBSCRIPTIONS, "states"), {})],
    "DB214": [
        (
            (*INVOICES, "states", "invoice.paid"),
            Condition(
                all_=(
                    Condition(column="betaald", equals=True),
                    Condition(column="betaald", equals=False),
                )
            ),
        )
    ],
    "DB215": [((*CONTACTS, "persons"), {})],
    "DB216": [
        (
            (*CONTACTS, "bindings"),
            (*CONTACT.bindings, Binding(activity="newsletter", columns=("email",))),
        ),
        ((*NEWSLETTER, "phases", 0, "terms", 0, "persons"), ("visitor",)),
        ((*NEWSLETTER, "persons"), ("visitor",)),
        ((*SUBSCRIPTIONS, "persons"), {"visitor": Condition(column="actief", null=False)}),
    ],
    "DB217": [place_of("contact", "subscription")],
    "DB218": [place_of("contact", VISIT)],
    "DB301": [((*DUTCH, "officer", "email"), " ")],
    "DB302": [((*INVOICING, "sources", 0, "label"), BLANK)],
    "DB303": [((*ACTIVE, "purpose"), "news")],
    "DB304": [((*KEEPING, "basis", "interest"), None)],
    "DB305": [((*NEWSLETTER, "no_recipients"), False)],
    "DB306": [((*TO_BRITAIN, "copy"), BLANK)],
    "DB307": [((*ARCHIVE, "criteria"), None)],
    "DB309": [((*RELATIONS, "consequence"), None)],
    "DB310": [((*INVOICING, "automation", "logic"), None)],
    "DB311": [((*INVOICING, "further_purpose"), None)],
    "DB313": [((*INVOICING, "sources", 0, "collection"), Collection.OBSERVED)],
    "DB314": [((*NEWSLETTER, "phases", 0, "basis", "withdrawal"), None)],
    "DB316": [((*DUTCH, "authority", "url"), "")],
    "DB321": [((*RELATIONS, "summary"), {"nl": "wij", "en": "we"})],
    "DB322": [((*FRENCH, "languages"), ("fr", "de"))],
    "DB401": [((*SUBSCRIPTIONS, "person"), False)],
    "DB402": [((*INVOICES, "no_personal_data"), True)],
    "DB403": [((*CODES, "no_personal_data"), False)],
    "DB404": [((*SUBSCRIPTIONS, "controller"), None)],
    "DB405": [((*SUBSCRIPTIONS, "columns", 0, "identifier"), None)],
    "DB406": [((*CRM, "backups"), None)],
    "DB407": [((*NEWSLETTER, "data"), ("identification", "letters"))],
    "DB408": [
        ((*CONTACTS, "controller"), ControllerColumn(column="bedrijf", values={"1": "dutch"})),
        ((*INVOICES, "controller"), "french"),
    ],
    "DB409": [((*INVOICES, "subject"), None), ((*INVOICES, "subjects"), SENT), DUTCH_OWN],
    "DB421": [((*CONTACTS, "columns", 2, "category"), "identification")],
    "DB422": [((*SUBSCRIPTIONS, "bindings", 0, "activity"), "news")],
    "DB423": [((*SUBSCRIPTIONS, "controller"), "french")],
    "DB424": [((*KEEPING, "basis", "special"), None)],
    "DB425": [((*KEEPING, "basis", "statute"), None)],
    "DB426": [((*RELATIONS, "data"), ("identification", "health", "number", "letters"))],
    "DB427": [((*RELATIONS, "controllers"), ("dutch",))],
    "DB431": [((*INVOICES, "bindings"), INVOICE.bindings[:1])],
    "DB432": [
        ((*CONTACTS, "columns", 4, "category"), "identification"),
        ((*CONTACTS, "bindings", 0, "columns"), (*CONTACT.bindings[0].columns, "einde")),
    ],
    "DB433": [
        (
            (*CONTACTS, "bindings"),
            (*CONTACT.bindings, Binding(activity="newsletter", columns=("email",))),
        ),
        (
            (*CONTACTS, "states"),
            {"newsletter.subscribed": Condition(column="soort", equals="N")},
        ),
    ],
    "DB434": [((*INVOICES, "columns", 1, "category"), "identification")],
    "DB451": [((*CONTACTS, "columns", 7, "ends_as"), Ending(strip=Strip.TEXT))],
    "DB452": [
        (("pseudonym_keys",), (PseudonymKey(id="visits", label=said("visits")),)),
        ((*CONTACTS, "columns", 3, "ends_as"), Ending(pseudonym="visits")),
    ],
    "DB453": [
        (
            ("pseudonym_keys",),
            (PseudonymKey(id="visits", label=said("visits"), destroy_by=date(2020, 1, 1)),),
        ),
        ((*CONTACTS, "columns", 3, "ends_as"), Ending(pseudonym="visits")),
    ],
    "DB454": [((*CONTACTS, "columns", 4, "ends_as"), Ending(generalise=Grain.YEAR))],
    "DB455": [((*INVOICES, "columns", 1, "ends_as"), Ending(band=10))],
    "DB456": [
        (
            ("pseudonym_keys",),
            (PseudonymKey(id="visits", label=said("visits"), destroy_by=date(2090, 1, 1)),),
        ),
        ((*CONTACTS, "columns", 3, "ends_as"), Ending(pseudonym="visits")),
        ((*CONTACTS, "when_unjustified"), WhenUnjustified.ANONYMISE),
    ],
    "DB457": [(("stores",), (FILED, replace(FILED, id="shop", label=said("Shop"))))],
    "DB458": [
        ((*CONTACTS, "columns", 6, "identifier"), "name"),
        (
            (*INVOICES, "columns"),
            (
                *INVOICE.columns,
                Column(name="note", category="order", ends_as=Ending(strip=Strip.TEXT)),
            ),
        ),
        ((*INVOICES, "bindings", 0, "columns"), ("datum", "note")),
    ],
    "DB501": [((*HOST, "agreement"), None)],
    "DB502": [((*HOST, "agreement", "confidentiality"), False)],
    "DB503": [((*HOST, "assessment"), None)],
    "DB504": [((*HOST, "assessment", "expires_on"), date(2026, 10, 31))],
    "DB505": [((*TAX, "kind"), RecipientKind.AFFILIATE), ((*TAX, "required_by"), None)],
    "DB506": [((*TAX, "required_by"), None)],
    "DB507": [((*HOST, "covers_secrecy"), False)],
    "DB508": [((*HOST, "receives"), ("identification", "payroll"))],
    "DB509": [((*RELATIONS, "recipients"), ("host",))],
    "DB521": [((*HOST, "transfer"), None)],
    "DB522": [((*CRM, "country"), "US")],
    "DB523": [((*TO_BRITAIN, "decision"), "2000/520/EC")],
    "DB524": [
        ((*TO_BRITAIN, "country"), "US"),
        ((*HOST, "country"), "US"),
        ((*TO_BRITAIN, "decision"), "32023D1795"),
    ],
    "DB525": [((*HOST, "country"), "CN")],
    "DB601": [(("promises", 0, "controls"), ())],
    "DB602": [(("promises", 0, "controls"), ("retention", "magic"))],
    "DB603": [(("controls", 0, "shown_by"), ("check.DB999",))],
    "DB604": [
        (
            ("controls",),
            (
                Control(id="retention", label=said("r"), shown_by=("check.DB201",)),
                Control(id="idle", label=said("i"), shown_by=("run.verified",)),
            ),
        )
    ],
    "DB621": [((*DUTCH, "financial_year_end"), "31-12")],
    "DB622": [((*DUTCH, "timezone"), "Europe/Amterdam")],
    "DB623": [((*FRENCH, "country"), "ES")],
    "DB624": [((*FRENCH, "languages"), ())],
    "DB625": [((*DUTCH, "processes_for", 0, "security"), ())],
}


def broken(breaks: Iterable[Break]) -> Policy:
    policy = clean()
    for path, value in breaks:
        policy = put(policy, path, value)
    return policy


def found(*breaks: Break) -> list[Finding]:
    return list(check(broken(breaks), on=ON))


def ids(*breaks: Break) -> set[str]:
    return {finding.id for finding in found(*breaks)}


def test_clean_policy_has_no_findings() -> None:
    assert check(clean(), on=ON) == ()


def test_every_finding_of_the_registry_is_triggered_here() -> None:
    assert set(BREAKS) == set(REGISTRY)
    assert len(REGISTRY) == len(DEFINITIONS), "two definitions share an id"


@pytest.mark.parametrize("known", BREAKS)
def test_finding_is_made_at_a_place_of_the_model(known: str) -> None:
    policy = broken(BREAKS[known])
    findings = [finding for finding in check(policy, on=ON) if finding.id == known]
    assert findings, f"{known} was not found"
    for finding in findings:
        at(policy, finding.path)
        assert finding.article == REGISTRY[known].article
        assert finding.severity is REGISTRY[known].severity
        assert finding.advice
        assert finding.subject


COMPANIONS = {
    "DB458": {"DB451"},
    "DB102": {"DB303"},
    "DB107": {"DB426"},
    "DB109": {"DB423"},
    "DB123": {"DB424"},
    "DB124": {"DB425"},
    "DB302": {"DB321"},
    "DB303": {"DB103"},
    "DB306": {"DB321"},
    "DB322": {"DB321"},
    "DB421": {"DB431", "DB432"},
    "DB424": {"DB123"},
    "DB206": {"DB211"},
    "DB425": {"DB124"},
    "DB431": {"DB407", "DB433"},
    "DB432": {"DB433"},
    "DB434": {"DB421"},
    "DB455": {"DB454"},
    "DB456": {"DB433"},
    "DB521": {"DB306"},
    "DB522": {"DB306"},
    "DB601": {"DB604"},
}


@pytest.mark.parametrize("known", BREAKS)
def test_one_fault_gives_no_more_findings_than_it_has_consequences(known: str) -> None:
    assert ids(*BREAKS[known]) - {known} <= COMPANIONS.get(known, set())


def test_reference_is_made_from_the_registry() -> None:
    reference = Path(__file__).parents[3] / "docs" / "reference" / "findings.md"
    assert reference.read_text(encoding="utf-8") == page()


def test_findings_have_an_id_in_the_group_of_what_they_are_about() -> None:
    assert all(len(known) == 5 and known[:2] == "DB" and known[2] in "123456" for known in REGISTRY)


NEVER = Condition(
    all_=(Condition(column="betaald", null=True), Condition(column="betaald", equals=True))
)
PAID = {
    "invoice.paid": RowsState(dataset="invoice", every=Condition(column="betaald", equals=True))
}
SOME_PAID = {
    "invoice.paid": RowsState(dataset="invoice", any_=Condition(column="betaald", equals=True))
}
PAID_OR_EMPTY = (
    (*INVOICES, "states", "invoice.paid"),
    Condition(
        any_=(Condition(column="betaald", equals=True), Condition(column="betaald", null=True))
    ),
)
SOLD = ((*INVOICES, "columns", 3, "category"), "order")
ALL_OF_INVOICING = ((*INVOICES, "bindings", 0, "columns"), ("datum", "betaald"))
IN_ACTIVE = (
    (*INVOICES, "bindings"),
    (*INVOICE.bindings, Binding(activity="invoicing", columns=("betaald",), phases=("active",))),
)


def some_are_billed(when: Condition) -> list[Break]:
    """Bind invoices to relations where a personal column says so, and invoicing to the rest."""
    relations = Binding(activity="relations", columns=("datum", "betaald"), when=when)
    return [SOLD, ((*INVOICES, "bindings"), (INVOICE.bindings[0], IN_ACTIVE[1][-1], relations))]


def told_where(bound: Condition | None, kept: Condition) -> list[Break]:
    """Bind an invoice's date to invoicing under one condition, and what tells its end by another.

    The date is bound to nothing else: its row goes with it.
    """
    date, told = (
        Binding(activity="invoicing", columns=(name,), when=when)
        for name, when in (("datum", bound), ("betaald", kept))
    )
    return [SOLD, ((*INVOICES, "bindings"), (date, told))]


PAID_OR_NOT = Condition(column="betaald", null=False)
IS_PAID = Condition(column="betaald", equals=True)
IS_CUSTOMER = Condition(column="soort", equals="K")

ENDED = ((*CONTACTS, "columns", 4, "category"), "identification")


def ended_for(*phases: str) -> list[Break]:
    """Make the end of a relation a personal column, bound to relations and phases of invoicing."""
    relations, invoicing = CONTACT.bindings
    relations = replace(relations, columns=(*relations.columns, "einde"))
    ends = Binding(activity="invoicing", columns=("einde",), phases=phases)
    return [ENDED, ((*CONTACTS, "bindings"), (relations, invoicing, ends))]


def dated_place(*through: str, seen: tuple[str, ...] = ()) -> Break:
    """Add a place of a contact and of a visit, which tells by `seen` when it ends."""
    path, datasets = place_of("contact", VISIT)
    place = replace(
        datasets[-1],
        subjects=tuple(Subject(to=to, columns=("of",)) for to in ("contact", "visit")),
        columns=(
            *datasets[-1].columns,
            Column(name="seen", type=ColumnType.DATE, category="identification"),
        ),
        events={
            "relation.ended": Event(column="seen"),
            "contact.last": Event(column="seen"),
        },
        bindings=(
            Binding(activity="relations", columns=("street",), through=through),
            Binding(activity="relations", columns=("seen",), through=seen),
        ),
    )
    return path, (*datasets[:-1], place)


ALSO: list[tuple[str, list[Break]]] = [
    ("DB104", [((*ARCHIVE, "uses"), ("news",))]),
    ("DB202", [((*NEWSLETTER, "persons"), ("prospect", "customer")),
               ((*NEWSLETTER, "phases", 0, "terms", 0, "persons"), ("prospect",))]),
    ("DB202", [((*FRENCH, "deviations"),
                (Deviation(activity="relations", reason=said("law"),
                           terms={"active": (Term(rule="after contact.last keep P1Y",
                                                  persons=("prospect",)),)}),))]),
    ("DB205", [((*FRENCH, "deviations"),
                (Deviation(activity="invoicing", reason=said("longer"),
                           terms={"archive": (Term(
                               rule="after end_of_financial_year(invoice.date) keep P10Y"),)}),))]),
    ("DB211", [((*CONTACTS, "events", "relation.ended"), Event(column="gone"))]),
    ("DB213", [((*INVOICES, "states", "invoice.paid"), Condition(column="gone", equals=1))]),
    ("DB214", [((*INVOICES, "states", "invoice.paid"), Condition(column="nr", at_least=1))]),
    ("DB302", [((*RELATIONS, "sources"), ())]),
    ("DB310", [((*RELATIONS, "automation"), None)]),
    ("DB321", [(("sections", 0, "body"), {"nl": "x", "en": "x"})]),
    ("DB321", [((*CRM, "label"), {"nl": "x", "en": "x"})]),
    ("DB321", [(("title",), {"nl": "x", "fr": "x", "en": "  "})]),
    ("DB321", [((*TAX, "required_by"), {"nl": "x", "en": "x"})]),
    ("DB401", [((*CONTACTS, "person"), False)]),
    ("DB422", [((*SUBSCRIPTIONS, "bindings", 0, "phases"), ("later",))]),
    ("DB213", [((*INVOICES, "states"), {}), ((*INVOICES, "row_states"),
                {"invoice.paid": RowsState(dataset="gone", any_=NEVER)})]),
    ("DB214", [((*INVOICES, "states"), {}), ((*CONTACTS, "row_states"),
                {"invoice.paid": RowsState(dataset="invoice", any_=NEVER)})]),
    ("DB431", [((*INVOICES, "states"), {}), ((*CONTACTS, "row_states"), PAID),
               ((*INVOICES, "bindings", 0, "phases"), ("archive",)),
               ((*CONTACTS, "bindings", 1, "phases"), ())]),
    ("DB431", [((*INVOICES, "bindings", 0, "phases"), ("active",))]),
    ("DB431", [((*CONTACTS, "bindings", 0, "columns"), ("gezondheid", "bsn", "brieven")),
               ((*CONTACTS, "columns", 4, "category"), "identification")]),
    ("DB431", [((*CONTACTS, "columns", 2, "category"), "identification")]),
    ("DB431", [((*INVOICES, "bindings", 1, "when"), Condition(column="betaald", null=False)),
               SOLD, ALL_OF_INVOICING]),
    ("DB431", told_where(None, PAID_OR_NOT)),
    ("DB431", told_where(PAID_OR_NOT, IS_PAID)),
    ("DB431", [place_of("contact",
                        replace(VISIT, events={"relation.ended": Event(column="seen")}))]),
    ("DB211", [place_of("contact", "subscription", through=("subscription",))]),
    ("DB218", [place_of("contact", VISIT, through=("visit",))]),
    ("DB423", [place_of("contact", "subscription", through=("subscription",)),
               ((*RELATIONS, "controllers"), ("french",))]),
    ("DB427", [place_of("contact", "subscription", through=("subscription",))]),
    ("DB431", [dated_place("visit", seen=("contact",))]),
    ("DB432", [dated_place(seen=("contact",))]),
    ("DB432", ended_for("archive")),
    ("DB432", [SOLD, IN_ACTIVE]),
    ("DB432", [SOLD, ALL_OF_INVOICING, ((*INVOICES, "when_unjustified"), WhenUnjustified.EMPTY)]),
    ("DB432", [((*CONTACTS, "columns", 2, "category"), "identification"),
               ((*CONTACTS, "bindings", 0, "columns"),
                ("email", "gezondheid", "bsn", "brieven", "soort"))]),
    ("DB432", some_are_billed(Condition(column="betaald", equals=True))),
    ("DB432", [*some_are_billed(Condition(column="betaald", null=False)),
               ((*INVOICES, "columns", 3, "replace_with"), 0)]),
    ("DB432", [SOLD, ALL_OF_INVOICING,
               ((*INVOICES, "prohibitions"),
                (Prohibition(columns=("datum",), reason=said("no"), article="GDPR 9",
                             when=Condition(column="betaald", equals=True)),))]),
    ("DB432", [((*CONTACTS, "events", "contact.last"),
                Event(latest_of=(EventSource(column="einde"),
                                 EventSource(column="datum", dataset="invoice",
                                             on={"nr": "email"}))))]),
    ("DB433", [((*INVOICES, "states"), {}), ((*CONTACTS, "row_states"), SOME_PAID),
               ((*INVOICES, "bindings", 1, "columns"), ())]),
    ("DB434", [((*INVOICES, "subject"),
                Subject(to="contact", columns=("contact_id",), references=("email",)))]),
    ("DB501", [((*HOST, "agreement", "signed_on"), date(2027, 1, 1))]),
    ("DB503", [((*HOST, "assessment", "assessed_on"), date(2027, 1, 1))]),
    ("DB523", [((*TO_BRITAIN, "country"), "CN"), ((*HOST, "country"), "CN")]),
    ("DB603", [(("controls", 0, "shown_by"), ("run.verify",))]),
    ("DB603", [(("controls", 0, "shown_by"), ("DB201",))]),
    ("DB603", [(("controls", 0, "shown_by"), ("check.run.verified",))]),
    ("DB625", [((*DUTCH, "processes_for", 0, "agreement", "confidentiality"), False)]),
    ("DB625", [((*DUTCH, "processes_for", 0, "country"), "US")]),
]  # fmt: skip


@pytest.mark.parametrize(("known", "breaks"), ALSO)
def test_finding_has_more_than_one_cause(known: str, breaks: list[Break]) -> None:
    assert known in ids(*breaks)


ADDRESS = Dataset(
    id="address",
    table="ADDRESS",
    key=("id",),
    label=said("addresses"),
    subject=Subject(shared_by="contact", columns=("address_id",)),
    columns=(Column(name="id"), Column(name="street", category="identification")),
    bindings=(Binding(activity="relations", columns=("street",)),),
)
STREET = Dataset(
    id="street",
    table="STREET",
    key=("id",),
    label=said("streets"),
    subject=Subject(to="address", columns=("address_id",)),
    columns=(Column(name="id"), Column(name="note", category="identification")),
    bindings=(Binding(activity="relations", columns=("note",)),),
)
MAIL = Dataset(
    id="mail",
    table="MAIL",
    key=("id",),
    label=said("mail"),
    subject=Subject(to="contact", columns=("sender",), references=("email",)),
    columns=(Column(name="id"), Column(name="sender"), Column(name="text", category="letters")),
    bindings=(Binding(activity="relations", columns=("text",)),),
)

ACCEPTED: list[tuple[str, list[Break]]] = [
    ("a prohibited column needs no binding",
     [((*CONTACTS, "columns", 2, "category"), "identification"),
      ((*CONTACTS, "persons"), {}),
      ((*KEEPING, "terms"), (Term(rule="after relation.ended keep P5Y"),)),
      ((*CONTACTS, "prohibitions"),
       (Prohibition(columns=("soort",), reason=said("no"), article="GDPR 9"),))]),
    ("a transfer on clauses asks for no decision",
     [((*TO_BRITAIN, "ground"), TransferGround.STANDARD_CLAUSES),
      ((*TO_BRITAIN, "decision"), "whatever")]),
    ("an affiliate that is a processor is one",
     [((*HOST, "affiliate"), "french")]),
    ("a text that only one controller shows needs its languages alone",
     [((*NEWSLETTER, "summary"), {"nl": "x", "en": "x"})]),
    ("a controller that does not perform an activity needs no term for it",
     [((*NEWSLETTER, "phases", 0, "terms", 0, "countries"), ("NL",))]),
    ("a state can be that of other rows",
     [((*CONTACTS, "row_states"), PAID),
      ((*CONTACTS, "bindings", 1, "phases"), ())]),
    ("a shared row is judged through the rows that share it",
     [((*CRM, "datasets"), (CONTACT, INVOICE, SUBSCRIPTION, COUNTRY_CODES, ADDRESS, STREET))]),
    ("an address may be emptied once nothing is kept that leads to people by it",
     [((*CRM, "datasets"), (CONTACT, INVOICE, SUBSCRIPTION, COUNTRY_CODES, MAIL))]),
    ("a reference that may go with what it names may be emptied before",
     [((*CONTACTS, "references"),
       (Reference(columns=("brieven",), to="contact", when_gone=WhenGone.EMPTY),))]),
    ("what one way does not know is not asked where a binding does not go by it",
     [place_of("contact", "subscription", through=("contact",))]),
    ("what shares a row need not be kept for a binding that does not go by it",
     [place_of("contact", VISIT, through=("contact",))]),
    ("what decides on the same ways is kept as long",
     [dated_place("contact", seen=("contact",))]),
    ("what ends a relation is bound to all that can keep it",
     [*ended_for("active", "archive"), ((*CONTACTS, "row_states"), PAID)]),
    ("an answer that is no for want of a value ends what it kept",
     [*some_are_billed(Condition(column="betaald", null=False)), PAID_OR_EMPTY]),
    ("a state that is reached for want of a value stays reached",
     [SOLD, IN_ACTIVE, PAID_OR_EMPTY]),
    ("a date of the row itself outlasts those of other rows",
     [*BREAKS["DB433"],
      ((*CONTACTS, "events", "invoice.date"),
       Event(latest_of=(EventSource(column="einde"),
                        EventSource(column="datum", dataset="invoice"))))]),
    ("data that no store holds may be elsewhere",
     [((*NEWSLETTER, "data"), ("identification", "payroll"))]),
    ("data held of other people say nothing of these",
     [((*RELATIONS, "persons"), ("customer",)),
      ((*KEEPING, "terms"), (Term(rule="after relation.ended keep P5Y"),)),
      ((*CONTACTS, "persons"), {"customer": Condition(column="soort", equals="K")}),
      ((*NEWSLETTER, "data"), ("identification", "letters"))]),
    ("an activity outside the mapped stores may use anything",
     [((*CRM, "datasets"), (CONTACT, INVOICE, COUNTRY_CODES))]),
    ("evidence shows a control beside checks",
     [(("controls", 0, "shown_by"), ("check.DB201", "check.done", "run.verified"))]),
    ("a processor owes no sheet of its own",
     [((*NEWSLETTER, "role"), Role.PROCESSOR), ((*NEWSLETTER, "no_recipients"), False)]),
]  # fmt: skip


def test_end_is_told_in_more_rows_than_need_it() -> None:
    some, more = (
        Condition(column="soort", in_=("K", "P")),
        Condition(any_=(IS_CUSTOMER, Condition(column="soort", differs="K"))),
    )

    def bound(values: Condition, end: Condition) -> set[str]:
        relations, invoicing = CONTACT.bindings
        ends = Binding(activity="relations", columns=("einde",), when=end)
        return ids(
            ENDED,
            ((*CONTACTS, "bindings"), (replace(relations, when=values), ends, invoicing)),
        )

    assert "DB431" not in bound(some, more)
    assert "DB431" in bound(more, some)


def test_row_that_is_never_deleted_keeps_what_is_not_personal() -> None:
    unbound = ((*CONTACTS, "bindings"), CONTACT.bindings[1:])
    stays = ((*CONTACTS, "when_unjustified"), WhenUnjustified.EMPTY)
    assert "DB431" in ids(unbound)
    assert "DB431" not in ids(unbound, stays)


@pytest.mark.parametrize(
    ("through", "lost"), [("contact", set()), ("subscription", {"DB431", "DB433"})]
)
def test_what_dates_others_is_kept_by_the_path_on_which_it_does(
    through: str, lost: set[str]
) -> None:
    ends = (
        Subject(to="contact", columns=("contact_id",)),
        Subject(to="subscription", columns=("mail",)),
    )
    bindings = tuple(
        Binding(activity=one, columns=("datum",), through=(through,))
        for one in ("invoicing", "relations")
    )
    invoices: list[Break] = [
        ((*INVOICES, "subject"), None),
        ((*INVOICES, "subjects"), ends),
        ((*INVOICES, "columns"), (*INVOICE.columns, Column(name="mail"))),
        ((*INVOICES, "bindings"), bindings),
    ]
    assert ids(*invoices) & {"DB431", "DB432", "DB433"} == lost


@pytest.mark.parametrize(("why", "breaks"), ACCEPTED)
def test_what_is_in_order_is_no_finding(why: str, breaks: list[Break]) -> None:
    assert ids(*breaks) == set(), why


def test_findings_name_the_controllers_concerned() -> None:
    some = [f for f in found(*BREAKS["DB202"]) if f.id == "DB202"]
    assert [f.message for f in some] == ["has no term for customer at french (FR)"]


def test_control_can_name_every_kind_of_evidence_that_the_log_has() -> None:
    assert {kind.value for kind in EntryKind} == EVIDENCE_KINDS


def test_column_that_comes_back_to_life_is_named_with_what_outlasts_it() -> None:
    told = [finding for finding in found(*ended_for("archive")) if finding.id == "DB432"]
    assert [finding.subject for finding in told] == ["column crm.contact.einde"]
    left = "is emptied while invoicing (active) keeps its row"
    then = "'relation.ended' reads as still going on"
    assert [finding.message for finding in told] == [f"{left}; then {then}"]


def test_an_event_that_loses_what_dates_it_is_found_once_however_many_keep_its_row() -> None:
    told = found(*BREAKS["DB433"], ((*INVOICES, "bindings"), INVOICE.bindings[:1]))
    messages = [one.message for one in told if one.id == "DB433"]
    (message,) = [one for one in messages if "'invoice.date'" in one]
    assert message.endswith("while relations (active), newsletter (active) keeps the row")


def test_expiry_depends_on_the_day() -> None:
    policy = clean()
    assert not check(policy, on=date(2027, 1, 1))
    assert {f.id for f in check(policy, on=date(2027, 1, 2))} == {"DB504"}
    assert {f.id for f in check(policy, on=date(2032, 1, 1))} == {"DB504", "DB523"}


def test_check_is_deterministic_and_says_nothing_twice() -> None:
    policy = broken(BREAKS["DB201"] + BREAKS["DB322"] + BREAKS["DB431"] + BREAKS["DB504"])
    first = check(policy, on=ON)
    assert first == check(policy, on=ON)
    assert len(set(first)) == len(first)


def _empty(policy: Policy) -> Policy:
    return replace(
        policy,
        activities=(),
        recipients=(),
        transfers=(),
        sections=(),
        promises=(),
        controls=(),
        stores=(),
    )


LOOSE: list[Callable[[Policy], Policy]] = [
    _empty,
    lambda policy: replace(policy, controllers=()),
    lambda policy: replace(policy, data_categories=(), person_categories=(), recipients=()),
    lambda policy: put(policy, (*INVOICES, "subject", "to"), "nothing"),
    lambda policy: put(policy, (*INVOICES, "subject", "to"), "invoice"),
    lambda policy: put(policy, (*CONTACTS, "controller"), "nobody"),
    lambda policy: put(policy, (*CONTACTS, "bindings", 0, "columns"), ("nothing",)),
    lambda policy: put(policy, (*CONTACTS, "bindings"), (Binding(activity="?", columns=("?",)),)),
    lambda policy: put(policy, (*CRM, "transfer"), "nothing"),
    lambda policy: replace(policy, controllers=(controller("x", "XX", ()),)),
    lambda policy: replace(
        policy, stores=(*policy.stores, Store(id="b", label={}, country="NL", datasets=(CONTACT,)))
    ),
    lambda policy: put(
        policy, (*RELATIONS, "purposes"), (Purpose(id="x", label={}, dpv=DPV),)
    ),
]  # fmt: skip


@pytest.mark.parametrize("loosen", LOOSE)
def test_reference_that_leads_nowhere_breaks_no_check(loosen: Callable[[Policy], Policy]) -> None:
    for finding in check(loosen(clean()), on=ON):
        assert finding.id in REGISTRY


def test_rows_that_identify_their_people_themselves_are_found_without_anothers() -> None:
    """Also by other rows of the same controller; and by a column that both controllers have."""
    others = [*BREAKS["DB408"], ((*INVOICES, "columns", 1, "identifier"), "customer")]
    assert "DB408" not in ids(*others)
    assert "DB408" not in ids(((*INVOICES, "controller"), "french"))


def test_what_people_of_one_controller_share_may_name_it() -> None:
    one = ((*CONTACTS, "controller"), "dutch")
    assert "DB409" not in ids(*BREAKS["DB409"], one)
    assert "DB409" not in ids(*BREAKS["DB409"][:2])
