"""DB321-DB322: words in every language of those who show them (GDPR Art. 12(1))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from doelbinding.law import reach
from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.reach import Path
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.text import Text, missing

UNTRANSLATED = Definition(
    id="DB321",
    title="Text missing in a language",
    severity=Severity.ERROR,
    article="GDPR 12(1)",
    why="Information is given in a form people understand; a controller that serves people in a "
    "language has every text it shows in that language.",
    mend="add the words under the language's tag",
)
UNDECLARED_LANGUAGE = Definition(
    id="DB322",
    title="Language that the policy does not list",
    severity=Severity.WARNING,
    article="GDPR 12(1)",
    why="The policy is published in the languages it lists; a controller serves people in another "
    "one, in which there will be no page.",
    mend="add the language to the policy's `languages`, or take it out of the controller's",
)

_FOR_EVERYONE = (
    "person_categories",
    "data_categories",
    "measures",
    "transfers",
    "sections",
    "promises",
    "controls",
    "choices",
)


def _texts(thing: Any, path: Path) -> Iterator[tuple[Path, Text]]:
    """Yield every text below a part of the model, with its place.

    A text is known by its field's annotation: other mappings of words to words are not for people.
    """
    if is_dataclass(thing):
        for field in fields(thing):
            value = getattr(thing, field.name)
            written = field.name.rstrip("_")
            if str(field.type).startswith("Text"):
                if value is not None:
                    yield (*path, written), value
            else:
                yield from _texts(value, (*path, written))
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from _texts(value, (*path, key))
    elif isinstance(thing, tuple):
        for number, value in enumerate(thing):
            yield from _texts(value, (*path, number))


def _languages(controllers: list[Controller], more: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*more, *(tag for c in controllers for tag in c.languages))))


def _named(policy: Policy, ids: tuple[str, ...]) -> list[Controller]:
    """Give the controllers of these ids; all of them when none is named."""
    return [c for c in policy.controllers if not ids or c.id in ids]


def _of_some(policy: Policy) -> Iterator[tuple[object, Path, str, tuple[str, ...]]]:
    """Yield each part that some controllers show: its place, its name and their languages."""
    for number, activity in enumerate(policy.activities):
        ours = [c for c in policy.controllers if policy.performs(c, activity)]
        yield activity, ("activities", number), f"activity {activity.id}", _languages(ours)
    for number, controller in enumerate(policy.controllers):
        subject = f"controller {controller.id}"
        yield controller, ("controllers", number), subject, controller.languages
    for number, recipient in enumerate(policy.recipients):
        needed = _languages(_named(policy, recipient.controllers))
        yield recipient, ("recipients", number), f"recipient {recipient.id}", needed
    for located in reach.locate(policy):
        needed = _languages(_named(policy, reach.controllers(policy, located)))
        yield located.dataset, located.path, f"dataset {located.name}", needed


def _of_all(policy: Policy) -> Iterator[tuple[object, Path, str]]:
    """Yield each part that every page can show: its place and its name."""
    yield policy.version, ("version",), "the version"
    for name in _FOR_EVERYONE:
        for number, part in enumerate(getattr(policy, name)):
            yield part, (name, number), f"{name.replace('_', ' ')} {part.id}"


def _needs(policy: Policy) -> Iterator[tuple[Path, Text, str, str, tuple[str, ...]]]:
    """Yield each text: its place, its words, whose it is, its field, the languages it needs."""
    everyone = _languages(list(policy.controllers), policy.languages)
    yield ("title",), policy.title, "the policy", "title", everyone
    for number, store in enumerate(policy.stores):
        path: Path = ("stores", number, "label")
        yield path, store.label, f"store {store.id}", "label", everyone
    parts = [*_of_some(policy), *((*part, everyone) for part in _of_all(policy))]
    for part, path, subject, languages in parts:
        for place, text in _texts(part, path):
            field = ".".join(str(step) for step in place[len(path) :])
            yield place, text, subject, field, languages


def translated(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find texts without words in a language of a controller that shows them."""
    for place, text, subject, field, languages in _needs(policy):
        lacking = list(missing(text, languages))
        if lacking:
            message = f"`{field}` has no words in {listed(lacking)}"
            yield UNTRANSLATED.at(place, subject, message)


def listed_languages(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find languages of a controller in which the policy is not published."""
    for number, controller in enumerate(policy.controllers):
        beyond = [tag for tag in controller.languages if tag not in policy.languages]
        if beyond:
            subject = f"controller {controller.id}"
            message = f"serves people in {listed(beyond)}, in which the policy is not published"
            yield UNDECLARED_LANGUAGE.at(("controllers", number, "languages"), subject, message)


DEFINITIONS = (UNTRANSLATED, UNDECLARED_LANGUAGE)
CHECKS = (translated, listed_languages)
