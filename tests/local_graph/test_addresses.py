"""Addresses: what mail, logon name and mailbox make of proxyAddresses, who is refused one, and how it is looked for."""

import httpx
import pytest

from tests.local_graph.graph_client import World, error

ADVANCED = {"ConsistencyLevel": "eventual"}
TAKEN = "Another object with the same value for property proxyAddresses already exists."


def proxies(world: World, user: str) -> list[str]:
    return list(world.tenant.users[user]["proxyAddresses"])


def conflict(answer: httpx.Response) -> str:
    """The property an answer calls taken."""
    assert error(answer)[:2] == (400, "Request_BadRequest")
    details = answer.json()["error"]["details"]
    assert details[0]["code"] == "ObjectConflict"
    return str(details[0]["target"])


async def found(world: World, filter: str, **options: object) -> list[str]:
    return [row["id"] for row in await world.value("/users", params={"$filter": filter}, **options)]


@pytest.fixture
def mailbox(world: World) -> str:
    """A product with mail; its id."""
    return world.tenant.add_sku("SPE_E3", 5, plans=["EXCHANGE_S_ENTERPRISE"])


async def test_mail_is_the_primary_address_from_the_start(world: World) -> None:
    user = await world.create("anna", mail="anna@contoso.nl")
    body = (await world.get(f"/users/{user}?$select=mail,proxyAddresses")).json()
    assert (body["mail"], body["proxyAddresses"]) == ("anna@contoso.nl", ["SMTP:anna@contoso.nl"])
    assert (await world.get(f"/users/{await world.create('bert')}?$select=proxyAddresses")).json()[
        "proxyAddresses"
    ] == []


async def test_a_new_mail_address_keeps_the_old_one_as_an_alias(world: World) -> None:
    user = await world.create(mail="a@contoso.nl")
    await world.patch(f"/users/{user}", mail="b@contoso.nl")
    assert proxies(world, user) == ["SMTP:b@contoso.nl", "smtp:a@contoso.nl"]
    await world.patch(f"/users/{user}", mail="a@contoso.nl")
    assert proxies(world, user) == ["SMTP:a@contoso.nl", "smtp:b@contoso.nl"]
    await world.patch(f"/users/{user}", mail="a@contoso.nl")
    assert proxies(world, user) == ["SMTP:a@contoso.nl", "smtp:b@contoso.nl"]


async def test_addresses_of_other_kinds_stay_as_they_are(world: World) -> None:
    user = world.tenant.add_user(proxyAddresses=["SMTP:a@contoso.nl", "X500:/o=Contoso/cn=a", "SIP:a@contoso.nl"])
    await world.patch(f"/users/{user}", mail="b@contoso.nl")
    assert proxies(world, user) == [
        "SMTP:b@contoso.nl",
        "smtp:a@contoso.nl",
        "X500:/o=Contoso/cn=a",
        "SIP:a@contoso.nl",
    ]


async def test_mail_that_is_cleared_stays_an_alias(world: World) -> None:
    user = await world.create(mail="a@contoso.nl")
    assert (await world.patch(f"/users/{user}", mail=None)).status_code == 204
    assert proxies(world, user) == ["smtp:a@contoso.nl"]


async def test_names_are_changed_together_and_again_without_a_change(world: World) -> None:
    user = await world.create("anna", mail="anna@contoso.nl")
    names = {"userPrincipalName": "anna.wit@contoso.nl", "mail": "anna.wit@contoso.nl", "mailNickname": "anna.wit"}
    assert (await world.patch(f"/users/{user}", **names)).status_code == 204
    changes = len(world.tenant.directory.changes)
    assert (await world.patch(f"/users/{user}", **names)).status_code == 204
    assert len(world.tenant.directory.changes) == changes
    assert {name: world.tenant.users[user][name] for name in names} == names
    assert proxies(world, user) == ["SMTP:anna.wit@contoso.nl", "smtp:anna@contoso.nl"]


