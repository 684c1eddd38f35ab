"""The rows of the token store above any `Store`: one for each sign-in, what is known in clear and the tokens sealed.

Every change names the version that was read, so that of two workers exactly one begins an attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared import codec
from shared.codec import Codec
from shared.errors import Misconfigured, TryLater
from shared.store import Conflict, Insert, Put, Replace, Store
from shared.tokens.deciding import Known
from shared.tokens.sealed import Keyring, Pair

TABLES: Mapping[str, str] = {"sources": "tokensread", "targets": "tokenswrite"}
"""One table for each role, so that the app that reads HR cannot see tokens of targets, nor the other HR's."""

PARTITION = "tokens"
KNOWN = Codec(Known)


@dataclass(frozen=True, slots=True)
class Kept:
    """One row, opened."""

    known: Known
    pair: Pair = field(repr=False)
    version: str


class Rows:
    """The sign-ins of one role. Tables are made by the store when they are first written to."""

    def __init__(self, store: Store, table: str, keys: Keyring) -> None:
        self._store, self._table, self._keys = store, table, keys

    async def read(self, place: str, *, needed: bool = True) -> Kept | None:
        """The row of a place; what an older key opened is sealed anew. One that is not `needed`, because the app can
        sign in again by itself, is read without its tokens when no key opens it.

        Raises `Misconfigured` when no key opens one that is needed, `TryLater`, and `UnknownSchema`.
        """
        row = await self._store.get(self._table, PARTITION, place)
        if row is None:
            return None
        keys = await self._keys(again=False)
        opened = keys.open(place, row.data["sealed"])
        if opened is None:
            keys = await self._keys(again=True)
            opened = keys.open(place, row.data["sealed"])
        if opened is None and not needed:
            return Kept(replace(KNOWN.load(row.data), good_until=None), Pair(), row.version)
        if opened is None:
            raise Misconfigured(
                f"{place}: {keys!r} do not open its tokens; put the key they were sealed with behind the newest one, "
                f"or have a person sign in anew: joinly connect POLICY {place}"
            )
        pair, old = opened
        kept = Kept(KNOWN.load(row.data), pair, row.version)
        return await self._sealed_anew(place, kept) if old else kept

    async def write(self, place: str, known: Known, pair: Pair, version: str) -> str:
        """Replace what was read as `version`, or add it where there was nothing (""); the new version.

        Raises `Conflict` and `TryLater`; with the latter it may have been saved.
        """
        data = await self._data(place, known, pair)
        change = Replace(place, data, version) if version else Insert(place, data)
        return (await self._store.commit(self._table, PARTITION, [change]))[place]

    async def put(self, place: str, known: Known, pair: Pair) -> None:
        """Write it whatever was there: a person has consented."""
        await self._store.commit(self._table, PARTITION, [Put(place, await self._data(place, known, pair))])

    async def peek(self, place: str) -> Known | None:
        """What is known of a place; no key is needed. Raises `TryLater`."""
        row = await self._store.get(self._table, PARTITION, place)
        return KNOWN.load(row.data) if row and codec.readable(row.data) else None

    async def _data(self, place: str, known: Known, pair: Pair) -> dict[str, object]:
        return KNOWN.dump(known, sealed=(await self._keys(again=False)).seal(place, pair))

    async def _sealed_anew(self, place: str, kept: Kept) -> Kept:
        try:
            return Kept(kept.known, kept.pair, await self.write(place, kept.known, kept.pair, kept.version))
        except (Conflict, TryLater):
            return kept  # whoever saves it next seals it with the newest key anyway
