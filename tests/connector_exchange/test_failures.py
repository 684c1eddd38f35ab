"""Whatever Exchange answers becomes one of three errors; nothing is quoted, nothing is sent elsewhere, none is lost."""

import asyncio
import gzip
import json
from typing import Any

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from exchange_world import CANARY, KINDS, NOBODY, Credential, World, opened, refusal, scripted, streamed

from connectors.exchange.settings import Settings
from connectors.exchange.target import Exchange
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Action, Verb
from shared.wire import Meter, NotAllowedToWrite, open_http

ROW = {"ExternalDirectoryObjectId": NOBODY, "RecipientTypeDetails": "UserMailbox", "UserPrincipalName": CANARY}
SHARE = Action(verb=Verb.DISABLE)


@pytest.mark.parametrize(("told", "seconds"), [({"retry_after": 7}, 7), ({}, 30), ({"plain": True}, 30)])
async def test_a_throttled_command_is_tried_when_the_service_says(
    world: World, told: dict[str, Any], seconds: int
) -> None:
    anna = world.person()
    for ask in (lambda: world.read(anna), lambda: world.apply(anna, Verb.DISABLE)):
        world.faults.throttle_next(**told)
        with pytest.raises(TryLater) as later:
            await ask()
        assert later.value.seconds == seconds


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_failing_service_is_tried_later(world: World, status: int) -> None:
    anna = world.person()
    world.faults.fail_write(status=status)
    with pytest.raises(TryLater):
        await world.apply(anna, Verb.DISABLE)


@pytest.mark.parametrize("effect", [True, False])
async def test_a_lost_answer_converges(world: World, effect: bool) -> None:
    anna = world.person()
    world.organisation.add_shared("sales@contoso.nl")
    for _ in KINDS:
        await world.read(anna)
    for kind in KINDS:
        one = f"{kind}:sales@contoso.nl"
        world.faults.lose_answer_of_write(effect=effect)
        with pytest.raises(TryLater, match="got no answer"):
            await world.grant(anna, one)
        await world.grant(anna, one)
        assert await world.held(anna, one) == {one}


async def test_too_much_at_once_is_tried_later_whatever_its_status() -> None:
    text = "You have reached the maximum number of concurrent requests per tenant. Please wait and try again"
    async with scripted(httpx.Response(400, text=text)) as (target, _):
        with pytest.raises(TryLater, match="too much at once"):
            await target.read(NOBODY)


async def test_a_refusal_that_calls_itself_compressed_and_is_not_is_still_a_refusal(world: World) -> None:
    world.faults.breaks = "forbidden"
    with pytest.raises(Misconfigured, match="may not run this"):
        await world.target.read(NOBODY)


async def test_an_answer_that_is_compressed_though_nobody_asked_is_read() -> None:
    body = gzip.compress(json.dumps({"value": [ROW]}).encode())
    async with scripted(httpx.Response(200, content=body)) as (target, _):
        found = await target.read(NOBODY)
    assert found is not None
    assert found.id == NOBODY


@pytest.mark.parametrize(
    ("breaks", "error", "says"),
    [
        ("unauthorised", Misconfigured, "sign-in is not accepted"),
        ("html", Misconfigured, "web page"),
        ("lost page", Misconfigured, "check base_url"),
        ("truncated", TryLater, "without its list"),
    ],
)
async def test_what_is_no_answer_of_exchange_is_never_taken_for_no_mailbox(
    world: World, breaks: Any, error: type[Exception], says: str
) -> None:
    anna = world.person()
    world.faults.breaks = breaks
    with pytest.raises(error, match=says):
        await world.target.read(anna)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refusal(400, "Some.UnableToWriteToAadException"), TryLater, "passes"),
        (refusal(400, "Some.Exception", "This may be transient."), TryLater, "passes"),
        (
            refusal(400, "A.B", "A parameter cannot be found that matches parameter name 'Type'."),
            Misconfigured,
            "chang",
        ),
        (refusal(400, "Some.Thing.OddException", CANARY), Refused, "OddException"),
        (refusal(400, f"Some.{CANARY} x", CANARY), Refused, "answered 400"),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), Misconfigured, "base_url"),
        (httpx.Response(400, json={"error": {"message": CANARY}}), Refused, "answered 400"),
        (httpx.Response(400, json={"error": {"details": ["x"]}}), Refused, "answered 400"),
        (httpx.Response(425), TryLater, "busy"),
    ],
)
async def test_a_refusal_is_named_by_its_exception_and_never_quoted(
    answer: httpx.Response, error: type[Exception], says: str
) -> None:
    async with scripted(answer) as (target, _):
        with pytest.raises(error, match=says) as raised:
            await target.apply(NOBODY, SHARE)
    assert CANARY not in str(raised.value)


async def test_no_value_and_no_token_stands_in_an_error_or_a_repr() -> None:
    from connectors.exchange.answers import Answer

    answer = Answer(cmdlet="Get-Mailbox", status=200, body={"value": [CANARY]}, text=CANARY)
    assert CANARY not in repr(answer)
    async with scripted(httpx.ConnectError(CANARY)) as (target, _):
        with pytest.raises(TryLater) as raised:
            await target.read(NOBODY)
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize(
    ("raised", "error", "says"),
    [
        (ClientAuthenticationError("AADSTS7000215: secret"), Misconfigured, "refused AADSTS7000215; check"),
        (ServiceRequestError("no network"), TryLater, "did not answer"),
    ],
)
async def test_a_sign_in_that_fails_says_what_to_do(
    world: World, raised: Exception, error: type[Exception], says: str
) -> None:
    class Failing(Credential):
        async def get_token(self, *_: str, **__: Any) -> Any:
            raise raised

    with pytest.raises(error, match=says):
        await world.connect(credential=Failing(world.tenant)).read(NOBODY)


