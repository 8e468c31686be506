"""Activities whose phases end by random rules, and what a column is bound to."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from doelbinding.policy.activity import Activity, Basis, Phase, Purpose, Term
from doelbinding.policy.condition import Condition
from doelbinding.policy.stores import Binding, WhenUnjustified
from doelbinding.policy.vocabulary import LawfulBasis

T = TypeVar("T")
RULES = [
    "after rel.ended keep P1Y",
    "after rel.ended keep P5Y",
    "after contact.last keep P2Y",
    "after contact.last keep P40D",
    "after end_of_financial_year(note.made) keep P2Y",
    "after note.made keep P1M",
    "while open",
    "until open",
    "until settled",
    "while active",
]
ACTIVITIES = ("a1", "a2", "a3")
PHASES = [f"{activity}/p{n}" for activity in ACTIVITIES for n in range(2)]
VALUES = {
    "person": ("name", "mail"),
    "note": ("body", "score2"),
    "line": ("text",),
    "addr": ("street", "town"),
    "message": ("words", "topic"),
    "team": ("motto",),
    "member": ("role",),
    "item": ("thing",),
}


def some(chance: Random, found: Sequence[T], most: int | None = None) -> list[T]:
    """Give one or more of these, each once."""
    return chance.sample(found, chance.randint(1, min(most or len(found), len(found))))


def condition(chance: Random, deep: int = 1) -> Condition:
    """Give a condition on `kind` and `score`, of a few parts."""
    how = chance.randrange(8) if deep else chance.randrange(5)
    match how:
        case 0:
            return Condition(column="kind", equals=chance.choice(["K", "P", "k"]))
        case 1:
            return Condition(column="kind", in_=("K", "Q"))
        case 2:
            return Condition(column="kind", null=chance.random() < 1 / 2)
        case 3:
            return Condition(column="score", at_least=chance.randint(0, 3))
        case 4:
            return Condition(column="score", differs=chance.randint(0, 3))
        case 5:
            return Condition(not_=condition(chance, deep - 1))
    parts = tuple(condition(chance, deep - 1) for _ in range(chance.randint(1, 2)))
    return Condition(all_=parts) if how == 6 else Condition(any_=parts)


def activity(chance: Random, name: str) -> Activity:
    def term() -> Term:
        return Term(
            rule=chance.choice(RULES),
            persons=chance.choice([(), (), ("customer",), ("prospect",)]),
            countries=chance.choice([(), (), (), ("NL",), ("JP",)]),
        )

    phases = tuple(
        Phase(
            id=f"p{n}",
            purpose=f"{name}.do",
            basis=Basis(kind=LawfulBasis.CONTRACT),
            terms=tuple(term() for _ in range(chance.randint(1, 2))),
        )
        for n in range(chance.randint(1, 2))
    )
    return Activity(
        id=name,
        name={},
        summary={},
        purposes=(Purpose(id=f"{name}.do", label={}, dpv=""),),
        phases=phases,
        controllers=chance.choice([(), (), ("nl",)]),
    )


def bindings(chance: Random, dataset: str, *ends: str) -> tuple[Binding, ...]:
    """Give bindings of a dataset; `ends`: where its paths lead, of which some name a part."""
    found = []
    for _ in range(chance.choice([0, 1, 1, 2])):
        columns = some(chance, VALUES[dataset])
        when = chance.choice([None, condition(chance)]) if dataset in {"person", "note"} else None
        phases = chance.choice([(), (), ("p0",)])
        found.append(
            Binding(
                activity=chance.choice(ACTIVITIES),
                columns=tuple(columns),
                phases=phases,
                when=when,
                through=tuple(some(chance, ends, 1)) if ends and chance.random() < 1 / 2 else (),
            )
        )
    return tuple(found)


def fate(chance: Random) -> WhenUnjustified:
    return chance.choice([WhenUnjustified.DELETE, WhenUnjustified.DELETE, WhenUnjustified.EMPTY])
