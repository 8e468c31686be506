"""What became of everything found, sorted as a letter tells it: gone, kept, weighed, shared.

Kept values are told per dataset and per reason for keeping; each with its end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from doelbinding.binding.circumstances import Key, phase_name
from doelbinding.law.language.wording import Wording
from doelbinding.law.rights import Outcome
from doelbinding.policy.endings import Ending
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Recipient
from doelbinding.policy.stores import Store
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.gather import criteria
from doelbinding.rights.answer.staying import staying
from doelbinding.rights.answer.why import Explainer, Footing, Why, name_of
from doelbinding.rights.answer.words import label_of, until, words_for
from doelbinding.rights.erasure import ErasureDecision, Fate
from doelbinding.rights.inventory import Inventory, Standing
from doelbinding.rights.phases import PhaseDecision

Mark = tuple[str, Key, str]


class Lot(StrEnum):
    """What became of a value; `ended`: a pseudonym that stood in its place before stays."""

    ERASED = "erased"
    ENDED = "ended"
    KEPT = "kept"
    HELD = "held"
    WEIGHED = "weighed"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Values of one dataset with the same lot for the same reasons.

    `tells`: they tell how long restricted values may be there, and are not restricted themselves.
    `shared`: they stay for somebody else too.
    """

    ref: str
    label: str
    fields: tuple[str, ...]
    records: int
    whole: bool = False
    kept_by: tuple[PhaseDecision, ...] = ()
    holds: tuple[str, ...] = ()
    tells: bool = False
    shared: bool = False
    ends: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Settled:
    """All that the letter is written from."""

    policy: Policy
    case: Case
    words: Wording
    inventory: Inventory
    decision: ErasureDecision
    fates: tuple[Fate, ...] = field(repr=False)
    before: dict[Mark, Why] = field(repr=False)

    def of(self, *lots: Lot) -> tuple[Fate, ...]:
        """Give the values with one of these lots."""
        return tuple(fate for fate in self.fates if lot_of(fate) in lots)

    def erased(self) -> Iterator[Kind]:
        """Yield what went, per dataset: whole records, then parts of records."""
        whole = self._whole_records
        for ref, fates in _by_dataset(self.of(Lot.ERASED)).items():
            entire = [f for f in fates if (ref, f.row.key) in whole]
            partly = [f for f in fates if (ref, f.row.key) not in whole]
            if entire:
                yield self._kind(ref, entire, whole=True)
            if partly:
                yield self._kind(ref, partly)

    def pseudonymised(self) -> Iterator[Kind]:
        """Yield of what went a pseudonym is left, wherever the row stays, or was left before."""
        yield from self._left(lambda ending: ending.pseudonym is not None, Lot.ERASED, Lot.ENDED)

    def lessened(self) -> Iterator[Kind]:
        """Yield of what went something less precise is left, wherever the row stays."""
        yield from self._left(lambda ending: ending.pseudonym is None, Lot.ERASED)

    def _left(self, leaves: Callable[[Ending], bool], *lots: Lot) -> Iterator[Kind]:
        """Yield the values in rows that stay that end as something."""
        whole = self._whole_records
        for ref, fates in _by_dataset(self.of(*lots)).items():
            stay = [fate for fate in fates if (ref, fate.row.key) not in whole]
            endings = [(fate, fate.value.column.ends_as) for fate in stay]
            mine = [fate for fate, ending in endings if ending is not None and leaves(ending)]
            if mine:
                yield self._kind(ref, mine)

    def kept(self, *lots: Lot) -> Iterator[Kind]:
        """Yield what stays, per dataset and per reason for keeping."""
        for ref, fates in _by_dataset(self.of(*lots)).items():
            groups: dict[object, list[Fate]] = defaultdict(list)
            for fate in fates:
                names = tuple(d.name for d in keeping(fate))
                alike = names, fate.value.holds, _tells(fate), fate.shared, lot_of(fate)
                groups[alike].append(fate)
            for group in groups.values():
                yield self._kind(ref, group)

    def weighed(self) -> tuple[Kind, ...]:
        """Give what is not decided yet, also where another reason keeps it meanwhile."""
        fates = [
            fate
            for fate in self.of(Lot.WEIGHED, Lot.KEPT, Lot.HELD)
            if any(d.decision.suspends for d in fate.kept_by)
        ]
        return tuple(self._kind(ref, some) for ref, some in _by_dataset(fates).items())

    def footings(self) -> Counter[Footing]:
        """Count on what footing the erased values were there."""
        return Counter(self.before[mark_of(f)].footing for f in self.of(Lot.ERASED))

    def recipients(self) -> tuple[Recipient, ...]:
        """Give everybody who got something of what is erased (Art. 19)."""
        told = {r.id for f in self.of(Lot.ERASED) for r in self.before[mark_of(f)].recipients}
        return tuple(r for r in self.policy.recipients if r.id in told)

    def stores(self) -> tuple[Store, ...]:
        """Give the stores from which something is erased."""
        told = {fate.row.place.store.id for fate in self.of(Lot.ERASED)}
        return tuple(store for store in self.policy.stores if store.id in told)

    @cached_property
    def _whole_records(self) -> set[tuple[str, Key]]:
        """Name the records that go themselves, rather than stay without what was personal."""
        kept = {
            (f.row.place.ref, f.row.key)
            for f in self.fates
            if lot_of(f) is not Lot.ERASED or f.row.others  # whose rows may need it is not known
        }
        kept |= self.decision.bare
        every = {(f.row.place.ref, f.row.key) for f in self.fates}
        return every - staying([report.found for report in self.inventory.rows], kept)

    def _kind(self, ref: str, fates: list[Fate], *, whole: bool = False) -> Kind:
        dataset = fates[0].row.place.dataset
        held = {fate.value.column.name for fate in fates}
        return Kind(
            ref=ref,
            label=self.words.say(dataset.label),
            fields=tuple(label_of(c, self.words) for c in dataset.columns if c.name in held),
            records=len({fate.row.key for fate in fates}),
            whole=whole,
            kept_by=keeping(fates[0]),
            holds=tuple(kind.value for kind in fates[0].value.holds),
            tells=_tells(fates[0]),
            shared=fates[0].shared,
            ends=tuple(self._ends(fates)),
        )

    def _ends(self, fates: list[Fate]) -> Iterator[tuple[str, int]]:
        """Yield each end in words, the earliest first, with how many records have it."""
        ends: dict[str, set[Key]] = defaultdict(set)
        for fate in sorted(fates, key=_last_day):
            ends[self._end(fate)].add(fate.row.key)
        yield from ((end, len(keys)) for end, keys in ends.items())

    def _end(self, fate: Fate) -> str:
        names = {decision.name for decision in keeping(fate)}
        reasons = [r for r in fate.value.reasons if name_of(r) in names and r.certain]
        days = [r.until for r in reasons if r.until]
        if reasons and len(days) == len(reasons):
            return until(max(days), self.words)
        lasting = (criteria(r, self.policy, self.case, self.words) for r in reasons if not r.until)
        return " ".join(dict.fromkeys(said for said in lasting if said))


