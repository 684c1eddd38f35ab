"""Reading a whole company: every file of every export, once, and the same every time; or a plain reason why not."""

import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import connectors
from connectors.visma import Settings
from connectors.visma.exports import Export, left_out
from connectors.visma.read import Employees
from local.serve import serving
from local.visma import columns, settle, visma_app
from local.visma.company import SCOPES
from shared.errors import Anew, Misconfigured, TryLater
from shared.model import Person, Rejected
from tests.connector_visma.visma_world import API, CANARY, OTHER, SECRET, STORAGE, TENANT, World

EXPORTS = ["employees", "contracts", "users", "metadata/organization-units", "metadata/cost-centers"]


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1001])
async def test_everyone_is_read_once_at_n_and_n_plus_one_blocks(count: int, world: World) -> None:
    world.crowd(count)
    assert [one.hr_id for one in await world.read()] == [str(number) for number in range(1, count + 1)]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_every_file_of_an_export_is_read_and_not_only_the_first(size: int, world: World) -> None:
    world.crowd(3)
    world.company.rows_per_file = size
    assert [one.hr_id for one in await world.read()] == ["1", "2", "3"]


async def test_a_second_read_equals_the_first_whatever_the_order_of_rows(world: World) -> None:
    world.crowd(20)
    world.contract("3", contractid="2", startdate="2024-01-01")
    first = await world.read()
    for rows in world.company.rows.values():
        rows.reverse()
    assert await world.read() == first


async def test_each_export_is_asked_for_once_and_then_looked_at_until_it_is_ready(world: World) -> None:
    world.crowd(2)
    world.faults.looks = 3
    await world.read()
    assert world.wire_end.paths("/v1/command") == [f"/v1/command/nl/hrm/{path}" for path in EXPORTS]
    assert len(world.wire_end.paths("/v1/query")) == 4 * len(EXPORTS)
    assert [wait for wait in world.time.slept if wait > 1] == [4.0, 6.0, 9.0]


async def test_only_exports_that_are_wanted_are_asked_for_and_only_with_their_scopes(world: World) -> None:
    world.crowd(1)
    world.application.scopes = frozenset(one for one in SCOPES if one.endswith(("employees", "contracts")))
    await world.read(lookups=[])
    assert world.wire_end.paths("/v1/command") == [f"/v1/command/nl/hrm/{path}" for path in EXPORTS[:2]]


async def test_files_lie_elsewhere_and_are_fetched_without_any_credential(world: World) -> None:
    """Storage refuses a request that bears a token; and whoever runs that host would have been given it."""
    world.crowd(2)
    await world.read()
    asked = [request for request in world.wire_end.heard if str(request.url).startswith(STORAGE)]
    assert len(asked) == 3
    assert not [request for request in asked if "authorization" in request.headers or "cookie" in request.headers]
    signed_in = [request for request in world.wire_end.heard if "authorization" in request.headers]
    assert {request.url.host for request in signed_in} == {httpx.URL(API).host}


async def test_nothing_that_is_not_wanted_is_even_asked_for(world: World) -> None:
    world.crowd(1)
    await world.read(fields={"phone": "officemobilephonenumber"})
    commands = [request for request in world.wire_end.heard if request.url.path.startswith("/v1/command")]
    for request, known, kept in zip(
        commands[:2],
        (columns.EMPLOYEES, columns.CONTRACTS),
        ({"birthname", "officemobilephonenumber", "placeofbirth"}, {"weekhoursfixed", "normalhours"}),
        strict=True,
    ):
        text = request.url.params["fields"]
        assert text.startswith("!")
        asked_for = set(known) - set(text[1:].split(","))
        assert kept <= asked_for
        assert not [one for one in asked_for if one.startswith(("salary", "home", "sickness", "scale", "dateofbirth"))]
    assert not [request for request in commands[2:] if "fields" in request.url.params]


async def test_columns_may_be_asked_for_all_and_are_dropped_here_then(world: World) -> None:
    world.hire("1", homestreet=CANARY, contract__salaryhour=CANARY)
    found = await world.one(only_used_columns=False)
    assert not [request for request in world.wire_end.heard if "fields" in request.url.params]
    assert CANARY not in repr(found)


