"""Reading a whole company, over either API: complete, once, and the same every time; or a plain reason why not."""

import traceback
from datetime import date
from typing import Any

import httpx
import pytest

import connectors
from connectors.personio import Settings, source
from shared.errors import Misconfigured, TryLater
from shared.model import Person, Rejected
from tests.connector_personio.personio_world import CLIENT, SECRET, World, custom, job, people


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 99, 100, 101, 200])
async def test_everyone_is_read_once_at_n_and_n_plus_one_pages(count: int, world: World) -> None:
    world.crowd(count)
    assert [one.hr_id for one in await world.read()] == [str(number) for number in range(1, count + 1)]


@pytest.mark.parametrize(("count", "pages"), [(99, 1), (100, 2), (101, 2)])
async def test_v1_asks_for_a_hundred_at_a_time_until_a_page_is_not_full(count: int, pages: int, v1: World) -> None:
    v1.crowd(count)
    await v1.read()
    assert v1.wire_end.paths() == ["/v1/auth"] + ["/v1/company/employees"] * pages
    assert v1.wire_end.heard[1].url.params == httpx.QueryParams({"limit": "100", "offset": "0"})


async def test_v2_asks_for_fifty_at_a_time_and_then_for_the_employments_of_each(v2: World) -> None:
    v2.crowd(51)
    await v2.read(lookups=[])
    assert v2.wire_end.paths().count("/v2/persons") == 2
    assert len([path for path in v2.wire_end.paths() if path.endswith("/employments")]) == 51
    assert v2.wire_end.heard[1].url.params == httpx.QueryParams({"limit": "50"})


async def test_a_second_read_equals_the_first_whatever_the_order(world: World) -> None:
    world.crowd(60)
    first = await world.read()
    world.company.employees = dict(reversed(world.company.employees.items()))
    assert await world.read() == first


async def test_both_apis_give_the_same_people_but_for_what_only_one_knows(v1: World, v2: World) -> None:
    for each in (v1, v2):
        each.hire(1, job(), gender="MALE", email="one@example.test", preferred_name="Uno")
        shares = (("Support", 30.0), ("Sales", 70.0))
        each.hire(2, job(supervisor=1, team="Blue", cost_centers=shares, hours=32, contract_end=date(2027, 1, 1)))
        each.hire(3, job(termination_date=date(2026, 3, 31), last_working_day=date(2026, 3, 20), type="EXTERNAL"))
        each.hire(4, job(date(2026, 6, 1)), gender=None)
        each.hire(5, job(status="LEAVE"))
    everything = ["department", "team", "employer", "costCenter", "location"]
    one, two = await v1.read(), await v2.read(lookups=everything)
    only_v2 = {"fullTimeHours", "fte"}
    for old, new in zip(one, two, strict=True):
        assert isinstance(old, Person)
        assert isinstance(new, Person)
        assert old.fields == new.fields
        assert (old.contracts[0].start, old.contracts[0].end) == (new.contracts[0].start, new.contracts[0].end)
        fields = {key: value for key, value in new.contracts[0].fields.items() if key not in only_v2}
        assert dict(old.contracts[0].fields) == fields


async def test_throttling_without_retry_after_is_waited_out(world: World) -> None:
    world.crowd(3)
    world.faults.throttled = 2
    assert len(await world.read()) == 3
    assert world.time.slept[:2] == ([5.0, 10.0] if world.api == "v1" else [2.0, 4.0])


async def test_throttling_with_retry_after_is_waited_out_as_told(world: World) -> None:
    world.crowd(3)
    world.faults.throttled, world.faults.retry_after = 1, "17"
    assert len(await world.read()) == 3
    assert world.time.slept[0] == 17.0


async def test_throttling_that_does_not_end_is_for_later(world: World) -> None:
    world.crowd(3)
    world.faults.throttled = 99
    with pytest.raises(TryLater, match="answered 429"):
        await world.read()


async def test_the_vendor_never_has_to_throttle_us(world: World) -> None:
    world.crowd(260)
    await world.read()
    assert all(wait < 1 for wait in world.time.slept)


async def test_a_token_that_ends_in_mid_read_is_renewed(world: World) -> None:
    world.crowd(120)
    world.faults.ends_tokens_after = 1
    assert len(await world.read()) == 120
    assert world.company.sign_ins == 2


async def test_a_day_old_token_is_renewed_before_it_is_used(world: World) -> None:
    world.crowd(1)
    async with world.outside() as outside:
        reader = source(world.settings(), outside)
        assert len([one async for one in people(reader.fetch())]) == 1
        await world.time.sleep(86_400)
        assert len([one async for one in people(reader.fetch())]) == 1
    assert world.company.sign_ins == 2


