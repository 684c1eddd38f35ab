"""Writing accounts: each verb, twice; what is sent and what is not; and what a refusal becomes."""

import json
from typing import Any

import pytest
from entra_world import NOBODY, World, person

from connectors.entra.attributes import EXTENSIONS, from_graph, to_graph
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Action, Entitlement, Value, Verb

EVERYTHING: dict[str, Value] = {
    "displayName": "Anna de Wit",
    "givenName": "Anna",
    "surname": "de Wit",
    "employeeType": "Employee",
    "employeeHireDate": "2026-01-05",
    "employeeLeaveDateTime": "2026-06-30T15:30:00Z",
    "companyName": "Contoso",
    "department": "Sales",
    "jobTitle": "Buyer",
    "division": "North",
    "costCenter": "4711",
    "officeLocation": "3.14",
    "streetAddress": "Dam 1",
    "postalCode": "1012 JS",
    "city": "Amsterdam",
    "state": "NH",
    "country": "NL",
    "mobilePhone": "+31 6 12345678",
    "businessPhones": ("+31 20 1234567",),
    "otherMails": ("anna@example.com",),
    "preferredLanguage": "nl-NL",
    "usageLocation": "NL",
    "mail": "anna@contoso.nl",
    **{name: name.upper() for name in EXTENSIONS},
}


async def test_what_is_created_reads_back_as_it_was_written(world: World) -> None:
    anna = await world.create(**EVERYTHING)
    found = await world.read(anna)
    wanted = {**person(), **EVERYTHING}
    assert {name: found.attributes[name] for name in wanted} == wanted
    assert not found.enabled


async def test_what_is_updated_reads_back_as_it_was_written(world: World) -> None:
    anna = await world.create()
    await world.apply(anna, Verb.UPDATE, **EVERYTHING)
    found = await world.read(anna)
    assert {name: found.attributes[name] for name in EVERYTHING} == EVERYTHING


async def test_an_account_starts_disabled_with_a_password_that_must_be_changed(world: World) -> None:
    await world.create("anna")
    first = world.sent.body("POST", "/users")
    await world.create("bert")
    second = world.sent.body("POST", "/users")
    assert first["accountEnabled"] is False
    assert first["passwordProfile"]["forceChangePasswordNextSignIn"] is True
    assert len(first["passwordProfile"]["password"]) >= 32
    assert first["passwordProfile"]["password"] != second["passwordProfile"]["password"]


async def test_nulls_and_empty_texts_are_not_sent_when_an_account_is_created(world: World) -> None:
    await world.create(department=None, jobTitle="")
    assert not {"department", "jobTitle"} & set(world.sent.body("POST", "/users"))


@pytest.mark.parametrize("name", ["userPrincipalName", "displayName", "mailNickname"])
async def test_what_every_account_needs_is_asked_for_before_anything_is_sent(world: World, name: str) -> None:
    with pytest.raises(Refused) as refused:
        await world.create(**{name: None})
    assert (refused.value.reason, refused.value.attribute) == (Reason.MISSING_DATA, name)
    assert world.count() == 0


async def test_only_what_changes_is_sent_and_null_is_null(world: World) -> None:
    anna = await world.create(department="Sales", jobTitle="Buyer")
    await world.apply(anna, Verb.UPDATE, department=None, extensionAttribute2="two", businessPhones=None)
    assert world.sent.body("PATCH", anna) == {
        "department": None,
        "onPremisesExtensionAttributes": {"extensionAttribute2": "two"},
        "businessPhones": [],
    }
    found = (await world.read(anna)).attributes
    assert (found["department"], found["jobTitle"], found["extensionAttribute2"]) == (None, "Buyer", "two")


async def test_half_of_the_organisation_data_keeps_its_other_half(world: World) -> None:
    anna = world.tenant.add_user(employeeOrgData={"division": "North", "costCenter": "4711"})
    await world.apply(anna, Verb.UPDATE, division=None)
    assert world.sent.body("PATCH", anna) == {"employeeOrgData": {"division": None, "costCenter": "4711"}}
    await world.apply(anna, Verb.UPDATE, division="South", costCenter="1")
    assert world.sent.body("PATCH", anna) == {"employeeOrgData": {"division": "South", "costCenter": "1"}}


