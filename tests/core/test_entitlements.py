"""Who gets what: by which rule and which contract, from when, under which name, and what excludes each other."""

from datetime import date
from typing import Any

import pytest
from core_world import AMSTERDAM, SOURCE, contract, day, person, target
from pydantic import ValidationError

from shared.desired import desired, view
from shared.entitlements import Origin, turning_days
from shared.errors import Reason
from shared.model import Contract, Desired, Entitlement, Stage
from shared.policy import Policy

MARCH = day("2026-03-02")
SALES, FINANCE = Entitlement("group", "Sales"), Entitlement("group", "Finance")


def decided(
    grants: list[Any], *contracts: Contract, on: date = MARCH, exclusive: Any = (), timing: Any = None, **facts: Any
) -> Desired:
    rules = target(grants=grants, exclusive=exclusive, timing=timing or {"create_before": 30})
    policy = Policy(customer="Contoso", time_zone=AMSTERDAM, sources={"hr": SOURCE}, targets={"entra": rules})
    someone = person(*(contracts or (contract("2020-01-01"),)), **facts)
    found = desired(view(someone, SOURCE, policy, on, seed="seed"), "entra", rules)
    assert found is not None
    return found


def names(found: Desired) -> list[str]:
    return sorted(map(str, found.entitlements))


def test_every_kind_is_named_and_says_which_rule_and_contract_gave_it() -> None:
    found = decided([{"group": "All"}, {"license": "E3"}, {"role": "HR app/Reader"}, {"group": "All"}])
    assert names(found) == ["group:All", "license:E3", "role:HR app/Reader"]
    assert found.reasons == {
        "group:All": "grants.0 (contract 1), grants.3 (contract 1)",
        "license:E3": "grants.1 (contract 1)",
        "role:HR app/Reader": "grants.2 (contract 1)",
    }


TWO = (
    contract("2020-01-01", id="big", department="Sales", location="Ede", fte=0.8),
    contract("2021-01-01", id="small", department="Finance", location="Tiel", fte=0.2),
)


def test_a_rule_looks_at_the_contract_that_speaks_unless_it_says_any_contract() -> None:
    rules: list[Any] = [
        {"group": "Finance", "when": {"department": "Finance"}},
        {"group": "Any finance", "when": {"any_contract": {"department": "Finance"}}},
        {"group": "Finance in Ede", "when": {"any_contract": {"department": "Finance", "location": "Ede"}}},
    ]
    found = decided(rules, *TWO)
    assert found.reasons == {"group:Any finance": "grants.1 (contract small)"}


def test_only_contracts_in_force_count_and_the_one_that_speaks_when_there_is_none() -> None:
    rule: list[Any] = [{"group": "Finance", "when": {"any_contract": {"department": "Finance"}}, "before": 10}]
    past = contract("2019-01-01", "2026-03-01", id="past", department="Finance")
    future = contract("2026-03-10", id="future", department="Finance")
    now = contract("2020-01-01", id="now", department="Sales")
    assert names(decided(rule, past, now, future)) == []
    assert names(decided(rule, past, now, future, on=day("2026-03-01"))) == ["group:Finance"]
    assert names(decided(rule, past, now, future, on=day("2026-03-10"))) == ["group:Finance"]
    assert names(decided(rule, future)) == ["group:Finance"]
    assert names(decided(rule, past, timing={"disable_after": 3})) == ["group:Finance"]


def test_a_name_made_of_facts_takes_them_from_the_contract_that_matched() -> None:
    each: list[Any] = [{"group": "Dept-{department}", "when": {"any_contract": {"department": {"present": True}}}}]
    assert decided(each, *TWO).reasons == {
        "group:Dept-Finance": "grants.0 (contract small)",
        "group:Dept-Sales": "grants.0 (contract big)",
    }
    assert names(decided([{"group": "Dept-{department}"}], *TWO)) == ["group:Dept-Sales"]
    assert names(
        decided([{"group": "Site {location}/{department}", "when": {"any_contract": {"fte": 0.2}}}], *TWO)
    ) == ["group:Site Tiel/Finance"]


def test_a_missing_fact_gives_no_name_and_a_list_gives_several() -> None:
    rule: list[Any] = [{"group": "Skill {skill}"}]
    assert names(decided(rule)) == []
    assert names(decided(rule, skill="")) == []
    assert names(decided(rule, skill=("A", "B"))) == ["group:Skill A", "group:Skill B"]


def test_a_name_that_is_too_long_waits_by_itself_and_shows_no_fact() -> None:
    found = decided([{"group": "All"}, {"group": "Dept-{department}"}], department="Secret" * 60)
    assert names(found) == ["group:All"]
    assert found.waiting == {
        Reason.INVALID_VALUE: "grants.1 (contract 1) gives a name of more than 256 characters; correct it in HR or in "
        "the policy"
    }


