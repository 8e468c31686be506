"""One person's access: everything found of them, with why it is there (Art. 15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks import shop
from benchmarks.measuring import Line, Sizes, Target, best, insist_equal
from benchmarks.server import Server, execute, statements
from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.plan.identifiers import Identifier
from doelbinding.rights.found import Found
from doelbinding.rights.inventory import Inventory, take_inventories
from doelbinding.rights.locate import Locator, Wanted
from doelbinding.rights.reading import Reading
from doelbinding.stores.sql.store import SqlStore

_INDEXED = "bench_shop_indexed"
_PERSON = 7


def measure(server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time to find somebody and to say why everything is there."""
    yield from _measured(server, sizes, indexed=False)
    yield from _measured(server, sizes, indexed=True)


def _measured(server: Server, sizes: Sizes, *, indexed: bool) -> Iterator[Line]:
    database = _INDEXED if indexed else shop.SEED
    shop.create(server, sizes.people, database, indexed=indexed)
    engine = server.engine(database)
    store = SqlStore(shop.policy().stores[0], engine)
    found = find(store, _PERSON)
    with server.connect(database) as connection:
        values = {"email": shop.email(_PERSON)}
        asked = statements("shop/access")

        def by_hand() -> int:
            return sum(len(execute(connection, one, values).fetchall()) for one in asked)

        insist_equal("the rows found", len(found.rows), by_hand())
        selects = best(by_hand, 10 * sizes.repeat)
    finding = best(lambda: find(store, _PERSON), 10 * sizes.repeat)
    taking = best(lambda: _each_value(inventory(store, found)), 10 * sizes.repeat)
    engine.dispose()
    server.drop(database)
    name = f"access, {sizes.people:,} people" + (
        ", identifiers indexed as compared" if indexed else ""
    )
    yield Line(
        benchmark=name,
        what=f"finding {len(found.rows)} rows; by hand: twelve SELECTs",
        ours=finding,
        by_hand=selects,
        target=Target(at_most=2) if indexed else None,
    )
    yield Line(
        benchmark=name,
        what="finding them and saying of each value why it is there",
        ours=finding + taking,
        by_hand=selects,
        target=Target(at_most=2) if indexed else None,
        note="by hand: finding alone",
    )


def _each_value(taken: Inventory) -> int:
    """Look at every value's reasons, so that nothing is left for later."""
    return sum(len(value.reasons) for _, value in taken.values())


def find(store: SqlStore, person: int) -> Found:
    """Search the shop for somebody by e-mail address."""
    (found,) = find_many(store, [person])
    return found


def find_many(store: SqlStore, people: Sequence[int], *, again: bool = False) -> list[Found]:
    """Search the shop for people by e-mail address, in one pass."""
    locator = Locator(
        policy=shop.policy(),
        controller=shop.policy().controllers[0],
        stores={store.id: store},
        at=shop.AT,
    )
    wanted = [Wanted(identifiers=[Identifier("email", shop.email(person))]) for person in people]
    return locator.find_many(wanted, again=again)


def inventory(store: SqlStore, found: Found) -> Inventory:
    """Say of everything found why it is there."""
    (taken,) = inventories(store, [found])
    return taken


def inventories(store: SqlStore, found: Sequence[Found]) -> list[Inventory]:
    """Say of everything found of many people why it is there."""
    return take_inventories(
        policy=shop.policy(),
        controller=shop.policy().controllers[0],
        found=found,
        reading=found[0].reading or Reading({store.id: store}),
        circumstances=NOTHING_SAID,
        at=shop.AT,
    )
