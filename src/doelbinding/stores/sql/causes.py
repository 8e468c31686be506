"""What a database's errors mean: said in our words, without statement or values."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_LOCKED = "database is locked"
_HARMLESS = frozenset({_LOCKED, "unable to open database file", "file is not a database"})
_UNKNOWN = "the address has a setting that its driver does not know, or a value it does not take"
_CONNECTING = {
    "password authentication failed": "the password is wrong, or the role",
    "access denied": "the password is wrong, or the role, or the role may not use that database",
    "no password supplied": "it asks for a password, and none is given",
    "connection refused": "nobody answers at that host and port",
    "can't connect": "nobody answers at that host and port",
    "no such file or directory": "nobody answers at that socket",
    "resolve host": "there is no such host",
    "translate host name": "there is no such host",
    "unknown mysql server host": "there is no such host",
    "name or service not known": "there is no such host",
    "timeout": "it does not answer in time",
    "unknown database": "there is no such database",
    "root certificate file": (
        "the file of certificates by which it is trusted is not there: name it as `sslrootcert` in "
        "`query`"
    ),
    "does not match host name": "its certificate is another host's",
    "hostname mismatch": "its certificate is another host's",
    "ssl is required": "TLS is asked for, and it has none",
    "does not support ssl": "TLS is asked for, and it has none",
    "invalid sslmode value": _UNKNOWN,
    "invalid connection option": _UNKNOWN,
    "unexpected keyword argument": _UNKNOWN,
    "does not exist": "there is no such database or role",
    "no pg_hba.conf entry": "it admits no such role from here, or not without TLS",
    "certificate": "its certificate is not trusted",
    "unable to open database file": "there is no such file, or it may not be opened",
}
"""What drivers say when they cannot connect, and what that means; their words may hold secrets."""
NOT_CONNECTED = (SQLAlchemyError, OSError, TypeError)
"""What is raised where there is no connection; the latter two of what an address sets."""
_SQLSTATES = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock not available
_MYSQL = frozenset({1205, 1213})  # lock wait timeout, deadlock


_MEANS: dict[str | int | None, str] = {
    "57014": "a statement took longer than statement_timeout lets it, or was cancelled",
    "25006": "this session may only read",
    "25P03": "a transaction waited longer than idle_in_transaction_session_timeout lets it",
    "53100": "the disk is full",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file, or its folder, may only be read",
    "SQLITE_IOERR": "its file cannot be read or written",
    "SQLITE_CORRUPT": "its file is damaged: see what PRAGMA integrity_check says",
    "SQLITE_NOMEM": "there is no memory left",
    1290: "the server may only be read",
    1792: "this session may only read",
    1969: "a statement took longer than max_statement_time lets it",
    3024: "a statement took longer than max_execution_time lets it",
}
"""SQLSTATEs of PostgreSQL, names of SQLite, numbers of MariaDB and MySQL, of what is not in what is
asked."""
_SQLITE = re.compile(r"SQLITE_(?!ERROR$)[A-Z]+")
_DENIED = frozenset({1142, 1143, "42501"})
_NAMING = (
    re.compile(r"(?P<right>[A-Z, ]+) command denied to user .* for (?P<what>.+)", re.DOTALL),
    re.compile(r"permission denied for (?P<what>(?:table|schema|sequence|view) .+)"),
    re.compile(r"(?P<hidden>row-level security) policy for (?P<what>table .+)"),
)
"""What databases say of a right that is missing: names of their catalogue, and no values."""
_BREAKING = (
    re.compile(r"^(?P<kind>UNIQUE|NOT NULL|CHECK) constraint failed: (?P<what>.+)"),
    re.compile(r"^FOREIGN KEY constraint failed$"),
    re.compile(
        r"foreign key constraint fails \(.*?(?P<where>`[^`]+`), CONSTRAINT (?P<what>`[^`]+`)"
    ),
    re.compile(r"CONSTRAINT (?P<what>`[^`]+`) failed for .*?(?P<where>`[^`]+`)$"),
    re.compile(r"^Check constraint (?P<what>'[^']+') is violated"),
    re.compile(r"^Duplicate entry .* for key (?P<what>'[^']+')$", re.DOTALL),
    re.compile(r"^Column (?P<what>'[^']+') cannot be null$"),
)
"""What SQLite, MariaDB and MySQL say of constraints: their names are taken, and no values."""
_CHECKED = frozenset({3819, 4025})  # no IntegrityError in PyMySQL
_RAISED = "SQLITE_CONSTRAINT_TRIGGER"  # in a trigger's own words
_LOST = ("57P", "08")
"""States in which PostgreSQL ends a session, or the connection fails; it is gone without one."""
_CONNECTION = frozenset({"OperationalError", "InterfaceError"})
_MYSQL_LOST = frozenset({1053, 1927, 2006, 2013, 2055})

_MIXED = frozenset({1267, 1270, 1271})
"""MariaDB's "illegal mix of collations"."""


