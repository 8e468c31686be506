"""Answers to HTML: each file needs nothing but itself, and asks nothing of others."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from doelbinding.document.html import html, style
from doelbinding.rights.answer.pages import Letter, Page

TEMPLATES = Path(__file__).parent / "templates"


def page_html(page: Page) -> str:
    """Render a page."""
    return html(TEMPLATES / "page.html.j2", page=page, **_style())


def letter_html(letter: Letter) -> str:
    """Render a letter as a page."""
    return html(TEMPLATES / "letter.html.j2", letter=letter, **_style())


@lru_cache
def _style() -> dict[str, str]:
    """Give the style with its hash, by which the page's own security policy allows it alone."""
    css = style(TEMPLATES / "answer.css")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    return {"style": Markup(css), "style_hash": f"sha256-{digest}"}  # noqa: S704 - our own file
