"""What policy wants for a person today: values, nulls, candidates, keys and entitlements, and when it says nothing."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from core_world import AMSTERDAM, NAMES, SOURCE, VALUES, contract, day, person, target
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts import facts_of
from shared.desired import desired, view
from shared.entitlements import turning_days
from shared.errors import Reason, Refused
from shared.lifecycle import next_change
from shared.model import Candidates, Contract, Desired, Entitlement, Person, Stage
from shared.policy import Policy, SourcePolicy, TargetPolicy
from tests.effort import effort

MARCH = day("2026-03-02")


def wanted(someone: Person, policy: TargetPolicy, on: date = MARCH, source: SourcePolicy = SOURCE) -> Desired:
    found = asked(someone, policy, on, source)
    assert found is not None
    return found


def asked(
    someone: Person, policy: TargetPolicy, on: date = MARCH, source: SourcePolicy = SOURCE, seed: str = "seed"
) -> Desired | None:
    customer = Policy(customer="Contoso", time_zone=AMSTERDAM, sources={"hr": source}, targets={"entra": policy})
    return desired(view(someone, source, customer, on, seed=seed), "entra", policy)


def employed(start: str = "2020-01-01", end: str | None = None, **facts: Any) -> Person:
    return person(contract(start, end), **facts)


def mapped(**attributes: Any) -> TargetPolicy:
    return target(attributes={"employeeId": "[employeeId]", **attributes})


def test_a_joiner_gets_values_keys_and_entitlements_and_a_reason() -> None:
    policy = mapped(displayName='Join(" ", [given], [family])')
    policy = policy.model_copy(update={"grants": target(grants=[{"group": "All"}, {"license": "E3"}]).grants})
    assert wanted(employed(given="Anna", family="Visser"), policy) == Desired(
        stage=Stage.ACTIVE,
        keys={"employeeId": "7"},
        attributes={"employeeId": "7", "displayName": "Anna Visser"},
        entitlements=frozenset({Entitlement("group", "All"), Entitlement("license", "E3")}),
        reasons={"group:All": "grants.0 (contract 1)", "license:E3": "grants.1 (contract 1)"},
        because="in service",
    )


NOTHING: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        # absent changes nothing
        ("[x]", {}, NOTHING),
        ({"value": "[x]", "null": "keep"}, {}, NOTHING),
        # null: clear is the rule, keep the exception
        ("[x]", {"x": None}, {"mail": None}),
        ({"value": "[x]", "null": "clear"}, {"x": None}, {"mail": None}),
        ({"value": "[x]", "null": "keep"}, {"x": None}, NOTHING),
        # an empty text is as good as null
        ("[x]", {"x": ""}, {"mail": ""}),
        ({"value": "[x]", "null": "keep"}, {"x": ""}, NOTHING),
        ({"value": 'Join(" ", [x])', "null": "keep"}, {"x": None}, NOTHING),
        ({"value": "[x]", "null": "keep"}, {"x": ()}, NOTHING),
        # falsy values are values
        ({"value": "[x]", "null": "keep"}, {"x": False}, {"mail": False}),
        ({"value": "[x]", "null": "keep"}, {"x": 0}, {"mail": 0}),
        ("[x]", {"x": ("a", "b")}, {"mail": ("a", "b")}),
        # leave the attribute
        ('IIF(IsNullOrEmpty([x]), IgnoreAttributeFlow, [x])', {"x": None}, NOTHING),
        ('IIF(IsNullOrEmpty([x]), IgnoreAttributeFlow, [x])', {"x": "a"}, {"mail": "a"}),
        ('"NL"', {}, {"mail": "NL"}),
    ],
)  # fmt: skip
def test_absent_null_and_a_value_are_three_things(rule: Any, facts: dict[str, Any], expected: dict[str, Any]) -> None:
    found = wanted(employed(**facts), mapped(mail=rule))
    assert {name: value for name, value in found.attributes.items() if name != "employeeId"} == expected


@pytest.mark.parametrize(("facts", "expected"), [({"x": "a"}, {"mail": "a"}), ({"x": None}, {"mail": None}), ({}, {})])
def test_what_is_written_once_is_no_attribute_to_keep(facts: dict[str, Any], expected: dict[str, Any]) -> None:
    found = wanted(employed(**facts), mapped(mail={"value": "[x]", "mode": "create_only"}))
    assert found.initial == expected
    assert "mail" not in found.attributes


def test_candidates_are_neither() -> None:
    found = wanted(employed(a="ann", b="ann2"), mapped(mail="SelectUniqueValue([a], [b], [a])"))
    assert found.candidates == {"mail": Candidates(values=("ann", "ann2", "ann"))}
    assert "mail" not in {**found.attributes, **found.initial}


def test_a_key_that_is_written_once_still_finds_the_account() -> None:
    policy = target(attributes={"employeeId": {"value": "[employeeId]", "mode": "create_only"}})
    found = wanted(employed(), policy)
    assert (found.keys, found.initial, found.attributes) == ({"employeeId": "7"}, {"employeeId": "7"}, {})


@pytest.mark.parametrize("value", [None, "", ()])
def test_a_key_without_a_value_finds_nothing(value: Any) -> None:
    policy = target(correlate=["employeeId", "mail"], attributes={"employeeId": "[employeeId]", "mail": "[mail]"})
    assert wanted(employed(mail=value), policy).keys == {"employeeId": "7"}
    assert wanted(employed(mail="a@b"), policy).keys == {"employeeId": "7", "mail": "a@b"}


@pytest.mark.parametrize(
    ("end", "stage"),
    [("2026-03-01", Stage.DORMANT), ("2025-03-01", Stage.ABSENT)],
)
def test_of_somebody_who_left_only_the_keys_are_worked_out(end: str, stage: Stage) -> None:
    """An expression that cannot be evaluated any more must not keep a leaver's account open."""
    policy = mapped(displayName="Mid([name], 5, 2)", start='DateFormat([begin], "yyyy")')
    policy = policy.model_copy(update={"timing": target(timing={"delete_after": 90}).timing})
    found = wanted(employed(end=end, begin="never"), policy)
    assert found == Desired(stage=stage, keys={"employeeId": "7"}, because=f"left {end}")
    with pytest.raises(Refused):
        wanted(employed(begin="never"), policy)


