"""Externals: what their records must say, when they are asked about, and what a word for them does; and its laws."""

from dataclasses import replace

# ruff: noqa: E501 - each record stands on one line with the whole sentence it is told in
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from core_world import contract, day, person
from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import Reason
from shared.externals import (
    Extension,
    Question,
    Sponsor,
    by_id,
    checked,
    days,
    ending,
    extended,
    last_day,
    misfit,
    named,
    question,
    standing,
    unsponsored,
)
from shared.model import Contract, Person, Rejected
from shared.policy import External, SourcePolicy

DAY = timedelta(1)
RULES = External(sponsor="boss", sponsors_in="hr", at_most=365, ask_before=14, extend_by=90)
JAN = Sponsor(id="jan", hr_id="1", last=None)
AT = datetime(2026, 5, 1, tzinfo=UTC)


def external(start: str = "2026-03-01", end: str | None = "2026-05-31", boss: str | None = "1", **more: Any) -> Person:
    return person(contract(start, end, **more), boss=boss)


def word(of: str, until: str, without: str = "") -> Extension:
    return Extension(of=day(of), until=day(until), without=without, by="els", because="", at=AT)


# ── what a record must say ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("record", "code", "because"),
    [
        (external(end=None), Reason.MISSING_DATA, "it has no end date; give one, at most 365 days ahead"),
        (external(end="2027-05-02"), Reason.INVALID_RECORD, "its end, 2027-05-02, is more than 365 days ahead; end it sooner"),
        (external("2026-06-01", "2027-06-02"), Reason.INVALID_RECORD, "its end, 2027-06-02, is more than 365 days ahead; end it sooner"),
        (external(boss=None), Reason.MISSING_DATA, "boss is empty, so nobody answers for them; name a sponsor"),
        (external(boss=" "), Reason.MISSING_DATA, "boss is empty, so nobody answers for them; name a sponsor"),
        (person(contract("2026-03-01", "2026-05-31")), Reason.MISSING_DATA, "boss is empty, so nobody answers for them; name a sponsor"),
        (person(contract("2026-03-01", "2026-04-01"), contract("2026-05-01", id="2"), boss="1"), Reason.MISSING_DATA, "it has no end date; give one, at most 365 days ahead"),
    ],
)  # fmt: skip
def test_a_record_that_lacks_something_is_held_and_says_what(record: Person, code: Reason, because: str) -> None:
    assert checked(record, RULES, day("2026-05-01")) == Rejected(hr_id="7", code=code, because=because)


@pytest.mark.parametrize(
    "record",
    [
        external(end="2027-05-01"),
        external("2026-06-01", "2027-06-01"),
        external(boss="jan@contoso.nl"),
        external("2025-01-01", "2026-04-30", boss=None),
        person(),
        Rejected(hr_id="7", code="", because="no number"),
    ],
)
def test_a_record_that_says_enough_or_is_over_is_left_as_it_is(record: Person | Rejected) -> None:
    assert checked(record, RULES, day("2026-05-01")) is record


def test_nothing_is_asked_of_people_in_hr() -> None:
    assert checked(external(end=None, boss=None), None, day("2026-05-01")) == external(end=None, boss=None)


def test_the_sponsor_is_named_by_the_contract_that_ends_last() -> None:
    both = person(
        contract("2026-01-01", "2026-03-01", boss="1"), contract("2026-02-01", "2026-04-01", id="2", boss="2")
    )
    assert named(both, RULES) == "2"
    assert named(person(contract("2026-01-01", "2026-03-01", boss=("3", "4"))), RULES) == "3"
    assert named(person(), RULES) == ""


def test_a_sponsor_who_is_named_by_an_address_is_known_to_rules_by_the_id_of_hr() -> None:
    assert by_id(external(boss="jan@contoso.nl"), RULES, JAN).fields == {"boss": "1"}
    inside = person(contract("2026-01-01", "2026-03-01", boss="jan@contoso.nl"))
    assert by_id(inside, RULES, JAN).contracts[0].fields == {"boss": "1"}
    assert by_id(external(boss="x@y.nl"), RULES, Sponsor(id="x", hr_id="", last=date.min)) == external(boss="x@y.nl")
    assert by_id(external(boss="01"), RULES, JAN) == external(boss="01")


