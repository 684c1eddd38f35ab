"""Reading a whole environment of Profit: complete, once, and the same every time; or a plain reason why not."""

import base64
import traceback
from contextlib import aclosing
from datetime import date
from typing import Any

import httpx
import pytest

import connectors
from connectors.afas.profit import Profit, authorization
from local.afas import Environment, Faults, Token, populate
from local.people import rows, staff
from shared.connector import Reached
from shared.errors import Anew, Misconfigured, TryLater
from shared.model import Person, Rejected
from tests.connector_afas.afas_world import DATA, Listening, World, job, source

USERS = "T4E_HelloID_Users_v2"
JOBS = "T4E_HelloID_Employments_v2"


@pytest.mark.parametrize("count", [1, 2, 48, 49, 50, 51, 52, 98, 99, 100, 101, 230])
async def test_everyone_is_read_once_at_n_and_n_plus_one_pages(count: int, either: World) -> None:
    either.crowd(count)
    assert list(await either.read()) == [f"{number:06}" for number in range(1, count + 1)]


async def test_rows_are_asked_for_in_order_of_a_unique_key(world: World) -> None:
    world.crowd(60)
    await world.read()
    first, second, _ = world.wire_end.asked(USERS)
    assert first == {"skip": "0", "take": "50", "orderbyfieldids": "Medewerker,Gebruiker"}
    assert second["skip"] == "48", "the last row that was given comes again, and whoever may go on on the next page"
    assert {query["orderbyfieldids"] for query in world.wire_end.asked(JOBS)} == {
        "Medewerker,ExternalID,Begindatum_functie"
    }


async def test_a_thousand_people_cost_few_requests(world: World) -> None:
    world.crowd(1000)
    await world.read(take=1000)
    asked = [request.url.path.rpartition("/")[2] for request in world.wire_end.heard]
    counted = {name: asked.count(name) for name in asked}
    assert counted[USERS] <= 1 + 3
    assert counted[JOBS] <= 1 + 4
    assert len(asked) <= 14


async def test_a_second_read_equals_the_first_whatever_the_order(either: World) -> None:
    either.crowd(120)
    first = await either.everything()
    either.environment.employees = dict(reversed(either.environment.employees.items()))
    assert await either.everything() == first


@pytest.mark.parametrize("contracts", ["employments", "positions"])
async def test_everyone_with_every_oddity_is_read(contracts: str, world: World) -> None:
    world.moves_to(populate(Environment(), rows()))
    found = await world.everything(contracts=contracts)
    people = [one for one in found if isinstance(one, Person)]
    assert len(people) + len([one for one in found if isinstance(one, Rejected)]) == len(world.environment.employees)
    assert len(people) > 190
    assert {one.code for one in found if isinstance(one, Rejected)} <= {"invalid_record", "duplicate_id"}


async def test_employments_on_several_pages_stay_with_their_employee(world: World) -> None:
    for number in range(1, 31):
        world.hire(f"{number:03}", *(job(date(2000 + year, 1, 1), end=date(2000 + year, 6, 1)) for year in range(9)))
    found = await world.read()
    assert [len(one.contracts) for one in found.values()] == [9] * 30


@pytest.mark.parametrize("leaver", ["000003", "000060"])
async def test_rows_that_move_between_two_pages_are_noticed(leaver: str, either: World) -> None:
    either.crowd(160)
    users = USERS if either.standard == "t4e" else "Profit_Employees"

    def leaves(request: httpx.Request) -> None:
        if len(either.wire_end.asked(users)) == 2:
            either.environment.employees.pop(leaver, None)

    either.wire_end.then = leaves
    with pytest.raises(Anew, match=f"the rows of {users} moved while they were read"):
        await either.everything()


async def test_somebody_who_leaves_behind_the_page_moves_nobody(world: World) -> None:
    world.crowd(160)

    def leaves(request: httpx.Request) -> None:
        if len(world.wire_end.asked(USERS)) == 1:
            world.environment.employees.pop("000150", None)

    world.wire_end.then = leaves
    assert len(await world.read()) == 159


async def test_an_order_that_is_ignored_is_noticed(world: World) -> None:
    world.crowd(160)
    world.faults.unsorted = True
    with pytest.raises(Anew, match="moved while they were read"):
        await world.everything()


