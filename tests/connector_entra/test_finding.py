"""Finding accounts: exact, in any letters where logons are the same in any, and never more than was asked for."""

import json

import httpx
import pytest
from entra_world import World, query, scripted

from connectors.entra import MANIFEST
from connectors.entra.finding import FINDABLE
from shared.errors import Misconfigured, TryLater


@pytest.mark.parametrize(
    "value",
    ["o'neill", "' or 1 eq 1 or '", "a b&c=d#e", "100%25", "+31", "é\u0301ß", "\u202egnp", "''", "\x00"],
)
async def test_hostile_text_finds_who_holds_it_and_nobody_else(world: World, value: str) -> None:
    world.tenant.add_user(employeeId="other")
    holder = world.tenant.add_user(employeeId=value)
    assert [one.id for one in await world.target.find("employeeId", value)] == [holder]


async def test_the_filter_is_sent_with_quotes_doubled(world: World) -> None:
    await world.target.find("employeeId", "o'neill")
    assert query(world.sent.requests[-1])["$filter"] == "employeeId eq 'o''neill'"


async def test_an_employee_number_is_compared_letter_for_letter(world: World) -> None:
    upper, lower = world.tenant.add_user(employeeId="A1"), world.tenant.add_user(employeeId="a1")
    assert [one.id for one in await world.target.find("employeeId", "a1")] == [lower]
    assert [one.id for one in await world.target.find("employeeId", "A1")] == [upper]


@pytest.mark.parametrize("attribute", ["userPrincipalName", "mail"])
async def test_logons_and_mail_are_the_same_in_any_letters(world: World, attribute: str) -> None:
    anna = world.tenant.add_user(**{attribute: "Anna@Contoso.nl"})
    assert [one.id for one in await world.target.find(attribute, "anna@contoso.NL")] == [anna]


async def test_what_is_found_knows_its_attributes(world: World) -> None:
    world.tenant.add_user(employeeId="7", department="Sales", accountEnabled=False)
    found = (await world.target.find("employeeId", "7"))[0]
    assert (found.attributes["department"], found.enabled) == ("Sales", False)


@pytest.mark.parametrize("many", [100, 101])
async def test_everybody_is_found_however_many_pages_they_take(world: World, many: int) -> None:
    ids = {world.tenant.add_user(employeeId="same") for _ in range(many)}
    assert {one.id for one in await world.target.find("employeeId", "same")} == ids


@pytest.mark.parametrize("value", ["", "x" * 17, "\ud800"])
async def test_what_no_account_can_hold_is_not_asked_for(world: World, value: str) -> None:
    assert await world.target.find("employeeId", value) == []
    assert world.count() == 0


async def test_only_attributes_of_the_manifest_can_be_looked_for(world: World) -> None:
    with pytest.raises(Misconfigured, match="department"):
        await world.target.find("department", "Sales")


@pytest.mark.parametrize("value", ["anna@contoso.nl", "ANNA@contoso.NL", "a.jansen@contoso.nl", "O'Anna@contoso.nl"])
async def test_an_address_finds_who_receives_its_mail_in_any_letters(world: World, value: str) -> None:
    world.tenant.add_user(mail="joanna@contoso.nl", otherMails=[value])
    proxies = ["SMTP:Anna@contoso.nl", "smtp:A.Jansen@contoso.nl", "smtp:o'anna@contoso.nl", "X500:/o=Contoso/cn=a"]
    anna = world.tenant.add_user(proxyAddresses=proxies)
    found = await world.target.find("proxyAddresses", value)
    assert [one.id for one in found] == [anna]
    assert found[0].attributes["proxyAddresses"] == ("Anna@contoso.nl", "A.Jansen@contoso.nl", "o'anna@contoso.nl")


async def test_an_alias_is_neither_mail_nor_logon_and_a_logon_is_no_alias(world: World) -> None:
    world.tenant.add_user(userPrincipalName="logon@contoso.nl", proxyAddresses=["smtp:alias@contoso.nl"])
    assert await world.target.find("mail", "alias@contoso.nl") == []
    assert await world.target.find("userPrincipalName", "alias@contoso.nl") == []
    assert await world.target.find("proxyAddresses", "logon@contoso.nl") == []
    assert await world.target.find("proxyAddresses", "/o=Contoso/cn=a") == []


async def test_an_address_is_asked_for_in_one_plain_request_in_both_its_forms(world: World) -> None:
    await world.target.find("proxyAddresses", "o'neill@contoso.nl")
    (request,) = world.sent.requests
    asked = (
        "proxyAddresses/any(p:p eq 'smtp:o''neill@contoso.nl') or proxyAddresses/any(p:p eq 'SMTP:o''neill@contoso.nl')"
    )
    for part, path in zip(json.loads(request.content)["requests"], ("/users", "/groups"), strict=True):
        address = httpx.URL(part["url"])
        assert (address.path, address.params["$filter"]) == (path, asked)
        assert "$count" not in address.params
        assert "headers" not in part


async def test_a_group_that_holds_an_address_is_told_and_nobody_may_touch_it(world: World) -> None:
    team = world.tenant.add_group("Team", proxyAddresses=["SMTP:team@contoso.nl", "smtp:crew@contoso.nl"])
    (found,) = await world.target.find("proxyAddresses", "Crew@contoso.nl")
    assert (found.id, found.protected) == (team, "it is a group")
    assert found.attributes == {"proxyAddresses": ("team@contoso.nl", "crew@contoso.nl")}
    assert await world.target.find("mail", "team@contoso.nl") == []


@pytest.mark.parametrize("status", [403, 429, 503])
async def test_half_an_answer_about_an_address_is_none(status: int) -> None:
    parts = [{"id": "0", "status": 200, "body": {"value": []}}, {"id": "1", "status": status, "body": {}}]
    async with scripted(httpx.Response(200, json={"responses": parts})) as (target, _):
        with pytest.raises((TryLater, Misconfigured)):
            await target.find("proxyAddresses", "anna@contoso.nl")


@pytest.mark.parametrize(
    "value", ["o'neill", "' or 1 eq 1 or '", "x') or proxyAddresses/any(p:p eq 'smtp:all", "a&b=c#d"]
)
async def test_hostile_text_finds_the_holder_of_an_address_and_nobody_else(world: World, value: str) -> None:
    world.tenant.add_user(proxyAddresses=["SMTP:all"])
    holder = world.tenant.add_user(proxyAddresses=[f"smtp:{value}"])
    assert [one.id for one in await world.target.find("proxyAddresses", value)] == [holder]


async def test_aliases_tell_who_holds_an_address_and_never_whose_account_it_is() -> None:
    assert "proxyAddresses" not in MANIFEST.correlate
    assert FINDABLE - MANIFEST.correlate == {"proxyAddresses"}
