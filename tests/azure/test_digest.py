"""The digest timer: people are mailed once a day what is new or presses, by the policy, and only ids leave."""

import asyncio
import base64
import email
import email.policy
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from azure_world import POLICY, SignIn, World, opened

import function_app
from connectors._mail import SENDING, send_mail
from shared.azure.posting import GRAPH, graph_of
from shared.connector import App, Outside
from shared.engine import halting
from shared.errors import Misconfigured, TryLater
from shared.permissions import needs
from shared.policy_file import load
from shared.wire import Meter, NotAllowedToWrite, open_http

MAILBOX = "12121212-1111-4222-8333-444455556666"
DIGEST = f"digest: {{to: [hr@contoso.nl, it@contoso.nl], mailbox: {MAILBOX}}}\n"
LIMITED = POLICY + "    limits: {disable: {day: 0}}\n" + DIGEST
ANNA = "001;Anneke;Vermeulen;2020-01-01;;Sales;"
BART = "002;Bartholomeus;Vermeulen;2020-01-01;{end};Care;001"


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Bart left, and disabling his account waits for somebody."""
    async with opened(tmp_path, monkeypatch, LIMITED) as opening:
        opening.hr(ANNA, BART.format(end=""))
        await opening.run()
        opening.hr(ANNA, BART.format(end="2026-03-01"))
        await opening.run()
        yield opening


async def test_what_waits_is_mailed_to_whom_the_policy_names_and_only_ids_leave(world: World) -> None:
    await function_app.digest(None)
    [(base, rules, letter)] = world.policies.mailed
    assert (base, rules.to, rules.mailbox) == (GRAPH, ("hr@contoso.nl", "it@contoso.nl"), MAILBOX)
    assert "limit: disable on entra" in letter.text
    assert "002" in letter.text
    assert not [name for name in ("Barthol", "Vermeulen", "Care") if name in letter.text + letter.html + letter.subject]


async def test_nothing_is_mailed_twice_a_day_nor_again_while_nothing_is_new(world: World) -> None:
    for hours in (0, 5, 24, 5):
        world.clock.now += timedelta(hours=hours)
        await function_app.poll(None)
        await world.settle()
        await function_app.digest(None)
    assert len(world.policies.mailed) == 2
    assert "1 overdue" in world.policies.mailed[1][2].text, "the second day it is overdue, and presses"


async def test_what_presses_is_mailed_every_day_and_what_does_not_once(world: World) -> None:
    async with world.doors.engine() as engine:
        await halting.stop(engine, "entra", "somebody", "a test")
    for _ in range(3):
        await function_app.digest(None)
        world.clock.now += timedelta(days=1)
    assert len(world.policies.mailed) == 3
    assert all("Nothing is written to entra: somebody stopped it" in one.text for _, _, one in world.policies.mailed)


async def test_a_mail_that_could_not_be_sent_is_sent_by_the_next_who_tries(world: World) -> None:
    world.policies.mail_fails = TryLater("Graph is busy")
    await function_app.digest(None)
    world.policies.mail_fails = Misconfigured("Mail.Send is not granted")
    with pytest.raises(Misconfigured):
        await function_app.digest(None)
    world.policies.mail_fails = None
    await function_app.digest(None)
    await function_app.digest(None)
    assert len(world.policies.mailed) == 1


async def test_two_who_come_at_once_send_one(world: World) -> None:
    await asyncio.gather(*(function_app.digest(None) for _ in range(3)))
    assert len(world.policies.mailed) == 1


async def test_without_a_digest_in_the_policy_nobody_is_mailed(world: World) -> None:
    world.policies.text = world.policies.text.replace(DIGEST, "")
    await world.doors.close()
    await function_app.digest(None)
    assert world.policies.mailed == []


def test_the_permission_to_mail_is_asked_for_only_with_a_digest_and_only_for_the_app_that_reads() -> None:
    import connectors
    from shared.checks.policy import check

    for text, apps in ((LIMITED, [App.READ]), (POLICY, [])):
        found = load(text.replace("TENANT", "0f0e0d0c-1111-4222-8333-444455556666"))
        asked = needs(found.policy, check(found, connectors.manifest), connectors.manifest)
        assert [one.app for one in asked if one.name == "Mail.Send"] == apps


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        ("{tenant: TENANT}", GRAPH),
        ('{tenant: TENANT, base_url: "https://graph.microsoft.us/v1.0/"}', "https://graph.microsoft.us/v1.0"),
    ],
)
def test_mail_goes_by_the_graph_that_the_policy_writes_to(settings: str, base: str) -> None:
    assert graph_of(load(POLICY.replace("{tenant: TENANT}", settings)).policy) == base


class Graph:
    """Where mail is sent: keeps what came, and answers as told."""

    def __init__(self, status: int = 202) -> None:
        self.status, self.requests = status, list[httpx.Request]()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        code = {"error": {"code": "ErrorAccessDenied", "message": "no"}}
        return httpx.Response(self.status, content=b"" if self.status == 202 else json.dumps(code).encode())


async def mail_through(world: World, graph: Graph) -> None:
    http = open_http(Meter(), writes_allowed=False, reading_posts=SENDING, transport=httpx.MockTransport(graph))
    async with http, httpx.AsyncClient(transport=httpx.MockTransport(_token)) as sign_in:
        around = (await world.doors.deployment()).ground.around
        outside = Outside(
            http=http,
            secret=around.secret,
            clock=around.clock,
            sleep=around.sleep,
            folder=around.folder,
            credential=SignIn(world.tenant, sign_in, "c"),
        )
        await send_mail(GRAPH, outside, MAILBOX, ["hr@contoso.nl"], "What waits — één", "één regel", "<p>één regel</p>")
        with pytest.raises(NotAllowedToWrite):
            await http.post(f"{GRAPH}/users")


async def _token(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"access_token": "t"})


async def test_one_mail_leaves_in_both_forms_and_nothing_else_may_be_written(world: World) -> None:
    graph = Graph()
    await mail_through(world, graph)
    [request] = graph.requests
    assert (request.method, str(request.url)) == ("POST", f"{GRAPH}/users/{MAILBOX}/sendMail")
    assert request.headers["content-type"] == "text/plain"
    message = email.message_from_bytes(base64.b64decode(request.content), policy=email.policy.default)
    assert (message["to"], message["subject"]) == ("hr@contoso.nl", "What waits — één")
    plain, page = message.iter_parts()
    assert (plain.get_content_type(), plain.get_content().strip()) == ("text/plain", "één regel")
    assert (page.get_content_type(), page.get_content().strip()) == ("text/html", "<p>één regel</p>")


@pytest.mark.parametrize(("status", "error"), [(403, Misconfigured), (503, TryLater), (404, TryLater)])
async def test_what_graph_refuses_is_an_error_of_ours(world: World, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await mail_through(world, Graph(status))
