"""What waits for a person whatever the numbers: adopting, renaming, what somebody answers for, and only observing."""

from datetime import date
from typing import Any

import pytest
from core_world import target

from shared.conditions import About
from shared.consent import apart, asks, observed, takes_part
from shared.errors import Reason
from shared.model import Verb
from shared.policy import SAFE_LIMITS, Pilot
from shared.whats import Apart

CORRELATE, DISABLE, DELETE, UPDATE, GRANT = Verb.CORRELATE, Verb.DISABLE, Verb.DELETE, Verb.UPDATE, Verb.GRANT


@pytest.mark.parametrize(
    ("whats", "adopt", "waiting"),
    [
        ({Verb.CREATE, GRANT}, "ask", set()),
        ({DISABLE, DELETE}, "ask", set()),
        ({CORRELATE, UPDATE, GRANT}, "automatic", set()),
        ({CORRELATE, UPDATE, GRANT}, "ask", {CORRELATE}),
        ({CORRELATE, DISABLE}, "automatic", {CORRELATE, DISABLE}),
        ({CORRELATE, DISABLE, DELETE}, "automatic", {CORRELATE, DISABLE, DELETE}),
        ({CORRELATE, DISABLE, UPDATE}, "ask", {CORRELATE, DISABLE}),
        (set(), "ask", set()),
    ],
)
def test_adopting_an_account_only_to_close_it_always_needs_a_yes(
    whats: set[str], adopt: str, waiting: set[str]
) -> None:
    assert asks(whats, target(adopt=adopt), {}) == dict.fromkeys(waiting, Reason.ADOPTION)


@pytest.mark.parametrize(("rename", "waits"), [("ask", True), ("automatic", False)])
def test_renaming_waits_unless_the_policy_says_otherwise(rename: str, waits: bool) -> None:
    found = asks({Verb.RENAME, UPDATE}, target(names={"rename": rename}), {})
    assert found == ({Verb.RENAME: Reason.RENAME} if waits else {})


def test_an_entitlement_that_somebody_answers_for_waits_for_them() -> None:
    whats = {"grant:group:Finance", GRANT, "revoke:group:Finance"}
    assert asks(whats, target(), {"group:Finance": "owner"}) == {"grant:group:Finance": Reason.ENTITLEMENT}


@pytest.mark.parametrize(
    ("rules", "what", "seen_only"),
    [
        ({}, "disable", False),
        ({"mode": "observe"}, "grant:group:A", True),
        ({"observe": ["disable"]}, "disable", True),
        ({"observe": ["disable"]}, "delete", False),
        ({"observe": ["grant"]}, "grant:license:E3", True),
        ({"observe": ["grant:license"]}, "grant:license:E3", True),
        ({"observe": ["grant:license"]}, "grant", False),
        ({"observe": ["update:manager"]}, "update", False),
    ],
)
def test_what_is_only_observed_includes_its_parts(rules: dict[str, Any], what: str, seen_only: bool) -> None:
    assert observed(what, target(**rules), outside=False) is seen_only
    assert observed(what, target(**rules), outside=True)


def test_what_is_observed_is_no_question_of_a_yes() -> None:
    found = asks({CORRELATE, Verb.RENAME, "grant:group:A"}, target(mode="observe", adopt="ask"), {"group:A": "owner"})
    assert set(found.values()) == {Reason.OBSERVED}


def test_what_is_told_apart_is_what_the_policy_speaks_of() -> None:
    rules = target(
        limits={"grant:group:A": {"day": 1}},
        observe=["update:title"],
        departments={"field": "department", "limits": {"update:location": {"day": 1}}},
    )
    told = apart(rules, {"group:B": "owner"})
    assert told.limited == {*SAFE_LIMITS, "grant:group:A", "update:location"}
    assert told.always == {"update:title", "grant:group:B"}
    assert apart(target(), {}) == Apart(limited=frozenset(SAFE_LIMITS))


@pytest.mark.parametrize(
    ("pilot", "inside"),
    [
        (None, True),
        ({"people": ["7"]}, True),
        ({"people": ["8"]}, False),
        ({"when": {"department": "ICT"}}, True),
        ({"when": {"department": "Care"}}, False),
        ({"people": ["8"], "when": {"department": "ICT"}}, True),
    ],
)
def test_a_pilot_is_some_people_and_whoever_meets_a_condition(pilot: dict[str, Any] | None, inside: bool) -> None:
    given = Pilot.model_validate(pilot) if pilot else None
    assert takes_part("7", About(facts={"department": "ICT"}, today=date(2026, 3, 2)), given) is inside
