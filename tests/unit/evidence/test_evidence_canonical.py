"""R-II.7: a hash names a document for good, because a document has one form."""

import json
import math

import pytest

from doelbinding.evidence.canonical import canonical, sha256_hex
from doelbinding.evidence.errors import NotCanonicalError


def test_canonical_form_is_the_example_of_rfc_8785_section_3_2_2():
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(value).decode() == (
        '{"literals":[null,true,false],'
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf_16_as_in_rfc_8785_section_3_2_3():
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(canonical(dict.fromkeys(keys, 0)))
    assert list(written) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [math.nan, 2**53, {1: 2}, b"bytes", {"a": {"b"}}, "\ud800"])
def test_what_json_cannot_say_exactly_is_refused_and_not_repeated(value: object):
    with pytest.raises(NotCanonicalError) as refused:
        canonical(value)
    assert str(2**53) not in str(refused.value)
    assert refused.value.__cause__ is None


def test_bottomless_nesting_is_refused():
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(NotCanonicalError):
        canonical(value)


def test_sha256_is_written_in_hex():
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