async def test_the_manager_is_a_write_of_its_own_and_can_be_taken_away(world: World) -> None:
    anna, boss = await world.create("anna"), await world.create("boss")
    await world.apply(anna, Verb.UPDATE, manager=boss)
    assert (await world.read(anna)).attributes["manager"] == boss
    for _ in range(2):
        await world.apply(anna, Verb.UPDATE, manager=None)
    assert (await world.read(anna)).attributes["manager"] is None
    assert [write for write in world.sent.writes() if write[0] == "PATCH"] == []


async def test_a_manager_who_does_not_exist_holds_up_nobody_else(world: World) -> None:
    anna = await world.create()
    with pytest.raises(Refused) as refused:
        await world.apply(anna, Verb.UPDATE, manager=NOBODY)
    assert (refused.value.reason, refused.value.attribute) == (Reason.MISSING_DATA, "manager")


@pytest.mark.parametrize("manager", ["../groups/x", "x'y", ("a", "b"), 7])
async def test_a_manager_that_is_no_id_is_never_sent(world: World, manager: Any) -> None:
    anna = await world.create()
    with pytest.raises((Refused, Misconfigured)):
        await world.apply(anna, Verb.UPDATE, manager=manager)
    assert world.sent.writes() == [("POST", "/users")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("department", 7),
        ("department", ("Sales",)),
        ("businessPhones", "+31"),
        ("employeeHireDate", "5-1-2026"),
        ("employeeHireDate", "2026-02-30"),
        ("employeeHireDate", "2026-01-05T00:00:00Z"),
        ("employeeHireDate", "2026-01-05T09:00:00+01:00"),
        ("employeeHireDate", "٢٠٢٦-01-05"),
    ],
)
async def test_a_value_that_would_read_back_differently_is_refused(world: World, name: str, value: Value) -> None:
    anna = await world.create()
    with pytest.raises(Refused) as refused:
        await world.apply(anna, Verb.UPDATE, **{name: value})
    assert refused.value.attribute == name
    assert len(world.sent.writes()) == 1


@pytest.mark.parametrize(
    ("graph", "ours"),
    [
        ("2026-01-05T00:00:00Z", "2026-01-05"),
        ("2026-01-05T01:00:00+01:00", "2026-01-05"),
        ("2026-01-05T08:30:00.1234567Z", "2026-01-05T08:30:00Z"),
        ("0001-01-01T00:00:00+02:00", "0001-01-01T00:00:00+02:00"),
        ("2026-13-05T00:00:00Z", "2026-13-05T00:00:00Z"),
        ("soon", "soon"),
        (None, None),
    ],
)
def test_moments_are_read_in_one_form(graph: str | None, ours: str | None) -> None:
    assert from_graph({"employeeHireDate": graph}) == {"employeeHireDate": ours}


def test_what_graph_does_not_mention_stays_absent_and_odd_shapes_are_null() -> None:
    assert from_graph({}) == {}
    assert from_graph({"employeeOrgData": None}) == {"division": None, "costCenter": None}
    assert from_graph({"department": {"odd": 1}, "otherMails": ["a@b.nl", 7]}) == {
        "department": None,
        "otherMails": ("a@b.nl",),
    }


def test_an_attribute_no_user_has_is_a_mistake_in_the_policy() -> None:
    with pytest.raises(Misconfigured, match="shoeSize"):
        to_graph({"shoeSize": "43"})


async def test_disabling_ends_every_session_and_can_be_done_twice(world: World) -> None:
    anna = world.tenant.add_user()
    world.clock.move(hours=1)
    for _ in range(2):
        await world.apply(anna, Verb.DISABLE)
    assert world.tenant.users[anna]["accountEnabled"] is False
    assert world.tenant.users[anna]["signInSessionsValidFromDateTime"].startswith("2026-03-02T09")
    assert [path for _, path in world.sent.writes()] == [f"/users/{anna}", f"/users/{anna}/revokeSignInSessions"] * 2


async def test_an_account_that_is_gone_counts_as_disabled_and_as_deleted(world: World) -> None:
    assert await world.apply(NOBODY, Verb.DISABLE) == NOBODY
    assert await world.apply(NOBODY, Verb.DELETE) == NOBODY


async def test_enabling_twice_is_enabling_once(world: World) -> None:
    anna = await world.create()
    for _ in range(2):
        assert await world.apply(anna, Verb.ENABLE) == anna
    assert (await world.read(anna)).enabled


