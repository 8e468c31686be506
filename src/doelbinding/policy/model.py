"""The policy as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from doelbinding.policy.activity import (
    Activity,
    DataCategory,
    Measure,
    PersonCategory,
    Phase,
    Purpose,
    Term,
)
from doelbinding.policy.endings import AnonymiserTest, PseudonymKey
from doelbinding.policy.organisation import Controller, Recipient, Transfer
from doelbinding.policy.shape import SHAPE
from doelbinding.policy.stores import Dataset, Store
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import ChangeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Which version this is, from when it holds and why it came (R-0.3)."""

    __pydantic_config__ = SHAPE

    number: str
    effective_on: date
    reason: ChangeReason
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A passage of the policy page that is the same for every affiliate.

    `{controller}` in it stands for the affiliate's name (R-0.1).
    """

    __pydantic_config__ = SHAPE

    id: str
    title: Text
    body: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise to people, and the controls that keep it (R-II.7)."""

    __pydantic_config__ = SHAPE

    id: str
    label: Text
    controls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What keeps a promise: `shown_by` names findings (`check.DB104`) and evidence kinds."""

    __pydantic_config__ = SHAPE

    id: str
    label: Text
    shown_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A gap of the source filled by a declared, reasoned choice (R-VI.10)."""

    __pydantic_config__ = SHAPE

    id: str
    about: Text
    decision: Text
    reason: Text
    decided_on: date


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A data-protection policy: one model of what a group promises, and of where its data are."""

    __pydantic_config__ = SHAPE

    id: str
    group: str
    title: Text
    version: Version
    languages: tuple[str, ...]
    controllers: tuple[Controller, ...]
    person_categories: tuple[PersonCategory, ...]
    data_categories: tuple[DataCategory, ...]
    activities: tuple[Activity, ...]
    measures: tuple[Measure, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    sections: tuple[Section, ...] = ()
    promises: tuple[Promise, ...] = ()
    controls: tuple[Control, ...] = ()
    choices: tuple[Choice, ...] = ()
    anonymiser_tests: tuple[AnonymiserTest, ...] = ()
    pseudonym_keys: tuple[PseudonymKey, ...] = ()
    stores: tuple[Store, ...] = ()

    @cached_property
    def controller_by_id(self) -> dict[str, Controller]:
        """The controllers by id."""
        return {controller.id: controller for controller in self.controllers}

    @cached_property
    def activity_by_id(self) -> dict[str, Activity]:
        """The activities by id."""
        return {activity.id: activity for activity in self.activities}

    @cached_property
    def recipient_by_id(self) -> dict[str, Recipient]:
        """The recipients by id."""
        return {recipient.id: recipient for recipient in self.recipients}

    @cached_property
    def transfer_by_id(self) -> dict[str, Transfer]:
        """The transfers by id."""
        return {transfer.id: transfer for transfer in self.transfers}

    @cached_property
    def data_category_by_id(self) -> dict[str, DataCategory]:
        """The data categories by id."""
        return {category.id: category for category in self.data_categories}

    @cached_property
    def person_category_by_id(self) -> dict[str, PersonCategory]:
        """The person categories by id."""
        return {category.id: category for category in self.person_categories}

    @cached_property
    def measure_by_id(self) -> dict[str, Measure]:
        """The measures by id."""
        return {measure.id: measure for measure in self.measures}

    @cached_property
    def purpose_by_id(self) -> dict[str, Purpose]:
        """The purposes of all activities by id."""
        return {p.id: p for activity in self.activities for p in activity.purposes}

    @cached_property
    def store_by_id(self) -> dict[str, Store]:
        """The stores by id."""
        return {store.id: store for store in self.stores}

    def activities_of(self, controller: Controller) -> Iterator[Activity]:
        """Yield the activities that this controller carries out."""
        for activity in self.activities:
            if self.performs(controller, activity):
                yield activity

    def performs(self, controller: Controller, activity: Activity) -> bool:
        """Tell whether this controller carries out this activity."""
        named = not activity.controllers or controller.id in activity.controllers
        return named and not any(
            d.activity == activity.id and not d.performed for d in controller.deviations
        )

    def terms_of(self, controller: Controller, activity: Activity, phase: Phase) -> list[Term]:
        """Give the retention terms of a phase that hold for this controller."""
        own = self.own_terms_of(controller, activity, phase)
        terms = phase.terms if own is None else own
        return [t for t in terms if not t.countries or controller.country in t.countries]

    def own_terms_of(
        self, controller: Controller, activity: Activity, phase: Phase
    ) -> tuple[Term, ...] | None:
        """Give the terms by which a controller deviates from a phase's; none if it does not."""
        own = None
        for deviation in controller.deviations:
            if deviation.activity == activity.id and phase.id in deviation.terms:
                own = deviation.terms[phase.id]
        return own

    def datasets(self) -> Iterator[tuple[Store, Dataset]]:
        """Yield every dataset with its store."""
        for store in self.stores:
            for dataset in store.datasets:
                yield store, dataset
