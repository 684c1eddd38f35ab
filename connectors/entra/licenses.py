"""Licences assigned directly to an account, by the part number of their product; what a group brings is not ours.

Source: «user: assignLicense», «List subscribedSkus» (learn.microsoft.com/graph/api/user-assignlicense).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors._graph import Graph, Row
from connectors._graph_answers import Answer
from connectors.entra.reach import Reach
from shared.errors import Reason, Refused
from shared.model import Entitlement

KIND = "license"
KNOWN = timedelta(hours=1)
COUNTED = timedelta(minutes=1)
"""How long the number of free seats is believed; whatever is assigned here is counted anew at once."""
CATALOGUE = "/subscribedSkus"
SELECT = {"$select": "skuId,skuPartNumber"}
STOCK = {"$select": "skuId,skuPartNumber,appliesTo,consumedUnits,prepaidUnits"}
_TEXTS = {
    "invalid usage location": ("it has no usageLocation; map one", Reason.MISSING_DATA, "usageLocation"),
    "does not have any available licenses": ("no seat is left; buy one or free one", Reason.REFUSED, ""),
}
"""What only the message of a 400 tells apart, as it was seen on the wire."""


class Licenses:
    def __init__(self, graph: Graph, reach: Reach, clock: Callable[[], datetime]) -> None:
        self._graph = graph
        self._reach = reach
        self._clock = clock
        self._parts: Mapping[str, str] = {}
        self._since: datetime | None = None
        self._stock: Mapping[Entitlement, int] = {}
        self._counted: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether the tenant's products were read lately; if not, `learn` them before anything else."""
        return self._since is not None and self._clock() - self._since < KNOWN

    async def learn(self, answer: Answer) -> None:
        """Remember the products in an answer to GET `CATALOGUE`."""
        parts = [row async for row in self._graph.all(answer)]
        self._parts = {str(row.get("skuId")): str(row.get("skuPartNumber")) for row in parts}
        self._since = self._clock()

    def entitlements(self, user: Mapping[str, Any]) -> frozenset[Entitlement]:
        """The licences `user` holds directly, each by its id and, while the tenant has it, by its part number too."""
        held = set(_direct(user))
        return frozenset(Entitlement(KIND, name) for sku in held for name in (sku, self._parts.get(sku, sku)))

    async def stock(self) -> Mapping[Entitlement, int]:
        """Free seats of every product that is given to people, by part number and by id; never fewer than none.

        Seats that are suspended, or in the grace period after a subscription ended, are not counted: they are about
        to go («licenseUnitsDetail resource type»).
        """
        now = self._clock()
        if self._counted is None or now - self._counted >= COUNTED:
            answer = await self._graph.send("GET", CATALOGUE, query=STOCK)
            self._stock, self._counted = _free([row async for row in self._graph.all(answer)]), now
        return self._stock

    def recount(self) -> None:
        """Seats were freed or taken in another way than by an assignment."""
        self._counted = None

    async def grant(self, account: str, part: str) -> None:
        """Assign it. Raises `Refused` when usageLocation is missing or no seat is left."""
        sku = await self._sku(part)
        body = {"addLicenses": [{"skuId": sku, "disabledPlans": []}], "removeLicenses": []}
        answer = await self._assign(account, body)
        for text, (because, reason, attribute) in _TEXTS.items():
            if answer.status == 400 and answer.says(text):
                raise Refused(f"licence {part} cannot be assigned to account {account}: {because}", reason, attribute)
        answer.require()

    async def revoke(self, account: str, part: str) -> None:
        """Take it away. Not holding it directly is success, also when a group still brings it."""
        sku = await self._sku(part)
        answer = await self._assign(account, {"addLicenses": [], "removeLicenses": [sku]})
        if answer.status == 400 and not await self._holds(account, sku):
            return
        answer.require()

    async def _assign(self, account: str, body: Mapping[str, Any]) -> Answer:
        self.recount()
        return await self._reach.write(account, "POST", "/users/{user}/assignLicense", body=body)

    async def _holds(self, account: str, sku: str) -> bool:
        query = {"$select": "licenseAssignmentStates"}
        answer = await self._graph.send("GET", "/users/{user}", {"user": account}, query=query)
        answer.require()
        return sku in _direct(answer.body)

    async def _sku(self, part: str) -> str:
        if not self.known:
            await self.learn(await self._graph.send("GET", CATALOGUE, query=SELECT))
        for sku, number in self._parts.items():
            if part in (number, sku):
                return sku
        raise Refused(f"this tenant has no product with the part number {part}; buy it, or correct the policy")


def _free(products: Iterable[Row]) -> dict[Entitlement, int]:
    free: dict[Entitlement, int] = {}
    for row in products:
        units = row.get("prepaidUnits")
        enabled = units.get("enabled") if isinstance(units, Mapping) else 0
        left = max(0, int(enabled or 0) - int(row.get("consumedUnits") or 0))
        for name in (row.get("skuPartNumber"), row.get("skuId")):
            if isinstance(name, str) and row.get("appliesTo") != "Company":
                one = Entitlement(KIND, name)
                free[one] = free.get(one, 0) + left
    return free


def _direct(user: Any) -> Iterable[str]:
    states = user.get("licenseAssignmentStates") if isinstance(user, Mapping) else None
    for state in states if isinstance(states, list) else ():
        one: Row = state if isinstance(state, Mapping) else {}
        if one.get("assignedByGroup") is None and isinstance(one.get("skuId"), str) and one.get("state") != "Error":
            yield str(one["skuId"])
