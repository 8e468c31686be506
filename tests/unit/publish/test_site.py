"""What a publication says and refuses, on a policy as small as can be (R-II.1, R-X)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from doelbinding.policy import organisation as org
from doelbinding.policy.activity import Term
from doelbinding.policy.model import Choice, Policy, Section
from doelbinding.publish import FolderError, IncompleteError, NoWordsError, publish_site

DAY = date(2023, 12, 1)


def with_activity(policy: Policy, **changes: object) -> Policy:
    return replace(policy, activities=(replace(policy.activities[0], **changes),))  # type: ignore[arg-type]


def with_controller(policy: Policy, **changes: object) -> Policy:
    return replace(policy, controllers=(replace(policy.controllers[0], **changes),))  # type: ignore[arg-type]


def sheet(out: Path, language: str = "nl") -> str:
    return (out / f"acme/{language}/sheets/news.html").read_text()


def test_the_same_policy_on_the_same_day_gives_the_same_bytes(
    policy: Policy, tmp_path: Path
) -> None:
    one = publish_site(policy, tmp_path / "one", published_on=DAY)
    two = publish_site(policy, tmp_path / "two", published_on=DAY)
    assert one.files == two.files
    assert any(file.path.endswith(".pdf") for file in one.files)


def test_words_of_the_policy_are_never_markup(policy: Policy, tmp_path: Path) -> None:
    publish_site(policy, tmp_path, published_on=DAY)
    assert "News &lt;b&gt;bold&lt;/b&gt; (nl)" in sheet(tmp_path)
    assert "<b>bold" not in sheet(tmp_path)


@pytest.mark.parametrize("missing", ["phases", "sources", "recipients", "automation", "provision"])
def test_an_incomplete_sheet_is_refused_with_what_to_write(
    policy: Policy, tmp_path: Path, missing: str
) -> None:
    broken = with_activity(
        policy, **{missing: None if missing in {"automation", "provision"} else ()}
    )
    with pytest.raises(IncompleteError, match=r"news: no .*GDPR 1"):
        publish_site(broken, tmp_path / "out", published_on=DAY)
    assert not (tmp_path / "out").exists()


def test_terms_of_a_deviation_replace_those_of_the_group(policy: Policy, tmp_path: Path) -> None:
    deviation = org.Deviation(
        activity="news",
        reason={"nl": "Onze wet vraagt meer", "en": "", "fr": ""},
        terms={"archive": (Term(rule="after consent.withdrawn keep P3Y"),)},
    )
    publish_site(with_controller(policy, deviations=(deviation,)), tmp_path, published_on=DAY)
    assert "3 jaar na de intrekking van de toestemming" in sheet(tmp_path)
    assert "1 jaar na de intrekking" not in sheet(tmp_path)
    assert "Onze wet vraagt meer" in sheet(tmp_path)


def test_words_of_the_group_are_not_said_of_terms_that_stand_in_their_place(
    policy: Policy, tmp_path: Path
) -> None:
    """A term has words of its own; of an event without any, the period is told (Art. 13(2)(a))."""
    (news,) = policy.activities
    seen = (Term(rule="after account.seen keep P1Y"), Term(rule="after account.seen keep P3M"))
    archive = replace(news.phases[1], terms=seen)
    policy = with_activity(policy, phases=(news.phases[0], archive))
    publish_site(policy, tmp_path / "group", published_on=DAY)
    said = sheet(tmp_path / "group", "en")
    assert said.count("Some years (en)") == 2
    assert said.index("1 year") < said.index("3 months")
    own = Term(rule="after account.seen keep P30M", criteria={"en": "Thirty months, here"})
    plain = Term(rule="after account.seen keep P4Y")
    deviation = org.Deviation(
        activity="news", reason={"en": "Another law"}, terms={"archive": (own, plain)}
    )
    publish_site(
        with_controller(policy, deviations=(deviation,)), tmp_path / "own", published_on=DAY
    )
    said = sheet(tmp_path / "own", "en")
    assert "Thirty months, here" in said
    assert "4 years after" in said
    assert "Some years" not in said


def test_an_activity_that_is_not_performed_has_no_sheet(policy: Policy, tmp_path: Path) -> None:
    stopped = org.Deviation(activity="news", reason={"nl": "Niet hier"}, performed=False)
    publish_site(with_controller(policy, deviations=(stopped,)), tmp_path, published_on=DAY)
    assert not (tmp_path / "acme/nl/sheets").exists()
    assert "voeren wij niet uit" in (tmp_path / "acme/nl/index.html").read_text()


def test_rights_follow_from_the_basis_of_each_purpose(policy: Policy, tmp_path: Path) -> None:
    publish_site(policy, tmp_path, published_on=DAY)
    rights = json.loads((tmp_path / "acme/en/sheets/news.json").read_text())["rights"]
    purposes = {(r["right"], tuple(r["purposes"])) for r in rights}
    assert ("access", ()) in purposes
    assert ("portability", ("Send (en)",)) in purposes
    assert ("withdraw-consent", ("Send (en)",)) in purposes
    assert ("objection", ("Send (en)",)) in purposes
    assert not any(right == "human-review" for right, _ in purposes)


def test_statutory_and_own_terms_stand_apart_per_person(policy: Policy, tmp_path: Path) -> None:
    publish_site(policy, tmp_path, published_on=DAY)
    phases = json.loads((tmp_path / "acme/nl/sheets/news.json").read_text())["phases"]
    own, statutory = phases[1]["terms"]
    assert (own["persons"], own["statute"]) == (["Readers (nl)"], "")
    assert (statutory["persons"], statutory["statute"]) == ([], "Tax act (nl)")
    assert "wettelijke termijn: Tax act (nl)" in sheet(tmp_path)
    assert "ons eigen beleid" in sheet(tmp_path)


def test_a_recipient_is_told_to_get_only_what_the_activity_has(
    policy: Policy, tmp_path: Path
) -> None:
    publish_site(policy, tmp_path, published_on=DAY)
    (recipient,) = json.loads((tmp_path / "acme/nl/sheets/news.json").read_text())["recipients"]
    assert recipient["receives"] == ["E-mail (nl)", "Health (nl)"]
    assert recipient["country"] == "Frankrijk"


def test_a_passage_names_the_controller_and_keeps_its_shape(policy: Policy, tmp_path: Path) -> None:
    body = "{controller} is here {not a field}.\n\n- one\n- two\n  goes on"
    passage = Section(id="controller", title={"nl": "Wie is {controller}?"}, body={"nl": body})
    publish_site(replace(policy, sections=(passage,)), tmp_path, published_on=DAY)
    page = (tmp_path / "acme/nl/index.html").read_text()
    assert "Wie is Acme B.V.?" in page
    assert "<p>Acme B.V. is here {not a field}.</p>" in page
    assert "<li>two goes on</li>" in page
    assert '<span lang="nl">' in (tmp_path / "acme/en/index.html").read_text()


def test_choices_are_declared_with_their_reason(policy: Policy, tmp_path: Path) -> None:
    choice = Choice(
        id="c", about={"nl": "Wat"}, decision={"nl": "Dit"}, reason={"nl": "Daarom"}, decided_on=DAY
    )
    publish_site(replace(policy, choices=(choice,)), tmp_path, published_on=DAY)
    page = (tmp_path / "acme/nl/index.html").read_text()
    assert "Daarom" in page
    assert "Besloten op 1 december 2023" in page


def test_a_page_keeps_the_fingerprints_of_earlier_versions(policy: Policy, tmp_path: Path) -> None:
    first = publish_site(policy, tmp_path, published_on=DAY)
    next_policy = replace(policy, version=replace(policy.version, number="2"))
    second = publish_site(
        next_policy, tmp_path, published_on=date(2024, 1, 5), earlier=(first.edition,)
    )
    page = (tmp_path / "acme/nl/versions.html").read_text()
    assert first.edition.fingerprint in page
    assert second.edition.fingerprint in page
    assert first.edition.fingerprint != second.edition.fingerprint
    assert (tmp_path / "versions/1/policy.json").is_file()


def test_a_language_without_words_is_refused(policy: Policy, tmp_path: Path) -> None:
    with pytest.raises(NoWordsError, match="'de'"):
        publish_site(with_controller(policy, languages=("de",)), tmp_path, published_on=DAY)


@pytest.mark.parametrize("bad", ["../up", "a/b", "", "a..b", ".hidden", "a b"])
def test_an_id_that_would_leave_the_folder_is_refused(
    policy: Policy, tmp_path: Path, bad: str
) -> None:
    with pytest.raises(FolderError, match="cannot be part of an address"):
        publish_site(with_controller(policy, id=bad), tmp_path / "out", published_on=DAY)
    assert not (tmp_path / "out").exists()


def test_an_address_that_is_no_web_page_is_never_a_link(policy: Policy, tmp_path: Path) -> None:
    officer = replace(policy.controllers[0].officer, form="javascript:alert(1)")
    publish_site(with_controller(policy, officer=officer), tmp_path, published_on=DAY)
    assert 'href="javascript' not in sheet(tmp_path)
