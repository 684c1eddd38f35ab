"""Reading a whole customer, over either system: complete, once, and the same every time; or a plain reason why not."""

import traceback
from datetime import timedelta
from typing import Any

import httpx
import pytest

import connectors
from connectors.youforce import MANIFEST, Settings
from connectors.youforce.gather import Lists
from connectors.youforce.source import People
from shared.errors import Misconfigured, TryLater
from shared.model import Rejected
from tests.connector_youforce.youforce_world import CLIENT, SECRET, World


def numbers(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


@pytest.mark.parametrize("counts_rows", [False, True])
@pytest.mark.parametrize("count", [1, 499, 500, 501, 1000, 1001])
async def test_everyone_is_read_once_at_n_and_n_plus_one_pages(count: int, counts_rows: bool, world: World) -> None:
    world.faults.counts_rows = counts_rows
    world.crowd(count)
    assert [one.hr_id for one in await world.read()] == numbers(count)


async def test_a_second_read_equals_the_first_whatever_the_order(world: World) -> None:
    world.crowd(60)
    first = await world.read()
    for record in world.company.lists[world.people][:30]:
        world.company.touch(world.people, record.row)
    assert await world.read() == first


@pytest.mark.parametrize("host", ["https://evil.example.test", "http://10.0.0.1:8080", ""])
async def test_of_a_link_to_the_next_page_only_the_query_is_used(host: str, world: World) -> None:
    world.faults.next_host = host
    world.crowd(501)
    assert len(await world.read()) == 501
    assert {request.url.host for request in world.wire_end.heard} == {"youforce.example.test"}
    paths = [path for path in world.wire_end.paths() if "token" not in path]
    assert {path for path in paths if paths.count(path) > 1} == {f"/iam/v1.0/{world.people}", "/iam/v1.0/employments"}


async def test_a_bookmark_reaches_the_next_question_as_it_was_given(world: World) -> None:
    world.crowd(501)
    odd = "0GXW0HLDWLoPqg3c63IGhbQuQhYB9mixdwbEP4+w/%2B=="

    def spoil(request: httpx.Request, body: Any) -> Any:
        if "nextLink" in body and "pageToken" not in str(request.url):
            return body | {"nextLink": f"/persons?pageToken={odd}&take=500"}
        return body

    world.wire_end.spoil = spoil
    await world.read(orphans=1000)
    asked = [request.url.query.decode() for request in world.wire_end.heard if "pageToken" in str(request.url)]
    assert f"pageToken={odd}&take=500" in asked


async def test_a_list_whose_link_loops_is_refused(world: World) -> None:
    world.crowd(501)
    world.faults.loops = True
    with pytest.raises(Misconfigured, match="comes back, or names itself"):
        await world.read()
    assert len(world.wire_end.heard) < 10


async def test_a_link_without_a_query_is_refused_because_the_list_cannot_be_read_to_its_end(world: World) -> None:
    world.crowd(501)
    world.faults.bare_next = True
    with pytest.raises(Misconfigured, match="without a query"):
        await world.read()


async def test_rows_may_be_under_values(world: World) -> None:
    world.crowd(3)
    world.faults.values = True
    assert [one.hr_id for one in await world.read()] == numbers(3)


@pytest.mark.parametrize("body", [{}, {"value": {"id": 1}}, {"value": ["text"]}, [], {"items": []}])
async def test_an_answer_without_a_list_is_misconfigured_and_never_nobody(body: Any, world: World) -> None:
    world.crowd(3)
    world.wire_end.spoil = lambda request, whole: body if request.url.path.endswith(world.people) else whole
    with pytest.raises(Misconfigured, match="no list of records"):
        await world.read()


async def test_a_list_that_counts_rows_is_read_until_two_readings_agree(world: World) -> None:
    """Somebody on the first page goes, everybody behind moves one place up, and one would never be seen."""
    world.crowd(501)
    world.faults.counts_rows = True
    gone = False

    def spoil(request: httpx.Request, body: Any) -> Any:
        nonlocal gone
        if request.url.path.endswith(world.people) and "skip" not in str(request.url) and not gone:
            gone = True
            for name in (world.people, "employments"):
                world.company.drop(name, personCode="7")
        return body

    world.wire_end.spoil = spoil
    found = await world.read()
    assert {one.hr_id for one in found} == set(numbers(501)) - {"7"}


async def test_a_list_that_never_keeps_still_is_left_to_later(world: World) -> None:
    world.crowd(501)
    world.faults.counts_rows = True

    def spoil(request: httpx.Request, body: Any) -> Any:
        if request.url.path.endswith("/employments"):
            world.hire(f"9{len(world.wire_end.heard):05}")
        return body

    world.wire_end.spoil = spoil
    with pytest.raises(TryLater, match="changes all the time while it is read"):
        await world.read()


async def test_who_is_changed_while_a_list_is_read_is_given_once_and_as_changed(world: World) -> None:
    world.crowd(501)
    first = world.company.lists[world.people][0].row
    moved = False

    def spoil(request: httpx.Request, body: Any) -> Any:
        nonlocal moved
        if request.url.path.endswith(world.people) and not moved:
            moved = True
            first["knownAs"] = "Changed"
            world.company.touch(world.people, first)
        return body

    world.wire_end.spoil = spoil
    found = {one.hr_id: one for one in await world.read()}
    assert len(found) == 501
    assert found[first["personCode"]].fields["nickName"] == "Changed"  # type: ignore[union-attr]


async def test_calls_are_spaced_and_never_throttled(world: World) -> None:
    world.crowd(1001)
    await world.read()
    assert world.limits.refused == 0
    assert set(world.time.slept) == {0.6}


async def test_the_calls_of_a_day_are_counted_over_all_readings(world: World) -> None:
    world.crowd(3)
    for _ in range(100 // len(Lists(world.settings()).all)):
        await world.read(calls_a_day=100)
    with pytest.raises(TryLater, match="its 100 calls in 24 hours are used up; it is called again after 2026-03-03"):
        await world.read(calls_a_day=100)


@pytest.mark.parametrize(("retry_after", "waits"), [(None, [10.0, 20.0]), ("17", [17.0, 17.0])])
async def test_throttling_is_waited_out_with_and_without_retry_after(
    retry_after: str | None, waits: list[float], world: World
) -> None:
    world.crowd(3)
    world.faults.throttled, world.faults.retry_after = 2, retry_after
    assert len(await world.read()) == 3
    assert [wait for wait in world.time.slept if wait != 0.6][:2] == waits


async def test_a_storm_of_429_is_left_to_later(world: World) -> None:
    world.crowd(3)
    world.faults.throttled = 99
    with pytest.raises(TryLater, match="answered 429"):
        await world.read()


async def test_a_gateway_that_fails_is_asked_again(world: World) -> None:
    world.crowd(3)
    world.faults.bad_gateway = 2
    assert len(await world.read()) == 3


@pytest.mark.parametrize(
    "lost", [httpx.ReadTimeout("late"), httpx.ConnectError("no"), httpx.RemoteProtocolError("cut")]
)
async def test_an_answer_that_is_lost_is_asked_for_again(lost: httpx.TransportError, world: World) -> None:
    world.crowd(3)
    await world.read()
    world.wire_end.cut, world.wire_end.cuts = lost, 2
    assert len(await world.read()) == 3


async def test_a_token_that_ends_in_mid_read_is_renewed(world: World) -> None:
    world.crowd(501)
    world.faults.ends_tokens_after = 3
    assert len(await world.read()) == 501
    assert world.company.authority.sign_ins == 2


async def test_a_token_is_used_again_by_the_next_run(world: World) -> None:
    world.crowd(1)
    for _ in range(3):
        await world.read()
    assert world.company.authority.sign_ins == 1


async def test_sign_ins_are_spread_so_that_a_month_has_enough_of_them(beaufort: World) -> None:
    """A token is wanted every hour for forty days: the vendor is never asked too often, and the month is used."""
    waited = 0
    async with beaufort.outside() as outside:
        for _ in range(40 * 24):
            try:
                await outside.token("")
            except TryLater:
                waited += 1
            beaufort.time.now += timedelta(minutes=61)
    assert beaufort.limits.sign_ins.refused == 0
    assert len(beaufort.limits.sign_ins.taken) > 350
    assert waited > 350


async def test_a_wrong_secret_is_one_clear_sentence_and_sent_once(world: World) -> None:
    world.secret = "not-the-secret"
    with pytest.raises(Misconfigured, match=r"answered 400 without a token.*check secret:youforce-id and secret:y"):
        await world.read()
    assert world.company.authority.sign_ins == 1


async def test_a_tenant_that_has_not_accepted_the_application_is_said(beaufort: World) -> None:
    beaufort.registered.tenants = frozenset()
    with pytest.raises(Misconfigured, match="that the organisation of tenant_id has accepted the application's inv"):
        await beaufort.read()


async def test_a_token_for_another_tenant_opens_nothing(business: World) -> None:
    business.crowd(1)
    business.company.tenant = "7654321"
    with pytest.raises(Misconfigured, match="answered 403; check the settings and what the credential may read"):
        await business.read(tenant="1122334")


async def test_a_scope_that_is_missing_is_said(beaufort: World) -> None:
    beaufort.registered.scopes = frozenset({"youforce-fileapi:files:list"})
    with pytest.raises(Misconfigured, match="answered 403; check the settings and what the credential may read"):
        await beaufort.read()


async def test_an_address_that_is_blocked_is_said(world: World) -> None:
    world.faults.blocked = True
    with pytest.raises(Misconfigured, match="answered 403; check the settings"):
        await world.read()


@pytest.mark.parametrize(
    ("fault", "words"), [("web_page", "a web page instead of JSON"), ("plain_text", "text instead")]
)
async def test_a_web_page_or_text_is_misconfigured(fault: str, words: str, world: World) -> None:
    setattr(world.faults, fault, True)
    with pytest.raises(Misconfigured, match=words):
        await world.read()


async def test_half_an_answer_is_asked_for_later(world: World) -> None:
    world.faults.broken_json = True
    with pytest.raises(TryLater, match="cut off or broken"):
        await world.read()


@pytest.mark.parametrize("name", ["lastNameAtBirth", "hireDate"])
async def test_a_property_that_nobody_shows_is_not_everybody_s_null(name: str, world: World) -> None:
    world.crowd(3)
    world.faults.hides = frozenset({name})
    with pytest.raises(Misconfigured, match=f"not one record of .* shows {name}; ask Visma"):
        await world.read()


async def test_persons_and_not_one_employment_are_not_believed(world: World) -> None:
    world.crowd(3)
    world.company.lists["employments"].clear()
    with pytest.raises(Misconfigured, match="there are persons and no employments"):
        await world.read()


async def test_a_few_employments_of_persons_who_are_not_shown_are_passed_over(world: World) -> None:
    world.crowd(3)
    world.employ("888")
    assert [one.hr_id for one in await world.read()] == numbers(3)


async def test_many_of_them_say_that_the_list_of_persons_is_filtered(world: World) -> None:
    world.crowd(30)
    world.company.lists[world.people] = world.company.lists[world.people][:5]
    with pytest.raises(Misconfigured, match="25 running employments are of persons who are not shown; check the app"):
        await world.read()
    assert len(await world.read(orphans=25)) == 5


async def test_an_employment_that_is_over_is_no_orphan(world: World) -> None:
    world.crowd(1)
    for number in range(30):
        world.employ(f"8{number}", dischargeDate="2026-02-01")
    assert len(await world.read()) == 1


async def test_a_person_without_a_code_is_rejected_and_nobody_else(world: World) -> None:
    world.crowd(2)
    world.person("")
    found = await world.read()
    assert [type(one) for one in found].count(Rejected) == 1
    assert len(found) == 3


async def test_preview_reads_and_signs_in_but_writes_nothing(world: World) -> None:
    world.crowd(1)
    assert len(await world.read(writes_allowed=False)) == 1


async def test_constructing_does_no_io(world: World) -> None:
    async with world.outside() as outside:
        connectors.manifest("youforce").source(world.settings(), outside)  # type: ignore[misc]
    assert world.wire_end.heard == []


async def test_business_names_the_client_and_the_tenant_in_every_request(business: World) -> None:
    business.crowd(1)
    await business.read()
    asked = [request for request in business.wire_end.heard if "token" not in request.url.path]
    assert {(request.headers["x-client-id"], request.headers["x-raet-tenant-id"]) for request in asked} == {
        (CLIENT, "1122334")
    }


async def test_no_message_holds_a_secret_or_a_value_of_anybody(world: World) -> None:
    world.crowd(3)
    for spoil in ("2020-13-45", "secret mail3@example.test", {"a": 1}, 17, True):
        world.company.lists["employments"][0].row["hireDate"] = spoil
        seen = str(await world.read())
        assert "2020-13-45" not in seen
        assert SECRET not in seen
    world.faults.web_page = True
    try:
        await world.read()
    except Misconfigured:
        told = traceback.format_exc()
        assert not [one for one in (SECRET, CLIENT, "Family", "mail1") if one in told]


def test_settings_show_no_secret_and_refuse_one_that_is_typed_in() -> None:
    known = {"system": "business", "client_id": "secret:a", "tenant": "1"}
    with pytest.raises(ValueError, match="client_secret") as refused:
        Settings.model_validate({**known, "client_secret": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_the_reader_says_nothing_of_its_secrets_when_it_is_shown(world: World) -> None:
    assert MANIFEST.sign_in
    assert SECRET not in repr(MANIFEST.sign_in(world.settings()))
    assert People.__name__ in repr(People)