def settle(policy: Policy, case: Case, inventory: Inventory, decision: ErasureDecision) -> Settled:
    """Sort what became of everything found; `inventory` is what was there before."""
    explainer = Explainer(policy, inventory)
    return Settled(
        policy=policy,
        case=case,
        words=words_for(case),
        inventory=inventory,
        decision=decision,
        fates=decision.fates,
        before={
            (row.place.ref, row.key, value.column.name): explainer.why(row, value)
            for row, value in inventory.values()
        },
    )


def lot_of(fate: Fate) -> Lot:
    """Tell what became of a value; one that stays for the person is theirs, whoever has it too."""
    if any(d.decision.outcome is Outcome.KEEP for d in fate.kept_by):
        return Lot.KEPT
    if fate.value.holds or (not fate.kept_by and fate.value.standing is Standing.HELD):
        return Lot.HELD
    if fate.ended:
        return Lot.ENDED
    if fate.kept_by:
        return Lot.WEIGHED
    return Lot.SHARED if fate.shared else Lot.ERASED


def keeping(fate: Fate) -> tuple[PhaseDecision, ...]:
    """Give the phases that keep a value for good reason, not those still weighed."""
    return tuple(d for d in fate.kept_by if d.decision.outcome is Outcome.KEEP)


def _tells(fate: Fate) -> bool:
    return fate.value.tells and not fate.value.restricted


def mark_of(fate: Fate) -> Mark:
    """Name a value."""
    return fate.row.place.ref, fate.row.key, fate.value.column.name


def _by_dataset(fates: Iterable[Fate]) -> dict[str, list[Fate]]:
    found: dict[str, list[Fate]] = defaultdict(list)
    for fate in fates:
        found[fate.row.place.ref].append(fate)
    return found


def _last_day(fate: Fate) -> str:
    names = {phase_name(d.activity.id, d.phase.id) for d in keeping(fate)}
    days = [r.until for r in fate.value.reasons if name_of(r) in names and r.until]
    return max(days).isoformat() if days else "9999"