async def test_one_name_that_is_taken_changes_none(world: World) -> None:
    await world.create("bert", mail="bert@contoso.nl")
    user = await world.create("anna")
    before = world.tenant.users[user]
    taken = {"userPrincipalName": "bert@contoso.nl", "mail": "free@contoso.nl", "mailNickname": "free"}
    assert conflict(await world.patch(f"/users/{user}", **taken)) == "userPrincipalName"
    taken = {"userPrincipalName": "free@contoso.nl", "mail": "BERT@contoso.nl", "mailNickname": "free"}
    assert conflict(await world.patch(f"/users/{user}", **taken)) == "proxyAddresses"
    assert world.tenant.users[user] == before


@pytest.mark.parametrize("name", ["mail", "userPrincipalName"])
async def test_an_alias_of_a_user_or_a_group_is_taken(world: World, name: str) -> None:
    world.tenant.add_user(proxyAddresses=["SMTP:bert@contoso.nl", "smtp:bart@contoso.nl"])
    world.tenant.add_group("Team", proxyAddresses=["SMTP:team@contoso.nl"])
    user = await world.create("anna")
    for address in ("bert@contoso.nl", "BART@contoso.nl", "team@contoso.nl"):
        answer = await world.patch(f"/users/{user}", **{name: address})
        assert conflict(answer) == "proxyAddresses"
        assert error(answer)[2] == TAKEN


async def test_mail_that_is_somebody_elses_logon_is_taken_unless_the_switch_says_otherwise(world: World) -> None:
    await world.create("bert")
    user = await world.create("anna")
    assert conflict(await world.patch(f"/users/{user}", mail="Bert@contoso.nl")) == "proxyAddresses"
    assert (await world.patch(f"/users/{user}", mail="anna.jansen@contoso.nl")).status_code == 204
    assert (await world.patch(f"/users/{user}", mail="anna@contoso.nl")).status_code == 204
    world.faults.mail_clashes_with_logon = False
    assert (await world.patch(f"/users/{user}", mail="bert@contoso.nl")).status_code == 204


async def test_a_logon_that_was_no_address_is_free_after_a_rename_and_an_address_is_not(world: World) -> None:
    anna, bert = await world.create("anna"), await world.create("bert", mail="bert@contoso.nl")
    for user, name in ((anna, "anna"), (bert, "bert")):
        await world.patch(f"/users/{user}", userPrincipalName=f"{name}.new@contoso.nl", mail=f"{name}.new@contoso.nl")
    assert await world.create("anna")
    other = await world.create("other")
    assert conflict(await world.patch(f"/users/{other}", userPrincipalName="bert@contoso.nl")) == "proxyAddresses"


async def test_who_has_a_mailbox_receives_mail_on_the_logon_and_in_the_initial_domain(
    world: World, mailbox: str
) -> None:
    user = await world.create("anna", mail="a.jansen@contoso.nl")
    world.tenant.assign_licence(user, mailbox)
    assert proxies(world, user) == [
        "SMTP:a.jansen@contoso.nl",
        "smtp:anna@contoso.nl",
        "smtp:anna@contoso.onmicrosoft.com",
    ]
    await world.patch(f"/users/{user}", userPrincipalName="anna.wit@contoso.nl", mailNickname="anna.wit")
    assert world.tenant.users[user]["mail"] == "a.jansen@contoso.nl"
    assert proxies(world, user)[-1] == "smtp:anna.wit@contoso.nl"
    assert "smtp:anna@contoso.nl" in proxies(world, user)
    assert "smtp:anna.wit@contoso.onmicrosoft.com" not in proxies(world, user)


async def test_a_routing_address_that_is_taken_gets_four_digits(world: World, mailbox: str) -> None:
    first, second = [await world.create(name, mailNickname="same") for name in ("anna", "bert")]
    for user in (first, second):
        world.tenant.assign_licence(user, mailbox)
    assert proxies(world, first)[-1] == "smtp:same@contoso.onmicrosoft.com"
    assert proxies(world, second)[-1] == "smtp:same1000@contoso.onmicrosoft.com"


