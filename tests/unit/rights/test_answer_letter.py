"""The letter about erasure: what went, what stays and why, for a person to read (R-IX.3)."""

# ruff: noqa: RUF001 - French writes a typographic apostrophe

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import html5lib
import pytest
from answer_samples import (
    ENDS,
    EVERYTHING,
    HOME,
    LANGUAGES,
    LETTER,
    NEWS,
    ORDERS,
    PERSON,
    POLICY,
    RELATION,
    SCORE,
    TAX,
    case,
    inventory,
    reason,
    row,
)

from doelbinding.binding.circumstances import HoldKind
from doelbinding.law.erasure import (
    CONSENT_ENDS,
    CONTRACT_LIVES,
    OBJECTION_PREVAILS,
    OBJECTION_WEIGHED,
    STATUTE_DEMANDS,
)
from doelbinding.law.rights import Decision, Outcome
from doelbinding.policy.activity import Activity
from doelbinding.policy.endings import Ending, Strip
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import WhenUnjustified
from doelbinding.policy.vocabulary import Right
from doelbinding.rights.answer import erasure_letter, write_private
from doelbinding.rights.answer.copies import Versions
from doelbinding.rights.erasure import ErasureDecision, Fate
from doelbinding.rights.inventory import Inventory, RowReport, Standing
from doelbinding.rights.phases import PhaseDecision


def decided(activity: Activity, decision: Decision) -> PhaseDecision:
    return PhaseDecision(activity=activity, phase=activity.phases[0], decision=decision)


STOPS_RELATION = decided(RELATION, OBJECTION_PREVAILS)
STOPS_NEWS = decided(NEWS, CONSENT_ENDS)
KEEPS_TAX = decided(TAX, STATUTE_DEMANDS)
KEEPS_ORDERS = decided(ORDERS, CONTRACT_LIVES)


def fates(report: RowReport, **kept: tuple[PhaseDecision, ...]) -> tuple[Fate, ...]:
    return tuple(
        Fate(row=report.found, value=v, kept_by=kept.get(v.column.name, ()), shared=v.for_others)
        for v in report.values
        if v.column.personal
    )


def decision(*phases: PhaseDecision, fates: tuple[Fate, ...]) -> ErasureDecision:
    return ErasureDecision(
        phases=phases,
        stops=(),
        suspended=tuple(p for p in phases if p.decision.suspends),
        fates=fates,
    )


PART = decision(
    STOPS_RELATION,
    STOPS_NEWS,
    KEEPS_TAX,
    KEEPS_ORDERS,
    fates=(
        *fates(PERSON, name=(KEEPS_TAX,)),
        *fates(row("letter", (70,), {"email": ("a@x", Standing.JUSTIFIED, (reason(NEWS),))})),
        *fates(SCORE, score=(KEEPS_ORDERS,)),
        *fates(HOME),
    ),
)


def letter(
    out: Path,
    made: ErasureDecision = PART,
    found: Inventory = EVERYTHING,
    language: str = "nl",
    *,
    verified: bool = True,
    policy: Policy = POLICY,
    versions: Versions = MappingProxyType({}),
) -> tuple[str, str]:
    letter = erasure_letter(
        policy=policy,
        case=case(language, Right.ERASURE),
        inventory=found,
        decision=made,
        verified=verified,
        versions=versions,
    )
    html, plain = write_private(out, letter)
    assert (html.name, plain.name) == ("letter.html", "letter.txt")
    assert {p.stat().st_mode & 0o777 for p in (html, plain)} == {0o600}
    return html.read_text(encoding="utf-8"), plain.read_text(encoding="utf-8")


def words(plain: str) -> str:
    return " ".join(plain.split())


def test_it_says_what_went_what_stays_why_and_until_when(tmp_path: Path) -> None:
    _, plain = letter(tmp_path)
    text = words(plain)
    for sentence in (
        "Een deel van uw gegevens hebben wij gewist. Een ander deel wissen wij nu niet.",
        "- Klanten: in 1 registratie alleen Telefoon, Opmerking, Geboren op en Los veld",
        "- Nieuwsbrieven: 1 registratie",
        "Waarom: Boekhouding – Wettelijke verplichting (art. 17 lid 3 onder b en art. 6 lid 1",
        "Tot wanneer: tot en met 31 december 2027",
        "De wet verplicht ons: Belastingwet art. 52.",
        "Tot wanneer: zolang deliver duurt",
        "Wij bewaren deze gegevens zolang wij ze nodig hebben voor onze overeenkomst met u",
        "Wij gebruiken ze alleen nog voor wat hier staat, en voor niets anders.",
    ):
        assert sentence in text, sentence


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Dat geldt voor: - doel send"),
        ("en", "This applies to: - doel send (en)"),
        ("fr", "Cela vaut pour : - doel send (fr)"),
    ],
)
def test_each_purpose_that_ends_stands_in_a_line_under_the_reason(
    tmp_path: Path, language: str, said: str
) -> None:
    assert said in words(letter(tmp_path, language=language)[1])