# ── when they are asked about ────────────────────────────────────────────────────────────────────────────────────


def asked(
    one: Person, today: str, sponsor: Sponsor = JAN, said: Extension | None = None, rules: External = RULES
) -> Question | None:
    return question(extended(one, said), sponsor, standing(said, one), rules, day(today))


def test_it_is_asked_from_so_many_days_before_the_end_until_the_end() -> None:
    assert asked(external(), "2026-05-16") is None
    found = asked(external(), "2026-05-17")
    assert found == Question(
        end=day("2026-05-31"),
        until=day("2026-08-29"),
        without="",
        because="they end on 2026-05-31; a yes lets them stay until 2026-08-29",
    )
    assert asked(external(), "2026-05-31") == found
    assert asked(external(), "2026-06-01") is None


def test_nobody_is_asked_about_before_their_first_day() -> None:
    short = external("2026-05-25", "2026-05-31")
    assert asked(short, "2026-05-24") is None
    assert asked(short, "2026-05-25") is not None


def test_an_extended_end_is_asked_about_in_its_turn() -> None:
    said = word("2026-05-31", "2026-08-29")
    assert asked(external(), "2026-05-31", said=said) is None
    found = asked(external(), "2026-08-15", said=said)
    assert found is not None
    assert (found.end, found.until) == (day("2026-08-29"), day("2026-11-27"))


def test_a_sponsor_who_leaves_before_the_end_is_asked_about_and_a_yes_extends_nothing() -> None:
    leaving = replace(JAN, last=day("2026-04-30"))
    assert asked(external(), "2026-04-15", leaving) is None
    found = asked(external(), "2026-04-16", leaving)
    assert found == Question(
        end=day("2026-05-31"),
        until=day("2026-05-31"),
        without="jan",
        because="they end on 2026-05-31, and their sponsor is 1, whose last day is 2026-04-30; "
        "a yes lets them stay until 2026-05-31",
    )
    assert asked(external(), "2026-05-01", leaving) == found
    assert asked(external(), "2026-04-16", replace(JAN, last=day("2026-05-31"))) is None


def test_close_to_the_end_one_question_is_about_both() -> None:
    found = asked(external(), "2026-05-20", replace(JAN, last=day("2026-05-25")))
    assert found is not None
    assert (found.without, found.until) == ("jan", day("2026-08-29"))


@pytest.mark.parametrize(
    ("sponsor", "said"),
    [
        (Sponsor(id="9", hr_id="9", last=date.min), "their sponsor is 9, who is not in service"),
        (Sponsor(id="a", hr_id="", last=date.min), "nobody has the address of their sponsor"),
    ],
)
def test_a_sponsor_nobody_knows_is_asked_about_at_once_without_the_address(sponsor: Sponsor, said: str) -> None:
    found = asked(external(), "2026-03-01", sponsor)
    assert found is not None
    assert said in found.because


def test_whoever_may_stay_without_a_sponsor_is_not_asked_about_that_one_again() -> None:
    gone = replace(JAN, last=day("2026-04-30"))
    said = word("2026-05-31", "2026-05-31", without="jan")
    assert asked(external(), "2026-05-01", gone, said) is None
    assert asked(external(), "2026-05-01", replace(gone, id="piet"), said) is not None
    found = asked(external(), "2026-05-17", gone, said)
    assert found is not None
    assert found.without == ""


def test_of_somebody_without_an_end_or_a_contract_nothing_is_asked() -> None:
    assert asked(external(end=None), "2026-05-17") is None
    assert asked(person(boss="1"), "2026-05-17") is None
    assert list(days(person(boss="1"), JAN, RULES)) == []