def test_what_may_be_left_out_are_columns_that_the_exports_have() -> None:
    """A name that Visma does not know may be refused; these are the ones that a client of theirs reads."""
    assert set(left_out(Export.EMPLOYEES, ())[1:].split(",")) == set(columns.EMPLOYEES) - {"placeofbirth"}
    assert set(left_out(Export.CONTRACTS, ())[1:].split(",")) == set(columns.CONTRACTS)
    assert left_out(Export.USERS, ()) == ""


async def test_a_column_that_may_not_be_named_any_more_is_said_with_the_way_out(world: World) -> None:
    world.crowd(1)
    world.faults.refuses_fields = True
    with pytest.raises(Misconfigured, match=r"answered 400; a column .* turn only_used_columns off"):
        await world.read()
    assert len(await world.read(only_used_columns=False)) == 1


async def test_one_token_is_enough_for_many_runs(world: World) -> None:
    world.crowd(1)
    for _ in range(3):
        await world.read()
    assert world.company.authority.sign_ins == 1


async def test_a_token_that_ends_in_mid_read_is_renewed(world: World) -> None:
    world.crowd(1)
    world.faults.ends_tokens_after = 7
    assert len(await world.read()) == 1
    assert world.company.authority.sign_ins == 2


async def test_throttling_without_retry_after_is_waited_out(world: World) -> None:
    world.crowd(1)
    world.faults.throttled = 2
    assert len(await world.read()) == 1
    assert [wait for wait in world.time.slept if wait in (2.0, 4.0)][:2] == [2.0, 4.0]


async def test_throttling_with_retry_after_is_waited_out_as_told(world: World) -> None:
    world.crowd(1)
    world.faults.throttled, world.faults.retry_after = 1, "17"
    assert len(await world.read()) == 1
    assert 17.0 in world.time.slept


async def test_throttling_that_does_not_end_is_for_later(world: World) -> None:
    world.faults.throttled = 99
    with pytest.raises(TryLater, match="answered 429"):
        await world.read()


async def test_requests_to_the_api_are_six_tenths_of_a_second_apart(world: World) -> None:
    world.crowd(1)
    world.faults.looks = 0
    await world.read()
    assert len([wait for wait in world.time.slept if 0.59 < wait < 0.61]) == 2 * len(EXPORTS) - 1


async def test_a_lost_answer_is_asked_for_again(world: World) -> None:
    world.crowd(1)
    await world.read()
    for cuts in (1, 3):
        world.wire_end.cuts = cuts
        assert len(await world.read()) == 1


async def test_starting_exports_is_reading_and_so_allowed_in_preview(world: World) -> None:
    world.crowd(1)
    assert len(await world.read(writes_allowed=False)) == 1
    assert world.meter.writes == 0


async def test_results_are_not_sent_to_anybody_else(world: World) -> None:
    """The command names an address to which Visma posts the result; it is Visma's own, as Tools4ever's is."""
    world.crowd(1)
    await world.read()
    assert set(world.company.callbacks) == {API}


def _wrong_secret(world: World) -> None:
    world.secret = "wrong-secret"


def _no_scope(world: World) -> None:
    world.application.scopes = SCOPES - {"hrmanalytics:nlhrm:exportusers"}


def _customer_tenant(world: World) -> None:
    world.application.tenants = frozenset({TENANT, OTHER})


@pytest.mark.parametrize(
    ("spoil", "settings", "said"),
    [
        (_wrong_secret, {}, r"\(invalid_client\); check secret:visma-id and secret:visma-secret"),
        (lambda world: None, {"tenant_id": OTHER}, r"\(unauthorized_client\).* has accepted the application"),
        (_customer_tenant, {"tenant_id": OTHER}, r"answered 401: .* tenant_id is the company's and not the customer's"),
        (_no_scope, {}, r"\(invalid_scope\); check .* may use these scopes"),
        (lambda world: setattr(world.faults, "blocked", True), {}, r"answered 403; check that the API may be called"),
        (lambda world: setattr(world.faults, "web_page", True), {}, "with a web page instead of JSON"),
        (lambda world: setattr(world.faults, "renamed_files", True), {}, "has no list 'employeeFileUris'"),
        (lambda world: setattr(world.sign_in, "page", True), {}, "200 without a token"),
        (lambda world: setattr(world.faults, "elsewhere", True), {}, "answered 404; check base in the settings"),
    ],
)
async def test_what_is_wrong_is_one_clear_sentence(
    spoil: Callable[[World], object], settings: dict[str, Any], said: str, world: World
) -> None:
    world.crowd(1)
    spoil(world)
    with pytest.raises(Misconfigured, match=said):
        await world.read(**settings)


