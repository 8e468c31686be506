"""A column that refers by type and id, or only in some rows: who needs the row it names (R-X.1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.plan.ports import Gravity
from tests.integration.one_night import night, planned
from tests.integration.one_table import left, say

READERS = """\
      - id: reader
        label: {en: Readers}
        table: reader
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: mail, category: email, identifier: email}
          - {name: status}
        states: {subscribed: {column: status, equals: "Yes"}}
        bindings: [{activity: news, columns: ['*']}]
"""
NOTES = """\
      - id: note
        label: {en: Notes}
        table: note
        key: [id]
        subjects: [{to: reader, columns: [owner], when: {column: kind, equals: reader}}]
        columns:
          - {name: id, type: integer}
          - {name: kind}
          - {name: owner, type: integer}
          - {name: words, category: history}
          - {name: status}
        states: {subscribed: {column: status, equals: "Yes"}}
        bindings: [{activity: news, columns: ['*']}]
"""


def filled(engine: sa.Engine, refers: str = "") -> None:
    say(
        engine,
        "CREATE TABLE reader (id INTEGER PRIMARY KEY, mail VARCHAR(40), status VARCHAR(9))",
        f"CREATE TABLE note (id INTEGER PRIMARY KEY, kind VARCHAR(9), owner INTEGER{refers}, "
        "words VARCHAR(9), status VARCHAR(9))",
        "INSERT INTO reader VALUES (1, 'a@example.com', 'No'), (2, 'b@example.com', 'No'), "
        "(3, 'c@example.com', 'No')",
        "INSERT INTO note VALUES (1, 'reader', 2, 'x', 'Yes'), (2, 'company', 1, 'x', 'Yes'), "
        "(3, NULL, 3, 'x', 'Yes')",
    )


def test_a_row_goes_though_one_of_another_type_has_its_number(everywhere: sa.Engine) -> None:
    """Else the reader would stay for a note on the company that has the same number."""
    filled(everywhere)
    outcome = night(everywhere, READERS + NOTES)
    assert outcome.verified
    assert left(everywhere, "SELECT id, mail FROM reader") == [(2, None)]
    assert left(everywhere, "SELECT id FROM note ORDER BY id") == [(1,), (2,), (3,)]


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_foreign_key_of_all_rows_is_not_told_by_a_path_of_some(
    name: str, request: pytest.FixtureRequest
) -> None:
    """The key keeps the row, or takes along those for which the path does not hold."""
    engine = request.getfixturevalue(name)
    filled(engine, " REFERENCES reader (id) ON DELETE CASCADE")
    store, plan = planned(engine, READERS + NOTES)
    told = [one.message for one in store.preflight(plan.steps) if one.gravity is Gravity.REFUSES]
    assert told == ["'note' refers to it by (owner), which the policy does not tell"]
    refers = "        references: [{columns: [owner], to: reader}]\n"
    assert night(engine, READERS + NOTES + refers).verified
    assert left(engine, "SELECT id, mail FROM reader ORDER BY id") == [
        (1, None),
        (2, None),
        (3, None),
    ]
