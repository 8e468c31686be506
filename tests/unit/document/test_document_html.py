"""Blocks as HTML: escaped, headed in order, with nothing missing unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from doelbinding.document.blocks import Line, Section, bullets, facts, notice, table
from doelbinding.document.html import html, style

MARKUP = "<b>&</b>"
SAFE = "&lt;b&gt;&amp;&lt;/b&gt;"


def written(folder: Path, template: str, **values: object) -> str:
    path = folder / "own.html.j2"
    path.write_text('{% import "blocks.html.j2" as blocks %}\n' + template, encoding="utf-8")
    return html(path, **values)


def test_every_block_escapes_what_it_is_given(tmp_path: Path) -> None:
    line = Line(text=MARKUP, detail=MARKUP, href=f'"{MARKUP}')
    blocks = (
        *notice(MARKUP),
        *bullets([line, Line(text=MARKUP, code=True)]),
        *facts((MARKUP, (line,))),
        *table(MARKUP, (MARKUP, MARKUP), [((line, line), (line,))]),
    )
    section = Section(id="a", title=MARKUP, number="I", blocks=blocks)
    page = written(tmp_path, "{{ blocks.part(section) }}", section=section)
    assert MARKUP not in page
    assert page.count(SAFE) == 23
    assert f'<p class="notice">{SAFE}</p>' in page
    assert f"<code>{SAFE}</code>" in page


def test_parts_are_headed_one_level_under_their_section(tmp_path: Path) -> None:
    inner = Section(id="c", title="C")
    outer = Section(
        id="a", title="A", number="II", parts=(Section(id="b", title="B", parts=(inner,)),)
    )
    page = written(tmp_path, "{{ blocks.part(section) }}", section=outer)
    assert '<h2 id="a"><span class="number">II</span> A</h2>' in page
    assert '<h3 id="b">B</h3>' in page
    assert '<h4 id="c">C</h4>' in page
    listed = written(tmp_path, "{{ blocks.contents('In here', [section], true) }}", section=outer)
    assert [part in listed for part in ('href="#a"', 'href="#b"', 'href="#c"')] == [
        True,
        True,
        False,
    ]


def test_an_empty_cell_is_empty(tmp_path: Path) -> None:
    rows = [((Line(text="a"),), ())]
    page = written(
        tmp_path, "{{ blocks.all(blocks_) }}", blocks_=table("T", ("Head", "Other"), rows)
    )
    assert '<td role="cell" data-label="Other"></td>' in page


def test_a_page_asks_nothing_of_others_by_its_own_policy(tmp_path: Path) -> None:
    on_a_site = written(tmp_path, "{{ blocks.head('T') }}")
    assert "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'" in on_a_site
    assert "robots" not in on_a_site


def test_a_private_page_allows_its_own_style_alone_and_is_not_indexed(tmp_path: Path) -> None:
    alone = written(tmp_path, "{{ blocks.head('T', 'sha256-x', images='', indexed=false) }}")
    assert "default-src 'none'; style-src 'sha256-x'; base-uri 'none'" in alone
    assert '<meta name="robots" content="noindex, nofollow">' in alone


def test_a_name_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        written(tmp_path, "{{ nobody }}")


def test_a_style_of_ones_own_comes_after_the_shared_look(tmp_path: Path) -> None:
    own = tmp_path / "own.css"
    own.write_text("dl { margin: 0 }", encoding="utf-8")
    both = style(own)
    assert both.startswith("/* The look")
    assert both.endswith("dl { margin: 0 }")
    assert "url(" not in both
    assert "@import" not in both
