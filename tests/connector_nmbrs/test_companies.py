"""Which companies are read, whoever works for several of them, and who is whose manager across them."""

from datetime import date
from typing import Any

import pytest

from local.nmbrs import Company, Debtor, Employee
from shared.errors import Misconfigured, TryLater
from shared.model import Person
from tests.connector_nmbrs.nmbrs_world import World, job


async def ids(world: World, **settings: Any) -> set[str]:
    return {one.hr_id for one in await world.read(**settings)}


class Three:
    """Two debtors with three companies and somebody in each."""

    def __init__(self, world: World) -> None:
        self.fabrikam: Debtor = world.nmbrs.debtor("Fabrikam")
        self.companies: list[Company] = [world.company, world.second_company(), world.second_company(self.fabrikam)]
        self.people: list[Employee] = [world.hire(company=company) for company in self.companies]


async def test_all_companies_of_all_debtors_are_read_when_none_is_named(world: World) -> None:
    three = Three(world)
    assert await ids(world) == {who.id for who in three.people}
    assert "/api/companies" not in world.wire_end.paths(), "it refuses whoever consented for several debtors"


async def test_only_what_is_named_is_read(world: World) -> None:
    three = Three(world)
    first, second, third = (who.id for who in three.people)
    assert await ids(world, debtors=["2"]) == await ids(world, debtors=[2]) == {third}
    assert await ids(world, debtors=[three.fabrikam.id.upper()]) == {third}
    assert await ids(world, companies=["1/2", "2/1"]) == {second, third}
    assert await ids(world, companies=[three.companies[0].id]) == {first}
    assert await ids(world, exclude=["1/1"]) == {second, third}
    assert await ids(world, debtors=["1"], exclude=[three.companies[1].id]) == {first}


async def test_companies_that_are_left_out_are_not_asked_for_anything(world: World) -> None:
    three = Three(world)
    await world.read(exclude=["2/1"])
    assert not [path for path in world.wire_end.paths() if three.companies[2].id in path]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"debtors": ["9"]}, "debtor 9"),
        ({"companies": ["1/9"]}, "company 1/9"),
        ({"companies": ["1"]}, "company 1"),
        ({"exclude": ["1/9"]}, "excluded company 1/9"),
    ],
)
async def test_what_is_named_and_not_seen_stops_everything(
    settings: dict[str, list[str]], what: str, world: World
) -> None:
    """Left out silently, whoever works there would look as if they had left."""
    Three(world)
    with pytest.raises(Misconfigured, match=f"the {what} of the settings is not seen by the login"):
        await world.read(**settings)


async def test_a_named_company_that_the_login_no_longer_sees_stops_everything(world: World) -> None:
    three = Three(world)
    assert await ids(world, companies=["1/1", "1/2"])
    world.nmbrs.unseen.add(three.companies[1].id)
    with pytest.raises(Misconfigured, match="the company 1/2 of the settings is not seen"):
        await world.read(companies=["1/1", "1/2"])


async def test_a_login_that_sees_nothing_is_misconfigured(world: World) -> None:
    world.nmbrs.unseen.add(world.company.id)
    with pytest.raises(Misconfigured, match="there is no company to read"):
        await world.read()
    world.nmbrs.unseen.add(world.debtor.id)
    with pytest.raises(Misconfigured, match="sees no debtor"):
        await world.read()


async def test_a_human_of_two_companies_is_two_records_each_with_its_own_id(world: World) -> None:
    """That they are one human is for the rules of the policy to say."""
    other = world.second_company()
    one = world.hire(mail="jan@contoso.example", number=7)
    two = world.hire(mail="jan@contoso.example", number=7, company=other)
    found = {each.hr_id: each for each in await world.read(fields={"birthDate": "birthDate"})}
    assert set(found) == {one.id, two.id}
    records = [each for each in found.values() if isinstance(each, Person)]
    assert {str(each.fields["birthDate"]) for each in records} == {"1990-05-04"}
    assert {each.contracts[0].fields["employer"] for each in records} == {"Contoso B.V.", "Contoso Services B.V."}


async def test_each_company_has_its_own_periods(world: World) -> None:
    weekly = world.second_company()
    weekly.kind, weekly.period = "4-weeks", (2026, 3)
    starts = {}
    for company in (world.company, weekly):
        who = world.hire(company=company)
        world.place(who, department="Support", period=(2020, 1))
        world.place(who, department="Sales", period=(2026, 6))
        starts[who.id] = company
    found = {one.hr_id: one.contracts[-1].start for one in await world.read() if isinstance(one, Person)}
    expected = {world.company.id: date(2026, 6, 1), weekly.id: date(2026, 5, 18)}
    assert found == {who: expected[company.id] for who, company in starts.items()}


async def test_a_company_without_payroll_counts_in_months(world: World) -> None:
    world.company.period = None
    world.place(world.hire(), department="Support", period=(2026, 6))
    assert len((await world.one()).contracts) == 1


