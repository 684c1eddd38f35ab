"""Laws of days: what is constant between wakes, what a wake may mean, and that a day is the customer's own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as fixed
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from core_world import SOURCE, target
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts import primary, ranked, reason, state
from shared.desired import desired, view
from shared.engine import Engine
from shared.errors import Refused
from shared.lifecycle import next_change, standing
from shared.model import Contract, Person, Stage
from shared.policy import Policy, SourcePolicy, TargetPolicy, Timing
from tests.effort import effort

# ── people, policies and the neighbourhoods of the calendar in which dates go wrong ─────────────────────────────

HOODS = [
    date(2026, 1, 1),
    date(2024, 2, 20),  # a leap day
    date(2026, 3, 15),  # clocks go forward
    date(2026, 10, 15),  # clocks go back
    date(1999, 12, 1),
    date(9999, 11, 1),  # 31-12-9999 is how many systems write «never»
    date.min,
]
SPAN = 60


def around(hood: date) -> st.SearchStrategy[date]:
    last = min(SPAN, (date.max - hood).days)
    return st.integers(0, last).map(lambda number: hood + timedelta(number)) | st.just(date.max)


@st.composite
def people(draw: st.DrawFn, hood: date) -> Person:
    day = around(hood)
    text = day.map(date.isoformat)
    fields = st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(["permanent", "external", "trainee"]),
            "status": st.sampled_from(["leave", "work", None]),
            "endReason": st.sampled_from(["dismissal", "own wish"]),
            "leaveStart": text | st.sampled_from([None, "soon", ""]),
            "leaveEnd": text | st.none(),
            "fte": st.sampled_from([1, 0.5, "0,8", "x", None]),
            "sequence": st.integers(0, 3),
        },
    )
    jobs = [
        Contract(id=str(number), start=draw(day), end=draw(st.none() | day), fields=draw(fields))
        for number in range(draw(st.integers(0, 3)))
    ]
    since = draw(st.none() | day)
    return Person(hr_id="7", fields=draw(fields), contracts=tuple(jobs), missing_since=since)


@st.composite
def days(draw: st.DrawFn, base: bool = True) -> dict[str, Any]:
    create, after = draw(st.integers(0, 30)), draw(st.integers(0, 20))
    given: dict[str, Any] = {"create_before": create, "enable_before": draw(st.integers(0, create))}
    given |= {"disable_after": after, "delete_after": draw(st.none() | st.integers(after + 1, 40))}
    return given


WHO = st.sampled_from(
    [{"kind": "external"}, {"not": {"kind": "permanent"}}, {"status": "leave"}, {"contractState": "future"}]
)


@st.composite
def timings(draw: st.DrawFn) -> Timing:
    rules = draw(st.lists(st.builds(lambda when, own: {"when": when, **own}, WHO, days()), max_size=2))
    choice = st.fixed_dictionaries(
        {"account": st.sampled_from(["disable", "keep"]), "entitlements": st.sampled_from(["take", "keep"])}
    )
    who = st.sampled_from(
        [
            {"when": {"status": "leave"}},
            {"begins": "leaveStart", "ends": "leaveEnd"},
            {"begins": "leaveStart", "when": {"contractState": "active"}},
        ]
    )
    leave = draw(st.lists(st.builds(lambda one, other: {**one, **other}, who, choice), max_size=2))
    at_once = draw(st.sampled_from([None, {"endReason": "dismissal"}, {"endReason": "dismissal", "kind": "external"}]))
    return Timing.model_validate({**draw(days()), "rules": rules, "leave": leave, "at_once": at_once})


SOURCES = st.builds(
    lambda patience: SourcePolicy(connector="hr", leave_when_missing_for=patience), st.none() | st.integers(0, 20)
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Person, SourcePolicy, dict[str, TargetPolicy], list[date]]:
    """Somebody, a policy, and all days of a neighbourhood in order."""
    hood = draw(st.sampled_from(HOODS))
    targets = {str(n): target(timing=one) for n, one in enumerate(draw(st.lists(timings(), min_size=1, max_size=2)))}
    first = hood - timedelta(min(10, (hood - date.min).days))
    window = [first + timedelta(number) for number in range(min(150, (date.max - first).days + 1))]
    return draw(people(hood)), draw(SOURCES), targets, window


def aspects(someone: Person, source: SourcePolicy, targets: dict[str, TargetPolicy], on: date) -> object:
    """Everything that a date alone decides: each standing but for its words, and which contracts are where."""
    stands = [replace(standing(someone, source, one.timing, on), because="") for one in targets.values()]
    return stands, [state(one, on) for one in someone.contracts], primary(someone, source, on)


@given(cases())
@settings(max_examples=effort(80, 2_500))
def test_somebody_is_woken_on_each_day_on_which_something_is_different_and_on_no_other(case: Any) -> None:
    """Asked day by day, for every day of a neighbourhood; at the end of the calendar too."""
    someone, source, targets, window = case
    by_day = [aspects(someone, source, targets, on) for on in window]
    different = [on for on, before, now in zip(window[1:], by_day, by_day[1:], strict=False) if before != now]
    woken, on = [], next_change(someone, source, targets, window[0])
    while on is not None and on <= window[-1]:
        assert on not in woken
        woken.append(on)
        on = next_change(someone, source, targets, on)
    assert woken == different


@given(cases(), st.integers(0, 149))
@settings(max_examples=effort(50, 1_500))
def test_whatever_day_it_is_the_next_change_is_the_first_one_after_it(case: Any, at: int) -> None:
    someone, source, targets, window = case
    today = window[at % len(window)]
    change, now = next_change(someone, source, targets, today), aspects(someone, source, targets, today)
    assert change is None or change > today
    for on in window:
        if today < on and (change is None or on < change):
            assert aspects(someone, source, targets, on) == now
        if on == change:
            assert aspects(someone, source, targets, on) != now


POLICY = Policy.model_validate(
    {
        "customer": "Contoso",
        "sources": {"hr": {"connector": "hr", "primary": [{"most": "fte"}, {"of": "kind", "order": ["permanent"]}]}},
        "targets": {
            "entra": {
                "connector": "entra",
                "correlate": ["employeeId"],
                "when": {"not": {"kind": "trainee", "contractState": "past"}},
                "timing": {
                    "create_before": 20,
                    "enable_before": 3,
                    "disable_after": 2,
                    "delete_after": 30,
                    "at_once": {"endReason": "dismissal"},
                    "rules": [{"when": {"kind": "external"}, "create_before": 5, "delete_after": None}],
                    "leave": [
                        {"when": {"status": "leave"}, "account": "keep"},
                        {"begins": "leaveStart", "ends": "leaveEnd"},
                    ],
                },
                "attributes": {
                    "employeeId": "[employeeId]",
                    "department": "[kind]",
                    "title": "[contractState]",
                    "division": 'Contract([contractState] = "future", [kind])',
                },
                "grants": [{"group": "All"}, {"group": "Now", "when": {"contractState": "active"}}],
            }
        },
    }
)


def wanted(someone: Person, on: date) -> object:
    seen = view(someone, POLICY.sources["hr"], POLICY, on, seed="7")
    try:
        found = desired(seen, "entra", POLICY.targets["entra"])
    except Refused as refused:
        return str(refused)
    return replace(found, because="") if found else None


@given(cases())
@settings(max_examples=effort(50, 1_500))
def test_all_that_policy_wants_is_the_same_on_every_day_between_two_wakes(case: Any) -> None:
    someone, _, _, window = case
    change, before = window[0], wanted(someone, window[0])
    for on in window:
        if on == change:
            before = wanted(someone, on)
            change = next_change(someone, POLICY.sources["hr"], POLICY.targets, on) or date.max
        assert wanted(someone, on) == before


@given(cases(), st.integers(0, 149))
@settings(max_examples=effort(50, 1_500))
def test_a_leave_opens_nothing_and_an_ending_at_once_neither(case: Any, at: int) -> None:
    someone, source, targets, window = case
    on = window[at % len(window)]
    for one in targets.values():
        plain = one.timing.model_copy(update={"leave": (), "at_once": None})
        strict, usual = standing(someone, source, one.timing, on), standing(someone, source, plain, on)
        assert strict.stage <= usual.stage
        assert strict.entitled <= (usual.stage is Stage.ACTIVE)
        assert not strict.urgent or strict.stage is Stage.DORMANT
        assert strict.stage is not Stage.ACTIVE or usual.stage is Stage.ACTIVE
        assert strict.stage > Stage.ABSENT or usual.stage is Stage.ABSENT


# ── which contract speaks ───────────────────────────────────────────────────────────────────────────────────────

MERITS = st.lists(
    st.sampled_from(
        [
            "ends_last", "ends_first", "began_first", "began_last", {"most": "fte"}, {"least": "sequence"},
            {"of": "kind", "order": ["permanent", "External"]},
        ]
    ),
    max_size=4,
)  # fmt: skip


@given(st.sampled_from(HOODS).flatmap(people), MERITS, st.integers(0, SPAN), st.randoms(use_true_random=False))
@settings(max_examples=effort(80, 2_500))
def test_whatever_merits_a_policy_names_one_contract_speaks_and_it_covers_the_day_if_any_does(
    someone: Person, merits: Sequence[Any], ahead: int, random: Any
) -> None:
    source = SourcePolicy.model_validate({"connector": "hr", "primary": merits})
    on = min([one.start for one in someone.contracts], default=HOODS[0])
    on = min(on, date.max - timedelta(SPAN)) + timedelta(ahead)
    jobs = list(someone.contracts)
    random.shuffle(jobs)
    found, shuffled = ranked(someone, source, on), replace(someone, contracts=tuple(jobs))
    assert ranked(shuffled, source, on) == found
    assert reason(shuffled, source, on) == reason(someone, source, on)
    states = [state(one, on) for one in found]
    assert states == sorted(states, key=["active", "future", "past"].index)
    assert sorted(one.id for one in found) == sorted(one.id for one in someone.contracts)


# ── the day is the customer's own ───────────────────────────────────────────────────────────────────────────────

ZONES = st.sampled_from(
    [f"Etc/GMT{hours:+d}" for hours in range(-14, 13)]
    + ["Europe/Amsterdam", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"]
    + ["Pacific/Kiritimati", "Pacific/Chatham", "America/Sao_Paulo", "Asia/Beirut", "Africa/Casablanca"]
)
MOMENTS = st.integers(0, 48 * 366 * 86_400).map(lambda second: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(0, second))


def at(moment: datetime, zone: str) -> date:
    """What an engine calls today."""
    policy = SimpleNamespace(time_zone=ZoneInfo(zone))
    nothing: Any = {}
    engine = Engine(policy=policy, policy_hash="", sources=nothing, targets=nothing, attributes=nothing, store=nothing,
                    bus=nothing, clock=lambda: moment, unique=str, hash_key=b"")  # type: ignore[arg-type]  # fmt: skip
    return engine.today


@given(MOMENTS, ZONES)
@settings(max_examples=effort(70, 2_000))
def test_today_is_what_a_calendar_on_the_customers_wall_shows(moment: datetime, zone: str) -> None:
    local = moment.astimezone(ZoneInfo(zone))
    offset = local.utcoffset()
    assert offset is not None
    assert at(moment, zone) == (moment.replace(tzinfo=None) + offset).date()
    assert timedelta(hours=-12) <= offset <= timedelta(hours=14)
    assert abs((at(moment, zone) - moment.date()).days) <= 1


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=400)), ZONES)
@settings(max_examples=effort(30, 1_000))
def test_time_never_goes_back_a_day_whatever_the_clocks_do(moment: datetime, later: timedelta, zone: str) -> None:
    first, then = at(moment, zone), at(moment + later, zone)
    assert first <= then
    assert abs((then - first) - later) <= timedelta(days=1, hours=2)


@given(st.dates(date(1990, 1, 1), date(2037, 12, 30)), ZONES)
@settings(max_examples=effort(30, 1_000))
def test_somebody_works_to_the_last_moment_of_the_last_day_in_the_customers_zone(last: date, zone: str) -> None:
    """The first moment of the day after is found by looking, not by arithmetic: some days have no midnight."""
    someone = Person(hr_id="7", contracts=(Contract(id="1", start=date(1980, 1, 1), end=last),))
    begin = datetime(last.year, last.month, last.day, tzinfo=fixed(timedelta(hours=14))).astimezone(UTC)
    quarters = [begin + timedelta(minutes=15 * number) for number in range(4 * 64)]
    stages = [(at(one, zone), standing(someone, SOURCE, Timing(), at(one, zone)).stage) for one in quarters]
    assert {stage for on, stage in stages if on <= last} == {Stage.ACTIVE}
    assert {stage for on, stage in stages if on > last} == {Stage.DORMANT}


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2026-03-29T00:59:59", "Europe/Amsterdam", "2026-03-29"),
        ("2026-03-28T23:00:00", "Europe/Amsterdam", "2026-03-29"),
        ("2026-10-25T22:59:59", "Europe/Amsterdam", "2026-10-25"),
        ("2026-10-25T23:00:00", "Europe/Amsterdam", "2026-10-26"),
        ("2026-10-24T21:59:59", "Europe/Amsterdam", "2026-10-24"),
        ("2024-02-29T10:00:00", "Pacific/Kiritimati", "2024-03-01"),
        ("2024-03-01T11:59:59", "Etc/GMT+12", "2024-02-29"),
        ("2011-12-30T09:59:59", "Pacific/Apia", "2011-12-29"),
        ("2011-12-30T10:00:00", "Pacific/Apia", "2011-12-31"),
    ],
)
def test_the_days_of_leap_years_of_clock_changes_and_a_day_that_never_was(
    moment: str, zone: str, expected: str
) -> None:
    assert at(datetime.fromisoformat(moment).replace(tzinfo=UTC), zone) == date.fromisoformat(expected)
