"""A database gives at least the rows whose identifier is alike; we judge which are (ADR 0019)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doelbinding.plan.identifiers import normalise
from doelbinding.policy.stores import Column, ColumnType, Dataset, Inside, Store
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.identify import serving_indexes
from doelbinding.stores.sql.store import SqlStore

KINDS = ("email", "phone", "iban", "national-number", "customer-number")
NATIONAL = ["0612345678", "0201234567", "0031612345678", "+31612345678", "+32470123456", "112",
            "+442071838750", "+390612345678", "14020"]  # fmt: skip
IBANS = ["NL91ABNA0417164300", "BE68539007547034", "nl91abna0417164300"]
NUMBERS = ["123456782", "012345672", "85073003328", "00012567890"]
MAILS = ["zoë@bücher.example", "strasse@example.com", "ISTANBUL@example.com", "a.b+c@example.com",
         "straße@example.com", "zoë@xn--bcher-kva.example", "ﬁn@example.com"]  # fmt: skip
CODES = ["4711", "K-4711", "Å1"]
VALUES = {
    "email": MAILS, "phone": NATIONAL, "iban": IBANS, "national-number": NUMBERS,
    "customer-number": CODES,
}  # fmt: skip


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _spaced(text: str) -> str:
    return " ".join(text[n : n + 4] for n in range(0, len(text), 4))


FORMS = [
    lambda t: t, str.upper, str.lower, str.title, _wide, _spaced,
    lambda t: f" {t}\t", lambda t: f"\u3000{t}\xa0", lambda t: unicodedata.normalize("NFD", t),
    lambda t: t.replace("0", "(0)", 1), "-".join, lambda t: f"{t} ext. 12",
    lambda t: f"IBAN {t}", lambda t: f"{t}x", lambda t: t[:-1], lambda t: t.lstrip("0"),
]  # fmt: skip


@st.composite
def held(draw: st.DrawFn) -> tuple[str, list[str | None], str]:
    """Give a kind, what a column of it holds, and what is looked up."""
    kind = draw(st.sampled_from(KINDS))
    written = st.builds(
        _all,
        st.sampled_from(VALUES[kind]),
        st.lists(st.sampled_from(FORMS), max_size=2),
    )
    junk = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=12)
    column = draw(st.lists(st.one_of(written, written, junk, st.none()), min_size=1, max_size=12))
    return kind, column, draw(written)


def _all(value: str, forms: Sequence[object]) -> str:
    for form in forms:
        value = form(value)  # type: ignore[operator]
    return value


def _store(engine: sa.Engine, kind: str) -> SqlStore:
    columns = (Column(name="id", type=ColumnType.INTEGER), Column(name="held", identifier=kind))
    dataset = Dataset(
        id="d", table="identified", key=("id",), columns=columns, label={}, person=True
    )
    return SqlStore(Store(id="s", label={}, country="NL", datasets=(dataset,)), engine)


def finds_what_is_alike(engine: sa.Engine, world: tuple[str, list[str | None], str]) -> None:
    kind, column, asked = world
    value = normalise(kind, asked, "NL")
    store = _store(engine, kind)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM identified"))
        rows = [{"id": n, "held": text} for n, text in enumerate(column)]
        connection.execute(sa.text("INSERT INTO identified VALUES (:id, :held)"), rows)
    found = {row["id"] for row in store.match("s.d", "held", kind, [value], "NL")}
    wanted = {
        n for n, text in enumerate(column) if text is not None
        and normalise(kind, text, "NL") == value
    }  # fmt: skip
    assert found == wanted


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    path = tmp_path_factory.mktemp("identify") / "held.sqlite3"
    path.touch()
    engine = make_engine(sa.URL.create("sqlite", database=str(path)))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE identified (id INTEGER PRIMARY KEY, held TEXT)"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def postgresql(postgresql_uri: str) -> Iterator[sa.Engine]:
    engine = make_engine(sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS identified"))
        connection.execute(sa.text("CREATE TABLE identified (id int PRIMARY KEY, held text)"))
    yield engine
    engine.dispose()


many = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(world=held())
def test_sqlite_finds_what_is_alike(
    world: tuple[str, list[str | None], str], sqlite: sa.Engine
) -> None:
    finds_what_is_alike(sqlite, world)


@many
@given(world=held())
def test_postgresql_finds_what_is_alike(
    world: tuple[str, list[str | None], str], postgresql: sa.Engine
) -> None:
    finds_what_is_alike(postgresql, world)


@pytest.mark.parametrize("kind", KINDS)
def test_postgresql_looks_people_up_by_the_indexes_that_are_named(
    kind: str, postgresql: sa.Engine
) -> None:
    """Cost follows the rows found, not the rows stored."""
    column = Column(name="held", identifier=kind)
    with postgresql.begin() as connection:
        connection.execute(sa.text("DROP TABLE identified"))
        connection.execute(sa.text("CREATE TABLE identified (id int PRIMARY KEY, held text)"))
        connection.execute(
            sa.text("INSERT INTO identified SELECT n, '06' || n FROM generate_series(1, 20000) n")
        )
        for statement in serving_indexes("identified", "held", kind, column, "postgresql"):
            connection.exec_driver_sql(statement)
        connection.execute(sa.text("ANALYZE identified"))
    before = _scans(postgresql)
    store = _store(postgresql, kind)
    assert len(store.match("s.d", "held", kind, [normalise(kind, "0612345", "NL")], "NL")) == 1
    assert _scans(postgresql) == before


def _scans(engine: sa.Engine) -> int:
    """Count the scans of the whole table; a backend tells of its own when it ends."""
    engine.dispose()
    asked = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'identified'"
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        return int(connection.exec_driver_sql(asked).scalar_one())


def test_an_identifier_inside_a_document_is_found(sqlite: sa.Engine) -> None:
    columns = (
        Column(name="id", type=ColumnType.INTEGER),
        Column(name="held"),
        Column(name="mail", identifier="email", inside=Inside(column="held", path="$.mail")),
    )
    dataset = Dataset(
        id="d", table="identified", key=("id",), columns=columns, label={}, person=True
    )
    store = SqlStore(Store(id="s", label={}, country="NL", datasets=(dataset,)), sqlite)
    with sqlite.begin() as connection:
        connection.execute(sa.text("DELETE FROM identified"))
        rows = [{"id": 1, "held": '{"mail": "A@example.com"}'}, {"id": 2, "held": "{}"}]
        connection.execute(sa.text("INSERT INTO identified VALUES (:id, :held)"), rows)
    found = store.match("s.d", "mail", "email", ["a@example.com"])
    assert [row["id"] for row in found] == [1]


_LARGE = 2**64 - 1


@pytest.mark.parametrize(
    ("fixture", "kind"), [("mariadb", "BIGINT UNSIGNED"), ("postgresql", "NUMERIC(20)")]
)
def test_a_whole_number_beyond_those_with_a_sign_is_found(
    fixture: str, kind: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(fixture)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS identified"))
        connection.execute(sa.text(f"CREATE TABLE identified (id {kind} PRIMARY KEY)"))
        connection.execute(sa.text("INSERT INTO identified VALUES (:id), (1)"), {"id": _LARGE})
    (row,) = _numbered(engine).match("s.d", "id", "customer", [str(_LARGE)])
    assert int(str(row["id"])) == _LARGE
    assert len(_numbered(engine).match("s.d", "id", "customer", [str(_LARGE), "1", "2"])) == 2
    assert len(_numbered(engine).rows("s.d", {"id": _LARGE})) == 1


def test_sqlite_holds_no_whole_number_beyond_those_with_a_sign(sqlite: sa.Engine) -> None:
    assert not _numbered(sqlite).match("s.d", "id", "customer", [str(_LARGE)])
    assert not _numbered(sqlite).rows("s.d", {"id": _LARGE})


def _numbered(engine: sa.Engine) -> SqlStore:
    columns = (Column(name="id", type=ColumnType.INTEGER, identifier="customer"),)
    dataset = Dataset(
        id="d", table="identified", key=("id",), columns=columns, label={}, person=True
    )
    return SqlStore(Store(id="s", label={}, country="NL", datasets=(dataset,)), engine)
