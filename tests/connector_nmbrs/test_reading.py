"""Reading a whole environment over REST: complete, once, and the same every time; or a plain reason why not."""

import traceback
from datetime import date
from typing import Any

import httpx
import pytest

import connectors
from connectors.nmbrs import Settings, source
from local.nmbrs import Extra
from shared.errors import Misconfigured, TryLater
from shared.model import Person, Rejected
from tests.connector_nmbrs.nmbrs_world import CLIENT, KEY, SECRET, World, job


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 201])
async def test_everyone_is_read_once_at_n_and_n_plus_one_pages(count: int, world: World) -> None:
    world.crowd(count)
    found = await world.read()
    assert [one.hr_id for one in found] == sorted(world.company.employees)


async def test_a_thousand_people_of_one_company_cost_what_the_table_says(world: World) -> None:
    world.crowd(1_000)
    await world.read()
    assert len(world.wire_end.paths()) == 83


async def test_a_thousand_people_of_two_companies_cost_what_the_table_says(world: World) -> None:
    world.crowd(500)
    world.crowd(500, world.second_company())
    await world.read()
    assert len(world.wire_end.paths()) == 104


async def test_no_list_is_asked_for_one_employee_and_every_page_is_full_sized(world: World) -> None:
    world.crowd(101)
    await world.read()
    lists = [request.url for request in world.wire_end.heard if "/employees" in request.url.path]
    assert {url.params["pageSize"] for url in lists} == {"100"}
    assert not [url for url in lists if "employeeId" in url.params]


async def test_a_second_read_equals_the_first_whatever_the_order(world: World) -> None:
    world.crowd(60)
    first = await world.read()
    world.company.employees = dict(reversed(world.company.employees.items()))
    assert await world.read() == first


async def test_history_in_any_order_gives_the_same_people(world: World) -> None:
    who = world.hire()
    for year in (2021, 2022, 2023):
        world.place(who, department=f"D{year}", period=(year, 1), made=f"{year}-01-01T00:00:00")
    first = await world.read()
    who.departments.reverse()
    assert await world.read() == first


async def test_applicants_are_not_read(world: World) -> None:
    for kind in ("applicant", "rejectedApplicant", "newHire", "payroll", "formerPayroll", "external", "formerExternal"):
        world.hire(job(), type=kind)
    found = await world.read()
    kinds = [one.contracts[0].fields["status"] for one in found if isinstance(one, Person)]
    assert sorted(map(str, kinds)) == ["external", "formerexternal", "formerpayroll", "newhire", "payroll"]


async def test_externals_are_left_out_where_the_settings_say_so(world: World) -> None:
    world.hire(job(), type="external")
    own = world.hire(job())
    assert [one.hr_id for one in await world.read(externals=False)] == [own.id]


async def test_somebody_who_joins_the_list_of_employees_too_late_is_read_all_the_same(world: World) -> None:
    """One goes and one comes between two pages, so that the total stays though somebody was skipped."""
    world.crowd(101)
    first = next(iter(world.company.employees))

    def move(path: str, number: int) -> None:
        if path.endswith("/employees") and number == 2 and first in world.company.employees:
            gone = world.company.employees.pop(first)
            world.company.employees[first] = gone

    skipped = list(world.company.employees)[100]
    world.faults.between = move
    found = {one.hr_id for one in await world.read()}
    assert {skipped, first} <= found


async def test_a_list_that_changes_while_it_is_read_is_read_again(world: World) -> None:
    world.crowd(150)
    changed = False

    def leaves(path: str, number: int) -> None:
        nonlocal changed
        if path.endswith("/employments") and number == 2 and not changed:
            changed = True
            world.company.employees.pop(next(iter(world.company.employees)))

    world.faults.between = leaves
    found = await world.read()
    assert len([one for one in found if isinstance(one, Person)]) == 149


async def test_a_list_that_changes_again_and_again_is_for_later(world: World) -> None:
    world.crowd(150)

    def leaves(path: str, number: int) -> None:
        if path.endswith("/employments") and number == 2:
            world.company.employees.pop(next(iter(world.company.employees)))

    world.faults.between = leaves
    with pytest.raises(TryLater, match="changed while it was read"):
        await world.read()


@pytest.mark.parametrize("path", ["/api/debtors", "/companies", "/employees", "/employments", "/personalinfo"])
async def test_a_list_that_is_cut_short_is_never_complete(path: str, world: World) -> None:
    world.crowd(4)
    world.second_company()
    world.nmbrs.debtor("Fabrikam")
    world.faults.cut_short = path
    with pytest.raises(TryLater, match="changed while it was read"):
        await world.read()


