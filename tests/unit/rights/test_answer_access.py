"""The answer to a request for access: complete, honest, readable and private (R-IX.1, R-IX.12)."""

# ruff: noqa: RUF001 - French writes a typographic apostrophe

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
import pytest
from answer_samples import (
    CONTROLLER,
    ENDS,
    EVERYTHING,
    LANGUAGES,
    PERSON,
    POLICY,
    RELATION,
    case,
    inventory,
    reason,
    row,
)
from jsonschema import Draft202012Validator

from doelbinding.binding.circumstances import HoldKind
from doelbinding.document.blocks import Table
from doelbinding.law.language.wording import wording
from doelbinding.policy.activity import Basis
from doelbinding.policy.vocabulary import LawfulBasis
from doelbinding.rights.answer import access_schema, write_access
from doelbinding.rights.answer.files import as_json
from doelbinding.rights.answer.gather import gather
from doelbinding.rights.answer.parts import rights_table
from doelbinding.rights.answer.words import LOCALE
from doelbinding.rights.inventory import Inventory, Reason, Standing

SCHEMA = Path(__file__).parents[3] / "docs/reference/access.schema.json"


def folder(out: Path, found: Inventory = EVERYTHING, language: str = "nl") -> dict[str, str]:
    paths = write_access(out, policy=POLICY, case=case(language), inventory=found)
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def parsed(html: str) -> ET.Element:
    page: ET.Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    return page


def said(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def values(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        value["field"]: value
        for dataset in document["datasets"]
        for record in dataset["records"]
        for value in record["values"]
    }


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    out = tmp_path / "case-1"
    out.mkdir(mode=0o755)
    (out / "access.json").write_text("an earlier one")
    paths = write_access(out, policy=POLICY, case=case(), inventory=EVERYTHING)
    assert out.stat().st_mode & 0o777 == 0o700
    assert {p.name for p in paths} == {
        "index.html",
        "access.json",
        "access.csv",
        "access.schema.json",
    }
    assert {p.stat().st_mode & 0o777 for p in out.iterdir()} == {0o600}
    assert set(out.iterdir()) == set(paths)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_json_follows_the_schema_that_comes_with_it(tmp_path: Path, language: str) -> None:
    files = folder(tmp_path, language=language)
    schema = json.loads(files["access.schema.json"])
    Draft202012Validator.check_schema(schema)
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert not [*checker.iter_errors(json.loads(files["access.json"]))]


def test_the_published_schema_is_the_one_in_use() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == as_json(access_schema())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("found", [EVERYTHING, inventory()], ids=["found", "nothing"])
def test_the_page_is_valid_and_accessible(tmp_path: Path, language: str, found: Inventory) -> None:
    page = parsed(folder(tmp_path, found, language)["index.html"])
    assert page.get("lang") == language
    ids = [e.get("id") for e in page.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for link in page.iter("a"):
        address = link.get("href") or ""
        assert address.startswith(("#", "mailto:", "https://")), address
        assert not address.startswith("#") or address[1:] in ids
    levels = [int(e.tag[1]) for e in page.iter() if re.fullmatch("h[1-6]", str(e.tag))]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels[levels.index(1) :]))
    for table in page.iter("table"):
        assert table.find("caption") is not None
        assert all(th.get("scope") for th in table.iter("th"))


def test_the_page_asks_nothing_of_anybody_and_allows_only_its_own_style(tmp_path: Path) -> None:
    page = parsed(folder(tmp_path)["index.html"])
    assert not [e for e in page.iter() if e.tag in {"script", "link", "img", "iframe", "form"}]
    assert not [e for e in page.iter() if e.get("style") or e.get("src")]
    (style,) = (e.text or "" for e in page.iter("style"))
    assert "url(" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (allowed,) = (
        m.get("content") or "" for m in page.iter("meta") if m.get("http-equiv") is not None
    )
    assert "default-src 'none'" in allowed
    assert f"'sha256-{digest}'" in allowed


def test_every_value_is_there_exactly_in_json(tmp_path: Path) -> None:
    held = values(json.loads(folder(tmp_path)["access.json"]))
    assert held["name"]["value"] == "Ada <b>Lovelace</b>"
    assert held["remark"]["value"] == '=HYPERLINK("x")'
    assert held["phone"]["value"] == "+31 20 000 0000"
    assert (held["vip"]["value"], held["vip"]["shown"]) == (1, "ja")
    assert (held["score"]["value"], held["score"]["shown"]) == (4.5, "4,5")
    assert held["born"]["shown"] == "10 december 1985"


def test_each_value_says_on_what_footing_it_is_there(tmp_path: Path) -> None:
    held = values(json.loads(folder(tmp_path)["access.json"]))
    assert {name: value["standing"] for name, value in held.items()} == {
        "nr": "with-row",
        "name": "justified",
        "phone": "justified",
        "remark": "overdue",
        "born": "undated",
        "vip": "held",
        "stray": "unbound",
        "email": "justified",
        "topic": "restricted",
        "score": "justified",
        "street": "others",
    }


