"""The law's own words as enumerations, with article and DPV identifier.

Sources: Regulation (EU) 2016/679 (GDPR); W3C Data Privacy Vocabulary 2 and its EU-GDPR extension.
"""

from __future__ import annotations

from enum import StrEnum

DPV = "https://w3id.org/dpv#"
EU_GDPR = "https://w3id.org/dpv/legal/eu/gdpr#"


class LawfulBasis(StrEnum):
    """The grounds of Article 6(1); a contract and the steps before it are told apart."""

    CONSENT = "consent"
    CONTRACT = "contract"
    PRE_CONTRACT = "pre-contract"
    LEGAL_OBLIGATION = "legal-obligation"
    VITAL_INTERESTS = "vital-interests"
    PUBLIC_TASK = "public-task"
    LEGITIMATE_INTERESTS = "legitimate-interests"

    @property
    def article(self) -> str:
        """Where the ground stands, as people cite it: `GDPR 6(1)(f)`."""
        return f"GDPR 6(1)({_BASES[self][0]})"

    @property
    def dpv(self) -> str:
        """The IRI of the ground in the EU-GDPR extension of DPV."""
        return EU_GDPR + _BASES[self][1]


_BASES = {
    LawfulBasis.CONSENT: ("a", "A6-1-a"),
    LawfulBasis.CONTRACT: ("b", "A6-1-b-contract-performance"),
    LawfulBasis.PRE_CONTRACT: ("b", "A6-1-b-enter-into-contract"),
    LawfulBasis.LEGAL_OBLIGATION: ("c", "A6-1-c"),
    LawfulBasis.VITAL_INTERESTS: ("d", "A6-1-d"),
    LawfulBasis.PUBLIC_TASK: ("e", "A6-1-e"),
    LawfulBasis.LEGITIMATE_INTERESTS: ("f", "A6-1-f"),
}


class SpecialCategoryGround(StrEnum):
    """The exceptions of Article 9(2), by their letter."""

    EXPLICIT_CONSENT = "a"
    EMPLOYMENT_LAW = "b"
    VITAL_INTERESTS = "c"
    NON_PROFIT_BODY = "d"
    MADE_PUBLIC = "e"
    LEGAL_CLAIMS = "f"
    SUBSTANTIAL_PUBLIC_INTEREST = "g"
    HEALTH_CARE = "h"
    PUBLIC_HEALTH = "i"
    ARCHIVING_RESEARCH = "j"

    @property
    def article(self) -> str:
        """Where the exception stands: `GDPR 9(2)(a)`."""
        return f"GDPR 9(2)({self.value})"


class TransferGround(StrEnum):
    """The grounds of Chapter V on which data may leave the European Economic Area."""

    ADEQUACY = "adequacy-decision"
    STANDARD_CLAUSES = "standard-contractual-clauses"
    BINDING_RULES = "binding-corporate-rules"
    CODE_OF_CONDUCT = "code-of-conduct"
    CERTIFICATION = "certification"
    DEROGATION = "derogation"

    @property
    def article(self) -> str:
        """Where the ground stands: `GDPR 46(2)(c)`."""
        return f"GDPR {_TRANSFERS[self]}"


_TRANSFERS = {
    TransferGround.ADEQUACY: "45",
    TransferGround.STANDARD_CLAUSES: "46(2)(c)",
    TransferGround.BINDING_RULES: "46(2)(b)",
    TransferGround.CODE_OF_CONDUCT: "46(2)(e)",
    TransferGround.CERTIFICATION: "46(2)(f)",
    TransferGround.DEROGATION: "49",
}


class Right(StrEnum):
    """What a person may ask, with its article."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    WITHDRAW_CONSENT = "withdraw-consent"
    HUMAN_REVIEW = "human-review"
    COMPLAINT = "complaint"

    @property
    def article(self) -> str:
        """Where the right stands: `GDPR 17`."""
        return f"GDPR {_RIGHTS[self]}"


_RIGHTS = {
    Right.ACCESS: "15",
    Right.RECTIFICATION: "16",
    Right.ERASURE: "17",
    Right.RESTRICTION: "18",
    Right.PORTABILITY: "20",
    Right.OBJECTION: "21",
    Right.WITHDRAW_CONSENT: "7(3)",
    Right.HUMAN_REVIEW: "22(3)",
    Right.COMPLAINT: "77",
}


class Role(StrEnum):
    """In which capacity a controller of the group carries out an activity."""

    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint-controller"
    PROCESSOR = "processor"


class RecipientKind(StrEnum):
    """Who receives data (Art. 4(9)); an affiliate is a recipient like any other (R-II.11)."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"
    AFFILIATE = "affiliate"
    AUTHORITY = "authority"


class Provision(StrEnum):
    """Whether a person has to give the data (Art. 13(2)(e))."""

    STATUTORY = "statutory"
    CONTRACTUAL = "contractual"
    PRECONDITION = "precondition"
    VOLUNTARY = "voluntary"


class ChangeReason(StrEnum):
    """Why a policy has a new version (R-0.3)."""

    LAW = "law"
    ORGANISATION = "organisation"
    PROCESSING = "processing"


class Collection(StrEnum):
    """How data come in: from the person (Art. 13) or from somebody else (Art. 14)."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    OBSERVED = "observed"
    DERIVED = "derived"
