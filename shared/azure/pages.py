"""HTTP triggers as the Functions library takes them; what answers is loaded with the first request."""

from typing import TYPE_CHECKING

import azure.functions as func

from shared.azure.bug import told_by_place
from shared.azure.doors import Doors
from shared.azure.triggers import Route

if TYPE_CHECKING:
    from shared.azure.web import Web


class Pages:
    """The addresses of one app. Making it does nothing."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._web: Web | None = None

    async def __call__(self, route: Route, request: func.HttpRequest) -> func.HttpResponse:
        """Raises `Bug`, which fails the invocation: whoever asked gets a 500 that says nothing."""
        if self._web is None:
            from shared.azure.web import Web

            self._web = Web(self._doors)
        with told_by_place():
            reply = await self._web.reply(route, request)
        return func.HttpResponse(reply.body, status_code=reply.status, headers=reply.headers, mimetype=reply.kind)
