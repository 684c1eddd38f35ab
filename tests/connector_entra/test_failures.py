"""What goes wrong on the way: throttling, refusals, broken answers, sign-in; each becomes one of our errors."""

import base64

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from entra_world import BASE, NOBODY, StaticCredential, World, refusal, scripted

from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Action, Verb

DISABLE = Action(verb=Verb.DISABLE)
UPDATE = Action(verb=Verb.UPDATE, attributes={"department": "Sales", "mail": "canary@contoso.nl"})
CANARIES = ("token-canary-5f3a", "canary@contoso.nl", "body-canary")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "Mon, 02 Mar 2026 08:00:45 GMT"}, 45),
        ({"Retry-After": "9" * 300}, 86_400),
        ({"Retry-After": "soon"}, 30),
        ({"Retry-After": "-1"}, 30),
        ({}, 30),
    ],
)
async def test_a_throttled_request_is_tried_when_graph_says(told: dict[str, str], seconds: float) -> None:
    async with scripted(httpx.Response(429, headers=told)) as (target, seen):
        with pytest.raises(TryLater) as later:
            await target.apply(NOBODY, UPDATE)
        assert later.value.seconds == seconds
        assert len(seen) == 1  # pacing is the engine's: nothing is repeated here


@pytest.mark.parametrize("status", [408, 423, 425, 500, 502, 503, 504])
async def test_a_busy_service_is_tried_later_and_never_at_once(status: int) -> None:
    async with scripted(refusal(status, "serviceNotAvailable", "body-canary")) as (target, seen):
        with pytest.raises(TryLater):
            await target.apply("", Action(verb=Verb.CREATE, attributes=_person()))
        assert len(seen) == 1


@pytest.mark.parametrize(
    "lost",
    [
        httpx.ReadTimeout("x"),
        httpx.ConnectError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.WriteError("x"),
        httpx.DecodingError("x"),
    ],
)
async def test_a_lost_answer_is_tried_later(lost: httpx.HTTPError) -> None:
    async with scripted(lost) as (target, seen):
        with pytest.raises(TryLater, match=type(lost).__name__):
            await target.apply("", Action(verb=Verb.CREATE, attributes=_person()))
        assert len(seen) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(409, "Directory_ConcurrencyViolation"), TryLater),
        (refusal(409, "Conflict"), Refused),
        (refusal(401, "InvalidAuthenticationToken", "body-canary"), Misconfigured),
        (refusal(501, "NotImplemented"), Misconfigured),
        (refusal(405, "Request_BadRequest"), Refused),
        (refusal(422, "Request_UnprocessableEntity"), Refused),
        (httpx.Response(302, headers={"Location": "https://evil.example/"}), Misconfigured),
        (httpx.Response(307, headers={"Location": f"{BASE}/users"}), Misconfigured),
        (httpx.Response(400, text="<html>body-canary</html>"), Refused),
        (httpx.Response(400, content=b'{"error": {"code": "Re'), Refused),
        (httpx.Response(400, content=b"[" * 100_000), Refused),
        (httpx.Response(400, content=b"\xff\xfe\x00"), Refused),
        (httpx.Response(400, json=["body-canary"]), Refused),
        (httpx.Response(400, json={"error": "body-canary"}), Refused),
        (httpx.Response(400, json={"error": {"code": {"a": 1}, "message": 7, "details": "x"}}), Refused),
        (httpx.Response(400, json={"error": {"code": "body-canary!", "details": [7, {"code": 1}]}}), Refused),
        (httpx.Response(503, text="<html>body-canary</html>"), TryLater),
        (httpx.Response(200, text="<html>body-canary</html>", headers={"content-type": "text/html"}), Misconfigured),
        (httpx.Response(200, content=b'{"half', headers={"content-type": "application/json"}), TryLater),
    ],
)
async def test_every_answer_is_one_of_our_errors_and_quotes_nothing(
    answer: httpx.Response, error: type[Exception]
) -> None:
    async with scripted(answer) as (target, seen):
        with pytest.raises(error) as raised:
            await target.apply(NOBODY, UPDATE)
        assert len(seen) == 1
        shown = repr(raised.value) + str(raised.value) + repr(raised.value.__cause__) + repr(target)
        assert not [canary for canary in CANARIES if canary in shown]
        assert "PATCH" in str(raised.value)