@pytest.mark.parametrize(("end", "stage"), [("2026-03-01", Stage.DORMANT), ("2025-03-01", Stage.ABSENT)])
def test_a_key_that_cannot_be_worked_out_does_not_keep_a_leavers_account_open(end: str, stage: Stage) -> None:
    rules = {"employeeId": "[employeeId]", "mail": 'DateFormat([begin], "yyyy")'}
    policy = target(correlate=["mail", "employeeId"], attributes=rules, timing={"delete_after": 90})
    found = wanted(employed(end=end, begin="never"), policy)
    assert (found.stage, found.keys) == (stage, {"employeeId": "7"})


def test_an_expression_that_cannot_be_evaluated_names_the_attribute_and_no_value() -> None:
    policy = mapped(displayName='DateFormat([begin], "yyyy")')
    with pytest.raises(Refused) as refused:
        wanted(employed(begin="Secretburg"), policy)
    assert (refused.value.reason, refused.value.attribute) == (Reason.MISSING_DATA, "displayName")
    assert str(refused.value).startswith("displayName cannot be worked out: line 1, column")
    assert "Secretburg" not in str(refused.value)


def test_a_mapping_may_say_that_the_whole_account_is_left_alone() -> None:
    policy = mapped(mail='IIF([x] = "wait", IgnoreObjectFlow, [x])')
    assert asked(employed(x="wait"), policy) is None
    assert wanted(employed(x="go"), policy).attributes["mail"] == "go"


def test_a_key_may_say_so_even_of_somebody_who_left() -> None:
    policy = target(attributes={"employeeId": 'IIF([x] = "wait", IgnoreObjectFlow, [employeeId])'})
    assert asked(employed(end="2026-03-01", x="wait"), policy) is None