async def test_one_reader_signs_in_once_for_many_reads(world: World) -> None:
    world.crowd(1)
    async with world.outside() as outside:
        reader = source(world.settings(), outside)
        for _ in range(3):
            assert len([one async for one in people(reader.fetch())]) == 1
    assert world.company.sign_ins == 1


async def test_a_token_is_used_again_by_the_next_run(world: World) -> None:
    world.crowd(1)
    for _ in range(3):
        assert len(await world.read()) == 1
    assert world.company.sign_ins == 1


async def test_a_wrong_secret_is_misconfigured_and_sent_once(world: World) -> None:
    world.secret = "not-the-secret"
    with pytest.raises(
        Misconfigured, match=r"answered 40[03] without a token.*; check secret:personio-id and secret:p"
    ):
        await world.read()
    assert world.company.sign_ins == 1


async def test_throttled_sign_in_is_tried_again_a_minute_later(v1: World) -> None:
    v1.crowd(1)
    for _ in range(60):
        async with v1.outside() as outside:
            await outside.http.post("https://personio.example.test/v1/auth")
    assert len(await v1.read()) == 1
    assert v1.time.slept == [60.0]


@pytest.mark.parametrize("instead", [False, True])
async def test_a_missing_scope_is_misconfigured(instead: bool, world: World) -> None:
    world.crowd(1)
    world.faults.unauthorized_for_scope = instead
    world.credential.scopes = frozenset({"absences:read"})
    with pytest.raises(Misconfigured, match=r"answered 40[13].* check the .*credential"):
        await world.read()


async def test_names_that_no_record_has_are_a_matter_of_the_credential(world: World) -> None:
    world.crowd(2)
    world.credential.attributes = frozenset()
    with pytest.raises(Misconfigured, match=r"the API credential does not share first_name,.* tick them in Personio"):
        await world.read()


async def test_dates_that_are_not_shared_are_a_matter_of_the_credential_in_v1(v1: World) -> None:
    v1.crowd(2)
    v1.credential.attributes = frozenset({"first_name", "last_name", "status", "hire_date"})
    with pytest.raises(Misconfigured, match="does not share termination_date;"):
        await v1.read()


async def test_a_company_without_employees_is_read_as_empty(world: World) -> None:
    world.credential.attributes = frozenset()
    assert await world.read() == []


async def test_a_web_page_instead_of_json_is_misconfigured(world: World) -> None:
    world.faults.web_page = True
    with pytest.raises(Misconfigured, match="with a web page instead of JSON"):
        await world.read()


async def test_text_instead_of_json_is_misconfigured(world: World) -> None:
    world.faults.plain_text = True
    with pytest.raises(Misconfigured, match="with text instead of JSON"):
        await world.read()


async def test_half_an_answer_is_for_later(world: World) -> None:
    world.crowd(2)
    world.faults.broken_json = True
    with pytest.raises(TryLater, match="cut off or broken"):
        await world.read()


async def test_a_failure_that_v1_answers_with_200_is_misconfigured(v1: World) -> None:
    v1.crowd(2)
    v1.faults.soft_errors = True
    with pytest.raises(Misconfigured, match="the list of employees was refused"):
        await v1.read()


async def test_a_lost_answer_is_asked_for_again(world: World) -> None:
    world.crowd(3)
    world.wire_end.cut, world.wire_end.cuts = httpx.ReadError("gone"), 2
    assert len(await world.read()) == 3


async def test_a_network_that_stays_away_is_for_later(world: World) -> None:
    world.wire_end.cut, world.wire_end.cuts = httpx.ConnectError("gone"), 99
    with pytest.raises(TryLater, match=r"got no answer \(ConnectError\)"):
        await world.read()


async def test_some_bad_gateways_are_lived_through(world: World) -> None:
    world.crowd(120)
    world.faults.bad_gateway, world.faults.seed = 0.15, 7
    assert len(await world.read()) == 120


async def test_bad_gateways_without_end_are_for_later(v2: World) -> None:
    v2.crowd(9)
    v2.faults.bad_gateway, v2.faults.bad_gateway_at = 1.0, "/5/employments"
    with pytest.raises(TryLater, match="GET /v2/persons/5/employments answered 502"):
        await v2.read()


async def test_an_employee_who_disappears_while_v1_is_read_makes_it_start_over(v1: World) -> None:
    v1.crowd(150)
    async with v1.outside() as outside:
        stream = people(source(v1.settings(), outside).fetch())
        await anext(stream)
        del v1.company.employees[1]
        with pytest.raises(TryLater, match="changed while it was read"):
            _ = [one async for one in stream]


