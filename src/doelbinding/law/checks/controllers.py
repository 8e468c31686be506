"""DB621-DB625: controllers, their calendar, and what they do for clients (GDPR Art. 12, 28, 30)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from doelbinding.law.clock import end_of_financial_year
from doelbinding.law.finding import Definition, Finding, Severity
from doelbinding.law.holidays import CALENDARS
from doelbinding.law.transfers import inside_eea
from doelbinding.policy.model import Policy

FINANCIAL_YEAR = Definition(
    id="DB621",
    title="Financial year that ends on no day",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e)",
    why="Terms that count from the end of a financial year need to know when it is.",
    mend="write `financial_year_end` as MM-DD, such as 12-31",
)
ZONE = Definition(
    id="DB622",
    title="Time zone that does not exist",
    severity=Severity.ERROR,
    article="Reg. 1182/71 3(2)",
    why="A period ends with the last hour of a day, and where the controller is decides when that "
    "is.",
    mend="write a zone of the IANA database, such as Europe/Amsterdam",
)
HOLIDAYS = Definition(
    id="DB623",
    title="Country without a table of public holidays",
    severity=Severity.NOTE,
    article="Reg. 1182/71 2(1), 3(4)",
    why="Deadlines of answers move to the next working day; without a table only weekends count, "
    "so they fall earlier than they could, never later.",
    mend="add the country's public holidays, with their legal source, to `law.holidays`",
)
NO_LANGUAGE = Definition(
    id="DB624",
    title="Controller without a language",
    severity=Severity.ERROR,
    article="GDPR 12(1)",
    why="Without a language nothing is published for the people this controller serves.",
    mend="list the controller's `languages`",
)
FOR_CLIENTS = Definition(
    id="DB625",
    title="Processing for a client that is not in order",
    severity=Severity.ERROR,
    article="GDPR 28(3), 30(2)",
    why="The register of a processor names the client, the security measures and any transfer, "
    "and its agreement binds its people to confidentiality.",
    mend="complete the entry: signed agreement with `confidentiality: true`, `security`, and "
    "`transfers` for a client outside the EEA",
)


def _financial_year_is_a_day(ends: str) -> bool:
    try:
        end_of_financial_year(date(2000, 1, 1), ends)
    except ValueError:
        return False
    return True


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def calendars(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find controllers whose days cannot be counted, or only roughly."""
    for number, controller in enumerate(policy.controllers):
        path, subject = ("controllers", number), f"controller {controller.id}"
        ends = controller.financial_year_end
        if not _financial_year_is_a_day(ends):
            place = (*path, "financial_year_end")
            yield FINANCIAL_YEAR.at(place, subject, f"its financial year ends on {ends!r}")
        if not _zone_exists(controller.timezone):
            message = f"{controller.timezone!r} is no time zone"
            yield ZONE.at((*path, "timezone"), subject, message)
        if controller.country not in CALENDARS:
            message = f"no table of public holidays for {controller.country}"
            yield HOLIDAYS.at((*path, "country"), subject, message)
        if not controller.languages:
            yield NO_LANGUAGE.at(path, subject, "serves people in no language")


def for_clients(policy: Policy, on: date) -> Iterator[Finding]:
    """Find what is done for clients without what the register and Article 28 ask."""
    for c, controller in enumerate(policy.controllers):
        for p, work in enumerate(controller.processes_for):
            lacking = [
                what
                for what, missing in (
                    ("a signed agreement", work.agreement.signed_on > on),
                    ("confidentiality", not work.agreement.confidentiality),
                    ("security measures", not work.security),
                    ("a transfer", not inside_eea(work.country) and not work.transfers),
                )
                if missing
            ]
            if lacking:
                subject = f"controller {controller.id}, for {work.id}"
                path = ("controllers", c, "processes_for", p)
                yield FOR_CLIENTS.at(path, subject, f"lacks {', '.join(lacking)}")


DEFINITIONS = (FINANCIAL_YEAR, ZONE, HOLIDAYS, NO_LANGUAGE, FOR_CLIENTS)
CHECKS = (calendars, for_clients)
