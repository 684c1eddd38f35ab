"""Days that differ by contract, endings at once, and leave: each contract by its own facts."""

from typing import Any

import pytest
from core_world import SOURCE, contract, day, person, target

from shared.lifecycle import NOBODY, Standing, next_change, standing
from shared.model import Contract, Person, Stage
from shared.policy import SourcePolicy, Timing

ABSENT, DORMANT, READY, ACTIVE = Stage.ABSENT, Stage.DORMANT, Stage.READY, Stage.ACTIVE


def timing(**given: Any) -> Timing:
    return Timing.model_validate({"create_before": 14, "delete_after": 90, **given})


def stands(someone: Person, days: Timing, on: str, source: SourcePolicy = SOURCE) -> tuple[Stage, bool, bool, str]:
    found = standing(someone, source, days, day(on))
    return found.stage, found.entitled, found.urgent, found.because


def wakes(someone: Person, days: Timing, on: str) -> list[str]:
    """Every day on which somebody is woken from that day on."""
    found, today, targets = [], day(on), {"entra": target(timing=days)}
    while (after := next_change(someone, SOURCE, targets, today)) is not None:
        assert after > today
        assert len(found) < 10
        found.append(after.isoformat())
        today = after
    return found


# ── days by rule ────────────────────────────────────────────────────────────────────────────────────────────────

EXTERNALS = timing(
    rules=[
        {"when": {"kind": "external"}, "create_before": 0, "delete_after": 30},
        {"when": {"kind": ["external", "trainee"]}, "create_before": 30, "enable_before": 3, "delete_after": None},
    ]
)


@pytest.mark.parametrize(
    ("kind", "on", "expected"),
    [
        ("permanent", "2026-02-15", READY),
        ("permanent", "2026-08-29", DORMANT),
        ("permanent", "2026-08-30", ABSENT),
        ("external", "2026-02-28", DORMANT),
        ("external", "2026-03-01", ACTIVE),
        ("external", "2026-06-30", DORMANT),
        ("external", "2026-07-01", ABSENT),
        ("trainee", "2026-01-29", DORMANT),
        ("trainee", "2026-01-30", READY),
        ("trainee", "2026-02-26", ACTIVE),
        ("trainee", "9999-12-31", DORMANT),
    ],
)
def test_the_first_rule_that_holds_for_a_contract_gives_its_days_and_leaves_the_others_as_they_are(
    kind: str, on: str, expected: Stage
) -> None:
    someone = person(contract("2026-03-01", "2026-05-31", kind=kind))
    assert standing(someone, SOURCE, EXTERNALS, day(on)).stage is expected


def test_a_rule_may_ask_for_what_hr_says_of_the_person() -> None:
    assert (
        standing(person(contract("2026-03-01"), kind="external"), SOURCE, EXTERNALS, day("2026-02-28")).stage is DORMANT
    )


def test_each_contract_has_the_days_of_its_own_facts() -> None:
    """As an employee she is deleted after ninety days; that she was an external before makes it no sooner."""
    someone = person(
        contract("2025-01-01", "2025-12-31", kind="external"), contract("2026-01-01", "2026-03-31", id="2")
    )
    assert stands(someone, EXTERNALS, "2026-06-29") == (DORMANT, False, False, "left 2026-03-31")
    assert stands(someone, EXTERNALS, "2026-06-30")[0] is ABSENT
    assert wakes(someone, EXTERNALS, "2025-12-01") == ["2026-01-01", "2026-04-01", "2026-06-30"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("permanent", ["2026-02-15", "2026-03-01", "2026-06-01", "2026-08-30"]),
        ("external", ["2026-03-01", "2026-06-01", "2026-07-01"]),
        ("trainee", ["2026-01-30", "2026-02-26", "2026-03-01", "2026-06-01"]),
    ],
)
def test_everybody_is_woken_on_the_days_of_their_own_rule_and_no_other(kind: str, expected: list[str]) -> None:
    assert wakes(person(contract("2026-03-01", "2026-05-31", kind=kind)), EXTERNALS, "2026-01-01") == expected