async def test_a_page_that_ends_too_soon_is_not_the_end(either: World) -> None:
    either.crowd(100)
    either.faults.short_pages = 30
    assert len(await either.read()) == 100


async def test_a_page_that_is_not_the_one_asked_for_is_not_believed(world: World) -> None:
    world.crowd(60)
    answer = {"skip": 0, "take": 100, "rows": []}
    async with world.outside() as outside:
        transport = _Spoiled(world.wire_end, answer)
        object.__setattr__(outside, "http", httpx.AsyncClient(transport=transport))
        with pytest.raises(Misconfigured, match="answered with another page than was asked for"):
            [one async for one in source(world.settings(), outside).fetch()]


class _Spoiled(httpx.AsyncBaseTransport):
    """Another answer for every request for rows."""

    def __init__(self, inner: httpx.AsyncBaseTransport, answer: Any) -> None:
        self._inner, self._answer = inner, answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "/connectors/" in request.url.path:
            return httpx.Response(200, json=self._answer)
        return await self._inner.handle_async_request(request)


async def test_more_rows_of_one_employee_than_a_page_holds_say_what_to_do(world: World) -> None:
    world.hire("7", *(job(date(2000, 1, 1), id=f"C{number:03}") for number in range(60)))
    with pytest.raises(Misconfigured, match=f"a whole page of {JOBS} has one and the same Medewerker"):
        await world.everything()


class TestInTurns:
    async def turn(self, world: World, since: str = "", places: int = 1) -> tuple[list[Person | Rejected], str]:
        found: list[Person | Rejected] = []
        async with world.outside() as outside:
            stream: Any = source(world.settings(), outside).fetch(since)
            async with aclosing(stream) as answer:
                async for one in answer:
                    if not isinstance(one, Reached):
                        found.append(one)
                        continue
                    places -= 1
                    if not places:
                        return found, one.cursor
        return found, ""

    @pytest.mark.parametrize("count", [1, 49, 50, 51, 160])
    async def test_everybody_is_given_once_and_as_in_one_go(self, count: int, either: World) -> None:
        either.crowd(count)
        either.environment.units[0].manager = f"{count:06}"
        everyone, since = await self.turn(either)
        while since:
            some, since = await self.turn(either, since)
            everyone += some
        assert everyone == await either.everything()
        assert len(everyone) == count

    async def test_somebody_who_left_from_a_page_before_makes_it_begin_anew(self, world: World) -> None:
        world.crowd(160)
        _, since = await self.turn(world)
        del world.environment.employees["000007"]
        with pytest.raises(Anew):
            await self.turn(world, since)

    async def test_a_leader_who_is_never_shown_is_noticed_however_many_turns_it_takes(self, world: World) -> None:
        world.crowd(160)
        world.environment.units[0].manager = "999999"
        found, since = await self.turn(world)
        while since:
            some, since = await self.turn(world, since)
            found += some
        assert [one.hr_id for one in found if isinstance(one, Rejected)] == ["999999"]

    @pytest.mark.parametrize("cursor", ["[1]", "nothing", "7", '{"a": 1}', '[1, "a", "b", 1, 1]'])
    async def test_a_place_of_another_version_makes_it_begin_anew(self, cursor: str, world: World) -> None:
        world.crowd(3)
        with pytest.raises(Anew, match="written by another version"):
            await self.turn(world, cursor)

    async def test_a_place_holds_no_value_of_anybody(self, world: World) -> None:
        world.crowd(120)
        _, since = await self.turn(world)
        assert not [value for value in ("Given", "Family", "@", DATA) if value in since]