class TestManagers:
    async def manager_of(self, world: World, who: Employee) -> object:
        found = {one.hr_id: one for one in await world.read()}[who.id]
        assert isinstance(found, Person)
        return found.contracts[0].fields.get("manager", "absent")

    async def test_a_manager_is_the_employee_with_the_same_work_mail(self, world: World) -> None:
        boss, who = world.hire(mail="Boss@Contoso.example"), world.hire()
        world.place(who, manager="boss@contoso.example")
        assert await self.manager_of(world, who) == boss.id

    async def test_a_manager_may_be_an_employee_of_another_company_or_debtor(self, world: World) -> None:
        three = Three(world)
        for number, boss in enumerate(three.people[1:]):
            boss.info[0].mail = f"boss{number}@contoso.example"
            world.place(three.people[0], manager=f"boss{number}@contoso.example", period=(2026, 1 + 3 * number))
        found = {one.hr_id: one for one in await world.read()}[three.people[0].id]
        assert isinstance(found, Person)
        assert [one.fields["manager"] for one in found.contracts] == [boss.id for boss in three.people[1:]]

    async def test_a_manager_whom_no_employee_is_is_absent(self, world: World) -> None:
        who = world.hire()
        world.place(who, manager="accountant@outside.example")
        assert await self.manager_of(world, who) == "absent"

    async def test_of_two_records_of_the_manager_the_employed_one_counts(self, world: World) -> None:
        world.hire(mail="boss@contoso.example", type="formerPayroll")
        boss, who = world.hire(mail="boss@contoso.example"), world.hire()
        world.place(who, manager="boss@contoso.example")
        assert await self.manager_of(world, who) == boss.id

    async def test_of_two_records_of_the_manager_the_one_of_the_same_company_counts(self, world: World) -> None:
        world.hire(mail="boss@contoso.example", company=world.second_company())
        boss, who = world.hire(mail="boss@contoso.example"), world.hire()
        world.place(who, manager="boss@contoso.example")
        assert await self.manager_of(world, who) == boss.id

    async def test_two_employees_with_one_mail_are_nobody_s_manager(self, world: World) -> None:
        who = world.hire()
        for _ in range(2):
            world.hire(mail="team@contoso.example")
        world.place(who, manager="team@contoso.example")
        assert await self.manager_of(world, who) == "absent"

    async def test_an_applicant_is_nobody_s_manager(self, world: World) -> None:
        world.hire(mail="boss@contoso.example", type="applicant")
        who = world.hire()
        world.place(who, manager="boss@contoso.example")
        assert await self.manager_of(world, who) == "absent"

    async def test_departments_say_who_heads_them_where_the_settings_ask_for_it(self, world: World) -> None:
        boss, who = world.hire(mail="boss@contoso.example"), world.hire()
        manager = world.nmbrs.manager(world.debtor, "boss@contoso.example")
        world.place(who, department="Sales")
        world.nmbrs.department(world.debtor, "Sales").managers.append(manager.id)
        assert await self.manager_of(world, who) == "absent"
        world.consented = False
        found = {one.hr_id: one for one in await world.read(department_managers=True)}[who.id]
        assert isinstance(found, Person)
        assert found.contracts[0].fields["manager"] == boss.id

    @pytest.mark.parametrize("mails", [[], ["a@contoso.example", "b@contoso.example"], [None], ["nobody@x.example"]])
    async def test_a_department_with_none_or_several_names_nobody_or_nothing(
        self, mails: list[str | None], world: World
    ) -> None:
        for mail in ("a@contoso.example", "b@contoso.example"):
            world.hire(mail=mail)
        who = world.hire()
        world.place(who, department="Sales")
        unit = world.nmbrs.department(world.debtor, "Sales")
        unit.managers += [world.nmbrs.manager(world.debtor, mail).id for mail in mails]
        found = {one.hr_id: one for one in await world.read(department_managers=True)}[who.id]
        assert isinstance(found, Person)
        assert found.contracts[0].fields.get("manager", "absent") == ("absent" if mails else None)


async def test_a_company_that_appears_between_two_lists_waits_for_the_next_reading(world: World) -> None:
    world.hire(job())
    late = False

    def appears(path: str, number: int) -> None:
        nonlocal late
        if path.endswith("/employments") and not late:
            late = True
            world.hire(company=world.second_company())

    world.faults.between = appears
    assert len(await world.read()) == 1
    assert len(await world.read()) == 2


async def test_a_debtor_that_is_lost_in_mid_reading_stops_everything(world: World) -> None:
    world.hire(job())

    def lost(path: str, number: int) -> None:
        if path.endswith("/employments"):
            world.nmbrs.unseen.add(world.debtor.id)

    world.faults.between = lost
    with pytest.raises((Misconfigured, TryLater), match=r"403 \(40303\)"):
        await world.read()
