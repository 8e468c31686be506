"""Random worlds: a policy, tables, what people said, and an instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

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
from doelbinding.conformance.endings import ended_otherwise
from doelbinding.policy.activity import Activity, Basis, PersonCategory, Phase, Purpose, Term
from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy, Version
from doelbinding.policy.organisation import Authority, Controller, Deviation, Officer
from doelbinding.policy.stores import (
    Binding,
    Column,
    ColumnType,
    ControllerColumn,
    Dataset,
    Event,
    EventSource,
    Prohibition,
    Reference,
    RowsState,
    Store,
    Subject,
    WhenGone,
    WhenUnjustified,
)
from doelbinding.policy.vocabulary import ChangeReason, LawfulBasis

TODAY = date(2026, 11, 23)
_DAYS = {ColumnType.DATE, ColumnType.DATE_TEXT}
TEXTS = {ColumnType.DATE_TEXT, ColumnType.DATE_DIGITS}
TIME_TYPES = [t for t in ColumnType if t.is_time]
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
JUNK = ["", "-", "01/02/2019", "0000-00-00", "2019-13-45", "2019-1-5", "x"]


@dataclass(frozen=True, repr=False)
class World:
    policy: Policy
    tables: dict[str, list[dict[str, object]]]
    circumstances: Circumstances
    at: datetime

    def __repr__(self) -> str:
        """Show what differs from world to world, and no default."""
        said = brief(self.circumstances)
        rows = {ref: [_told(row) for row in rows] for ref, rows in self.tables.items() if rows}
        activities = brief(self.policy.activities)
        datasets = "\n".join(brief(d) for _, d in self.policy.datasets())
        return f"{self.at}\n{activities}\n{datasets}\n{rows}\n{said}"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))


def _told(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value is not None}


def brief(part: object) -> str:
    """Show a frozen value without the fields that hold their default."""
    if isinstance(part, tuple):
        return f"({', '.join(brief(one) for one in part)})"
    if isinstance(part, dict):
        return f"{{{', '.join(f'{name}: {brief(one)}' for name, one in part.items())}}}"
    if not is_dataclass(part):
        return str(part)
    told = ((f.name, getattr(part, f.name), f.default) for f in fields(part))
    words = (
        f"{name}={brief(value)}" for name, value, usual in told if value not in (usual, {}, ())
    )
    return f"{type(part).__name__}({', '.join(words)})"


def controller(
    name: str, country: str, year_end: str, zone: str, deviations: tuple[Deviation, ...] = ()
) -> Controller:
    return Controller(
        id=name,
        name=name,
        country=country,
        address="-",
        email="a@example.com",
        website="https://example.com",
        officer=Officer(name="o", email="o@example.com", form="https://example.com/f"),
        authority=Authority(name={"en": "a"}, url="https://example.com", address="-"),
        court={"en": "c"},
        financial_year_end=year_end,
        languages=("en",),
        timezone=zone,
        deviations=deviations,
    )


# -- times ---------------------------------------------------------------------------------------


def _near() -> st.SearchStrategy[date]:
    """Give days around every boundary the rules have, and some far from any."""
    periods = [0, 30, 31, 40, 365, 366, 730, 731, 1095, 1826, 1827, 2000, 4000]
    around = st.tuples(st.sampled_from(periods), st.integers(-2, 2)).map(
        lambda p: TODAY - timedelta(days=p[0] + p[1])
    )
    year_ends = st.sampled_from(
        [
            date(y, m, d)
            for y, (m, d) in product(range(2021, 2027), [(12, 31), (1, 1), (6, 30), (7, 1)])
        ]
    )
    return st.one_of(around, year_ends, st.sampled_from([date(1900, 1, 1), date(2024, 2, 29)]))


_CLOCK = st.sampled_from(["00:00:00", "23:59:59", "12:30:00", "22:00:00", "15:00:00", "23:30:00"])


@st.composite
def time_value(draw: st.DrawFn, kind: ColumnType, junk: bool) -> object:
    """Give a value of a time column, as the column holds it on SQLite."""
    if draw(st.integers(0, 7)) == 0:
        return None
    if draw(st.integers(0, 9)) == 0 and (junk or kind in TEXTS):
        return draw(st.sampled_from(JUNK))
    day = draw(_near())
    match kind:
        case ColumnType.DATE | ColumnType.DATE_TEXT:
            return day.isoformat()
        case ColumnType.DATE_DIGITS:
            return day.isoformat().replace("-", "")
        case ColumnType.EPOCH_SECONDS | ColumnType.EPOCH_MILLISECONDS:
            clock = draw(_CLOCK)
            seconds = int(datetime.fromisoformat(f"{day}T{clock}+00:00").timestamp())
            if kind is ColumnType.EPOCH_SECONDS:
                return seconds
            return seconds * 1000 + draw(st.sampled_from([-1, 0, 0, 1]))
        case _:
            return f"{day} {draw(_CLOCK)}"


# -- policies ------------------------------------------------------------------------------------


def _condition() -> st.SearchStrategy[Condition]:
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
def _activity(draw: st.DrawFn, name: str) -> Activity:
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
}
NEVER = "1999-09-09"
MAILS = ["a@x.example", "A@X.example ", "b@x.example", "c@x.example", None]


@st.composite
def _bindings(draw: st.DrawFn, dataset: str) -> tuple[Binding, ...]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        columns = draw(st.lists(st.sampled_from(VALUES[dataset]), min_size=1, unique=True))
        when = draw(st.one_of(st.none(), _condition())) if dataset in {"person", "note"} else None
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


def _fate() -> st.SearchStrategy[WhenUnjustified]:
    return st.sampled_from([WhenUnjustified.DELETE, WhenUnjustified.DELETE, WhenUnjustified.EMPTY])


@st.composite
def _datasets(draw: st.DrawFn, notes_stay: bool) -> tuple[Dataset, ...]:
    """Give the datasets; rows that a state is read from stay, as `check` demands (DB431)."""

    def kind() -> ColumnType:
        return draw(st.sampled_from(TIME_TYPES))

    told = ControllerColumn(column="code", values={"N": "nl", "J": "jp", "n2": "nl"})
    owner = told if draw(st.booleans()) else "nl"
    latest = Event(
        latest_of=draw(
            st.sampled_from(
                [
                    (EventSource(column="made", dataset="note"),),
                    (EventSource(column="last"), EventSource(column="made", dataset="note")),
                    (EventSource(column="made", dataset="note", on={"person_id": "id"}),),
                    (
                        EventSource(column="last"),
                        EventSource(
                            store="t", dataset="call", column="called", on={"caller": "ident"}
                        ),
                    ),
                    (
                        EventSource(
                            store="t", dataset="call", column="called", on={"caller": "ident"}
                        ),
                    ),
                ]
            )
        )
    )
    ended = kind()
    person = Dataset(
        id="person",
        table="person",
        key=("id",),
        label={},
        person=True,
        controller=owner,
        collected=draw(st.sampled_from([None, "since"])),
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="code"),
            Column(name="kind"),
            Column(name="score", type=ColumnType.INTEGER),
            Column(name="addr_id", type=ColumnType.INTEGER),
            Column(name="boss_id", type=ColumnType.INTEGER),
            Column(name="best_id", type=ColumnType.INTEGER),
            Column(name="ended", type=ended, null_values=(NEVER,) if ended in _DAYS else ()),
            Column(name="last", type=kind()),
            Column(name="since", type=kind()),
            Column(name="ident", identifier="email"),
            Column(name="name", category="n"),
            Column(name="mail", category="n", replace_with=draw(st.sampled_from([None, "-"]))),
        ),
        events={
            "rel.ended": Event(column="ended", ongoing_if_null=draw(st.booleans())),
            "contact.last": draw(st.sampled_from([latest, Event(column="last")])),
        },
        states={"open": draw(_condition()), "active": Condition(column="kind", equals="K")},
        row_states={
            "settled": draw(
                st.sampled_from(
                    [
                        RowsState(dataset="note", every=Condition(column="score", at_least=2)),
                        RowsState(dataset="note", any_=Condition(column="score", at_least=2)),
                    ]
                )
            )
        },
        persons={
            "customer": Condition(column="kind", equals="K"),
            "prospect": Condition(column="kind", differs="K"),
        },
        bindings=draw(_bindings("person")),
        prohibitions=draw(
            st.sampled_from(
                [
                    (),
                    (),
                    (
                        Prohibition(
                            columns=("mail",),
                            reason={},
                            article="9",
                            when=Condition(column="kind", equals="P"),
                        ),
                    ),
                ]
            )
        ),
        when_unjustified=draw(_fate()),
        references=(
            Reference(columns=("boss_id",), to="person", when_gone=WhenGone.EMPTY),
            Reference(columns=("best_id",), to="note", when_gone=WhenGone.EMPTY),
        ),
    )
    note = Dataset(
        id="note",
        table="note",
        key=("id",),
        label={},
        subject=Subject(to="person", columns=("person_id",)),
        collected=draw(st.sampled_from([None, "made"])),
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="person_id", type=ColumnType.INTEGER),
            Column(name="kind"),
            Column(name="score", type=ColumnType.INTEGER),
            Column(name="sent_to", type=ColumnType.INTEGER),
            Column(name="made", type=kind()),
            Column(name="body", category="n"),
            Column(name="score2", type=ColumnType.INTEGER, category="n"),
        ),
        events={"note.made": Event(column="made")},
        states=draw(st.sampled_from([{}, {"active": Condition(column="score", more_than=1)}])),
        bindings=draw(_bindings("note")),
        when_unjustified=WhenUnjustified.EMPTY if notes_stay else draw(_fate()),
        references=(Reference(columns=("sent_to",), to="addr"),),
    )
    line = Dataset(
        id="line",
        table="line",
        key=("note_id", "no"),
        label={},
        subject=Subject(to="note", columns=("note_id",)),
        columns=(
            Column(name="note_id", type=ColumnType.INTEGER),
            Column(name="no", type=ColumnType.INTEGER),
            Column(name="text", category="n"),
        ),
        bindings=draw(_bindings("line")),
    )
    addr = Dataset(
        id="addr",
        table="addr",
        key=("id",),
        label={},
        subjects=draw(
            st.sampled_from(
                [
                    (Subject(shared_by="person", columns=("addr_id",)),),
                    (
                        Subject(shared_by="person", columns=("addr_id",)),
                        Subject(shared_by="note", columns=("sent_to",)),
                    ),
                ]
            )
        ),
        columns=(Column(name="id", type=ColumnType.INTEGER), Column(name="street", category="n")),
        bindings=draw(_bindings("addr")),
    )
    return (addr, person, note, line, *draw(_between_people(kind)))


@st.composite
def _between_people(draw: st.DrawFn, kind: Callable[[], ColumnType]) -> tuple[Dataset, ...]:
    """Give datasets whose rows lead to several people: messages, and teams with their members."""
    to_people = (
        Subject(to="person", columns=("from_id",)),
        Subject(to="person", columns=("to_id",)),
    )
    by_type = (
        Subject(to="person", columns=("from_id",), when=Condition(column="kind", equals="K")),
        Subject(to="note", columns=("to_id",), when=Condition(column="kind", equals="P")),
    )
    polymorphic = draw(st.booleans())
    message = Dataset(
        id="message",
        table="message",
        key=("id", "no"),
        label={},
        subjects=by_type if polymorphic else to_people,
        collected=draw(st.sampled_from([None, "sent"])),
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="no"),
            Column(name="kind"),
            Column(name="score", type=ColumnType.INTEGER),
            Column(name="from_id", type=ColumnType.INTEGER),
            Column(name="to_id", type=ColumnType.INTEGER),
            Column(name="sent", type=kind()),
            Column(name="words", category="n"),
        ),
        events=draw(st.sampled_from([{}, {"contact.last": Event(column="sent")}])),
        states=draw(st.sampled_from([{}, {"open": Condition(column="score", at_least=2)}])),
        bindings=draw(_bindings("message")),
        when_unjustified=draw(_fate()),
        references=(
            ()
            if polymorphic
            else draw(
                st.sampled_from(
                    [
                        (),
                        (Reference(columns=("to_id",), to="person", when_gone=WhenGone.EMPTY),),
                    ]
                )
            )
        ),
    )
    team = Dataset(
        id="team",
        table="team",
        key=("id",),
        label={},
        subject=Subject(shared_by="member", columns=("team_id",)),
        columns=(Column(name="id", type=ColumnType.INTEGER), Column(name="motto", category="n")),
        bindings=draw(_bindings("team")),
    )
    member = Dataset(
        id="member",
        table="member",
        key=("team_id", "person_id"),
        label={},
        subject=Subject(to="person", columns=("person_id",)),
        columns=(
            Column(name="team_id", type=ColumnType.INTEGER),
            Column(name="person_id", type=ColumnType.INTEGER),
            Column(name="role", category="n"),
        ),
        bindings=draw(_bindings("member")),
    )
    return (message, team, member)


@st.composite
def _calls(draw: st.DrawFn) -> Dataset:
    """Give the dataset of another store, which dates people by their identifier."""
    return Dataset(
        id="call",
        table="phonecall",
        key=("id",),
        label={},
        person=True,
        controller="nl",
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="caller", identifier="email"),
            Column(name="called", type=draw(st.sampled_from(TIME_TYPES))),
            Column(name="voice", category="n"),
        ),
        events={"contact.last": Event(column="called")},
        bindings=(Binding(activity="a1", columns=("voice",)),),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    deviates = draw(st.booleans())
    activities = tuple(draw(_activity(name)) for name in ACTIVITIES)
    rules = [t.rule for a in activities for phase in a.phases for t in phase.terms]
    changed = (
        Deviation(activity="a1", reason={}, terms={"p0": (Term(rule="after rel.ended keep P3M"),)}),
        Deviation(activity="a2", reason={}, performed=draw(st.booleans())),
    )
    return Policy(
        id="w",
        group="w",
        title={},
        version=Version(
            number="1", effective_on=date(2020, 1, 1), reason=ChangeReason.LAW, note={}
        ),
        languages=("en",),
        controllers=(
            controller("nl", "NL", "12-31", "Europe/Amsterdam"),
            controller("jp", "JP", "06-30", "Asia/Tokyo", changed if deviates else ()),
        ),
        person_categories=(
            PersonCategory(id="customer", label={}, dpv=""),
            PersonCategory(id="prospect", label={}, dpv=""),
        ),
        data_categories=(),
        activities=activities,
        stores=(
            Store(
                id="s",
                label={},
                country="NL",
                datasets=draw(_datasets(notes_stay="until settled" in rules)),
                timezone=draw(st.sampled_from(["UTC", "Europe/Amsterdam", "America/New_York"])),
            ),
            Store(id="t", label={}, country="NL", datasets=(draw(_calls()),)),
        ),
    )


# -- rows and words ------------------------------------------------------------------------------


@st.composite
def _tables(draw: st.DrawFn, policy: Policy, junk: bool) -> dict[str, list[dict[str, object]]]:
    store, other = policy.stores

    def when(dataset: str, column: str, of: Store = store) -> object:
        declared = of.dataset(dataset).column(column)
        if declared.null_values and draw(st.integers(0, 3)) == 0:
            return draw(st.sampled_from(declared.null_values))
        return draw(time_value(declared.type, junk))

    text = st.one_of(st.none(), st.sampled_from(["x", "y", "-"]))
    score = st.one_of(st.none(), st.integers(0, 3))
    kind = st.sampled_from(["K", "P", "k", None])
    addresses: list[dict[str, object]] = [
        {"id": n, "street": draw(text)} for n in range(draw(st.integers(0, 2)))
    ]
    people = [
        {
            "id": n,
            "code": draw(st.sampled_from(["N", "N", "J", "n2", "zz", None])),
            "kind": draw(kind),
            "score": draw(score),
            "addr_id": draw(st.sampled_from([None, *(a["id"] for a in addresses)])),
            "ended": when("person", "ended"),
            "last": when("person", "last"),
            "since": when("person", "since"),
            "ident": draw(st.sampled_from(MAILS)),
            "boss_id": None,
            "best_id": None,
            "name": draw(text),
            "mail": draw(text),
        }
        for n in range(draw(st.integers(1, 4)))
    ]
    notes = [
        {
            "id": n,
            "person_id": draw(st.sampled_from([None, *(p["id"] for p in people)])),
            "kind": draw(kind),
            "score": draw(score),
            "sent_to": draw(st.sampled_from([None, *(a["id"] for a in addresses)])),
            "made": when("note", "made"),
            "body": draw(text),
            "score2": draw(score),
        }
        for n in range(draw(st.integers(0, 4)))
    ]
    pairs = [(n["id"], no) for n in notes for no in range(2)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4)) if pairs else []
    lines = [{"note_id": a, "no": b, "text": draw(text)} for a, b in chosen]
    someone = st.sampled_from([None, *(p["id"] for p in people)])
    some_note = st.sampled_from([None, *(n["id"] for n in notes)])
    for person in people:
        person["boss_id"], person["best_id"] = draw(someone), draw(some_note)
    owner = some_note if store.dataset("message").subjects[1].to == "note" else someone
    messages = [
        {
            "id": n,
            "no": draw(st.sampled_from(["a", "b"])),
            "kind": draw(kind),
            "score": draw(score),
            "from_id": draw(someone),
            "to_id": draw(owner),
            "sent": when("message", "sent"),
            "words": draw(text),
        }
        for n in range(draw(st.integers(0, 3)))
    ]
    teams: list[dict[str, object]] = [
        {"id": n, "motto": draw(text)} for n in range(draw(st.integers(0, 2)))
    ]
    members = [
        {"team_id": t["id"], "person_id": p["id"], "role": draw(text)}
        for t in teams
        for p in people
        if draw(st.booleans())
    ]
    calls = [
        {
            "id": n,
            "caller": draw(st.sampled_from(MAILS)),
            "called": when("call", "called", other),
            "voice": draw(text),
        }
        for n in range(draw(st.integers(0, 3)))
    ]
    return {
        "s.addr": addresses,
        "s.person": people,
        "s.note": notes,
        "s.line": lines,
        "s.message": messages,
        "s.team": teams,
        "s.member": members,
        "t.call": calls,
    }


COLUMNS = [f"s.{dataset}.{name}" for dataset, names in VALUES.items() for name in names]


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
def _said(draw: st.DrawFn, people: list[dict[str, object]]) -> Circumstances:
    ids = [p["id"] for p in people]

    def someone() -> dict[str, frozenset[Key]]:
        chosen = draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
        return {"s.person": frozenset((int(str(n)),) for n in chosen)}

    def anyone() -> str:
        return draw(st.sampled_from(["nl", "jp"]))

    stops = tuple(
        Stop(
            id=f"stop{n}",
            controller=anyone(),
            kind=draw(st.sampled_from(list(StopKind))),
            phases=frozenset(draw(st.lists(st.sampled_from(PHASES), min_size=1))),
            set_at=datetime.combine(draw(_near()), datetime.min.time(), UTC)
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


@st.composite
def worlds(draw: st.DrawFn, junk: bool = True, endings: bool = True) -> World:
    policy = draw(policies())
    tables = draw(_tables(policy, junk))
    hour = draw(st.sampled_from([0, 9, 14, 15, 16, 22, 23]))
    world = World(
        policy=policy,
        tables=tables,
        circumstances=draw(_said(tables["s.person"])),
        at=datetime(TODAY.year, TODAY.month, TODAY.day, hour, 30, tzinfo=UTC),
    )
    return draw(ended_otherwise(world)) if endings else world