class TestWhatTheAppConnectorOffers:
    async def test_missing_connectors_and_fields_are_named_in_one_sentence(self, world: World) -> None:
        world.token.connectors = frozenset({USERS, JOBS})
        with pytest.raises(Misconfigured) as caught:
            await world.everything(people={"fields": {"office": "Kamer", "room": "Zaal"}}, contracts="positions")
        assert str(caught.value) == (
            "AFAS Profit: the app connector does not offer T4E_HelloID_OrganizationalUnits_v2, "
            "T4E_HelloID_Positions_v2 and has no Kamer, Zaal in T4E_HelloID_Users_v2; "
            "add them in Profit, or name others in the settings (null does without a field)"
        )
        assert not world.wire_end.asked(USERS)

    async def test_a_field_that_is_given_up_is_not_asked_for(self, world: World) -> None:
        world.hire("7")
        found = await world.one(people={"fields": {"mobile": None, "phone": None}})
        assert not {"mobile", "phone"} & found.fields.keys()

    async def test_another_connector_takes_the_place_of_one_of_the_set(self, world: World) -> None:
        world.hire("7")
        own = {"connector": "Profit_OrganizationChart", "key": "Unitd", "order": ["StartDate"], "name": "UnitDesc"}
        more = {"above": "UpperUnit", "manager": "Manager", "period": {"start": "StartDate", "end": "EndDate"}}
        assert (await world.contract(units={**own, **more})).fields["departmentPath"] == ("D100",)

    async def test_a_blocked_connector_says_what_to_do(self, world: World) -> None:
        world.crowd(3)
        world.environment.blocked.add(JOBS)
        with pytest.raises(Misconfigured, match=f"{JOBS}: this GetConnector is blocked; take away the tick"):
            await world.everything()

    @pytest.mark.parametrize("as_401", [False, True])
    async def test_a_connector_that_was_taken_away_meanwhile(self, as_401: bool, world: World) -> None:
        world.crowd(3)
        world.faults.denied_as_401 = as_401

        def withdraws(request: httpx.Request) -> None:
            if world.wire_end.asked(USERS):
                world.token.connectors = frozenset({USERS})

        world.wire_end.then = withdraws
        with pytest.raises(Misconfigured, match=JOBS):
            await world.everything()


class TestWhatIsHidden:
    async def test_an_employee_without_an_employment_is_held_and_is_no_leaver(self, either: World) -> None:
        either.crowd(30)
        either.token.hidden = frozenset({"000007"})
        either.token.hidden_in = frozenset({JOBS})
        if either.standard == "profit":
            either.environment.employees["000007"].employments = []
        found = {one.hr_id: one for one in await either.everything()}
        assert isinstance(found["000007"], Rejected)
        assert found["000007"].code == "missing_data"
        assert len(found) == 30

    async def test_or_is_left_out_when_the_settings_say_so(self, world: World) -> None:
        world.crowd(3)
        world.environment.employees["000002"].employments = []
        assert list(await world.read(without_employment="leave_out")) == ["000001", "000003"]

    @pytest.mark.parametrize("hidden", ["000001", "000050", "000077", "000120"])
    async def test_somebody_with_an_employment_who_is_not_shown_is_held(self, hidden: str, world: World) -> None:
        """Wherever they stand: before the first, between two pages, behind the last."""
        world.crowd(120)
        world.token.hidden, world.token.hidden_in = frozenset({hidden}), frozenset({USERS})
        found = await world.everything()
        assert [one.hr_id for one in found if isinstance(one, Rejected)] == [hidden]
        assert len(found) == 120

    async def test_a_leader_of_a_unit_who_is_not_shown_is_held(self, either: World) -> None:
        either.crowd(5)
        either.environment.units[0].manager = "000009"
        (found,) = [one for one in await either.everything() if isinstance(one, Rejected)]
        assert (found.hr_id, found.code) == ("000009", "missing_data")

    async def test_many_who_are_hidden_make_the_answer_unbelievable(self, world: World) -> None:
        world.crowd(60)
        world.token.hidden = frozenset(f"{number:06}" for number in range(10, 14))
        world.token.hidden_in = frozenset({USERS})
        with pytest.raises(Misconfigured, match=r"4 employees have employments or lead a unit, and .* look at what"):
            await world.everything()
        assert len([one for one in await world.everything(most_hidden=10) if isinstance(one, Rejected)]) == 4

    async def test_fewer_than_there_must_be_are_no_answer(self, either: World) -> None:
        either.crowd(19)
        with pytest.raises(Misconfigured, match="shows 19 employees, and at_least says 20; look at what the token"):
            await either.everything(at_least=20)

    async def test_nobody_at_all_is_no_answer(self, either: World) -> None:
        with pytest.raises(Misconfigured, match="shows 0 employees, and at_least says 1"):
            await either.everything()


