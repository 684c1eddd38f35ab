"""The brake: how much may happen before a person says yes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Reason
from shared.guard import GATES, NO_STOCK, Decision, Seats, Wish, admit, unseated
from shared.limiting import DAY, WEEK, Brakes, Request, Reservation
from shared.model import Verb
from shared.policy import SAFE_LIMITS, Limit
from shared.whats import URGENT, above
from tests.effort import effort

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DISABLE, DELETE, GRANT = Verb.DISABLE, Verb.DELETE, Verb.GRANT
HELD = {DISABLE: Reason.LIMIT}
ADOPTED = {Verb.CORRELATE: Reason.ADOPTION, DISABLE: Reason.ADOPTION}


def request(
    person: str, *whats: str, version: int = 1, cohort: str = "poll", asks: Mapping[str, Reason] = {}, **beside: Any
) -> Request:
    counted = dict.fromkeys(whats or (DISABLE,), 1)
    return Request(person=person, version=version, cohort=cohort, whats=counted, asks=asks, **beside)


def many(number: int, cohort: str = "poll", first: int = 0) -> list[Request]:
    return [request(f"p{first + index}", cohort=cohort) for index in range(number)]


def reserved(number: int, ago: timedelta, cohort: str = "earlier", what: str = DISABLE) -> list[Reservation]:
    return [
        Reservation(what=what, person=f"e{index}", version=1, cohort=cohort, at=NOON - ago) for index in range(number)
    ]


def decide(
    requests: Sequence[Request],
    limit: Limit | Mapping[str, Limit],
    before: Sequence[Reservation] = (),
    population: int = 1000,
    seats: Seats = NO_STOCK,
    **beside: Any,
) -> Decision:
    limits: Mapping[str, Limit] = {DISABLE: limit} if isinstance(limit, Limit) else limit
    return admit(requests, before, Brakes(limits=limits, population=population, **beside), NOON, seats)


def goes_on(decision: Decision) -> list[bool]:
    return [DISABLE in verbs for verbs in decision.permitted]


HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("limit", "number", "before", "population", "permitted"),
    [
        # each kind of limit, just within and one beyond
        (Limit(), 5000, [], 1000, True),
        (Limit(run=3), 3, [], 1000, True),
        (Limit(run=3), 4, [], 1000, False),
        (Limit(day=3), 3, [], 1000, True),
        (Limit(day=3), 4, [], 1000, False),
        (Limit(week=3), 3, [], 1000, True),
        (Limit(week=3), 4, [], 1000, False),
        (Limit(percent=10), 4, [], 40, True),
        (Limit(percent=10), 5, [], 40, False),
        (Limit(percent=10), 100, [], 1000, True),
        (Limit(percent=10), 101, [], 1000, False),
        (Limit(percent=2.5), 1, [], 40, True),
        (Limit(percent=0), 2, [], 40, False),
        (Limit(run=0), 1, [], 1000, False),
        # one person alone never is too large a part of an organisation
        (Limit(percent=10), 1, [], 3, True),
        (Limit(percent=10), 2, [], 3, False),
        (Limit(percent=10), 1, [], 0, True),
        # what was reserved before counts as long as its window lasts
        (Limit(day=3), 1, reserved(2, DAY - INSTANT), 1000, True),
        (Limit(day=3), 2, reserved(2, DAY - INSTANT), 1000, False),
        (Limit(day=3), 3, reserved(2, DAY), 1000, True),
        (Limit(week=3), 2, reserved(2, WEEK - INSTANT), 1000, False),
        (Limit(week=3), 3, reserved(2, WEEK), 1000, True),
        (Limit(run=3), 3, reserved(3, HOUR), 1000, True),
        (Limit(run=3), 1, reserved(3, HOUR, cohort="poll"), 1000, False),
        (Limit(percent=10), 2, reserved(9, HOUR, cohort="poll"), 100, False),
        (Limit(percent=10), 1, reserved(9, HOUR, cohort="poll"), 100, True),
        (Limit(day=3), 3, reserved(3, HOUR, what=DELETE), 1000, True),
        # the strictest counts
        (Limit(run=10, day=10, week=2), 3, [], 1000, False),
        (Limit(run=10, day=10, week=10, percent=0.1), 2, [], 1000, False),
    ],
)
def test_a_cohort_goes_on_as_a_whole_or_waits_as_a_whole(
    limit: Limit, number: int, before: list[Reservation], population: int, permitted: bool
) -> None:
    decision = decide(many(number), limit, before, population)
    assert goes_on(decision) == [permitted] * number
    assert decision.held == ({} if permitted else HELD,) * number
    assert len(decision.reserved) == (number if permitted else 0)


def test_a_limit_holds_one_verb_and_lets_the_others_go_on() -> None:
    requests = [request("a", DISABLE, GRANT), request("b", DISABLE), request("c", GRANT)]
    decision = decide(requests, Limit(run=1))
    assert decision.permitted == (frozenset({GRANT}), frozenset(), frozenset({GRANT}))
    assert decision.held == (HELD, HELD, {})
    assert decision.reserved == ()


def test_each_verb_has_its_own_count() -> None:
    requests = [request("a", DISABLE, DELETE), request("b", DISABLE)]
    decision = decide(requests, {DISABLE: Limit(run=1), DELETE: Limit(run=1)})
    assert decision.permitted == (frozenset({DELETE}), frozenset())
    assert [(one.what, one.person) for one in decision.reserved] == [(DELETE, "a")]


def test_a_large_cohort_waits_and_small_ones_beside_it_go_on() -> None:
    requests = [*many(2, "wake"), *many(9, "poll", 10), *many(1, "trickle", 20)]
    decision = decide(requests, Limit(day=5))
    assert goes_on(decision) == [True] * 2 + [False] * 9 + [True]
    assert {one.cohort for one in decision.reserved} == {"wake", "trickle"}


def test_cohorts_share_the_day_in_the_order_in_which_they_came() -> None:
    requests = [*many(3, "first"), *many(3, "second", 10), *many(2, "third", 20)]
    assert goes_on(decide(requests, Limit(day=5))) == [True] * 3 + [False] * 3 + [True] * 2


def test_members_of_a_cohort_count_together_wherever_they_stand() -> None:
    requests = [request("a", cohort="x"), request("b", cohort="y"), request("c", cohort="x")]
    assert goes_on(decide(requests, Limit(run=1))) == [False, True, False]


def test_deciding_the_same_again_counts_once() -> None:
    """A crash between reserving and permitting repeats the decision."""
    first = decide(many(3), Limit(run=3, day=3, week=3, percent=0.3))
    again = decide(many(3), Limit(run=3, day=3, week=3, percent=0.3), first.reserved)
    assert again == first
    assert goes_on(decide([*many(3), request("new")], Limit(day=3), first.reserved)) == [True] * 3 + [False]


def test_what_is_reserved_for_one_person_comes_in_one_order() -> None:
    whats = ["create", "delete", "disable", "enable", "grant", "rename", "revoke", "update"]
    decision = decide([request("a", *whats[::-1])], dict.fromkeys(whats, Limit()))
    assert [one.what for one in decision.reserved] == whats


def test_another_version_of_the_same_person_is_another_use() -> None:
    first = decide([request("a")], Limit(day=1))
    assert goes_on(decide([request("a", version=2)], Limit(day=1), first.reserved)) == [False]


def test_what_is_permitted_again_counts_from_then_on_and_stays_in_its_cohort() -> None:
    first = Reservation(what=DISABLE, person="p0", version=1, cohort="poll", at=NOON - timedelta(hours=23))
    again = decide(many(1, "relook"), Limit(day=1), [first])
    assert again.reserved == (Reservation(what=DISABLE, person="p0", version=1, cohort="poll", at=NOON),)


def test_what_was_reserved_a_day_ago_is_reserved_anew_where_it_is_asked_now() -> None:
    old = Reservation(what=DISABLE, person="p0", version=1, cohort="poll", at=NOON - DAY, department="care")
    anew = decide([request("p0", cohort="relook", department="sales")], Limit(day=1), [old])
    assert anew.reserved == (replace(old, cohort="relook", at=NOON, department="sales"),)


def test_what_was_reserved_days_ago_and_not_done_must_fit_into_today() -> None:
    """Otherwise what was left of several days would all be done on one."""
    old = reserved(3, timedelta(days=3))
    late = [request(one.person) for one in old]
    today = reserved(3, HOUR, cohort="today")
    today = [
        Reservation(what=DISABLE, person=f"t{n}", version=1, cohort="today", at=one.at) for n, one in enumerate(today)
    ]
    assert goes_on(decide(late, Limit(day=3, week=6), [*old, *today])) == [False] * 3
    assert goes_on(decide(late, Limit(day=6, week=6), [*old, *today])) == [True] * 3
    assert goes_on(decide(late, Limit(day=0), reserved(3, DAY - INSTANT))) == [True] * 3, "it is the same use"
    assert goes_on(decide(late, Limit(day=0), reserved(3, DAY))) == [False] * 3


def test_what_needs_a_yes_by_its_nature_waits_and_uses_up_nothing() -> None:
    adoption = request("a", Verb.CORRELATE, DISABLE, GRANT, asks=ADOPTED)
    decision = decide([adoption, request("b")], Limit(run=1))
    assert decision.permitted == (frozenset({GRANT}), frozenset({DISABLE}))
    assert decision.held == ({Verb.CORRELATE: Reason.ADOPTION, DISABLE: Reason.ADOPTION}, {})
    assert [one.person for one in decision.reserved] == ["b"]


def test_nothing_asked_is_nothing_decided() -> None:
    assert decide([], Limit(run=0)) == Decision((), (), ())
    assert decide([Request(person="a", version=1, cohort="c", whats={}, asks={})], Limit(run=0)).permitted == (
        frozenset(),
    )


@pytest.mark.parametrize(
    ("verb", "stands"),
    [
        (Verb.CREATE, True),
        (Verb.CORRELATE, True),
        (Verb.RESTORE, True),
        (Verb.DISABLE, True),
        (Verb.DELETE, True),
        (Verb.UPDATE, False),
        (Verb.RENAME, False),
        (Verb.ENABLE, False),
        (Verb.GRANT, False),
        (Verb.REVOKE, False),
    ],
)
def test_the_rest_of_a_plan_stands_on_what_makes_finds_closes_or_ends_an_account(verb: Verb, stands: bool) -> None:
    assert (verb in GATES) is stands


# ── percentages, and small organisations ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("limit", "number", "before", "population", "permitted"),
    [
        (Limit(day_percent=10), 4, [], 40, True),
        (Limit(day_percent=10), 5, [], 40, False),
        (Limit(day_percent=10), 2, reserved(2, DAY - INSTANT), 40, True),
        (Limit(day_percent=10), 3, reserved(2, DAY - INSTANT), 40, False),
        (Limit(day_percent=10), 3, reserved(2, DAY), 40, True),
        (Limit(week_percent=10), 2, reserved(3, WEEK - INSTANT), 40, False),
        (Limit(week_percent=10), 2, reserved(3, WEEK), 40, True),
        # so many people no percentage keeps waiting
        (Limit(percent=10, at_least=3), 3, [], 3, True),
        (Limit(percent=10, at_least=3), 4, [], 3, False),
        (Limit(percent=10, at_least=3), 4, [], 40, True),
        (Limit(day_percent=1, week_percent=1, at_least=3), 1, reserved(2, HOUR), 10, True),
        (Limit(day_percent=1, week_percent=1, at_least=3), 1, reserved(3, HOUR), 10, False),
        (Limit(percent=10, at_least=0), 1, [], 3, False),
        (Limit(run=1, at_least=9), 2, [], 1000, False),
    ],
)
def test_a_percentage_is_of_the_people_hr_knows_and_never_of_a_few(
    limit: Limit, number: int, before: list[Reservation], population: int, permitted: bool
) -> None:
    assert goes_on(decide(many(number), limit, before, population)) == [permitted] * number


def test_one_percent_a_day_is_noticed_within_the_week() -> None:
    """The safe limits see what no single day shows: 2 of 200 people a day, for two weeks."""
    rows: list[Reservation] = []
    days = []
    for day in range(14):
        now = NOON + day * DAY
        today = many(2, f"day {day}", 10 * day)
        decision = admit(today, rows, Brakes(limits=SAFE_LIMITS, population=200), now)
        rows += decision.reserved
        days.append(all(DISABLE in whats for whats in decision.permitted))
    assert days[:5] == [True] * 5
    assert days[5:7] == [False] * 2, "10 in a week is the most"


# ── what is counted apart ────────────────────────────────────────────────────────────────────────────────────────

LICENCES, GROUPS, MANAGER = "revoke:license", "revoke:group", "update:manager"


def test_a_limit_on_a_part_lets_the_rest_go_on() -> None:
    decision = decide(
        [request(name, "revoke", LICENCES, "update", MANAGER) for name in "abc"], {LICENCES: Limit(run=2)}
    )
    assert decision.permitted == (frozenset({"revoke", "update", MANAGER}),) * 3
    assert decision.held == ({LICENCES: Reason.LIMIT},) * 3


def test_a_limit_on_the_whole_counts_its_parts() -> None:
    requests = [request("a", "revoke"), request("b", LICENCES), request("c", "revoke:group:Finance")]
    assert decide(requests, {"revoke": Limit(run=3)}).held == ({}, {}, {})
    held = decide(requests, {"revoke": Limit(run=2)}).held
    assert [list(one) for one in held] == [["revoke"], [LICENCES], ["revoke:group:Finance"]]


def test_somebody_who_does_two_parts_of_one_whole_counts_once() -> None:
    assert decide([request("a", "update", MANAGER)], {"update": Limit(run=1), MANAGER: Limit(run=1)}).held == ({},)


def test_what_the_narrower_limit_holds_does_not_use_up_the_wider_one() -> None:
    requests = [request("a", LICENCES), request("b", LICENCES), request("c", GROUPS)]
    decision = decide(requests, {"revoke": Limit(run=1), LICENCES: Limit(run=1), GROUPS: Limit()})
    assert decision.permitted == (frozenset(), frozenset(), frozenset({GROUPS}))
    turned = decide(requests[::-1], {"revoke": Limit(run=1), LICENCES: Limit(run=1), GROUPS: Limit()})
    assert turned.permitted == decision.permitted[::-1], "whoever comes first"


def test_a_name_that_only_begins_alike_is_something_else() -> None:
    requests = [request("a", "update:managerName"), request("b", "update:managerName")]
    assert decide(requests, {MANAGER: Limit(run=1)}).held == ({}, {})


# ── departments ──────────────────────────────────────────────────────────────────────────────────────────────────

HALF = {"departments": {DISABLE: Limit(percent=50, at_least=1)}, "sizes": {"care": 4, "sales": 100}}


def test_within_one_department_no_more_than_its_limit() -> None:
    small = [request(name, department="care") for name in "abc"]
    large = [request(name, department="sales") for name in "def"]
    decision = decide([*small, *large], {}, **HALF)
    assert goes_on(decision) == [False] * 3 + [True] * 3
    assert {one.department for one in decision.reserved} == {"sales"}


def test_of_a_department_of_which_nobody_knows_the_size_anybody_is_too_large_a_part() -> None:
    limits = {"departments": {DISABLE: Limit(percent=100, at_least=0)}, "sizes": {"care": 1}}
    both = [request("a", department="care"), request("b", department="sales", cohort="other")]
    assert goes_on(decide(both, {}, **limits)) == [True, False]


def test_what_was_reserved_within_a_department_counts_there_only() -> None:
    earlier = [Reservation(what=DISABLE, person="x", version=1, cohort="x", at=NOON - HOUR, department="care")]
    both = [request("a", department="care"), request("b", department="sales")]
    limits = {"departments": {DISABLE: Limit(day=1)}, "sizes": {}}
    assert goes_on(decide(both, {}, earlier, **limits)) == [False, True]


def test_somebody_without_a_department_counts_in_none() -> None:
    assert goes_on(decide(many(9), {}, departments={DISABLE: Limit(run=1)})) == [True] * 9
    somewhere = [request("a", department="x")]
    assert goes_on(decide(somewhere, {}, reserved(9, HOUR), departments={DISABLE: Limit(day=1)})) == [True]


def test_what_a_department_holds_does_not_use_up_the_target() -> None:
    requests = [*(request(name, department="care") for name in "abc"), request("d", department="sales")]
    assert goes_on(decide(requests, Limit(run=1), **HALF)) == [False] * 3 + [True]
    assert goes_on(decide([request("e"), *requests[:3]], Limit(run=1), **HALF)) == [True] + [False] * 3


# ── urgent ───────────────────────────────────────────────────────────────────────────────────────────────────────


def urgent(person: str, *whats: str, **beside: Any) -> Request:
    return request(person, *(whats or (DISABLE,)), urgent=True, **beside)


def test_what_is_urgent_has_an_allowance_of_its_own_and_then_the_ordinary_one() -> None:
    limits = {URGENT: Limit(day=2), DISABLE: Limit(day=1)}
    decision = decide([urgent("a"), urgent("b"), urgent("c")], limits)
    assert goes_on(decision) == [True] * 3
    assert [(one.what, one.person) for one in decision.reserved] == [(URGENT, "a"), (URGENT, "b"), (DISABLE, "c")]
    assert goes_on(decide([urgent(name) for name in "abcd"], limits)) == [True, True, False, False]


def test_a_mass_that_is_held_does_not_hold_what_is_urgent() -> None:
    decision = decide([*many(9), urgent("a")], {URGENT: Limit(day=2), DISABLE: Limit(day=1)})
    assert goes_on(decision) == [False] * 9 + [True]


def test_only_disabling_is_urgent() -> None:
    decision = decide([urgent("a", DISABLE, DELETE)], {URGENT: Limit(day=2), DELETE: Limit(day=0)})
    assert decision.permitted == (frozenset({DISABLE}),)


def test_who_is_not_to_be_disabled_takes_no_part_of_the_allowance() -> None:
    decision = decide([urgent("a", GRANT), urgent("b")], {URGENT: Limit(day=1), DISABLE: Limit(day=0)})
    assert goes_on(decision) == [False, True]


def test_what_is_done_beside_it_uses_up_its_own_limit() -> None:
    decision = decide([urgent("a", DISABLE, DELETE)], {URGENT: Limit(day=2), DELETE: Limit(day=2)})
    assert [one.what for one in decision.reserved] == [DELETE, URGENT]


def test_what_was_permitted_as_urgent_stays_so_though_the_policy_gives_no_allowance_any_longer() -> None:
    first = decide([urgent("a")], {URGENT: Limit(day=1)})
    again = decide([urgent("a"), urgent("b")], {DISABLE: Limit(day=0)}, first.reserved)
    assert goes_on(again) == [True, False]
    assert again.reserved == first.reserved


def test_what_needs_a_yes_needs_it_also_when_it_is_urgent() -> None:
    decision = decide([urgent("a", Verb.CORRELATE, DISABLE, asks=ADOPTED)], {URGENT: Limit(day=2)})
    assert (decision.permitted, decision.reserved) == ((frozenset(),), ())
    asking = urgent("a", Verb.CORRELATE, DISABLE, asks=ADOPTED)
    assert goes_on(decide([asking, urgent("b")], {URGENT: Limit(day=1), DISABLE: Limit(day=0)})) == [False, True]


def test_what_is_urgent_counts_once_however_often_it_is_asked() -> None:
    limits = {URGENT: Limit(day=1), DISABLE: Limit(day=0)}
    first = decide([urgent("a")], limits)
    assert decide([urgent("a")], limits, first.reserved) == first
    assert goes_on(decide([urgent("b")], limits, first.reserved)) == [False]
    assert goes_on(decide([urgent("b")], limits, reserved(1, DAY - INSTANT, what=URGENT))) == [False]
    assert goes_on(decide([urgent("b")], limits, reserved(1, DAY, what=URGENT))) == [True]


# ── seats ────────────────────────────────────────────────────────────────────────────────────────────────────────

E3 = "grant:license:SPE_E3"


def test_who_starts_first_gets_the_seat_and_everybody_else_everything_else() -> None:
    late, early, same = (
        request(name, GRANT, E3, start=start)
        for name, start in (("a", "2026-05-01"), ("z", "2026-03-01"), ("b", "2026-05-01"))
    )
    decision = decide([late, early, same], {}, seats=Seats(left={E3: 2}))
    assert decision.permitted == (frozenset({GRANT, E3}), frozenset({GRANT, E3}), frozenset({GRANT}))
    assert decision.held == ({}, {}, {E3: Reason.NO_SEAT})
    assert decision.seated == ((E3, "a"), (E3, "z"))


def test_who_is_there_already_as_far_as_anybody_knows_gets_a_seat_before_who_starts() -> None:
    decision = decide([request("a", E3, start="2026-03-01"), request("b", E3)], {}, seats=Seats(left={E3: 1}))
    assert decision.held == ({E3: Reason.NO_SEAT}, {})


def test_seats_come_in_one_order() -> None:
    plans = [f"grant:license:{name}" for name in "abcdefgh"]
    decision = decide([request("a", *plans[::-1])], {}, seats=Seats(left=dict.fromkeys(plans, 1)))
    assert decision.seated == tuple((what, "a") for what in plans)


def test_a_seat_that_is_reserved_is_there_for_whoever_has_it() -> None:
    seats = Seats(left={E3: 0}, reserved=frozenset({(E3, "a")}))
    assert decide([request("a", E3), request("b", E3)], {}, seats=seats).held == ({}, {E3: Reason.NO_SEAT})


def test_where_nobody_counts_the_seats_nobody_waits_for_one() -> None:
    assert decide([request("a", E3)], {}).held == ({},)
    assert decide([request("a", "grant:license:F1")], {}, seats=Seats(left={E3: 0})).held == ({},)
    assert unseated([Wish("2026-03-01", "a", E3)], NO_STOCK) == frozenset()


def test_whoever_waits_for_a_yes_takes_no_seat() -> None:
    asking = request("a", E3, asks={E3: Reason.ENTITLEMENT}, start="2026-01-01")
    decision = decide([asking, request("b", E3, start="2026-02-01")], {}, seats=Seats(left={E3: 1}))
    assert decision.held == ({E3: Reason.ENTITLEMENT}, {})


@given(
    st.lists(
        st.builds(
            Wish, st.sampled_from(["2026-01-01", "2026-02-01"]), st.text("abcdefg", min_size=1, max_size=2), st.just(E3)
        ),
        unique=True,
    ),
    st.integers(-2, 5),
)
@settings(max_examples=effort(50, 1_500))
def test_as_many_are_seated_as_there_are_seats_and_never_somebody_before_who_started_earlier(
    wishes: list[Wish], left: int
) -> None:
    lacking = unseated(wishes, Seats(left={E3: left}))
    served = [wish for wish in wishes if wish not in lacking]
    assert len(served) == min(len(wishes), max(0, left))
    assert all(one < other for one in served for other in lacking)


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Round:
    """One decision: so many minutes after the one before."""

    minutes: int
    requests: tuple[Request, ...]


WHATS = [DISABLE, DELETE, "revoke", LICENCES, GROUPS, MANAGER]
REQUESTS = st.builds(
    lambda person, whats, **beside: request(person, *whats, **beside),
    st.sampled_from("abcdefgh"),
    st.lists(st.sampled_from(WHATS), min_size=1, max_size=3, unique=True),
    version=st.integers(1, 2),
    cohort=st.sampled_from(["x", "y"]),
    department=st.sampled_from(["", "care", "sales"]),
    urgent=st.booleans(),
)
ROUNDS = st.lists(
    st.builds(
        Round,
        st.sampled_from([0, 1, 300, 700, 1439, 1440, 1441, 4000, 10079, 10080]),
        st.lists(REQUESTS, max_size=6, unique_by=lambda one: one.person).map(tuple),
    ),
    max_size=7,
)
LIMITS = st.builds(
    Limit,
    run=st.none() | st.integers(0, 4),
    day=st.none() | st.integers(0, 4),
    week=st.none() | st.integers(0, 6),
    day_percent=st.none() | st.sampled_from([0, 20, 50]),
    at_least=st.integers(0, 2),
)
BRAKES = st.builds(
    Brakes,
    limits=st.dictionaries(st.sampled_from([URGENT, DISABLE, DELETE, "revoke", LICENCES]), LIMITS),
    population=st.just(8),
    departments=st.dictionaries(st.sampled_from([DISABLE, "revoke"]), LIMITS),
    sizes=st.just({"care": 2, "sales": 6}),
)


@dataclass(frozen=True)
class Permitted:
    at: datetime
    what: str
    asked: Request


def within(
    done: Sequence[Permitted], limit: Limit, population: int, now: datetime, known: set[tuple[str, Any]]
) -> None:
    """What was permitted of one kind is no more than its limit, in a day, in a week and in what came together now."""
    day = {one.asked.use for one in done if now - one.at < DAY}
    week = {one.asked.use for one in done if now - one.at < WEEK}
    assert limit.day is None or len(day) <= limit.day
    assert limit.week is None or len(week) <= limit.week
    share = limit.day_percent
    assert share is None or len(day) <= limit.at_least or len(day) * 100 <= share * population
    for cohort in "xy":
        run = {one.asked.use for one in done if (one.at, one.asked.cohort) == (now, cohort)}
        repeated = {use for what, use in known}
        assert limit.run is None or len(run - repeated) <= limit.run


def kept_within_their_limits(rounds: Sequence[Round], brakes: Brakes) -> None:
    """Decide one round after the other, and look at every window after each."""
    rows: dict[tuple[str, str, int], Reservation] = {}
    done: list[Permitted] = []
    now = NOON
    for each in rounds:
        now += timedelta(minutes=each.minutes)
        known = {(one.what, one.use) for one in rows.values() if now - one.at < DAY}
        decision = admit(each.requests, list(rows.values()), brakes, now)
        rows |= {(one.what, one.person, one.version): one for one in decision.reserved}
        counted = {(one.what, one.person) for one in decision.reserved}
        for asked, whats, held in zip(each.requests, decision.permitted, decision.held, strict=True):
            assert whats | held.keys() == asked.whats.keys()
            assert not whats & held.keys()
            for what in whats:
                urgent_one = what == DISABLE and (URGENT, asked.person) in counted
                done.append(Permitted(now, URGENT if urgent_one else what, asked))
        for what, limit in brakes.limits.items():
            within([one for one in done if what in above(one.what)], limit, 8, now, known)
        for what, limit in brakes.departments.items():
            for department, size in brakes.sizes.items():
                mine = [one for one in done if what in above(one.what) and department in _places(one, rows)]
                within(mine, limit, size, now, known)


@given(ROUNDS, BRAKES)
@settings(max_examples=effort(30, 1_000))
def test_whatever_is_asked_in_whatever_pieces_no_window_ever_permits_more_than_its_limit(
    rounds: list[Round], brakes: Brakes
) -> None:
    kept_within_their_limits(rounds, brakes)


def drawn(random: Random) -> tuple[list[Round], Brakes]:
    """A history and its limits, by chance: quicker to make than Hypothesis makes them."""

    def limit() -> Limit:
        run, day, week = (random.choice((None, 0, 1, 2, 4)) for _ in range(3))
        share = random.choice((None, None, 0, 20, 50))
        return Limit(run=run, day=day, week=week, day_percent=share, at_least=random.randrange(3))

    def asked(person: str) -> Request:
        whats = random.sample(WHATS, random.randrange(1, 4))
        beside = {"department": random.choice(("", "care", "sales")), "urgent": random.random() < 0.3}
        return request(person, *whats, version=random.randrange(1, 3), cohort=random.choice("xy"), **beside)

    steps = (0, 1, 300, 700, 1439, 1440, 1441, 4000, 10079, 10080)
    people = [random.sample("abcdefgh", random.randrange(7)) for _ in range(random.randrange(1, 8))]
    rounds = [Round(random.choice(steps), tuple(map(asked, some))) for some in people]
    limited = random.sample([URGENT, DISABLE, DELETE, "revoke", LICENCES], random.randrange(1, 6))
    departments = {what: limit() for what in random.sample([DISABLE, "revoke"], random.randrange(3))}
    sizes = {"care": 2, "sales": 6}
    return rounds, Brakes(
        limits={what: limit() for what in limited}, population=8, departments=departments, sizes=sizes
    )


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, effort(1_000, 30_000), 1_000))
def test_the_same_holds_for_a_thousand_histories_at_a_time(first: int) -> None:
    for seed in range(first, first + 1_000):
        try:
            kept_within_their_limits(*drawn(Random(seed)))
        except AssertionError as broken:
            raise AssertionError(f"history {seed}") from broken


def _places(one: Permitted, rows: Mapping[tuple[str, str, int], Reservation]) -> set[str]:
    """Where somebody was counted: as long as a reservation stands, where they were when it was made."""
    row = rows.get((one.what, *one.asked.use))
    return {row.department} if row else set()


@given(st.lists(REQUESTS, max_size=8, unique_by=lambda one: one.person), BRAKES)
@settings(max_examples=effort(50, 1_500))
def test_deciding_again_what_was_just_decided_changes_nothing(requests: list[Request], brakes: Brakes) -> None:
    """A crash between reserving and permitting repeats the decision."""
    first = admit(requests, [], brakes, NOON)
    again = admit(requests, first.reserved, brakes, NOON)
    permitted = zip(first.permitted, again.permitted, strict=True)
    assert all(before <= after for before, after in permitted)
    assert {(one.what, one.use) for one in first.reserved} <= {(one.what, one.use) for one in again.reserved}


@given(ROUNDS, BRAKES)
@settings(max_examples=effort(50, 1_500))
def test_what_no_limit_speaks_of_is_never_held_by_one(rounds: list[Round], brakes: Brakes) -> None:
    for each in rounds:
        for held in admit(each.requests, [], brakes, NOON).held:
            assert all(brakes.count(what) for what in held)


@given(st.lists(REQUESTS, max_size=8, unique_by=lambda one: one.person), LIMITS)
@settings(max_examples=effort(50, 1_500))
def test_of_a_what_that_is_beyond_its_limit_a_cohort_gets_nothing_at_all(requests: list[Request], limit: Limit) -> None:
    decision = decide(requests, limit)
    for cohort in "xy":
        answers = {
            DISABLE in whats
            for one, whats in zip(requests, decision.permitted, strict=True)
            if one.cohort == cohort and DISABLE in one.whats
        }
        assert len(answers) <= 1


@given(st.lists(REQUESTS, max_size=8, unique_by=lambda one: one.person), BRAKES, st.randoms())
@settings(max_examples=effort(50, 1_500))
def test_the_order_within_a_cohort_makes_no_difference(requests: list[Request], brakes: Brakes, random: Any) -> None:
    """But for what is urgent, which is first come, first served."""
    plain = [request(one.person, *one.whats, version=one.version, department=one.department) for one in requests]
    other = random.sample(plain, len(plain))
    first, second = admit(plain, [], brakes, NOON), admit(other, [], brakes, NOON)
    assert {one.person: mine for one, mine in zip(plain, first.permitted, strict=True)} == {
        one.person: mine for one, mine in zip(other, second.permitted, strict=True)
    }