# ── at once ─────────────────────────────────────────────────────────────────────────────────────────────────────

AT_ONCE = timing(disable_after=5, at_once={"endReason": ["dismissal", "death"]})


@pytest.mark.parametrize(
    ("end", "reason", "on", "expected"),
    [
        ("2026-06-30", "dismissal", "2026-05-12", (DORMANT, False, True, "left at once, last day 2026-06-30")),
        ("2026-05-12", "Death", "2026-05-12", (DORMANT, False, True, "left at once, last day 2026-05-12")),
        ("2026-05-11", "death", "2026-05-12", (DORMANT, False, True, "left at once, last day 2026-05-11")),
        ("2026-06-30", "own wish", "2026-05-12", (ACTIVE, True, False, "in service")),
        ("2026-05-11", "own wish", "2026-05-12", (ACTIVE, True, False, "in service")),
        ("2026-02-11", "dismissal", "2026-05-12", (DORMANT, False, True, "left at once, last day 2026-02-11")),
        ("2026-02-10", "dismissal", "2026-05-12", (ABSENT, False, False, "left 2026-02-10")),
        (None, "dismissal", "2026-05-12", (ACTIVE, True, False, "in service")),
    ],
)
def test_who_is_dismissed_has_left_whatever_the_last_day_and_keeps_the_day_of_deletion(
    end: str | None, reason: str, on: str, expected: tuple[Stage, bool, bool, str]
) -> None:
    assert stands(person(contract("2020-01-01", end, endReason=reason)), AT_ONCE, on) == expected


def test_who_is_dismissed_before_the_first_day_never_comes() -> None:
    someone = person(contract("2026-06-01", "2026-12-31", endReason="dismissal"))
    assert stands(someone, AT_ONCE, "2026-06-01") == (DORMANT, False, True, "left at once, last day 2026-12-31")


def test_another_employment_goes_on() -> None:
    dismissed = contract("2020-01-01", "2026-06-30", endReason="dismissal")
    assert stands(person(dismissed, contract("2024-01-01", id="2")), AT_ONCE, "2026-05-12") == (
        ACTIVE,
        True,
        False,
        "in service",
    )


def test_it_is_urgent_only_when_the_last_employment_ended_that_way() -> None:
    dismissed = contract("2020-01-01", "2021-06-30", endReason="dismissal")
    later = contract("2022-01-01", "2026-03-31", id="2")
    never = timing(delete_after=None, at_once={"endReason": "dismissal"})
    assert stands(person(dismissed, later), never, "2026-05-12") == (DORMANT, False, False, "left 2026-03-31")
    assert stands(person(dismissed, contract("2027-01-01", id="2")), never, "2021-05-12")[2] is True


def test_who_is_dismissed_and_dropped_from_hr_is_urgent_all_the_same() -> None:
    someone = person(contract("2020-01-01", "2026-06-30", endReason="dismissal"), missing_since="2026-05-12")
    source = SourcePolicy(connector="hr", leave_when_missing_for=0)
    assert stands(someone, AT_ONCE, "2026-05-12", source) == (DORMANT, False, True, "missing from HR since 2026-05-12")


# ── leave ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, (READY, False, False, "on leave")),
        ({"account": "disable", "entitlements": "keep"}, (READY, True, False, "on leave")),
        ({"account": "keep"}, (ACTIVE, False, False, "on leave")),
        ({"account": "keep", "entitlements": "keep"}, (ACTIVE, True, False, "on leave")),
    ],
)
def test_a_leave_closes_the_account_or_not_and_takes_what_was_given_or_not(rule: dict[str, str], expected: Any) -> None:
    someone = person(contract("2020-01-01", status="Leave"))
    assert stands(someone, timing(leave=[{"when": {"status": "leave"}, **rule}]), "2026-05-12") == expected


DATED = timing(
    leave=[
        {"when": {"leaveKind": "holiday"}, "account": "keep", "entitlements": "keep"},
        {"begins": "leaveStart", "ends": "leaveEnd"},
    ]
)


