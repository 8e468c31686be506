"""Which changes people must be told of, and the article that says so.

A further purpose: Art. 13(3) and 14(4), before it starts. Any other fact of the sheet that turns
against what people were told: the paragraph that made it part of what is owed (Art. 5(1)(a); WP260
rev.01, 29-31). Art. 13 is for data from the person, Art. 14 for data from elsewhere.
"""

from __future__ import annotations

from enum import StrEnum

from doelbinding.policy.activity import Activity
from doelbinding.policy.diff.walk import Difference
from doelbinding.policy.vocabulary import Collection


class Owed(StrEnum):
    """A fact that people are owed, of which a change must reach them."""

    PURPOSE = "a new purpose"
    BASIS = "another lawful basis"
    RETENTION = "kept longer"
    RECIPIENT = "a new recipient"
    TRANSFER = "a new transfer"
    CATEGORY = "a new category"
    RIGHTS = "a right is lessened"
    AUTOMATION = "a decision solely by machine"
    CONTROLLER = "a new controller"


_ARTICLES = {
    Owed.PURPOSE: ("13(3)", "14(4)"),
    Owed.BASIS: ("13(1)(c)", "14(1)(c)"),
    Owed.RETENTION: ("13(2)(a)", "14(2)(a)"),
    Owed.RECIPIENT: ("13(1)(e)", "14(1)(e)"),
    Owed.TRANSFER: ("13(1)(f)", "14(1)(f)"),
    Owed.CATEGORY: ("13(1)", "14(1)(d)"),
    Owed.RIGHTS: ("13(2)(b)", "14(2)(c)"),
    Owed.AUTOMATION: ("13(2)(f)", "14(2)(g)"),
    Owed.CONTROLLER: ("13(1)(a)", "14(1)(a)"),
}
_FROM_PERSON = {Collection.DIRECT, Collection.OBSERVED}


def article(owed: Owed, activity: Activity | None) -> str:
    """Give where the duty to tell stands, by where the activity's data come from."""
    from_person, from_elsewhere = _ARTICLES[owed]
    ways = {source.collection for source in activity.sources} if activity else set()
    cited = [from_person] * bool(not ways or ways & _FROM_PERSON)
    cited += [from_elsewhere] * bool(not ways or ways - _FROM_PERSON)
    return "GDPR " + ", ".join(cited)


def owed_for(difference: Difference) -> Owed | None:
    """Give what people must be told of a difference; None: nothing."""
    if difference.words:
        return None
    match difference.path:
        case ("activities", _, *rest):
            return _of_activity(tuple(rest), difference.before, difference.after)
        case ("controllers", _) if difference.before is None:
            return Owed.CONTROLLER
    return _of_others(difference)


def _of_activity(path: tuple[str, ...], before: object, after: object) -> Owed | None:
    match path:
        case ("purposes", _, "dpv") | ("phases", _, "purpose"):
            return Owed.PURPOSE
        case ("no_further_purpose",) if after is False:
            return Owed.PURPOSE
        case ("phases", _, "basis", *rest):
            return _of_basis(tuple(rest), after)
        case ("automation", "solely_automated") if after is True:
            return Owed.AUTOMATION
        case ("automation",) if isinstance(after, dict) and after["solely_automated"]:
            return Owed.AUTOMATION
    return _of_added(path) if before is None else None


def _of_added(path: tuple[str, ...]) -> Owed | None:
    match path:
        case () | ("purposes", _) | ("phases", _, "uses", _) | ("further_purpose",):
            return Owed.PURPOSE
        case ("phases", _):
            return Owed.RETENTION
        case ("recipients", _):
            return Owed.RECIPIENT
        case ("data" | "persons", _):
            return Owed.CATEGORY
        case ("secrecy_limit",):
            return Owed.RIGHTS
    return None


def _of_basis(path: tuple[str, ...], after: object) -> Owed | None:
    match path:
        case ("kind",) | ("special",) | ("special", "ground"):
            return Owed.BASIS
        case ("direct_marketing",):
            return Owed.PURPOSE if after else Owed.RIGHTS
        case ("withdrawal",) if after is None:
            return Owed.RIGHTS
    return None


def _of_others(difference: Difference) -> Owed | None:
    new, after = difference.before is None, difference.after
    match difference.path:
        case ("recipients", _, "kind") | ("recipients", _, "affiliate") if after is not None:
            return Owed.RECIPIENT
        case ("recipients", _, "receives" | "controllers", _) if new:
            return Owed.RECIPIENT
        case ("recipients" | "stores", _, "transfer") if after is not None:
            return Owed.TRANSFER
        case ("transfers", _, "country" | "ground"):
            return Owed.TRANSFER
        case ("stores", _) if new and isinstance(after, dict) and after["transfer"]:
            return Owed.TRANSFER
        case ("data_categories", _, "special" | "national_number") if after:
            return Owed.CATEGORY
    return None
