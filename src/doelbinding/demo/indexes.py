"""The indexes by which people are looked up, as preflight names them (ADR 0019)."""

from collections.abc import Mapping

from sqlalchemy import Engine

from doelbinding.policy.model import Policy
from doelbinding.stores.sql.preflight.looking_up import wanted_indexes


def serve_lookups(engines: Mapping[str, Engine], policy: Policy) -> None:
    """Make them in the stores on PostgreSQL; files of SQLite are small and read through."""
    for store in policy.stores:
        engine = engines.get(store.id)
        if engine is None or engine.dialect.name != "postgresql":
            continue
        with engine.begin() as connection:
            for dataset in store.datasets:
                for _, _, statements in wanted_indexes(engine.dialect, dataset):
                    for statement in statements:
                        connection.exec_driver_sql(statement)