async def test_delta_tells_a_change_of_the_addresses(world: World) -> None:
    user = await world.create(mail="a@contoso.nl")
    _, link = await world.round("/users/delta?$select=id,proxyAddresses")
    await world.patch(f"/users/{user}", jobTitle="Chef")
    assert (await world.round(link))[0] == []
    await world.patch(f"/users/{user}", mail="b@contoso.nl")
    (item,), _ = await world.round(link)
    assert item == {"id": user, "proxyAddresses": ["SMTP:b@contoso.nl", "smtp:a@contoso.nl"]}


@pytest.mark.parametrize(
    "filter",
    [
        "proxyAddresses/any(p:p eq 'smtp:anna@contoso.nl')",
        "proxyAddresses/any(p:p eq 'SMTP:ANNA@contoso.nl')",
        "proxyAddresses/any(p:p eq 'smtp:old@contoso.nl') or proxyAddresses/any(p:p eq 'SMTP:old@contoso.nl')",
        "proxyAddresses/any(p:startswith(p,'smtp:old'))",
        "mail eq 'x@y.nl' or proxyAddresses/any(x:x eq 'SMTP:anna@contoso.nl')",
    ],
)
async def test_an_address_is_found_by_a_plain_filter(world: World, filter: str) -> None:
    world.tenant.add_user(mail="bert@contoso.nl")
    anna = world.tenant.add_user(proxyAddresses=["SMTP:anna@contoso.nl", "smtp:old@contoso.nl"])
    assert await found(world, filter) == [anna]


@pytest.mark.parametrize(
    "filter",
    [
        "proxyAddresses/any(p:endswith(p,'@contoso.nl'))",
        "not(proxyAddresses/any(p:p eq 'smtp:x@contoso.nl'))",
        "proxyAddresses/any(p:p ne 'smtp:x@contoso.nl')",
    ],
)
async def test_other_questions_about_addresses_are_advanced_queries(world: World, filter: str) -> None:
    anna = world.tenant.add_user(mail="anna@contoso.nl")
    plain = await world.get("/users", params={"$filter": filter})
    assert error(plain)[:2] == (400, "Request_UnsupportedQuery")
    params = {"$filter": filter, "$count": "true"}
    assert [row["id"] for row in await world.value("/users", params=params, headers=ADVANCED)] == [anna]


async def test_two_alternatives_of_one_property_are_answered_by_the_index(world: World) -> None:
    wanted = world.tenant.add_user(proxyAddresses=["smtp:old@contoso.nl"])
    for number in range(50):
        world.tenant.add_user(mail=f"p{number}@contoso.nl")
    walked = 0
    entries = world.tenant.directory.entries

    class Counting(dict[str, object]):
        def __getitem__(self, key: str) -> object:
            nonlocal walked
            walked += 1
            return entries[key]

    world.tenant.directory.entries = Counting(entries)  # type: ignore[assignment]
    either = " or ".join(f"proxyAddresses/any(p:p eq '{kind}:old@contoso.nl')" for kind in ("smtp", "SMTP"))
    assert await found(world, either) == [wanted]
    assert walked < 10


async def test_a_deleted_user_keeps_its_addresses_and_everybody_else_may_have_them(world: World) -> None:
    user = await world.create("anna", mail="anna@contoso.nl")
    await world.patch(f"/users/{user}", mail="anna.wit@contoso.nl")
    await world.delete(f"/users/{user}")
    path = f"/directory/deletedItems/{user}?$select=mail,proxyAddresses,userPrincipalName"
    body = (await world.get(path)).json()
    assert body["proxyAddresses"] == ["SMTP:anna.wit@contoso.nl", "smtp:anna@contoso.nl"]
    assert body["mail"] == "anna.wit@contoso.nl"
    assert body["userPrincipalName"].endswith("anna@contoso.nl")
    assert await found(world, "proxyAddresses/any(p:p eq 'smtp:anna@contoso.nl')") == []
    other = await world.create("anna", mail="anna@contoso.nl")
    assert other != user
    assert (await world.get(path)).json() == body
