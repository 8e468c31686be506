"""CHECK constraints of MariaDB as SHOW CREATE TABLE has them, which every role may see.

`information_schema.check_constraints` is empty for a role that may not do all with a table; and
SQLAlchemy reads none that stands beside its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.preflight.obstacles import quoting

_TOKEN = re.compile(
    r"""
    (?P<text>'(?:[^'\\]|''|\\.)*')
    | (?P<name>`(?:[^`]|``)*`|"(?:[^"]|"")*")
    | (?P<sign>[(),])
    | (?P<word>\w+)
    """,
    re.DOTALL | re.VERBOSE,
)


def shown_checks(connection: sa.Connection, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield name and text of the CHECK constraints on a table; on a column, its name is theirs."""
    quote = quoting(connection.dialect)
    table = ".".join(quote(part) for part in (dataset.schema_, dataset.table) if part)
    shown = connection.execute(sa.text(f"SHOW CREATE TABLE {table.replace(':', chr(92) + ':')}"))
    yield from checks_in(str(shown.one()[1]))


def checks_in(shown: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of the CHECK constraints in a CREATE TABLE; none of a view's text."""
    if not re.match(r"CREATE (TEMPORARY )?TABLE\b", shown):
        return
    depth, name, begun, word = 0, "", None, ""
    for token in _TOKEN.finditer(shown, shown.index("(")):
        kind, said = token.lastgroup, token[0]
        if said == "(":
            depth += 1
            if depth == _IN_CHECK and word == "CHECK":
                begun = token.end()
        elif said == ")":
            depth -= 1
            if depth < _IN_CHECK and begun is not None:
                yield name, shown[begun : token.start()]
                begun = None
        elif said == "," and depth == 1:
            name = ""
        elif kind == "name" and depth == 1 and not name:
            name = said[1:-1].replace(said[0] * 2, said[0])
        if depth == 0:
            return
        word = said if kind == "word" else ""


_IN_CHECK = 2
