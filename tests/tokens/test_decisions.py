"""What to do with a token now is decided purely: laws over every row that can be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tokens.alarm import Dying, dying, sentence
from shared.tokens.deciding import (
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
    end,
    let_go,
    unanswered,
)

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


@pytest.mark.parametrize(("calls", "at_once"), [(400, 40), (60, 6), (15, 1), (2, 1)])
def test_a_tenth_of_a_budget_may_be_used_at_once_after_a_rest(calls: int, at_once: int) -> None:
    rules, known, asked = Rules(budget=Budget(calls=calls, seconds=3600)), Known(), 0
    while isinstance(decide(rules, known, NOW), Ask):
        known, asked = let_go(begun(rules, known, "somebody", NOW)), asked + 1
    assert asked == at_once


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


def test_the_moments_at_which_it_turns() -> None:
    known = connected(None, GIVEN, NOW)
    end_ = NOW + timedelta(hours=1)
    held = replace(begun(CONSENTS, known, "somebody", NOW), until=end_ + LEASE)
    second = timedelta(seconds=1)
    assert isinstance(decide(CONSENTS, known, end_ - EARLY - second), Use)
    assert isinstance(decide(CONSENTS, known, end_ - EARLY), Ask)
    assert isinstance(decide(CONSENTS, held, end_ - LAST - second), Use)
    assert decide(CONSENTS, held, end_ - LAST) == Wait(1.0)
    assert decide(CONSENTS, held, end_ + LEASE - second / 2) == Wait(0.5)
    assert isinstance(decide(CONSENTS, held, end_ + LEASE), Ask)


def test_what_is_renewed_anyway_is_asked_for_though_the_token_is_good() -> None:
    assert isinstance(decide(CONSENTS, connected(None, GIVEN, NOW), NOW, eager=True), Ask)
    assert isinstance(decide(CONSENTS, connected(None, GIVEN, NOW), NOW), Use)


def test_a_lease_without_an_owner_or_far_beyond_one_keeps_nobody() -> None:
    known = replace(connected(None, GIVEN, NOW), good_until=None)
    for owner, until, step in (
        ("", NOW + LEASE, Ask()),
        ("x", None, Ask()),
        ("x", NOW + 2 * LEASE, Wait(1.0)),
        ("x", NOW + 2 * LEASE + timedelta(seconds=1), Ask()),
    ):
        assert type(decide(CONSENTS, replace(known, owner=owner, until=until), NOW)) is type(step)


def test_an_attempt_is_in_the_row_before_it_is_made() -> None:
    assert begun(CONSENTS, None, "one", NOW) == Known(attempt=1, owner="one", until=NOW + LEASE, asked=NOW)
    again = begun(CONSENTS, connected(None, GIVEN, NOW), "two", NOW + DAYS)
    assert (again.attempt, again.answered, again.asked) == (2, 1, NOW + DAYS)


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

    def test_the_lease_of_the_attempt_that_is_answered_ends(self) -> None:
        done = answered(self.first, self.first.attempt, GIVEN, NOW)
        assert done is not None
        assert (done.owner, done.until) == ("", None)
        assert not unanswered(done)

    def test_scopes_are_those_that_were_granted_last(self) -> None:
        one = answered(Known(attempt=1), 1, Given(None, refresh=False, scopes=("a",)), NOW)
        assert one is not None
        two = answered(replace(one, attempt=2), 2, Given(None, refresh=False), NOW)
        three = answered(replace(one, attempt=2), 2, Given(None, refresh=False, scopes=("b",)), NOW)
        assert two is not None
        assert three is not None
        assert (one.scopes, two.scopes, three.scopes) == (("a",), ("a",), ("b",))

    def test_an_answer_with_a_refresh_token_only_leaves_the_access_token_as_it_was(self) -> None:
        """Exact may answer that it is busy, and give a new refresh token all the same."""
        kept = answered(self.first, self.first.attempt, Given(None, refresh=True), NOW + DAYS)
        assert kept is not None
        assert (kept.good_until, kept.given) == (self.first.good_until, NOW + DAYS)

    def test_a_refresh_token_whose_end_is_told_ends_then(self) -> None:
        told = connected(None, Given(timedelta(hours=1), refresh=True, refresh_for=2 * DAYS), NOW)
        assert (end(CONSENTS, told), end(Rules(consents=True), told)) == (NOW + 2 * DAYS, NOW + 2 * DAYS)
        untold = answered(replace(told, attempt=2), 2, GIVEN, NOW + DAYS)
        assert untold is not None
        assert untold.ends is None

    def test_a_new_consent_follows_what_was_and_keeps_the_budget(self) -> None:
        spent = replace(self.second, budget=NOW)
        new = connected(spent, GIVEN, NOW + DAYS)
        assert (new.attempt, new.answered, new.budget) == (spent.attempt + 1, spent.attempt + 1, NOW)
        assert (new.consented, new.asked, new.given) == (NOW + DAYS, NOW + DAYS, NOW + DAYS)
        assert connected(None, GIVEN, NOW).attempt == 1

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

    def test_what_ends_first_ends_it(self) -> None:
        rules = Rules(consents=True, unused=30 * DAYS, consent=20 * DAYS)
        assert end(rules, self.tokens) == NOW + 20 * DAYS
        assert end(rules, replace(self.tokens, consented=NOW + 15 * DAYS)) == NOW + 30 * DAYS
        assert end(rules, replace(self.tokens, consented=None)) == NOW + 30 * DAYS
        assert end(Rules(consents=True), self.tokens) is None
        assert end(CONSENTS, replace(self.tokens, given=None)) is None

    def test_a_quarter_of_a_life_is_a_quarter(self) -> None:
        assert not due(CONSENTS, self.tokens, NOW + 30 * DAYS / 4 - timedelta(seconds=1))
        assert due(CONSENTS, self.tokens, NOW + 30 * DAYS / 4)
        assert due(Rules(consents=True), replace(self.tokens, ends=NOW + 4 * DAYS), NOW + DAYS)
        assert not due(CONSENTS, replace(self.tokens, given=None), NOW + 20 * DAYS)

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
