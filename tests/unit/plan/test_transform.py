"""What a value becomes when nothing justifies it: less, exactly, and once (R-VI.9, rec. 26)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from time import monotonic
from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doelbinding.plan.documents import read_value, replace_values
from doelbinding.plan.folded import fold, replace_folded
from doelbinding.plan.strip import MARK, strip_text
from doelbinding.plan.transform import PSEUDONYM, PSEUDONYM_LENGTH, NoKey, Transformer
from doelbinding.plan.transformation import (
    Band,
    Empty,
    Generalise,
    KeepFirst,
    Own,
    Pseudonymise,
    StripText,
    Transformation,
    Within,
)
from doelbinding.policy.endings import Grain
from doelbinding.policy.json_path import overlap, parse_path
from doelbinding.policy.stores import ColumnType

HERE = "\N{REPLACEMENT CHARACTER}"
TRANSFORMER = Transformer(keys=lambda name: name.encode())
OWN = StripText(own=(Own(column="name", kind="name"), Own(column="mail", kind="email")))


@pytest.mark.parametrize(
    ("held", "value", "year", "month"),
    [
        (ColumnType.DATE, "1980-02-29", "1980-01-01", "1980-02-01"),
        (ColumnType.DATE_TEXT, "1999-12-31", "1999-01-01", "1999-12-01"),
        (
            ColumnType.TIMESTAMP,
            "2024-05-06 07:08:09.5",
            "2024-01-01 00:00:00",
            "2024-05-01 00:00:00",
        ),
        (
            ColumnType.INSTANT,
            "2024-05-06 07:08:09+00",
            "2024-01-01 00:00:00+00",
            "2024-05-01 00:00:00+00",
        ),
        (ColumnType.EPOCH_SECONDS, 1_715_000_000, 1_704_067_200, 1_714_521_600),
        (ColumnType.EPOCH_MILLISECONDS, 1_715_000_000_123, 1_704_067_200_000, 1_714_521_600_000),
        (ColumnType.DATE_DIGITS, "19991231", "19990101", "19991201"),
        (ColumnType.DATE_DIGITS, 19991231, 19990101, 19991201),
        (ColumnType.DATE_TEXT, "01/02/2019", None, None),
        (ColumnType.DATE, "infinity", None, None),
        (ColumnType.DATE, "0044-03-15 BC", None, None),
    ],
)
def test_a_date_keeps_its_year_or_month_and_junk_is_emptied(
    held: ColumnType, value: object, year: object, month: object
) -> None:
    assert TRANSFORMER.of(Generalise(grain=Grain.YEAR, held=held), value) == year
    assert TRANSFORMER.of(Generalise(grain=Grain.MONTH, held=held), value) == month


@pytest.mark.parametrize(
    ("value", "band"),
    [(37, 30), (30, 30), (-1, -10), (0, 0), (Decimal("39.99"), Decimal(30)), (-0.5, -10.0)],
)
def test_a_number_falls_to_the_lower_end_of_its_band(value: object, band: object) -> None:
    found = TRANSFORMER.of(Band(width=10), value)
    assert found == band
    assert type(found) is type(value)


def test_a_postcode_keeps_its_area() -> None:
    assert TRANSFORMER.of(KeepFirst(length=4), "1012 AB") == "1012"
    assert TRANSFORMER.of(KeepFirst(length=2), "éé1") == "éé"


def test_a_pseudonym_needs_its_key_and_is_the_same_for_the_same_value() -> None:
    change = Pseudonymise(key="visits")
    one, two = (TRANSFORMER.of(change, value) for value in ("10.0.0.1", "10.0.0.2"))
    assert one != two
    assert one == TRANSFORMER.of(change, "10.0.0.1")
    assert isinstance(one, str)
    assert PSEUDONYM.fullmatch(one)
    assert len(one) == PSEUDONYM_LENGTH
    assert one != Transformer(keys=lambda _: b"other").of(change, "10.0.0.1")
    with pytest.raises(NoKey, match="keys make visits"):
        Transformer().of(change, "10.0.0.1")


def test_what_is_pseudonymised_is_left_when_its_key_is_gone() -> None:
    done = TRANSFORMER.of(Pseudonymise(key="visits"), "10.0.0.1")
    assert Transformer().of(Pseudonymise(key="visits"), done) == done


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail jan@voorbeeld.example of bel 020-1234567.", f"mail {MARK} of bel {MARK}."),
        ("+31 (0)20 123 45 67, na 09:00", f"{MARK}, na 09:00"),
        ("op 01-02-2024 besteld, order 12345", "op 01-02-2024 besteld, order 12345"),
        ("rekening NL91 ABNA 0417 1643 00 graag", f"rekening {MARK} graag"),
        ("zie https://example.com/u/sanne?x=1", f"zie {MARK}"),
        ("Sanne de Vries vroeg het; SANNE belde", f"{MARK} vroeg het; {MARK} belde"),
        ("de vriesgroep van de winkel", "de vriesgroep van de winkel"),
        ("mail sanne@thuis.example", f"mail {MARK}"),
        ("x.vries@familie-vries.example, of zo", f"{MARK}, of zo"),
        ("facebook.com/sanne.devries en ftp://thuis.example/s", f"{MARK} en {MARK}"),
        (
            "06\u201312345678, (0)20 123 45 67, 06\u00a012\u201034\u221256 78",
            f"{MARK}, {MARK}, {MARK}",
        ),
        ("9.00/10.00 uur, en/of dhr./mevr.", "9.00/10.00 uur, en/of dhr./mevr."),
        ("sanne_vries", f"{MARK}_{MARK}"),
    ],
)
def test_a_text_loses_what_points_at_people_and_keeps_the_rest(text: str, left: str) -> None:
    own = ("Sanne de Vries", "sanne@example.com")
    assert TRANSFORMER.of(OWN, text, own) == left


@pytest.mark.parametrize("held", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mevr. Zoë  NUÑEZ belde, één keer", f"mevr. {MARK} belde, één keer"),
        ("Nunez, fiets, Zoe-Nuñez", f"{MARK}, fiets, {MARK}-{MARK}"),
        ("\uff3a\uff2f\uff25, Zo\u00adë", f"{MARK}, {MARK}"),
        ("zoë@café.example", MARK),
        ("Nuñezstraat 1", "Nuñezstraat 1"),
    ],
)
def test_a_name_is_known_however_its_letters_are_written(
    held: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"], text: str, left: str
) -> None:
    own = [("name", normalize(held, "Zoë Nuñez"))]
    assert strip_text(normalize(typed, text), own) == normalize(typed, left)


def test_one_letter_may_be_written_as_two() -> None:
    assert strip_text("STRASSE, straße, ﬁnk", [("name", "Straße Fink")]) == ", ".join([MARK] * 3)


@pytest.mark.parametrize("long", ["x", "a.", "a@", "a-", "é"])
def test_a_long_text_without_blanks_is_read_in_passing(long: str) -> None:
    started = monotonic()
    strip_text(long * 40_000)
    assert monotonic() - started < 5


def test_a_document_keeps_every_other_character() -> None:
    text = '{ "b":1.50,"a" : {"mail":"x@y.example", "n": 12345678901234567890}, "a":{"mail":7} }'
    change = Within(document="doc", path="$.a.mail", each=Empty())
    assert TRANSFORMER.of(change, text) == (
        '{ "b":1.50,"a" : {"mail":null, "n": 12345678901234567890}, "a":{"mail":null} }'
    )


def test_every_element_of_an_array_is_changed() -> None:
    text = '[{"n": "Sanne"}, {"m": 1}, {"n": null}, {"n": {"first": "P"}}]'
    change = Within(document="doc", path="$[*].n", each=KeepFirst(length=1))
    assert TRANSFORMER.of(change, text) == ('[{"n": "S"}, {"m": 1}, {"n": null}, {"n": null}]')
    assert read_value(text, parse_path("$[*].n")) == '["Sanne", {"first": "P"}]'


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a": NaN}', None, 7, '{"a": 1} x'])
def test_what_is_no_document_stays_as_it_is(text: object) -> None:
    assert replace_values(text, parse_path("$.a"), lambda _: None) == text
    assert read_value(text, parse_path("$.a")) is None


@pytest.mark.parametrize(
    "path", ["", "$", "a.b", "$.", "$..a", "$.a[0]", "$.a[*", "$.a b", "$[?(@.x)]", '$["a\\"b"]']
)
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="write for instance"):
        parse_path(path)


def test_paths_overlap_where_one_leads_through_the_other() -> None:
    assert overlap(parse_path("$.a"), parse_path("$.a.b"))
    assert not overlap(parse_path("$.a.c"), parse_path("$.a.b"))


# -- idempotence ----------------------------------------------------------------------------------

_WHOLE = st.one_of(
    st.builds(Empty, replacement=st.sampled_from([None, "-", 0])),
    st.builds(
        Generalise,
        grain=st.sampled_from(Grain),
        held=st.sampled_from([kind for kind in ColumnType if kind.is_time]),
        replacement=st.sampled_from([None, "2001-02-03", "-", 7]),
    ),
    st.builds(Band, width=st.integers(2, 1000), replacement=st.sampled_from([None, 7, "x"])),
    st.builds(
        KeepFirst, length=st.integers(1, 5), replacement=st.sampled_from([None, "unknown", 3])
    ),
    st.just(Pseudonymise(key="k")),
    st.just(OWN),
)
_TEXT = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "1999-05-06",
            "2024-05-06 07:08:09",
            "2024-05-06 07:08:09.25+00",
            "a@b.example@c.example",
            "020 1234567 020 1234567",
            "wwww.www.x http://http://x",
            "[…]",
            "NL91ABNA0417164300NL91ABNA0417164300",
        ]
    ),
    st.lists(
        st.sampled_from(["Sanne", "van", "@", ".nl", "0612345678", "+", " ", "-", "[…]", "Vries"]),
        max_size=8,
    ).map("".join),
)
_SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.binary(max_size=4),
    _TEXT,
)
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), _TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=8,
)
_OWN = st.tuples(st.sampled_from([None, "Sanne de Vries", "…", "[…]", "a", ""]), _TEXT)


@settings(max_examples=600)
@given(change=_WHOLE, value=_SCALAR, own=_OWN)
def test_what_was_changed_is_not_changed_again(
    change: Transformation, value: object, own: tuple[object, object]
) -> None:
    once = TRANSFORMER.of(change, value, own)
    assert TRANSFORMER.of(change, once, own) == once
    assert value is not None or once is None


@settings(max_examples=600)
@given(
    each=_WHOLE,
    path=st.sampled_from(["$.a", "$.a.b", "$.a[*]", "$[*].b", '$["b"][*].a']),
    document=_JSON,
    own=_OWN,
)
def test_a_document_that_was_changed_is_not_changed_again(
    each: Transformation, path: str, document: object, own: tuple[object, object]
) -> None:
    change = Within(document="doc", path=path, each=each)  # type: ignore[arg-type]
    once = TRANSFORMER.of(change, json.dumps(document), own)
    assert isinstance(once, str)
    assert TRANSFORMER.of(change, once, own) == once


@given(text=_TEXT)
def test_own_name_is_nowhere_left_in_a_text(text: str) -> None:
    left = strip_text(f"{text} Sanne de Vries {text}", [("name", "Sanne de Vries")])
    assert "sanne de vries" not in left.casefold()


@given(text=st.text().filter(lambda text: HERE not in text))
def test_what_is_no_match_stays_character_for_character(text: str) -> None:
    found = replace_folded(text, re.compile(r"[a-z]+"), HERE)
    kept = [piece for piece in found.split(HERE) if piece]
    assert re.search(r"[a-z]", fold("".join(kept))) is None
    for piece in kept:
        assert piece in text