@pytest.mark.parametrize(
    ("language", "none", "stops", "said"),
    [
        ("nl", "Wij kunnen uw gegevens nu niet wissen.", "WAARMEE WIJ STOPPEN", "- doel send"),
        ("en", "We cannot erase your data now.", "WHAT WE STOP DOING", "- doel send (en)"),
        ("fr", "Nous ne pouvons pas effacer", "CE QUE NOUS CESSONS", "- doel send (fr)"),
    ],
)
def test_what_stops_is_told_also_where_all_data_stay(
    tmp_path: Path, language: str, none: str, stops: str, said: str
) -> None:
    found = row("letter", (70,), {"email": ("a@x", Standing.JUSTIFIED, (reason(NEWS),))})
    made = decision(STOPS_NEWS, KEEPS_TAX, fates=fates(found, email=(KEEPS_TAX,)))
    text = words(letter(tmp_path, made, inventory(found), language)[1])
    assert none in text
    assert said in text.partition(stops)[2]
    assert words(STOPS_NEWS.decision.reason[language]) in text


def test_records_that_stay_empty_are_not_said_to_be_gone(tmp_path: Path) -> None:
    found = row("letter", (70,), {"email": ("a@x", Standing.JUSTIFIED, (reason(NEWS),))})
    here = found.found.place
    emptied = replace(here.dataset, when_unjustified=WhenUnjustified.EMPTY)
    stays = replace(found, found=replace(found.found, place=replace(here, dataset=emptied)))
    _, plain = letter(tmp_path, decision(STOPS_NEWS, fates=fates(stays)), inventory(stays))
    assert "- Nieuwsbrieven: in 1 registratie alleen E-mail" in words(plain)


def test_a_record_that_another_needs_is_not_said_to_be_gone(tmp_path: Path) -> None:
    person = row("person", (4711,), {"phone": ("06", Standing.JUSTIFIED, (reason(RELATION),))})
    kept = row("letter", (70,), {"email": ("a@x", Standing.JUSTIFIED, (reason(TAX),))})
    held = replace(kept.found, row={**kept.found.row, "person_nr": 4711})
    kept = replace(kept, found=held)
    made = decision(
        STOPS_RELATION, KEEPS_TAX, fates=(*fates(person), *fates(kept, email=(KEEPS_TAX,)))
    )
    _, plain = letter(tmp_path, made, inventory(person, kept))
    assert "- Klanten: in 1 registratie alleen Telefoon" in words(plain)


def test_it_does_not_repeat_the_values(tmp_path: Path) -> None:
    for content in letter(tmp_path):
        for value in ("Lovelace", "000 0000", "HYPERLINK", "ada@example.com", "Dorpsstraat"):
            assert value not in content


def test_it_owns_up_to_what_should_have_gone_before(tmp_path: Path) -> None:
    text = words(letter(tmp_path)[1])
    assert "Wij hadden het eerder moeten wissen. Dat spijt ons." in text
    assert "Voor één van deze gegevens hadden wij geen doel vastgelegd." in text
    assert "Van één van deze gegevens stond bij ons niet vast tot wanneer" in text


def test_what_a_claim_holds_is_named_so(tmp_path: Path) -> None:
    text = words(letter(tmp_path)[1])
    assert "Vaste klant Waarom: Nodig voor een rechtszaak of een vordering" in text
    assert "Tot wanneer: totdat dat is afgelopen" in text


def test_what_only_somebody_else_still_needs_is_not_among_what_is_kept(tmp_path: Path) -> None:
    text = words(letter(tmp_path)[1])
    kept, _, shared = text.partition("WAT OOK VAN IEMAND ANDERS IS")
    assert "Voor u gebruiken wij deze gegevens niet meer." in shared
    assert "- Adressen: Straat" in shared
    assert "Adressen" not in kept
    assert "Daarna wissen wij ze. Nummers" in kept


