"""Blocks leave out what is empty, and link to nothing that cannot be followed."""

from __future__ import annotations

import pytest

from doelbinding.document.blocks import (
    Bullets,
    Fact,
    Facts,
    Line,
    Paragraph,
    Section,
    bullets,
    facts,
    lines,
    notice,
    paragraphs,
    section,
    table,
)
from doelbinding.document.links import mail, phone, site


def test_what_is_empty_makes_no_block() -> None:
    assert lines("", "") == ()
    assert paragraphs("") == notice("") == ()
    assert bullets([]) == bullets(["", Line(text="")]) == ()
    assert facts(("Name", ()), ("Address", (Line(text=""),))) == ()
    assert table("Caption", ("Head",), []) == ()


def test_what_is_said_stays_in_its_order() -> None:
    assert paragraphs("a", "", "b") == (Paragraph(text="a"), Paragraph(text="b"))
    assert notice("a") == (Paragraph(text="a", notice=True),)
    assert bullets(["a", Line(text="b", detail="c")]) == (
        Bullets(items=(Line(text="a"), Line(text="b", detail="c"))),
    )
    assert facts(("Name", (Line(text=""), Line(text="A"))), ("Address", ())) == (
        Facts(items=(Fact(term="Name", said=(Line(text="A"),)),)),
    )


def test_a_section_puts_blocks_one_after_another() -> None:
    inner = section("b", "B")
    assert section("a", "A", paragraphs("x"), (), bullets(["y"]), parts=[inner]) == Section(
        id="a", title="A", blocks=(*paragraphs("x"), *bullets(["y"])), parts=(inner,)
    )


def test_mail_and_telephone_can_be_followed_when_there_is_an_address() -> None:
    assert mail("a@b.example").href == "mailto:a@b.example"
    assert phone("+31 (0)20 123").href == "tel:+31020123"
    assert (mail("").href, phone("").href, phone("none").href) == ("", "", "")


def test_a_web_address_is_shown_short_or_under_its_label() -> None:
    assert site("https://a.example/") == Line(text="a.example", href="https://a.example/")
    assert site("https://a.example", "Form") == Line(text="Form", href="https://a.example")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "a.example", ""])
def test_what_is_no_web_address_is_shown_as_it_is_and_not_linked(address: str) -> None:
    assert site(address) == site(address, "Form") == Line(text=address)
