"""Who is let in, how a list is paged, and what goes wrong on purpose."""

from typing import Any

import httpx
import pytest
from exchange_client import Client, opened

from local.exchange.commands import COMMANDS


async def raw(client: Client, cmdlet: str = "Get-Mailbox", **given: Any) -> tuple[int, bytes, httpx.Headers]:
    """Status, body as it came, and headers: some bodies are no bodies."""
    body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": given}}
    path = f"/adminapi/beta/{client.tenant.id}/InvokeCommand"
    request = client.http.build_request("POST", path, json=body, headers=client.headers)
    answer = await client.http.send(request, stream=True)
    content = b"".join([part async for part in answer.aiter_raw()])
    await answer.aclose()
    return answer.status_code, content, answer.headers


async def test_an_unknown_command_is_refused_by_bytes_that_are_no_gzip(client: Client) -> None:
    status, body, headers = await raw(client, "Get-NoSuchCmdlet")
    assert (status, set(body), headers["content-encoding"]) == (403, {0}, "gzip")


async def test_a_token_for_something_else_or_too_old_is_not_accepted(client: Client) -> None:
    client.sign_in(audience="https://graph.microsoft.com")
    assert (await client.ask("Get-Mailbox")).status_code == 401
    client.sign_in(seconds=10)
    client.clock.move(seconds=11)
    assert (await client.ask("Get-Mailbox")).status_code == 401
    for odd in ("", "Bearer x", "Basic eA=="):
        client.headers["authorization"] = odd
        assert (await client.ask("Get-Mailbox")).status_code == 401


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        (["Exchange.ManageAsApp"], 403),
        (["Exchange Administrator"], 401),
        (["Exchange.ManageAsApp", "Exchange Recipient Administrator"], 200),
    ],
)
async def test_it_takes_the_permission_and_a_role(permissions: list[str], status: int) -> None:
    async with opened(permissions) as client:
        assert (await raw(client))[0] == status


async def test_another_tenant_is_not_served_here(client: Client) -> None:
    path = "/adminapi/beta/contoso.nl/InvokeCommand"
    request = client.http.build_request("POST", path, json={}, headers=client.headers)
    answer = await client.http.send(request, stream=True)
    await answer.aclose()
    assert answer.status_code == 403


async def test_what_is_no_command_is_refused(client: Client) -> None:
    path = f"/adminapi/beta/{client.tenant.id}/InvokeCommand"
    for body in (b"", b"[]", b'{"CmdletInput": 5}', b"not json"):
        assert (await client.http.post(path, content=body, headers=client.headers)).status_code == 400
    assert (await client.http.get(path, headers=client.headers)).status_code == 405


@pytest.mark.parametrize("cmdlet", sorted(COMMANDS))
async def test_a_parameter_nobody_knows_is_refused_by_every_command(client: Client, cmdlet: str) -> None:
    assert await client.refused(cmdlet, NoSuchParameter=1) == (400, "ParameterBindingException")


@pytest.mark.parametrize("cmdlet", sorted(name for name, (_, known) in COMMANDS.items() if "Confirm" in known))
async def test_a_parameter_that_is_needed_is_missed(client: Client, cmdlet: str) -> None:
    assert await client.refused(cmdlet, Confirm=False) == (400, "ParameterBindingException")


async def test_pages_are_as_large_as_is_preferred_and_asked_for_by_the_same_body(client: Client) -> None:
    for number in range(3):
        client.organisation.add_shared(f"box{number}@contoso.nl")
    first = await client.ask("Get-Mailbox", prefer="odata.maxpagesize=2")
    link = first.json()["@odata.nextLink"]
    second = await client.ask("Get-Mailbox", at=link, prefer="odata.maxpagesize=2")
    told = [row["UserPrincipalName"] for page in (first, second) for row in page.json()["value"]]
    assert told == [f"box{number}@contoso.nl" for number in range(3)]
    assert "@odata.nextLink" not in second.json()
    assert (await client.ask("Get-Mailbox", at=link, RecipientTypeDetails="SharedMailbox")).status_code == 400


async def test_only_what_is_selected_is_told(client: Client) -> None:
    client.licensed()
    path = f"/adminapi/beta/{client.tenant.id}/InvokeCommand?$select=Guid,Alias"
    answer = await client.ask("Get-Mailbox", at=path)
    assert set(answer.json()["value"][0]) == {"Guid", "Alias"}


async def test_what_was_just_written_is_read_as_it_was_for_a_while(client: Client) -> None:
    anna = client.licensed()
    await client.rows("Get-Mailbox")
    client.faults.lag = 30
    await client.rows("Set-Mailbox", Identity=anna, Type="Shared")
    assert (await client.rows("Get-Mailbox"))[0]["RecipientTypeDetails"] == "UserMailbox"
    client.clock.move(seconds=30)
    assert (await client.rows("Get-Mailbox"))[0]["RecipientTypeDetails"] == "SharedMailbox"


async def test_throttling_comes_with_and_without_a_time_and_as_plain_text(client: Client) -> None:
    client.faults.throttle_next(retry_after=9)
    client.faults.throttle_next()
    client.faults.throttle_next(plain=True)
    answers = [await client.ask("Get-Mailbox") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429] * 3
    assert [answer.headers.get("retry-after") for answer in answers] == ["9", None, None]
    assert "maximum number of concurrent requests" in answers[2].text
    assert (await client.ask("Get-Mailbox")).status_code == 200


@pytest.mark.parametrize("effect", [True, False])
async def test_an_answer_is_lost_after_it_was_done_or_before(client: Client, effect: bool) -> None:
    anna = client.licensed()
    client.faults.lose_answer_of_write(effect=effect)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.ask("Set-Mailbox", Identity=anna, Type="Shared")
    assert (client.organisation.live()[anna].kind == "SharedMailbox") is effect
    client.faults.fail_write(status=504, effect=effect)
    assert (await client.ask("Set-Mailbox", Identity=anna, CustomAttribute1="x")).status_code == 504
    assert bool(client.organisation.live()[anna].custom) is effect
