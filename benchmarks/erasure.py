"""Erasure at a person's request: decided by its basis, planned, done, read back (Art. 17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks import access, shop
from benchmarks.customers import FINGERPRINT
from benchmarks.measuring import Line, Sizes, Target, insist_equal, seconds
from benchmarks.server import Connection, Server, execute, statements
from doelbinding.binding.circumstances import NOTHING_SAID, Key, Stop, Subjects
from doelbinding.plan.grades import left_as_is
from doelbinding.plan.run import Bound, MemoryJournal, run
from doelbinding.plan.survey import surveyed
from doelbinding.retention.planner import Planner
from doelbinding.rights.erasure import Claim, decide_phases, fates_of, stops_for, with_stops
from doelbinding.rights.inventory import take_inventory
from doelbinding.stores.sql.store import SqlStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a request ends, for whom."""

    subjects: Subjects
    stops: tuple[Stop, ...]


def measure(server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time of one erasure, of many one by one, and of many in one pass."""
    shop.create(server, sizes.people)
    people = shop.some_people(sizes.people, sizes.erasures)
    name = f"erasure, {sizes.people:,} people"
    ours, by_hand, decided = _one_by_one(server, people[:1])
    yield Line(
        benchmark=name,
        what="one: found, decided, planned, done, read back; by hand: a transaction",
        ours=ours,
        by_hand=by_hand,
    )
    if len(people) > 1:
        ours, by_hand, decided = _one_by_one(server, people)
        yield Line(
            benchmark=name,
            what=f"{len(people)} one by one; by hand: as many transactions",
            ours=ours,
            by_hand=by_hand,
        )
    doing, by_hand = _in_one_pass(server, people, decided)
    yield Line(
        benchmark=name,
        what=f"{len(people)} in one plan, already decided; by hand: set-based",
        ours=doing,
        by_hand=by_hand,
        target=Target(at_most=1.5),
        note="no command does this yet",
    )
    server.drop(shop.SEED)


def _one_by_one(server: Server, people: Sequence[int]) -> tuple[float, float, list[Decided]]:
    decided: list[Decided] = []
    with server.copy(shop.SEED) as database:
        store = _store(server, database)
        ours = seconds(lambda: decided.extend(_erase(store, person) for person in people))
        left = _left(server, database, store)
    with server.copy(shop.SEED) as database, server.connect(database) as connection:
        by_hand = seconds(lambda: _by_hand(connection, people))
        insist_equal("the shop afterwards", left, shop.left(connection))
    return ours, by_hand, decided


def _in_one_pass(
    server: Server, people: Sequence[int], decided: Sequence[Decided]
) -> tuple[float, float]:
    with server.copy(shop.SEED) as database:
        store = _store(server, database)
        doing = seconds(lambda: _carry_out(store, _together(decided)))
        left = _left(server, database, store)
    with server.copy(shop.SEED) as database, server.connect(database) as connection:
        values = {"id": list(people), "email": [shop.email(person) for person in people]}
        by_hand = seconds(lambda: _transaction(connection, "shop/erase_many", values))
        insist_equal("the shop afterwards", left, shop.left(connection))
    return doing, by_hand


def _store(server: Server, database: str) -> SqlStore:
    return SqlStore(shop.policy().stores[0], server.engine(database))


def _left(server: Server, database: str, store: SqlStore) -> list[object]:
    store.close()
    with server.connect(database) as connection:
        return shop.left(connection)


def _erase(store: SqlStore, person: int) -> Decided:
    """Erase somebody as `doelbinding subject erase` does, without records and letter."""
    decided = _decide(store, person)
    _carry_out(store, decided)
    access.find(store, person)
    return decided


def _decide(store: SqlStore, person: int) -> Decided:
    found = access.find(store, person)
    phases = decide_phases(access.inventory(store, found), Claim())
    controller = shop.policy().controllers[0]
    stops = tuple(stops_for(phases, controller, found.subjects, f"case-{person}", shop.AT))
    under = take_inventory(
        policy=shop.policy(),
        controller=controller,
        found=found,
        stores={store.id: store},
        circumstances=with_stops(NOTHING_SAID, stops),
        at=shop.AT,
    )
    list(fates_of(under, phases))
    return Decided(subjects=found.subjects, stops=stops)


def _carry_out(store: SqlStore, decided: Decided) -> None:
    planner = Planner(
        policy=shop.policy(), at=shop.AT, circumstances=with_stops(NOTHING_SAID, decided.stops)
    )
    stores = {store.id: store}
    keys = planner.about(decided.subjects).key_sets
    controller = shop.policy().controllers[0]
    draft = planner.of_subject(FINGERPRINT, decided.subjects, controller, "case")
    plan = surveyed(draft, stores, keys, b"benchmark")
    outcome = run(plan, stores, keys, MemoryJournal(), bound=Bound(), purge=left_as_is)
    insist_equal("rows left to do after the run", outcome.verified, by_hand=True)


def _together(decided: Sequence[Decided]) -> Decided:
    """Join requests into one, so that one plan carries them out."""
    return Decided(
        subjects=_joined([one.subjects for one in decided]),
        stops=tuple(stop for one in decided for stop in one.stops),
    )


def _joined(many: Sequence[Subjects]) -> Subjects:
    keys: dict[str, set[Key]] = defaultdict(set)
    for subjects in many:
        for ref, found in subjects.items():
            keys[ref] |= found
    return {ref: frozenset(found) for ref, found in keys.items()}


def _by_hand(connection: Connection, people: Sequence[int]) -> None:
    for person in people:
        _transaction(connection, "shop/erase_one", {"id": person, "email": shop.email(person)})


def _transaction(connection: Connection, name: str, values: dict[str, object]) -> None:
    with connection.transaction():
        for statement in statements(name):
            execute(connection, statement, values)
