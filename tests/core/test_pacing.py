"""When each write may be sent: at once after a quiet time, then no faster than the rate, and in order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.pacing import BURST, NEVER_USED, RATE, Pace, spread
from tests.effort import effort

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUOTA, PERIOD = 3000, 150
"""Graph's bucket of writes, and the seconds in which it fills."""


def seconds(times: list[datetime]) -> list[float]:
    return [(at - NOON).total_seconds() for at in times]


def test_nothing_to_send_costs_nothing() -> None:
    times, pace = spread(Pace(), [], NOON)
    assert times == []
    assert spread(pace, [BURST], NOON)[0] == [NOON]


def test_after_a_quiet_time_a_burst_goes_at_once() -> None:
    assert spread(Pace(), [1] * BURST, NOON)[0] == [NOON] * BURST
    assert spread(Pace(NEVER_USED), [BURST], NOON)[0] == [NOON]


def test_what_is_beyond_the_burst_follows_at_the_rate() -> None:
    times, pace = spread(Pace(), [BURST, 16, 16, 32], NOON)
    assert seconds(times) == [0, 1, 2, 4]
    assert pace.free_at == NOON + timedelta(seconds=4)


def test_a_budget_that_was_used_is_free_again_bit_by_bit() -> None:
    _, used = spread(Pace(), [BURST], NOON)
    assert seconds(spread(used, [16], NOON)[0]) == [1]
    assert seconds(spread(used, [160, 16], NOON + timedelta(seconds=10))[0]) == [10, 11]
    full = NOON + timedelta(seconds=BURST / RATE)
    assert spread(used, [BURST], full)[0] == [full]


def test_work_of_no_writes_waits_for_nobody_but_those_before_it() -> None:
    assert seconds(spread(Pace(), [0, BURST + 16, 0], NOON)[0]) == [0, 1, 1]


ROUNDS = st.lists(st.tuples(st.integers(0, 200), st.lists(st.integers(0, 900), max_size=8)), max_size=6)


@given(ROUNDS)
@settings(max_examples=effort(100, 3_000))
def test_whatever_is_asked_the_vendors_bucket_never_runs_dry(rounds: list[tuple[int, list[int]]]) -> None:
    """A bucket of 3,000 writes that fills at 20 a second, taken from at the times that were given."""
    pace, now, sent = Pace(), NOON, []
    for wait, writes in rounds:
        now += timedelta(seconds=wait)
        times, pace = spread(pace, writes, now)
        assert times == sorted(times)
        assert all(at >= now for at in times)
        sent += list(zip(times, writes, strict=True))
    left, last = float(QUOTA), NOON
    for at, count in sorted(sent):
        left = min(QUOTA, left + (at - last).total_seconds() * QUOTA / PERIOD) - count
        last = at
        assert left >= 0


@given(st.lists(st.integers(0, 900), max_size=12), st.integers(0, 12))
@settings(max_examples=effort(70, 2_000))
def test_one_decision_or_two_in_a_row_give_the_same_times(writes: list[int], cut: int) -> None:
    whole, pace = spread(Pace(), writes, NOON)
    first, between = spread(Pace(), writes[:cut], NOON)
    second, after = spread(between, writes[cut:], NOON)
    assert (first + second, after) == (whole, pace)