@pytest.mark.parametrize(
    ("kind", "start", "end", "stage", "because"),
    [
        ("permanent", "2020-01-01", None, Stage.ACTIVE, "in service"),
        ("external", "2020-01-01", None, Stage.DORMANT, "outside the target's scope"),
        ("external", "2026-03-10", None, Stage.DORMANT, "outside the target's scope"),
        ("external", "2020-01-01", "2026-03-01", Stage.DORMANT, "left 2026-03-01"),
        ("external", "2020-01-01", "2025-03-01", Stage.ABSENT, "left 2025-03-01"),
        (None, "2020-01-01", None, Stage.DORMANT, "outside the target's scope"),
    ],
)
def test_whoever_is_outside_the_scope_is_put_to_rest_and_never_deleted_for_it(
    kind: str | None, start: str, end: str | None, stage: Stage, because: str
) -> None:
    policy = target(when={"kind": "permanent"}, timing={"delete_after": 90})
    found = wanted(employed(start, end, kind=kind), policy)
    assert (found.stage, found.because) == (stage, because)


@pytest.mark.parametrize(
    ("facts", "start", "expected"),
    [
        ({"department": "sales"}, "2020-01-01", {"All", "Sales"}),
        ({"department": "HR"}, "2020-01-01", {"All"}),
        ({}, "2020-01-01", {"All"}),
        ({"department": "sales"}, "2026-03-10", set()),
        ({"department": "sales"}, "2027-03-10", set()),
    ],
)
def test_entitlements_are_for_those_in_service_and_meant(facts: dict[str, Any], start: str, expected: set[str]) -> None:
    policy = target(grants=[{"group": "All"}, {"group": "Sales", "when": {"department": "Sales"}}])
    assert {one.name for one in wanted(employed(start, **facts), policy).entitlements} == expected


def test_the_current_contract_speaks_and_its_fields_win() -> None:
    someone = person(
        contract("2020-01-01", "2026-02-28", id="old", department="HR"),
        contract("2026-03-01", id="new", department="Sales"),
        department="nobody's",
        prefix="van",
    )
    policy = mapped(department="[department]", prefix="[prefix]", contract="[contractId]", until="[contractEnd]")
    assert wanted(someone, policy).attributes == {
        "employeeId": "7", "department": "Sales", "prefix": "van", "contract": "new", "until": None
    }  # fmt: skip
    assert wanted(someone, policy, day("2026-02-28")).attributes["contract"] == "old"


def test_facts_are_there_for_somebody_without_contract_too() -> None:
    assert facts_of(person(name="Anna"), None, MARCH) == {"employeeId": "7", "name": "Anna"}
    assert facts_of(person(name="Anna"), contract("2026-03-01", "2026-03-31", name="A"), MARCH) == {
        "employeeId": "7", "name": "A", "contractId": "1", "contractStart": "2026-03-01", "contractEnd": "2026-03-31",
        "contractState": "active",
    }  # fmt: skip


def test_today_is_the_customers_day_and_generated_values_stay_the_same() -> None:
    policy = mapped(since='DateFormat(Today(), "yyyy-MM-dd")', pin="RandomString(8, 2, 2, 2, 2)")
    march, april = wanted(employed(), policy), wanted(employed(), policy, day("2026-04-01"))
    assert (march.attributes["since"], april.attributes["since"]) == ("2026-03-02", "2026-04-01")
    assert march.attributes["pin"] == april.attributes["pin"]
    other = asked(employed(), policy, seed="another person")
    assert other is not None
    assert other.attributes["pin"] != march.attributes["pin"]


POLICY = target(
    when={"not": {"title": "guest"}},
    timing={"create_before": 10, "enable_before": 2, "disable_after": 3, "delete_after": 20},
    attributes={
        "employeeId": "[employeeId]",
        "department": "[department]",
        "title": {"value": "[title]", "null": "keep"},
        "hours": {"value": "[hours]", "mode": "create_only"},
        "start": "SelectUniqueValue([start], [department])",
    },
    grants=[
        {"group": "All"},
        {"group": "Many", "when": {"any_contract": {"hours": {"at_least": 8}}}},
        {"group": "Dept {department}", "before": 7},
        {"group": "New", "when": {"contractStart": {"at_least": "today - 5"}}, "before": 4},
        {"group": "Last", "when": {"any_contract": {"contractEnd": {"at_most": "today + 3"}}}},
    ],
    exclusive=[{"of": [{"group": "New"}, {"group": "Many"}], "then": "first"}],
)
DATES = st.integers(0, 40).map(lambda number: MARCH + timedelta(number - 20))


