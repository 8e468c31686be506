"""Who: the group, its controllers, their officers and authorities, and everyone who receives data.

Sources: GDPR Art. 4(7)-(9), 13(1)(a)-(b), 26-28, 30, 37-39, 44-49; R-I, R-VII, R-VIII.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from doelbinding.policy.activity import Term
from doelbinding.policy.shape import SHAPE
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import RecipientKind, TransferGround


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """The data protection officer (Art. 37) and how to reach them."""

    __pydantic_config__ = SHAPE

    name: str
    email: str
    form: str
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The supervisory authority where a person complains (Art. 77)."""

    __pydantic_config__ = SHAPE

    name: Text
    url: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProcessing:
    """A processing done for a client, as its processor (Art. 30(2), R-I.3)."""

    __pydantic_config__ = SHAPE

    id: str
    client: str
    country: str
    contact: str
    subject: Text
    categories: tuple[str, ...]
    security: tuple[str, ...]
    agreement: Agreement
    transfers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A processor's agreement (Art. 28(3)): written, dated, staff bound to confidentiality."""

    __pydantic_config__ = SHAPE

    reference: str
    signed_on: date
    confidentiality: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What showed that a partner gives sufficient guarantees (Art. 28(1)), and until when."""

    __pydantic_config__ = SHAPE

    reference: str
    assessed_on: date
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How one controller differs from the group's text for one activity, with its reason.

    `terms` replaces the retention terms of the phases it names.
    """

    __pydantic_config__ = SHAPE

    activity: str
    reason: Text
    performed: bool = True
    terms: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """An affiliate, responsible for what it does with data (Art. 4(7), R-I.1).

    `country` is ISO 3166-1 alpha-2, `timezone` an IANA zone, `financial_year_end` MM-DD.
    """

    __pydantic_config__ = SHAPE

    id: str
    name: str
    country: str
    address: str
    email: str
    website: str
    officer: Officer
    authority: Authority
    court: Text
    financial_year_end: str
    languages: tuple[str, ...]
    timezone: str
    phone: str | None = None
    deviations: tuple[Deviation, ...] = ()
    processes_for: tuple[ClientProcessing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A transfer to a third country: its ground, its safeguard, how to get a copy (R-VIII.2)."""

    __pydantic_config__ = SHAPE

    id: str
    country: str
    ground: TransferGround
    safeguard: Text
    copy: Text
    decision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody to whom data are disclosed (Art. 4(9)).

    `controllers` empty: of all controllers. `receives` are data categories.
    """

    __pydantic_config__ = SHAPE

    id: str
    name: Text
    kind: RecipientKind
    country: str
    service: Text
    receives: tuple[str, ...]
    controllers: tuple[str, ...] = ()
    affiliate: str | None = None
    agreement: Agreement | None = None
    assessment: Assessment | None = None
    transfer: str | None = None
    covers_secrecy: bool = False
    required_by: Text | None = None