async def test_without_a_sign_in_there_is_no_connector() -> None:
    from exchange_world import Clock, outside

    async with open_http(Meter(), transport=httpx.MockTransport(lambda request: httpx.Response(500))) as http:
        with pytest.raises(Misconfigured, match="needs a Microsoft sign-in"):
            Exchange(Settings(tenant=NOBODY, unsupported_interface=True), outside(http, Clock(), None))


async def test_an_app_without_a_role_or_without_the_permission_is_told_so() -> None:
    async with opened(["Exchange.ManageAsApp"]) as world:
        with pytest.raises(Misconfigured, match="may not run this"):
            await world.target.read(NOBODY)
    async with opened(["Exchange Administrator"]) as world:
        with pytest.raises(Misconfigured, match="sign-in is not accepted"):
            await world.target.read(NOBODY)


@pytest.mark.parametrize("page", [1, 2, 3, 4])
async def test_every_page_of_a_list_is_asked_for_by_the_same_body(world: World, page: int) -> None:
    anna = world.person("anna")
    names = [f"list{number}@contoso.nl" for number in range(3)]
    for name in names:
        world.organisation.add_list(name)
        await world.grant(anna, f"distribution_group:{name}")
    world.faults.page = page
    world.sent.requests.clear()
    asked = {f"distribution_group:{name}" for name in names}
    assert await world.held(anna, *asked) == asked
    lists = [one for one in world.sent.requests if b"Get-Recipient" in one.content]
    assert len(lists) == -(-3 // page)
    assert len({one.content for one in lists}) == 1
    assert len({one.headers["client-request-id"] for one in lists}) == len(lists)


@pytest.mark.parametrize("link", ["https://a:x", "http://outlook.office365.com/x", "https://x@outlook.office365.com/x"])
async def test_a_link_that_is_odd_is_not_followed(link: str) -> None:
    page = httpx.Response(200, json={"value": [], "@odata.nextLink": link})
    async with scripted(page) as (target, seen):
        with pytest.raises(Misconfigured, match="leads elsewhere"):
            await target.read(NOBODY)
    assert len(seen) == 1


async def test_a_list_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.exchange.cmdlets.PAGES", 3)
    page = httpx.Response(200, json={"value": [], "@odata.nextLink": "https://outlook.office365.com/InvokeCommand"})
    async with scripted(page, page, page) as (target, _):
        with pytest.raises(Misconfigured, match="does not end"):
            await target.read(NOBODY)


async def test_an_answer_that_only_begins_like_a_compressed_one_is_no_answer() -> None:
    async with scripted(httpx.Response(200, content=b"\x1f\x8bno")) as (target, _):
        with pytest.raises(TryLater, match="without its list"):
            await target.read(NOBODY)


async def test_a_link_to_another_host_is_not_followed(world: World) -> None:
    anna = world.person("anna")
    for number in range(2):
        world.organisation.add_list(f"list{number}@contoso.nl")
        await world.grant(anna, f"distribution_group:list{number}@contoso.nl")
    world.faults.page, world.faults.elsewhere = 1, True
    with pytest.raises(Misconfigured, match="leads elsewhere"):
        await world.held(anna, "distribution_group:list0@contoso.nl")
    assert {one.url.host for one in world.sent.requests} == {"outlook.office365.com"}


async def test_never_more_than_three_commands_are_under_way() -> None:
    under_way, most = 0, 0

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.001)
            under_way -= 1
            return streamed(httpx.Response(200, json={"value": []}))

    async with opened() as world, open_http(Meter(), transport=Slow()) as http:
        target = world.connect(http=http)
        await asyncio.gather(*(target.read(NOBODY) for _ in range(12)))
    assert most == 3


async def test_a_preview_reads_everything_and_no_write_leaves() -> None:
    meter = Meter()
    async with opened() as world, open_http(meter, writes_allowed=False, transport=world.sent) as http:  # type: ignore[arg-type]
        world.organisation.add_shared("sales@contoso.nl")
        anna = world.person()
        target = world.connect(http=http)
        assert await target.read(anna) is not None
        with pytest.raises(NotAllowedToWrite):
            await target.apply(anna, SHARE)
    assert (meter.reads, meter.writes, world.organisation.writes) == (1, 0, 0)


async def test_what_was_just_written_may_be_read_as_it_was_and_writing_it_again_does_no_harm(world: World) -> None:
    anna = world.person()
    await world.read(anna)
    world.faults.lag = 60
    await world.apply(anna, Verb.DISABLE)
    assert (await world.read(anna)).enabled
    await world.apply(anna, Verb.DISABLE)
    world.clock.move(seconds=61)
    assert not (await world.read(anna)).enabled


async def test_a_token_is_asked_for_exchange_and_sent_with_every_command(world: World) -> None:
    await world.target.read(world.person())
    request = world.sent.requests[-1]
    assert world.credential.scopes == ["https://outlook.office365.com/.default"]
    assert request.url.path == f"/adminapi/beta/{world.tenant.id}/InvokeCommand"
    assert request.headers["x-anchormailbox"].startswith("APP:SystemMailbox{")
    assert request.headers["prefer"] == "odata.maxpagesize=1000"


async def test_two_mailboxes_of_one_owner_are_disputed() -> None:
    async with scripted(httpx.Response(200, json={"value": [ROW, ROW]})) as (target, _):
        with pytest.raises(Refused, match="2 mailboxes") as refused:
            await target.read(NOBODY)
    assert refused.value.reason is Reason.REFUSED
