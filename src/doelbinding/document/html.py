"""Pages and letters to HTML: Jinja2, autoescape on, and an error for every name that is missing.

Who writes one brings a folder of templates for what stands around the text, and a style of its own.
The blocks (`blocks.html.j2`) and the look that all share (`document.css`) are here.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


def html(template: Path, **values: object) -> str:
    """Render a template, which may import those of this layer."""
    return _environment(template.parent).get_template(template.name).render(values)


def style(own: Path) -> str:
    """Give the look that all pages share, followed by a style of one's own."""
    return "\n".join(
        sheet.read_text(encoding="utf-8") for sheet in (TEMPLATES / "document.css", own)
    )


@lru_cache
def _environment(own: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([own, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
