"""The reading half of the simulated Profit: what an app connector offers, and the rows of GetConnectors."""

import json
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.afas.environment import Environment, Token
from local.afas.errors import Wrong, unauthorized
from local.afas.faults import Faults
from local.afas.query import Row, filtered, ordered, place
from local.afas.tables import TABLES, Table
from local.afas.updates import UPDATES

_ZERO = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![0-9.])0(?=\.[0-9])')


class Gets:
    """Everything that is asked with GET, for one token."""

    def __init__(self, environment: Environment, faults: Faults) -> None:
        self._environment, self._faults = environment, faults
        self._dice = random.Random(64278)  # noqa: S311 - the order that nobody asked for, the same in every test

    async def version(self, request: Request, token: Token) -> Response:
        return JSONResponse({"version": "6.4.10" if self._faults.raw_decimals else "7.7.10"})

    async def metainfo(self, request: Request, token: Token) -> Response:
        """What the app connector offers, and of which environment."""
        gets = [
            {"id": table.name, "description": table.description}
            for table in TABLES.values()
            if token.offers(table.name)
        ]
        updates = [{"id": name, "description": name} for name in UPDATES if token.offers(name)]
        info = {
            "envid": f"O{self._environment.number}AA",
            "appName": "Joinly",
            "group": "Connector",
            "tokenExpiry": "0",
        }
        return JSONResponse({"updateConnectors": updates, "getConnectors": gets, "customConnectors": [], "info": info})

    async def fields(self, request: Request, token: Token) -> Response:
        return JSONResponse(self._table(request, token).metainfo)

    async def rows(self, request: Request, token: Token) -> Response:
        """Rows of one GetConnector; the answer repeats skip and take, and tells no total."""
        if self._faults.business_error:
            self._faults.business_error -= 1
            raise Wrong("unexpected")
        if self._faults.slow:
            self._faults.slow -= 1
            raise Wrong("slow")
        name = request.path_params["connector"]
        if not token.offers(name) and self._faults.denied_as_401:
            return unauthorized()
        table, query = self._table(request, token), dict(request.query_params)
        if name in self._environment.blocked:
            raise Wrong("blocked")
        skip, take = place(query)
        found = ordered(
            filtered(self._rows(table, token, query), query, table.columns), query, table.columns, self._dice
        )
        page = found if take == -1 else found[skip : skip + take]
        if self._faults.little_memory and len(page) * len(table.columns) >= self._faults.little_memory:
            raise Wrong("space")
        if self._faults.short_pages:
            page = page[: self._faults.short_pages]
        return self._written({"skip": skip, "take": take, "rows": list(page)})

    def _table(self, request: Request, token: Token) -> Table:
        name = request.path_params["connector"]
        if name not in TABLES or not token.offers(name):
            raise Wrong("denied")
        table = TABLES[name].audited() if self._environment.audited else TABLES[name]
        return table.with_names(self._environment.renamed.get(name, {}))

    def _rows(self, table: Table, token: Token, query: dict[str, str]) -> Sequence[Row]:
        """What the token's user sees; in the asked order already, where nothing changes any more."""
        if self._faults.unsorted:
            query.pop("orderbyfieldids", None)
        order = query.get("orderbyfieldids", "")
        if self._environment.still and order and not token.hidden:
            return kept(self._environment, table, order)
        owned = table.rows(self._environment)
        return [row for employee, row in owned if not employee or token.sees(employee, table.name)]

    def _written(self, answer: Mapping[str, Any]) -> Response:
        text = json.dumps(answer, ensure_ascii=False)
        if self._faults.raw_decimals:
            text = _ZERO.sub(lambda found: found[0] if found[0].startswith('"') else "", text)
        return Response(text, media_type="application/json; charset=utf-8")


def kept(environment: Environment, table: Table, order: str) -> Sequence[Row]:
    """All rows of a table in an order, made once: for an environment in which nothing changes any more."""
    if (table.name, order) not in environment.kept:
        rows = [row for _, row in table.rows(environment)]
        environment.kept[table.name, order] = ordered(rows, {"orderbyfieldids": order}, table.columns, random.Random(0))  # noqa: S311
    return environment.kept[table.name, order]