async def test_someone_met_twice_counts_once(v1: World) -> None:
    """Somebody new with a low id moves everybody after them one place on, across the page."""
    v1.crowd(150)
    async with v1.outside() as outside:
        stream = people(source(v1.settings(), outside).fetch())
        ids = [(await anext(stream)).hr_id]
        v1.company.employees[0] = v1.company.employees.pop(150)
        v1.company.employees[0].id = 0
        ids += [one.hr_id async for one in stream]
    assert len(ids) == len(set(ids)) == 149


async def test_a_next_link_that_names_its_own_page_is_not_followed(v2: World) -> None:
    v2.crowd(60)
    v2.faults.self_looping_next = True
    with pytest.raises(Misconfigured, match="names itself or an earlier one as the next"):
        await v2.read()
    assert len(v2.wire_end.heard) < 5


async def test_a_next_link_without_a_cursor_is_not_the_end(v2: World) -> None:
    v2.crowd(60)
    v2.faults.bare_next = True
    with pytest.raises(Misconfigured, match="names a next one without a cursor"):
        await v2.read()


async def test_only_the_cursor_is_taken_from_a_link_to_another_host(v2: World) -> None:
    v2.crowd(120)
    v2.faults.next_host = "https://elsewhere.example.test"
    assert len(await v2.read()) == 120
    assert {request.url.host for request in v2.wire_end.heard} == {"personio.example.test"}


async def test_employments_on_several_pages_are_followed_though_the_link_has_the_wrong_path(v2: World) -> None:
    jobs = [job(date(1950 + n, 1, 1), end=date(1950 + n, 12, 31)) for n in range(60)] + [job(date(2020, 1, 1))]
    v2.hire(1, *jobs)
    assert [contract.start.year for contract in (await v2.one()).contracts] == [*range(1950, 2010), 2020]
    assert "/v2/employments" not in v2.wire_end.paths()


async def test_a_person_whose_employments_are_refused_is_held_and_others_go_on(v2: World) -> None:
    v2.crowd(9)
    async with v2.outside() as outside:
        stream = people(source(v2.settings(), outside).fetch())
        found = [await anext(stream)]
        del v2.company.employees[9]
        found += [one async for one in stream]
    assert [one.hr_id for one in found if isinstance(one, Rejected)] == ["9"]
    assert len(found) == 9


@pytest.mark.parametrize("api", ["v1", "v2"])
async def test_constructing_a_reader_does_no_io(api: str) -> None:
    world = World(api)

    async def secret(name: str) -> str:
        raise AssertionError("no secret is needed yet")

    async with world.outside() as outside:
        object.__setattr__(outside, "secret", secret)
        source(world.settings(), outside)
    assert (world.wire_end.heard, world.meter.reads) == ([], 0)


async def test_a_preview_reads_everything_and_counts_no_write(world: World) -> None:
    world.crowd(3)
    assert len(await world.read(writes_allowed=False)) == 3
    assert world.meter.writes == 0
    assert world.meter.reads == len(world.wire_end.heard)


async def test_no_token_goes_anywhere_but_the_base_address_and_only_as_a_bearer(world: World) -> None:
    world.crowd(1)
    await world.read()
    tokens = list(world.company.tokens)
    for request in world.wire_end.heard:
        assert not any(token in str(request.url) for token in tokens)
        assert SECRET not in str(request.url)


@pytest.mark.parametrize("fault", ["web_page", "plain_text", "broken_json", "soft_errors", "throttled", "unauthorized"])
async def test_no_error_shows_a_secret_a_token_or_a_name(fault: str, world: World) -> None:
    world.hire(1, job(title="Surgeon", department="Theatre"), email="given1@example.test", custom={})
    if fault == "throttled":
        world.faults.throttled = 99
    elif fault == "unauthorized":
        world.credential.scopes = frozenset()
    else:
        setattr(world.faults, fault, True)
    try:
        await world.read()
    except (TryLater, Misconfigured) as error:
        told = "".join(traceback.format_exception(error)) + repr(error)
        hidden = [CLIENT, SECRET, *world.company.tokens, "Given1", "Family1", "given1@", "Surgeon", "Theatre"]
        assert not [value for value in hidden if value in told]
    else:
        assert (fault, world.api) == ("soft_errors", "v2")  # only v1 has these


async def test_no_reader_setting_or_rejection_shows_a_secret_or_a_name(world: World) -> None:
    world.hire(1, job(None), custom={"dynamic_7": custom("Shoe size", "a private value")})
    async with world.outside() as outside:
        reader = source(world.settings(), outside)
        found = [one async for one in people(reader.fetch())]
    told = repr(reader) + repr(world.settings()) + repr(found) + repr(vars(reader).get("_rest"))
    assert not [value for value in (CLIENT, SECRET, *world.company.tokens, "Given1", "private") if value in told]


