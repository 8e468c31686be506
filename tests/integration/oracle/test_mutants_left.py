"""Faults in what is asked about rows of several people who leave at moments of their own."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.binding import leads, needs
from doelbinding.binding.circumstances import Key, Stop
from doelbinding.binding.dated import since_sets
from doelbinding.binding.expression import NO, YES, Expression
from doelbinding.binding.leads import ThroughLeads, told_by
from doelbinding.binding.led_in_time import covers_row
from doelbinding.binding.paths import Lead, Place
from doelbinding.conformance.holding import hold_equal
from doelbinding.policy.activity import Term
from tests.integration.oracle.database import build
from tests.integration.oracle.mutants import Patch, insist_it_is_told, left_worlds, replaced
from tests.integration.oracle.test_oracle import sqlite

__all__ = ["sqlite"]


def _covers_all(here: Place, lead: Lead, stop: Stop) -> Expression:
    return NO if covers_row(here, lead, stop) == NO else YES


def _by_the_first_way(here: Place, _: Lead, stop: Stop) -> Expression:
    return covers_row(here, here.top.leads[0], stop)


def _told_by_the_row(way: ThroughLeads, term: Term, _: object) -> Expression:
    return YES if told_by(way.here, term) else NO


def _none_ahead(stop: Stop) -> dict[str, frozenset[Key]]:
    return {name: keys for name, keys in since_sets(stop).items() if "/ahead" not in name}


LEFT: dict[str, Patch] = {
    "a row that bears a later date was not there": replaced(needs, "since_sets", _none_ahead),
    "a stop covers no row that leads to somebody": replaced(leads, "covers_row", lambda *_: NO),
    "a stop covers no row through another": replaced(leads, "covers_other", lambda *_: NO),
    "a stop covers what came after it": replaced(leads, "covers_row", _covers_all),
    "what one way tells counts for all": replaced(leads, "covers_row", _by_the_first_way),
    "what is nobody's is always unknown": replaced(ThroughLeads, "_alone", lambda *_: YES),
    "what is nobody's has always ended": replaced(ThroughLeads, "_alone", lambda *_: NO),
    "what only people tell has ended for nobody": replaced(
        ThroughLeads, "_alone", _told_by_the_row
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_the_oracle_tells_who_left_when(
    name: str, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    LEFT[name](monkeypatch)
    insist_it_is_told(name, left_worlds(), sqlite)


@pytest.mark.parametrize("by_way", [True, False])
def test_who_left_when_is_told_by_the_compiler_itself(
    by_way: bool, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also moment by moment, as where there are very many ways."""
    if not by_way:
        monkeypatch.setattr(leads, "told_by_way", lambda _: False)
        monkeypatch.setattr(needs, "asked_by_moment", lambda _: True)
    for world in left_worlds()[::2] if by_way else left_worlds()[-5:]:
        hold_equal(world, build(sqlite, world))
