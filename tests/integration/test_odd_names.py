"""Whatever tables and columns are called, plans, runs and every request do as for plain names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from tests.integration.forked import planned, run
from tests.integration.mill import ANNA, CRM, DAY, POLICY, TABLES, World, build
from tests.integration.one_table import left

ODD = {
    "customer": 'Kl"ant` %s :x',
    "contact": "order",
    "address": "Ä.b 'c' %(d)s",
    "id": "select",
    "name": 'Na"`am',
    "email": "e-`mail` (1)",
    "address_id": "per%cent`",
    "joined": "from",
    "customer_id": "Customer Id:id",
    "at": "A?t;",
    "note": "note\\n",
    "street": "{straße}",
}
_WORDS = re.compile(rf"\b({'|'.join(sorted(ODD, key=len, reverse=True))})\b")
APART = {"customer": 'Sch%a "A"', "contact": "two", "address": 'Sch%a "A"'}
"""In which schema a table is, or in which database of MariaDB."""
Named = Callable[[str], str]


def _policy(named: Named, schemas: dict[str, str]) -> str:
    """Give the store's file with its tables and columns renamed; datasets keep their names."""
    told: dict[str, Any] = yaml.safe_load(CRM)
    for dataset in told["stores"][0]["datasets"]:
        if dataset["table"] in schemas:
            dataset["schema"] = schemas[dataset["table"]]
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


def _world(
    folder: Path,
    server: sa.URL | None,
    names: dict[str, str],
    schemas: dict[str, str],
) -> Path:
    dialect = sa.create_engine("sqlite://" if server is None else server).dialect
    quote = dialect.identifier_preparer.quote
    index = iter(range(9))

    def quoted(name: str) -> str:
        own = quote(names.get(name, name))
        return f"{quote(schemas[name])}.{own}" if name in schemas else own

    made = [
        re.sub(r"INDEX \w+", lambda _: f"INDEX odd_{next(index)}", one) for one in _tables(quoted)
    ]
    world = World(
        policy={"policy": POLICY, "crm": _policy(lambda name: names.get(name, name), schemas)},
        tables={"crm": (*_schemas(schemas, dialect), *made, *_alike(schemas, quoted, dialect))},
    )
    return build(folder, server, folder.name, world)


def _schemas(schemas: dict[str, str], dialect: sa.Dialect) -> Iterator[str]:
    for schema in dict.fromkeys(schemas.values()):
        if dialect.name != "postgresql":
            yield f"DROP SCHEMA IF EXISTS {dialect.identifier_preparer.quote(schema)}"
        yield f"CREATE SCHEMA {dialect.identifier_preparer.quote(schema)}"


def _alike(schemas: dict[str, str], quoted: Named, dialect: sa.Dialect) -> Iterator[str]:
    """Yield tables of the same names, in the usual schema and in the others: nobody maps them."""
    quote = dialect.identifier_preparer.quote
    for table, own in schemas.items():
        yield f"CREATE TABLE {quote(table)} AS SELECT * FROM {quoted(table)}"  # noqa: S608
        for other in set(schemas.values()) - {own}:
            copy = f"{quote(other)}.{quote(table)}"
            yield f"CREATE TABLE {copy} AS SELECT * FROM {quoted(table)}"  # noqa: S608


TOLD = ("customer", "contact", "address")


def _contents(folder: Path, server: sa.URL | None, *tables: str) -> list[list[tuple[object, ...]]]:
    url = sa.make_url(f"sqlite:///{folder / 'stores' / 'crm.sqlite'}")
    engine = sa.create_engine(url if server is None else server.set(database=f"{folder.name}_crm"))
    quote = engine.dialect.identifier_preparer.quote
    names = (".".join(map(quote, table.split("/"))) for table in tables)
    found = [sorted(left(engine, f"SELECT * FROM {name}"), key=repr) for name in names]  # noqa: S608
    engine.dispose()
    return found


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
    plain, odd = tmp_path / "plain", tmp_path / "odd"
    _do_all(_world(plain, server, {}, {}), {})
    _do_all(_world(odd, server, ODD, {}), ODD)
    ends = _contents(odd, server, *(ODD[one] for one in TOLD))
    assert ends == _contents(plain, server, *TOLD)
    assert ("Benjamin" in repr(ends), "Anna" in repr(ends)) == (True, False)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_tables_of_one_name_in_other_schemas_are_others(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = request.getfixturevalue(kind).url
    plain, apart = tmp_path / "plain", tmp_path / "apart"
    before = _contents(_world(plain, server, {}, {}), server, *TOLD)
    _do_all(plain, {})
    _do_all(_world(apart, server, {}, APART), {})
    ends = _contents(apart, server, *(f"{APART[one]}/{one}" for one in TOLD))
    assert ends == _contents(plain, server, *TOLD)
    assert _contents(apart, server, *TOLD) == before
    others = ('Sch%a "A"/contact', "two/customer", "two/address")
    assert sorted(_contents(apart, server, *others), key=repr) == sorted(before, key=repr)
