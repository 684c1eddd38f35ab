"""Who may answer, how many must, how long a yes is heard, and of what people are reminded."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from core_world import SMALL
from holds_world import BY, DAY, HOUR, NOW, TODAY, held, holds, yeses
from hypothesis import given
from hypothesis import strategies as st

from connectors import manifest
from shared.approvals import (
    barred,
    crowds,
    eyes,
    identities,
    overdue,
    reminders,
    roles,
    same_person,
    standing,
    verdict,
    with_deputies,
)
from shared.checks.policy import check
from shared.holds import Held, Said, Yes
from shared.policy import Approvals, Deputy
from shared.policy_file import PolicyInvalid, load

ELS, TOM = "entra:els@c.nl/1", "entra:tom@c.nl/2"

# ── two different people ─────────────────────────────────────────────────────────────────────────────────────────


@given(yeses(), BY, st.integers(1, 2))
def test_nothing_is_done_before_so_many_different_people_said_yes(said: tuple[Yes, ...], by: str, needed: int) -> None:
    one = held(yes=said)
    found = verdict(one, by, needed, NOW, Approvals())
    heard = [each.by for each in said if each.policy == "p" and NOW - each.at < 72 * HOUR]
    people = {min(sorted(identities(each))) for each in (*heard, by)}
    assert found.done is (len(people) >= needed)
    assert found.again is any(same_person(each, by) for each in heard)


@given(yeses(), st.randoms())
def test_the_order_of_yeses_does_not_matter(said: tuple[Yes, ...], dice: Any) -> None:
    other = list(said)
    dice.shuffle(other)
    rules = Approvals()
    one, two = standing(held(yes=said), NOW, rules), standing(held(yes=tuple(other)), NOW, rules)
    assert {min(identities(each.by)) for each in one} == {min(identities(each.by)) for each in two}


@given(st.integers(1, 200), st.integers(0, 300))
def test_a_yes_is_heard_for_as_long_as_the_policy_says(expire: int, hours: int) -> None:
    one = held(yes=(Yes(ELS, NOW - hours * HOUR, "p"),))
    assert verdict(one, TOM, 2, NOW, Approvals(expire=expire)).done is (hours < expire)


def test_a_yes_under_another_policy_is_not_heard() -> None:
    assert not verdict(held(yes=(Yes(ELS, NOW, "old"),)), TOM, 2, NOW, Approvals()).done


def test_a_person_is_the_same_by_any_of_their_names() -> None:
    assert same_person("entra:Els@c.nl/1", "entra:els@c.nl/9")
    assert same_person("entra:els@c.nl/1", "entra:married@c.nl/1")
    assert not same_person("entra:els@c.nl/1", "local:els@c.nl")
    assert identities("local:els") == {"local:els"}


@pytest.mark.parametrize(
    ("word", "what", "reason", "two"),
    [
        ("delete", "delete", "limit", True),
        ("grant:group", "grant:group:Finance", "limit", True),
        ("grant:group:Finance", "grant:group:Finance", "limit", True),
        ("grant:group:Fin", "grant:group:Finance", "limit", False),
        ("limit", "disable", "limit", True),
        ("delete", "disable", "limit", False),
        ("enable", "enable-1!", "disabled_by_others", True),
    ],
)
def test_four_eyes_are_asked_for_what_the_policy_names(word: str, what: str, reason: str, two: bool) -> None:
    assert eyes(held(what=what, reason=reason), {}, 1, Approvals(four_eyes=(word,))) == (2 if two else 1)


def test_above_a_number_of_people_two_must_say_yes_and_picking_them_out_one_by_one_is_no_way_around() -> None:
    rules, some = Approvals(four_eyes_above=2), [held(str(number)) for number in range(3)]
    crowd = crowds([*some, held("1", what="delete"), replace(held("9"), rejected=Said("els", NOW, "no"))])
    assert eyes(some[0], crowd, 1, rules) == 2
    assert eyes(held("1", what="delete"), crowd, 1, rules) == 1
    assert eyes(held("1", what="delete"), crowd, 3, rules) == 2, "one list of many people"


@given(holds(), st.integers(0, 4))
def test_nobody_is_asked_for_more_than_two(some: list[Held], above: int) -> None:
    rules, crowd = Approvals(four_eyes_above=above, four_eyes=("delete",)), crowds(some)
    assert all(eyes(one, crowd, len(some), rules) in (1, 2) for one in some)


# ── who may answer ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_closest_name_says_who_is_asked_and_a_rule_s_own_word_comes_first() -> None:
    rules = Approvals(ask={"limit": ("hr",), "grant": ("it",), "grant:group:Finance": ("owner", "it")})
    assert roles(held(), rules) == ("hr",)
    assert roles(held(what="grant:license:E3"), rules) == ("it",)
    assert roles(held(what="grant:group:Finance"), rules) == ("owner", "it")
    assert roles(held(what="grant:group:Finance", approver="manager"), rules) == ("manager",)
    assert roles(held(reason="rename", what="rename"), rules) == ()


def test_whoever_is_not_asked_is_told_who_is() -> None:
    assert barred(ELS, (), None, ()) == ""
    assert barred(ELS, ("it",), {"els@c.nl"}, ()) == ""
    assert barred(ELS, ("it",), {"1"}, ()) == ""
    assert barred(ELS, ("it", "hr"), {"tom@c.nl"}, ()) == "the policy asks it or hr, and you are not among them"
    assert barred(ELS, ("manager",), (), ()) == "the policy asks manager, and you are not among them"


def test_nobody_approves_what_is_about_themselves_whatever_role_they_have() -> None:
    assert barred(ELS, ("it",), {"els@c.nl"}, {"ELS@c.nl"}) == "nobody approves what is about themselves"
    assert barred(ELS, (), None, {"1"}) == "nobody approves what is about themselves"


def test_a_deputy_stands_in_between_two_days_and_not_for_deputies() -> None:
    deputies = {
        "Els@c.nl": (Deputy(who="Tom@c.nl", since=date(2026, 3, 2), until=date(2026, 3, 6)),),
        "tom@c.nl": (Deputy(who="ann@c.nl"),),
    }
    rules = Approvals(deputies=deputies)
    days = [date(2026, 3, day) for day in (1, 2, 6, 7)]
    found = [with_deputies(["els@c.nl"], rules, day) for day in days]
    assert found == [{"els@c.nl"}, {"els@c.nl", "tom@c.nl"}, {"els@c.nl", "tom@c.nl"}, {"els@c.nl"}]


# ── reminders ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_nobody_answers_is_overdue_and_people_are_reminded_again_and_again() -> None:
    rules, one = Approvals(remind_after=24), held()
    assert not overdue(one, NOW + 23 * HOUR, TODAY, rules)
    late = NOW + 24 * HOUR
    assert reminders([one], late, late.date(), rules) == [one]
    told = replace(one, reminded=late)
    assert reminders([told], late + 23 * HOUR, late.date(), rules) == []
    assert reminders([told], late + 24 * HOUR, late.date(), rules) == [told]


@given(holds(), st.integers(0, 100))
def test_only_what_waits_is_overdue(some: list[Held], hours: int) -> None:
    rules, now = Approvals(), NOW + hours * HOUR
    answered = [replace(one, rejected=Said("els", NOW, "no")) for one in some]
    put_off = [replace(one, snoozed=Said("els", NOW, "", date(2026, 12, 1))) for one in some]
    assert reminders([*answered, *put_off], now, now.date(), rules) == []
    assert [overdue(one, now, now.date(), rules) for one in some] == [hours >= 24] * len(some)


def test_after_a_snooze_people_have_their_time_again() -> None:
    one, rules = held(snoozed=Said("els", NOW, "", date(2026, 3, 10))), Approvals()
    morning = NOW.replace(day=10)
    assert not overdue(one, morning, morning.date(), rules)
    assert overdue(one, morning + DAY, date(2026, 3, 11), rules)


# ── the policy ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("expire: 0", "11:11: approvals.expire: write 1 or more"),
        (
            "four_eyes: [delte]",
            "11:15: approvals.four_eyes.0: nothing waits that is called delte; did you mean delete?",
        ),
        (
            "ask: {limt: it}\n  approvers: {it: els}",
            "11:15: approvals.ask.limt: nothing waits that is called limt; did you mean limit?",
        ),
        (
            "ask: {limit: ict}\n  approvers: {it: els}",
            "11:16: approvals.ask.limit: approvers has no role ict; did you mean it?",
        ),
        ("owners: {Finance: els}", "11:21: approvals.owners.Finance: write the kind before it, such as group:Finance"),
        (
            "deputies: {els: [{who: tom, until: May}]}",
            "11:38: approvals.deputies.els.0.until: write a day such as 2026-12-31",
        ),
        (
            "deputies: {els: [{who: tom, since: 2026-02-02, until: 2026-02-01}]}",
            "11:20: approvals.deputies.els.0: until cannot be earlier than since",
        ),
        ("approver: {it: els}", "11:3: approvals.approver: this key is not known; did you mean approvers?"),
    ],
)
def test_a_mistake_in_approvals_is_named_with_its_place(lines: str, said: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        check(load(f"{SMALL}approvals:\n  {lines}\n"), manifest)
    assert said in [str(one) for one in refused.value.mistakes]


def test_one_name_may_stand_for_a_list() -> None:
    text = f'{SMALL}approvals: {{approvers: {{it: els}}, ask: {{limit: [it, manager], "grant:group:Sales": owner}}}}\n'
    rules = load(text).policy.approvals
    assert (rules.approvers["it"], rules.ask["grant:group:Sales"]) == (("els",), ("owner",))
