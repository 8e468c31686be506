"""SQL Server and Oracle by compiled statements: their own words, and never run (docs say so)."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, oracle

from doelbinding.binding.expression import (
    YES,
    And,
    AnyOf,
    Branch,
    Compare,
    Comparison,
    Expression,
    IsNull,
    KeyIn,
    Not,
    NotAfter,
    Or,
    Referred,
    Since,
    Up,
)
from doelbinding.binding.paths import Link
from doelbinding.plan.model import Deed, Doubt, Emptied, KeySets, Step
from doelbinding.policy.stores import Column, ColumnType, Dataset, Store
from doelbinding.stores.sql import apart, shallow, visits
from doelbinding.stores.sql.apart import Parting
from doelbinding.stores.sql.atonce import Counts
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.deeds import Deeds
from doelbinding.stores.sql.meant import meant
from doelbinding.stores.sql.questions import counting
from doelbinding.stores.sql.shallow import Shallow
from doelbinding.stores.sql.written import Asked, Texts

DEEP = pytest.mark.parametrize("how", ["as it stands", "in visits", "in rounds"])
DIALECTS = {"mssql": mssql.dialect(), "oracle": oracle.dialect()}
TO_PARENT = Link(dataset="parent", pairs=(("parent_id", "id"), ("parent_no", "no")))
TO_CHILD = Link(dataset="child", pairs=(("id", "parent_id"), ("no", "parent_no")))


def _since(column: str, when_null: bool | None = None) -> Since:
    return Since(
        column=column,
        day=date(2020, 1, 1),
        zone="Europe/Amsterdam",
        earliest=date(1950, 1, 1),
        latest=date(2150, 1, 1),
        when_null=when_null,
    )


def _dataset(name: str) -> Dataset:
    kinds = {
        "id": ColumnType.INTEGER,
        "no": ColumnType.INTEGER,
        "parent_id": ColumnType.INTEGER,
        "parent_no": ColumnType.INTEGER,
        "kind": ColumnType.TEXT,
        "day": ColumnType.DATE,
        "at": ColumnType.TIMESTAMP,
        "instant": ColumnType.INSTANT,
        "text": ColumnType.DATE_TEXT,
        "epoch": ColumnType.EPOCH_SECONDS,
    }
    columns = tuple(Column(name=n, type=k) for n, k in kinds.items())
    return Dataset(id=name, table=name, key=("id", "no"), label={}, columns=columns)


STORE = Store(id="s", label={}, country="NL", datasets=(_dataset("parent"), _dataset("child")))
KEYS = {"two": frozenset({(1, 2), (3, 4)}), "one": frozenset({("a",)}), "none": frozenset()}
EXPRESSIONS: dict[str, Expression] = {
    "text": Compare(column="kind", by=Comparison.EQUALS, value="K"),
    "ordered": Compare(column="kind", by=Comparison.AT_MOST, value="K"),
    "null": IsNull(column="kind"),
    "day": _since("day", when_null=True),
    "at": _since("at"),
    "instant": _since("instant"),
    "text date": _since("text"),
    "epoch": _since("epoch"),
    "not after": NotAfter(
        column="instant", moment=datetime(2024, 1, 1, tzinfo=UTC), zone="Europe/Amsterdam"
    ),
    "keys": KeyIn(columns=("id", "no"), keys="two"),
    "text key": KeyIn(columns=("kind",), keys="one"),
    "no keys": KeyIn(columns=("id", "no"), keys="none"),
    "up": Up(link=TO_PARENT, part=_since("day"), missing=False),
    "rows": AnyOf(branches=(Branch(part=_since("day"), link=TO_CHILD), Branch(part=_since("at")))),
    "referred": Referred(link=TO_CHILD, stays=_since("day")),
}
EXPRESSIONS["all"] = And(parts=tuple(EXPRESSIONS.values()))
EXPRESSIONS["any"] = Not(part=Or(parts=tuple(EXPRESSIONS.values())[:-1]))


def _statements(dialect: str, needed: Expression) -> list[str]:
    found = []
    for deed in (Deed.DELETE, Deed.EMPTY):
        columns = (Emptied(column="kind"), Emptied(column="text", replacement="-"))
        step = Step(
            id="s001",
            store="s",
            dataset="parent",
            controller=None,
            deed=deed,
            needed=needed,
            columns=columns if deed is Deed.EMPTY else (),
            unless=IsNull(column="kind"),
        )
        doubt = Doubt(store="s", dataset="parent", controller=None, scope=needed, values=(needed,))
        asking = Compiler(store=STORE, dialect=dialect, keys=KEYS)
        asked = [q.statement(dialect) for q in counting([step], [doubt], asking)]
        compiler = Compiler(store=STORE, dialect=dialect, keys=KEYS, doing=True)
        here = compiler.here("parent")
        deeds = Deeds(step=step, here=here, dialect=dialect)
        asked.append(deeds.statement().where(meant(step, compiler, here)))
        found += [str(one.compile(dialect=DIALECTS[dialect])) for one in asked]
    return found


def _kept(dialect: str, needed: Expression) -> list[str]:
    """Give the statements that are kept for a request: rows deleted, or else one column emptied."""
    narrow = KeyIn(columns=("id",), keys="only")
    about = {"store": "s", "dataset": "parent", "controller": None, "narrow": narrow, "scope": YES}
    steps = (
        Step(id="s001", deed=Deed.DELETE, needed=needed, **about),  # type: ignore[arg-type]
        Step(
            id="s002",
            deed=Deed.EMPTY,
            needed=IsNull(column="kind"),
            columns=(Emptied(column="kind"),),
            unless=needed,
            **about,  # type: ignore[arg-type]
        ),
    )
    doubt = Doubt(
        store="s", dataset="parent", controller=None, scope=YES, narrow=narrow, values=(needed,)
    )
    written: list[str] = []

    def ask(asked: Asked, _: KeySets) -> list[list[list[int]]]:
        written.extend(one.text for one, _ in asked)
        return [[[0] * len(one.compiled._result_columns)] for one, _ in asked]

    texts = Texts(STORE, DIALECTS[dialect])
    making = Shallow(texts, ask, Parting(STORE), _unconnected)
    Counts(texts, ask, making).count(steps, [doubt], KEYS)
    return written


def _unconnected() -> AbstractContextManager[sa.Connection]:
    raise AssertionError


_BARE = re.compile(r"\b(WHERE|AND|OR|NOT|WHEN|ON)[\s(]+[01]\b(?! =)")
"""A number where a condition stands, which neither dialect takes for one."""


def _ask(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "in visits":
        monkeypatch.setattr(visits, "MOST_WRITTEN_OUT", 0)
    if how == "in rounds":
        monkeypatch.setattr(shallow, "MOST_WRITTEN_OUT", 0)
        monkeypatch.setattr(apart, "MOST_TOGETHER", -1)


@DEEP
@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_that_are_kept_use_only_what_the_dialect_has(
    dialect: str, name: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(how, monkeypatch)
    for statement in _kept(dialect, EXPRESSIONS[name]):
        assert not re.search(r"\b(true|false|IS TRUE|IS NOT TRUE)\b", statement, re.IGNORECASE)
        assert not re.search(r"\b(LIMIT|OFFSET|FILTER|RETURNING|ANY)\b|::|~", statement)
        assert not re.search(r"= [01]\) AS ", statement), "no condition is selected"
        assert not re.search(r"= [01]\) = [01]", statement), "no condition is compared"
        assert not _BARE.search(statement), "no number is a condition"


@DEEP
@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_use_only_what_the_dialect_has(
    dialect: str, name: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(how, monkeypatch)
    for statement in _statements(dialect, EXPRESSIONS[name]):
        assert not re.search(r"\b(true|false|IS TRUE|IS NOT TRUE)\b", statement, re.IGNORECASE)
        assert not re.search(r"\b(LIMIT|FILTER|RETURNING|ILIKE|ANY)\b|::|~", statement)
        assert statement.count("(") == statement.count(")")
        assert not re.search(r"= [01]\) = [01]", statement), "no condition is compared"
        assert not _BARE.search(statement), "no number is a condition"
        if dialect == "mssql":
            assert not re.search(r"\(\S+, \S+\) IN|EXISTS \([^S]*\) AS", statement), "no tuples"
            assert not re.search(r"\bREGEXP|NLSSORT", statement)
        else:
            assert not re.search(r"TRY_CONVERT|\bvarbinary\b", statement)


def test_conditions_are_never_values_on_sql_server() -> None:
    """SQL Server has no boolean to select or coalesce: conditions stand after CASE WHEN."""
    for statement in _statements("mssql", EXPRESSIONS["all"]):
        assert "coalesce" not in statement.lower()
        assert re.search(r"CASE WHEN .* THEN 1", statement, re.DOTALL)


def test_instants_keep_their_offset_where_the_column_does() -> None:
    compiler = Compiler(store=STORE, dialect="mssql", keys={})
    found = compiler.certainly(_since("instant"), compiler.here("parent"), wanted=False)
    values = found.compile(dialect=DIALECTS["mssql"]).params.values()
    assert all(isinstance(v, datetime) and v.tzinfo is not None for v in values)


def test_text_is_compared_by_its_bytes() -> None:
    (asked, *_) = _statements("mssql", EXPRESSIONS["text"])
    assert "varbinary(max)" in asked