async def test_lists_that_are_written_without_underscores_are_read_to_their_end_too(v2: World) -> None:
    v2.faults.bare_lists = True
    for number in range(1, 61):
        v2.hire(number, job(legal_entity=f"Employer {number}"))
        v2.company.unit("subcompany", f"Employer {number}")
    found = await v2.read(lookups=["employer"])
    employers = [one.contracts[0].fields["employer"] for one in found if isinstance(one, Person)]
    assert employers == [f"Employer {number}" for number in range(1, 61)]
    assert v2.wire_end.paths().count("/v2/legal-entities") == 2


@pytest.mark.parametrize("href", [7, "https://[", "https://api.personio.de/v2/persons?cursor="])
async def test_a_next_link_that_cannot_be_read_is_not_the_end(href: object, v2: World) -> None:
    v2.crowd(1)
    v2.wire_end.spoil = lambda path, body: (
        {**body, "_meta": {"links": {"next": {"href": href}}}} if path == "/v2/persons" else body
    )
    with pytest.raises(Misconfigured, match="without a cursor"):
        await v2.read()


async def test_records_without_an_id_and_records_sent_twice_stop_nobody(v2: World) -> None:
    v2.crowd(2)
    v2.wire_end.spoil = lambda path, body: (
        {**body, "_data": [*body["_data"], *body["_data"], {"first_name": "A"}]} if path == "/v2/persons" else body
    )
    assert [(type(one).__name__, one.hr_id) for one in await v2.read()] == [
        ("Rejected", ""),
        ("Person", "1"),
        ("Person", "2"),
    ]


async def test_an_employment_of_an_unknown_form_holds_one_person_only(v2: World) -> None:
    v2.crowd(3)

    def spoil(path: str, body: Any) -> Any:
        return (
            {**body, "_data": [{**body["_data"][0], "org_units": "none"}]} if path.endswith("/2/employments") else body
        )

    v2.wire_end.spoil = spoil
    assert [type(one).__name__ for one in await v2.read()] == ["Person", "Rejected", "Person"]


async def test_start_dates_that_are_not_shared_are_a_matter_of_the_credential_in_v2(v2: World) -> None:
    v2.crowd(2)

    def spoil(path: str, body: Any) -> Any:
        if path.endswith("/employments"):
            for employment in body["_data"]:
                del employment["employment_start_date"]
        return body

    v2.wire_end.spoil = spoil
    with pytest.raises(Misconfigured, match="does not share employment_start_date"):
        await v2.read()


async def test_employments_that_are_refused_for_everybody_are_a_matter_of_the_credential(v2: World) -> None:
    v2.crowd(3)
    async with v2.outside() as outside:
        stream = people(source(v2.settings(), outside).fetch())
        v2.wire_end.spoil = lambda path, body: v2.company.employees.clear() or body if path == "/v2/persons" else body
        with pytest.raises(Misconfigured, match="nobody's employments may be read"):
            _ = [one async for one in stream]


@pytest.mark.parametrize("answer", [[], {}, {"data": {"token": ""}}, {"access_token": 5}, {"success": False}, None])
async def test_a_sign_in_without_a_token_is_misconfigured(answer: object, world: World) -> None:
    world.wire_end.spoil = lambda path, body: answer if "auth" in path else body
    with pytest.raises(Misconfigured, match="answered 200 without a token"):
        await world.read()


@pytest.mark.parametrize("lifetime", [None, "long", -1, True, 10**9])
async def test_a_token_of_unknown_lifetime_is_kept_for_a_day(lifetime: object, world: World) -> None:
    def spoil(path: str, body: Any) -> Any:
        if "auth" in path:
            (body["data"] if world.api == "v1" else body)["expires_in"] = lifetime
        return body

    world.crowd(1)
    world.wire_end.spoil = spoil
    assert len(await world.read()) == 1
    assert world.company.sign_ins == 1


@pytest.mark.parametrize("metadata", [None, {}, {"total_elements": "3"}])
async def test_v1_is_read_without_a_total_too(metadata: object, v1: World) -> None:
    v1.crowd(120)
    v1.wire_end.spoil = lambda path, body: {**body, "metadata": metadata} if "data" in body else body
    assert len(await v1.read()) == 120


async def test_a_list_of_another_shape_is_misconfigured(world: World) -> None:
    world.crowd(1)
    world.wire_end.spoil = lambda path, body: body if "auth" in path else {"items": []}
    with pytest.raises(Misconfigured, match="has no list of records"):
        await world.read()


async def test_the_connector_is_found_by_its_name() -> None:
    manifest = connectors.manifest("personio")
    assert manifest.source is source
    assert manifest.settings is Settings
