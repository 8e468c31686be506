"""Where data may go: the European Economic Area and the dated adequacy decisions (GDPR Ch. V).

The decisions are data with an end where they have one, so that a policy can be checked as of any
day. Those of Directive 95/46 remain in force (Art. 45(9)). Last looked at: November 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EU_TERRITORIES = "AX GF GP MF MQ RE YT"  # TFEU Art. 355(1) and (4)
_EFTA_IN_EEA = "IS LI NO"  # Decision of the EEA Joint Committee 154/2018
EEA = frozenset(f"{_EU} {_EU_TERRITORIES} {_EFTA_IN_EEA}".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class AdequacyDecision:
    """A decision that a country protects data adequately; `scope` says when only in part."""

    country: str
    reference: str
    celex: str
    adopted: date
    ends: date | None = None
    scope: str = ""

    def lives(self, on: date) -> bool:
        """Tell whether the decision holds on that day; `ends` is its last day."""
        return self.adopted <= on and (self.ends is None or on <= self.ends)

    def is_named_in(self, words: str) -> bool:
        """Tell whether the words cite this decision, by number or by CELEX."""
        number = re.escape(self.reference.removeprefix("(EU) "))
        return re.search(rf"(?<!\w)(?:{number}|{self.celex})(?!\w)", words) is not None


DECISIONS = (
    AdequacyDecision(
        country="AD", reference="2010/625/EU", celex="32010D0625", adopted=date(2010, 10, 19)
    ),
    AdequacyDecision(
        country="AR", reference="2003/490/EC", celex="32003D0490", adopted=date(2003, 6, 30)
    ),
    AdequacyDecision(
        country="BR", reference="(EU) 2026/179", celex="32026D0179", adopted=date(2026, 1, 26)
    ),
    AdequacyDecision(
        country="CA",
        reference="2002/2/EC",
        celex="32002D0002",
        adopted=date(2001, 12, 20),
        scope="commercial organisations under PIPEDA only",
    ),
    AdequacyDecision(
        country="CH", reference="2000/518/EC", celex="32000D0518", adopted=date(2000, 7, 26)
    ),
    AdequacyDecision(
        country="FO", reference="2010/146/EU", celex="32010D0146", adopted=date(2010, 3, 5)
    ),
    AdequacyDecision(
        country="GB",
        reference="(EU) 2021/1772",
        celex="32021D1772",
        adopted=date(2021, 6, 28),
        ends=date(2031, 12, 27),  # extended on 24 June and renewed on 19 December 2025
    ),
    AdequacyDecision(
        country="GG", reference="2003/821/EC", celex="32003D0821", adopted=date(2003, 11, 21)
    ),
    AdequacyDecision(
        country="IL",
        reference="2011/61/EU",
        celex="32011D0061",
        adopted=date(2011, 1, 31),
        scope="automated processing, and not the territories under Israeli administration "
        "since June 1967",
    ),
    AdequacyDecision(
        country="IM", reference="2004/411/EC", celex="32004D0411", adopted=date(2004, 4, 28)
    ),
    AdequacyDecision(
        country="JE", reference="2008/393/EC", celex="32008D0393", adopted=date(2008, 5, 8)
    ),
    AdequacyDecision(
        country="JP",
        reference="(EU) 2019/419",
        celex="32019D0419",
        adopted=date(2019, 1, 23),
        scope="business operators under the APPI with its Supplementary Rules only",
    ),
    AdequacyDecision(
        country="KR",
        reference="(EU) 2022/254",
        celex="32022D0254",
        adopted=date(2021, 12, 17),
        scope="controllers under PIPA only; not credit information under the FSC",
    ),
    AdequacyDecision(
        country="NZ", reference="2013/65/EU", celex="32013D0065", adopted=date(2012, 12, 19)
    ),
    AdequacyDecision(
        country="US",
        reference="2000/520/EC",
        celex="32000D0520",
        adopted=date(2000, 7, 26),
        ends=date(2015, 10, 5),  # invalid: C-362/14 Schrems, 6 October 2015
        scope="Safe Harbour participants only",
    ),
    AdequacyDecision(
        country="US",
        reference="(EU) 2016/1250",
        celex="32016D1250",
        adopted=date(2016, 7, 12),
        ends=date(2020, 7, 15),  # invalid: C-311/18 Schrems II, 16 July 2020
        scope="Privacy Shield participants only",
    ),
    AdequacyDecision(
        country="US",
        reference="(EU) 2023/1795",
        celex="32023D1795",
        adopted=date(2023, 7, 10),
        scope="organisations certified under the EU-US Data Privacy Framework only",
    ),
    AdequacyDecision(
        country="UY", reference="2012/484/EU", celex="32012D0484", adopted=date(2012, 8, 21)
    ),
)


def inside_eea(country: str) -> bool:
    """Tell whether the country (ISO 3166-1 alpha-2) is in the European Economic Area."""
    return country in EEA


def adequacy(country: str, on: date) -> AdequacyDecision | None:
    """Give the adequacy decision that holds for a country on that day, if any (Art. 45(3))."""
    for decision in DECISIONS:
        if decision.country == country and decision.lives(on):
            return decision
    return None
