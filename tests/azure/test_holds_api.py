"""People answer what waits over HTTP, by the rules of the command line; whoever may not is told nothing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from azure_world import POLICY, World, opened
from signed import OIDS, claims, token

import function_app
from shared import layout
from shared.azure import holds_api
from shared.azure.triggers import TRIGGERS, Route
from shared.errors import Misconfigured, TryLater

ANNA = "001;Anneke;Vermeulen;2020-01-01;;Sales;"
BART = "002;Bartholomeus;Vermeulen;2020-01-01;{end};Care;001"
APPROVALS = """
approvals:
  approvers: {hr: [anna@contoso.nl, bea@contoso.nl]}
  ask: {limit: hr}
  four_eyes: limit
"""
LIMITED = POLICY + "    limits: {disable: {day: 0}}\n" + APPROVALS


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Bart left, and disabling his account waits for two of HR."""
    async with opened(tmp_path, monkeypatch, LIMITED) as opening:
        opening.hr(ANNA, BART.format(end=""))
        await opening.run()
        opening.hr(ANNA, BART.format(end="2026-03-01"))
        await opening.run()
        assert opening.users()["002"]["accountEnabled"]
        yield opening


async def ask(
    world: World, function: str, name: str = "", who: str = "anna", body: Any = None, text: str = "", **given: Any
) -> tuple[int, dict[str, Any]]:
    """What the function of that name answers to somebody who is signed in."""
    query, roles = given.pop("query", {}), given.pop("roles", ("Joinly.Approve",))
    header = given.pop("header", f"Bearer {token(claims(world.tenant.id, who, roles, **given))}")
    request = func.HttpRequest(
        "POST" if body is not None or text else "GET",
        "https://joinly.example/api",
        headers={"Authorization": header} if header else {},
        params=query,
        route_params={"fingerprint": name} if name else {},
        body=text.encode() or (b"" if body is None else json.dumps(body).encode()),
    )
    answer = await getattr(function_app, function)(request)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not [header for header in dict(answer.headers) if header.lower().startswith("access-control")]
    found = json.loads(answer.get_body())
    assert answer.mimetype == ("application/json" if answer.status_code == 200 else "application/problem+json")
    return answer.status_code, found


async def waiting(world: World) -> dict[str, Any]:
    status, found = await ask(world, "list_holds", roles=("Joinly.Read",))
    assert status == 200
    [one] = found["holds"]
    assert found["fingerprint"] == one["fingerprint"]
    return dict(one)


async def test_what_waits_is_listed_with_its_reason_and_who_is_asked(world: World) -> None:
    one = await waiting(world)
    assert (one["person"], one["place"], one["what"], one["reason"]) == ("002", "entra", "disable", "limit")
    assert (one["asked"], one["needed"], one["yes"], one["state"]) == (["hr"], 2, [], "waiting")
    assert one["sentence"].startswith("more of this would happen")
    for query, count in (
        ({"reason": "limit"}, 1),
        ({"person": "001"}, 0),
        ({"what": "delete"}, 0),
        ({"all": "true"}, 1),
    ):
        _, found = await ask(world, "list_holds", query=query)
        assert len(found["holds"]) == count


async def test_one_is_shown_whole_with_what_a_yes_would_do(world: World) -> None:
    name = (await waiting(world))["fingerprint"]
    status, found = await ask(world, "show_hold", name[:6], roles=("Joinly.Read",))
    assert status == 200
    [one] = found["holds"]
    assert [(step["verb"], step["person"]) for step in one["actions"]] == [("disable", "002")]


async def test_of_very_many_only_the_first_are_told_and_the_others_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds_api, "MOST", 0)
    _, found = await ask(world, "list_holds")
    assert (found["holds"], found["more"]) == ([], 1)
    _, whole = await ask(world, "show_hold", found["fingerprint"])
    assert (whole["holds"], whole["more"]) == ([], 1)


async def test_two_people_say_yes_and_then_it_is_done_and_in_the_ledger_with_their_names(world: World) -> None:
    name = (await waiting(world))["fingerprint"]
    status, said = await ask(world, "approve_hold", name, "anna", {"why": "HR called"})
    assert (status, said["second"], said["done"]) == (200, [name], [])
    assert said["by"] == f"entra:anna@contoso.nl/{OIDS['anna']}"
    status, again = await ask(world, "approve_hold", name, "anna", {})
    assert (status, again["detail"]) == (409, "you have said yes to this already; another person must say it too")
    await world.settle()
    assert world.users()["002"]["accountEnabled"]
    status, said = await ask(world, "approve_hold", name, "bea", {})
    assert (status, said["done"]) == (200, [name])
    await world.settle()
    assert not world.users()["002"]["accountEnabled"]
    async with world.doors.engine() as engine:
        lines = [
            row.data async for row in engine.store.everything(layout.LEDGER) if row.data["verb"].startswith("approve")
        ]
    assert {line["by"].split("/")[0] for line in lines} == {"entra:anna@contoso.nl", "entra:bea@contoso.nl"}
    assert [line["because"] for line in lines if "anna" in line["by"]] == ["HR called"]