async def test_deleting_and_restoring_twice_is_once(world: World) -> None:
    anna = await world.create()
    for _ in range(2):
        await world.apply(anna, Verb.DELETE)
    assert list(world.tenant.deleted) == [anna]
    for _ in range(2):
        await world.apply(anna, Verb.RESTORE)
    assert (await world.read(anna)).attributes["displayName"] == "Anna"


async def test_who_cannot_be_restored_any_more_is_gone(world: World) -> None:
    anna = await world.create()
    await world.apply(anna, Verb.DELETE)
    world.clock.move(days=31)
    with pytest.raises(Refused) as refused:
        await world.apply(anna, Verb.RESTORE)
    assert refused.value.reason is Reason.ACCOUNT_GONE


async def test_a_restored_account_whose_logon_was_given_away_names_the_logon(world: World) -> None:
    anna = await world.create()
    await world.apply(anna, Verb.DELETE)
    world.tenant.add_user(userPrincipalName="anna@contoso.nl")
    with pytest.raises(Refused) as refused:
        await world.apply(anna, Verb.RESTORE)
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, "userPrincipalName")


async def test_correlating_writes_nothing(world: World) -> None:
    assert await world.apply(NOBODY, Verb.CORRELATE) == NOBODY
    assert world.count() == 0


async def test_creating_twice_names_the_logon_that_is_taken(world: World) -> None:
    await world.create()
    with pytest.raises(Refused) as refused:
        await world.create()
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, "userPrincipalName")
    assert len(world.tenant.users) == 1


async def test_mail_that_is_somebodys_alias_is_taken(world: World) -> None:
    world.tenant.add_user(proxyAddresses=["smtp:anna@contoso.nl"])
    with pytest.raises(Refused) as refused:
        await world.create("annika", mail="anna@contoso.nl")
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, "mail")
    with pytest.raises(Refused) as refused:
        await world.create("anna")
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, "userPrincipalName")


async def test_a_logon_in_a_foreign_domain_is_refused_by_name(world: World) -> None:
    with pytest.raises(Refused) as refused:
        await world.create(userPrincipalName="anna@elsewhere.nl")
    assert (refused.value.reason, refused.value.attribute) == (Reason.REFUSED, "userPrincipalName")


async def test_a_value_graph_refuses_is_named_but_not_told(world: World) -> None:
    anna = await world.create()
    with pytest.raises(Refused) as refused:
        await world.apply(anna, Verb.UPDATE, department="canary" * 20)
    assert refused.value.attribute == "department"
    assert "canary" not in repr(refused.value)


@pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.ENABLE])
async def test_an_account_that_cannot_be_seen_is_tried_later(world: World, verb: Verb) -> None:
    with pytest.raises(TryLater) as later:
        await world.apply(NOBODY, verb, **({"department": "Sales"} if verb is Verb.UPDATE else {}))
    assert later.value.seconds <= 30


async def test_a_new_account_that_is_not_visible_yet_gets_its_manager_later(world: World) -> None:
    boss = await world.create("boss")
    world.faults.lag, world.faults.lag_reads = 60, True
    world.clock.move(minutes=5)
    anna = await world.create("anna")
    with pytest.raises(TryLater):
        await world.apply(anna, Verb.UPDATE, manager=boss)
    world.clock.move(minutes=5)
    await world.apply(anna, Verb.UPDATE, manager=boss)
    assert world.tenant.manager(anna) == boss


async def test_an_entitlement_of_another_kind_is_a_mistake_in_the_policy(world: World) -> None:
    for entitlement in (Entitlement("role", "Reader"), None):
        with pytest.raises(Misconfigured):
            await world.target.apply(NOBODY, Action(verb=Verb.GRANT, entitlement=entitlement))


async def test_no_password_is_in_any_answer_we_keep_or_repr_we_show(world: World) -> None:
    world.faults.fail_write(1, status=503, effect=True)
    with pytest.raises(TryLater) as later:
        await world.create()
    password = world.sent.body("POST", "/users")["passwordProfile"]["password"]
    shown = repr(later.value) + str(later.value) + repr(world.target) + repr(vars(world.target))
    assert password not in shown
    assert "contoso.nl" not in shown
    assert json.dumps(password) in world.sent.requests[-1].content.decode()
