"""The pages of a site to HTML, and the one style they all ask for."""

from __future__ import annotations

from pathlib import Path

from doelbinding.document.html import html, style
from doelbinding.publish.chooser import Chooser
from doelbinding.publish.page import Page

TEMPLATES = Path(__file__).parent / "templates"


def page_html(page: Page) -> bytes:
    """Render a page."""
    return html(TEMPLATES / "page.html.j2", page=page).encode()


def chooser_html(page: Chooser) -> bytes:
    """Render the front page."""
    return html(TEMPLATES / "chooser.html.j2", page=page).encode()


def site_style() -> bytes:
    """Give the style of the site."""
    return style(TEMPLATES / "site.css").encode()
