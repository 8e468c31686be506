"""Answers to HTML: autoescape on, and an error for every name that is missing."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from doelbinding.rights.answer.document import Letter, Page

TEMPLATES = Path(__file__).parent / "templates"


def page_html(page: Page) -> str:
    """Render a page that needs nothing but itself."""
    return _template("page.html.j2").render(page=page, **_style())


def letter_html(letter: Letter) -> str:
    """Render a letter as a page."""
    return _template("letter.html.j2").render(letter=letter, **_style())


def _template(name: str) -> Template:
    return _environment().get_template(name)


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@lru_cache
def _style() -> dict[str, str]:
    """Give the style with its hash, by which the page's own security policy allows it alone."""
    css = (TEMPLATES / "answer.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    return {"style": Markup(css), "style_hash": f"sha256-{digest}"}  # noqa: S704 - our own file
