"""Activities whose phases end by random rules, and what a column is bound to."""

from __future__ import annotations

from hypothesis import strategies as st

from doelbinding.policy.activity import Activity, Basis, Phase, Purpose, Term
from doelbinding.policy.condition import Condition
from doelbinding.policy.stores import Binding, WhenUnjustified
from doelbinding.policy.vocabulary import LawfulBasis

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
    "addr": ("street",),
    "message": ("words",),
    "team": ("motto",),
    "member": ("role",),
    "item": ("thing",),
}


def condition() -> st.SearchStrategy[Condition]:
    leaf = st.one_of(
        st.sampled_from(["K", "P", "k"]).map(lambda v: Condition(column="kind", equals=v)),
        st.just(Condition(column="kind", in_=("K", "Q"))),
        st.booleans().map(lambda b: Condition(column="kind", null=b)),
        st.integers(0, 3).map(lambda n: Condition(column="score", at_least=n)),
        st.integers(0, 3).map(lambda n: Condition(column="score", differs=n)),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=2).map(lambda p: Condition(all_=tuple(p))),
            st.lists(inner, min_size=1, max_size=2).map(lambda p: Condition(any_=tuple(p))),
            inner.map(lambda p: Condition(not_=p)),
        ),
        max_leaves=3,
    )


@st.composite
def activity(draw: st.DrawFn, name: str) -> Activity:
    def term() -> Term:
        return Term(
            rule=draw(st.sampled_from(RULES)),
            persons=draw(st.sampled_from([(), (), ("customer",), ("prospect",)])),
            countries=draw(st.sampled_from([(), (), (), ("NL",), ("JP",)])),
        )

    phases = tuple(
        Phase(
            id=f"p{n}",
            purpose=f"{name}.do",
            basis=Basis(kind=LawfulBasis.CONTRACT),
            terms=tuple(term() for _ in range(draw(st.integers(1, 2)))),
        )
        for n in range(draw(st.integers(1, 2)))
    )
    return Activity(
        id=name,
        name={},
        summary={},
        purposes=(Purpose(id=f"{name}.do", label={}, dpv=""),),
        phases=phases,
        controllers=draw(st.sampled_from([(), (), ("nl",)])),
    )


@st.composite
def bindings(draw: st.DrawFn, dataset: str) -> tuple[Binding, ...]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        columns = draw(st.lists(st.sampled_from(VALUES[dataset]), min_size=1, unique=True))
        when = draw(st.one_of(st.none(), condition())) if dataset in {"person", "note"} else None
        phases = draw(st.sampled_from([(), (), ("p0",)]))
        found.append(
            Binding(
                activity=draw(st.sampled_from(ACTIVITIES)),
                columns=tuple(columns),
                phases=phases,
                when=when,
            )
        )
    return tuple(found)


def fate() -> st.SearchStrategy[WhenUnjustified]:
    return st.sampled_from([WhenUnjustified.DELETE, WhenUnjustified.DELETE, WhenUnjustified.EMPTY])
