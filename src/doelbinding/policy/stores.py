"""Where personal data live: stores, datasets, columns, and which activity uses what.

A *value* is one column of one row of one dataset. A *binding* says which activities use a column,
and under which condition on the row. A dataset leads to a person in one of three ways: it *is* the
person (`person: true`), it refers to a dataset that leads there (`to`), or it is shared, because
rows of another dataset refer to it (`shared_by`). Connection details are never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from doelbinding.policy.condition import Condition
from doelbinding.policy.endings import Ending, Inside
from doelbinding.policy.retention import parse_period
from doelbinding.policy.shape import SHAPE
from doelbinding.policy.text import Text

ZERO_DATE = "0000-00-00"
"""What MySQL and MariaDB hold for no date, in columns of dates and of moments."""


class ColumnType(StrEnum):
    """How a column holds its values; times without a zone are in the store's zone.

    `date-text` is text such as 2024-01-31, `date-digits` text or a number such as 20240131. Where a
    database holds times as text (SQLite), a `date` is 2024-01-31, a `timestamp` is
    2024-01-31 09:00:00, with or without up to six digits of a second, and an `instant` the same in
    UTC, with or without +00:00 behind it. What is in another form, as with T or Z, is unreadable.
    """

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INSTANT = "instant"
    DATE_TEXT = "date-text"
    DATE_DIGITS = "date-digits"
    EPOCH_SECONDS = "epoch-seconds"
    EPOCH_MILLISECONDS = "epoch-milliseconds"
    JSON = "json"

    @property
    def is_time(self) -> bool:
        """Whether values of this type can date an event."""
        return self.is_day or self.is_epoch or self.is_clock

    @property
    def is_day(self) -> bool:
        """Whether values are calendar days."""
        return self in {ColumnType.DATE, ColumnType.DATE_TEXT, ColumnType.DATE_DIGITS}

    @property
    def is_clock(self) -> bool:
        """Whether values are days with a time of the clock."""
        return self in {ColumnType.TIMESTAMP, ColumnType.INSTANT}

    @property
    def has_zero(self) -> bool:
        """Whether MySQL and MariaDB have a zero date for it; where days are texts it is a text."""
        return self in {ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.INSTANT}

    @property
    def is_number(self) -> bool:
        """Whether conditions compare values as numbers; a time is none, nor are digits of a day."""
        return self in {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.BOOLEAN}

    @property
    def is_whole(self) -> bool:
        """Whether values are whole numbers in every store."""
        return self is ColumnType.INTEGER or self.is_epoch

    @property
    def is_epoch(self) -> bool:
        """Whether values are counted from the start of 1970 in UTC."""
        return self in {ColumnType.EPOCH_SECONDS, ColumnType.EPOCH_MILLISECONDS}


class WhenUnjustified(StrEnum):
    """What becomes of a row in which no personal value is justified any more.

    With `empty` and `anonymise` it stays; `anonymise` says that what is left is anonymous.
    """

    DELETE = "delete"
    EMPTY = "empty"
    ANONYMISE = "anonymise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a dataset.

    With a `category` it holds personal data, and its values need a binding; without one it is a key
    or a fact that goes with the row. `replace_with` is what stands in for an emptied value where
    the column may not be null, written as the database gives it back (`00:00:00`, not `0`). Dates
    before `earliest` or after `latest` are implausible: undated, never expired. `null_values` are
    read as null wherever rules read the column, and identify nobody; where days are texts, what is
    no day can be one too, and where MariaDB keeps them `0000-00-00`. `identifier` names the kind by
    which people are found. `ends_as` says what is left of a value that nothing justifies. `inside`
    makes it a value at a path in a column of JSON. `file_in` names the folder, configured
    elsewhere, in which the value names a file that goes before the value.
    """

    __pydantic_config__ = SHAPE

    name: str
    type: ColumnType = ColumnType.TEXT
    label: Text | None = None
    category: str | None = None
    identifier: str | None = None
    replace_with: str | int | bool | None = None
    earliest: date = date(1950, 1, 1)
    latest: date = date(2150, 1, 1)
    null_values: tuple[str | int, ...] = ()
    ends_as: Ending | None = None
    inside: Inside | None = None
    file_in: str | None = None

    @property
    def personal(self) -> bool:
        """Whether the column holds personal data."""
        return self.category is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The path from a row towards its person; `columns` pair with `references` in order.

    `to`: this row refers to one row of that dataset. `shared_by`: rows of that dataset refer to
    this one, through *their* `columns`. `references` defaults to the key of the row referred to.
    With `when` the path holds for rows that certainly pass it (an owner told by type and id).
    """

    __pydantic_config__ = SHAPE

    columns: tuple[str, ...]
    to: str | None = None
    shared_by: str | None = None
    references: tuple[str, ...] = ()
    when: Condition | None = None

    @property
    def other(self) -> str:
        """The dataset at the other end."""
        return self.to or self.shared_by or ""

    def __post_init__(self) -> None:
        """Refuse a path that leads both ways or none.

        Raises:
            ValueError: not exactly one of `to` and `shared_by`.
        """
        if (self.to is None) == (self.shared_by is None):
            raise ValueError("a subject path names exactly one of `to` and `shared_by`")


class WhenGone(StrEnum):
    """What becomes of a reference once nothing but the reference keeps the row referred to."""

    KEEP = "keep"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Columns that refer to a row of another dataset, or of this one, without leading to a person.

    `when_gone`: `keep` lets the row referred to stay as long as this one; `empty` empties the
    columns first, and so breaks circles. A path that is also named here follows what is said here.
    """

    __pydantic_config__ = SHAPE

    columns: tuple[str, ...]
    to: str
    references: tuple[str, ...] = ()
    when_gone: WhenGone = WhenGone.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerColumn:
    """Which controller a row belongs to, by the value of a column."""

    __pydantic_config__ = SHAPE

    column: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """A column that dates an event: of the row itself, or of rows of another dataset.

    `on` pairs the other dataset's columns with this one's; empty: along its paths to this dataset.
    With `store` the dataset is in another store, and `on` pairs one identifier with another of the
    same kind: databases are joined through what identifies people, and in no other way.
    """

    __pydantic_config__ = SHAPE

    column: str
    dataset: str | None = None
    store: str | None = None
    on: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What dates an event: a column, or the latest of several.

    A missing date is *undated*, unless `ongoing_if_null` says that it means "still going on". In
    `latest_of` an empty date counts as no event there; no event anywhere is undated.
    """

    __pydantic_config__ = SHAPE

    column: str | None = None
    ongoing_if_null: bool = False
    latest_of: tuple[EventSource, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an event with no source, or two ways of one.

        Raises:
            ValueError: not exactly one of `column` and `latest_of`.
        """
        if (self.column is None) == (not self.latest_of):
            raise ValueError("an event names exactly one of `column` and `latest_of`")
        if self.latest_of and self.ongoing_if_null:
            raise ValueError(
                "`ongoing_if_null` goes with `column`; `latest_of` ignores nulls: what keeps a row "
                "that is open is a term `while STATE`, told by `row_states`"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsState:
    """A state that rows of another dataset give: it holds when *any* or *every* one passes.

    `on` pairs the other dataset's columns with this one's; empty: along its paths to this dataset.
    """

    __pydantic_config__ = SHAPE

    dataset: str
    any_: Condition | None = None
    every: Condition | None = None
    on: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a state that asks both or neither.

        Raises:
            ValueError: not exactly one of `any` and `every`.
        """
        if (self.any_ is None) == (self.every is None):
            raise ValueError("a state of rows holds exactly one of `any` and `every`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which activity (and which of its phases; empty: all) uses which columns of which rows.

    `through` are the datasets at the other end of the paths by which it holds; empty: every path.
    """

    __pydantic_config__ = SHAPE

    activity: str
    columns: tuple[str, ...]
    phases: tuple[str, ...] = ()
    when: Condition | None = None
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prohibition:
    """Columns that no activity may use (no Art. 9 ground, no statute for a national number)."""

    __pydantic_config__ = SHAPE

    columns: tuple[str, ...]
    reason: Text
    article: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A table: its key, columns, path to a person, events, states, and bindings.

    `controller` is the id of one controller, or a column that tells it; left out, it is that of
    the row this one leads to. Events, states and persons not named here are those of that row too.
    A row that leads to several people has `subjects`, each a path. `references` name what else it
    refers to. `collected` is the column that says when the row was collected.
    """

    __pydantic_config__ = SHAPE

    id: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    label: Text
    schema_: str | None = None
    controller: str | ControllerColumn | None = None
    person: bool = False
    subject: Subject | None = None
    subjects: tuple[Subject, ...] = ()
    references: tuple[Reference, ...] = ()
    no_personal_data: bool = False
    source: Text | None = None
    collected: str | None = None
    events: Mapping[str, Event] = field(default_factory=dict)
    states: Mapping[str, Condition] = field(default_factory=dict)
    row_states: Mapping[str, RowsState] = field(default_factory=dict)
    persons: Mapping[str, Condition] = field(default_factory=dict)
    bindings: tuple[Binding, ...] = ()
    prohibitions: tuple[Prohibition, ...] = ()
    when_unjustified: WhenUnjustified = WhenUnjustified.DELETE

    def __post_init__(self) -> None:
        """Refuse two words for the paths of a row.

        Raises:
            ValueError: both `subject` and `subjects`.
        """
        if self.subject is not None and self.subjects:
            raise ValueError("a dataset names `subject` (one path) or `subjects` (several)")

    @property
    def paths(self) -> tuple[Subject, ...]:
        """Every path towards a person, one or several."""
        return self.subjects or (() if self.subject is None else (self.subject,))

    @property
    def parent_path(self) -> Subject | None:
        """The path of a row that leads to one row for certain; none where it may be several."""
        one = self.subject
        return one if one is not None and one.to is not None and one.when is None else None

    def column(self, name: str) -> Column:
        """Give the column of that name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def goes_when_unjustified(self) -> bool:
        """Whether a row goes once no personal value of it is justified."""
        deletes = self.when_unjustified is WhenUnjustified.DELETE
        return deletes and bool(self.personal_columns)

    @property
    def own_columns(self) -> tuple[Column, ...]:
        """The columns of the table itself, without the values inside documents."""
        return tuple(column for column in self.columns if column.inside is None)

    @property
    def documents(self) -> tuple[Inside, ...]:
        """Where values stand inside columns of JSON."""
        return tuple(column.inside for column in self.columns if column.inside is not None)

    @property
    def personal_columns(self) -> tuple[Column, ...]:
        """The columns that hold personal data."""
        return tuple(column for column in self.columns if column.personal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A database: where it stands, who keeps it, in which zone its bare times are.

    `backups` is how long a copy may still hold what was erased.
    """

    __pydantic_config__ = SHAPE

    id: str
    label: Text
    country: str
    datasets: tuple[Dataset, ...]
    kept_by: str | None = None
    transfer: str | None = None
    timezone: str = "UTC"
    backups: str | None = None
    security: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a period of backups that is not one.

        Raises:
            ValueError: `backups` is not an ISO 8601 duration.
        """
        if self.backups is not None:
            parse_period(self.backups)

    def dataset(self, dataset_id: str) -> Dataset:
        """Give the dataset of that id.

        Raises:
            KeyError: there is none.
        """
        for dataset in self.datasets:
            if dataset.id == dataset_id:
                return dataset
        raise KeyError(dataset_id)