async def test_a_message_names_the_request_the_object_and_the_code() -> None:
    async with scripted(refusal(400, "Request_BadRequest", "body-canary")) as (target, _):
        with pytest.raises(Refused) as refused:
            await target.apply(NOBODY, UPDATE)
    assert str(refused.value) == (f"Microsoft Graph: PATCH /users/{{user}} ({NOBODY}) answered 400 Request_BadRequest")


DUPLICATE = "Another object with the same value for property {} already exists."


@pytest.mark.parametrize(
    ("answer", "reason", "attribute"),
    [
        (refusal(400, "Request_BadRequest", DUPLICATE.format("mail")), Reason.TAKEN, "mail"),
        (
            refusal(400, "Request_BadRequest", "in other words", {"code": "ObjectConflict", "target": "mail"}),
            Reason.TAKEN,
            "mail",
        ),
        (
            refusal(
                400, "Request_BadRequest", "x", {"code": "ObjectConflict", "message": "y", "target": "proxyAddresses"}
            ),
            Reason.TAKEN,
            "mail",
        ),
        (refusal(400, "Request_BadRequest", DUPLICATE.format("onPremisesImmutableId")), Reason.REFUSED, ""),
        (
            refusal(400, "Request_BadRequest", "A value is required for property 'surname' of it."),
            Reason.MISSING_DATA,
            "surname",
        ),
        (refusal(400, "Request_BadRequest", "x", {"code": "InvalidValue", "target": "mail"}), Reason.REFUSED, "mail"),
        (
            refusal(400, "Request_BadRequest", "Invalid value specified for property 'mail' of x."),
            Reason.REFUSED,
            "mail",
        ),
        (
            refusal(
                400, "Request_BadRequest", "Unable to update the specified properties for on-premises mastered objects"
            ),
            Reason.PROTECTED,
            "",
        ),
    ],
)
async def test_a_refusal_says_why_and_which_attribute(answer: httpx.Response, reason: Reason, attribute: str) -> None:
    async with scripted(answer) as (target, _):
        with pytest.raises(Refused) as refused:
            await target.apply(NOBODY, UPDATE)
    assert (refused.value.reason, refused.value.attribute) == (reason, attribute)


async def test_an_old_conflict_of_addresses_blames_nothing_we_wrote() -> None:
    answer = refusal(400, "Request_BadRequest", DUPLICATE.format("proxyAddresses"))
    async with scripted(answer) as (target, _):
        with pytest.raises(Refused, match="repair that first") as refused:
            await target.apply(NOBODY, Action(verb=Verb.UPDATE, attributes={"department": "Sales"}))
    assert (refused.value.reason, refused.value.attribute) == (Reason.REFUSED, "")


async def test_an_administrator_is_refused_and_others_go_on(world: World) -> None:
    admin, anna = world.tenant.add_user(), world.tenant.add_user()
    world.tenant.add_directory_role("User Administrator", [admin])
    with pytest.raises(Refused, match="administrator role") as refused:
        await world.target.apply(admin, DISABLE)
    assert refused.value.reason is Reason.PROTECTED
    await world.target.apply(anna, DISABLE)
    assert world.tenant.users[admin]["accountEnabled"] is True


async def test_a_permission_that_is_missing_is_a_misconfiguration(world: World) -> None:
    world.faults.deny.add("User.ReadWrite.All")
    with pytest.raises(Misconfigured, match="permissions"):
        await world.target.apply(world.tenant.add_user(), UPDATE)
    with pytest.raises(Misconfigured, match="permissions"):
        await world.create()


async def test_one_account_that_is_denied_without_a_visible_reason_stops_nobody_else(world: World) -> None:
    anna, bert = world.tenant.add_user(), world.tenant.add_user()
    await world.target.apply(anna, DISABLE)
    world.faults.deny.add("User.ReadWrite.All")
    with pytest.raises(Refused, match="others may be written") as refused:
        await world.target.apply(bert, DISABLE)
    assert refused.value.reason is Reason.PROTECTED
    world.clock.move(minutes=10)
    with pytest.raises(Misconfigured):
        await world.target.apply(bert, DISABLE)