@pytest.mark.parametrize(
    ("language", "said", "then"),
    [
        (
            "nl",
            "tot en met 4 mei 2029; het is ook van iemand anders, en kan voor die ander langer",
            "Daarna wissen wij ze, tenzij ze ook van iemand anders zijn",
        ),
        (
            "en",
            "4 May 2029; it is somebody else’s too, and may stay longer for that person",
            "After that we erase them, unless they are somebody else’s too",
        ),
        (
            "fr",
            "4 mai 2029 inclus ; cela concerne aussi une autre personne, et peut rester plus",
            "Ensuite, nous les effaçons, sauf si elles concernent aussi une autre personne",
        ),
    ],
)
def test_what_the_person_and_another_need_is_kept_with_the_persons_reason_and_end(
    tmp_path: Path, language: str, said: str, then: str
) -> None:
    home = row(
        "home", (72,), {"street": ("D", Standing.JUSTIFIED, (reason(TAX, ENDS),))}, others=True
    )
    made = decision(KEEPS_TAX, fates=fates(home, street=(KEEPS_TAX,)))
    text = words(letter(tmp_path, made, inventory(home), language)[1])
    for sentence in (TAX.name[language], said, then):
        assert sentence in text


def test_recipients_of_what_went_are_named(tmp_path: Path) -> None:
    text = words(letter(tmp_path)[1])
    assert "Deze ontvangers kregen gegevens die wij nu hebben gewist." in text
    assert "- Bedrijf host (Duitsland) – dienst host" in text
    assert "- Bedrijf helper (Zwitserland) – dienst helper" in text


def test_backups_have_a_last_day(tmp_path: Path) -> None:
    assert "nog staan tot en met 8 juli 2024." in words(letter(tmp_path)[1])


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (Ending(pseudonym="k"), "a pseudonym stands in it"),
        (Ending(keep_first=2), "something less precise is left in it"),
        (Ending(strip=Strip.TEXT), "something less precise is left in it"),
    ],
)
@pytest.mark.parametrize("stays", [False, True])
def test_what_is_left_is_told_of_records_that_stay(
    stays: bool, ending: Ending, told: str, tmp_path: Path
) -> None:
    kept = {"name": ("Ada", Standing.JUSTIFIED, (reason(TAX, ENDS),))} if stays else {}
    person = row("person", (7,), {"phone": ("06", Standing.OVERDUE, ()), **kept})
    mine = fates(person, name=(KEEPS_TAX,))
    named = tuple(
        fate._replace(value=fate.value._replace(column=replace(fate.value.column, ends_as=ending)))
        if fate.value.column.name == "phone"
        else fate
        for fate in mine
    )
    made = decision(KEEPS_TAX, fates=named)
    text = words(letter(tmp_path, made, inventory(person), "en")[1])
    assert (told in text) is stays


def test_not_everything_is_said_to_be_gone_of_which_something_is_left(tmp_path: Path) -> None:
    person = row("person", (7,), {"phone": ("06", Standing.OVERDUE, ())})
    (phone,) = fates(person)
    column = replace(phone.value.column, ends_as=Ending(keep_first=2))
    left = phone._replace(value=phone.value._replace(column=column))
    made = decision(fates=(left,))
    said = {
        stays: words(letter(tmp_path, one, inventory(person), "en")[1])
        for stays, one in (
            (False, made),
            (True, replace(made, bare=frozenset({(left.row.place.ref, left.row.key)}))),
        )
    }
    assert "We have erased everything that" in said[False]
    assert "We have erased everything that" not in said[True]
    assert "Of some of them something is left in records that have to stay" in said[True]


def _backed_up(backups: str | None) -> Policy:
    stores = tuple(replace(one, backups=backups) for one in POLICY.stores)
    return replace(POLICY, stores=stores)


@pytest.mark.parametrize(
    ("backups", "kept", "told"),
    [
        ("P35D", timedelta(hours=72), "older versions of tables may still hold your data"),
        ("P35D", timedelta(hours=72), "up to and including 11 July 2024."),
        ("P0D", timedelta(hours=72), "up to and including 6 June 2024."),
        ("P0D", None, "Older versions of the tables of Customer database may still hold"),
        (None, timedelta(), "For Customer database it is not on record how long backups exist."),
    ],
)  # fmt: skip
def test_older_versions_of_tables_are_copies_too(
    backups: str | None, kept: timedelta | None, told: str, tmp_path: Path
) -> None:
    versions = {one.id: kept for one in POLICY.stores}
    policy = _backed_up(backups)
    _, plain = letter(tmp_path, language="en", policy=policy, versions=versions)
    assert told in words(plain)


