"""How alive an account should be on each day: every boundary, every calendar trap, and the day of the next change."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from core_world import SOURCE, contract, day, person, target
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts import primary
from shared.lifecycle import next_change, stage, standing
from shared.model import Contract, Person, Stage
from shared.policy import SourcePolicy, Timing
from tests.effort import effort

ABSENT, DORMANT, READY, ACTIVE = Stage.ABSENT, Stage.DORMANT, Stage.READY, Stage.ACTIVE
PLAIN = Timing()
ROOMY = Timing(create_before=14, enable_before=3, disable_after=5, delete_after=90)
NEVER = "9999-12-31"
PATIENT = SourcePolicy(connector="hr", leave_when_missing_for=7)
IMPATIENT = SourcePolicy(connector="hr", leave_when_missing_for=0)


def told(someone: Person, source: SourcePolicy, timing: Timing, on: date) -> tuple[Stage, str]:
    found = standing(someone, source, timing, on)
    assert found.entitled is (found.stage is ACTIVE)
    assert not found.urgent
    return found.stage, found.because


@pytest.mark.parametrize(
    ("timing", "on", "expected"),
    [
        # in service from 1 March up to and including 31 May
        (PLAIN, "2026-02-14", DORMANT),
        (PLAIN, "2026-02-15", READY),
        (PLAIN, "2026-02-28", READY),
        (PLAIN, "2026-03-01", ACTIVE),
        (PLAIN, "2026-05-31", ACTIVE),
        (PLAIN, "2026-06-01", DORMANT),
        (PLAIN, "9999-12-31", DORMANT),
        (PLAIN, "0001-01-01", DORMANT),
        (ROOMY, "2026-02-14", DORMANT),
        (ROOMY, "2026-02-15", READY),
        (ROOMY, "2026-02-25", READY),
        (ROOMY, "2026-02-26", ACTIVE),
        (ROOMY, "2026-06-05", ACTIVE),
        (ROOMY, "2026-06-06", DORMANT),
        (ROOMY, "2026-08-29", DORMANT),
        (ROOMY, "2026-08-30", ABSENT),
        (ROOMY, "9999-12-31", ABSENT),
        (Timing(create_before=0), "2026-02-28", DORMANT),
        (Timing(create_before=0), "2026-03-01", ACTIVE),
        (Timing(create_before=7, enable_before=7), "2026-02-22", ACTIVE),
        (Timing(create_before=7, enable_before=7), "2026-02-21", DORMANT),
        (Timing(delete_after=1), "2026-06-01", DORMANT),
        (Timing(delete_after=1), "2026-06-02", ABSENT),
    ],
)
def test_the_stage_changes_on_exactly_the_day_that_is_meant(timing: Timing, on: str, expected: Stage) -> None:
    assert stage(contract("2026-03-01", "2026-05-31"), timing, day(on))[0] is expected


@pytest.mark.parametrize("end", [None, NEVER])
@pytest.mark.parametrize("on", ["2026-03-01", "2126-03-01", NEVER])
def test_an_employment_without_end_or_until_the_end_of_time_never_ends(end: str | None, on: str) -> None:
    assert stage(contract("2026-03-01", end), ROOMY, day(on)) == (ACTIVE, "in service")


@pytest.mark.parametrize(
    ("start", "on", "expected"),
    [
        ("0001-01-01", "0001-01-01", ACTIVE),
        ("0001-01-01", NEVER, ACTIVE),
        (NEVER, "9999-12-30", READY),
        (NEVER, NEVER, ACTIVE),
        ("0001-01-05", "0001-01-01", READY),
    ],
)
def test_the_ends_of_the_calendar_are_days_like_any_other(start: str, on: str, expected: Stage) -> None:
    assert stage(contract(start), PLAIN, day(on))[0] is expected


def test_grace_days_that_would_outlast_the_calendar_last_until_its_end() -> None:
    assert stage(contract("2026-03-01", "9999-12-30"), ROOMY, day(NEVER)) == (ACTIVE, "in service")


@pytest.mark.parametrize(
    ("end", "timing", "last", "becomes"),
    [
        ("2024-02-29", PLAIN, "2024-02-29", DORMANT),
        ("2024-02-28", Timing(disable_after=1), "2024-02-29", DORMANT),
        ("2023-02-28", Timing(disable_after=1), "2023-03-01", DORMANT),
        ("2024-02-29", Timing(delete_after=366), "2025-03-01", ABSENT),
        ("2023-12-31", Timing(delete_after=60), "2024-02-29", ABSENT),
        ("2026-03-28", Timing(delete_after=1), "2026-03-29", ABSENT),
        ("2026-10-24", Timing(delete_after=1), "2026-10-25", ABSENT),
    ],
)
def test_days_are_counted_on_the_calendar_over_leap_days_and_clock_changes(
    end: str, timing: Timing, last: str, becomes: Stage
) -> None:
    someone = contract("2020-01-01", end)
    assert stage(someone, timing, day(last))[0] is not becomes
    assert stage(someone, timing, day(last) + timedelta(1))[0] is becomes


FORMER = contract("2020-01-01", "2020-12-31")


@pytest.mark.parametrize(
    ("contracts", "on", "expected"),
    [
        ((), "2026-03-01", (DORMANT, "no contract")),
        ((FORMER, contract("2026-01-01")), "2026-03-01", (ACTIVE, "in service")),
        ((FORMER, contract("2026-03-10")), "2026-03-01", (READY, "starts 2026-03-10")),
        ((FORMER, contract("2027-01-01")), "2026-03-01", (DORMANT, "starts 2027-01-01")),
        ((FORMER, contract("2026-01-01", "2026-02-28")), "2026-03-01", (DORMANT, "left 2026-02-28")),
        ((FORMER, contract("2021-01-01", "2021-12-31")), "2026-03-01", (ABSENT, "left 2021-12-31")),
        ((contract("2026-01-01", "2026-06-30"), contract("2026-03-01", "2026-03-31")), "2026-05-01",
         (ACTIVE, "in service")),
    ],
)  # fmt: skip
def test_of_several_contracts_the_highest_stage_counts(
    contracts: tuple[Contract, ...], on: str, expected: tuple[Stage, str]
) -> None:
    for order in permutations(contracts):
        assert told(person(*order), SOURCE, Timing(delete_after=90), day(on)) == expected


@pytest.mark.parametrize(
    ("source", "on", "expected"),
    [
        (SOURCE, "2036-03-01", (ACTIVE, "in service")),
        (PATIENT, "2026-03-07", (ACTIVE, "in service")),
        (PATIENT, "2026-03-08", (DORMANT, "missing from HR since 2026-03-01")),
        (PATIENT, "2036-03-01", (DORMANT, "missing from HR since 2026-03-01")),
        (IMPATIENT, "2026-03-01", (DORMANT, "missing from HR since 2026-03-01")),
    ],
)
def test_somebody_who_vanishes_from_hr_leaves_only_when_the_policy_says_so(
    source: SourcePolicy, on: str, expected: tuple[Stage, str]
) -> None:
    someone = person(contract("2020-01-01"), missing_since="2026-03-01")
    assert told(someone, source, ROOMY, day(on)) == expected


def test_a_leaver_whom_hr_forgets_is_still_deleted_when_the_time_has_come() -> None:
    """Vanishing lowers a stage and never raises one: HR itself said that the employment ended."""
    someone = person(contract("2020-01-01", "2025-12-31"), missing_since="2026-02-01")
    assert told(someone, PATIENT, ROOMY, day("2026-03-31")) == (DORMANT, "missing from HR since 2026-02-01")
    assert told(someone, PATIENT, ROOMY, day("2026-04-01")) == (ABSENT, "left 2025-12-31")


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati", "Europe/Amsterdam", "America/New_York", "UTC"])
def test_an_employment_begins_at_midnight_of_the_customer_wherever_that_is(zone: str) -> None:
    """The day is the customer's own; half an hour earlier it is still the day before, there."""
    first = datetime(2026, 3, 29, tzinfo=ZoneInfo(zone))
    for moment, expected in ((first - timedelta(minutes=30), READY), (first, ACTIVE)):
        today = moment.astimezone(UTC).astimezone(ZoneInfo(zone)).date()
        assert stage(contract("2026-03-29"), PLAIN, today)[0] is expected


