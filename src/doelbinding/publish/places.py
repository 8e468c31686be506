"""Where the data of an activity are, and which of them leave the EEA (R-VIII.1, R-VIII.2).

Countries only: which database holds what is internal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doelbinding.law.sheet import stores_of
from doelbinding.policy.activity import Activity
from doelbinding.policy.organisation import Recipient
from doelbinding.publish.desk import Desk


def transfer_ids(desk: Desk, activity: Activity, recipients: Iterable[Recipient]) -> Iterator[str]:
    """Yield the transfers that go with those recipients, or with where the data are stored."""
    for recipient in recipients:
        if recipient.transfer:
            yield recipient.transfer
    for store in stores_of(desk.policy, desk.controller, activity):
        if store.transfer:
            yield store.transfer


def countries_of_storage(desk: Desk, activity: Activity) -> tuple[str, ...]:
    """Name the countries in which data of this activity of this controller are stored."""
    stores = stores_of(desk.policy, desk.controller, activity)
    return tuple(sorted({desk.wording.country(store.country) for store in stores}))