def test_all_that_waits_for_one_reason_is_told() -> None:
    found = decided([{"group": "A-{department}"}, {"group": "B-{department}"}], department="Secret" * 60)
    assert [one.split()[0] for one in found.waiting[Reason.INVALID_VALUE].split("; ")[::2]] == ["grants.0", "grants.1"]


@pytest.mark.parametrize(
    ("on", "stage", "expected"),
    [
        ("2026-03-12", Stage.READY, []),
        ("2026-03-27", Stage.READY, ["group:Early"]),
        ("2026-03-31", Stage.READY, ["group:Early", "group:Eve"]),
        ("2026-04-01", Stage.ACTIVE, ["group:Early", "group:Eve", "group:First day"]),
    ],
)
def test_a_rule_may_give_something_ahead_of_the_first_day(on: str, stage: Stage, expected: list[str]) -> None:
    rules = [{"group": "Early", "before": 5}, {"group": "Eve", "before": 1}, {"group": "First day"}]
    found = decided(rules, contract("2026-04-01"), on=day(on))
    assert (found.stage, names(found)) == (stage, expected)


def test_ahead_of_the_first_day_is_not_on_it_though_somebody_begins_with_a_leave() -> None:
    rules, away = [{"group": "Early", "before": 5}], {"leave": [{"begins": "leaveStart"}]}
    job = contract("2026-04-01", leaveStart="2026-04-01")
    assert names(decided(rules, job, timing=away, on=day("2026-03-31"))) == ["group:Early"]
    assert names(decided(rules, job, timing=away, on=day("2026-04-01"))) == []


def test_what_may_be_created_and_who_is_asked_follows_from_every_rule_that_gives_it() -> None:
    found = decided(
        [
            {"group": "Dept-{department}", "create": "yes"},
            {"group": "Vault", "ask": "manager"},
            {"group": "Vault", "ask": "it"},
            {"group": "Shared", "ask": "owner"},
            {"group": "Shared"},
            {"group": "Dept-Sales"},
        ],
        department="Sales",
    )
    assert found.creatable == {Entitlement("group", "Dept-Sales")}
    assert found.asking == {"group:Vault": "manager"}


def test_whom_to_ask_and_which_rule_gave_it_is_told_in_one_order() -> None:
    found = decided([{"group": name, "ask": "it"} for name in "hgfedcba"])
    assert list(found.asking) == list(found.reasons) == [f"group:{name}" for name in "abcdefgh"]


def test_of_who_has_no_contract_only_the_rule_is_named() -> None:
    (grant,) = target(grants=[{"group": "All"}]).grants
    assert str(Origin(number=0, grant=grant, contract="")) == "grants.0"


BOTH: list[Any] = [{"group": "Sales", "when": {"a": 1}}, {"group": "Finance", "when": {"b": 1}}, {"group": "All"}]


def test_of_two_that_exclude_each_other_neither_is_given_or_taken_until_a_person_decides() -> None:
    found = decided(BOTH, exclusive=[{"of": [{"group": "Sales"}, {"group": "Finance"}]}], a=1, b=1)
    assert (names(found), found.kept) == (["group:All"], {SALES, FINANCE})
    assert found.waiting == {
        Reason.CONFLICT: "exclusive.0 lets nobody have group:Sales (grants.0) and group:Finance (grants.1) together; "
        "correct it in HR or in the policy"
    }
    twice = decided(
        [*BOTH, {"group": "Sales"}], exclusive=[{"of": [{"group": "Sales"}, {"group": "Finance"}]}], a=1, b=1
    )
    assert (
        "have group:Sales (grants.0, grants.3) and group:Finance (grants.1) together" in twice.waiting[Reason.CONFLICT]
    )
    alone = decided(BOTH, exclusive=[{"of": [{"group": "Sales"}, {"group": "Finance"}]}], b=1)
    assert (names(alone), alone.kept, alone.waiting) == (["group:All", "group:Finance"], frozenset(), {})
    assert alone.apart == (frozenset({SALES, FINANCE}),)


@pytest.mark.parametrize("rules", [BOTH, BOTH[::-1]])
def test_precedence_gives_the_first_of_the_list_whatever_the_order_of_rules(rules: list[Any]) -> None:
    of = [{"group": "Finance"}, {"group": "Sales"}]
    found = decided(rules, exclusive=[{"of": of, "then": "first"}], a=1, b=1)
    assert (names(found), found.kept, found.waiting) == (["group:All", "group:Finance"], frozenset(), {})
    assert found.reasons["group:Sales"].endswith("; exclusive.0 prefers group:Finance")


