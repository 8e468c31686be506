"""What people of a world said: stops, holds, restrictions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from doelbinding.binding.circumstances import (
    Circumstances,
    Hold,
    HoldKind,
    Key,
    Restriction,
    Stop,
    StopKind,
)
from doelbinding.conformance.activities import PHASES, VALUES
from doelbinding.conformance.dates import DAYS, TODAY

COLUMNS = [f"s.{dataset}.{name}" for dataset, names in VALUES.items() for name in names]
_DAY = st.one_of([st.sampled_from(days) for days in DAYS])


def _of_what() -> st.SearchStrategy[dict[str, frozenset[str]]]:
    """Give what a restriction is of: whole rows, what some phases bind, or some columns."""
    phases = st.lists(st.sampled_from(PHASES), min_size=1, max_size=2)
    columns = st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=3)
    return st.one_of(
        st.just({}),
        phases.map(lambda found: {"phases": frozenset(found)}),
        columns.map(lambda found: {"columns": frozenset(found)}),
    )


@st.composite
def said(draw: st.DrawFn, people: list[dict[str, object]]) -> Circumstances:
    ids = [p["id"] for p in people]

    def someone() -> dict[str, frozenset[Key]]:
        chosen = draw(st.lists(st.sampled_from(ids), min_size=max(1, len(ids) // 3), unique=True))
        return {"s.person": frozenset((int(str(n)),) for n in chosen)}

    def anyone() -> str:
        return draw(st.sampled_from(["nl", "jp"]))

    stops = tuple(
        Stop(
            id=f"stop{n}",
            controller=anyone(),
            kind=draw(st.sampled_from(list(StopKind))),
            phases=frozenset(draw(st.lists(st.sampled_from(PHASES), min_size=1))),
            set_at=datetime.combine(draw(_DAY), datetime.min.time(), UTC)
            + timedelta(hours=draw(st.integers(0, 23))),
            subjects=someone(),
        )
        for n in range(draw(st.integers(0, 2)))
    )
    holds = tuple(
        Hold(
            id=f"hold{n}",
            controller=anyone(),
            kind=HoldKind.LEGAL_CLAIM,
            subjects=someone(),
            review_on=TODAY,
        )
        for n in range(draw(st.integers(0, 1)))
    )
    restrictions = tuple(
        Restriction(
            id=f"res{n}",
            controller=anyone(),
            subjects=someone(),
            **draw(_of_what()),
        )
        for n in range(draw(st.integers(0, 1)))
    )
    return Circumstances(stops=stops, holds=holds, restrictions=restrictions)
