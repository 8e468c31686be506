"""Whatever tables and columns are called, plans, runs and every request do as for plain names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from tests.integration.forked import planned, run
from tests.integration.mill import ANNA, CRM, DAY, POLICY, TABLES, World, build
from tests.integration.one_table import left

ODD = {
    "customer": 'Kl"ant %s :x',
    "contact": "order",
    "address": "Ä.b 'c' %(d)s",
    "id": "select",
    "name": 'Na"am',
    "email": "e-mail (1)",
    "address_id": "per%cent",
    "joined": "from",
    "customer_id": "Customer Id:id",
    "at": "A?t;",
    "note": "note\\n",
    "street": "{straße}",
}
_WORDS = re.compile(rf"\b({'|'.join(sorted(ODD, key=len, reverse=True))})\b")
Named = Callable[[str], str]


def _policy(named: Named) -> str:
    """Give the store's file with its tables and columns renamed; datasets keep their names."""
    told: dict[str, Any] = yaml.safe_load(CRM)
    for dataset in told["stores"][0]["datasets"]:
        dataset["table"] = named(dataset["table"])
        dataset["key"] = [named(one) for one in dataset["key"]]
        for column in dataset["columns"]:
            column["name"] = named(column["name"])
        if "collected" in dataset:
            dataset["collected"] = named(dataset["collected"])
        if "subject" in dataset:
            dataset["subject"]["columns"] = [named(c) for c in dataset["subject"]["columns"]]
        for event in dataset.get("events", {}).values():
            for source in event["latest_of"]:
                source["column"] = named(source["column"])
    return yaml.safe_dump(told, allow_unicode=True)


def _tables(named: Named) -> tuple[str, ...]:
    def renamed(statement: str) -> str:
        values = " VALUES" if statement.startswith("INSERT") else "$"
        head, _, rest = statement.partition(values)
        head = _WORDS.sub(lambda found: named(found.group()), head)
        return f"{head}{values if rest else ''}{rest.replace('%', '%%')}"

    return tuple(map(renamed, TABLES["crm"]))


def _world(folder: Path, server: sa.URL | None, names: dict[str, str]) -> Path:
    dialect = sa.create_engine("sqlite://" if server is None else server).dialect
    quote = dialect.identifier_preparer.quote
    index = iter(range(9))

    def quoted(name: str) -> str:
        return quote(names.get(name, name))

    tables = [
        re.sub(r"INDEX \w+", lambda _: f"INDEX odd_{next(index)}", one) for one in _tables(quoted)
    ]
    world = World(
        policy={"policy": POLICY, "crm": _policy(lambda name: names.get(name, name))},
        tables={"crm": tables},
    )
    return build(folder, server, "odd" if names else "plain", world)


def _contents(folder: Path, server: sa.URL | None, names: dict[str, str]) -> list[list[Any]]:
    prefix = "odd" if names else "plain"
    url = sa.make_url(f"sqlite:///{folder / 'stores' / 'crm.sqlite'}")
    engine = sa.create_engine(url if server is None else server.set(database=f"{prefix}_crm"))
    quote = engine.dialect.identifier_preparer.quote
    tables = (quote(names.get(one, one)) for one in ("customer", "contact", "address"))
    found = [sorted(left(engine, f"SELECT * FROM {table}"), key=repr) for table in tables]  # noqa: S608
    engine.dispose()
    return found  # type: ignore[return-value]


def _did(folder: Path, *arguments: str) -> str:
    done = run(*arguments, folder=folder)
    assert done.returncode == 0, (arguments, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stdout


ON = ("--at", DAY)
BEN = ("--id", "email:ben@example.com", "--controller", "mill")
FAY = ("--id", "email:fay@example.com", "--controller", "mill")


def _do_all(folder: Path, names: dict[str, str]) -> None:
    """Do everything that one can ask."""
    column = f"crm.customer.{names.get('name', 'name')}"
    _did(folder, "check")
    assert "3 rows" in _did(folder, "subject", "find", *BEN)
    assert "customers/active" in _did(folder, "why", column, "2", *ON)
    _did(folder, "subject", "rectify", *BEN, "--set", f"{column}=Benjamin", "--yes", *ON)
    _did(folder, "subject", "restrict", *FAY, "--ground", "accuracy-contested", *ON)
    assert "verified" in _did(folder, "subject", "erase", *ANNA, "--yes", *ON)
    plan = planned(folder)
    assert "changed 8 rows of 8" in _did(folder, "apply", plan, "--approve", plan)
    _did(folder, "subject", "access", *BEN, *ON)
    _did(folder, "subject", "portability", *BEN, *ON)
    given = {path.name: path.read_text() for path in folder.glob("answers/*/*.json")}
    assert "Benjamin" in given["access.json"]
    own = json.dumps(names.get("name", "name"), ensure_ascii=False)
    assert f'"field": {own}' in given["access.json"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_names_change_nothing(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = None if kind == "sqlite" else request.getfixturevalue(kind).url
    ends = []
    for names in ({}, ODD):
        folder = _world(tmp_path / ("odd" if names else "plain"), server, names)
        _do_all(folder, names)
        ends.append(_contents(folder, server, names))
    assert ends[0] == ends[1]
    assert ("Benjamin" in repr(ends[1]), "Anna" in repr(ends[1])) == (True, False)
