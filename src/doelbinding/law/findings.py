"""All checks of a policy, and the registry of what they can find.

A finding has a stable id, a severity, a place in the model, an article and advice; the registry
says per id what it means and how to mend it, and `docs/reference/findings.md` is made from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from doelbinding.law.checks import (
    activities,
    bases,
    bindings,
    controllers,
    datasets,
    endings,
    evidence,
    lasting,
    promises,
    recipients,
    retention,
    sheet,
    texts,
    transfers,
)
from doelbinding.law.finding import Check, Definition, Finding, Severity
from doelbinding.policy.model import Policy

__all__ = ["REGISTRY", "Definition", "Finding", "Severity", "check"]

DEFINITIONS: tuple[Definition, ...] = (
    *activities.DEFINITIONS,
    *bases.DEFINITIONS,
    *retention.DEFINITIONS,
    *sheet.DEFINITIONS,
    *texts.DEFINITIONS,
    *datasets.DEFINITIONS,
    *bindings.DEFINITIONS,
    *evidence.DEFINITIONS,
    *lasting.DEFINITIONS,
    *endings.DEFINITIONS,
    *recipients.DEFINITIONS,
    *transfers.DEFINITIONS,
    *promises.DEFINITIONS,
    *controllers.DEFINITIONS,
)
CHECKS: tuple[Check, ...] = (
    *activities.CHECKS,
    *bases.CHECKS,
    *retention.CHECKS,
    *sheet.CHECKS,
    *texts.CHECKS,
    *datasets.CHECKS,
    *bindings.CHECKS,
    *evidence.CHECKS,
    *lasting.CHECKS,
    *endings.CHECKS,
    *recipients.CHECKS,
    *transfers.CHECKS,
    *promises.CHECKS,
    *controllers.CHECKS,
)

REGISTRY: Mapping[str, Definition] = MappingProxyType(
    {definition.id: definition for definition in sorted(DEFINITIONS, key=lambda d: d.id)}
)


def check(policy: Policy, *, on: date) -> tuple[Finding, ...]:
    """Find what the policy leaves open or contradicts, as of a day; by id, then by place."""
    found = dict.fromkeys(_run(policy, on))
    return tuple(sorted(found, key=_order))


def is_about_what_stays(finding: Finding) -> bool:
    """Tell whether a finding is about what is kept, of whom and until when.

    That is about bases, terms, datasets and clocks, and not about what else the law asks of an
    organisation: its agreements, transfers, sheets and promises.
    """
    return finding.id.startswith(_ABOUT_WHAT_STAYS)


_ABOUT_WHAT_STAYS = ("DB1", "DB2", "DB4", "DB62")


def _run(policy: Policy, on: date) -> Iterator[Finding]:
    for run in CHECKS:
        yield from run(policy, on)
    yield from promises.shown(policy, frozenset(REGISTRY))


def _order(finding: Finding) -> tuple[str, list[tuple[int, int, str]], str]:
    place = [(0, s, "") if isinstance(s, int) else (1, 0, s) for s in finding.path]
    return finding.id, place, finding.message
