"""The published Stago site: complete, valid, accessible, and always the same (R-0.2, R-0.4, R-X).

Every page of every company in every language is read as a strict parser, a link checker and a
screen reader would.
"""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from pypdf import PdfReader

from doelbinding.law.sheet import owes_sheet
from doelbinding.policy.canonical import fingerprint
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.publish import Published, publish_site

STAGO = Path(__file__).parents[2] / "examples/stago/policy"
DAY = date(2023, 12, 1)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load(STAGO)


@pytest.fixture(scope="module")
def site(policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish_site(policy, tmp_path_factory.mktemp("site"), published_on=DAY)


@pytest.fixture(scope="module")
def pages(site: Published) -> dict[str, ET.Element]:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return {
        file.path: parser.parse((site.out / file.path).read_text())
        for file in site.files
        if file.path.endswith(".html")
    }


def said(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_every_company_has_its_pages_in_each_of_its_languages(
    policy: Policy, site: Published
) -> None:
    paths = {file.path for file in site.files}
    for controller in policy.controllers:
        owed = [a.id for a in policy.activities_of(controller) if owes_sheet(a)]
        assert owed
        for language in controller.languages:
            root = f"{controller.id}/{language}"
            pages = ("index.html", "register.html", "register.json", "versions.html")
            sheets = (f"sheets/{a}.{kind}" for a in owed for kind in ("html", "pdf", "json"))
            assert {f"{root}/{page}" for page in (*pages, *sheets)} <= paths


def test_every_page_is_valid_html_with_unique_ids(pages: dict[str, ET.Element]) -> None:
    for path, page in pages.items():
        ids = [e.get("id") for e in page.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), path


def test_every_link_leads_somewhere(site: Published, pages: dict[str, ET.Element]) -> None:
    ids = {path: {e.get("id") for e in page.iter()} for path, page in pages.items()}
    for path, page in pages.items():
        for element in page.iter():
            address = urlsplit(element.get("href") or element.get("src") or "")
            if address.scheme or not (address.path or address.fragment):
                assert address.scheme in {"", "https", "mailto", "tel"}, path
                continue
            assert not address.path.startswith("/"), path
            target = site.out / path
            if address.path:
                target = (target.parent / unquote(address.path)).resolve()
            assert target.is_file(), f"{path}: {address.path}"
            if address.fragment:
                named = ids[str(target.relative_to(site.out.resolve()) if address.path else path)]
                assert address.fragment in named, f"{path}: #{address.fragment}"


def test_nothing_is_asked_of_others_and_no_script_runs(
    site: Published, pages: dict[str, ET.Element]
) -> None:
    for path, page in pages.items():
        assert not [*page.iter("script"), *page.iter("iframe"), *page.iter("img")], path
        assert not any(e.get("style") or e.get("onclick") for e in page.iter()), path
        policies = [
            m.get("content") or ""
            for m in page.iter("meta")
            if m.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policies) == 1, path
        assert "default-src 'none'" in policies[0], path
        assert all(not (e.get("href") or "").startswith("http") for e in page.iter("link")), path
    style = (site.out / "assets/site.css").read_text()
    assert "url(" not in style
    assert "@import" not in style


def test_headings_go_in_order_from_one_title(pages: dict[str, ET.Element]) -> None:
    for path, page in pages.items():
        levels = [int(e.tag[1]) for e in page.iter() if e.tag in HEADINGS]
        assert levels.count(1) == 1, path
        body = levels[levels.index(1) :]
        assert all(b - a <= 1 for a, b in pairwise(body)), path


def test_every_page_has_a_language_a_title_landmarks_and_a_skip_link(
    pages: dict[str, ET.Element],
) -> None:
    for path, page in pages.items():
        if path != "index.html":
            assert page.get("lang") == path.split("/")[1], path
        assert said(next(page.iter("title"))), path
        assert len([*page.iter("main")]) == 1, path
        first = next(page.iter("a"))
        assert (first.get("class"), first.get("href")) == ("skip", "#content"), path


def test_the_choice_of_language_names_each_and_marks_the_current_one(
    policy: Policy, pages: dict[str, ET.Element]
) -> None:
    for path, page in pages.items():
        if path == "index.html":
            continue
        controller, language = path.split("/")[:2]
        (nav,) = (n for n in page.iter("nav") if n.get("class") == "languages")
        links = [*nav.iter("a")]
        spoken = [*policy.controller_by_id[controller].languages]
        assert [a.get("hreflang") for a in links] == spoken, path
        assert [a.get("lang") for a in links] == spoken, path
        current = [a.get("hreflang") for a in links if a.get("aria-current")]
        assert current == [language], path


def test_every_table_has_a_caption_and_headed_columns_and_rows(
    pages: dict[str, ET.Element],
) -> None:
    found = 0
    for path, page in pages.items():
        for table in page.iter("table"):
            found += 1
            assert said(next(table.iter("caption"))), path
            columns = [th for th in table.iter("th") if th.get("scope") == "col"]
            body = table.find("tbody")
            assert body is not None, path
            for row in body.iter("tr"):
                assert len(row) == len(columns), path
                assert row[0].get("scope") == "row", path
    assert found > 100


def test_no_page_shows_a_gap_or_another_language(pages: dict[str, ET.Element]) -> None:
    gaps = ("Niet vermeld", "Not stated", "Non précisé", "\N{LEFT SINGLE QUOTATION MARK}", "« ")
    for path, page in pages.items():
        main = next(page.iter("main"))
        if path != "index.html":
            assert not [e for e in main.iter("span") if e.get("lang")], path
            retention = [s for s in main.iter("section") if "retention" in s[0].get("id", "")]
            assert not [gap for gap in gaps for s in retention if gap in said(s)], path


def test_every_sheet_is_an_accessible_pdf_in_its_language(site: Published) -> None:
    printed = [file.path for file in site.files if file.path.endswith(".pdf")]
    assert len(printed) > 60
    for path in printed:
        reader = PdfReader(BytesIO((site.out / path).read_bytes()))
        catalog = reader.root_object
        assert str(catalog["/Lang"])[:2] == path.split("/")[1], path
        assert catalog["/MarkInfo"]["/Marked"], path
        assert catalog["/ViewerPreferences"]["/DisplayDocTitle"], path
        assert reader.metadata is not None
        assert reader.metadata.title, path
        assert b"pdfuaid" in catalog["/Metadata"].get_data(), path


def test_a_sheet_tells_what_article_13_asks(site: Published) -> None:
    sheet = json.loads((site.out / "stago-nl/nl/sheets/invoicing.json").read_text())
    assert sheet["controller"]["officer"]["email"]
    statutory, own = (phase["terms"][0] for phase in sheet["phases"])
    end = "na het einde van het boekjaar (31 december) waarin de factuurdatum valt"
    assert statutory["words"] == f"7 jaar {end}"
    assert statutory["statute"]
    assert (own["words"], own["statute"]) == (f"10 jaar {end}", "")
    assert sheet["phases"][0]["basis"]["article"] == "art. 6 lid 1 onder c AVG"
    assert {right["right"] for right in sheet["rights"]} >= {"access", "objection", "complaint"}
    assert not {right["right"] for right in sheet["rights"]} & {"withdraw-consent"}


def test_events_have_a_term_for_customers_and_one_for_prospects(site: Published) -> None:
    page = (site.out / "stago-nl/nl/sheets/events.html").read_text()
    assert "3 jaar na het einde van de relatie" in page
    assert "3 jaar na het laatste contact" in page
    assert "Mensen die klant zouden kunnen worden" in page


def test_the_register_has_both_parts_of_article_30(policy: Policy, site: Published) -> None:
    for controller in policy.controllers:
        language = controller.languages[0]
        register = json.loads((site.out / f"{controller.id}/{language}/register.json").read_text())
        assert len(register["activities"]) == sum(
            owes_sheet(a) for a in policy.activities_of(controller)
        )
        assert [c["id"] for c in register["for_clients"]] == [
            client.id for client in controller.processes_for
        ]
    assert any(controller.processes_for for controller in policy.controllers)


def test_the_public_document_leaves_out_where_data_are(policy: Policy, site: Published) -> None:
    data = (site.out / "policy.json").read_bytes()
    public = json.loads(data)
    assert "stores" not in public
    assert public["activities"]
    assert hashlib.sha256(data).hexdigest() == site.edition.public_sha256
    assert site.edition.fingerprint == fingerprint(policy)
    version = site.out / f"versions/{policy.version.number}/policy.json"
    assert version.read_bytes() == data
    tables = {dataset.table for _, dataset in policy.datasets()}
    texts = [site.out / f.path for f in site.files if f.path.endswith((".html", ".json"))]
    for text in texts:
        words = set(re.findall(r"[A-Za-z_]{6,}", text.read_text()))
        assert not {t for t in tables if "_" in t} & words, text


def test_each_version_page_shows_the_fingerprint(policy: Policy, site: Published) -> None:
    shown = (site.out / "stago-nl/nl/versions.html").read_text()
    assert fingerprint(policy) in shown
    assert "29 november 2023" in shown


def test_publishing_again_gives_the_same_bytes(
    policy: Policy, site: Published, tmp_path: Path
) -> None:
    fewer = tuple(replace(c, languages=c.languages[:1]) for c in policy.controllers[:1])
    one = replace(policy, controllers=fewer)
    first = publish_site(one, tmp_path / "one", published_on=DAY)
    second = publish_site(load(STAGO), tmp_path / "two", published_on=DAY)
    again = publish_site(one, tmp_path / "two", published_on=DAY)
    assert second.files == site.files
    assert first.files == again.files
    assert not (tmp_path / "two/stago-fr").exists()


def test_the_policy_page_has_the_eleven_sections_of_the_source(
    policy: Policy, pages: dict[str, ET.Element]
) -> None:
    roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI"]
    for controller in policy.controllers:
        for language in controller.languages:
            page = pages[f"{controller.id}/{language}/index.html"]
            titles = [*next(page.iter("main")).iter("h2")]
            numbers = [said(span) for h in titles for span in h.iter("span")]
            assert numbers == roman
            assert not [t for t in titles if re.search(r"\b([IVX]+)\W+\1\b", said(t))]
            assert "{" not in said(page)


def test_every_term_of_the_policy_has_words(site: Published) -> None:
    for file in site.files:
        if "/sheets/" in file.path and file.path.endswith(".json"):
            sheet = json.loads((site.out / file.path).read_text())
            terms = [term for phase in sheet["phases"] for term in phase["terms"]]
            assert not [term["rule"] for term in terms if not term["worded"]], file.path