@pytest.mark.parametrize(
    ("fields", "on", "expected"),
    [
        ({"leaveStart": "2026-05-01", "leaveEnd": "2026-05-31"}, "2026-04-30", ACTIVE),
        ({"leaveStart": "2026-05-01", "leaveEnd": "2026-05-31"}, "2026-05-01", READY),
        ({"leaveStart": "2026-05-01T00:00:00", "leaveEnd": "2026-05-31"}, "2026-05-31", READY),
        ({"leaveStart": "2026-05-01", "leaveEnd": "2026-05-31"}, "2026-06-01", ACTIVE),
        ({"leaveStart": "2026-05-01", "leaveEnd": None}, "2036-06-01", READY),
        ({"leaveStart": "2026-05-01"}, "9999-12-31", READY),
        ({"leaveStart": None, "leaveEnd": "2026-05-31"}, "2026-05-12", ACTIVE),
        ({"leaveStart": "soon"}, "2026-05-12", ACTIVE),
        ({}, "2026-05-12", ACTIVE),
        ({"leaveStart": "2026-05-01", "leaveKind": "holiday"}, "2026-05-12", ACTIVE),
    ],
)
def test_a_leave_with_dates_lasts_from_its_first_day_to_its_last_one(
    fields: dict[str, Any], on: str, expected: Stage
) -> None:
    assert standing(person(contract("2020-01-01", **fields)), SOURCE, DATED, day(on)).stage is expected


def test_the_days_of_a_leave_wake_and_those_of_one_that_changes_nothing_do_not() -> None:
    dates = {"leaveStart": "2026-05-01", "leaveEnd": "2026-05-31"}
    assert wakes(person(contract("2020-01-01", **dates)), DATED, "2026-01-01") == ["2026-05-01", "2026-06-01"]
    assert wakes(person(contract("2020-01-01", **dates, leaveKind="holiday")), DATED, "2026-01-01") == []


def test_who_leaves_while_on_leave_has_left() -> None:
    someone = person(contract("2020-01-01", "2026-05-15", leaveStart="2026-05-01"))
    assert stands(someone, DATED, "2026-05-16") == (DORMANT, False, False, "left 2026-05-15")
    assert wakes(someone, DATED, "2026-04-01") == ["2026-05-01", "2026-05-16", "2026-08-14"]


def test_who_begins_with_a_leave_is_prepared_and_opened_when_it_ends() -> None:
    someone = person(contract("2026-05-01", leaveStart="2026-04-01", leaveEnd="2026-05-10"))
    assert [stands(someone, DATED, on)[::3] for on in ("2026-04-17", "2026-05-01", "2026-05-11")] == [
        (READY, "starts 2026-05-01"),
        (READY, "on leave"),
        (ACTIVE, "in service"),
    ]


def test_leave_from_one_employment_is_no_leave_from_the_other() -> None:
    away, there = contract("2020-01-01", leaveStart="2026-05-01"), contract("2024-01-01", id="2")
    assert stands(person(away, there), DATED, "2026-05-12") == (ACTIVE, True, False, "in service")


def test_somebody_without_contract_stands_nowhere() -> None:
    assert (
        standing(person(), SOURCE, DATED, day("2026-05-12")) == NOBODY == Standing(stage=DORMANT, because="no contract")
    )


def test_an_account_whose_rules_read_the_day_is_looked_at_every_day_while_it_is_alive() -> None:
    mappings = {"employeeId": "[employeeId]", "extension": 'FormatDateTime(Today(), , , "yyyy")'}
    targets = {"entra": target(timing=timing(), attributes=mappings)}
    job: Contract = contract("2026-03-01", "2026-03-31")
    asked = ["2026-01-01", "2026-02-15", "2026-03-20", "2026-03-31", "2026-04-01", "9999-12-31"]
    found = [next_change(person(job), SOURCE, targets, day(on)) for on in asked]
    assert found == [*map(day, ["2026-02-15", "2026-02-16", "2026-03-21", "2026-04-01", "2026-06-30"]), None]
    assert next_change(person(contract("2026-03-01")), SOURCE, targets, day("9999-12-31")) is None
