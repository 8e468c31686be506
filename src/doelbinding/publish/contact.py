"""Whom to turn to: the controller, its officer, the authority, the court (R-X.1, R-IX.12)."""

from __future__ import annotations

from doelbinding.document.blocks import Block, Cell, Line, facts, lines
from doelbinding.document.links import mail, phone, site
from doelbinding.publish.facts import ControllerFact, OfficerFact
from doelbinding.publish.wording import Wording


def controller_facts(controller: ControllerFact, wording: Wording) -> tuple[Block, ...]:
    """Say who is responsible and how to reach the data protection officer (R-X.1)."""
    return facts(
        (
            wording.ui("contact.controller"),
            (
                Line(text=controller.name),
                Line(text=controller.address),
                Line(text="" if controller.country in controller.address else controller.country),
                mail(controller.email),
                phone(controller.phone),
                site(controller.website),
            ),
        ),
        (wording.ui("contact.officer"), _officer(controller.officer, wording)),
    )


def officer_facts(officer: OfficerFact, wording: Wording) -> tuple[Block, ...]:
    """Say how to reach the data protection officer."""
    return facts((wording.ui("contact.officer"), _officer(officer, wording)))


def _officer(officer: OfficerFact, wording: Wording) -> Cell:
    named = (Line(text=officer.name), mail(officer.email), phone(officer.phone))
    return (*named, _form(officer.form, wording))


def _form(address: str, wording: Wording) -> Line:
    """Give the officer's contact form as a link that says what it is."""
    return site(address, wording.ui("contact.form"))


def complaint_facts(controller: ControllerFact, wording: Wording) -> tuple[Block, ...]:
    """Say where to complain and which court there is (R-IX.12)."""
    authority = controller.authority
    return facts(
        (
            wording.ui("contact.authority"),
            (Line(text=authority.name), Line(text=authority.address), site(authority.url)),
        ),
        (wording.ui("contact.court"), lines(controller.court)),
    )
