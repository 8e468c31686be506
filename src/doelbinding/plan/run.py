"""Running an approved plan: seal, do, verify. Crash-safe, since running again converges.

Intent is recorded before a step and its outcome after every batch. Keys of rows whose predicate
reads rows that the run removes are sealed first, all of them, before anything is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from doelbinding.binding.circumstances import Key
from doelbinding.plan import atonce
from doelbinding.plan.carry import with_carried
from doelbinding.plan.grades import Erased, purged
from doelbinding.plan.journal import Journal, Progress
from doelbinding.plan.model import KeySets, Plan, PlanKind, Step
from doelbinding.plan.places import in_two_stores
from doelbinding.plan.ports import CountsAtOnce, Gravity, Obstacle, Store, StoreError


class Stopped(Exception):
    """The run did not start, or stopped: what is said in the message; nothing more was changed."""


class ObstaclesFound(Stopped):
    """Something in a store forbids the run."""

    def __init__(self, found: Sequence[Obstacle]) -> None:
        self.found = tuple(found)
        lines = (f"{one.ref}: {one.message}: {one.remedy}" for one in found)
        super().__init__("the plan cannot run as it is:\n" + "\n".join(lines))


class Surprise(Stopped):
    """The rows to go differ from the approved plan by more than its bound."""


class OutOfTime(Stopped):
    """The time given is over: what was committed is recorded, and the same plan goes on from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """By how much the rows found may differ from the rows approved."""

    rows: int = 0
    share: float = 0.01

    def allows(self, approved: int, found: int) -> bool:
        """Tell whether the difference is within the bound."""
        return abs(found - approved) <= max(self.rows, int(self.share * approved))


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Rows that a step should have left none of, and where they are."""

    step: str
    ref: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did: rows changed and rows left, per step, and where; how gone, per store.

    `endangered`: what the stores warned of beforehand.
    """

    changed: Mapping[str, int]
    left: Mapping[str, int]
    erased: Mapping[str, Erased] = field(default_factory=dict)
    where: tuple[Left, ...] = ()
    endangered: tuple[Obstacle, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether reading back found nothing left."""
        return not any(self.left.values())


Purge = Callable[[Plan, Mapping[str, Store]], Mapping[str, Erased]]


def within(enough: Callable[[], bool], progress: Progress) -> Progress:
    """Give a progress that stops a run cleanly after the batch in which its time was over."""

    def tell(step: Step, rows: int) -> None:
        progress(step, rows)
        if enough():
            raise OutOfTime(
                f"the time given is over in step {step.id} ({step.ref}): what is done is "
                "recorded; apply the same plan again to go on"
            )

    return tell


def run(
    plan: Plan,
    stores: Mapping[str, Store],
    keys: KeySets,
    journal: Journal,
    *,
    bound: Bound,
    progress: Progress = lambda _step, _rows: None,
    purge: Purge = purged,
    part: Collection[str] | None = None,
) -> Outcome:
    """Run a plan on its stores, verify it by reading back, and purge what deletion left behind.

    With `part` only what is in these stores is done and read back, and the run stays open: its
    other stores wait. No store of a part may be asked about rows of one that waits.

    Raises:
        ObstaclesFound: a store's catalogue forbids it; nothing was changed.
        Surprise: the rows differ from the approved plan; nothing was changed.
        StoreError: a store failed; running the same plan again goes on from there.
    """
    if part is not None:
        steps = tuple(step for step in plan.steps if step.store in part)
        doubts = tuple(doubt for doubt in plan.doubts if doubt.store in part)
        plan = replace(plan, steps=steps, doubts=doubts)
    endangered = _look_ahead(plan, stores)
    keys = with_carried(plan, stores, keys)
    if atonce.is_fresh(plan, journal) and atonce.can(plan, stores):
        told = atonce.Told(
            journal=journal,
            progress=progress,
            surprise=lambda counts: _surprised(plan, counts, bound),
        )
        left = atonce.carry_out(plan, stores, keys, told)
    else:
        _compare(plan, stores, keys, journal, bound)
        _by_step(plan, stores, keys, journal, progress)
        left = _left(plan, stores, keys, journal)
    outcome = replace(_outcome(plan, stores, journal, left, purge), endangered=endangered)
    if part is None:  # else it is not known of every step
        journal.verified(left, outcome.erased)
    return outcome


def _by_step(
    plan: Plan, stores: Mapping[str, Store], keys: KeySets, journal: Journal, progress: Progress
) -> None:
    """Seal what must be, then do the steps in order, and let go of the connections."""
    begun = journal.begun()
    for step in plan.steps:
        if step.sealed and journal.sealed_keys(step.id) is None:
            found = stores[step.store].select_keys(step, keys)
            journal.seal(step.id, [key for batch in found for key in batch])
    for step in plan.steps:
        if step.id in begun:  # counted now, when every step before it is done
            rows_left = stores[step.store].remaining(step, keys, _sealed(step, journal))
            journal.recount(step.id, rows_left)
        _do(step, stores[step.store], keys, journal, progress)
    for store_id in {step.store for step in plan.steps}:
        stores[store_id].close()  # what is read back comes through new connections


def finish_sealed(
    plan: Plan,
    stores: Mapping[str, Store],
    keys: KeySets,
    journal: Journal,
    progress: Progress,
    *,
    now: Plan,
    said: KeySets,
) -> int:
    """Of a plan that does not go on, end the rows that only its sealed keys find; how many.

    `now` has the steps that are done all the same, under the same ids, as they are asked now, and
    `said` the key sets of these. What a step had done before is told by the plan and its `keys`.

    Raises:
        StoreError: a store failed; doing the same again goes on from there.
    """
    begun, rows = journal.begun(), 0
    if not now.steps:
        return 0
    asked = {step.id for step in now.steps}
    steps = tuple(step for step in plan.steps if step.id in asked)
    keys = with_carried(replace(plan, steps=steps, doubts=()), stores, keys)
    said = with_carried(now, stores, said)
    approved = {step.id: step for step in plan.steps}
    for step in now.steps:
        sealed = journal.sealed_keys(step.id)
        if sealed is None:
            continue
        store = stores[step.store]
        if step.id in begun:
            journal.recount(step.id, store.remaining(approved[step.id], keys, sealed))
        before = journal.done_rows(step.id) or 0
        _do(step, store, said, journal, progress)
        rows += (journal.done_rows(step.id) or 0) - before
    return rows


def _outcome(
    plan: Plan,
    stores: Mapping[str, Store],
    journal: Journal,
    left: Mapping[str, int],
    purge: Purge,
) -> Outcome:
    erased = {} if any(left.values()) else purge(plan, stores)
    changed = {step.id: journal.done_rows(step.id) or 0 for step in plan.steps}
    where = tuple(
        Left(step=step.id, ref=step.ref, rows=left[step.id]) for step in plan.steps if left[step.id]
    )
    return Outcome(changed=changed, left=left, erased=erased, where=where)


def _surprised(plan: Plan, found: Mapping[str, int], bound: Bound) -> Surprise | None:
    for step in plan.steps:
        if step.id in found and not bound.allows(step.expected, found[step.id]):
            return _surprise(step, 0, found[step.id])
    return None


def _surprise(step: Step, done: int, found: int) -> Surprise:
    return Surprise(
        f"step {step.id} ({step.ref}) was approved for {step.expected} rows, of which "
        f"{done} are done, and would now find {found}: nothing more was changed; "
        "make a new plan and approve that"
    )


def obstacles(plan: Plan, stores: Mapping[str, Store]) -> list[Obstacle]:
    """Give what stands in the way of a plan in its stores, or endangers it."""
    found: list[Obstacle] = []
    for store_id in dict.fromkeys(step.store for step in plan.steps):
        mine = [step for step in plan.steps if step.store == store_id]
        found += stores[store_id].preflight(mine)
    return [*found, *in_two_stores(plan, stores)]


def _look_ahead(plan: Plan, stores: Mapping[str, Store]) -> tuple[Obstacle, ...]:
    """Give what endangers a plan.

    Raises:
        ObstaclesFound: something forbids it.
    """
    found = obstacles(plan, stores)
    refusals = [one for one in found if one.gravity is Gravity.REFUSES]
    if refusals:
        raise ObstaclesFound(refusals)
    return tuple(one for one in found if one.gravity is Gravity.WARNS)


def _compare(
    plan: Plan, stores: Mapping[str, Store], keys: KeySets, journal: Journal, bound: Bound
) -> None:
    """Compare what each step would find now with what was approved, less what was done.

    Of a step that was begun fewer rows may be left than is recorded: its last batch may be done.
    """
    for store_id in dict.fromkeys(step.store for step in plan.steps):
        mine = [step for step in plan.steps if step.store == store_id]
        open_ = [step for step in mine if not step.sealed or journal.sealed_keys(step.id) is None]
        counts = _count(plan, stores[store_id], open_, keys)
        for step, found in zip(open_, counts, strict=True):
            done = journal.done_rows(step.id)
            expected = step.expected - (done or 0)
            fewer = done is not None and found < expected
            if not fewer and not bound.allows(step.expected, found + (done or 0)):
                raise _surprise(step, done or 0, found)
            journal.found(step.id, found)


def _count(plan: Plan, store: Store, steps: Sequence[Step], keys: KeySets) -> Sequence[int]:
    if plan.kind is PlanKind.ERASURE:
        return atonce.rows_found(store, steps, (), keys)[0]
    tallies = store.survey(steps, keys)
    return [tallies[step.id].rows for step in steps]


def _do(step: Step, store: Store, keys: KeySets, journal: Journal, progress: Progress) -> None:
    journal.intend(step.id)
    try:
        announce = partial(journal.announce, step) if journal.announced else None
        for changed in store.execute(step, keys, _sealed(step, journal), announce):
            journal.changed(step, changed)
            progress(step, changed.rows)
    except StoreError:
        journal.interrupted(step.id)
        raise
    journal.finished(step.id)


def _left(
    plan: Plan, stores: Mapping[str, Store], keys: KeySets, journal: Journal
) -> dict[str, int]:
    """Count, per step in the plan's order, what it should have left none of."""
    found: dict[str, int] = {}
    for store_id, store in stores.items():
        if isinstance(store, CountsAtOnce):
            mine = [step for step in plan.steps if step.store == store_id and not step.sealed]
            found |= store.remaining_at_once(mine, keys)
    for step in plan.steps:
        if step.id not in found:
            found[step.id] = stores[step.store].remaining(step, keys, _sealed(step, journal))
    return {step.id: found[step.id] for step in plan.steps}


def _sealed(step: Step, journal: Journal) -> list[Key] | None:
    return journal.sealed_keys(step.id) if step.sealed else None
