"""Datasets of people, what refers to them and what they share, in two stores."""

from __future__ import annotations

from random import Random

from doelbinding.conformance.activities import bindings, condition, fate
from doelbinding.conformance.between import between_people
from doelbinding.conformance.dates import TIME_TYPES
from doelbinding.policy.condition import Condition
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
    Subject,
    WhenGone,
    WhenUnjustified,
)

_DAYS = {ColumnType.DATE, ColumnType.DATE_TEXT}
NEVER = "1999-09-09"


def datasets(chance: Random, notes_stay: bool) -> tuple[Dataset, ...]:
    """Give the datasets; rows that a state is read from stay, as `check` demands (DB431)."""

    def kind() -> ColumnType:
        return chance.choice(TIME_TYPES)

    told = ControllerColumn(column="code", values={"N": "nl", "J": "jp", "n2": "nl"})
    by_kind = ControllerColumn(column="kind", values={"K": "nl", "k": "jp", "P": "nl"})
    owner = told if (chance.random() < 1 / 2) else "nl"
    latest = Event(
        latest_of=chance.choice(
            [
                (EventSource(column="made", dataset="note"),),
                (EventSource(column="last"), EventSource(column="made", dataset="note")),
                (EventSource(column="made", dataset="note", on={"person_id": "id"}),),
                (EventSource(column="last"), EventSource(column="sent", dataset="message")),
                (
                    EventSource(column="last"),
                    EventSource(store="t", dataset="call", column="called", on={"caller": "ident"}),
                ),
                (EventSource(store="t", dataset="call", column="called", on={"caller": "ident"}),),
            ]
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
        collected=chance.choice([None, "since"]),
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
            Column(name="tag"),
            Column(name="name", category="n"),
            Column(name="mail", category="n", replace_with=chance.choice([None, "-"])),
        ),
        events={
            "rel.ended": Event(column="ended", ongoing_if_null=(chance.random() < 1 / 2)),
            "contact.last": chance.choice([latest, Event(column="last")]),
        },
        states={"open": condition(chance), "active": Condition(column="kind", equals="K")},
        row_states={
            "settled": chance.choice(
                [
                    RowsState(dataset="note", every=Condition(column="score", at_least=2)),
                    RowsState(dataset="note", any_=Condition(column="score", at_least=2)),
                ]
            )
        },
        persons={
            "customer": Condition(column="kind", equals="K"),
            "prospect": Condition(column="kind", differs="K"),
        },
        bindings=bindings(chance, "person"),
        prohibitions=chance.choice(
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
        ),
        when_unjustified=fate(chance),
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
        controller=chance.choice([None, None, by_kind]),
        collected=chance.choice([None, "made"]),
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
        states=chance.choice([{}, {"active": Condition(column="score", more_than=1)}]),
        bindings=bindings(chance, "note"),
        when_unjustified=WhenUnjustified.EMPTY if notes_stay else fate(chance),
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
        bindings=bindings(chance, "line"),
    )
    sharing = chance.choice(
        [
            (Subject(shared_by="person", columns=("addr_id",)),),
            (
                Subject(shared_by="person", columns=("addr_id",)),
                Subject(shared_by="note", columns=("sent_to",)),
            ),
        ]
    )
    addr = Dataset(
        id="addr",
        table="addr",
        key=("id",),
        label={},
        subjects=sharing,
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="street", category="n"),
            Column(name="town", category="n"),
        ),
        bindings=bindings(chance, "addr", *(one.other for one in sharing)),
    )
    return (addr, person, note, line, *between_people(chance, kind))


def calls(chance: Random) -> Dataset:
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
            Column(name="called", type=chance.choice(TIME_TYPES)),
            Column(name="voice", category="n"),
        ),
        events={"contact.last": Event(column="called")},
        bindings=(Binding(activity="a1", columns=("voice",)),),
    )
