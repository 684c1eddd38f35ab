"""Time slices and assignments: a contract says on each day what is true on that day, and nobody is out in between."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.youforce.contracts import gaps
from connectors.youforce.slices import Slices
from shared.model import Contract
from tests.connector_youforce.youforce_world import World

DAY = date(2026, 3, 2)
DAYS = st.dates(DAY, DAY + timedelta(60))


def days(contracts: tuple[Contract, ...]) -> list[tuple[str, str, str | None]]:
    return [(one.id, str(one.start), str(one.end) if one.end else None) for one in contracts]


# ── time slices (Business) ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def mover(business: World) -> World:
    """Somebody in ICT who moves to Operations on 1 April, and who is told today when it all ends."""
    business.unit("12", "OPS", "Operations", above="10")
    business.hire("1", validUntil="2026-03-31")
    business.employ("1", validFrom="2026-04-01", organizationUnit="12", dischargeDate="2026-12-31")
    return business


@pytest.mark.parametrize(("day", "code"), [("2026-03-31", "ICT"), ("2026-04-01", "OPS"), ("2027-02-01", "OPS")])
async def test_a_contract_is_the_whole_employment_and_says_what_its_slice_of_the_day_says(
    day: str, code: str, mover: World
) -> None:
    mover.time.now = mover.time.now.replace(
        **dict(zip(("year", "month", "day"), map(int, day.split("-")), strict=True))
    )
    contract = await mover.contract()
    assert (contract.start, contract.end) == (date(2020, 1, 1), date(2026, 12, 31))
    assert contract.fields["departmentCode"] == code


@pytest.mark.parametrize("until", ["2026-03-31", "2026-04-01", "9999-12-31"])
async def test_of_slices_that_meet_or_overlap_the_one_that_began_last_counts(until: str, business: World) -> None:
    """Nobody says whether the last day of a slice is the first of the next, or the day before it."""
    business.unit("12", "OPS", "Operations")
    business.hire("1", validUntil=until)
    business.employ("1", validFrom="2026-04-01", organizationUnit="12")
    business.time.now = business.time.now.replace(month=4, day=1)
    assert (await business.contract()).fields["departmentCode"] == "OPS"


async def test_a_slice_that_is_not_gone_on_with_ends_the_contract(business: World) -> None:
    business.hire("1", validUntil="2026-05-31")
    assert (await business.contract()).end == date(2026, 5, 31)


async def test_somebody_who_is_still_to_come_has_what_the_first_slice_says(business: World) -> None:
    business.unit("12", "OPS", "Operations")
    business.hire("1", hireDate="2026-05-01", validFrom="2026-05-01", validUntil="2026-05-31")
    business.employ("1", hireDate="2026-05-01", validFrom="2026-06-01", organizationUnit="12")
    assert (await business.contract()).fields["departmentCode"] == "ICT"


async def test_somebody_who_comes_back_under_the_same_number_has_two_contracts(business: World) -> None:
    business.hire("1", dischargeDate="2026-01-31", validUntil="2026-01-31")
    business.employ("1", hireDate="2026-06-01", validFrom="2026-06-01")
    assert days((await business.one()).contracts) == [
        ("E1", "2020-01-01", "2026-01-31"),
        ("E1/2026-06-01", "2026-06-01", None),
    ]


async def test_a_department_has_the_name_of_the_day(business: World) -> None:
    business.unit("11", "ICT", "Digital", validFrom="2026-04-01")
    business.hire("1")
    assert (await business.contract()).fields["department"] == "IT department"
    business.time.now = business.time.now.replace(month=4, day=1)
    assert (await business.contract()).fields["department"] == "Digital"


@given(
    st.dictionaries(st.dates(DAY, DAY + timedelta(60)), st.integers(), min_size=1), st.dates(DAY, DAY + timedelta(90))
)
def test_there_is_always_one_slice_and_it_is_the_last_that_has_begun(found: dict[date, int], today: date) -> None:
    slices = Slices[int]()
    for begins, what in found.items():
        slices.add("a", begins, what)
    begun = [begins for begins in found if begins <= today]
    assert slices.on("a", today) == found[max(begun) if begun else min(found)]
    assert slices.on("b", today) is None


# ── assignments (Beaufort) ───────────────────────────────────────────────────────────────────────────────────────


def assign(world: World, own: str, first: str, last: str | None = None, **more: Any) -> None:
    known = {"id": own, "personCode": "1", "employmentCode": "1", "startDate": first, "endDate": last}
    world.company.put("assignments", **{**known, "organizationUnit": "12", "isActive": True, **more})


@pytest.fixture
def assigned(beaufort: World) -> World:
    beaufort.unit("12", "OPS", "Operations", above="10")
    beaufort.company.put("jobProfiles", id="71", shortName="FIX", fullName="Fixer")
    beaufort.hire("1", dischargeDate="2026-12-31")
    return beaufort


async def test_assignments_are_not_asked_for_when_employments_are_the_contracts(assigned: World) -> None:
    assign(assigned, "A1", "2026-01-01")
    assert days((await assigned.one()).contracts) == [("E1", "2020-01-01", "2026-12-31")]
    assert "/iam/v1.0/assignments" not in assigned.wire_end.paths()


async def test_days_without_an_assignment_are_the_employment_s_own_so_that_nobody_is_out(assigned: World) -> None:
    assign(assigned, "A1", "2026-01-01", "2026-03-31", jobProfile="71", costCenterCode="900")
    found = (await assigned.one(contracts="assignments")).contracts
    assert days(found) == [
        ("E1", "2020-01-01", "2025-12-31"),
        ("A1", "2026-01-01", "2026-03-31"),
        ("E1/2026-04-01", "2026-04-01", "2026-12-31"),
    ]
    assert [one.fields["departmentCode"] for one in found] == ["ICT", "OPS", "ICT"]
    assert [one.fields["functionCode"] for one in found] == ["ENG", "FIX", "ENG"]
    assert [one.fields["costCenter"] for one in found] == [None, "900", None]
    assert {one.fields["employmentEnd"] for one in found} == {"2026-12-31"}


async def test_somebody_without_assignments_has_the_employment(assigned: World) -> None:
    assert days((await assigned.one(contracts="assignments")).contracts) == [("E1", "2020-01-01", "2026-12-31")]


async def test_an_assignment_that_is_archived_does_not_count(assigned: World) -> None:
    assign(assigned, "A1", "2026-01-01", isActive=False)
    assign(assigned, "A2", "2020-01-01", isActive=None)
    assert days((await assigned.one(contracts="assignments")).contracts) == [("A2", "2020-01-01", "2026-12-31")]


async def test_an_assignment_lasts_no_longer_than_its_employment(assigned: World) -> None:
    assign(assigned, "A1", "2019-01-01", "2030-01-01")
    assign(assigned, "A2", "2027-05-01")
    assert days((await assigned.one(contracts="assignments")).contracts) == [("A1", "2020-01-01", "2026-12-31")]


async def test_two_assignments_at_once_are_two_contracts(assigned: World) -> None:
    assign(assigned, "A1", "2020-01-01")
    assign(assigned, "A2", "2026-02-01", organizationUnit="11")
    found = (await assigned.one(contracts="assignments")).contracts
    assert [(one.id, one.fields["departmentCode"]) for one in found] == [("A1", "OPS"), ("A2", "ICT")]


async def test_an_assignment_of_another_employment_is_not_taken(assigned: World) -> None:
    assigned.employ("1", id="E1b", employmentCode="2", hireDate="2026-01-01")
    assign(assigned, "A1", "2020-01-01")
    assert days((await assigned.one(contracts="assignments")).contracts) == [
        ("A1", "2020-01-01", "2026-12-31"),
        ("E1b", "2026-01-01", None),
    ]


@given(
    st.integers(0, 40) | st.none(),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20) | st.none()), max_size=6),
)
def test_spans_and_gaps_cover_every_day_and_gaps_no_day_of_a_span(
    length: int | None, spans: list[tuple[int, int | None]]
) -> None:
    end = None if length is None else DAY + timedelta(length)
    taken = []
    for first, more in spans:
        begins = DAY + timedelta(first)
        ends = None if more is None else begins + timedelta(more)
        if end is None or begins <= end:
            taken.append((begins, end if ends is None or (end and ends > end) else ends))
    found = list(gaps(DAY, end, taken))
    for number in range(70):
        day = DAY + timedelta(number)
        if end and day > end:
            break
        in_span = any(first <= day and (last is None or day <= last) for first, last in taken)
        in_gap = [one for one in found if one[0] <= day and (one[1] is None or day <= one[1])]
        assert len(in_gap) == (0 if in_span else 1)
