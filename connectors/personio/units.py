"""Departments, teams, employers, cost centres and locations: v2 gives their ids, and names are looked up once a run."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors._values import Unusable, heaviest, identity, number
from connectors.personio.links import cursor
from connectors.personio.reduce import SYSTEM
from shared.answers import rows
from shared.errors import Misconfigured, Refused
from shared.paging import by_cursor
from shared.rest import Rest, segment

LIMIT = 50
LISTS = {"employer": "/v2/legal-entities", "costCenter": "/v2/cost-centers", "location": "/v2/workplaces"}
"""Kinds of which the whole list is read; departments and teams are asked for one by one."""

PLACES = {"employer": "legal_entity", "location": "office"}


@dataclass(frozen=True, slots=True)
class Unit:
    """What an employment points to under one of our field names; `id` is "" when it points to nothing."""

    field: str
    id: str


def units(employment: Mapping[str, Any]) -> list[Unit]:
    """The units an employment names, one a field; a field whose attribute is not shared is not among them."""
    found = [Unit(field, _id(key, employment[key])) for field, key in PLACES.items() if key in employment]
    if "org_units" in employment:
        listed = _objects("org_units", employment["org_units"])
        for kind in ("department", "team"):
            ids = [identity(item.get("id")) for item in listed if str(item.get("type")).lower() == kind]
            found.append(Unit(kind, min(ids, default="")))
    if "cost_centers" in employment:
        shares = _objects("cost_centers", employment["cost_centers"])
        weights = ((number("cost_centers", item.get("weight")) or 0.0, identity(item.get("id"))) for item in shares)
        found.append(Unit("costCenter", heaviest(weights) or ""))
    return found


class Names:
    """The names of units, each asked for once in a run. Only `lookups` are asked for; other fields stay absent."""

    def __init__(self, rest: Rest, lookups: frozenset[str]) -> None:
        self._rest = rest
        self._lookups = lookups
        self._known: dict[Unit, str | None] = {}
        self._listed: set[str] = set()
        self._asking = asyncio.Lock()

    async def of(self, employments: Iterable[Mapping[str, Any]]) -> Mapping[Unit, str | None]:
        """Unit → name, None for «points to nothing». A unit Personio no longer holds is missing, so absent.

        Raises `Misconfigured` when the credential may not look them up.
        """
        wanted = [unit for each in employments for unit in units(each) if unit.field in self._lookups]
        async with self._asking:
            for unit in wanted:
                if not unit.id:
                    self._known[unit] = None
                elif unit.field in LISTS:
                    await self._list(unit.field)
                elif unit not in self._known:
                    await self._ask(unit)
        return {
            unit: self._known[unit] for unit in wanted if unit in self._known and (self._known[unit] or not unit.id)
        }

    async def _ask(self, unit: Unit) -> None:
        """`GET /v2/org-units/{id}?type=department|team` (reference: getOrgUnit). "" marks one that is gone."""
        try:
            answer = await self._rest.find(
                f"/v2/org-units/{segment(unit.id)}", {"type": unit.field}, route="/v2/org-units/{id}"
            )
        except Refused as refusal:
            raise Misconfigured(
                f"{refusal}; allow the credential to read org units, or leave them out of `lookups`"
            ) from None
        self._known[unit] = _name(answer)

    async def _list(self, field: str) -> None:
        if field in self._listed:
            return
        try:
            path = LISTS[field]
            async for page in by_cursor(self._rest, path, cursor, params={"limit": LIMIT}, route=path):
                for row in rows(SYSTEM, page, _data(page)):
                    self._known[Unit(field, identity(row.get("id")))] = _name(row)
        except Misconfigured as refusal:
            raise Misconfigured(f"{refusal}; or leave {field} out of `lookups`") from None
        self._listed.add(field)


def _data(page: Any) -> str:
    """Where a page of units has its rows: a few lists of v2 are known to write `data` without its underscore."""
    return "data" if isinstance(page, Mapping) and "data" in page else "_data"


def _name(answer: Any) -> str:
    name = answer.get("name") if isinstance(answer, Mapping) else None
    return name.strip() if isinstance(name, str) else ""


def _id(key: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, Mapping):
        raise Unusable(f"has {key} in an unknown form; ask Personio support to look at it.")
    return identity(value.get("id"))


def _objects(key: str, value: Any) -> list[Mapping[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Unusable(f"has {key} in an unknown form; ask Personio support to look at it.")
    return value
