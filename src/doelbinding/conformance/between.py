"""Datasets whose rows lead to several people: messages, teams with members, items."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from doelbinding.conformance.activities import bindings, fate
from doelbinding.policy.condition import Condition
from doelbinding.policy.stores import (
    Column,
    ColumnType,
    Dataset,
    Event,
    Reference,
    Subject,
    WhenGone,
)


def between_people(chance: Random, kind: Callable[[], ColumnType]) -> tuple[Dataset, ...]:
    """Give datasets whose rows lead to several people: messages, teams and their members, items."""
    to_people = (
        Subject(to="person", columns=("from_id",)),
        Subject(to="person", columns=("to_id",)),
    )
    by_type = (
        Subject(to="person", columns=("from_id",), when=Condition(column="kind", equals="K")),
        Subject(to="note", columns=("to_id",), when=Condition(column="kind", equals="P")),
    )
    polymorphic = chance.random() < 1 / 2
    message = Dataset(
        id="message",
        table="message",
        key=("id", "no"),
        label={},
        subjects=by_type if polymorphic else to_people,
        collected=chance.choice([None, "sent"]),
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="no"),
            Column(name="kind"),
            Column(name="score", type=ColumnType.INTEGER),
            Column(name="from_id", type=ColumnType.INTEGER),
            Column(name="to_id", type=ColumnType.INTEGER),
            Column(name="sent", type=kind()),
            Column(name="words", category="n"),
            Column(name="topic", category="n"),
        ),
        events=chance.choice([{}, {"contact.last": Event(column="sent")}]),
        states=chance.choice([{}, {"open": Condition(column="score", at_least=2)}]),
        bindings=bindings(chance, "message", *(("person", "note") if polymorphic else ())),
        when_unjustified=fate(chance),
        references=(
            ()
            if polymorphic
            else chance.choice(
                [
                    (),
                    (Reference(columns=("to_id",), to="person", when_gone=WhenGone.EMPTY),),
                ]
            )
        ),
    )
    team = Dataset(
        id="team",
        table="team",
        key=("id",),
        label={},
        subject=Subject(shared_by="member", columns=("team_id",)),
        collected=chance.choice([None, "founded"]),
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="founded", type=kind()),
            Column(name="motto", category="n"),
        ),
        bindings=bindings(chance, "team"),
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
        bindings=bindings(chance, "member"),
    )
    return (message, team, member, _items(chance, kind))


def _items(chance: Random, kind: Callable[[], ColumnType]) -> Dataset:
    """Give a dataset that refers by a key of two parts, by what is not the key, or by both.

    By both it is not dated: stops on rows by what is no key are asked moment by moment, and of all
    who leave such a world that is more than SQLite takes (ADR 0034).
    """
    by_key = Subject(to="message", columns=("msg_id", "msg_no"))
    by_tag = Subject(to="person", columns=("for_tag",), references=("tag",))
    tagged = Reference(
        columns=("for_tag",), to="person", references=("tag",), when_gone=WhenGone.EMPTY
    )
    paths = chance.choice([(by_key,), (by_tag,), (by_key, by_tag)])
    ends = tuple(one.other for one in paths)
    return Dataset(
        id="item",
        table="item",
        key=("id",),
        label={},
        subject=paths[0] if len(paths) == 1 else None,
        subjects=paths if len(paths) > 1 else (),
        collected=chance.choice([None, None, "got"]) if len(paths) == 1 else None,
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="msg_id", type=ColumnType.INTEGER),
            Column(name="msg_no"),
            Column(name="for_tag"),
            Column(name="got", type=kind()),
            Column(name="thing", category="n"),
        ),
        bindings=bindings(chance, "item", *(ends if len(ends) > 1 else ())),
        when_unjustified=fate(chance),
        references=chance.choice([(), (tagged,)]) if paths == (by_key,) else (),
    )
