"""What stands for nobody joins nobody: a guest's 0, an empty text, a word for none (R-IX.1)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import NOTHING_SAID, Circumstances
from doelbinding.binding.justify import Interpreter
from doelbinding.plan.survey import surveyed
from doelbinding.policy.load import load
from doelbinding.retention.planner import Planner
from doelbinding.stores.memory.oracle import apply_rules
from doelbinding.stores.memory.tables import MemoryTables
from doelbinding.stores.sql.store import SqlStore
from tests.integration.mill import POLICY
from tests.integration.one_night import AT, STORE, policy_of
from tests.integration.one_table import say
from tests.integration.test_strays import search

ORDERS = """\
      - id: buyer
        label: {en: Orders and those of guests}
        table: buyer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - OWNER
          - {name: mail, category: email, identifier: email}
          - {name: status}
        states:
          subscribed: {column: status, equals: "Yes"}
        bindings: [{activity: news, columns: ['*']}]
"""


INTEGER = "type: integer, identifier: account"
HELD = {
    "guest": (INTEGER, "(1, 0, 'anna@example.com', 'Yes'), (2, 0, 'bob@example.com', 'Yes')"),
    "declared": (
        f"{INTEGER}, null_values: [1]",
        "(1, 1, 'anna@example.com', 'Yes'), (2, 1, 'bob@example.com', 'Yes')",
    ),
    "word": (
        "identifier: account, null_values: [none]",
        "(1, 'none', 'anna@example.com', 'Yes'), (2, ' none', 'bob@example.com', 'Yes')",
    ),
    "blank": (
        "identifier: account",
        "(1, ' ', 'anna@example.com', 'Yes'), (2, '', 'bob@example.com', 'Yes')",
    ),
    "no digits": (
        "identifier: national-number",
        "(1, '000000000', 'anna@example.com', 'Yes'), (2, '-', 'bob@example.com', 'Yes')",
    ),
}
SAME = "(3, 123456782, 'anna@example.com', 'Yes'), (4, 123456782, 'anna@example.net', 'Yes')"


@pytest.mark.parametrize("name", ["sqlite", "mariadb"])
@pytest.mark.parametrize("case", HELD)
def test_strangers_with_a_value_that_stands_for_nobody_are_not_one_person(
    name: str, case: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    said, strangers = HELD[case]
    owner = "INTEGER" if said.startswith(INTEGER) else "VARCHAR(20)"
    say(
        engine,
        f"CREATE TABLE buyer (id INTEGER PRIMARY KEY, owner {owner}, mail VARCHAR(40), "
        "status VARCHAR(9))",
        f"INSERT INTO buyer VALUES {strangers}, {SAME}",  # noqa: S608 - our own text
    )
    policy = policy_of(ORDERS.replace("OWNER", f"{{name: owner, {said}}}"))
    (found,) = search(engine, policy, "email:anna@example.com")
    assert sorted(row.key[0] for row in found.rows) == [1, 3, 4]
    assert not found.ambiguous


TWO = f"""\
{STORE}      - id: member
        label: {{en: Members}}
        table: member
        key: [id]
        controller: mill
        person: true
        columns:
          - {{name: id, type: integer}}
          - name: mail
            category: email
            identifier: email
            null_values: [none]
            replace_with: gone
        events:
          order.placed:
            latest_of: [{{store: t, dataset: call, column: at, on: {{caller: mail}}}}]
        bindings: [{{activity: orders, columns: ['*']}}]
  - id: t
    label: {{en: Calls}}
    country: IE
    backups: P0D
    datasets:
      - id: call
        label: {{en: Calls}}
        table: call
        key: [id]
        controller: mill
        person: true
        columns:
          - {{name: id, type: integer}}
          - {{name: caller, category: email, identifier: email}}
          - {{name: at, type: date, category: history}}
        events: {{order.placed: {{column: at}}}}
        bindings: [{{activity: orders, columns: ['*']}}]
"""


def test_strangers_with_a_value_that_stands_for_nobody_do_not_date_each_other(
    sqlite: sa.Engine, tmp_path: Path
) -> None:
    """What nobody dates is undated, and so kept and reported; not ended by a stranger's date."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "store.yaml").write_text(TWO)
    policy = load(tmp_path)
    say(
        sqlite,
        "CREATE TABLE member (id INTEGER PRIMARY KEY, mail VARCHAR(40) NOT NULL)",
        "CREATE TABLE call (id INTEGER PRIMARY KEY, caller VARCHAR(40), at DATE)",
        "INSERT INTO member VALUES (1, ''), (2, 'none'), (3, 'gone'), (4, 'a@example.com')",
        "INSERT INTO call VALUES (1, ' ', '2001-01-01'), (2, 'None', '2001-01-01'), "
        "(3, 'gone', '2001-01-01'), (4, 'A@example.com', '2001-01-01'), (5, 'none', '2001-01-01')",
    )
    stores = {store.id: SqlStore(store, sqlite) for store in policy.stores}
    planner = Planner(policy=policy, at=AT, circumstances=Circumstances())
    plan = surveyed(planner.retention("0" * 64), stores, {}, b"secret")
    members = [step.expected for step in plan.steps if step.dataset == "member"]
    assert members == [1]
    held = {
        "s.member": [{"id": n, "mail": mail} for n, mail in
                     ((1, ""), (2, "none"), (3, "gone"), (4, "a@example.com"))],
        "t.call": [{"id": n, "caller": caller, "at": date(2001, 1, 1)} for n, caller in
                   ((1, " "), (2, "None"), (3, "gone"), (4, "A@example.com"), (5, "none"))],
    }  # fmt: skip
    tables = MemoryTables(tables=held)
    interpreter = Interpreter(policy=policy, reader=tables, at=AT, circumstances=NOTHING_SAID)
    left = apply_rules(interpreter, tables).after.tables["s.member"]
    assert [row["id"] for row in left] == [1, 2, 3]
