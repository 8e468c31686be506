"""Erasure at a person's request: decided by its basis, planned, done, read back (Art. 17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from benchmarks import access, shop
from benchmarks.customers import FINGERPRINT, Spent, Watched
from benchmarks.measuring import Line, Sizes, Target, insist_equal, seconds
from benchmarks.server import Connection, Server, execute, statements
from doelbinding.binding.circumstances import NOTHING_SAID, Key, Stop, Subjects
from doelbinding.plan.grades import left_as_is, purged
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.run import Bound, Purge, run
from doelbinding.plan.survey import surveyed
from doelbinding.retention.drafts import Requested, draft_erasure
from doelbinding.rights.erasure import Claim, Undecided, decide_requests, with_stops
from doelbinding.stores.sql.store import SqlStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What requests end, for whom."""

    subjects: Subjects
    stops: tuple[Stop, ...]


_WARM = 6
"""People erased beforehand, on both sides, so that statements are written and prepared.

In one pass as many others go first: what they stop decides which statements are wanted.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The seconds an erasure takes.

    `deeds`: its statements and commit; `carried`: planned, done and read back, once it is decided;
    `whole`: found and decided before and searched for again afterwards, too.
    """

    deeds: float
    carried: float
    whole: float


def measure(server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time of one erasure, and of many in one pass."""
    shop.create(server, sizes.people, indexed=True)
    name = f"erasure, {sizes.people:,} people, identifiers indexed as compared"
    one, by_hand = _one_by_one(server, sizes, left_as_is)
    yield Line(
        benchmark=name,
        what="one, the deeds alone; by hand: a transaction",
        ours=one.deeds,
        by_hand=by_hand,
        target=Target(at_most=2),
        note="median",
    )
    yield Line(
        benchmark=name,
        what="one, already decided; by hand: a transaction",
        ours=one.carried,
        by_hand=by_hand,
        target=Target(at_most=2),
        note="median; planned, done, read back; by hand: the deeds alone",
    )
    yield Line(
        benchmark=name,
        what="one found, decided and searched for again besides",
        ours=one.whole,
        by_hand=by_hand,
        note="median; by hand: the deeds alone",
    )
    vacuumed, by_hand = _one_by_one(server, sizes, purged)
    yield Line(
        benchmark=name,
        what="the same, and the tables vacuumed",
        ours=vacuumed.whole,
        by_hand=by_hand,
        note="median; by hand: the deeds alone",
    )
    for count in dict.fromkeys((sizes.erasures, min(sizes.many, sizes.people // 10))):
        many, by_hand = _in_one_pass(server, sizes, count)
        yield Line(
            benchmark=name,
            what=f"{count:,} in one plan, the deeds alone; by hand: set-based",
            ours=many.deeds,
            by_hand=by_hand,
            target=Target(at_most=1.5),
            note="median",
        )
        yield Line(
            benchmark=name,
            what=f"{count:,} in one plan, already decided; by hand: set-based",
            ours=many.carried,
            by_hand=by_hand,
            target=Target(at_most=1.5),
            note="median; planned, done, read back; by hand: the deeds alone",
        )
        yield Line(
            benchmark=name,
            what=f"{count:,} found, decided and searched for again besides",
            ours=many.whole,
            by_hand=by_hand,
            note="median; by hand: the deeds alone",
        )
    server.drop(shop.SEED)


def _one_by_one(server: Server, sizes: Sizes, purge: Purge) -> tuple[Times, float]:
    people = shop.some_people(sizes.people, _WARM + 3 * sizes.repeat)
    with server.copy(shop.SEED) as database:
        store = Watched(shop.policy().stores[0], server.engine(database))
        each = [_erase(store, person, purge) for person in people][_WARM:]
        left = _left(server, database, store)
    with server.copy(shop.SEED) as database, server.connect(database) as connection:
        by_hand = [seconds(partial(_by_hand, connection, [person])) for person in people]
        insist_equal("the shop afterwards", left, shop.left(connection))
    return _typical(each), median(by_hand[_WARM:])


def _typical(each: Sequence[Times]) -> Times:
    """Give the median of each time."""
    return Times(
        deeds=median(one.deeds for one in each),
        carried=median(one.carried for one in each),
        whole=median(one.whole for one in each),
    )


def _erase(store: Watched, person: int, purge: Purge) -> Times:
    """Erase somebody as a request is carried out, without records and letter."""
    decided: list[Decided] = []
    finding = seconds(lambda: decided.append(_decide(store, [person])))
    store.spent = Spent()
    carried = seconds(lambda: _carry_out(store, decided[0], purge))
    finding += seconds(lambda: access.find_many(store, [person], again=True))
    return Times(deeds=store.spent.deeds, carried=carried, whole=finding + carried)


def _in_one_pass(server: Server, sizes: Sizes, count: int) -> tuple[Times, float]:
    """Give the median of several passes, each over a copy: a disk that is busy is busy for one."""
    everyone = shop.some_people(sizes.people, 2 * count)
    warm, people = everyone[1::2], everyone[::2]
    passes = [_one_pass(server, warm, people) for _ in range(sizes.repeat)]
    return _typical([one for one, _ in passes]), median(by_hand for _, by_hand in passes)


def _one_pass(server: Server, warm: Sequence[int], people: Sequence[int]) -> tuple[Times, float]:
    with server.copy(shop.SEED) as database:
        store = Watched(shop.policy().stores[0], server.engine(database))
        _carry_out(store, _decide(store, warm))
        decided: list[Decided] = []
        finding = seconds(lambda: decided.append(_decide(store, people)))
        store.spent = Spent()
        carried = seconds(lambda: _carry_out(store, decided[0]))
        finding += seconds(lambda: access.find_many(store, people, again=True))
        left = _left(server, database, store)
    with server.copy(shop.SEED) as database, server.connect(database) as connection:
        _many_by_hand(connection, warm)
        by_hand = seconds(lambda: _many_by_hand(connection, people))
        insist_equal("the shop afterwards", left, shop.left(connection))
    return Times(deeds=store.spent.deeds, carried=carried, whole=finding + carried), by_hand


def _many_by_hand(connection: Connection, people: Sequence[int]) -> None:
    values = {"id": list(people), "email": [shop.email(person) for person in people]}
    _transaction(connection, "shop/erase_many", values)


def _left(server: Server, database: str, store: SqlStore) -> list[object]:
    store.close()
    with server.connect(database) as connection:
        return shop.left(connection)


def _decide(store: SqlStore, people: Sequence[int]) -> Decided:
    """Find people in one pass, and decide for each what stops and what becomes of each value."""
    found = access.find_many(store, people)
    taken = access.inventories(store, found)
    requests = [
        Undecided(inventory=one, claim=Claim(), case=f"case-{person}")
        for person, one in zip(people, taken, strict=True)
    ]
    decisions, _ = decide_requests(requests, NOTHING_SAID)
    return Decided(
        subjects=_joined([one.subjects for one in found]),
        stops=tuple(stop for one in decisions for stop in one.stops),
    )


def _carry_out(store: SqlStore, decided: Decided, purge: Purge = left_as_is) -> None:
    """Carry out; what is deleted is left to autovacuum, as by hand, unless it is purged."""
    requested = Requested(
        subjects=decided.subjects, controller=shop.policy().controllers[0], case="case"
    )
    said = with_stops(NOTHING_SAID, decided.stops)
    drafted = draft_erasure(shop.policy(), FINGERPRINT, shop.AT, said, requested)
    stores = {store.id: store}
    plan = surveyed(drafted.plan, stores, drafted.keys, b"benchmark")
    outcome = run(plan, stores, drafted.keys, MemoryJournal(), bound=Bound(), purge=purge)
    insist_equal("rows left to do after the run", outcome.verified, by_hand=True)


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
