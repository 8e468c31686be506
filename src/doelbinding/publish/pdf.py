"""Sheets to PDF/UA-1 with typst: tagged, titled, in their language, the same bytes each time.

The fonts are those that typst carries, so that a page looks the same on every machine; one compiler
serves all sheets. The day of publication stands for the time of creation.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from doelbinding.publish.page import Page
from doelbinding.publish.wording import Wording

TEMPLATES = Path(__file__).parent / "templates"


class Printer:
    """Prints pages; keep one for many of them, since it remembers fonts and template."""

    def __init__(self, published_on: date) -> None:
        self._compiler = typst.Compiler(root=str(TEMPLATES), ignore_system_fonts=True)
        midnight = datetime(published_on.year, published_on.month, published_on.day, tzinfo=UTC)
        self._timestamp = int(midnight.timestamp())

    def pdf(self, page: Page, wording: Wording) -> bytes:
        """Print a page.

        Raises:
            typst.TypstError: the page breaks a rule of PDF/UA, a mistake of ours.
        """
        data = json.dumps(_printed(page, wording), ensure_ascii=False, sort_keys=True)
        printed = self._compiler.compile(
            str(TEMPLATES / "sheet.typ"),
            format="pdf",
            sys_inputs={"page": data},
            pdf_standards="ua-1",
            timestamp=self._timestamp,
        )
        if not isinstance(printed, bytes):
            raise TypeError("typst gave several documents where one was asked")
        return printed


def _printed(page: Page, wording: Wording) -> dict[str, Any]:
    return {
        "title": page.title,
        "heading": page.heading,
        "kicker": page.kicker,
        "lead": page.lead.text,
        "language": page.language,
        "description": page.description,
        "site_name": page.site_name,
        "sections": [asdict(section) for section in page.sections],
        "footer": [line.text for line in page.footer],
        "page_of": wording.ui("page.page_of", page="{page}", total="{total}"),
    }
