"""What an information sheet says, as data: the facts behind the page, the PDF and the JSON.

One `Sheet` is one activity of one controller in one language (Art. 13, 14; R-X.1 to R-X.14). The
register's entries are taken from the same facts, so that the two never tell different stories.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with an id, words for people and, where it has one, a DPV identifier."""

    id: str
    label: str
    dpv: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFact:
    """A category of data, with what makes it sensitive in words."""

    id: str
    label: str
    dpv: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerFact:
    """How to reach the data protection officer (Art. 13(1)(b))."""

    name: str
    email: str
    form: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityFact:
    """Where to complain (Art. 13(2)(d))."""

    name: str
    url: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerFact:
    """Who is responsible, and whom to turn to (Art. 13(1)(a))."""

    id: str
    name: str
    country: str
    country_code: str
    address: str
    email: str
    website: str
    phone: str
    officer: OfficerFact
    authority: AuthorityFact
    court: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisFact:
    """The ground of a phase, and what that ground needs to be stated (Art. 13(1)(c)-(d))."""

    kind: str
    label: str
    article: str
    dpv: str
    statute: str = ""
    interest: str = ""
    balancing: str = ""
    balanced_on: str = ""
    direct_marketing: bool = False
    withdrawal: str = ""
    special_ground: str = ""
    special_article: str = ""
    special_explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFact:
    """How long, for whom, and who says so (Art. 13(2)(a)); `rule` is for computers.

    `criteria`: what the policy says of this very term; `period`: what a date is followed by.
    """

    rule: str
    words: str
    worded: bool
    criteria: str
    period: str
    persons: tuple[str, ...]
    statute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFact:
    """A stretch of the activity: its purpose, ground and end."""

    id: str
    purpose: Named
    basis: BasisFact
    terms: tuple[TermFact, ...]
    criteria: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFact:
    """Where data come from (Art. 14(2)(f))."""

    collection: str
    how: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientFact:
    """Who receives data, for what, where (Art. 13(1)(e))."""

    id: str
    name: str
    kind: str
    kind_label: str
    service: str
    country: str
    country_code: str
    receives: tuple[str, ...]
    required_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFact:
    """A transfer to a third country (Art. 13(1)(f))."""

    id: str
    country: str
    country_code: str
    ground: str
    ground_label: str
    article: str
    decision: str
    safeguard: str
    copy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightFact:
    """A right this activity gives, and under which purposes (empty: always)."""

    right: str
    label: str
    article: str
    meaning: str
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionFact:
    """Whether the data must be given, and what follows if not (Art. 13(2)(e))."""

    kind: str
    label: str
    consequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationFact:
    """Whether a machine alone decides, and how (Art. 13(2)(f))."""

    solely_automated: bool
    logic: str
    significance: str
    consequences: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFact:
    """Which version of the policy this was written from."""

    number: str
    effective_on: str
    published_on: str
    reason: str
    note: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything an information sheet tells a person."""

    id: str
    language: str
    title: str
    summary: str
    role: str
    role_label: str
    joint_arrangement: str
    controller: ControllerFact
    purposes: tuple[Named, ...]
    phases: tuple[PhaseFact, ...]
    persons: tuple[Named, ...]
    data: tuple[DataFact, ...]
    sources: tuple[SourceFact, ...]
    recipients: tuple[RecipientFact, ...]
    no_recipients: bool
    stored_in: tuple[str, ...]
    transfers: tuple[TransferFact, ...]
    deviation: str
    rights: tuple[RightFact, ...]
    provision: ProvisionFact | None
    automation: AutomationFact | None
    no_further_purpose: bool
    further_purpose: str
    secrecy_limit: str
    security: tuple[Named, ...]
    version: VersionFact
