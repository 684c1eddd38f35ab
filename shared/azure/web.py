"""What HTTP triggers call: who calls is known before anything else is looked at, and every answer is a `Reply`."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Protocol

from shared.azure import holds_api, triggers
from shared.azure.bearer import APPROVE, READ, Caller, NotSignedIn
from shared.azure.doors import Doors
from shared.azure.health import Health
from shared.azure.reply import Reply, problem
from shared.azure.triggers import Route
from shared.engine import Engine
from shared.errors import Misconfigured, TryLater
from shared.picking import Filter
from shared.telemetry import logs

NOT_SET_UP = (
    "the approvals are not set up here: set the app setting JOINLY_AUDIENCE to the client id of the app registration "
    "that people sign in to"
)


class Request(Protocol):
    """What of a request is read here; `azure.functions.HttpRequest` has it."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def params(self) -> Mapping[str, str]: ...

    @property
    def route_params(self) -> Mapping[str, str]: ...

    def get_body(self) -> bytes: ...


class Web:
    """Everything one app answers over HTTP. Making it does nothing."""

    def __init__(self, doors: Doors) -> None:
        self._doors, self._health = doors, Health(doors)

    async def reply(self, route: Route, request: Request) -> Reply:
        """The answer to whoever asked there."""
        match route:
            case triggers.HEALTH:
                return await self._health()
            case triggers.LIST_HOLDS:
                only = _filter(request.params)
                return await self._for(request, READ, lambda engine, _: holds_api.list_holds(engine, only))
            case triggers.SHOW_HOLD:
                name = request.route_params["fingerprint"]
                return await self._for(request, READ, lambda engine, _: holds_api.show_hold(engine, name))
        name, body, say = request.route_params["fingerprint"], request.get_body(), holds_api.SAYING[route.name]
        return await self._for(
            request, APPROVE, lambda engine, caller: holds_api.say(engine, say, name, caller.by, body)
        )

    async def _for(self, request: Request, role: str, act: Callable[[Engine, Caller], Awaitable[Reply]]) -> Reply:
        """What `act` replies to a caller who has `role`; else why nothing was looked at."""
        try:
            bearer = (await self._doors.deployment()).bearer
        except (Misconfigured, TryLater) as error:
            logs.error(f"api: {error}", event="api", outcome="not ready")
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the app cannot work now; its log says why")
        if bearer is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, NOT_SET_UP)
        try:
            caller = await bearer.caller(request.headers.get("authorization") or "")
        except NotSignedIn as no:
            logs.warning(f"api: {no}", event="api", outcome="not signed in")
            detail = "sign in: an access token of version 2.0 for this API is needed"
            return problem(HTTPStatus.UNAUTHORIZED, detail, WWW_Authenticate='Bearer error="invalid_token"')
        except TryLater as later:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(later), Retry_After=str(int(later.seconds) + 1))
        if not (caller.approves if role == APPROVE else caller.reads):
            detail = f"this takes the app role {role}" + (" and a person who signed in" if role == APPROVE else "")
            return problem(HTTPStatus.FORBIDDEN, detail)
        return await holds_api.settled(self._acted(caller, act))

    async def _acted(self, caller: Caller, act: Callable[[Engine, Caller], Awaitable[Reply]]) -> Reply:
        async with self._doors.engine() as engine:
            return await act(engine, caller)


def _filter(asked: Mapping[str, str]) -> Filter:
    return Filter(
        person=asked.get("person", ""),
        reason=asked.get("reason", ""),
        what=asked.get("what", ""),
        everything=asked.get("all", "") == "true",
    )