@st.composite
def people(draw: st.DrawFn) -> Person:
    fields = st.dictionaries(NAMES, VALUES, max_size=3)
    jobs = [
        Contract(id=str(number), start=draw(DATES), end=draw(st.none() | DATES), fields=draw(fields))
        for number in range(draw(st.integers(0, 3)))
    ]
    return Person(hr_id="7", fields=draw(fields), contracts=tuple(jobs), missing_since=draw(st.none() | DATES))


def answer(someone: Person, source: SourcePolicy, on: date) -> object:
    try:
        return asked(someone, POLICY, on, source)
    except Refused as refused:
        return refused.reason, str(refused)


LEAVES = [{"when": {"status": "leave"}, "entitlements": "keep"}, {"when": {"status": "away"}}]
LEAVING = target(
    timing={"at_once": {"endReason": "dismissal"}, "leave": LEAVES},
    attributes={"employeeId": "[employeeId]", "department": "[department]"},
    grants=[{"group": "All"}],
)


@pytest.mark.parametrize(
    ("fields", "stage", "kept", "urgent"),
    [
        ({"status": "leave"}, Stage.READY, {Entitlement("group", "All")}, False),
        ({"status": "away"}, Stage.READY, set(), False),
        ({"endReason": "dismissal"}, Stage.DORMANT, set(), True),
        ({"endReason": "own wish"}, Stage.ACTIVE, {Entitlement("group", "All")}, False),
    ],
)
def test_leave_closes_keeps_values_current_and_may_keep_groups_and_a_dismissal_is_urgent(
    fields: dict[str, Any], stage: Stage, kept: set[Entitlement], urgent: bool
) -> None:
    found = asked(person(contract("2020-01-01", "2026-12-31", department="Sales", **fields)), LEAVING, MARCH)
    assert found is not None
    assert (found.stage, found.entitlements, found.urgent) == (stage, kept, urgent)
    assert found.attributes == ({"employeeId": "7", "department": "Sales"} if stage >= Stage.READY else {})


@given(people(), DATES, st.none() | st.integers(0, 9))
@settings(max_examples=effort(100, 3_000))
def test_the_answer_follows_from_the_arguments_and_not_from_the_order_of_contracts(
    someone: Person, on: date, patience: int | None
) -> None:
    source = SourcePolicy(connector="hr", leave_when_missing_for=patience)
    first = answer(someone, source, on)
    for order in permutations(someone.contracts):
        shuffled = Person(hr_id="7", fields=someone.fields, contracts=order, missing_since=someone.missing_since)
        assert answer(shuffled, source, on) == first
    if not isinstance(first, Desired):
        assert first == (Reason.MISSING_DATA, first[1])
    else:
        assert first.keys == {"employeeId": "7"}
        assert not first.entitlements or first.stage >= Stage.READY
        assert not first.attributes or first.stage >= Stage.READY
        assert first.because


@given(people(), DATES)
@settings(max_examples=effort(50, 1_500))
def test_nothing_that_policy_wants_changes_before_the_next_change(someone: Person, on: date) -> None:
    contracts = [facts_of(someone, one, on) for one in someone.contracts] or [facts_of(someone, None, on)]
    days = {next_change(someone, SOURCE, {"entra": POLICY}, on), *turning_days(POLICY, contracts)}
    change = min((day for day in days if day is not None and day > on), default=None)
    today = silent(answer(someone, SOURCE, on))
    until = min(change or date.max, on + timedelta(70))
    for ahead in range((until - on).days):
        assert silent(answer(someone, SOURCE, on + timedelta(ahead))) == today


def silent(found: object) -> object:
    """Without the reason: from a reason alone nothing follows."""
    return replace(found, because="") if isinstance(found, Desired) else found