async def test_whom_the_policy_does_not_ask_is_refused_and_nothing_changes(world: World) -> None:
    name = (await waiting(world))["fingerprint"]
    for function, body in (
        ("approve_hold", {}),
        ("reject_hold", {"why": "no"}),
        ("snooze_hold", {"until": "2026-12-31"}),
    ):
        status, said = await ask(world, function, name, "carl", body)
        assert status == 403
        assert said["detail"].endswith("the policy asks hr, and you are not among them")
    assert (await waiting(world))["fingerprint"] == name


async def test_a_no_needs_a_reason_and_is_not_asked_again(world: World) -> None:
    name = (await waiting(world))["fingerprint"]
    status, said = await ask(world, "reject_hold", name, body={})
    assert (status, said["detail"][:24]) == (409, "say why it is rejected: ")
    status, said = await ask(world, "reject_hold", name, body={"why": "he stays"})
    assert (status, said["rejected"]) == (200, [name])
    assert (await ask(world, "list_holds"))[1] == {
        "holds": [],
        "more": 0,
        "fingerprint": None,
        "policy": said_policy(world),
    }
    _, found = await ask(world, "list_holds", query={"all": "true"})
    assert [one["state"] for one in found["holds"]] == ["rejected"]


def said_policy(world: World) -> str:
    from shared.policy_file import load

    return load(world.policies.text).hash


async def test_not_now_needs_a_day(world: World) -> None:
    name = (await waiting(world))["fingerprint"]
    status, said = await ask(world, "snooze_hold", name, body={"why": "later"})
    assert (status, said["detail"]) == (400, "say until which day it is put off: until, such as 2026-12-31")
    status, said = await ask(world, "snooze_hold", name, body={"until": "2026-01-01"})
    assert status == 409
    status, said = await ask(world, "snooze_hold", name, body={"until": "2026-12-31"})
    assert (status, said["snoozed"]) == (200, [name])


async def test_what_is_not_there_any_longer_is_not_found_and_with_it_nothing_else_is_answered(world: World) -> None:
    name = (await waiting(world))["fingerprint"]
    status, said = await ask(world, "approve_hold", name, body={"which": ["0123456789ab"]})
    assert (status, said["title"]) == (404, "Not Found")
    assert (await waiting(world))["yes"] == []
    assert (await ask(world, "show_hold", "0123456789ab"))[0] == 404


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("{", 400, "the body is not JSON"),
        ("[" * 100_000, 413, "at most 65536 bytes"),
        ("[" * 60_000, 400, "the body is not JSON"),
        ("[]", 400, "not right: the body"),
        ('{"who": "entra:bea@contoso.nl"}', 400, "not right: who; a body may hold why, which, recreate, until"),
        ('{"which": ["../x"]}', 400, "not right: which"),
        ('{"why": 7}', 400, "not right: why"),
    ],
)
async def test_a_body_that_cannot_be_read_changes_nothing_and_is_told(
    world: World, text: str, status: int, said: str
) -> None:
    name = (await waiting(world))["fingerprint"]
    got, found = await ask(world, "approve_hold", name, text=text)
    assert (got, said in found["detail"]) == (status, True)
    assert (await waiting(world))["yes"] == []


PAGES = [one.name for one in TRIGGERS if isinstance(one, Route) and one.name != "health"]


@pytest.mark.parametrize("function", PAGES)
@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer x.y.z"])
async def test_without_a_token_that_counts_nothing_is_said_of_anybody(world: World, function: str, header: str) -> None:
    asked = world.policies.asked
    status, said = await ask(world, function, "0123", body={}, header=header)
    assert status == 401
    assert said["detail"] == "sign in: an access token of version 2.0 for this API is needed"
    assert world.policies.asked == asked


@pytest.mark.parametrize("function", PAGES)
async def test_a_token_without_the_role_is_refused(world: World, function: str) -> None:
    roles = () if function in {"list_holds", "show_hold"} else ("Joinly.Read",)
    status, said = await ask(world, function, "0123", body={}, roles=roles)
    assert status == 403
    assert "this takes the app role Joinly." in said["detail"]


async def test_an_application_cannot_approve_whatever_its_roles(world: World) -> None:
    name = (await waiting(world))["fingerprint"]
    status, said = await ask(world, "approve_hold", name, body={}, scp=None)
    assert (status, said["detail"]) == (403, "this takes the app role Joinly.Approve and a person who signed in")


async def test_where_the_api_is_not_set_up_it_says_what_to_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOINLY_AUDIENCE")
    await world.doors.close()
    status, said = await ask(world, "list_holds")
    assert status == 503
    assert "set the app setting JOINLY_AUDIENCE to the client id" in said["detail"]


async def test_what_is_busy_or_wrong_now_is_said_to_whoever_is_signed_in(world: World) -> None:
    await world.doors.close()
    world.policies.trouble = TryLater("the storage account is busy", 30)
    assert (await ask(world, "list_holds"))[0] == 503
    world.policies.trouble = Misconfigured("no policy is active")
    status, said = await ask(world, "list_holds")
    assert (status, said["detail"]) == (503, "no policy is active")