@pytest.mark.parametrize("fault", ["no_pagination", "no_totals"])
@pytest.mark.parametrize("most", [100, 40])
async def test_lists_without_totals_and_with_smaller_pages_are_read_to_the_end(
    fault: str, most: int, world: World
) -> None:
    world.crowd(120)
    setattr(world.faults, fault, True)
    world.faults.most = most
    assert len(await world.read()) == 120


async def test_smaller_pages_than_were_asked_for_are_read_to_the_total(world: World) -> None:
    world.crowd(120)
    world.faults.most = 7
    assert len(await world.read()) == 120


async def test_a_page_number_that_is_ignored_is_not_believed(world: World) -> None:
    world.crowd(120)
    world.faults.deaf = True
    with pytest.raises(Misconfigured, match="comes back"):
        await world.read()


async def test_an_empty_list_may_be_answered_with_nothing(world: World) -> None:
    world.hire()
    world.faults.no_content = True
    assert len(await world.read()) == 1


async def test_an_answer_of_nothing_is_no_empty_list(world: World) -> None:
    world.hire()
    world.faults.empty_body = True
    with pytest.raises(TryLater, match="answered 200 with nothing"):
        await world.read()


async def test_throttling_without_retry_after_is_waited_out(world: World) -> None:
    world.crowd(3)
    world.faults.throttled = 2
    assert len(await world.read()) == 3
    assert world.time.slept[:2] == [15.0, 30.0]


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


async def test_a_used_up_quota_is_not_asked_again_at_once(world: World) -> None:
    world.crowd(3)
    world.faults.quota = True
    with pytest.raises(TryLater, match=r"429 \(42909\): the quota of the subscription is used up") as raised:
        await world.read()
    assert raised.value.seconds == 3_600
    assert len(world.wire_end.paths()) == 1


async def test_the_vendor_never_has_to_throttle_us(world: World) -> None:
    world.crowd(260)
    await world.read()
    assert all(wait < 1 for wait in world.time.slept)


async def test_failures_that_end_are_lived_through(world: World) -> None:
    world.crowd(3)
    world.faults.failing, world.faults.bad_gateway = 1, 2
    assert len(await world.read()) == 3


async def test_bad_gateways_without_end_are_for_later(world: World) -> None:
    world.faults.bad_gateway = 99
    with pytest.raises(TryLater, match="GET /api/debtors answered 502"):
        await world.read()


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


async def test_a_lost_answer_is_asked_for_again(world: World) -> None:
    world.crowd(3)
    await world.read()
    world.wire_end.cut, world.wire_end.cuts = httpx.ReadError("gone"), 2
    assert len(await world.read()) == 3


async def test_a_network_that_stays_away_is_for_later(world: World) -> None:
    await world.read()
    world.wire_end.cut, world.wire_end.cuts = httpx.ConnectError("gone"), 99
    with pytest.raises(TryLater, match=r"got no answer \(ConnectError\)"):
        await world.read()


async def test_a_blocked_address_is_misconfigured(world: World) -> None:
    world.faults.blocked = True
    with pytest.raises(Misconfigured, match=r"answered 403: the consent does not reach so far; .*lets this address in"):
        await world.read()


async def test_a_disabled_environment_is_misconfigured(world: World) -> None:
    world.faults.disabled = True
    with pytest.raises(Misconfigured, match=r"403 \(40304\): the environment is disabled"):
        await world.read()


async def test_a_company_that_is_listed_and_barred_stops_everything(world: World) -> None:
    """Leaving it out would make leavers of all who work there."""
    world.crowd(1)
    barred = world.second_company()
    world.nmbrs.barred.add(barred.id)
    with pytest.raises(Misconfigured, match=r"403 \(40303\): the login that consented does not see this"):
        await world.read()


async def test_a_parameter_that_is_not_understood_is_named(world: World) -> None:
    world.crowd(1)
    world.wire_end.spoil = lambda path, body: (
        {**body, "data": [{"debtorId": "7", "number": "1"}]} if path == "/api/debtors" else body
    )
    with pytest.raises(Misconfigured, match=r"400 \(40033\): it does not understand the parameter debtorId"):
        await world.read()


