"""Where the data of an activity are, and which of them leave the EEA (R-VIII.1, R-VIII.2).

Countries only: which database holds what is internal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doelbinding.policy.activity import Activity
from doelbinding.policy.organisation import Controller, Recipient
from doelbinding.policy.stores import Dataset
from doelbinding.publish.desk import Desk


def transfer_ids(desk: Desk, activity: Activity, recipients: Iterable[Recipient]) -> Iterator[str]:
    """Yield the transfers that go with those recipients, or with where the data are stored."""
    for recipient in recipients:
        if recipient.transfer:
            yield recipient.transfer
    for store, dataset in desk.policy.datasets():
        if store.transfer and _holds(desk.controller, activity, dataset):
            yield store.transfer


def countries_of_storage(desk: Desk, activity: Activity) -> tuple[str, ...]:
    """Name the countries in which data of this activity of this controller are stored."""
    found = {
        desk.wording.country(store.country)
        for store, dataset in desk.policy.datasets()
        if _holds(desk.controller, activity, dataset)
    }
    return tuple(sorted(found))


def _holds(controller: Controller, activity: Activity, dataset: Dataset) -> bool:
    """Tell whether the dataset may hold values of this activity of this controller."""
    owner = dataset.controller
    if isinstance(owner, str):
        mine = owner == controller.id
    else:
        mine = owner is None or controller.id in owner.values.values()
    return mine and any(binding.activity == activity.id for binding in dataset.bindings)
