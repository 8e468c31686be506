"""A key that people read is the key that they type, whatever stands in it."""

from __future__ import annotations

import pytest

from doelbinding.plan.written import key_written, parts_of


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (("NL01", 4711), "NL01,4711"),
        (("Bos, Anna",), '"Bos, Anna"'),
        (("a,b", 3), '"a,b",3'),
        (('"a"', ""), '"""a""",'),
        (("",), '""'),
        (("a\nb", "c"), '"a\nb",c'),
        (("2024-09-20 23:00:00+00", 1), "2024-09-20 23:00:00+00,1"),
    ],
)
def test_a_key_is_read_back_as_it_is_written(key: tuple[str | int, ...], written: str) -> None:
    assert key_written(key) == written
    assert parts_of(written) == tuple(map(str, key))


@pytest.mark.parametrize("odd", ['a"b,c', '"a', '"a"b,c', "a\nb"])
def test_a_key_that_is_no_line_of_csv_is_taken_as_it_stands(odd: str) -> None:
    assert parts_of(odd) == tuple(odd.split(","))
