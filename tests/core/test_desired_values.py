"""What becomes of a value: its mode, its null policy, being left alone, and what names follow from."""

# ruff: noqa: E501 - each case stands on one line

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest
from core_world import AMSTERDAM, SOURCE, VALUES, contract, day, person, target
from hypothesis import given
from hypothesis import strategies as st

from shared.desired import EMPTY, View, desired, evaluated, level, view
from shared.errors import Reason, Refused
from shared.expressions import IGNORE_ATTRIBUTE, Facts, Outcome
from shared.lifecycle import Standing
from shared.model import Candidates, Desired, Person, Series, Stage
from shared.policy import AttributePolicy, Mode, Policy, TargetPolicy

MARCH = day("2026-03-02")
MODES = {"enforce": "attributes", "on_change": "changing", "if_empty": "lacking", "create_only": "initial"}
LEFT_ALONE = 'IIF([x] = "wait", IgnoreObjectFlow, [x])'
BROKEN = 'DateFormat([begin], "yyyy")'


def customer(policy: TargetPolicy, **more: Any) -> Policy:
    return Policy(customer="Contoso", time_zone=AMSTERDAM, sources={"hr": SOURCE}, targets={"entra": policy}, **more)


def seen(someone: Person, policy: TargetPolicy, on: date = MARCH, manager: Facts | None = None, **more: Any) -> View:
    return view(someone, SOURCE, customer(policy, **more), on, seed="seed", manager=manager)


def wanted(policy: TargetPolicy, end: str | None = None, **facts: Any) -> Desired | None:
    return desired(seen(person(contract("2020-01-01", end), **facts), policy), "entra", policy)


def found(policy: TargetPolicy, end: str | None = None, **facts: Any) -> Desired:
    one = wanted(policy, end, **facts)
    assert one is not None
    return one


def mapped(names: Any = None, **attributes: Any) -> TargetPolicy:
    return target(attributes={"employeeId": "[employeeId]", **attributes}, names=names or {})


# ── modes ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("value", ["a", None, "", False, ("a", "b")])
def test_a_value_stands_under_its_mode_and_nowhere_else(mode: str, value: Any) -> None:
    one = found(mapped(mail={"value": "[x]", "mode": mode}), x=value)
    others = {place: dict(getattr(one, place)) for place in MODES.values()}
    assert others.pop(MODES[mode]).pop("mail") == value
    assert all("mail" not in values for values in others.values())


@pytest.mark.parametrize("mode", MODES)
def test_who_leaves_is_wanted_to_hold_nothing(mode: str) -> None:
    one = found(mapped(mail={"value": "[x]", "mode": mode}), "2026-03-01", x="a")
    assert (one.stage, one.attributes, one.changing, one.lacking, one.initial) == (Stage.DORMANT, {}, {}, {}, {})


@pytest.mark.parametrize("mode", MODES)
def test_a_key_finds_the_account_whenever_it_is_written(mode: str) -> None:
    policy = target(attributes={"employeeId": {"value": "[employeeId]", "mode": mode}})
    assert found(policy).keys == found(policy, "2026-03-01").keys == {"employeeId": "7"}


# ── null ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        # the default stands in for null and for what is as good as null
        ("[x]", {"x": None}, "none"),
        ("[x]", {"x": ""}, "none"),
        ("[x]", {"x": ()}, "none"),
        ('Join(" ", [x], [y])', {}, "none"),
        ('Lookup("towns", [x])', {"x": "Atlantis"}, "none"),
        ("Manager([x])", {"x": "a"}, "none"),
        # a value is a value
        ("[x]", {"x": "a"}, "a"),
        ("[x]", {"x": False}, False),
        ("[x]", {"x": 0}, 0),
        ("[x]", {"x": " "}, " "),
        ("[x]", {"x": ("a",)}, ("a",)),
        ('Lookup("towns", [x])', {"x": "Gent"}, "GNT"),
        # what HR does not speak of stays absent, and what is left alone is left alone
        ("[x]", {}, Outcome.ABSENT),
        ("IgnoreAttributeFlow", {}, IGNORE_ATTRIBUTE),
        ("IgnoreObjectFlow", {}, Outcome.IGNORE_OBJECT),
    ],
)  # fmt: skip
def test_a_default_stands_in_for_null_and_for_nothing_else(rule: str, facts: dict[str, Any], expected: Any) -> None:
    mapping = AttributePolicy.model_validate({"value": rule, "null": {"default": "none"}})
    policy = mapped(mail=mapping)
    someone = seen(person(contract("2020-01-01"), **facts), policy, tables={"towns": {"Gent": "GNT"}})
    assert evaluated(someone, "entra/mail", "mail", mapping) == expected


