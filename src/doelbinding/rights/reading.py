"""All stores as one reader, that remembers what it was asked and asks much at once.

One person's rows ask for the same others over and over, so it remembers; and it is told beforehand
what will be asked of it (`prime`), so that a store answers in few statements. What was not foreseen
is asked when it is needed: foreseeing decides the speed, never the answer. It lives no longer than
one search or one inventory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import TypeGuard

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Row
from doelbinding.plan.identifiers import normalise
from doelbinding.plan.ports import Answered, Gathers, Lookup, Store

_Gather = Callable[[Sequence[Lookup]], Answered]
Index = dict[Key, Sequence[Row]]


_CAN: dict[type, bool] = {}
_NO_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def _gathers(store: Store) -> TypeGuard[Gathers]:
    """Tell whether a store answers many lookups at once; asking a protocol takes long."""
    kind = type(store)
    if kind not in _CAN:
        _CAN[kind] = isinstance(store, Gathers)
    return _CAN[kind]


class Reading:
    """Rows of every store, by the name before the dot.

    Args:
        stores: by id.
        country: where telephone numbers without a prefix are.
        keys: the columns of each dataset's key, in alphabetical order: by these a row that was
            read in whatever way is known too.
    """

    def __init__(
        self,
        stores: Mapping[str, Store],
        country: str | None = None,
        keys: Mapping[str, tuple[str, ...]] = _NO_KEYS,
    ) -> None:
        self._stores = stores
        self._keys = keys
        self._gathers = {name: one for name, one in stores.items() if _gathers(one)}
        self._country = country
        self._by_key: dict[tuple[str, tuple[str, ...]], Index] = {}
        self._by_identifier: dict[tuple[str, str, str], Index] = {}
        self._loosely: dict[tuple[str, tuple[str, ...], Key], Sequence[Row]] = {}
        self._open: dict[str, _Gather] = {}
        self._held: ExitStack | None = None

    @contextmanager
    def session(self) -> Iterator[None]:
        """Keep to one connection per store while the context lasts."""
        if self._held is not None:
            yield
            return
        with ExitStack() as held:
            self._held = held
            try:
                yield
            finally:
                self._held = None
                self._open.clear()

    def index(self, ref: str, columns: tuple[str, ...]) -> Index:
        """Give what is remembered of a dataset by the values of columns, in alphabetical order."""
        return self._by_key.setdefault((ref, columns), {})

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows of a dataset whose columns equal the values; null equals nothing."""
        columns = tuple(sorted(where))
        return self.by_key(ref, columns, tuple(where[name] for name in columns))  # type: ignore[misc]

    def by_key(self, ref: str, columns: tuple[str, ...], key: Key) -> Sequence[Row]:
        """Give the rows of a dataset by the values of columns, in alphabetical order."""
        index = self.index(ref, columns)
        found = index.get(key)
        if found is None:
            if None in key:
                return ()
            store_id = ref.partition(".")[0]
            if store_id in self._gathers:
                self._ask(store_id, [(Lookup(ref=ref, columns=columns, keys=[key]), index)])
                return index[key]
            where = dict(zip(columns, key, strict=True))
            found = index[key] = self._stores[store_id].rows(ref, where)
        return found

    @property
    def any_loosely(self) -> bool:
        """Whether a store found any row by what is not exactly in it."""
        return bool(self._loosely)

    def loosely(self, ref: str, columns: tuple[str, ...], key: Key) -> Sequence[Row]:
        """Give the rows that only the store finds by the values, once it was asked by these."""
        return self._loosely.get((ref, columns, key), ())

    def match(self, ref: str, column: str, kind: str, value: str) -> Sequence[Row]:
        """Give the rows whose column holds the identifier, as identifiers of its kind compare."""
        found = normalise(kind, value, self._country)
        return self.alike(ref, column, kind, found) if found else ()

    def alike(self, ref: str, column: str, kind: str, value: str) -> Sequence[Row]:
        """Give the rows whose column holds a normalised identifier."""
        index = self._by_identifier.setdefault((ref, column, kind), {})
        found = index.get((value,))
        if found is None:
            store = self._stores[ref.partition(".")[0]]
            found = index[value,] = store.match(ref, column, kind, [value], self._country)
        return found

    def found_by(
        self, identifiers: Mapping[tuple[str, str, str], Iterable[str]]
    ) -> Iterator[tuple[str, Row]]:
        """Yield the rows that were found by identifiers, with their datasets."""
        for mark, values in identifiers.items():
            index = self._by_identifier.get(mark, {})
            yield from ((mark[0], row) for value in values for row in index.get((value,), ()))

    def remembered(self) -> Iterator[tuple[str, Row]]:
        """Yield every row that was read, with its dataset; some more than once."""
        for (ref, _), index in self._by_key.items():
            yield from ((ref, row) for rows in index.values() for row in rows)
        for (ref, _, _), index in self._by_identifier.items():
            yield from ((ref, row) for rows in index.values() for row in rows)

    def looked_for(self) -> Iterator[tuple[str, tuple[str, ...], Iterable[Key]]]:
        """Yield, per dataset, the columns of its key and what was looked up by it, there or not."""
        for (ref, columns), index in self._by_key.items():
            if columns == self._keys.get(ref):
                yield ref, columns, index.keys()

    def prime(
        self,
        keys: Mapping[tuple[str, tuple[str, ...]], Iterable[Key]],
        identifiers: Mapping[tuple[str, str, str], Iterable[str]] | None = None,
    ) -> None:
        """Ask at once for the rows by these keys and identifiers, where a store can."""
        wanted: list[tuple[Lookup, Index]] = []
        for (ref, columns), asked in keys.items():
            index = self.index(ref, columns)
            fresh = [key for key in asked if key not in index and None not in key]
            if fresh:
                wanted.append((Lookup(ref=ref, columns=columns, keys=fresh), index))
        for (ref, column, kind), values in (identifiers or {}).items():
            index = self._by_identifier.setdefault((ref, column, kind), {})
            fresh = [(value,) for value in values if (value,) not in index]
            if fresh:
                lookup = Lookup(
                    ref=ref, columns=(column,), keys=fresh, kind=kind, country=self._country
                )
                wanted.append((lookup, index))
        by_store: dict[str, list[tuple[Lookup, Index]]] = {}
        for lookup, index in wanted:
            by_store.setdefault(lookup.ref.partition(".")[0], []).append((lookup, index))
        for store_id, asked_of in by_store.items():
            self._ask(store_id, asked_of)

    def _ask(self, store_id: str, asked: Sequence[tuple[Lookup, Index]]) -> None:
        store = self._gathers.get(store_id)
        if store is None:
            return
        with self.session():
            gather = self._open.get(store_id)
            if gather is None and self._held is not None:
                gather = self._open[store_id] = self._held.enter_context(store.gathering())
            if gather is None:
                return
            answers = gather([lookup for lookup, _ in asked])
        for (lookup, index), answer in zip(asked, answers.rows, strict=True):
            for key in lookup.keys:
                index[key] = self._known_by_key(lookup.ref, answer.get(key, ()))
        for (lookup, _), rows in zip(asked, answers.loosely):  # noqa: B905 - none, or as many
            self._loosely |= {(lookup.ref, lookup.columns, key): rows[key] for key in rows}

    def _known_by_key(self, ref: str, rows: Sequence[Row]) -> Sequence[Row]:
        """Remember rows by their own keys too; a row already known by it stays the same object."""
        columns = self._keys.get(ref)
        if columns is None:
            return rows
        index, found = self.index(ref, columns), []
        for row in rows:
            key: Key = tuple([row[name] for name in columns])  # type: ignore[misc]
            known = index.setdefault(key, (row,))
            found.append(known[0] if known and known[0] == row else row)
        return found