# ── the next change ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-01-01", "2026-02-15"),
        ("2026-02-15", "2026-02-26"),
        ("2026-02-26", "2026-03-01"),
        ("2026-03-01", "2026-06-01"),
        ("2026-06-01", "2026-06-06"),
        ("2026-06-06", "2026-08-30"),
        ("2026-08-30", None),
    ],
)
def test_the_next_change_is_the_next_day_on_which_a_date_says_something(on: str, expected: str | None) -> None:
    someone = person(contract("2026-03-01", "2026-05-31"))
    found = next_change(someone, SOURCE, {"entra": target(timing=ROOMY)}, day(on))
    assert found == (day(expected) if expected else None)


def test_the_earliest_of_all_targets_and_contracts_counts() -> None:
    someone = person(contract("2026-03-01"), contract("2026-05-01", id="2"))
    timings = {"slow": target(timing=Timing(create_before=0)), "early": target(timing=Timing(create_before=60))}
    assert next_change(someone, SOURCE, timings, day("2025-12-30")) == day("2025-12-31")
    assert next_change(someone, SOURCE, timings, day("2026-01-01")) == day("2026-03-01")


def test_a_day_that_would_change_something_for_one_contract_alone_wakes_nobody_whom_another_keeps_in_service() -> None:
    someone = person(contract("2026-03-01"), contract("2026-05-01", id="2"))
    timings = {"early": target(timing=Timing(create_before=60))}
    assert next_change(someone, SOURCE, timings, day("2026-03-01")) == day("2026-05-01")


