"""The front page: choose a company and a language."""

from __future__ import annotations

from dataclasses import dataclass

from doelbinding.policy.model import Policy
from doelbinding.publish.addresses import policy_address
from doelbinding.publish.page import Link
from doelbinding.publish.wording import Said, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A controller, its country, and its policy in each of its languages."""

    name: str
    country: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """The front page; its own language is the first of the policy."""

    language: str
    title: Said
    titles: tuple[Said, ...]
    choose: str
    choose_in: tuple[Said, ...]
    skip: str
    companies: tuple[Company, ...]


def front_page(policy: Policy) -> Chooser:
    """Give the front page of a group."""
    languages = [*policy.languages] or [*policy.controllers[0].languages]
    first, *rest = (wording(language, languages) for language in languages)
    return Chooser(
        language=first.language,
        title=first.say(policy.title),
        titles=tuple(Said(w.say(policy.title), w.language) for w in rest),
        choose=first.ui("page.choose"),
        choose_in=tuple(Said(w.ui("page.choose"), w.language) for w in rest),
        skip=first.ui("page.skip"),
        companies=tuple(
            Company(
                name=controller.name,
                country=first.country(controller.country),
                links=tuple(
                    Link(
                        label=wording(language).ui("language"),
                        href=policy_address(controller.id, language),
                        language=language,
                    )
                    for language in controller.languages
                ),
            )
            for controller in policy.controllers
        ),
    )
