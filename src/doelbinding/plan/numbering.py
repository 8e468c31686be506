"""The rows to whom others lead by what several may have, numbered so that these are told apart.

Values that may be taken for the same are: one number more than needed costs a question, one too few
would take one person's word for another's.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Row
from doelbinding.binding.numbered import Numbering
from doelbinding.binding.paths import Link
from doelbinding.plan.model import KeySets, Plan
from doelbinding.plan.ports import ByKeys, Gathers, Lookup, Store, StoreError

_Ask = Callable[[str, tuple[str, ...], Iterable[Key]], ByKeys]
_Alike = tuple[object, ...]


class NumbersShort(StoreError):
    """More people share what rows lead to them by than when the plan was drafted."""


@dataclass(frozen=True, slots=True)
class _End:
    """A row that leads to somebody who set a stop, and by what others lead to it."""

    key: Key
    person: Key
    values: frozenset[Key]


def numbers_needed(
    numbered: Sequence[Numbering], stores: Mapping[str, Store], keys: KeySets
) -> dict[str, int]:
    """Give per way how many numbers those have to whom it leads; at least one.

    Raises:
        StoreError: a store cannot be read.
    """
    needed: dict[str, int] = {}
    for told in numbered:
        if told.ref.partition(".")[0] not in stores:
            continue
        highest = max((number for number, _ in _ends(told, stores, keys)), default=0)
        needed[told.way] = max(needed.get(told.way, 1), highest + 1)
    return needed


def with_numbers(
    plan: Plan, stores: Mapping[str, Store], keys: KeySets, about: frozenset[str]
) -> KeySets:
    """Give the key sets with those of the rows of each number, and when their people set a stop.

    Only stores in `about` are asked; in others there are none.

    Raises:
        StoreError: a store cannot be read; or there are more numbers than the plan has.
    """
    found: dict[str, set[Key]] = defaultdict(set)
    for told in plan.numbered:
        moments = {stop: _moments(told, stop, keys) for stop in told.stops}
        for stop in told.stops:
            for number in range(told.numbers):
                for name in (told.rows, told.values, told.since):
                    found[name(stop, number)] = set()
        if told.ref.partition(".")[0] not in about:
            continue
        for number, row in _ends(told, stores, keys):
            if number >= told.numbers:
                raise NumbersShort(
                    f"{told.ref}: since the plan was made, more people who stopped something came "
                    f"to share {', '.join(told.columns)}: nothing was changed; make a new plan"
                )
            for stop, since in moments.items():
                if row.person in since:
                    found[told.rows(stop, number)].add(row.key)
                    found[told.values(stop, number)] |= row.values
                    moment = since[row.person]
                    found[told.since(stop, number)] |= {(*one, moment) for one in row.values}
    return {**keys, **{name: frozenset(rows) for name, rows in found.items()}}


def _moments(told: Numbering, stop: str, keys: KeySets) -> dict[Key, str]:
    """Give the people who set a stop, with the moment of each."""
    return {key[:-1]: str(key[-1]) for key in keys.get(told.people(stop), ())}


def _ends(
    told: Numbering, stores: Mapping[str, Store], keys: KeySets
) -> Iterator[tuple[int, _End]]:
    """Yield the rows that lead to somebody who set a stop, each with its number."""
    people = {key for stop in told.stops for key in _moments(told, stop, keys)}
    taken: dict[_Alike, set[int]] = defaultdict(set)
    found = _leading_to(told, people, stores[told.ref.partition(".")[0]])
    for row in sorted(found, key=lambda one: repr(one.key)):
        alike = {tuple(map(_alike, value)) for value in row.values}
        others = set().union(*(taken[one] for one in alike))
        number = next(n for n in count() if n not in others)
        for one in alike:
            taken[one].add(number)
        yield number, row


def _leading_to(told: Numbering, people: Iterable[Key], store: Store) -> Iterator[_End]:
    """Yield the rows that lead to some people, with the values by which others lead to these."""
    with _asking(store) as ask:
        rows = ask(told.person, told.person_key, people)
        led = [(key, row) for key, held in rows.items() for row in held]
        for link, ref in _downward(told.upward, told.ref):
            led = _referring(ask, led, link, ref)
        ends = {_key(row[name] for name in told.key): (person, row) for person, row in led}
        first = [(key, row) for key, (_, row) in ends.items()]
        for link, ref in _downward(told.onward, told.first):
            first = _referring(ask, first, link, ref)
    values: dict[Key, set[Key]] = {key: set() for key in ends}
    for key, row in first:
        value = [row[name] for name in told.columns]
        if None not in value:
            values[key].add(_key(value))
    for key, (person, _) in ends.items():
        yield _End(key, person, frozenset(values[key]))


def _downward(links: Sequence[Link], ref: str) -> Iterator[tuple[Link, str]]:
    """Yield links from the last to the first, each with the dataset that it leads from.

    `ref` is where the first does.
    """
    store = ref.partition(".")[0]
    leading = [ref, *(f"{store}.{link.dataset}" for link in links)]
    yield from reversed(list(zip(links, leading, strict=False)))


def _referring(
    ask: _Ask, led: Iterable[tuple[Key, Row]], link: Link, ref: str
) -> list[tuple[Key, Row]]:
    """Give the rows of a dataset that lead to some by a link, each with the key of who they had."""
    by_value: dict[Key, list[Key]] = defaultdict(list)
    for key, row in led:
        value = tuple(row[there] for _, there in link.pairs)
        if None not in value:
            by_value[_key(value)].append(key)
    rows = ask(ref, tuple(here for here, _ in link.pairs), by_value)
    return [(key, row) for value, held in rows.items() for key in by_value[value] for row in held]


@contextmanager
def _asking(store: Store) -> Iterator[_Ask]:
    """Give what finds rows by the values of columns, in few statements where a store can."""
    if not isinstance(store, Gathers):
        yield lambda ref, columns, keys: {
            key: store.rows(ref, dict(zip(columns, key, strict=True))) for key in keys
        }
        return
    with store.gathering() as gather:

        def ask(ref: str, columns: tuple[str, ...], keys: Iterable[Key]) -> ByKeys:
            (found,) = gather([Lookup(ref=ref, columns=columns, keys=list(keys))]).rows
            return found

        yield ask


def _key(values: Iterable[object]) -> Key:
    return tuple(value if isinstance(value, int) else str(value) for value in values)


def _alike(value: object) -> object:
    """Give what is the same for all that any database may take for the same."""
    text = unicodedata.normalize("NFKD", str(value)).casefold().strip()
    text = "".join(one for one in text if not unicodedata.combining(one))
    try:
        number = Decimal(text)
        return number.normalize() if number.is_finite() else text
    except ArithmeticError:
        return text
