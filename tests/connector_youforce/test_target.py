"""Writing back: the identity at once, contact details some time later, and nothing but what the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from connectors.youforce import MANIFEST
from connectors.youforce.target import ATTRIBUTES, Records
from shared.connector import App
from shared.errors import Misconfigured, Refused, TryLater
from shared.model import Account, Action, Verb
from shared.permissions import needed
from shared.wire import NotAllowedToWrite
from tests.connector_youforce.youforce_world import World

ALL = ["identity", "email", "phone"]


@asynccontextmanager
async def target(world: World, writes: list[str]) -> AsyncIterator[Records]:
    async with world.outside(writes=writes) as outside:
        yield Records(world.settings(writes=writes), outside)


def update(**attributes: Any) -> Action:
    return Action(verb=Verb.UPDATE, attributes=attributes)


async def test_an_account_is_the_person_s_own_record_found_by_the_employee_id(beaufort: World) -> None:
    beaufort.hire("000012")
    async with target(beaufort, ALL) as records:
        (found,) = await records.find("employeeId", "000012")
    known = {"employeeId": "000012", "identity": None, "email": "mail000012@example.test", "phone": None}
    assert found == Account(id="000012", enabled=True, attributes=known)


async def test_only_what_is_written_is_looked_at(world: World) -> None:
    world.hire("1")
    async with target(world, ["identity"]) as records:
        found = await records.read("1")
    assert found
    assert found.attributes.keys() == {"employeeId", "identity"}
    assert [path for path in world.wire_end.paths() if "token" not in path] == ["/iam/v1.0/users(employeeId=1)"]


async def test_the_identity_is_written_and_stands_there_at_once(world: World) -> None:
    world.hire("1")
    async with target(world, ["identity"]) as records:
        for _ in range(2):
            assert await records.apply("1", update(identity="one@example.test")) == "1"
        found = await records.read("1")
    assert found
    assert found.attributes["identity"] == "one@example.test"
    sent = [request for request in world.wire_end.heard if request.method == "PATCH"]
    assert [request.content for request in sent] == [b'{"id":"one@example.test"}'] * 2


async def test_contact_details_are_written_together_and_stand_there_once_they_are_processed(beaufort: World) -> None:
    beaufort.hire("1")
    async with target(beaufort, ["email", "phone"]) as records:
        await records.apply("1", update(email="new@example.test", phone="+31 20 1"))
        before = await records.read("1")
        beaufort.time.now += timedelta(hours=2)
        after = await records.read("1")
    assert before
    assert after
    assert before.attributes["email"] == "mail1@example.test"
    assert (after.attributes["email"], after.attributes["phone"]) == ("new@example.test", "+31 20 1")
    (sent,) = [request for request in beaufort.wire_end.heard if "ContactDetails" in request.url.path]
    assert sent.url.path == "/iam/v1.0/ContactDetails/1"
    assert sent.content == b'{"emailAddress":"new@example.test","phoneNumber":"+31 20 1"}'


async def test_an_address_that_was_written_is_what_the_source_reads(beaufort: World) -> None:
    beaufort.hire("1")
    async with target(beaufort, ["email"]) as records:
        await records.apply("1", update(email="new@example.test"))
    beaufort.time.now += timedelta(hours=2)
    assert (await beaufort.one()).fields["email"] == "new@example.test"


async def test_somebody_is_not_there_until_everything_can_be_written(beaufort: World) -> None:
    beaufort.hire("1", hireDate="2026-05-01")
    beaufort.hire("2")
    del beaufort.company.users["2"]
    async with target(beaufort, ALL) as records:
        assert [await records.read(code) for code in ("1", "2", "3")] == [None, None, None]
        beaufort.time.now = beaufort.time.now.replace(month=5)
        assert await records.read("1")


async def test_an_id_cannot_climb_out_of_its_path(beaufort: World) -> None:
    beaufort.hire("1")
    async with target(beaufort, ["identity"]) as records:
        for odd in ("1)/identity?x=(", "../../1", "1/..", "%2e%2e"):
            assert await records.read(odd) is None
    assert not [request for request in beaufort.wire_end.heard if b"/identity" in request.url.raw_path]


async def test_what_is_refused_says_what_to_look_at_and_no_value(beaufort: World) -> None:
    beaufort.hire("1")
    async with target(beaufort, ["email"]) as records:
        with pytest.raises(
            Refused, match="answered 400; Youforce did not take emailAddress: check its form, and"
        ) as no:
            await records.apply("1", update(email="no-address"))
    assert "no-address" not in str(no.value)


async def test_a_scope_that_is_missing_is_a_refusal_that_says_so(beaufort: World) -> None:
    beaufort.hire("1")
    beaufort.registered.scopes = frozenset({"Youforce-IAM:Get_Basic"})
    async with target(beaufort, ["identity"]) as records:
        with pytest.raises(Refused, match="answered 403; Youforce did not take id: check its form, and the scopes"):
            await records.apply("1", update(identity="one@example.test"))


async def test_a_write_is_not_sent_again_when_its_answer_is_lost_or_it_is_throttled(beaufort: World) -> None:
    beaufort.hire("1")
    async with target(beaufort, ["identity"]) as records:
        await records.read("1")
        beaufort.faults.throttled = 1
        with pytest.raises(TryLater, match="answered 429"):
            await records.apply("1", update(identity="one@example.test"))
    assert beaufort.company.users["1"].writes == 0


async def test_preview_writes_nothing(beaufort: World) -> None:
    beaufort.hire("1")
    async with beaufort.outside(writes=ALL, writes_allowed=False) as outside:
        records = Records(beaufort.settings(writes=ALL), outside)
        for attributes in ({"identity": "one@example.test"}, {"email": "new@example.test"}):
            with pytest.raises(NotAllowedToWrite, match="would write, where only reading is allowed"):
                await records.apply("1", update(**attributes))
    assert beaufort.company.users["1"].writes == 0
    assert beaufort.company.mutations == []


async def test_what_the_settings_do_not_name_is_not_written(world: World) -> None:
    world.hire("1")
    async with target(world, ["identity"]) as records:
        with pytest.raises(Misconfigured, match="email may not be written; name it in `writes`"):
            await records.apply("1", update(email="one@example.test"))


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.DISABLE, Verb.DELETE, Verb.ENABLE, Verb.RENAME, Verb.RESTORE])
async def test_nobody_is_created_disabled_or_deleted(verb: Verb, world: World) -> None:
    async with target(world, ["identity"]) as records:
        with pytest.raises(Misconfigured, match=f"cannot {verb} anybody: people come and go in HR"):
            await records.apply("1", Action(verb=verb))
    assert verb not in MANIFEST.verbs


async def test_people_are_found_by_the_employee_id_only(world: World) -> None:
    async with target(world, ["identity"]) as records:
        with pytest.raises(Misconfigured, match="correlate by that"):
            await records.find("email", "one@example.test")
        assert await records.apply("1", Action(verb=Verb.CORRELATE)) == "1"
        assert await records.stock() == {}
        assert [one async for one in records.deleted()] == []
        assert [page.accounts async for page in records.changes("")] == [()]


def test_nothing_that_is_written_can_be_emptied() -> None:
    assert {one.name: (one.written, one.clearable) for one in ATTRIBUTES} == {
        "employeeId": (False, True),
        "identity": (True, False),
        "email": (True, False),
        "phone": (True, False),
    }


@pytest.mark.parametrize(
    ("writes", "read", "written"),
    [
        ([], ["Youforce-IAM:Get_Basic (Beaufort)"], []),
        (["identity"], [], ["Youforce-IAM:Get_Basic (Beaufort)", "Youforce-IAM:Update_Identity (Beaufort)"]),
        (["email"], [], ["Youforce-IAM:Get_Basic (Beaufort)", "Youforce-IAM:Write_Basic (Beaufort)"]),
    ],
)
def test_each_app_asks_for_the_scopes_of_what_it_does(writes: list[str], read: list[str], written: list[str]) -> None:
    used = MANIFEST.features(World("beaufort").settings(writes=writes))
    assert list(needed(MANIFEST, App.READ, used)) == read
    assert list(needed(MANIFEST, App.WRITE, used)) == written