def test_a_value_is_kept_until_its_last_reason_ends(tmp_path: Path) -> None:
    name = values(json.loads(folder(tmp_path)["access.json"]))["name"]
    assert [r["activity"] for r in name["reasons"]] == ["relation", "tax"]
    assert [r["article"] for r in name["reasons"]] == ["GDPR 6(1)(f)", "GDPR 6(1)(c)"]
    assert name["kept_until"] == ENDS.isoformat()
    assert name["kept"] == "tot en met 4 mei 2029"
    assert name["recipients"] == ["host", "helper"]


def test_a_value_that_lasts_as_long_as_something_goes_on_has_criteria_and_no_date(
    tmp_path: Path,
) -> None:
    email = values(json.loads(folder(tmp_path)["access.json"]))["email"]
    assert email["kept_until"] is None
    assert email["kept"] == "zolang send duurt"


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "nl",
            (
                "Dit hadden wij al moeten wissen. Zodra u dit antwoord hebt, doen wij dat alsnog.",
                "Van 1 gegeven staat niet vast tot wanneer wij het bewaren.",
                "Voor 1 gegeven is geen doel vastgelegd.",
                "Nodig voor een rechtszaak of een vordering",
                "Het gebruik ervan is stilgelegd.",
                "Gerechtvaardigd belang (art. 6 lid 1 onder f AVG), tot en met 4 mei 2029",
                "Deze registratie is ook van iemand anders.",
                "Wij vonden 2 registraties die van u kunnen zijn, maar ook van iemand anders.",
                "Hier zochten wij ook, maar vonden wij niets van u: Bezoeken",
            ),
        ),
        (
            "en",
            (
                "We should already have erased this. We will do so as soon as you have this",
                "For 1 value it is not certain how long we keep it.",
                "For 1 value no purpose is on record.",
                "Needed for a court case or a claim",
                "Its use has been stopped.",
                "Legitimate interest",
                "This record is somebody else’s too.",
                "We found 2 records that may be yours, but may be somebody else’s.",
                "We searched here too, but found nothing about you: Visits",
            ),
        ),
        (
            "fr",
            (
                "Nous aurions déjà dû l’effacer. Nous le ferons dès que vous aurez cette réponse.",
                "La fin de conservation d’une donnée n’est pas établie.",
                "Aucune finalité n’est enregistrée pour une donnée.",
                "Nécessaire à une action en justice ou à une réclamation de droits",
                "Son utilisation est suspendue.",
                "Intérêts légitimes (art. 6, § 1, point f) du RGPD), jusqu’au 4 mai 2029 inclus",
                "Cet enregistrement concerne aussi une autre personne.",
                "Nous avons trouvé 2 enregistrements qui peuvent vous concerner, mais aussi",
                "Visites",
            ),
        ),
    ],
)
def test_the_page_says_it_plainly(
    tmp_path: Path, language: str, sentences: tuple[str, ...]
) -> None:
    words = said(parsed(folder(tmp_path, language=language)["index.html"]))
    for sentence in sentences:
        assert sentence in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_officer_authority_court_and_transfers(
    tmp_path: Path, language: str
) -> None:
    words = said(parsed(folder(tmp_path, language=language)["index.html"]))
    for told in (
        CONTROLLER.officer.email,
        CONTROLLER.authority.name[language],
        CONTROLLER.authority.address,
        CONTROLLER.court[language],
        "besluit 2000/518/EG",
        "Bedrijf helper",
    ):
        assert told in words


@pytest.mark.parametrize(
    ("standing", "reasons", "told"),
    [
        (Standing.OVERDUE, (), "others"),
        (Standing.UNBOUND, (), "others"),
        (Standing.JUSTIFIED, (reason(RELATION, ENDS),), "justified"),
    ],
)
def test_a_shared_record_says_why_the_person_has_it_or_just_that_it_is_anothers_too(
    tmp_path: Path, standing: Standing, reasons: tuple[Reason, ...], told: str
) -> None:
    shared = row("home", (72,), {"street": ("Dorp", standing, reasons)}, others=True)
    street = values(json.loads(folder(tmp_path, inventory(shared))["access.json"]))["street"]
    assert street["standing"] == told
    assert [one["until"] for one in street["reasons"]] == [str(one.until) for one in reasons]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", "Wij vonden niets dat zeker van u is."),
        (
            "nl",
            "1 registratie die van u kan zijn. Van wie die is, weten wij nog niet.",
        ),
        ("en", "We found nothing that is certainly yours."),
        ("en", "1 record that may be yours. We do not know yet whose it is."),
        ("fr", "Nous n’avons rien trouvé qui vous concerne avec certitude."),
        (
            "fr",
            "1 enregistrement qui peut vous concerner. Nous ne savons pas encore qui il concerne.",
        ),
    ],
)
def test_what_leads_to_nobody_is_told_as_such(tmp_path: Path, language: str, told: str) -> None:
    files = folder(tmp_path, inventory(strays=1), language)
    assert json.loads(files["access.json"])["ambiguous"] == 1
    assert told in " ".join(files["index.html"].split())