def test_where_there_are_no_copies_nothing_is_said_of_them(tmp_path: Path) -> None:
    _, plain = letter(tmp_path, language="en", policy=_backed_up("P0D"))
    assert "BACKUPS" not in plain
    assert "restore" not in plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_officer_authority_and_court(tmp_path: Path, language: str) -> None:
    for content in letter(tmp_path, language=language):
        for told in ("dpo@acme.example", "Plein 1", "authority.example"):
            assert told in content
        assert {"nl": "de rechtbank", "en": "the court", "fr": "le tribunal"}[language] in content


def test_nothing_is_called_erased_before_it_is_seen_to_be(tmp_path: Path) -> None:
    text = words(letter(tmp_path, verified=False)[1])
    assert "Wij maken het af en laten u dat uiterlijk op 1 juli 2024 weten." in text
    assert "hebben wij gewist" not in text
    assert "WAT WIJ HEBBEN GEWIST" not in text
    assert "RESERVEKOPIEËN" not in text


def test_what_is_weighed_has_its_deadline(tmp_path: Path) -> None:
    weighs = decided(RELATION, OBJECTION_WEIGHED)
    kept = dict.fromkeys(("name", "phone", "born"), (weighs,))
    made = decision(weighs, fates=fates(PERSON, **kept))
    text = words(letter(tmp_path, made, inventory(PERSON))[1])
    assert "WAT WIJ NOG AFWEGEN" in text
    assert "Wij gebruiken deze gegevens niet zolang wij het afwegen" in text
    assert "- Klanten: Naam, Telefoon en Geboren op" in text
    assert "U hoort uiterlijk op 1 juli 2024 wat wij hebben besloten." in text


def test_compelling_grounds_are_told(tmp_path: Path) -> None:
    shown = Decision(
        outcome=Outcome.KEEP,
        article="GDPR 21(1), 17(1)(c)",
        reason={"nl": "Wij bewaren deze gegevens om dwingende redenen: fraude"},
    )
    keeps = decided(RELATION, shown)
    made = decision(keeps, fates=fates(PERSON, phone=(keeps,)))
    text = words(letter(tmp_path, made, inventory(PERSON))[1])
    assert "Gerechtvaardigd belang (art. 21 lid 1 en art. 17 lid 1 onder c AVG)" in text
    assert "dwingende redenen: fraude" in text
    assert "Tot wanneer: tot en met 4 mei 2029" in text


def test_restricted_values_are_not_said_to_be_gone(tmp_path: Path) -> None:
    made = decision(fates=fates(LETTER))
    text = words(letter(tmp_path, made, inventory(LETTER))[1])
    assert "- Nieuwsbrieven: in 1 registratie alleen E-mail" in text
    assert "Onderwerp Waarom: Het gebruik ervan is beperkt; wij bewaren het alleen" in text


def test_an_open_request_for_access_keeps_what_it_is_about(tmp_path: Path) -> None:
    sealed = row(
        "letter",
        (70,),
        {"email": ("a@x", Standing.HELD, ())},
        holds={"email": (HoldKind.SEAL,)},
    )
    text = words(letter(tmp_path, decision(fates=fates(sealed)), inventory(sealed))[1])
    assert "Wij kunnen uw gegevens nu niet wissen." in text
    assert "Vastgehouden totdat een ander verzoek van u is beantwoord" in text


