"""Column types whose declared form differs by engine, and whose values do not."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import TIMESTAMP, DateTime, Dialect, Numeric
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """A moment: TIMESTAMPTZ on PostgreSQL; elsewhere the UTC time without zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # noqa: D102
        zoned = dialect.name == "postgresql"
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if zoned else DateTime())

    def process_bind_param(  # noqa: D102
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(  # noqa: D102
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Money(TypeDecorator[Decimal]):
    """NUMERIC(12, 2); SQLite keeps it as a float, so it is rounded on the way out."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # noqa: D102
        if dialect.name != "sqlite":
            return dialect.type_descriptor(Numeric(12, 2))
        return dialect.type_descriptor(Numeric(12, 2, asdecimal=False))

    def process_bind_param(  # noqa: D102
        self, value: Decimal | None, dialect: Dialect
    ) -> Decimal | float | None:
        return float(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(  # noqa: D102
        self,
        value: Decimal | float | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> Decimal | None:
        return None if value is None else Decimal(f"{value:.2f}")
