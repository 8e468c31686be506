"""What runs deleted and stores may still have somewhere, until a later purge has taken it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from doelbinding.plan.grades import Again, Erased
from doelbinding.plan.model import Step
from doelbinding.records.models import Remains, Run


def keep_remains(
    run: Run, steps: Sequence[Step], erased: Mapping[str, Erased] | None = None
) -> None:
    """Keep in mind which stores a later purge is to be asked of; in place of what is known.

    Args:
        run: that deleted.
        steps: of its plan.
        erased: how far gone things are, per store that was purged; none where nothing was purged.
    """
    if erased is None:  # so it has been time ever since
        never = Again(gone_by=datetime.now(UTC), at=run.started_at)
        again = {step.store: never for step in steps}
    else:
        again = {store: one.again for store, one in erased.items() if one.again is not None}
    Remains.objects.filter(run=run).delete()
    Remains.objects.bulk_create(
        Remains(
            run=run,
            store=store,
            datasets=sorted({step.dataset for step in steps if step.store == store}),
            gone_by=one.gone_by,
            again_at=one.at,
        )
        for store, one in again.items()
    )


def due(now: datetime) -> list[list[Remains]]:
    """Give what a purge may take further by now, together what is of the same datasets of a store.

    What is of others is apart, so that a table that cannot be purged holds up no run but its own.
    Runs that are not over wait.
    """
    found: dict[tuple[str, ...], list[Remains]] = {}
    over = Remains.objects.exclude(run__state=Run.State.RUNNING)
    for one in over.filter(again_at__lte=now).order_by("store", "gone_by"):
        found.setdefault((one.store, *one.datasets), []).append(one)
    return list(found.values())


def waiting() -> Mapping[str, datetime]:
    """Give per store from when on a purge is next to be asked for."""
    latest_first = Remains.objects.order_by("-again_at")
    return dict(latest_first.values_list("store", "again_at"))


def settle(remains: Iterable[Remains], again: Again | None) -> None:
    """Let go of what a purge took, or ask again later."""
    ids = [one.pk for one in remains]
    found = Remains.objects.filter(pk__in=ids)
    if again is None:
        found.delete()
    else:
        found.update(gone_by=again.gone_by, again_at=again.at)
