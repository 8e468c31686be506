"""Datasets whose rows lead to several people: messages, teams with members, items."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

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


@st.composite
def between_people(draw: st.DrawFn, kind: Callable[[], ColumnType]) -> tuple[Dataset, ...]:
    """Give datasets whose rows lead to several people: messages, teams and their members, items."""
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
        bindings=draw(bindings("message")),
        when_unjustified=draw(fate()),
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
        bindings=draw(bindings("team")),
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
        bindings=draw(bindings("member")),
    )
    return (message, team, member, draw(_items()))


@st.composite
def _items(draw: st.DrawFn) -> Dataset:
    """Give a dataset that refers by a key of two parts, or by what is not the key."""
    by_key = Subject(to="message", columns=("msg_id", "msg_no"))
    by_tag = Subject(to="person", columns=("for_tag",), references=("tag",))
    tagged = Reference(
        columns=("for_tag",), to="person", references=("tag",), when_gone=WhenGone.EMPTY
    )
    subject = draw(st.sampled_from([by_key, by_tag]))
    return Dataset(
        id="item",
        table="item",
        key=("id",),
        label={},
        subject=subject,
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="msg_id", type=ColumnType.INTEGER),
            Column(name="msg_no"),
            Column(name="for_tag"),
            Column(name="thing", category="n"),
        ),
        bindings=draw(bindings("item")),
        when_unjustified=draw(fate()),
        references=draw(st.sampled_from([(), (tagged,)])) if subject is by_key else (),
    )