async def test_a_scope_that_the_token_lacks_is_named_though_visma_says_401(world: World) -> None:
    """Tools4ever: «If one of the scopes is missing, the connector will throw a 401 Unauthorized exception»."""
    world.crowd(1)
    world.application.granted = {TENANT: SCOPES - {"hrmanalytics:nlhrm:exportusers"}}
    with pytest.raises(Misconfigured, match=r"users answered 401: .* the scope hrmanalytics:nlhrm:exportusers"):
        await world.read()


async def test_half_an_answer_is_for_later(world: World) -> None:
    world.faults.broken_json = True
    with pytest.raises(TryLater, match="cut off or broken"):
        await world.read()


async def test_an_export_that_is_never_ready_ends_at_the_deadline(world: World) -> None:
    world.crowd(1)
    world.faults.stuck = frozenset({"contracts"})
    began = world.time.now
    with pytest.raises(Anew, match="the export of contracts was not ready within 30 minutes"):
        await world.read(export_minutes=30)
    assert (world.time.now - began).total_seconds() <= 30 * 60
    assert max(world.time.slept) <= 30.0


async def test_an_export_that_fails_is_asked_for_anew_next_time(world: World) -> None:
    world.crowd(1)
    world.faults.failed = frozenset({"employees"})
    with pytest.raises(Anew, match="the export of employees ended as «Failed»"):
        await world.read()
    world.faults.failed = frozenset()
    assert len(await world.read()) == 1


async def test_a_job_that_is_forgotten_is_started_anew_next_time(world: World) -> None:
    world.crowd(1)
    world.faults.forgets_jobs = True
    with pytest.raises(Anew, match="not known any more"):
        await world.read()


@pytest.mark.parametrize("path", ["employees", "contracts", "users"])
async def test_an_export_of_nothing_never_means_that_everybody_has_left(path: str, world: World) -> None:
    world.crowd(3)
    world.company.rows[path].clear()
    with pytest.raises(Misconfigured, match=f"the export of {path} is empty; check that tenant_id is"):
        await world.read()


@pytest.mark.parametrize("path", ["employees", "contracts", "users"])
async def test_nor_does_a_file_with_a_header_alone(path: str, world: World) -> None:
    world.crowd(3)
    world.faults.spoils = lambda export, file: file.partition(b"\r\n")[0] + b"\r\n" if export == path else file
    world.faults.hides_length = True
    with pytest.raises(Misconfigured, match=f"the export of {path} is empty"):
        await world.read()


async def test_a_company_without_cost_centers_and_units_is_read(world: World) -> None:
    world.crowd(1)
    assert not world.company.rows["metadata/cost-centers"]
    assert len(await world.read()) == 1


async def test_an_address_that_has_ended_is_asked_for_again(world: World) -> None:
    world.crowd(1)
    world.faults.dead_links = 1
    assert len(await world.read()) == 1


async def test_an_address_that_ends_at_once_is_no_reason_to_go_on_for_ever(world: World) -> None:
    world.crowd(1)
    world.faults.dead_links = 99
    with pytest.raises(Anew, match="file 1 of 1 of the export of employees answered 403, and again"):
        await world.read()


async def test_other_files_than_before_are_no_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.crowd(1)
    world.faults.dead_links = 1
    before = world.company.addresses

    def one_more(job: str) -> list[str]:
        monkeypatch.setattr(world.company, "addresses", lambda job: [*before(job), *before(job)])
        return before(job)

    monkeypatch.setattr(world.company, "addresses", one_more)
    with pytest.raises(Anew, match="the export of employees is not what it was"):
        await world.read(lookups=[])