def test_the_day_on_which_somebody_missing_becomes_a_leaver_is_a_change() -> None:
    someone = person(contract("2020-01-01"), missing_since="2026-03-01")
    assert next_change(someone, PATIENT, {"entra": target(timing=PLAIN)}, day("2026-03-01")) == day("2026-03-08")
    assert next_change(someone, SOURCE, {"entra": target(timing=PLAIN)}, day("2026-03-01")) is None


FIRST = date(2026, 1, 1)
DAYS = st.one_of(
    st.integers(0, 60).map(lambda number: FIRST + timedelta(number)),
    st.sampled_from([date.min, date(2024, 2, 29), date(2026, 3, 29), date(9999, 12, 31), date(9999, 12, 1)]),
)
FIELDS = st.fixed_dictionaries(
    {}, optional={"fte": st.sampled_from([1, 0.5, "0,8", "0.8", "x", None]), "hours": st.sampled_from([36, "8"])}
)


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Contract, ...]:
    count = draw(st.integers(0, 4))
    return tuple(
        Contract(id=str(number), start=draw(DAYS), end=draw(st.none() | DAYS), fields=draw(FIELDS))
        for number in range(count)
    )


PEOPLE = st.builds(
    lambda jobs, since: Person(hr_id="7", contracts=jobs, missing_since=since), contracts(), st.none() | DAYS
)
SOURCES = st.builds(
    lambda days: SourcePolicy(connector="hr", leave_when_missing_for=days), st.none() | st.integers(0, 20)
)


@st.composite
def timings(draw: st.DrawFn) -> Timing:
    create, after = draw(st.integers(0, 30)), draw(st.integers(0, 20))
    return Timing(
        create_before=create,
        enable_before=draw(st.integers(0, create)),
        disable_after=after,
        delete_after=draw(st.none() | st.integers(after + 1, 40)),
    )


def aspects(someone: Person, source: SourcePolicy, each: Iterable[Timing], today: date) -> object:
    """Everything that a date alone decides."""
    stages = [told(someone, source, timing, today)[0] for timing in each]
    return stages, primary(someone, SOURCE, today)


@given(PEOPLE, SOURCES, st.lists(timings(), min_size=1, max_size=2), DAYS)
@settings(max_examples=effort(130, 4_000))
def test_nothing_changes_before_the_next_change_whatever_the_dates(
    someone: Person, source: SourcePolicy, each: list[Timing], today: date
) -> None:
    """Found by asking every day of the coming months, one by one."""
    named = {str(number): target(timing=timing) for number, timing in enumerate(each)}
    change = next_change(someone, source, named, today)
    assert change is None or change > today
    now = aspects(someone, source, each, today)
    for ahead in range(1, 120):
        if (date.max - today).days < ahead or (change is not None and today + timedelta(ahead) >= change):
            break
        assert aspects(someone, source, each, today + timedelta(ahead)) == now


