"""Work mail and login name written back into Profit: just that, on that person, and a reason when it is refused."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

import connectors
from connectors.afas import MANIFEST
from connectors.afas.target import ATTRIBUTES
from local.afas import User
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Account, Action, Value, Verb
from tests.connector_afas.afas_world import DATA, World

USERS = "T4E_HelloID_Users_v2"


@pytest.fixture
def anna(either: World) -> World:
    either.hire("000007", person_id="1000551", email=None, users=[User(id="12345.anna", description="Bos, Anna")])
    either.hire("000008", person_id="1000552", email="ben@example.test", users=[User(id="12345.ben", upn="ben@x.test")])
    return either


async def read(world: World, account: str, **settings: Any) -> Account | None:
    async with world.outside(writes_allowed=False) as outside:
        assert MANIFEST.target is not None
        return await MANIFEST.target(world.settings(**settings), outside).read(account)


async def apply(
    world: World, account: str, attributes: Mapping[str, Value], verb: Verb = Verb.UPDATE, **settings: Any
) -> str:
    async with world.outside() as outside:
        assert MANIFEST.target is not None
        return await MANIFEST.target(world.settings(**settings), outside).apply(
            account, Action(verb=verb, attributes=attributes)
        )


def sent(world: World) -> list[tuple[str, Any]]:
    return [
        (request.url.path.rpartition("/")[2], json.loads(request.content))
        for request in world.wire_end.heard
        if request.method != "GET"
    ]


async def test_a_record_is_read_as_profit_shows_it(anna: World) -> None:
    assert await read(anna, "000008") == Account(
        id="000008",
        enabled=True,
        attributes={
            "employeeId": "000008",
            "email": "ben@example.test",
            "userPrincipalName": "ben@x.test",
            "userEmail": None,
        },
    )
    assert await read(anna, "8") is None


async def test_an_employee_is_found_by_number_only(anna: World) -> None:
    async with anna.outside() as outside:
        assert MANIFEST.target is not None
        target = MANIFEST.target(anna.settings(), outside)
        assert [one.id for one in await target.find("employeeId", "000008")] == ["000008"]
        assert await target.find("email", "ben@example.test") == []


async def test_a_work_mail_is_written_to_the_person_by_number(anna: World) -> None:
    assert await apply(anna, "000007", {"email": "anna@example.test"}) == "000007"
    assert sent(anna) == [
        (
            "KnPerson",
            {"KnPerson": {"Element": {"Fields": {"MatchPer": "0", "BcCo": "1000551", "EmAd": "anna@example.test"}}}},
        )
    ]
    assert anna.environment.employees["000007"].email == "anna@example.test"
    (request,) = [one for one in anna.wire_end.heard if one.method == "PUT"]
    assert request.headers["content-type"] == "application/json;charset=utf-8"


async def test_or_to_the_employee_where_the_app_connector_offers_that(anna: World) -> None:
    await apply(anna, "000007", {"email": "anna@example.test"}, mail_through="KnEmployee")
    ((connector, body),) = sent(anna)
    assert (connector, body["AfasEmployee"]["Element"]["@EmId"]) == ("KnEmployee", "000007")
    assert anna.environment.employees["000007"].email == "anna@example.test"


async def test_a_login_name_is_written_to_the_user_whose_description_stays(anna: World) -> None:
    await apply(anna, "000007", {"userPrincipalName": "anna@example.test"})
    called = "Bos, Anna" if anna.standard == "profit" else "Family000007"
    fields = {"MtCd": "1", "Nm": called, "Upn": "anna@example.test"}
    assert sent(anna) == [("KnUser", {"KnUser": {"Element": {"@UsId": "12345.anna", "Fields": fields}}})]
    (user,) = anna.environment.employees["000007"].users
    assert (user.upn, user.blocked) == ("anna@example.test", False)


async def test_doing_it_twice_is_doing_it_once(anna: World) -> None:
    both = {"email": "anna@example.test", "userPrincipalName": "anna@example.test", "userEmail": "a@example.test"}
    for _ in range(2):
        await apply(anna, "000007", both)
    found = await read(anna, "000007")
    assert found is not None
    assert {name: found.attributes[name] for name in both} == both


async def test_what_is_emptied_is_sent_as_an_empty_text(anna: World) -> None:
    await apply(anna, "000008", {"email": None})
    assert anna.environment.employees["000008"].email is None


async def test_a_value_that_profit_declines_names_the_attribute_and_not_the_value(anna: World) -> None:
    with pytest.raises(Refused) as caught:
        await apply(anna, "000007", {"email": "BEN@example.test"})
    assert caught.value.attribute == "email"
    said = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert "KnPerson was declined with error -2147217400, log reference 3A4CA18A611A4E07B429AC6BAFC6B8D1" in said
    assert not [value for value in ("BEN", "EmAd", DATA) if value in said]


async def test_an_employee_without_a_user_is_told_apart_from_one_with_several(anna: World) -> None:
    anna.environment.employees["000007"].users = []
    with pytest.raises(Refused, match="has no user whose userPrincipalName could be written; make one") as none:
        await apply(anna, "000007", {"userPrincipalName": "x@example.test"})
    anna.environment.employees["000007"].users = [User(id="12345.a"), User(id="12345.b")]
    with pytest.raises(Refused, match="has several users") as several:
        await apply(anna, "000007", {"userPrincipalName": "x@example.test"})
    assert (none.value.reason, several.value.reason) == (Reason.MISSING_DATA, Reason.DISPUTED)
    assert sent(anna) == []


async def test_an_employee_who_is_gone_is_refused(anna: World) -> None:
    with pytest.raises(Refused, match="is not there any longer") as caught:
        await apply(anna, "000009", {"email": "x@example.test"})
    assert caught.value.reason is Reason.ACCOUNT_GONE


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in (Verb.UPDATE, Verb.CORRELATE)])
async def test_nothing_else_is_ever_done(verb: Verb, anna: World) -> None:
    with pytest.raises(Misconfigured, match=f"{verb} is never done to them"):
        await apply(anna, "000007", {}, verb)
    assert anna.wire_end.heard == []


async def test_no_user_is_ever_blocked_made_or_renamed(anna: World) -> None:
    await apply(anna, "000007", {"userPrincipalName": None, "userEmail": "a@example.test"})
    assert {body["KnUser"]["Element"]["Fields"]["MtCd"] for _, body in sent(anna)} == {"1"}
    assert {request.method for request in anna.wire_end.heard} == {"GET", "PUT"}


async def test_taking_a_record_over_writes_nothing(anna: World) -> None:
    await apply(anna, "000007", {}, Verb.CORRELATE)
    assert anna.wire_end.heard == []


async def test_a_write_whose_answer_was_lost_is_for_later(anna: World) -> None:
    anna.faults.lost = 1
    with pytest.raises(TryLater, match="got no answer"):
        await apply(anna, "000007", {"email": "anna@example.test"})
    assert len(sent(anna)) == 1, "a write is never sent again by itself"
    assert anna.environment.employees["000007"].email == "anna@example.test"


async def test_an_update_connector_that_is_not_offered_is_misconfigured(anna: World) -> None:
    anna.token.connectors = frozenset({USERS, "Profit_Employees", "Profit_Users"})
    with pytest.raises(Misconfigured, match=r"answered 401.*check secret:afas-token"):
        await apply(anna, "000007", {"email": "anna@example.test"})


async def test_what_cannot_be_seen_is_not_written(anna: World) -> None:
    with pytest.raises(Refused, match=r"name both under people\.fields"):
        await apply(anna, "000007", {"email": "x@example.test"}, people={"fields": {"email": None}})
    assert sent(anna) == []


async def test_a_description_that_is_not_shown_is_never_overwritten(anna: World) -> None:
    described = {"t4e": (USERS, "DisplayName"), "profit": ("Profit_Users", "Description")}
    connector, column = described[anna.standard]
    anna.environment.renamed = {connector: {column: "Other"}}
    with pytest.raises(Refused, match=f"{connector} shows no {column} or .*; add them in Profit"):
        await apply(anna, "000007", {"userPrincipalName": "x@example.test"})
    assert sent(anna) == []


def test_every_attribute_has_the_length_that_the_vendor_allows(specs: Any) -> None:
    found = json.loads((specs / "openapi_profit_organisaties_en_personen_en.json").read_text())["components"]["schemas"]
    person = found["KnPerson_PUT"]["properties"]["KnPerson"]["properties"]["Element"]["properties"]["Fields"]
    user = found["KnUser_PUT"]["properties"]["KnUser"]["properties"]["Element"]["properties"]["Fields"]
    lengths = {
        "email": person["properties"]["EmAd"]["maxLength"],
        "userPrincipalName": user["properties"]["Upn"]["maxLength"],
        "userEmail": user["properties"]["EmAd"]["maxLength"],
    }
    assert {one.name: one.longest for one in ATTRIBUTES} == lengths


def test_it_says_that_it_corrects_records_of_hr() -> None:
    found = connectors.manifest("afas")
    assert found.corrects
    assert found.verbs == {Verb.CORRELATE, Verb.UPDATE}


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ({}, set()),
        ({"users": {"fields": {"userPrincipalName": None}}}, {"userPrincipalName"}),
        ({"people": {"fields": {"email": None}}}, {"email"}),
        ({"users": None}, {"userPrincipalName", "userEmail"}),
    ],
    ids=["all", "no login name", "no mail", "no users"],
)
def test_what_no_field_leads_to_is_known_before_anything_is_written(more: dict[str, Any], left: set[str]) -> None:
    whole = {"base": "https://12345.rest.afas.online", "token": "secret:afas-token", "standard": "profit"}
    settings = MANIFEST.settings.model_validate({**whole, **more})
    assert MANIFEST.unwritten(settings).keys() == left
