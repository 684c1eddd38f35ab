"""What to do with a token now is decided purely: laws over every row that can be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tokens import (
    EARLY,
    LAST,
    LEASE,
    Ask,
    Budget,
    Given,
    Known,
    Rules,
    Use,
    Wait,
    Why,
    answered,
    begun,
    buried,
    connected,
    decide,
    due,
    let_go,
    unanswered,
)
from shared.tokens_alarm import Dying, dying, sentence

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAYS = timedelta(days=1)
MOMENTS = st.integers(-100_000, 100_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
MAYBE = st.none() | MOMENTS
KNOWN = st.builds(
    Known,
    good_until=MAYBE,
    given=MAYBE,
    asked=MAYBE,
    attempt=st.integers(0, 9),
    answered=st.integers(0, 9),
    owner=st.sampled_from(["", "somebody"]),
    until=MAYBE,
    dead=st.sampled_from(["", "invalid_grant"]),
    budget=MAYBE,
)
BUDGETS = st.none() | st.builds(Budget, calls=st.integers(2, 500), seconds=st.floats(1, 10**7))
RULES = st.builds(
    Rules,
    consents=st.booleans(),
    unused=st.none() | st.integers(1, 10**7).map(lambda seconds: timedelta(seconds=seconds)),
    pause=st.integers(0, 1000).map(lambda seconds: timedelta(seconds=seconds)),
    budget=BUDGETS,
)
GIVEN = Given(timedelta(hours=1), refresh=True)
CONSENTS = Rules(consents=True, unused=30 * DAYS)


@given(RULES, KNOWN, st.booleans(), st.booleans())
def test_a_token_is_never_used_that_has_ended_or_was_refused(
    rules: Rules, known: Known, refused: bool, eager: bool
) -> None:
    if isinstance(decide(rules, known, NOW, refused=refused, eager=eager), Use):
        assert not refused
        assert known.good_until is not None
        assert known.good_until > NOW + LAST


@given(RULES, KNOWN, st.booleans(), st.booleans())
def test_nobody_asks_while_somebody_else_is_at_it_nor_before_the_pause_is_over(
    rules: Rules, known: Known, refused: bool, eager: bool
) -> None:
    if isinstance(decide(rules, known, NOW, refused=refused, eager=eager), Ask):
        assert not known.owner or known.until is None or not NOW < known.until <= NOW + 2 * LEASE
        assert known.asked is None or not NOW < known.asked + rules.pause <= NOW + 2 * rules.pause
        assert not rules.consents or (known.given and not known.dead)


@given(RULES, KNOWN)
def test_a_wait_ends_what_stood_in_the_way_or_comes_nearer_to_it(rules: Rules, known: Known) -> None:
    step, at, turns = decide(rules, known, NOW), NOW, 0
    while isinstance(step, Wait):
        assert step.seconds > 0
        at += timedelta(seconds=max(step.seconds, 600))
        step, turns = decide(rules, known, at), turns + 1
        assert turns < 400
    assert isinstance(step, Use | Ask | Why)


@given(RULES, KNOWN)
def test_a_clock_that_once_was_wrong_keeps_nobody_waiting(rules: Rules, known: Known) -> None:
    wrong = replace(known, until=NOW + 900 * DAYS, asked=NOW + 900 * DAYS, budget=NOW + 900 * DAYS, good_until=None)
    step = decide(rules, wrong, NOW)
    if rules.budget is None or rules.budget.apart * rules.budget.calls < 400 * DAYS:
        assert isinstance(step, Ask | Why) or (isinstance(step, Wait) and rules.budget)
        assert not isinstance(step, Wait) or step.seconds <= rules.budget.apart.total_seconds()  # type: ignore[union-attr]


@given(RULES, KNOWN)
def test_a_good_token_is_used_and_nothing_asked(rules: Rules, known: Known) -> None:
    fresh = replace(known, good_until=NOW + EARLY + timedelta(seconds=1))
    assert isinstance(decide(rules, fresh, NOW), Use)


@given(st.builds(Budget, calls=st.integers(2, 60), seconds=st.floats(60, 10**6)), st.data())
def test_no_window_ever_sees_more_sign_ins_than_the_budget(budget: Budget, data: st.DataObject) -> None:
    rules, known, at, asked = Rules(budget=budget), Known(), NOW, list[datetime]()
    for _ in range(budget.calls * 2):
        at += timedelta(seconds=data.draw(st.sampled_from([0.0, 0.0, budget.seconds / 50, budget.seconds / 3])))
        step = decide(rules, known, at)
        if isinstance(step, Wait):
            at += timedelta(seconds=step.seconds, microseconds=1)
            step = decide(rules, known, at)
        assert isinstance(step, Ask)
        known = let_go(begun(rules, known, "somebody", at))
        asked.append(at)
    window = timedelta(seconds=budget.seconds)
    assert all(sum(one <= other < one + window for other in asked) <= budget.calls for one in asked)


def test_four_hundred_sign_ins_a_month_last_the_whole_month() -> None:
    """Youforce allows 400 a month (vr-api-integration.github.io, «Usage limits»)."""
    rules = Rules(budget=Budget(calls=400, seconds=30 * 86_400))
    known, at, asked = Known(), NOW, 0
    while at < NOW + 60 * DAYS:
        if isinstance(decide(rules, known, at), Ask):
            known, asked = let_go(begun(rules, known, "somebody", at)), asked + 1
        at += timedelta(minutes=10)
    assert 700 <= asked <= 800


def test_whoever_never_consented_must() -> None:
    assert decide(CONSENTS, None, NOW) is Why.NEVER
    assert isinstance(decide(Rules(), None, NOW), Ask)
    assert decide(CONSENTS, Known(), NOW) is Why.NEVER


def test_a_dead_consent_is_used_until_its_last_access_token_ends() -> None:
    known = buried(connected(None, GIVEN, NOW), "invalid_grant")
    assert isinstance(decide(CONSENTS, known, NOW), Use)
    assert decide(CONSENTS, known, NOW + timedelta(hours=1)) is Why.REFUSED
    assert decide(CONSENTS, known, NOW, refused=True) is Why.REFUSED


def test_exacts_ten_minute_token_is_used_to_its_end_when_it_may_not_be_renewed_sooner() -> None:
    """Exact: 600 s, and no refresh within 570 s of the last."""
    rules = Rules(consents=True, pause=timedelta(seconds=570))
    known = connected(None, Given(timedelta(seconds=600), refresh=True), NOW)
    seconds = {after: decide(rules, known, NOW + timedelta(seconds=after)) for after in (539, 545, 569, 570)}
    assert [type(step) for step in seconds.values()] == [Use, Use, Use, Ask]
    assert decide(rules, known, NOW + timedelta(seconds=500), refused=True) == Wait(70.0)


def test_who_waits_for_another_uses_the_old_token_while_it_is_good() -> None:
    known = begun(CONSENTS, connected(None, GIVEN, NOW), "somebody", NOW + timedelta(minutes=59, seconds=10))
    assert isinstance(decide(CONSENTS, known, NOW + timedelta(minutes=59, seconds=40)), Use)
    assert isinstance(decide(CONSENTS, known, NOW + timedelta(minutes=59, seconds=55)), Wait)
    assert isinstance(decide(CONSENTS, known, NOW + timedelta(minutes=60) + LEASE), Ask)


class TestAnswers:
    """An answer is saved unless the row holds that to a later attempt."""

    first = begun(CONSENTS, connected(None, GIVEN, NOW), "one", NOW)
    second = begun(CONSENTS, let_go(first), "two", NOW + LEASE)

    def test_one_that_lands_late_is_kept_and_the_other_worker_left_alone(self) -> None:
        late = answered(self.second, self.first.attempt, GIVEN, NOW)
        assert late is not None
        assert (late.answered, late.owner) == (self.first.attempt, "two")
        assert unanswered(late)

    def test_one_that_lands_after_a_later_ones_is_dropped(self) -> None:
        done = answered(self.second, self.second.attempt, GIVEN, NOW)
        assert done is not None
        assert answered(done, self.first.attempt, GIVEN, NOW) is None
        assert answered(done, self.second.attempt, GIVEN, NOW) is None

    def test_one_that_lands_on_a_dead_consent_brings_it_to_life(self) -> None:
        late = answered(buried(self.second, "invalid_grant"), self.first.attempt, GIVEN, NOW)
        assert late is not None
        assert late.dead == ""

    def test_a_new_consent_is_over_every_attempt_under_way(self) -> None:
        new = connected(self.second, GIVEN, NOW)
        assert answered(new, self.second.attempt, GIVEN, NOW) is None
        assert (new.owner, new.dead) == ("", "")

    def test_without_a_new_refresh_token_the_old_one_and_its_age_stay(self) -> None:
        later = answered(self.first, self.first.attempt, Given(timedelta(hours=1), refresh=False), NOW + DAYS)
        assert later is not None
        assert later.given == NOW

    @given(st.permutations([1, 2, 3]))
    def test_in_whatever_order_answers_land_the_latest_stays(self, order: list[int]) -> None:
        known = Known(attempt=3)
        for attempt in order:
            known = answered(known, attempt, GIVEN, NOW + attempt * DAYS) or known
        assert (known.answered, known.given) == (3, NOW + 3 * DAYS)


class TestAlarm:
    tokens = connected(None, GIVEN, NOW)

    @pytest.mark.parametrize(("days", "is_due"), [(7, False), (8, True), (29, True), (31, True)])
    def test_a_consent_that_dies_unused_after_thirty_days_is_renewed_every_week(self, days: int, is_due: bool) -> None:
        assert due(CONSENTS, self.tokens, NOW + days * DAYS) == is_due

    def test_a_consent_whose_last_attempt_nobody_knows_is_renewed_at_once(self) -> None:
        assert due(CONSENTS, let_go(begun(CONSENTS, self.tokens, "one", NOW)), NOW)

    def test_what_cannot_be_renewed_is_left_alone(self) -> None:
        assert not due(CONSENTS, None, NOW)
        assert not due(CONSENTS, buried(self.tokens, "invalid_grant"), NOW + 20 * DAYS)
        assert not due(Rules(unused=DAYS), self.tokens, NOW + 20 * DAYS)
        assert not due(Rules(consents=True), self.tokens, NOW + 999 * DAYS)

    @pytest.mark.parametrize(("days", "alarm"), [(19, False), (20, True), (40, True)])
    def test_the_alarm_goes_when_a_third_is_left(self, days: int, alarm: bool) -> None:
        found = list(dying({"sources.hr": (CONSENTS, self.tokens)}, NOW + days * DAYS))
        assert found == ([Dying("sources.hr", Why.SOON, NOW + 30 * DAYS)] if alarm else [])

    def test_a_consent_that_ends_whatever_is_done_raises_it_a_month_before(self) -> None:
        rules = Rules(consents=True, consent=365 * DAYS)
        renewed = answered(self.tokens, 9, GIVEN, NOW + 100 * DAYS)
        assert renewed is not None
        assert not list(dying({"x": (rules, renewed)}, NOW + 334 * DAYS))
        assert list(dying({"x": (rules, renewed)}, NOW + 335 * DAYS))

    def test_dead_and_never_given_consents_are_named_in_order_and_what_signs_in_itself_is_not(self) -> None:
        tokens = {
            "targets.b": (CONSENTS, None),
            "sources.a": (CONSENTS, buried(self.tokens, "invalid_grant")),
            "sources.c": (Rules(), None),
        }
        assert list(dying(tokens, NOW)) == [Dying("sources.a", Why.REFUSED), Dying("targets.b", Why.NEVER)]

    def test_a_row_without_a_refresh_token_is_no_consent_and_a_dead_one_is_dead(self) -> None:
        tokens = {"a": (CONSENTS, Known(attempt=1)), "b": (CONSENTS, Known(dead="invalid_grant"))}
        assert [one.why for one in dying(tokens, NOW)] == [Why.NEVER, Why.REFUSED]

    @given(st.integers(0, 60 * 86_400), st.integers(0, 60 * 86_400))
    def test_an_alarm_stays_until_somebody_does_something(self, one: int, more: int) -> None:
        tokens = {"x": (CONSENTS, self.tokens)}
        if list(dying(tokens, NOW + timedelta(seconds=one))):
            assert list(dying(tokens, NOW + timedelta(seconds=one + more)))

    def test_every_sentence_says_where_and_what_to_do(self) -> None:
        for why in Why:
            assert sentence("sources.hr", why).startswith("sources.hr: ")
            assert sentence("sources.hr", why).endswith("joinly connect POLICY sources.hr")