async def test_a_command_without_a_job_is_no_export(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.crowd(1)
    monkeypatch.setattr(world.company, "start", lambda *asked: "")
    with pytest.raises(Misconfigured, match="the export of employees was given no job"):
        await world.read()


async def test_storage_that_is_busy_is_asked_again_in_place(world: World) -> None:
    world.crowd(1)
    world.faults.no_files_at = 2
    assert len(await world.read()) == 1


async def test_a_file_that_is_cut_off_on_its_way_is_fetched_again_and_then_for_later(world: World) -> None:
    world.crowd(3)
    whole = await world.read()
    world.faults.spoils = lambda path, file: file[:-30] if path == "contracts" else file
    with pytest.raises(TryLater, match=r"file 1 of 1 of the export of contracts was cut off|was not received"):
        await world.read()
    world.faults.spoils = lambda path, file: file
    assert await world.read() == whole


@pytest.mark.parametrize("path", ["employees", "contracts"])
async def test_a_file_that_ends_between_two_rows_makes_no_leaver(path: str, world: World) -> None:
    """Nothing tells that it was cut; but who is in one export and not in the other is somebody to look at."""
    world.crowd(6)
    world.faults.hides_length = True
    world.faults.spoils = lambda export, file: b"".join(file.splitlines(True)[:4]) if export == path else file
    found = await world.read()
    assert [one.hr_id for one in found] == ["1", "2", "3", "4", "5", "6"]
    assert [one.hr_id for one in found if isinstance(one, Rejected)] == ["4", "5", "6"]


async def test_employees_that_are_missing_in_numbers_make_the_answer_unbelievable(world: World) -> None:
    world.crowd(40)
    world.faults.hides_length = True
    world.faults.spoils = lambda path, file: b"".join(file.splitlines(True)[:21]) if path == "employees" else file
    with pytest.raises(Anew, match="the export of employees lacks 20 of whom there are contracts"):
        await world.read()


async def test_constructing_does_no_io(world: World) -> None:
    async with world.outside() as outside:
        Employees(world.settings(), outside)
        connectors.manifest("visma").source  # noqa: B018 - looking is enough
    assert world.wire_end.heard == []


async def test_no_error_and_no_text_of_one_holds_a_secret_or_a_value(world: World) -> None:
    world.hire("1", firstname=CANARY, birthname=CANARY, contract__startdate=CANARY)
    world.hire("2", firstname=CANARY, contract__weekhoursfixed=CANARY)
    shown = [repr(await world.read())]
    spoils: list[Callable[[World], object]] = [
        _wrong_secret,
        lambda world: setattr(world.faults, "spoils", lambda path, file: file.replace(CANARY.encode(), b'"')),
        lambda world: setattr(world.faults, "spoils", lambda path, file: b"\xff" + file),
        lambda world: setattr(world.faults, "dead_links", 99),
        lambda world: setattr(world.faults, "no_files_at", 99),
        lambda world: setattr(world.faults, "forgets_jobs", True),
        lambda world: setattr(world.wire_end, "cuts", 99),
    ]
    for spoil in spoils:
        other = World()
        other.hire("1", firstname=CANARY, birthname=CANARY, contract__startdate=CANARY)
        spoil(other)
        with pytest.raises((TryLater, Misconfigured)) as failed:
            await other.read()
        shown.append("".join(traceback.format_exception(failed.value)))
    for text in shown:
        assert not [one for one in (CANARY, SECRET, "wrong-secret", "sig=", STORAGE) if one in text], text


def test_settings_show_no_secret() -> None:
    given = {"client_id": SECRET, "client_secret": "secret:b", "tenant_id": TENANT}
    with pytest.raises(ValueError, match="client_id") as wrong:
        Settings.model_validate(given)
    assert SECRET not in str(wrong.value)


async def test_over_real_connections_files_come_from_another_host(world: World) -> None:
    world.crowd(3)
    app = visma_app(world.company)
    async with serving(app) as address, serving(app) as storage, httpx.AsyncHTTPTransport() as network:
        world.company.storage, world.wire_end.inner = storage, network
        found = await world.read(base=address, connect=address)
    assert len(found) == 3
    assert {str(request.url).partition("/exports")[0] for request in world.wire_end.heard[-3:]} == {storage}


async def test_a_crowd_with_every_oddity_is_read(world: World) -> None:
    settle(world.company, 2_000)
    world.company.rows_per_file = 700
    found = await world.read()
    assert len(found) == 2_100
    assert all(isinstance(one, Person) for one in found)
    assert len(await world.read(records="together")) == 2_000
