"""A policy folder loads whole, or says everything that is wrong with it (issue 2, DESIGN §3)."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from doelbinding.policy.errors import PolicyErrors
from doelbinding.policy.load import load, load_with_places
from doelbinding.policy.model import Policy


def errors_of(folder: Path) -> PolicyErrors:
    with pytest.raises(PolicyErrors) as caught:
        load(folder)
    return caught.value


def test_the_sample_policy_loads(small: Policy) -> None:
    assert [c.id for c in small.controllers] == ["windvaan-nl", "windvaan-no"]
    assert [a.id for a in small.activities] == ["customer-relations", "invoicing", "newsletter"]
    assert small.version.effective_on == date(2024, 1, 1)


def test_an_asterisk_means_all_personal_columns(small: Policy) -> None:
    invoice = small.stores[0].dataset("invoice")
    assert invoice.bindings[0].columns == ("BEDRAG", "DATUM", "BETAALD")


@pytest.mark.parametrize("kind", ["date-text", "date-digits"])
def test_what_is_no_day_can_stand_for_none_where_days_are_texts(
    folder: Path, rewrite, kind: str
) -> None:
    rewrite(
        "stores/crm.yaml",
        "{name: EINDE, type: date,",
        f'{{name: EINDE, type: {kind}, null_values: ["", "0000-00-00", "99991231"],',
    )
    (einde,) = [c for c in load(folder).stores[0].dataset("contact").columns if c.name == "EINDE"]
    assert einde.null_values == ("", "0000-00-00", "99991231")


class TestYamlAsItsWriterMeansIt:
    def test_norway_is_a_country_and_on_is_a_key(self, small: Policy) -> None:
        assert small.controllers[1].country == "NO"
        contact = small.stores[0].dataset("contact")
        assert contact.events["last.contact"].latest_of[1].on == {"CONTACT_NR": "NR"}
        assert contact.controller.values["NO"] == "windvaan-no"  # type: ignore[union-attr]

    def test_a_number_where_text_is_expected_is_the_text_as_written(self, small: Policy) -> None:
        assert small.version.number == "1.0"

    @pytest.mark.parametrize("code", ["007", "10:30", "1_000", "0x10", "yes", "off", "1e3", "2024"])
    def test_codes_stay_as_written(self, folder: Path, rewrite, code: str) -> None:
        rewrite("organisation.yaml", "number: 1.0", f"number: {code}")
        assert load(folder).version.number == code

    def test_unquoted_code_with_leading_zero_is_text_in_a_condition(
        self, folder: Path, rewrite
    ) -> None:
        rewrite(
            "stores/crm.yaml",
            "customer: {column: SOORT, in: [K, KLANT]}",
            "customer: {column: SOORT, in: [01, no, 1.5, 2024-01-01]}",
        )
        condition = load(folder).stores[0].dataset("contact").persons["customer"]
        assert condition.in_ == ("01", "no", "1.5", "2024-01-01")

    def test_an_integer_too_large_to_be_exact_is_text(self, folder: Path, rewrite) -> None:
        rewrite("organisation.yaml", "number: 1.0", "number: 90071992547409930")
        assert load(folder).version.number == "90071992547409930"

    def test_aliases_are_expanded(self, folder: Path, rewrite) -> None:
        rewrite("activities.yaml", "recipients: [hosting]", "recipients: &who [hosting]")
        rewrite("activities.yaml", "recipients: [hosting]", "recipients: *who")
        assert load(folder).activity_by_id["invoicing"].recipients == ("hosting",)


class TestFilesOfAFolder:
    def test_lists_are_joined_in_the_order_of_the_file_names(self, folder: Path) -> None:
        (folder / "00.yaml").write_text(
            "measures: [{id: locks, label: {nl: sloten}, dpv: 'https://w3id.org/dpv#Lock'}]\n"
        )
        loaded = load_with_places(folder)
        assert [m.id for m in loaded.policy.measures] == ["locks", "access-by-role"]
        assert loaded.places.find(("measures", 0)).file.name == "00.yaml"
        assert loaded.places.find(("measures", 1)).file.name == "organisation.yaml"

    def test_hidden_and_empty_files_are_skipped(self, folder: Path) -> None:
        (folder / ".draft.yaml").write_text("nonsense")
        (folder / ".git").mkdir()
        (folder / ".git" / "x.yaml").write_text("nonsense")
        (folder / "empty.yaml").write_text("# nothing yet\n")
        (folder / "half.yaml").write_text("stores:\n")
        load(folder)

    def test_a_scalar_stands_in_one_file(self, folder: Path) -> None:
        (folder / "second.yaml").write_text("languages: [nl]\nid: other\n")
        [error] = errors_of(folder).errors
        assert (error.file.name, error.line) == ("second.yaml", 2)
        assert "`id` stands in two files" in error.message

    def test_a_missing_or_empty_folder_is_named(self, tmp_path: Path) -> None:
        assert "no policy here" in str(errors_of(tmp_path))
        assert "no such folder" in str(errors_of(tmp_path / "absent"))

    def test_yml_is_not_silently_left_out(self, folder: Path) -> None:
        (folder / "more.yml").write_text("stores: []\n")
        [error] = errors_of(folder).errors
        assert error.file.name == "more.yml"
        assert "Rename" in error.remedy


class TestPlaces:
    def test_a_model_path_leads_to_its_line(self, folder: Path) -> None:
        places = load_with_places(folder).places
        place = places.find(("stores", 0, "datasets", 0, "schema_"))
        lines = place.file.read_text().splitlines()
        assert lines[place.line - 1].strip() == "schema: dbo"

    def test_what_was_left_out_has_the_place_of_what_is_around_it(self, folder: Path) -> None:
        places = load_with_places(folder).places
        assert places.find(("activities", 1, "joint_arrangement", "nl")) == places.find(
            ("activities", 1)
        )

    def test_the_policy_itself_is_where_its_id_is(self, folder: Path) -> None:
        place = load_with_places(folder).places.find(())
        assert (place.file.name, place.line) == ("organisation.yaml", 2)


UNREADABLE = {
    "bad-yaml": (b"id: [a\nb: c\n", 2, "not YAML"),
    "not-a-mapping": (b"- a\n", 1, "does not hold a mapping"),
    "two-documents": (b"id: a\n---\nid: b\n", 2, "several documents"),
    "not-utf8": (b"id: a\ntitle: \xff\n", 2, "not UTF-8"),
    "control-character": (b"id: a\ntitle: \x01\n", 2, "forbids"),
    "too-deep": (b"id: a\nx: " + b"[" * 300_000, 2, "nested deeper"),
    "recursive-alias": (b"id: a\nx: &x [*x]\n", 2, "contains itself"),
    "unknown-alias": (b"id: *x\n", 1, "undefined alias"),
    "billion-laughs": (
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            f"{n}: &{n} [{', '.join([f'*{p}'] * 9)}]\n".encode()
            for p, n in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        1,
        "far too large",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_named(folder: Path, name: str) -> None:
    raw, line, message = UNREADABLE[name]
    (folder / "bad.yaml").write_bytes(raw)
    [error] = errors_of(folder).errors
    assert (error.file.name, error.line) == ("bad.yaml", line)
    assert message in error.message
    assert error.remedy


def test_all_errors_of_a_round_come_together(folder: Path, rewrite) -> None:
    lines = [
        rewrite("activities.yaml", "provision: contractual", "provision: maybe"),
        rewrite("activities.yaml", "keep P5Y", "keep 5 years"),
    ]
    rewrite("stores/crm.yaml", "timezone: Europe", "timezon: Europe")
    assert [e.line for e in errors_of(folder).errors[:2]] == lines
    assert len(errors_of(folder).errors) == 3


def test_an_error_reads_as_one_sentence_with_a_remedy(folder: Path, rewrite) -> None:
    line = rewrite("activities.yaml", "provision: contractual", "provision: contractul")
    assert str(errors_of(folder)) == (
        f"{folder}/activities.yaml:{line}: activities[customer-relations].provision: "
        '"contractul" is not one of the words that may stand here. Did you mean `contractual`?'
    )


def test_unicode_in_texts_survives(small: Policy) -> None:
    label = small.data_category_by_id["financial"].label["nl"]
    assert unicodedata.is_normalized("NFC", label)
    assert "ë" in label
