"""The brake: how much may happen before a person says yes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Reason
from shared.guard import DAY, WEEK, Decision, Request, Reservation, admit, asks
from shared.model import Verb
from shared.policy import Adopt, Limit, Rename

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DISABLE, DELETE, GRANT = Verb.DISABLE, Verb.DELETE, Verb.GRANT
HELD = {DISABLE: Reason.LIMIT}


def request(person: str, *verbs: Verb, version: int = 1, cohort: str = "poll", **asked: Reason) -> Request:
    counted = dict.fromkeys(verbs or (DISABLE,), 1)
    return Request(
        person=person,
        version=version,
        cohort=cohort,
        verbs=counted,
        asks={Verb(verb): why for verb, why in asked.items()},
    )


def many(number: int, cohort: str = "poll", first: int = 0) -> list[Request]:
    return [request(f"p{first + index}", cohort=cohort) for index in range(number)]


def reserved(number: int, ago: timedelta, cohort: str = "earlier", verb: Verb = DISABLE) -> list[Reservation]:
    return [
        Reservation(verb=verb, person=f"e{index}", version=1, cohort=cohort, at=NOON - ago) for index in range(number)
    ]


def decide(
    requests: Sequence[Request],
    limit: Limit | Mapping[Verb, Limit],
    before: Sequence[Reservation] = (),
    population: int = 1000,
) -> Decision:
    limits = {DISABLE: limit} if isinstance(limit, Limit) else limit
    return admit(requests, before, limits, population, NOON)


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
        (Limit(day=3), 3, reserved(3, HOUR, verb=DELETE), 1000, True),
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
    assert [(one.verb, one.person) for one in decision.reserved] == [(DELETE, "a")]


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


def test_another_version_of_the_same_person_is_another_use() -> None:
    first = decide([request("a")], Limit(day=1))
    assert goes_on(decide([request("a", version=2)], Limit(day=1), first.reserved)) == [False]


def test_what_is_permitted_again_counts_from_then_on_and_stays_in_its_cohort() -> None:
    first = Reservation(verb=DISABLE, person="p0", version=1, cohort="poll", at=NOON - timedelta(hours=23))
    again = decide(many(1, "relook"), Limit(day=1), [first])
    assert again.reserved == (Reservation(verb=DISABLE, person="p0", version=1, cohort="poll", at=NOON),)


def test_what_was_reserved_days_ago_and_not_done_must_fit_into_today() -> None:
    """Otherwise what was left of several days would all be done on one."""
    old = reserved(3, timedelta(days=3))
    late = [request(one.person) for one in old]
    today = reserved(3, HOUR, cohort="today")
    today = [
        Reservation(verb=DISABLE, person=f"t{n}", version=1, cohort="today", at=one.at) for n, one in enumerate(today)
    ]
    assert goes_on(decide(late, Limit(day=3, week=6), [*old, *today])) == [False] * 3
    assert goes_on(decide(late, Limit(day=6, week=6), [*old, *today])) == [True] * 3


def test_what_needs_a_yes_by_its_nature_waits_and_uses_up_nothing() -> None:
    adoption = request("a", Verb.CORRELATE, DISABLE, GRANT, correlate=Reason.ADOPTION, disable=Reason.ADOPTION)
    decision = decide([adoption, request("b")], Limit(run=1))
    assert decision.permitted == (frozenset({GRANT}), frozenset({DISABLE}))
    assert decision.held == ({Verb.CORRELATE: Reason.ADOPTION, DISABLE: Reason.ADOPTION}, {})
    assert [one.person for one in decision.reserved] == ["b"]


def test_nothing_asked_is_nothing_decided() -> None:
    assert decide([], Limit(run=0)) == Decision((), (), ())
    assert decide([Request(person="a", version=1, cohort="c", verbs={}, asks={})], Limit(run=0)).permitted == (
        frozenset(),
    )


@dataclass(frozen=True)
class Round:
    """One decision: so many minutes after the one before."""

    minutes: int
    requests: tuple[Request, ...]


REQUESTS = st.builds(
    request,
    st.sampled_from("abcdefgh"),
    st.sampled_from([DISABLE, DELETE]),
    version=st.integers(1, 2),
    cohort=st.sampled_from(["x", "y"]),
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
    Limit, run=st.none() | st.integers(0, 4), day=st.none() | st.integers(0, 4), week=st.none() | st.integers(0, 6)
)


@given(ROUNDS, LIMITS, LIMITS)
@settings(max_examples=600, deadline=None)
def test_whatever_is_asked_no_window_ever_permits_more_than_its_limit(
    rounds: list[Round], disables: Limit, deletes: Limit
) -> None:
    limits = {DISABLE: disables, DELETE: deletes}
    rows: dict[tuple[Verb, str, int], Reservation] = {}
    permitted: list[tuple[datetime, Verb, str, tuple[str, int]]] = []
    now = NOON
    for each in rounds:
        now += timedelta(minutes=each.minutes)
        decision = admit(each.requests, list(rows.values()), limits, 8, now)
        rows |= {(one.verb, one.person, one.version): one for one in decision.reserved}
        for asked, verbs, held in zip(each.requests, decision.permitted, decision.held, strict=True):
            assert verbs | held.keys() == asked.verbs.keys()
            assert not verbs & held.keys()
            permitted += [(now, verb, asked.cohort, (asked.person, asked.version)) for verb in verbs]
        for verb, limit in limits.items():
            for window, most in ((DAY, limit.day), (WEEK, limit.week)):
                uses = {use for at, one, _, use in permitted if one is verb and now - at < window}
                assert most is None or len(uses) <= most
            for cohort in "xy":
                uses = {use for at, one, door, use in permitted if (at, one, door) == (now, verb, cohort)}
                repeated = {use for at, one, _, use in permitted if one is verb and at < now and now - at < DAY}
                assert limit.run is None or len(uses - repeated) <= limit.run


@given(st.lists(REQUESTS, max_size=8, unique_by=lambda one: one.person), LIMITS)
@settings(max_examples=200, deadline=None)
def test_of_a_verb_that_is_beyond_its_limit_a_cohort_gets_nothing_at_all(requests: list[Request], limit: Limit) -> None:
    decision = decide(requests, limit)
    for cohort in "xy":
        answers = {
            DISABLE in verbs
            for one, verbs in zip(requests, decision.permitted, strict=True)
            if one.cohort == cohort and DISABLE in one.verbs
        }
        assert len(answers) <= 1


@pytest.mark.parametrize(
    ("verbs", "adopt", "waiting"),
    [
        ({Verb.CREATE, GRANT}, Adopt.ASK, set()),
        ({DISABLE, DELETE}, Adopt.ASK, set()),
        ({Verb.CORRELATE, Verb.UPDATE, GRANT}, Adopt.AUTOMATIC, set()),
        ({Verb.CORRELATE, Verb.UPDATE, GRANT}, Adopt.ASK, {Verb.CORRELATE}),
        ({Verb.CORRELATE, DISABLE}, Adopt.AUTOMATIC, {Verb.CORRELATE, DISABLE}),
        ({Verb.CORRELATE, DISABLE, DELETE}, Adopt.AUTOMATIC, {Verb.CORRELATE, DISABLE, DELETE}),
        ({Verb.CORRELATE, DISABLE, Verb.UPDATE}, Adopt.ASK, {Verb.CORRELATE, DISABLE}),
        (set(), Adopt.ASK, set()),
    ],
)
def test_adopting_an_account_only_to_close_it_always_needs_a_yes(
    verbs: set[Verb], adopt: Adopt, waiting: set[Verb]
) -> None:
    assert asks(verbs, adopt, Rename.ASK) == dict.fromkeys(waiting, Reason.ADOPTION)