# ── who begins ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sponsor", "why"),
    [
        (JAN, ""),
        (replace(JAN, last=day("2026-05-01")), ""),
        (replace(JAN, last=day("2026-04-30")), "their sponsor, 1, was in service until 2026-04-30; name somebody else"),
        (replace(JAN, last=date.min), "their sponsor, 1, is nobody in service that hr knows; name somebody else"),
        (Sponsor(id="a", hr_id="", last=date.min), "nobody in hr has the address of their sponsor; name somebody in service"),
        (Sponsor(id="", hr_id="", last=None), "boss is empty, so nobody answers for them; name a sponsor"),
    ],
)  # fmt: skip
def test_nobody_begins_for_whom_nobody_in_service_answers(sponsor: Sponsor, why: str) -> None:
    assert unsponsored(external(), sponsor, None, RULES, day("2026-05-01")) == why
    assert unsponsored(external(), sponsor, None, RULES, day("2026-06-01")) == "", "they are over"
    assert (
        unsponsored(external(), sponsor, word("2026-05-31", "2026-05-31", sponsor.id), RULES, day("2026-05-01")) == ""
    )


@pytest.mark.parametrize(
    ("one", "leave_after", "last"),
    [
        (person(contract("2020-01-01")), None, None),
        (person(contract("2020-01-01", "2026-05-31")), None, "2026-05-31"),
        (person(contract("2020-01-01", "2026-05-31"), contract("2027-01-01", id="2")), None, None),
        (person(contract("2020-01-01"), missing_since="2026-04-01"), None, None),
        (person(contract("2020-01-01"), missing_since="2026-04-01"), 30, "2026-04-30"),
        (person(contract("2020-01-01"), missing_since="2026-04-01"), 31, None),
    ],
)
def test_the_last_day_of_a_sponsor_is_that_of_the_contract_that_ends_last(
    one: Person, leave_after: int | None, last: str | None
) -> None:
    rules = SourcePolicy(connector="hr", leave_when_missing_for=leave_after)
    assert last_day(one, rules, day("2026-05-01")) == (day(last) if last else None)
    assert last_day(person(), rules, day("2026-05-01")) == date.min


# ── what a word does ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_word_is_for_the_end_that_the_source_gives_and_for_no_other() -> None:
    said = word("2026-05-31", "2026-12-31")
    assert ending(extended(external(), said)) == contract("2026-03-01", "2026-12-31")
    for other in ("2026-05-30", "2026-06-30", None):
        assert standing(said, external(end=other)) is None
        assert extended(external(end=other), said) == external(end=other)
    assert standing(said, person()) is None
    assert extended(person(), said) == person()


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("2026-05-31", ""),
        ("2026-06-01", ""),
        ("2027-05-01", ""),
        ("2027-05-02", "2027-05-02 is more than 365 days ahead; extend it less, and again when it is needed"),
        ("2026-05-30", "their source says 2026-05-31, which is later; an earlier end is set there"),
    ],
)
def test_a_day_that_the_policy_does_not_allow_is_refused_with_the_reason(until: str, why: str) -> None:
    assert misfit(external(), day(until), RULES, day("2026-05-01")) == why


