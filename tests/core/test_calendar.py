"""What the days to come bring: the same as a run on each of them would do, and nothing for whom no day comes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core_world import contract, day, person
from hypothesis import given, settings
from test_lifecycle_laws import POLICY, cases

from shared.attributes import Attribute
from shared.calendar import Coming, Someone, coming
from shared.desired import desired, view
from shared.exceptions import Block, Exemption, Kind
from shared.expressions import Facts
from shared.model import Account, Entitlement, Link, Person
from shared.planning import after, plan, remembered
from shared.policy import Policy
from tests.effort import effort

KINDS = {"entra": {"manager": Attribute(name="manager", reference=True)}}


def policy(**target: Any) -> Policy:
    usual = {
        "connector": "entra",
        "correlate": ["employeeId"],
        "timing": {"create_before": 14, "delete_after": 90, "leave": [{"begins": "leaveStart", "ends": "leaveEnd"}]},
        "attributes": {"employeeId": "[employeeId]", "department": "[department]"},
        "grants": [{"group": "All"}, {"group": "Sales", "when": {"department": "Sales"}}],
    }
    whole = {"customer": "C", "sources": {"hr": {"connector": "hr"}}, "targets": {"entra": {**usual, **target}}}
    return Policy.model_validate(whole)


def nobody(_: Facts) -> Person | None:
    return None


def told(
    someone: Person, rules: Policy, today: str, until: str, link: Link | None = None, lead: Any = nobody
) -> list[tuple[str, list[str]]]:
    one = Someone(id="7", person=someone, rules=rules.sources["hr"], links={"entra": link or Link()})
    return [(found.day.isoformat(), said(found)) for found in coming(one, rules, KINDS, lead, day(today), day(until))]


def said(found: Coming) -> list[str]:
    names = [
        " ".join([action.verb, *sorted(action.attributes), *([action.entitlement.name] if action.entitlement else [])])
        for action in found.actions
    ]
    return [found.problem] if found.problem else names


def test_a_whole_life_is_told_in_the_days_on_which_it_happens() -> None:
    someone = person(contract("2026-03-01", "2026-05-31", department="Sales"))
    assert told(someone, policy(), "2026-01-01", "2026-12-31") == [
        ("2026-02-15", ["create department employeeId"]),
        ("2026-03-01", ["grant All", "grant Sales", "enable"]),
        ("2026-06-01", ["disable", "revoke All", "revoke Sales"]),
        ("2026-08-30", ["delete"]),
    ]


def test_the_last_day_asked_for_is_told_and_today_is_not() -> None:
    someone = person(contract("2026-03-01", department="Sales"))
    assert told(someone, policy(), "2026-02-15", "2026-03-01") == [
        ("2026-03-01", ["grant All", "grant Sales", "enable"])
    ]
    assert told(someone, policy(), "2026-02-15", "2026-02-28") == []
    assert told(someone, policy(), "2026-03-01", "9999-12-31") == []


def test_a_contract_that_begins_to_speak_changes_what_follows_from_it() -> None:
    jobs = contract("2020-01-01", "2026-03-31", department="Sales"), contract("2026-04-01", id="2", department="IT")
    assert told(person(*jobs), policy(), "2026-03-01", "2026-12-31") == [
        ("2026-04-01", ["update department", "revoke Sales"])
    ]


def test_a_leave_is_foreseen_and_so_is_its_end() -> None:
    away = contract("2020-01-01", department="IT", leaveStart="2026-04-01", leaveEnd="2026-04-30")
    assert told(person(away), policy(), "2026-03-01", "2026-12-31") == [
        ("2026-04-01", ["disable", "revoke All"]),
        ("2026-05-01", ["grant All", "enable"]),
    ]


def test_what_comes_back_is_brought_up_to_date_on_the_same_day() -> None:
    gone = Link(account="a", deleted=True, written={"employeeId": "7", "department": "Sales"})
    back = person(
        contract("2020-01-01", "2025-01-01", department="Sales"), contract("2026-04-01", id="2", department="IT")
    )
    assert told(back, policy(), "2026-03-01", "2026-04-01", gone) == [
        ("2026-03-18", ["restore", "update department"]),
        ("2026-04-01", ["grant All", "enable"]),
    ]


def test_only_what_is_ours_is_taken_and_nobody_is_deleted_who_has_no_account() -> None:
    someone = person(contract("2020-01-01", "2026-03-31", department="IT"))
    link = Link(
        account="a", enabled=True, written={"employeeId": "7"}, granted=frozenset({Entitlement("group", "All")})
    )
    assert told(someone, policy(), "2026-03-31", "2026-12-31", link) == [
        ("2026-04-01", ["disable", "revoke All"]),
        ("2026-06-30", ["delete"]),
    ]
    left = person(contract("2020-01-01", "2026-01-31"))
    assert told(left, policy(), "2026-03-31", "2026-12-31") == []


def test_what_cannot_be_worked_out_is_said_and_the_days_after_it_go_on() -> None:
    rules = policy(attributes={"employeeId": "[employeeId]", "mail": "SelectUniqueValue([mail], [mail])"})
    someone = person(contract("2026-03-01", "2026-05-31"))
    assert told(someone, rules, "2026-01-01", "2026-12-31") == [
        ("2026-02-15", ["no rule gives a value for mail; HR must give what it is made of"]),
        ("2026-03-01", ["no rule gives a value for mail; HR must give what it is made of"]),
    ]


def test_a_manager_who_changes_on_a_day_changes_what_rules_read_of_managers() -> None:
    rules = policy(attributes={"employeeId": "[employeeId]", "office": "Manager([department])"}, grants=[])
    boss = person(
        contract("2020-01-01", "2026-03-31", department="Sales"), contract("2026-04-01", id="2", department="IT")
    )
    found = told(person(contract("2020-01-01")), rules, "2026-03-01", "2026-12-31", lead=lambda _: boss)
    assert found == [("2026-04-01", ["update office"])]


def test_who_has_no_day_to_come_costs_no_rule() -> None:
    class Unread(Policy):
        def __getattribute__(self, name: str) -> Any:
            assert name not in ("tables", "time_zone"), "somebody was looked at"
            return super().__getattribute__(name)

    rules = Unread.model_validate(policy().model_dump(exclude={"tables", "time_zone"}))
    assert told(person(contract("2020-01-01", department="IT")), rules, "2026-03-01", "2026-12-31") == []


@given(cases())
@settings(max_examples=effort(30, 1_000))
def test_it_says_what_a_run_on_every_single_day_would_do(case: Any) -> None:
    someone, _, _, window = case
    source, rules = POLICY.sources["hr"], POLICY.targets["entra"]

    def run(link: Link, on: date) -> tuple[list[str], Link]:
        wanted, verbs = desired(view(someone, source, POLICY, on, seed="7"), "entra", rules), []
        assert wanted is not None
        while actions := plan(wanted, link, remembered(link), {}):
            for action in actions:
                link = after(link, action, remembered(link) or Account(id="new", enabled=False))
            verbs += [action.verb for action in actions]
        return verbs, replace(link, basis=wanted.basis)

    _, link = run(Link(), window[0])
    expected = []
    for on in window[1:]:
        verbs, link = run(link, on)
        expected += [(on, verbs)] if verbs else []
    one = Someone(id="7", person=someone, rules=source, links={})
    found = coming(one, POLICY, {"entra": {}}, nobody, window[0], window[-1])
    assert [(each.day, [action.verb for action in each.actions]) for each in found] == expected


def test_a_hundred_days_of_rules_that_read_the_day_are_a_hundred_days() -> None:
    rules = policy(attributes={"employeeId": "[employeeId]", "office": 'FormatDateTime(Today(), , , "yyyy-MM-dd")'})
    found = told(person(contract("2020-01-01")), rules, "2026-01-01", (day("2026-01-01") + timedelta(100)).isoformat())
    assert found == [((day("2026-01-02") + timedelta(n)).isoformat(), ["update office"]) for n in range(100)]


HANDED_OVER = {"grants": [{"group": "All"}, {"group": "Sales", "when": {"department": "Sales"}, "after": 10}]}


def test_what_is_kept_for_a_handover_is_taken_on_its_day() -> None:
    someone = person(
        contract("2020-01-01", "2026-03-31", department="Sales"), contract("2026-04-01", department="Care", id="2")
    )
    assert told(someone, policy(**HANDED_OVER), "2026-03-01", "2026-12-31") == [
        ("2026-04-01", ["update department"]),
        ("2026-04-11", ["revoke Sales"]),
    ]


def test_a_handover_that_has_begun_ends_on_the_day_that_was_said() -> None:
    someone, rules = person(contract("2020-01-01", department="Care")), policy(**HANDED_OVER)
    seen = view(someone, rules.sources["hr"], rules, day("2026-04-02"), seed="7")
    now = desired(seen, "entra", rules.targets["entra"])
    assert now is not None
    sales = Entitlement("group", "Sales")
    last = replace(now, kept=frozenset({sales}), until={"group:Sales": day("2026-04-05")})
    link = Link(account="a", enabled=True, granted=frozenset({sales}), written={"employeeId": "7"})
    one = Someone(id="7", person=someone, rules=rules.sources["hr"], links={"entra": link}, wanted={"entra": last})
    found = coming(one, rules, KINDS, nobody, day("2026-04-02"), day("2026-12-31"))
    assert [(each.day.isoformat(), said(each)) for each in found] == [("2026-04-06", ["revoke Sales"])]


def test_what_a_rule_gives_ahead_of_the_first_day_is_foreseen() -> None:
    rules = policy(grants=[{"group": "Welcome", "before": 5}])
    assert told(person(contract("2026-03-10")), rules, "2026-01-01", "2026-03-20") == [
        ("2026-02-24", ["create employeeId"]),
        ("2026-03-05", ["grant Welcome"]),
        ("2026-03-10", ["enable"]),
    ]


def excepted(*some: Exemption, block: Block | None = None, until: str = "2026-12-31") -> list[tuple[str, list[str]]]:
    rules = policy()
    granted = frozenset({Entitlement("group", "All")})
    link = Link(account="a", enabled=True, granted=granted, written={"employeeId": "7"})
    one = Someone(
        id="7",
        person=person(contract("2020-01-01", "2026-06-30")),
        rules=rules.sources["hr"],
        links={"entra": link},
        exemptions=some,
        block=block,
    )
    return [
        (found.day.isoformat(), said(found))
        for found in coming(one, rules, KINDS, nobody, day("2026-03-01"), day(until))
    ]


def exemption(kind: Kind, last: str, what: str = "", first: str = "") -> Exemption:
    return Exemption(
        kind=kind,
        target="entra",
        entitlement=Entitlement.of(what) if what else None,
        first=day(first) if first else None,
        last=day(last),
        owner="boss",
        because="audit",
    )


def test_an_exception_is_foreseen_on_its_first_day_and_after_its_last() -> None:
    found = excepted(exemption(Kind.GRANT, "2026-04-30", "group:Audit", "2026-04-01"), until="2026-05-31")
    assert found == [("2026-04-01", ["grant Audit"]), ("2026-05-01", ["revoke Audit"])]


def test_who_is_left_alone_has_a_day_only_when_that_ends() -> None:
    found = excepted(exemption(Kind.FREEZE, "2026-07-15"))
    assert found[:1] == [("2026-07-16", ["disable", "revoke All"])]


def test_who_is_blocked_is_not_opened() -> None:
    block = Block(by="somebody", because="stolen", at=datetime(2026, 3, 1, tzinfo=UTC))
    assert [verbs for _, verbs in excepted(block=block)] == [["revoke All"], ["delete"]]