@pytest.mark.parametrize("mode", MODES)
def test_a_default_is_written_in_its_mode(mode: str) -> None:
    one = found(mapped(mail={"value": "[x]", "mode": mode, "null": {"default": "none"}}), x=None)
    assert getattr(one, MODES[mode])["mail"] == "none"


@given(st.sampled_from(["clear", "keep", {"default": "d"}]), VALUES)
def test_the_null_policy_touches_only_what_is_empty(null: Any, value: Any) -> None:
    mapping = AttributePolicy.model_validate({"value": "[x]", "null": null})
    someone = seen(person(x=value), mapped(mail=mapping))
    answer = evaluated(someone, "entra/mail", "mail", mapping)
    if value not in EMPTY:
        assert answer == value
    else:
        assert answer == {"clear": value, "keep": IGNORE_ATTRIBUTE}.get(null if isinstance(null, str) else "", "d")


# ── left alone, or not to be worked out ──────────────────────────────────────────────────────────────────────────


def test_an_attribute_that_is_left_alone_stands_nowhere() -> None:
    for mode in MODES:
        one = found(mapped(mail={"value": "IgnoreAttributeFlow", "mode": mode}))
        assert all("mail" not in getattr(one, place) for place in MODES.values())


def test_whoever_is_left_alone_is_not_asked_for_what_they_lack_whatever_stands_first() -> None:
    rules = {"employeeId": "[employeeId]", "mail": BROKEN, "city": LEFT_ALONE, "title": "Mid([begin], 0, 1)"}
    for order in permutations(rules.items()):
        policy = target(attributes=dict(order))
        assert wanted(policy, x="wait", begin="never") is None
        with pytest.raises(Refused, match=r"(mail|title) cannot be worked out"):
            wanted(policy, x="go", begin="never")


def test_of_several_values_that_cannot_be_worked_out_the_first_is_named() -> None:
    policy = mapped(mail=BROKEN, city=BROKEN)
    with pytest.raises(Refused) as refused:
        wanted(policy, begin="never")
    assert (refused.value.attribute, refused.value.reason) == ("mail", Reason.MISSING_DATA)


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────

TRIED = "SelectUniqueValue([a], [b], Numbered([c]))"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"a": "x", "b": "y", "c": "z"}, Candidates(values=("x", "y"), series=Series(stem="z"))),
        ({"a": None, "b": "y", "c": "z"}, Candidates(values=("", "y"), series=Series(stem="z"))),
        ({"b": "", "c": "z"}, Candidates(values=("", ""), series=Series(stem="z"))),
        ({"a": "x"}, Candidates(values=("x", ""))),
    ],
)
def test_candidates_keep_their_place_and_stand_in_no_mode(facts: dict[str, Any], expected: Candidates) -> None:
    one = found(mapped(mail=TRIED), **facts)
    assert one.candidates == {"mail": expected}
    assert all("mail" not in getattr(one, place) for place in MODES.values())


@pytest.mark.parametrize("facts", [{}, {"a": None, "b": "", "c": None}, {"c": ""}])
def test_a_name_that_cannot_be_made_of_anything_waits_for_hr(facts: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="no rule gives a value for mail; HR must give what it is made of") as refused:
        wanted(mapped(mail=TRIED), **facts)
    assert (refused.value.reason, refused.value.attribute) == (Reason.MISSING_DATA, "mail")
    assert found(mapped(mail=TRIED), "2026-03-01", **facts).stage is Stage.DORMANT


def test_a_number_alone_is_no_name() -> None:
    with pytest.raises(Refused, match="no rule gives a value for mail"):
        wanted(mapped(mail='SelectUniqueValue([a], Numbered("@contoso.nl"))'), a=None)


FACTS = {"a": "x", "b": "y", "c": "z", "d": "w", "hours": 36}


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({"a": "X"}, True), ({"c": "zz"}, True), ({"b": None}, True),
        ({"d": "other"}, False), ({"hours": 8}, False), ({"new": "fact"}, False),
    ],
)  # fmt: skip
def test_names_follow_from_the_facts_their_rules_read(change: dict[str, Any], moves: bool) -> None:
    policy = mapped(mail=TRIED, city="[d]")
    assert (found(policy, **FACTS).basis != found(policy, **{**FACTS, **change}).basis) is moves