def test_records_with_different_ends_each_say_theirs(tmp_path: Path) -> None:
    several = [
        row("letter", (n,), {"email": ("a@x", Standing.JUSTIFIED, (reason(TAX, day),))})
        for n, day in enumerate((date(2028, 12, 31), date(2027, 12, 31), date(2027, 12, 31)))
    ]
    kept = tuple(f for r in several for f in fates(r, email=(KEEPS_TAX,)))
    text = words(letter(tmp_path, decision(KEEPS_TAX, fates=kept), inventory(*several))[1])
    assert (
        "Tot wanneer: tot en met 31 december 2027 – 2 registraties; tot en met 31 december 2028 "
        "– 1 registratie"
    ) in text


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("nl", "Wij hebben alles gewist wat Acme B.V. van u had."),
        ("en", "We have erased everything that Acme B.V. had about you."),
        ("fr", "Nous avons effacé tout ce que Acme B.V. avait sur vous."),
    ],
)
def test_when_everything_went_it_is_short(tmp_path: Path, language: str, opening: str) -> None:
    gone = row("letter", (70,), {"email": ("a@x", Standing.JUSTIFIED, (reason(NEWS),))})
    made = decision(STOPS_NEWS, fates=fates(gone))
    _, plain = letter(tmp_path, made, inventory(gone), language)
    assert opening in words(plain)
    titles = [line for line in plain.splitlines() if line.isupper() and len(line) > 5]
    assert len(titles) == 5


@pytest.mark.parametrize("doubts", [{"ambiguous": 1}, {"strays": 1}])
@pytest.mark.parametrize(
    ("language", "opening", "untrue"),
    [
        (
            "nl",
            "Alles wat Acme B.V. had en waarvan vaststaat dat het van u was, hebben wij gewist.",
            "alles gewist wat Acme B.V. van u had",
        ),
        (
            "en",
            "We have erased everything that Acme B.V. had and that was certainly yours.",
            "everything that Acme B.V. had about you",
        ),
        (
            "fr",
            "Nous avons effacé tout ce que Acme B.V. avait et qui vous concernait avec certitude.",
            "tout ce que Acme B.V. avait sur vous",
        ),
    ],
)
def test_everything_is_not_said_to_be_erased_where_something_was_left_in_doubt(
    tmp_path: Path, language: str, opening: str, untrue: str, doubts: dict[str, int]
) -> None:
    gone = row("letter", (70,), {"email": ("a@x", Standing.JUSTIFIED, (reason(NEWS),))})
    made = decision(STOPS_NEWS, fates=fates(gone))
    text = words(letter(tmp_path, made, inventory(gone, **doubts), language)[1])
    assert opening in text
    assert untrue not in text


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("nl", "Wij hebben geen gegevens van u gevonden. Er valt dus niets te wissen."),
        ("en", "We found no data about you, so there is nothing to erase."),
        ("fr", "Nous n’avons trouvé aucune donnée vous concernant. Il n’y a donc rien à effacer."),
    ],
)
def test_when_nothing_was_found_it_says_where_was_searched(
    tmp_path: Path, language: str, opening: str
) -> None:
    made = decision(fates=())
    text = words(letter(tmp_path, made, inventory(), language)[1])
    assert opening in text
    assert f"- {POLICY.stores[0].label[language]}" in text


@pytest.mark.parametrize(
    ("language", "opening", "ambiguous", "strays"),
    [
        (
            "nl",
            "Wij hebben niets gevonden dat zeker van u is, en dus niets gewist.",
            "Wij vonden 1 registratie die van u kan zijn, maar ook van iemand anders.",
            "Daarnaast vonden wij 2 registraties die van u kunnen zijn. Van wie die zijn,",
        ),
        (
            "en",
            "We found nothing that is certainly yours, so we have erased nothing.",
            "We found 1 record that may be yours, but may be somebody else’s.",
            "We also found 2 other records that may be yours. We do not know yet whose they are.",
        ),
        (
            "fr",
            "Nous n’avons rien trouvé qui vous concerne avec certitude, et n’avons donc rien",
            "1 enregistrement qui peut vous concerner, mais aussi concerner une autre personne.",
            "2 autres enregistrements qui peuvent vous concerner. Nous ne savons pas encore",
        ),
    ],
)
def test_when_only_what_is_in_doubt_was_found_it_says_so(
    tmp_path: Path, language: str, opening: str, ambiguous: str, strays: str
) -> None:
    made, found = decision(fates=()), inventory(ambiguous=1, strays=2)
    text = " ".join(words(letter(tmp_path, made, found, language)[1]).split())
    for said in (opening, ambiguous, strays):
        assert said in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verified", [True, False])
def test_the_letter_is_valid_html_with_headings_in_order(
    tmp_path: Path, language: str, *, verified: bool
) -> None:
    html, plain = letter(tmp_path, language=language, verified=verified)
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert page.get("lang") == language
    levels = [int(e.tag[1]) for e in page.iter() if e.tag in {"h1", "h2", "h3"}]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert max(len(line) for line in plain.splitlines()) <= 80
    assert "\u00ad" not in plain