class TestFailures:
    async def test_maintenance_is_for_later_and_says_when(self, world: World) -> None:
        world.faults.unavailable = 1
        with pytest.raises(TryLater, match="Profit: GET /ProfitRestServices/metainfo answered 503") as caught:
            await world.everything()
        assert caught.value.seconds == 7200

    async def test_maintenance_that_says_so_in_the_body_only(self, world: World) -> None:
        world.faults.unavailable, world.faults.retry_header = 1, False
        with pytest.raises(TryLater, match="Profit is not available now") as caught:
            await world.everything()
        assert caught.value.seconds == 7200

    async def test_a_short_interruption_is_waited_out(self, world: World) -> None:
        world.crowd(3)
        world.faults.unavailable, world.faults.retry_after, world.faults.retry_header = 1, 7, False
        assert len(await world.read()) == 3
        assert world.time.slept == [7]

    @pytest.mark.parametrize("told", [None, "17"])
    async def test_throttling_is_waited_out(self, told: str | None, world: World) -> None:
        world.crowd(3)
        world.faults.throttled, world.faults.throttled_after = 2, told
        assert len(await world.read()) == 3
        assert world.time.slept == ([17.0, 17.0] if told else [30.0, 60.0])

    async def test_throttling_that_does_not_end_is_for_later(self, world: World) -> None:
        world.faults.throttled = 99
        with pytest.raises(TryLater, match="answered 429"):
            await world.everything()

    async def test_an_unexpected_error_is_tried_again_and_then_left_for_later(self, world: World) -> None:
        world.crowd(3)
        world.faults.business_error = 2
        assert len(await world.read()) == 3
        world.faults.business_error = 99
        with pytest.raises(TryLater, match="answered 500"):
            await world.everything()

    async def test_what_takes_too_long_is_asked_again_much_later(self, world: World) -> None:
        world.crowd(3)
        world.faults.slow = 1
        with pytest.raises(TryLater, match="longer than it allows") as caught:
            await world.everything()
        assert caught.value.seconds == 900

    async def test_pages_that_are_too_large_say_what_to_lower(self, world: World) -> None:
        world.crowd(60)
        world.faults.little_memory = 500
        with pytest.raises(Misconfigured, match="lower `take`"):
            await world.everything()

    async def test_a_wrong_token_is_misconfigured_and_named(self, world: World) -> None:
        world.secrets["secret:afas-token"] = Token(data="0" * 64).text
        with pytest.raises(Misconfigured, match=r"answered 401.*check secret:afas-token"):
            await world.everything()
        assert world.forgotten == ["secret:afas-token"]
        assert len(world.wire_end.heard) == 1

    async def test_a_token_that_ends_in_mid_read_is_misconfigured(self, world: World) -> None:
        world.crowd(160)
        world.faults.ends_tokens_after = 8
        with pytest.raises(Misconfigured, match="answered 401"):
            await world.everything()

    async def test_a_token_that_was_replaced_meanwhile_is_used(self, world: World) -> None:
        world.crowd(160)
        fresh = Token(data="A" * 64)

        def rotates(request: httpx.Request) -> None:
            if len(world.wire_end.asked(USERS)) == 1:
                world.environment.tokens.clear()
                world.environment.allow(fresh)
                world.secrets["secret:afas-token"] = fresh.text

        world.wire_end.then = rotates
        assert len(await world.read()) == 160

    async def test_an_address_that_is_not_admitted(self, world: World) -> None:
        world.faults.ip_restricted = True
        with pytest.raises(Misconfigured, match="admits certain IP addresses only; add this one"):
            await world.everything()

    async def test_a_wrong_environment(self, world: World) -> None:
        world.wire_end = Listening(nothing_there)
        with pytest.raises(Misconfigured, match="answered 404: there is nothing of that name; check `base`"):
            await world.everything()

    async def test_a_web_page_in_place_of_json(self, world: World) -> None:
        world.faults.web_page = True
        with pytest.raises(Misconfigured, match="a web page instead of JSON"):
            await world.everything()

    async def test_half_an_answer(self, world: World) -> None:
        world.faults.broken_json = True
        with pytest.raises(TryLater, match="cut off or broken"):
            await world.everything()

    async def test_no_error_holds_a_token_or_a_value_of_anybody(self, world: World) -> None:
        switches: list[dict[str, Any]] = [
            {"unavailable": 9},
            {"business_error": 9},
            {"ip_restricted": True},
            {"no_token": True},
            {"web_page": True},
            {"broken_json": True},
            {"little_memory": 1},
        ]
        for switch in switches:
            failing = World(faults=Faults(**switch))
            failing.crowd(60)
            with pytest.raises((Misconfigured, TryLater)) as caught:
                await failing.everything()
            said = "".join(traceback.format_exception(caught.value))
            coded = base64.b64encode(failing.token.text.encode()).decode()
            assert not [one for one in (DATA, coded, "Given0", "Family0") if one in said], switch