@given(timings(), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=effort(50, 1_500))
def test_following_the_next_changes_meets_every_stage_of_a_life(timing: Timing, start: int, length: int) -> None:
    """No day on which the stage changes is left out, and each step is a day on which something is said."""
    first = FIRST + timedelta(start)
    someone = person(Contract(id="1", start=first, end=first + timedelta(length)))
    lived, today = {}, FIRST - timedelta(40)
    while today is not None:
        assert today not in lived
        lived[today] = told(someone, SOURCE, timing, today)[0]
        today = next_change(someone, SOURCE, {"entra": target(timing=timing)}, today)
    met = DORMANT
    for number in range(240):
        today = FIRST - timedelta(40) + timedelta(number)
        met = lived.get(today, met)
        assert told(someone, SOURCE, timing, today)[0] is met
    assert len(lived) <= 7


# ── the contract that speaks for a person ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (contract("2026-01-01"), contract("2026-03-02", id="0")),
        (contract("2026-01-01"), contract("2020-01-01", "2026-02-28", id="0")),
        (contract("2026-03-02"), contract("2020-01-01", "2026-02-28", id="0")),
        (contract("2026-03-02"), contract("2026-03-03", id="0", fte=2)),
        (contract("2020-01-01", "2026-02-28"), contract("2020-01-01", "2026-02-27", id="0", fte=2)),
        (contract("2026-01-01", fte=1), contract("2026-01-01", id="0", fte=0.8)),
        (contract("2026-01-01", fte="0,9"), contract("2026-01-01", id="0", fte="0.8")),
        (contract("2026-01-01", fte=0.1), contract("2026-01-01", id="0", fte="many")),
        (contract("2026-01-01", fte=0.1), contract("2026-01-01", id="0", fte="nan")),
        (contract("2026-01-01", hours=36), contract("2026-01-01", id="0", hours="8")),
        (contract("2026-01-01"), contract("2026-01-01", "2026-12-31", id="0")),
        (contract("2026-01-01", "2026-12-31"), contract("2026-01-01", "2026-12-30", id="0")),
        (contract("2026-01-01"), contract("2026-01-02", id="0")),
        (contract("2026-01-01", id="1"), contract("2026-01-01", id="2")),
        (contract("2026-03-02", fte=1), contract("2026-03-02", id="0", fte=0.5)),
        (contract("2020-01-01", "2026-02-28", fte=1), contract("2020-01-01", "2026-02-28", id="0", fte=0.5)),
    ],
)
def test_the_contract_that_speaks_for_a_person_is_the_fields_usual_choice(better: Contract, worse: Contract) -> None:
    today = day("2026-03-01")
    assert primary(person(better, worse), SOURCE, today) == primary(person(worse, better), SOURCE, today) == better


def test_nobody_speaks_for_somebody_without_contract() -> None:
    assert primary(person(), SOURCE, day("2026-03-01")) is None


@given(
    st.lists(
        st.builds(Contract, id=st.sampled_from("ab"), start=DAYS, end=st.none() | DAYS, fields=FIELDS), max_size=4
    ),
    DAYS,
    st.randoms(),
)
@settings(max_examples=effort(70, 2_000))
def test_the_choice_depends_on_the_contracts_and_not_on_their_order(
    jobs: list[Contract], today: date, random: object
) -> None:
    shuffled = sorted(jobs, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = primary(person(*jobs), SOURCE, today), primary(person(*shuffled), SOURCE, today)
    assert one == other or (one is not None and other is not None and _alike(one) == _alike(other))
    assert told(person(*jobs), SOURCE, ROOMY, today) == told(person(*shuffled), SOURCE, ROOMY, today)
    if any(job.covers(today) for job in jobs):
        assert one is not None
        assert one.covers(today)


def _alike(job: Contract) -> object:
    """Two contracts with one id and the same dates and size are the same to HR."""
    return job.id, job.start, job.end or date.max