async def test_when_everything_is_denied_the_target_is_misconfigured(world: World) -> None:
    anna = world.tenant.add_user()
    world.faults.breaks = "forbidden"
    with pytest.raises(Misconfigured):
        await world.target.apply(anna, UPDATE)
    with pytest.raises(Misconfigured):
        await world.target.read(anna)
    with pytest.raises(Misconfigured):
        await world.target.find("employeeId", "7")


@pytest.mark.parametrize("breaks", ["html", "truncated"])
async def test_a_web_page_or_half_an_answer_is_never_taken_for_news(world: World, breaks: str) -> None:
    anna = world.tenant.add_user(employeeId="7")
    world.faults.breaks = breaks  # type: ignore[assignment]
    for asked in (world.target.read(anna), world.target.find("employeeId", "7"), world.create()):
        with pytest.raises((TryLater, Misconfigured)):
            await asked
    with pytest.raises((TryLater, Misconfigured)):
        [page async for page in world.target.changes("")]


@pytest.mark.parametrize(
    "responses",
    [
        [],
        [
            {"id": "0", "status": "200"},
            {"id": "1", "status": 200},
            {"id": "2", "status": 404},
            {"id": "3", "status": 200},
        ],
        [{"id": "0", "status": 200, "headers": 7}] * 4,
        [{"id": str(n), "status": 200, "body": {"value": []}} for n in range(4)],
        [{"id": str(n), "status": 200, "body": {"id": "x"}} for n in range(4)],
        [7],
        "odd",
    ],
)
async def test_a_batch_that_is_answered_in_part_is_no_answer(responses: object) -> None:
    async with scripted(httpx.Response(200, json={"responses": responses})) as (target, _):
        with pytest.raises(TryLater):
            await target.read(NOBODY)


async def test_a_batch_that_is_refused_is_judged_like_any_request() -> None:
    async with scripted(refusal(503, "serviceNotAvailable", Retry_After="5")) as (target, _):
        with pytest.raises(TryLater) as later:
            await target.read(NOBODY)
        assert later.value.seconds == 5


async def test_a_creation_answered_without_an_id_is_looked_for_first() -> None:
    for body in ({}, {"id": ""}, {"id": 7}, []):
        async with scripted(httpx.Response(201, json=body)) as (target, _):
            with pytest.raises(TryLater):
                await target.apply("", Action(verb=Verb.CREATE, attributes=_person()))


class Failing(StaticCredential):
    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self._failure = failure

    async def get_token(self, *scopes: str, **_: object) -> object:  # type: ignore[override]
        raise self._failure


async def test_a_sign_in_that_is_refused_names_microsofts_code_only(world: World) -> None:
    failure = ClientAuthenticationError("AADSTS7000215: Invalid client secret provided for app body-canary.")
    target = world.connect(credential=Failing(failure))
    with pytest.raises(Misconfigured, match="AADSTS7000215") as refused:
        await target.read(NOBODY)
    assert "canary" not in str(refused.value)
    with pytest.raises(Misconfigured, match="was refused; check the identity"):
        await world.connect(credential=Failing(ClientAuthenticationError("no"))).read(NOBODY)


async def test_a_sign_in_service_that_is_away_is_tried_later(world: World) -> None:
    with pytest.raises(TryLater, match="ServiceRequestError"):
        await world.connect(credential=Failing(ServiceRequestError("body-canary"))).read(NOBODY)


async def test_a_challenge_for_a_new_token_is_answered_once() -> None:
    claims = base64.b64encode(b'{"access_token":{}}').decode()
    challenge = refusal(401, "InvalidAuthenticationToken", WWW_Authenticate=f'Bearer claims="{claims}"')
    async with scripted(challenge, httpx.Response(200, json={"value": []})) as (target, seen):
        assert await target.find("employeeId", "7") == []
        assert len(seen) == 2
    async with scripted(challenge, challenge) as (target, seen):
        with pytest.raises(Misconfigured):
            await target.find("employeeId", "7")


def _person() -> dict[str, str]:
    return {"userPrincipalName": "canary@contoso.nl", "displayName": "A", "mailNickname": "a"}