def test_what_lost_to_another_no_longer_excludes_a_third() -> None:
    rules = [{"group": "A"}, {"group": "B"}, {"group": "C"}]
    of = [{"of": [{"group": "A"}, {"group": "B"}], "then": "first"}, {"of": [{"group": "B"}, {"group": "C"}]}]
    found = decided(rules, exclusive=of)
    assert (names(found), found.waiting) == (["group:A", "group:C"], {})


def test_what_waits_for_a_person_already_is_no_second_question() -> None:
    rules = [{"group": "A"}, {"group": "B"}, {"group": "C"}]
    found = decided(
        rules, exclusive=[{"of": [{"group": "A"}, {"group": "B"}]}, {"of": [{"group": "B"}, {"group": "C"}]}]
    )
    assert (names(found), sorted(map(str, found.kept))) == (["group:C"], ["group:A", "group:B"])
    assert "exclusive.1" not in found.waiting[Reason.CONFLICT]


def test_rules_name_the_days_on_which_they_may_turn() -> None:
    rules = target(
        when={"contractEnd": {"at_least": "today - 5"}},
        grants=[
            {"group": "Early", "before": 5},
            {"group": "New", "when": {"any_contract": {"contractStart": {"at_least": "today - 90"}}}},
        ],
    )
    facts = {"contractStart": "2026-04-01", "contractEnd": "2026-12-31"}
    assert sorted(turning_days(rules, [facts, {}])) == [day("2026-03-27"), day("2026-07-01"), day("2027-01-06")]


@pytest.mark.parametrize(
    ("on", "given"),
    [("2026-03-31", False), ("2026-04-01", True), ("2026-04-30", True), ("2026-05-01", False), ("2026-06-01", False)],
)
def test_what_is_given_for_days_after_leaving_is_given_on_no_other_day(on: str, given: bool) -> None:
    rule: list[Any] = [{"group": "Left", "leaving": 30}]
    gone = contract("2020-01-01", "2026-03-31")
    assert names(decided(rule, gone, on=day(on))) == (["group:Left"] if given else [])
    again = contract("2026-06-01", id="2")
    assert names(decided(rule, gone, again, on=day("2026-06-01"))) == []
    assert names(decided(rule, contract("2026-06-01"), on=day(on))) == []


def test_it_is_given_to_nobody_who_still_has_an_account_and_counted_from_the_last_day_however_somebody_left() -> None:
    rule: list[Any] = [{"group": "Left", "leaving": 30}]
    gone = contract("2020-01-01", "2026-03-31", endReason="dismissal")
    open_until = {"disable_after": 5}
    assert names(decided(rule, gone, timing=open_until, on=day("2026-04-05"))) == []
    assert names(decided(rule, gone, timing=open_until, on=day("2026-04-06"))) == ["group:Left"]
    at_once = {"at_once": {"endReason": "dismissal"}}
    assert names(decided(rule, gone, timing=at_once, on=day("2026-03-31"))) == []
    assert names(decided(rule, gone, timing=at_once, on=day("2026-04-01"))) == ["group:Left"]


def test_such_a_rule_is_looked_at_on_its_first_day_and_after_its_last() -> None:
    rules = target(grants=[{"group": "Left", "leaving": 30}])
    assert sorted(turning_days(rules, [{"contractEnd": "2026-03-31"}, {"contractEnd": None}])) == [
        day("2026-04-01"),
        day("2026-05-01"),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"grants": [{"group": "A", "role": "B"}]}, "name exactly one thing: group, license, role, "),
        ({"grants": [{"when": {}}]}, "name exactly one thing"),
        ({"grants": [{"group": "Dept-{department"}]}, "a brace stands alone"),
        ({"grants": [{"group": "x" * 257}]}, "at most 256 characters"),
        ({"grants": [{"license": "A", "create": "yes"}]}, "only a group can be created"),
        ({"grants": [{"group": "A", "ask": ""}]}, "at least 1 character"),
        ({"grants": [{"group": "A", "after": -1}]}, "greater than or equal to 0"),
        ({"grants": [{"group": "A", "leaving": 3, "after_leaving": 3}]}, "leave before, after and after_leaving out"),
        ({"grants": [{"opened_to": "{manager}"}]}, "is for who has left; say for how many days, with leaving"),
        ({"exclusive": [{"of": [{"group": "A"}]}]}, "at least 2 items"),
        ({"exclusive": [{"of": [{"group": "A"}, {"group": "{a}"}]}]}, "named without facts"),
        ({"exclusive": [{"of": [{"group": "A"}, {"group": "A"}]}]}, "named twice"),
        ({"exclusive": [{"of": [{"group": "A"}, {"group": "B"}], "then": "last"}]}, "'hold' or 'first'"),
    ],
)
def test_a_rule_that_says_nothing_clear_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        target(**wrong)