def test_people_in_doubt_are_counted_and_never_shown(tmp_path: Path) -> None:
    files = folder(tmp_path)
    assert json.loads(files["access.json"])["ambiguous"] == 2
    assert not [name for name, content in files.items() if "198.51.100.7" in content]


def test_what_only_the_seal_of_this_request_keeps_is_said_to_be_overdue(tmp_path: Path) -> None:
    sealed = row(
        "person",
        (7,),
        {
            "remark": ("oud", Standing.HELD, ()),
            "stray": ("los", Standing.HELD, ()),
            "born": ("?", Standing.HELD, (reason(RELATION, certain=False),)),
        },
        holds=dict.fromkeys(("remark", "stray", "born"), (HoldKind.SEAL,)),
    )
    told = values(json.loads(folder(tmp_path, inventory(sealed))["access.json"]))
    standings = {name: value["standing"] for name, value in told.items()}
    assert standings["remark"] == "overdue"
    assert standings["stray"] == "unbound"
    assert standings["born"] == "undated"
    assert all(value["holds"] == [] for value in told.values())


@pytest.mark.parametrize(
    ("language", "pseudonym"),
    [("nl", "totdat de sleutel"), ("en", "until its key"), ("fr", "destruction de la clé")],
)
def test_what_ended_is_not_called_overdue_and_a_pseudonym_not_anonymous(
    tmp_path: Path, language: str, pseudonym: str
) -> None:
    ended = row(
        "person",
        (7,),
        {
            "remark": ("ps-000000-" + "a" * 32, Standing.PSEUDONYM, ()),
            "stray": ("1012", Standing.LESSENED, ()),
        },
    )
    files = folder(tmp_path, inventory(ended), language)
    told = values(json.loads(files["access.json"]))
    assert told["remark"]["standing"] == "pseudonym"
    assert told["stray"]["standing"] == "lessened"
    assert pseudonym in told["remark"]["kept"]
    assert "nonym" not in told["stray"]["kept"]


def test_overdue_values_still_name_who_got_them(tmp_path: Path) -> None:
    remark = values(json.loads(folder(tmp_path)["access.json"]))["remark"]
    assert remark["recipients"] == ["host", "helper"]


def test_the_csv_has_a_line_for_each_value_and_no_formula(tmp_path: Path) -> None:
    content = folder(tmp_path)["access.csv"]
    head, *lines = csv.reader(io.StringIO(content.removeprefix("\ufeff")))
    assert content.startswith("\ufeff")
    assert all(len(line) == len(head) for line in lines)
    held = {line[3]: line[4] for line in lines}
    assert held["Telefoon"] == "'+31 20 000 0000"
    assert held["Opmerking"] == '\'=HYPERLINK("x")'
    document = json.loads(folder(tmp_path)["access.json"])
    counted = sum(len(r["values"]) for d in document["datasets"] for r in d["records"])
    assert len(lines) == counted


def test_values_are_escaped_on_the_page(tmp_path: Path) -> None:
    page = folder(tmp_path)["index.html"]
    assert "Ada &lt;b&gt;Lovelace&lt;/b&gt;" in page
    assert "<b>" not in page


def test_nothing_found_is_a_proper_answer(tmp_path: Path) -> None:
    files = folder(tmp_path, inventory())
    assert "Wij vonden niets van u" in said(parsed(files["index.html"]))
    document = json.loads(files["access.json"])
    assert document["datasets"] == []
    assert [e["dataset_label"] for e in document["empty"]] == [
        "Klanten",
        "Nieuwsbrieven",
        "Scores",
        "Adressen",
        "Bezoeken",
    ]


def test_records_with_different_ends_each_say_theirs(tmp_path: Path) -> None:
    ends = (ENDS, ENDS.replace(year=2030))
    several = [
        row(
            "letter",
            (n,),
            {"email": (f"{n}@x.example", Standing.JUSTIFIED, (reason(RELATION, e),))},
        )
        for n, e in enumerate(ends)
    ]
    words = said(parsed(folder(tmp_path, inventory(*several))["index.html"]))
    assert "tot een datum tussen 4 mei 2029 en 4 mei 2030" in words
    assert "Nummer 0 0@x.example tot en met 4 mei 2029" in words
    assert "Nummer 1 1@x.example tot en met 4 mei 2030" in words


def test_what_is_gathered_shows_no_values_in_a_traceback() -> None:
    found = gather(POLICY, case(), inventory(PERSON))
    assert "Lovelace" not in repr(found.datasets)


def test_a_right_to_object_is_told_both_as_weighed_and_as_absolute(tmp_path: Path) -> None:
    marketing = replace(
        RELATION.phases[0],
        id="offers",
        basis=Basis(kind=LawfulBasis.LEGITIMATE_INTERESTS, direct_marketing=True),
    )
    both = replace(RELATION, phases=(RELATION.phases[0], marketing))
    (table,) = rights_table((both,), wording("nl", own=LOCALE))
    assert isinstance(table, Table)
    articles = [row[0][0].detail for row in table.rows if row[0][0].text == "Bezwaar"]
    assert articles == ["art. 21 lid 1 AVG", "art. 21 lid 2 en art. 21 lid 3 AVG"]