async def nothing_there(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class TestTheRequest:
    async def test_the_token_goes_as_base64_and_the_language_is_english(self, world: World) -> None:
        world.crowd(1)
        await world.read()
        headers = world.wire_end.heard[0].headers
        assert headers["authorization"] == "AfasToken " + base64.b64encode(world.token.text.encode()).decode()
        assert headers["accept-language"] == "en-us"
        assert "integrationid" not in headers

    async def test_a_partner_says_which_integration_it_is_on_every_call(self, world: World) -> None:
        world.crowd(1)
        await world.read(integration_id="12345_678900")
        assert {request.headers["integrationid"] for request in world.wire_end.heard} == {"12345_678900"}

    def test_a_token_that_is_base64_already_is_taken_as_it_is(self) -> None:
        coded = base64.b64encode(Token(data=DATA).text.encode()).decode()
        for given in (coded, f"AfasToken {coded}"):
            assert authorization(given, "secret:x") == f"AfasToken {coded}"

    @pytest.mark.parametrize("given", ["", DATA, "AfasToken", "<data>1</data>", "é"])
    def test_what_is_no_token_is_never_sent(self, given: str) -> None:
        with pytest.raises(Misconfigured, match="secret:x is no token of an app connector; store the whole <token>"):
            authorization(given, "secret:x")

    async def test_a_query_that_profit_would_not_take_is_not_sent(self, world: World) -> None:
        world.crowd(1)
        order = [f"{'Veld' * 20}{number}" for number in range(30)]
        async with world.outside() as outside:
            profit = Profit(world.settings(), outside)
            with pytest.raises(Misconfigured, match="longer than Profit takes"):
                await profit.get("/connectors/X", {"orderbyfieldids": ",".join(order)})
        assert world.wire_end.heard == []

    async def test_an_employee_number_with_a_comma_does_not_break_a_filter(self, world: World) -> None:
        for number in range(1, 121):
            world.hire(f"{number:03},{number % 3};a")
        assert len(await world.read()) == 120
        assert any("filterjson" in query for query in world.wire_end.asked(JOBS))

    async def test_decimals_without_a_zero_are_read(self, either: World) -> None:
        either.faults.raw_decimals = True
        either.hire(
            "7", job(date(2020, 1, 1), fte=0.5, hours=-0.25), first_name='Joke: .5 and [.7, "-.5"', birth_name="0.5"
        )
        found = await either.one()
        assert (found.contracts[0].fields["fte"], found.contracts[0].fields["hours"]) == (0.5, -0.25)
        assert (found.fields["givenName"], found.fields["surname"]) == ('Joke: .5 and [.7, "-.5"', "0.5")

    async def test_nothing_is_asked_before_somebody_reads(self, world: World) -> None:
        async with world.outside() as outside:
            source(world.settings(), outside)
        assert world.wire_end.heard == []

    async def test_reading_is_allowed_in_a_preview(self, world: World) -> None:
        world.crowd(3)
        assert len(await world.read()) == 3
        assert {request.method for request in world.wire_end.heard} == {"GET"}


def test_it_is_found_by_name() -> None:
    found = connectors.manifest("afas")
    assert found.source is not None
    assert found.proven == "simulated"


async def test_thousands_of_people_are_possible() -> None:
    world = World()
    world.moves_to(populate(Environment(still=True), staff(3_000)))
    assert len(await world.read(take=1000)) == 3_000
