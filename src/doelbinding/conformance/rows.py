"""Rows for the tables of a policy: populations side by side, each of rows that refer to its own.

The rows of a population are few, so that each boundary shows in what becomes of them; several in
one database cost little more than one, and tell what reaches the rows of somebody else. They follow
from a seed, since to have each value drawn takes longer than to judge it.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from doelbinding.conformance.dates import time_value
from doelbinding.policy.model import Policy

Rows = list[dict[str, object]]
MAILS = ["a@x.example", "A@X.example ", "b@x.example", "c@x.example", None]
APART = 10
"""The first numbers of a population and of the next differ by so much."""

_TEXTS = [None, "x", "y", "-"]
_SCORES = [None, 0, 1, 2, 3]
_KINDS = ["K", "P", "k", None]
_When = Callable[[str, str], object]
"""Gives a value for a column of times of a dataset."""


def side_by_side(chance: Random, policy: Policy, junk: bool, populations: int) -> dict[str, Rows]:
    """Give the rows of several populations, by the references of their datasets."""
    found = [_population(chance, policy, junk, APART * n) for n in range(populations)]
    return {ref: [row for one in found for row in one[ref]] for ref in found[0]}


def _population(chance: Random, policy: Policy, junk: bool, first: int) -> dict[str, Rows]:
    store, other = policy.stores

    def when(dataset: str, column: str) -> object:
        declared = (other if dataset == "call" else store).dataset(dataset).column(column)
        if declared.null_values and chance.random() < 1 / 4:
            return chance.choice(declared.null_values)
        return time_value(chance, declared.type, junk)

    def numbers(least: int, most: int) -> range:
        return range(first, first + chance.randint(least, most))

    addresses: Rows = [
        {"id": n, "street": chance.choice(_TEXTS), "town": chance.choice(_TEXTS)}
        for n in numbers(0, 2)
    ]
    people: Rows = [_person(chance, n, addresses, when) for n in numbers(1, 4)]
    notes: Rows = [_note(chance, n, people, addresses, when) for n in numbers(0, 4)]
    for person in people:
        person["boss_id"], person["best_id"] = _one_of(chance, people), _one_of(chance, notes)
    owners = notes if store.dataset("message").subjects[1].to == "note" else people
    messages: Rows = [_message(chance, n, people, owners, when) for n in numbers(0, 3)]
    teams: Rows = [
        {"id": n, "founded": when("team", "founded"), "motto": chance.choice(_TEXTS)}
        for n in numbers(0, 2)
    ]
    return {
        "s.addr": addresses,
        "s.person": people,
        "s.note": notes,
        "s.line": _lines(chance, notes),
        "s.message": messages,
        "s.team": teams,
        "s.member": [
            {"team_id": t["id"], "person_id": p["id"], "role": chance.choice(_TEXTS)}
            for t in teams
            for p in people
            if chance.random() < 1 / 2
        ],
        "s.item": [_item(chance, n, people, messages, when) for n in numbers(0, 3)],
        "t.call": [_call(chance, n, when) for n in numbers(0, 3)],
    }


def _one_of(chance: Random, rows: Rows) -> object:
    return chance.choice([None, *(row["id"] for row in rows)])


def _person(chance: Random, number: int, addresses: Rows, when: _When) -> dict[str, object]:
    return {
        "id": number,
        "code": chance.choice(["N", "N", "J", "n2", "zz", None]),
        "kind": chance.choice(_KINDS),
        "score": chance.choice(_SCORES),
        "addr_id": _one_of(chance, addresses),
        "ended": when("person", "ended"),
        "last": when("person", "last"),
        "since": when("person", "since"),
        "ident": chance.choice(MAILS),
        "tag": f"t{number}",
        "boss_id": None,
        "best_id": None,
        "name": chance.choice(_TEXTS),
        "mail": chance.choice(_TEXTS),
    }


def _note(
    chance: Random, number: int, people: Rows, addresses: Rows, when: _When
) -> dict[str, object]:
    return {
        "id": number,
        "person_id": _one_of(chance, people),
        "kind": chance.choice(_KINDS),
        "score": chance.choice(_SCORES),
        "sent_to": _one_of(chance, addresses),
        "made": when("note", "made"),
        "body": chance.choice(_TEXTS),
        "score2": chance.choice(_SCORES),
    }


def _lines(chance: Random, notes: Rows) -> Rows:
    pairs = [(note["id"], no) for note in notes for no in range(2)]
    chosen = chance.sample(pairs, chance.randint(0, min(4, len(pairs))))
    return [{"note_id": note, "no": no, "text": chance.choice(_TEXTS)} for note, no in chosen]


def _message(
    chance: Random, number: int, people: Rows, owners: Rows, when: _When
) -> dict[str, object]:
    return {
        "id": number - number % 2,
        "no": "ab"[number % 2],
        "kind": chance.choice(_KINDS),
        "score": chance.choice(_SCORES),
        "from_id": _one_of(chance, people),
        "to_id": _one_of(chance, owners),
        "sent": when("message", "sent"),
        "words": chance.choice(_TEXTS),
        "topic": chance.choice(_TEXTS),
    }


def _call(chance: Random, number: int, when: _When) -> dict[str, object]:
    return {
        "id": number,
        "caller": chance.choice(MAILS),
        "called": when("call", "called"),
        "voice": chance.choice(_TEXTS),
    }


def _item(
    chance: Random, number: int, people: Rows, messages: Rows, when: _When
) -> dict[str, object]:
    message = chance.choice([{}, *messages])
    person = chance.choice([{}, *people])
    return {
        "id": number,
        "msg_id": message.get("id"),
        "msg_no": chance.choice([message.get("no")] * 9 + [None]),  # part of a key is none
        "for_tag": person.get("tag"),
        "got": when("item", "got"),
        "thing": chance.choice(_TEXTS),
    }