def test_what_is_past_cannot_be_the_end_and_today_can() -> None:
    assert misfit(external(), day("2026-06-09"), RULES, day("2026-06-10")) == (
        "2026-06-09 is past; at the soonest they end today"
    )
    assert misfit(external(), day("2026-06-10"), RULES, day("2026-06-10")) == ""
    assert misfit(external(end=None), day("2026-06-10"), RULES, day("2026-06-10")).startswith(
        "their source gives no end"
    )
    assert misfit(person(), day("2026-06-10"), RULES, day("2026-06-10")).startswith("their source gives no end")


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda number: FIRST + timedelta(number)) | st.sampled_from([date.min, date.max])
RULESETS = st.integers(1, 20).flatmap(
    lambda ask: st.integers(ask + 1, 40).flatmap(
        lambda by: st.integers(ask + by, 120).map(
            lambda most: External(sponsor="boss", sponsors_in="hr", at_most=most, ask_before=ask, extend_by=by)
        )
    )
)
CONTRACTS = st.lists(
    st.builds(
        lambda id, start, end: Contract(id=id, start=start, end=end),
        id=st.sampled_from("123"),
        start=DAYS,
        end=st.none() | DAYS,
    ),
    max_size=3,
    unique_by=lambda one: one.id,
)
PEOPLE = st.builds(lambda some, boss: Person(hr_id="7", fields={"boss": boss}, contracts=tuple(some)), CONTRACTS, st.sampled_from(["1", "", None]))  # fmt: skip
SPONSORS = st.builds(Sponsor, id=st.sampled_from(["jan", "piet"]), hr_id=st.sampled_from(["1", ""]), last=st.none() | DAYS)  # fmt: skip
WORDS = st.none() | st.builds(
    Extension,
    of=DAYS,
    until=DAYS,
    without=st.sampled_from(["", "jan"]),
    by=st.just("els"),
    because=st.just(""),
    at=st.just(AT),
)


@given(PEOPLE, WORDS)
def test_a_word_never_shortens_anybody_and_changes_nothing_but_the_last_end(
    one: Person, said: Extension | None
) -> None:
    longer = extended(one, said)
    assert len(longer.contracts) == len(one.contracts)
    for old, new in zip(one.contracts, longer.contracts, strict=True):
        assert replace(new, end=old.end) == old
        assert (new.end or date.max) >= (old.end or date.max)
    differ = [old for old, new in zip(one.contracts, longer.contracts, strict=True) if old != new]
    assert differ in ([], [ending(one)])
    if standing(said, one) is None:
        assert longer == one


@given(PEOPLE, RULESETS, DAYS)
def test_a_record_that_is_good_stays_good_while_days_pass(one: Person, rules: External, today: date) -> None:
    if checked(one, rules, today) is one and today < date.max:
        assert checked(one, rules, today + DAY) is one


@given(PEOPLE, RULESETS, DAYS)
def test_whoever_is_let_in_ends_within_what_the_policy_allows(one: Person, rules: External, today: date) -> None:
    if checked(one, rules, today) is one:
        for each in one.contracts:
            assert each.end is not None
            if today <= each.end < date.max:
                assert (each.end - max(each.start, today)).days <= rules.at_most


@given(PEOPLE, SPONSORS, WORDS, RULESETS, DAYS)
@example(external(), JAN, None, RULES, date(2026, 5, 20))
def test_a_yes_never_goes_further_than_a_word_may_and_settles_the_question(
    one: Person, sponsor: Sponsor, said: Extension | None, rules: External, today: date
) -> None:
    found = question(extended(one, said), sponsor, standing(said, one), rules, today)
    last = ending(one)
    if found is None or last is None or last.end is None:
        return
    assert found.end >= today
    assert found.until >= found.end
    if found.until > found.end and found.until < date.max:
        assert (found.until - today).days <= rules.at_most
    yes = Extension(of=last.end, until=found.until, without=found.without, by="els", because="", at=AT)
    again = question(extended(one, yes), sponsor, standing(yes, one), rules, today)
    assert again is None or again.without != found.without or found.until == date.max


@given(PEOPLE, SPONSORS, WORDS, RULESETS, DAYS)
def test_what_is_asked_turns_on_no_day_but_those_that_are_named(
    one: Person, sponsor: Sponsor, said: Extension | None, rules: External, today: date
) -> None:
    now, stands = extended(one, said), standing(said, one)
    named_days = set(days(now, sponsor, rules))
    for offset in range(1, 40):
        if date.max - today < timedelta(offset):
            break
        then = today + timedelta(offset)
        if then not in named_days:
            before = then - DAY
            assert question(now, sponsor, stands, rules, then) == question(now, sponsor, stands, rules, before)
            assert unsponsored(now, sponsor, stands, rules, then) == unsponsored(now, sponsor, stands, rules, before)
