"""Of all that was said, what bears on rows that were read: thousands may have said something.

A stop bears on the rows of its people, and on rows of others that lead to them too. So it counts
where its person is among those whom the rows that were read lead to, or where a lasting one
remembers an identifier that stands in these rows. The others are left out of the question, for
which a case would pay as many times as there were cases before it; leaving one out can only keep
more in a plan. Holds and restrictions are few, and leaving one out would end too much: all count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from doelbinding.binding.circumstances import Circumstances, Key, Stop, StopKind
from doelbinding.binding.dated import ANY_MOMENT
from doelbinding.plan.identifiers import NEVER_ENOUGH, Identifier, normalise
from doelbinding.rights.found import key_of
from doelbinding.rights.lasting import identifiers_of, keys_of_rows
from doelbinding.rights.reading import Reading
from doelbinding.rights.ways import Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Whom a search met, by dataset: those its rows may lead to; and the identifiers in them."""

    people: Mapping[str, frozenset[Key]]
    identifiers: frozenset[Identifier] = frozenset()

    def with_people_of(self, stops: Iterable[Stop]) -> Met:
        """Give these and the people whom stops are about."""
        people = {ref: set(keys) for ref, keys in self.people.items()}
        for stop in stops:
            for ref, keys in keys_of_rows(stop):
                people.setdefault(ref, set()).update(keys)
        return replace(self, people={ref: frozenset(keys) for ref, keys in people.items()})


def met_in(reading: Reading, ways: Ways, country: str | None) -> Met:
    """Give whom a reading has come upon by now.

    Args:
        reading: of the rows of some people, and of what judging them reads.
        ways: of its policy.
        country: where telephone numbers without a prefix are.
    """
    people: dict[str, set[Key]] = {}
    identifiers: set[Identifier] = set()
    for ref, row in reading.remembered():
        here = ways.places.get(ref)
        if here is None:  # it leads to nobody
            continue
        if here.parent is None and not ways.shared[ref]:
            people.setdefault(ref, set()).add(key_of(here, row))
        for column in here.dataset.columns:
            kind, held = column.identifier, row[column.name]
            if kind is not None and kind not in NEVER_ENOUGH and held not in (None, ""):
                identifiers.add(Identifier(kind, normalise(kind, str(held), country)))
    for ref, columns, keys in reading.looked_for():
        here = ways.places.get(ref)
        if here is None:
            continue
        key = here.dataset.key
        order = [columns.index(name) for name in key]
        people.setdefault(ref, set()).update(_as_key(asked, order) for asked in keys)
    return Met(
        people={ref: frozenset(keys) for ref, keys in people.items()},
        identifiers=frozenset(identifiers),
    )


def _as_key(asked: Key, order: Sequence[int]) -> Key:
    """Give what was looked up as the dataset's key has it."""
    parts = (asked[n] for n in order)
    return tuple([part if isinstance(part, int) else str(part) for part in parts])


def bearing_on(said: Circumstances, met: Met) -> Circumstances:
    """Give what was said of these people, and of nobody what was said of others alike.

    The latter is there for its names: what is asked under the same names is asked by the same
    statements, which take long to write.
    """
    stops = _bearing(said.stops, met)
    return replace(said, stops=(*stops, *_of_nobody(said)))


def _bearing(stops: Sequence[Stop], met: Met) -> Sequence[Stop]:
    """Give the stops that bear on these people, and on whoever else these are about."""
    chosen: list[Stop] = []
    while True:
        found = [stop for stop in stops if _bears(stop, met)]
        if len(found) == len(chosen):
            return found
        chosen, met = found, met.with_people_of(found)


def _bears(stop: Stop, met: Met) -> bool:
    for ref, keys in stop.subjects.items():
        people = met.people.get(ref)
        if people is not None and not keys.isdisjoint(people):
            return True
    return stop.kind.lasts and not met.identifiers.isdisjoint(identifiers_of(stop))


def _of_nobody(said: Circumstances) -> Iterator[Stop]:
    """Yield, for each kind of stop and each set of phases, one that covers nobody."""
    refs: dict[tuple[str, StopKind, frozenset[str]], set[str]] = {}
    for stop in said.stops:
        mark = stop.controller, stop.kind, stop.phases
        refs.setdefault(mark, set()).update(ref for ref, _ in keys_of_rows(stop))
    for number, ((controller, kind, phases), named) in enumerate(refs.items(), 1):
        yield Stop(
            id=f"of-nobody-{number}",
            controller=controller,
            kind=kind,
            phases=phases,
            set_at=ANY_MOMENT,
            subjects=dict.fromkeys(sorted(named), frozenset()),
        )
