"""Words with a meaning outside the policy: ids, countries, languages, time zones, days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.model import Policy

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_LONGEST_ID = 64

_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())
"""ISO 3166-1 alpha-2, the 249 officially assigned codes."""

_MEANT = {"UK": "GB", "EL": "GR", "EN": "GB", "SW": "SE", "DA": "DK", "BEL": "BE", "NLD": "NL"}


def word_problems(policy: Policy) -> Iterator[Problem]:
    """Yield every id, country, language, time zone and day of the year that is not one."""
    for path, part in parts(policy):
        for f in fields(part):
            here = (*path, f.name.rstrip("_"))
            value = getattr(part, f.name)
            if f.name in _BY_NAME and value is not None:
                yield from _each(_BY_NAME[f.name], value, here)
            elif "Text" in str(f.type) and value is not None:
                for language in value:
                    yield from _language(language, (*here, language))


def parts(node: object, path: ModelPath = ()) -> Iterator[tuple[ModelPath, Any]]:
    """Yield every part of the model with its path, from the outside in."""
    if is_dataclass(node):
        yield path, node
        for f in fields(node):
            yield from parts(getattr(node, f.name), (*path, f.name.rstrip("_")))
    elif isinstance(node, tuple):
        for position, item in enumerate(node):
            yield from parts(item, (*path, position))
    elif isinstance(node, Mapping):
        for key, item in node.items():
            yield from parts(item, (*path, key))


Check = Callable[[str, ModelPath], Iterator[Problem]]


def _each(check: Check, value: str | tuple[str, ...], path: ModelPath) -> Iterator[Problem]:
    if isinstance(value, str):
        yield from check(value, path)
    else:
        for position, item in enumerate(value):
            yield from check(item, (*path, position))


def _slug(value: str, path: ModelPath) -> Iterator[Problem]:
    if not _SLUG.fullmatch(value) or len(value) > _LONGEST_ID:
        proper = re.sub(r"[^a-z0-9_]+", "-", value.lower()).strip("-_")[:_LONGEST_ID]
        example = proper if _SLUG.fullmatch(proper) else "customer-relations"
        yield Problem(
            path,
            f"{value!r} is not an id",
            f"Write lower-case letters, digits and hyphens, such as `{example}`",
        )


def _country(value: str, path: ModelPath) -> Iterator[Problem]:
    if value not in COUNTRIES:
        meant = _MEANT.get(value.upper(), value.upper())
        remedy = "Write its two capitals of ISO 3166-1, such as `NL`"
        yield Problem(
            path,
            f"{value!r} is not a country",
            f"Did you mean `{meant}`?" if meant in COUNTRIES else remedy,
        )


def _language(value: str, path: ModelPath) -> Iterator[Problem]:
    if not _LANGUAGE.fullmatch(value):
        yield Problem(
            path, f"{value!r} is not a language", "Write its tag, such as `nl` or `fr-BE`"
        )


def _timezone(value: str, path: ModelPath) -> Iterator[Problem]:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(value, available_timezones(), n=1)
        remedy = f"Did you mean `{near[0]}`?" if near else "Write one such as `Europe/Brussels`"
        yield Problem(path, f"{value!r} is not an IANA time zone", remedy)


def _day_of_year(value: str, path: ModelPath) -> Iterator[Problem]:
    try:
        proper = date.fromisoformat(f"2024-{value}").strftime("%m-%d") == value
    except ValueError:
        proper = False
    if not proper:
        message = f"{value!r} is not a day of the year"
        yield Problem(path, message, "Write month and day, such as `12-31`")


_BY_NAME: dict[str, Check] = {
    "id": _slug,
    "country": _country,
    "countries": _country,
    "languages": _language,
    "timezone": _timezone,
    "financial_year_end": _day_of_year,
    "identifier": _slug,
}
