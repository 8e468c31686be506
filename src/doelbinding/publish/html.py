"""Pages to HTML: Jinja2 with autoescape on, and an error for every name that is missing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from doelbinding.publish.chooser import Chooser
from doelbinding.publish.page import Page

TEMPLATES = Path(__file__).parent / "templates"


def page_html(page: Page) -> bytes:
    """Render a page."""
    return _render("page.html.j2", page)


def chooser_html(page: Chooser) -> bytes:
    """Render the front page."""
    return _render("chooser.html.j2", page)


def _render(template: str, page: Page | Chooser) -> bytes:
    return _environment().get_template(template).render(page=page).encode()


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
