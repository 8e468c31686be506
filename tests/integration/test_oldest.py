"""The earliest start that a plan shows is a date of a row, not what stands for none."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from tests.integration.one_night import planned
from tests.integration.one_table import say

BUYERS = """\
      - id: buyer
        label: {en: Buyers}
        table: buyer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: seen, type: epoch-seconds, null_values: [0], category: history}
          - {name: came, type: date, category: history}
        events: {order.placed: {latest_of: [{column: seen}, {column: came}]}}
        bindings: [{activity: orders, columns: ['*']}]
"""


def test_a_value_that_stands_for_nothing_is_no_earliest_start(everywhere: sa.Engine) -> None:
    say(
        everywhere,
        "CREATE TABLE buyer (id INTEGER PRIMARY KEY, name VARCHAR(9), seen BIGINT, came DATE)",
        "INSERT INTO buyer VALUES (1, 'Anna', 0, '2001-01-01'), "
        "(2, 'Bob', 1000000000, '2001-01-01')",
    )
    _, plan = planned(everywhere, BUYERS)
    assert [(step.expected, step.oldest) for step in plan.steps if step.expected] == [
        (2, date(2001, 9, 9))
    ]
