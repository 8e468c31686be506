"""The reference of findings, made from the registry.

Write it anew with `python -m doelbinding.law.checks.reference > docs/reference/findings.md`; a test
holds the two equal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from doelbinding.law.findings import REGISTRY

HEAD = """\
# Findings

What `doelbinding check` can find, one by one. Ids are stable: a number is never given another
meaning. An **error** fails the check, a **warning** fails it with `--strict`, a **note** never
does. A control can point to a finding as `check.DB201`.

This page is made from the registry in `law/findings.py`."""

GROUPS = {
    "DB1": "Activities and bases",
    "DB2": "Retention",
    "DB3": "Sheet and texts",
    "DB4": "Stores and bindings",
    "DB5": "Recipients, processors and transfers",
    "DB6": "Promises and controllers",
}


def reference() -> Iterator[str]:
    """Yield the page in paragraphs."""
    yield HEAD
    group = ""
    for definition in REGISTRY.values():
        if definition.id[:3] != group:
            group = definition.id[:3]
            yield f"## {group}xx · {GROUPS[group]}"
        yield f"### {definition.id}\n\n**{definition.title}** · {definition.severity.value} · " + (
            definition.article
        )
        yield definition.why
        yield f"*Mend:* {definition.mend}."


def page() -> str:
    """Give the whole page."""
    return "\n\n".join(reference()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
