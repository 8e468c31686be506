"""Requests of people whom a binding holds for on one path and not on another (R-IX.1, R-IX.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import NOTHING_SAID, Circumstances, Restriction
from doelbinding.law.rights import ErasureGround
from doelbinding.plan.identifiers import Identifier
from doelbinding.rights.answer.why import Explainer, Footing, Why
from doelbinding.rights.erasure import Undecided, decide_requests
from doelbinding.rights.inventory import Inventory, take_inventories
from doelbinding.rights.locate import Locator
from doelbinding.rights.phases import Claim
from doelbinding.rights.reading import Reading
from doelbinding.stores.sql.store import SqlStore
from tests.integration.test_paths import AT, LONG_AGO, POLICY, Fill, engine, fill, left, retained

__all__ = ["engine", "fill"]

(SHOP,) = POLICY.controllers


@pytest.fixture
def addresses(engine: sa.Engine, fill: Fill) -> sa.Engine:
    """Ann lives at 1, where Ben gets his parcels; hers are brought to 3. At 2 is nobody yet."""
    fill("customer", "id, email, name", (1, "ann@x.example", "a"), (2, "ben@x.example", "b"))
    fill("address", "id, street, bell", (1, "s", "of Ben"), (2, "s", "of nobody"), (3, "s", "Ann"))
    fill("residence", "customer_id, address_id", (1, 1))
    fill("orders", "id, customer_id, note", (1, 2, "n"), (2, 1, "m"))
    fill("delivery", "order_id, address_id", (1, 1), (2, 3))
    return engine


def taken(engine: sa.Engine, name: str, said: Circumstances = NOTHING_SAID) -> Inventory:
    stores = {store.id: SqlStore(store, engine) for store in POLICY.stores}
    locator = Locator(policy=POLICY, controller=SHOP, stores=stores, at=AT)
    found = locator.find([Identifier("email", f"{name}@x.example")])
    (inventory,) = take_inventories(
        policy=POLICY,
        controller=SHOP,
        found=[found],
        reading=found.reading or Reading(stores),
        circumstances=said,
        at=AT,
    )
    return inventory


def told(inventory: Inventory, column: str) -> dict[object, Why]:
    """Give why a column of each address is there, as its person is told."""
    explainer = Explainer(POLICY, inventory)
    return {
        row.row["id"]: explainer.why(row, value)
        for row, value in inventory.values()
        if row.place.dataset.id == "address" and value.column.name == column
    }


def test_who_only_lives_there_is_not_told_that_the_bell_is_for_their_parcels(
    addresses: sa.Engine,
) -> None:
    of_ann, of_ben = (told(taken(addresses, name), "bell") for name in ("ann", "ben"))
    assert {one: why.footing for one, why in of_ann.items()} == {
        1: Footing.OTHERS,
        3: Footing.JUSTIFIED,
    }
    assert [activity.id for activity in of_ann[3].used_by] == ["relations"]
    assert not of_ann[1].used_by
    assert [why.footing for why in of_ben.values()] == [Footing.JUSTIFIED]
    assert told(taken(addresses, "ann"), "street")[1].footing is Footing.JUSTIFIED


def test_what_is_weighed_keeps_only_what_it_binds_on_the_persons_own_path(
    addresses: sa.Engine, fill: Fill
) -> None:
    fill("customer", "id, email, ended, name", (3, "cem@x.example", LONG_AGO, "c"))
    fill("residence", "customer_id, address_id, since", (3, 2, "x"))
    inventory = taken(addresses, "cem")
    claim = Claim(ground=ErasureGround.UNLAWFUL)
    undecided = Undecided(inventory=inventory, claim=claim, case="case")
    (decision,), _ = decide_requests([undecided], NOTHING_SAID)
    assert not decision.suspended  # all of it has ended: nothing is left to be weighed

    with addresses.begin() as connection:
        connection.execute(sa.text("UPDATE customer SET ended = NULL WHERE id = 3"))
    undecided = replace(undecided, inventory=taken(addresses, "cem"))
    (decision,), said = decide_requests([undecided], NOTHING_SAID)
    kept = {
        fate.value.column.name: [one.name for one in fate.kept_by]
        for fate in decision.fates
        if fate.row.place.dataset.id == "address"
    }
    assert kept == {"street": ["relations/active"], "bell": []}

    restriction = Restriction(
        id="res",
        controller=SHOP.id,
        subjects=inventory.found.subjects,
        phases=frozenset(one.name for one in decision.suspended),
    )
    retained(addresses, replace(said, restrictions=(restriction,)))
    assert left(addresses, "SELECT id, street, bell FROM address ORDER BY id") == [
        (1, "s", "of Ben"), (2, "s", None), (3, "s", "Ann"),
    ]  # fmt: skip
