"""Public holidays by law, per country, for deadlines of answers (R-IX.10).

Regulation (EEC, Euratom) 1182/71 Art. 2(1) leaves it to each Member State which days are public
holidays, so each table names its legal source. They hold the days of the whole country only:
a regional day left out makes a deadline fall earlier, never later. The same is true of a country
without a table, where only Saturdays and Sundays count. Compared with a second source for the
years 2015 to 2040.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

FIRST_YEAR, LAST_YEAR = 2015, 2040

Rule = Callable[[int], date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A public holiday: its own name, how it is dated, and in which years it is one."""

    name: str
    rule: Rule
    since: int = 1
    until: int = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The public holidays of a country, the law they come from, and what they leave out."""

    country: str
    source: str
    holidays: tuple[Holiday, ...]
    leaves_out: str = ""

    def days(self, year: int) -> Iterator[tuple[date, str]]:
        """Yield each holiday of the year with its name."""
        for holiday in self.holidays:
            if holiday.since <= year <= holiday.until:
                yield holiday.rule(year), holiday.name


def _on(month: int, day: int) -> Rule:
    return lambda year: date(year, month, day)


def _easter(days: int) -> Rule:
    return lambda year: easter(year) + timedelta(days=days)


def _first_monday(month: int) -> Rule:
    def rule(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=-first.weekday() % 7)

    return rule


def _last_monday_of_october(year: int) -> date:
    last = date(year, 10, 31)
    return last - timedelta(days=last.weekday())


def _kings_day(year: int) -> date:
    """27 April, and the day before when that is a Sunday (Stb. 2013, 210)."""
    day = date(year, 4, 27)
    return day - timedelta(days=1) if day.weekday() == 6 else day  # noqa: PLR2004 - Sunday


def _saint_brigid(year: int) -> date:
    """1 February when that is a Friday, else the first Monday of February (S.I. 50/2022)."""
    first = date(year, 2, 1)
    return first if first.weekday() == 4 else _first_monday(2)(year)  # noqa: PLR2004 - Friday


GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY = map(_easter, (-2, 1, 39, 50))
NEW_YEAR, LABOUR_DAY, ASSUMPTION, ALL_SAINTS = _on(1, 1), _on(5, 1), _on(8, 15), _on(11, 1)
CHRISTMAS, SECOND_CHRISTMAS = _on(12, 25), _on(12, 26)

NETHERLANDS = Calendar(
    country="NL",
    source="Algemene termijnenwet, art. 3(1)-(2)",
    leaves_out="days put on a par by royal decree (art. 3(3))",
    holidays=(
        Holiday(name="Nieuwjaarsdag", rule=NEW_YEAR),
        Holiday(name="Goede Vrijdag", rule=GOOD_FRIDAY),
        Holiday(name="tweede paasdag", rule=EASTER_MONDAY),
        Holiday(name="Koningsdag", rule=_kings_day),
        Holiday(name="vijfde mei", rule=_on(5, 5)),
        Holiday(name="Hemelvaartsdag", rule=ASCENSION),
        Holiday(name="tweede pinksterdag", rule=WHIT_MONDAY),
        Holiday(name="eerste kerstdag", rule=CHRISTMAS),
        Holiday(name="tweede kerstdag", rule=SECOND_CHRISTMAS),
    ),
)

BELGIUM = Calendar(
    country="BE",
    source="Koninklijk besluit / arrêté royal of 18 April 1974, art. 1 (Act of 4 January 1974)",
    leaves_out="days of the communities and regions",
    holidays=(
        Holiday(name="Nieuwjaar / Jour de l'an", rule=NEW_YEAR),
        Holiday(name="paasmaandag / lundi de Pâques", rule=EASTER_MONDAY),
        Holiday(name="Dag van de Arbeid / Fête du travail", rule=LABOUR_DAY),
        Holiday(name="Hemelvaart / Ascension", rule=ASCENSION),
        Holiday(name="pinkstermaandag / lundi de Pentecôte", rule=WHIT_MONDAY),
        Holiday(name="Nationale feestdag / Fête nationale", rule=_on(7, 21)),
        Holiday(name="Maria-Tenhemelopneming / Assomption", rule=ASSUMPTION),
        Holiday(name="Allerheiligen / Toussaint", rule=ALL_SAINTS),
        Holiday(name="Wapenstilstand / Armistice", rule=_on(11, 11)),
        Holiday(name="Kerstmis / Noël", rule=CHRISTMAS),
    ),
)

FRANCE = Calendar(
    country="FR",
    source="Code du travail, art. L3133-1",
    leaves_out="Alsace-Moselle (art. L3134-13) and overseas (art. L3422-2)",
    holidays=(
        Holiday(name="1er janvier", rule=NEW_YEAR),
        Holiday(name="lundi de Pâques", rule=EASTER_MONDAY),
        Holiday(name="1er mai", rule=LABOUR_DAY),
        Holiday(name="8 mai", rule=_on(5, 8)),
        Holiday(name="Ascension", rule=ASCENSION),
        Holiday(name="lundi de Pentecôte", rule=WHIT_MONDAY),
        Holiday(name="14 juillet", rule=_on(7, 14)),
        Holiday(name="Assomption", rule=ASSUMPTION),
        Holiday(name="Toussaint", rule=ALL_SAINTS),
        Holiday(name="11 novembre", rule=_on(11, 11)),
        Holiday(name="Noël", rule=CHRISTMAS),
    ),
)

GERMANY = Calendar(
    country="DE",
    source="Einigungsvertrag, art. 2(2) (3 October); the acts of all sixteen Länder for the rest",
    leaves_out="days that are not a holiday in every Land",
    holidays=(
        Holiday(name="Neujahr", rule=NEW_YEAR),
        Holiday(name="Karfreitag", rule=GOOD_FRIDAY),
        Holiday(name="Ostermontag", rule=EASTER_MONDAY),
        Holiday(name="Tag der Arbeit", rule=LABOUR_DAY),
        Holiday(name="Christi Himmelfahrt", rule=ASCENSION),
        Holiday(name="Pfingstmontag", rule=WHIT_MONDAY),
        Holiday(name="Tag der Deutschen Einheit", rule=_on(10, 3)),
        Holiday(name="Reformationstag (500 Jahre)", rule=_on(10, 31), since=2017, until=2017),
        Holiday(name="erster Weihnachtstag", rule=CHRISTMAS),
        Holiday(name="zweiter Weihnachtstag", rule=SECOND_CHRISTMAS),
    ),
)

LUXEMBOURG = Calendar(
    country="LU",
    source="Code du travail, art. L.232-2 (9 May: Act of 25 April 2019)",
    holidays=(
        Holiday(name="Jour de l'an", rule=NEW_YEAR),
        Holiday(name="lundi de Pâques", rule=EASTER_MONDAY),
        Holiday(name="1er mai", rule=LABOUR_DAY),
        Holiday(name="Journée de l'Europe", rule=_on(5, 9), since=2019),
        Holiday(name="Ascension", rule=ASCENSION),
        Holiday(name="lundi de Pentecôte", rule=WHIT_MONDAY),
        Holiday(name="Fête nationale", rule=_on(6, 23)),
        Holiday(name="Assomption", rule=ASSUMPTION),
        Holiday(name="Toussaint", rule=ALL_SAINTS),
        Holiday(name="premier jour de Noël", rule=CHRISTMAS),
        Holiday(name="second jour de Noël", rule=SECOND_CHRISTMAS),
    ),
)

IRELAND = Calendar(
    country="IE",
    source="Organisation of Working Time Act 1997, Second Schedule; S.I. 50/2022",
    leaves_out="days in lieu of a holiday on a weekend",
    holidays=(
        Holiday(name="New Year's Day", rule=NEW_YEAR),
        Holiday(name="Saint Brigid's Day", rule=_saint_brigid, since=2023),
        Holiday(name="Saint Patrick's Day", rule=_on(3, 17)),
        Holiday(name="Day of Remembrance", rule=_on(3, 18), since=2022, until=2022),
        Holiday(name="Easter Monday", rule=EASTER_MONDAY),
        Holiday(name="first Monday in May", rule=_first_monday(5)),
        Holiday(name="first Monday in June", rule=_first_monday(6)),
        Holiday(name="first Monday in August", rule=_first_monday(8)),
        Holiday(name="last Monday in October", rule=_last_monday_of_october),
        Holiday(name="Christmas Day", rule=CHRISTMAS),
        Holiday(name="Saint Stephen's Day", rule=SECOND_CHRISTMAS),
    ),
)

CALENDARS = {
    calendar.country: calendar
    for calendar in (NETHERLANDS, BELGIUM, FRANCE, GERMANY, LUXEMBOURG, IRELAND)
}


@lru_cache(maxsize=1024)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Give the public holidays of a year; none for a country without a table."""
    calendar = CALENDARS.get(country)
    return frozenset(day for day, _ in calendar.days(year)) if calendar else frozenset()


def is_working_day(day: date, country: str) -> bool:
    """Tell whether the day is no public holiday, Sunday or Saturday (Reg. 1182/71 Art. 2(2))."""
    return day.weekday() < 5 and day not in public_holidays(country, day.year)  # noqa: PLR2004
