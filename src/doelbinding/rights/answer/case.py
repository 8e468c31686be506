"""The request that is answered, as far as its answer has to know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doelbinding.policy.organisation import Controller
from doelbinding.policy.vocabulary import Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request of one person to one controller (Art. 12(3)).

    `language` is the one in which the person is answered: `nl`, `en` or `fr`.
    """

    id: str
    right: Right
    controller: Controller
    language: str
    received_on: date
    due_on: date
    answered_on: date