def test_names_follow_from_what_all_of_them_read_and_not_from_the_rule() -> None:
    both = mapped(mail=TRIED, alias="SelectUniqueValue([d], [a])")
    assert found(both, **FACTS).basis != found(both, **{**FACTS, "d": "other"}).basis
    other = mapped(mail='SelectUniqueValue(Append([a], ".x"), [b], Numbered([c]))')
    assert found(other, **FACTS).basis == found(mapped(mail=TRIED), **FACTS).basis


def test_a_name_made_by_a_form_follows_from_every_part_it_may_read() -> None:
    policy = mapped(mail='SelectUniqueValue(Name("B", "{nick}.{family}"), Name("B", "{given}{family}"))')
    bos = {"nickName": "Anna", "surname": "Bos"}
    assert found(policy, **bos).basis != found(policy, **bos, prefix="van").basis
    assert found(policy, **bos).basis == found(policy, **bos, department="Sales").basis


@pytest.mark.parametrize(
    ("names", "rule", "has"),
    [
        ({}, TRIED, True),
        ({"rename": "ask"}, TRIED, True),
        ({"rename": "automatic"}, TRIED, True),
        ({"rename": "never"}, TRIED, False),
        ({}, "[a]", False),
        ({"rename": "automatic"}, "[a]", False),
    ],
)
def test_nobody_is_renamed_where_the_policy_says_never_or_nothing_is_tried(
    names: dict[str, str], rule: str, has: bool
) -> None:
    assert bool(found(mapped(names, mail=rule), **FACTS).basis) is has


def test_of_who_leaves_no_name_is_asked() -> None:
    one = found(mapped(mail=TRIED), "2026-03-01", **FACTS)
    assert (one.candidates, one.basis) == ({}, "")


# ── what rules see ───────────────────────────────────────────────────────────────────────────────────────────────


def test_rules_see_the_contract_that_speaks_and_all_others_behind_it() -> None:
    old, now, next_one = contract("2019-01-01", "2019-12-31", "1"), contract("2020-01-01", None, "2"), contract("2027-01-01", None, "3")  # fmt: skip
    someone = seen(person(old, next_one, now, name="Anna"), mapped())
    assert [one["contractId"] for one in someone.scope.contracts] == ["2", "3", "1"]
    assert [one["contractState"] for one in someone.scope.contracts] == ["active", "future", "past"]
    assert someone.facts == someone.scope.contracts[0]
    assert seen(person(name="Anna"), mapped()).facts == {"employeeId": "7", "name": "Anna"}
    assert seen(person(), mapped()).scope.contracts == ()


def test_rules_see_the_manager_the_tables_and_the_beginning_of_the_customers_day() -> None:
    someone = seen(person(), mapped(), manager={"mail": "boss@a"}, tables={"towns": {"Gent": "GNT"}})
    assert someone.scope.manager == {"mail": "boss@a"}
    assert someone.scope.tables == {"towns": {"Gent": "GNT"}}
    assert someone.scope.now == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert someone.scope.now.date() == MARCH
    assert seen(person(), mapped()).scope.manager is None


def test_generated_values_differ_between_attributes_and_targets_and_people() -> None:
    rule = "RandomString(8, 2, 2, 2, 2)"
    policy = mapped(mail=rule, city=rule)
    someone = seen(person(contract("2020-01-01")), policy)
    here, there = desired(someone, "entra", policy), desired(someone, "other", policy)
    assert here is not None
    assert there is not None
    assert len({here.attributes["mail"], here.attributes["city"], there.attributes["mail"]}) == 3
    assert desired(someone, "entra", policy) == here


def test_a_level_has_a_reason_and_the_scope_speaks_before_the_contract() -> None:
    policy = target(when={"kind": "staff"})
    inside = level(seen(person(contract("2020-01-01"), kind="staff"), policy), policy)
    assert inside == Standing(stage=Stage.ACTIVE, because="in service", entitled=True)
    outside = level(seen(person(contract("2020-01-01"), kind="guest"), policy), policy)
    assert outside == Standing(stage=Stage.DORMANT, because="outside the target's scope")


def test_the_default_of_a_mode_is_to_keep_a_value_in_line() -> None:
    assert mapped(mail="[a]").attributes["mail"].mode is Mode.ENFORCE