def is_not_compared(error: Exception) -> bool:
    """Tell whether a driver's own error says that texts are not compared with one another."""
    return bool(error.args) and error.args[0] in _MIXED


def is_lost(error: Exception) -> bool:
    """Tell whether a driver's own error says that the connection is gone."""
    if not _CONNECTION & {kind.__name__ for kind in type(error).__mro__}:
        return False
    if hasattr(error, "sqlstate"):
        return (error.sqlstate or _LOST[0]).startswith(_LOST)
    return bool(error.args) and error.args[0] in _MYSQL_LOST


def cause(error: Exception) -> str:
    """Give the first line of a database's own message where it holds no values, else its name."""
    own = _own(error)
    said = str(own).strip().splitlines() if _is_drivers(error) else []
    if said and (said[0] in _HARMLESS or said[0].startswith("no such table")):
        return said[0]
    return named(own) if _is_drivers(error) else type(error).__name__


def named(own: BaseException) -> str:
    """Name a driver's own error without its words, by its kind and code, and what that means."""
    code = _number(own) or _sqlstate(own) or _sqlite(own)
    means = _MEANS.get(code)
    means = _denied(own) if code in _DENIED else means or _broken(own)
    told = f"{type(own).__name__} {code or ''}".strip()
    return told if means is None else f"{told}, {means}"


def _denied(own: BaseException) -> str:
    """Say which right is missing on what, where the database says so in words that are known."""
    said = str(own.args[-1] if own.args else "").strip().splitlines()
    found = next((m for one in _NAMING for m in [one.search(said[0] if said else "")] if m), None)
    if found is None:
        return "this role lacks a right to a table or column"
    told = found.groupdict()
    if "hidden" in told:
        return f"row-level security may hide rows of {told['what']} from this role"
    return f"this role lacks {told.get('right') or 'a right'} on {told['what']}"


def _broken(own: BaseException) -> str | None:
    """Name the constraint that stood in the way, where the database tells it without values."""
    kinds = {kind.__name__ for kind in type(own).__mro__}
    if (
        not ("IntegrityError" in kinds or _number(own) in _CHECKED)
        or getattr(own, "sqlite_errorname", "") == _RAISED
    ):
        return None
    told = getattr(own, "diag", None)  # PostgreSQL's fields
    if told is not None:
        what, where = told.constraint_name or told.column_name, told.table_name
    else:
        said = str(own.args[-1] if own.args else "").strip()
        found = next((m for one in _BREAKING for m in [one.search(said)] if m), None)
        if found is None:
            return None
        fields = found.groupdict()
        what, where = fields.get("what"), fields.get("where")
        if what is None:
            return "a foreign key refers to a row that would go; PRAGMA foreign_key_list names them"
        if fields.get("kind"):
            what = f"{fields['kind']} {what}"
    of = f" of table {where}" if where else ""
    return None if what is None else f"the constraint {what}{of} stands in the way"


def why_unreachable(error: Exception) -> str:
    """Say why nobody could connect, as far as the driver's words are known; else as `cause`."""
    if isinstance(error, OSError):  # of a file: what a network says, drivers wrap
        return f"a file that the address names cannot be read, {error.strerror}"
    own = str(getattr(error, "orig", None) or error).lower()
    return next((means for said, means in _CONNECTING.items() if said in own), cause(error))


def will_pass(error: Exception) -> bool:
    """Tell whether the database rolled back for another's sake: a lock, a deadlock."""
    own = _own(error)
    passing = _sqlstate(own) in _SQLSTATES or _number(own) in _MYSQL
    return _is_drivers(error) and (passing or str(own).startswith(_LOCKED))


def _own(error: Exception) -> BaseException:
    """Give a driver's own error, which SQLAlchemy may have wrapped."""
    return (isinstance(error, DBAPIError) and error.orig) or error


def _is_drivers(error: Exception) -> bool:
    """Tell whether a driver raised it: each has the classes of PEP 249."""
    kinds = {kind.__name__ for kind in type(_own(error)).__mro__}
    return "DatabaseError" in kinds or "InterfaceError" in kinds


def _sqlstate(own: BaseException) -> str | None:
    return getattr(own, "sqlstate", None)


def _number(own: BaseException) -> int | None:
    """Give MariaDB's and MySQL's number of an error, the first of its arguments."""
    found = own.args[0] if own.args else None
    return found if isinstance(found, int) else None


def _sqlite(own: BaseException) -> str | None:
    """Give SQLite's own name of the kind of an error, without what it adds to it."""
    found = _SQLITE.match(getattr(own, "sqlite_errorname", ""))
    return None if found is None else found[0]


def is_prepared_no_more(error: BaseException) -> bool:
    """Tell whether PostgreSQL, or a pooler before it, lost or outdated what was prepared."""
    return getattr(error, "sqlstate", None) in {"0A000", "26000", "42P05"}
