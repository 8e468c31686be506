"""Obstacles in words, and what steps do to a table, for those who look into catalogues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import sqlalchemy as sa

from doelbinding.plan.model import Deed, Step
from doelbinding.plan.ports import Gravity, Obstacle
from doelbinding.policy.stores import Dataset

VERIFIED = (
    "see that it does not keep or copy what is erased, nor dates rows anew; the run is verified by "
    "reading back"
)


def refuses(ref: str, message: str, remedy: str) -> Obstacle:
    """Give an obstacle that forbids a run."""
    return Obstacle(gravity=Gravity.REFUSES, ref=ref, message=message, remedy=remedy)


def warns(ref: str, message: str, remedy: str) -> Obstacle:
    """Give an obstacle that a run may meet."""
    return Obstacle(gravity=Gravity.WARNS, ref=ref, message=message, remedy=remedy)


def changes_here(ref: str, kind: str) -> Obstacle:
    """Give the obstacle that rows are changed in what is no table."""
    return refuses(
        ref,
        f"it is {kind}, not a table",
        "map the table behind it, in the store where that is",
    )


def quoting(dialect: sa.Dialect) -> Callable[[str], str]:
    """Give what quotes a name for people; for drivers that format, a library doubles each `%`."""
    quote, doubles = dialect.identifier_preparer.quote, dialect.paramstyle in _FORMATTING
    return lambda name: quote(name).replace("%%", "%") if doubles else quote(name)


_FORMATTING = frozenset({"format", "pyformat"})


def escaped(connection: sa.Connection, text: str) -> str:
    """Give a text of the catalogue as a statement that a driver is given writes it."""
    return text.replace("%", "%%") if connection.dialect.paramstyle in _FORMATTING else text


def shown(connection: sa.Connection, dataset: Dataset) -> str:
    """Give a table's name as people write it in a statement."""
    quote = quoting(connection.dialect)
    return ".".join(quote(part) for part in (dataset.schema_, dataset.table) if part)


def quoted(connection: sa.Connection, dataset: Dataset) -> str:
    """Give a table's name as a statement that a driver is given writes it."""
    quote = connection.dialect.identifier_preparer.quote
    return ".".join(quote(part) for part in (dataset.schema_, dataset.table) if part)


def deletes(steps: Sequence[Step]) -> bool:
    """Tell whether any of the steps deletes rows."""
    return any(step.deed is Deed.DELETE for step in steps)


def updates(steps: Sequence[Step]) -> bool:
    """Tell whether any of the steps changes rows that stay."""
    return any(step.deed is not Deed.DELETE for step in steps)


def written(steps: Sequence[Step]) -> list[str]:
    """Name the columns that the steps change."""
    return list(dict.fromkeys(one.written for step in steps for one in step.columns))


def privileges_missing(
    connection: sa.Connection, ref: str, dataset: Dataset, missing: Iterable[tuple[str, str]]
) -> Iterator[Obstacle]:
    """Yield what a role may not do, of privileges and the columns they are missing on."""
    quote = quoting(connection.dialect)
    by_kind: dict[str, list[str]] = {}
    for what, column in missing:
        by_kind.setdefault(what, []).append(column)
    for what, columns in by_kind.items():
        named = ", ".join(column for column in columns if column)
        quoted_too = ", ".join(quote(column) for column in columns if column)
        right = f"{what} ({quoted_too})" if quoted_too else what
        yield refuses(
            ref,
            f"this role may not {what} ({named})" if named else f"this role may not {what}",
            f"GRANT {right} ON {shown(connection, dataset)} to the role that Doelbinding connects "
            "as",
        )
