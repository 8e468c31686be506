"""What is done with data, why, on which ground and for how long.

An activity has one or more phases, usually *active* and then perhaps *archive*. Each phase has its
own purpose, basis, end and allowed uses: being stored is not being usable, and a basis is never
swapped afterwards. Sources: GDPR Art. 5, 6, 9, 13, 14, 22, 30; R-II, R-IV, R-V, R-VI, R-X.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doelbinding.policy.retention import Rule, parse_rule
from doelbinding.policy.shape import SHAPE
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import (
    Collection,
    LawfulBasis,
    Provision,
    Role,
    SpecialCategoryGround,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCategory:
    """A kind of data subject (R-II.14)."""

    __pydantic_config__ = SHAPE

    id: str
    label: Text
    dpv: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCategory:
    """A kind of personal data (R-III.1), special (Art. 9), a national number or under secrecy."""

    __pydantic_config__ = SHAPE

    id: str
    label: Text
    dpv: str
    special: bool = False
    national_number: bool = False
    secrecy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A technical or organisational measure (Art. 32, R-XI.1)."""

    __pydantic_config__ = SHAPE

    id: str
    label: Text
    dpv: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """A specified, explicit purpose (Art. 5(1)(b))."""

    __pydantic_config__ = SHAPE

    id: str
    label: Text
    dpv: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balancing:
    """The weighing behind a legitimate interest (Art. 6(1)(f)): outcome, date, reference."""

    __pydantic_config__ = SHAPE

    outcome: Text
    assessed_on: date
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialCategoryBasis:
    """The exception of Article 9(2) that allows special categories, and why it applies."""

    __pydantic_config__ = SHAPE

    ground: SpecialCategoryGround
    explanation: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The ground of Article 6(1), with what that ground needs to be stated."""

    __pydantic_config__ = SHAPE

    kind: LawfulBasis
    statute: Text | None = None
    interest: Text | None = None
    balancing: Balancing | None = None
    direct_marketing: bool = False
    withdrawal: Text | None = None
    special: SpecialCategoryBasis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One retention rule, for some categories of person or countries (empty: for all).

    `statute` names the law that sets the term, where one does. `criteria` says this term in words
    for people, in place of the phase's.
    """

    __pydantic_config__ = SHAPE

    rule: str
    persons: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    statute: Text | None = None
    criteria: Text | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that is not one.

        Raises:
            ValueError: the rule does not follow the grammar of `policy.retention`.
        """
        parse_rule(self.rule)

    @property
    def parsed(self) -> Rule:
        """The rule as a type."""
        return parse_rule(self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of an activity's life.

    It lives for a row while *any* of its terms does. `uses` are the purposes for which data may be
    used in it (empty: its own purpose alone). `criteria` says the term in words for people; not
    those of a controller that deviates, whose terms say it themselves.
    """

    __pydantic_config__ = SHAPE

    id: str
    purpose: str
    basis: Basis
    terms: tuple[Term, ...] = ()
    criteria: Text | None = None
    uses: tuple[str, ...] = ()

    @property
    def allowed_uses(self) -> tuple[str, ...]:
        """The purposes for which a value may be used while this phase lives."""
        return self.uses or (self.purpose,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where data come from (R-III.2); an indirect one is named (Art. 14(2)(f))."""

    __pydantic_config__ = SHAPE

    collection: Collection
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """Whether decisions are taken solely by machine (Art. 22), and if so how and with what."""

    __pydantic_config__ = SHAPE

    solely_automated: bool
    logic: Text | None = None
    significance: Text | None = None
    consequences: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A processing activity (Art. 30), with all that its information sheet needs (Art. 13, 14).

    `controllers` empty: every controller of the group. Every field that the law asks for may be
    left out here, and is a finding when it is: a draft can be loaded and checked.
    """

    __pydantic_config__ = SHAPE

    id: str
    name: Text
    summary: Text
    purposes: tuple[Purpose, ...]
    phases: tuple[Phase, ...] = ()
    persons: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    role: Role = Role.CONTROLLER
    controllers: tuple[str, ...] = ()
    joint_arrangement: Text | None = None
    recipients: tuple[str, ...] = ()
    no_recipients: bool = False
    provision: Provision | None = None
    consequence: Text | None = None
    automation: Automation | None = None
    no_further_purpose: bool = False
    further_purpose: Text | None = None
    secrecy_limit: Text | None = None
    security: tuple[str, ...] = ()

    def phase(self, phase_id: str) -> Phase:
        """Give the phase of that id.

        Raises:
            KeyError: there is none.
        """
        for phase in self.phases:
            if phase.id == phase_id:
                return phase
        raise KeyError(phase_id)
