"""Engines made so that values stay out of errors, locks do not wait for ever, and times are UTC."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

from doelbinding.stores.sql.identify import teach_sqlite
from doelbinding.stores.sql.inspecting import Named, with_documents
from doelbinding.stores.sql.loaders import teach_mysql, teach_postgresql

LOCK_SECONDS = 5
_STRICT = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"

_OURS = (
    "foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = 0, sql_auto_is_null = 0, "
    "sql_select_limit = 18446744073709551615, sql_big_selects = 1, completion_type = 0, "
    "sql_quote_show_create = 1"
)
"""What a server may have set otherwise for all sessions.

Without foreign keys rows would be left that refer to nothing; a limit would leave rows out.
"""
_MARIADB = (
    " /*M!100000 , check_constraint_checks = 1, optimizer_switch = concat('subquery_cache=off', "
    "if(locate('split_materialized', @@optimizer_switch), ',split_materialized=off', '')) */"
)
"""For MariaDB alone, which keeps a subquery's answers by what its collation takes for the same, and
makes grouped rows anew for each row they are joined to, with all that these are made of.
"""


def make_engine(url: sa.URL, *, lock_seconds: int = LOCK_SECONDS) -> sa.Engine:
    """Make an engine for a store's database."""
    arguments: dict[str, Any] = {}
    more: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        arguments["timeout"] = lock_seconds
        url = _existing_file(url)
    if url.get_backend_name() == "postgresql":
        arguments["options"] = (
            f"-c lock_timeout={lock_seconds}s -c timezone=UTC -c datestyle=ISO "
            "-c intervalstyle=postgres -c extra_float_digits=1 -c standard_conforming_strings=on "
            "-c transform_null_equals=off -c default_transaction_isolation=read\\ committed "
            "-c row_security=off -c application_name=doelbinding "
            "-c plan_cache_mode=force_custom_plan"  # boundaries decide between index and scan
        )
        arguments |= {"connect_timeout": lock_seconds, "client_encoding": "utf8"}
        # beside an error it warns of the next, in the server's words, which may hold values
        logging.getLogger("psycopg").setLevel(logging.ERROR)
    if url.get_backend_name() in {"mysql", "mariadb"}:
        arguments |= {
            "charset": "utf8mb4",
            "connect_timeout": lock_seconds,
            "init_command": f"SET SESSION time_zone = '+00:00', sql_mode = '{_STRICT}', "
            f"lock_wait_timeout = {lock_seconds}, innodb_lock_wait_timeout = {lock_seconds}, "
            f"{_OURS}{_MARIADB}",
        }
        more["isolation_level"] = "READ COMMITTED"
    engine = sa.create_engine(url, connect_args=arguments, hide_parameters=True, **more)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", teach_sqlite)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", teach_postgresql)
        usual = engine.dialect.inspector  # type: ignore[attr-defined]
        engine.dialect.inspector = with_documents(usual)  # type: ignore[attr-defined]
    if engine.dialect.name in {"mysql", "mariadb"}:
        event.listen(engine, "connect", teach_mysql)
        engine.dialect.inspector = Named  # type: ignore[attr-defined]
    return engine


def _existing_file(url: sa.URL) -> sa.URL:
    """Open a SQLite file only if it is there: a mistyped path must not make an empty database."""
    if url.database in {None, "", ":memory:"} or str(url.database).startswith("file:"):
        return url
    path = quote(str(url.database))  # in a URI, `?` and `#` end a path
    return url.set(database=f"file:{path}", query={"mode": "rw", "uri": "true"})