async def test_a_wrong_base_address_is_misconfigured(world: World) -> None:
    await world.read()
    world.wire_end._inner = httpx.ASGITransport(_nowhere)
    with pytest.raises(Misconfigured, match=r"answered 404: it is not there; check the base address"):
        await world.read()


async def _nowhere(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("key", ["startDate", "endDate", "lastName"])
async def test_what_the_template_hides_of_everybody_and_nobody_can_do_without_is_misconfigured(
    key: str, world: World
) -> None:
    world.crowd(2)
    world.nmbrs.hidden = {key}
    with pytest.raises(Misconfigured, match=rf"is not shown {key} of anybody in company 1; ask for its user template"):
        await world.read()


async def test_what_the_template_hides_is_absent_and_not_null(world: World) -> None:
    who = world.hire(mail=None, prefix=None)
    world.place(who, department="Sales", function="Adviser", manager="boss@contoso.example")
    shown = await world.one()
    assert shown.fields["email"] is None
    assert shown.fields["prefix"] is None
    world.nmbrs.hidden = {"businessEmail", "prefix", "partnerInfo", "birthInfo", "firstName", "employeeNumber"}
    hidden = await world.one()
    assert (
        not {
            *("email", "prefix", "partnerPrefix", "partnerSurname", "nameUsage", "gender", "givenName", "nickName"),
            "employeeNumber",
        }
        & hidden.fields.keys()
    )


async def test_a_list_that_holds_nobody_says_nothing_and_one_that_holds_others_says_none(world: World) -> None:
    world.hire()
    assert not {"department", "title", "manager"} & (await world.one()).contracts[0].fields.keys()
    world.place(world.hire(), department="Sales", function="Adviser", manager="boss@contoso.example")
    first = min(await world.read(), key=lambda one: str(getattr(one, "fields", {}).get("employeeNumber")))
    assert isinstance(first, Person)
    assert (first.contracts[0].fields["department"], first.contracts[0].fields["title"]) == (None, None)
    assert first.contracts[0].fields["manager"] is None


async def test_constructing_a_reader_does_no_io(world: World) -> None:
    async def secret(name: str) -> str:
        raise AssertionError("no secret is needed yet")

    async with world.outside() as outside:
        object.__setattr__(outside, "secret", secret)
        world.wire_end.heard.clear()
        source(world.settings(), outside)
    assert world.wire_end.heard == []


async def test_a_preview_reads_everything_and_counts_no_write(world: World) -> None:
    world.crowd(3)
    assert len(await world.read(writes_allowed=False)) == 3
    assert world.meter.writes == 0


async def test_the_number_of_the_state_is_never_asked_for(world: World) -> None:
    world.crowd(2)
    await world.read(leave=["1"], cost_centers=True, department_managers=True, fields={"colour": "extra:Colour"})
    asked = " ".join(world.wire_end.paths())
    assert not [word for word in ("privateInfos", "bank", "salar", "wage", "absences", "children") if word in asked]


FAULTS = ["web_page", "plain_text", "broken_json", "throttled", "blocked", "disabled", "quota", "bad_gateway"]


@pytest.mark.parametrize("fault", [*FAULTS, "parameter", "unshown"])
async def test_no_error_shows_a_secret_a_token_or_a_name(fault: str, world: World) -> None:
    who = world.hire(first="Given1", last="Family1", mail="given1@contoso.example")
    world.place(who, department="Theatre", function="Surgeon")
    if fault in {"throttled", "bad_gateway"}:
        setattr(world.faults, fault, 99)
    elif fault in FAULTS:
        setattr(world.faults, fault, True)
    elif fault == "unshown":
        world.nmbrs.hidden = {"endDate"}
    else:
        world.wire_end.spoil = lambda path, body: (
            {**body, "data": [{"debtorId": "7"}]} if path == "/api/debtors" else body
        )
    with pytest.raises((TryLater, Misconfigured)) as raised:
        await world.read()
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    tokens = [*world.nmbrs.authority.accesses, *world.nmbrs.authority.refreshes]
    hidden = [CLIENT, SECRET, KEY, *tokens, "Given1", "given1@", "Theatre", "Surgeon"]
    assert not [value for value in hidden if value in told]


async def test_no_reader_setting_or_rejection_shows_a_secret_or_a_name(world: World) -> None:
    who = world.hire(job(None), first="Given1", mail="given1@contoso.example")
    who.extras.append(Extra(name="Colour", value="a private value"))
    known = world.settings(fields={"colour": "extra:Colour"})
    async with world.outside() as outside:
        reader = source(known, outside)
        found = [one async for one in reader.fetch() if isinstance(one, Rejected)]
    assert len(found) == 1
    told = repr(reader) + repr(known) + repr(found) + repr(vars(reader)) + repr(vars(vars(reader)["_api"]))
    tokens = [*world.nmbrs.authority.accesses, *world.nmbrs.authority.refreshes]
    assert not [value for value in (CLIENT, SECRET, KEY, *tokens, "Given1", "given1@", "private") if value in told]


async def test_a_record_without_an_id_stops_nobody(world: World) -> None:
    world.crowd(2)

    def spoil(path: str, body: Any) -> Any:
        if path.endswith("/employees"):
            body["data"].append({"employeeBasicInfo": {"employeeType": "payroll", "lastName": "Nobody"}})
            body["pagination"]["totalRecords"] += 1
        return body

    world.wire_end.spoil = spoil
    assert [type(one).__name__ for one in await world.read()] == ["Rejected", "Person", "Person"]


@pytest.mark.parametrize("shape", ["none", 7, [7], {"a": 1}])
async def test_a_history_of_an_unknown_form_holds_one_person_only(shape: object, world: World) -> None:
    world.crowd(3)

    def spoil(path: str, body: Any) -> Any:
        if path.endswith("/departments"):
            body["data"][1]["departments"] = shape
        return body

    world.wire_end.spoil = spoil
    assert sorted(type(one).__name__ for one in await world.read()) == ["Person", "Person", "Rejected"]


@pytest.mark.parametrize(
    ("end", "spoilt"),
    [
        ("/personalinfo", {"info": [{"contactInfo": "none", "period": {"year": 2020, "period": 1}}]}),
        ("/personalinfo", {"info": [{"basicInfo": 7}]}),
        ("/personalinfo", {"info": 7}),
        ("/employees", {"employeeBasicInfo": "none"}),
        ("/employees", {"employeeBasicInfo": {"employeeType": ["payroll"], "lastName": "X"}}),
        ("/extraFields", {"extraFields": 7}),
        ("/extraFields", {"extraFields": [7]}),
    ],
)
async def test_whatever_form_a_record_has_it_holds_one_person_only(end: str, spoilt: Any, world: World) -> None:
    world.crowd(3)
    for who in world.company.employees.values():
        who.extras.append(Extra(name="Colour", value="Red"))
    chosen = min(world.company.employees)

    def spoil(path: str, body: Any) -> Any:
        if path.endswith(end):
            body["data"] = [{**row, **spoilt} if row["employeeId"] == chosen else row for row in body["data"]]
        return body

    world.wire_end.spoil = spoil
    found = await world.read(fields={"colour": "extra:Colour"})
    assert [one.hr_id for one in found if isinstance(one, Rejected)] == [chosen]
    assert len(found) == 3


async def test_whoever_is_listed_is_read_though_the_template_hides_what_they_are(world: World) -> None:
    """The list was asked for certain types; taking all of them for strangers would make leavers of everybody."""
    world.crowd(3)
    world.hire(type="applicant")
    world.nmbrs.hidden = {"employeeType"}
    found = await world.read()
    assert len(found) == 3
    assert not [one for one in found if isinstance(one, Person) and "status" in one.contracts[0].fields]


@pytest.mark.parametrize(("path", "key"), [("/api/debtors", "debtorId"), ("/companies", "companyId")])
async def test_a_debtor_or_company_without_an_id_stops_everything(path: str, key: str, world: World) -> None:
    world.hire()

    def spoil(where: str, body: Any) -> Any:
        if where.endswith(path):
            body["data"][0][key] = None
        return body

    world.wire_end.spoil = spoil
    with pytest.raises(Misconfigured, match=f"has a record without {key}"):
        await world.read()


async def test_a_list_of_another_shape_is_misconfigured(world: World) -> None:
    world.crowd(1)
    world.wire_end.spoil = lambda path, body: body if "connect" in path else {"items": []}
    with pytest.raises(Misconfigured, match="has no list of records"):
        await world.read()


async def test_dates_without_a_zone_are_the_same_days(world: World) -> None:
    world.hire(job(date(2021, 6, 7), end=date(2026, 6, 30)))
    first = await world.read()
    world.faults.zoneless = True
    assert await world.read() == first


async def test_the_connector_is_found_by_its_name() -> None:
    manifest = connectors.manifest("nmbrs")
    assert manifest.source is source
    assert manifest.settings is Settings
