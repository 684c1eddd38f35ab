"""The rules of a policy that no single key can break: what is refused, and what stays when nothing is said."""

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from core_world import target
from pydantic import ValidationError

from shared.expressions import compile_expression
from shared.model import Entitlement, Verb
from shared.policy import (
    SAFE_LIMITS,
    Adopt,
    AttributePolicy,
    Default,
    Grant,
    Limit,
    Mode,
    Names,
    OnNull,
    Plausible,
    Policy,
    Rename,
    SourcePolicy,
    Timing,
)

WHOLE: dict[str, Any] = {
    "customer": "Contoso",
    "sources": {"hr": {"connector": "files"}},
    "targets": {
        "entra": {
            "connector": "entra",
            "correlate": ["employeeId"],
            "attributes": {"employeeId": "[employeeId]"},
        }
    },
}


def refusal(model: Any, given: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(given)
    return str(refused.value.errors(include_url=False)[0]["msg"])


def test_what_is_left_out_is_safe() -> None:
    policy = Policy.model_validate(WHOLE)
    entra = policy.targets["entra"]
    assert policy.time_zone == ZoneInfo("Europe/Amsterdam")
    assert entra.timing == Timing(create_before=14, enable_before=0, disable_after=0, delete_after=None)
    assert entra.limits == SAFE_LIMITS
    assert (entra.adopt, entra.grants, entra.protected) == (Adopt.AUTOMATIC, (), ())
    assert policy.sources["hr"] == SourcePolicy(connector="files", plausible=Plausible(most_gone=10, always_allowed=3))
    assert policy.sources["hr"].leave_when_missing_for is None


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, SAFE_LIMITS),
        ({"grant": {"run": 5}}, {**SAFE_LIMITS, Verb.GRANT: Limit(run=5)}),
        ({"disable": {"day": 50}}, {**SAFE_LIMITS, Verb.DISABLE: Limit(day=50)}),
        ({"disable": {}, "delete": {"day": 0}}, {**SAFE_LIMITS, Verb.DISABLE: Limit(), Verb.DELETE: Limit(day=0)}),
    ],
)
def test_a_verb_that_is_not_mentioned_keeps_its_safe_limit(limits: dict[str, Any], expected: dict[Verb, Limit]) -> None:
    assert target(limits=limits).limits == expected


def test_a_safe_limit_cannot_be_changed_by_one_target_for_another() -> None:
    one = target(limits={"disable": {"day": 50}})
    assert target().limits[Verb.DISABLE] == SAFE_LIMITS[Verb.DISABLE] != one.limits[Verb.DISABLE]


@pytest.mark.parametrize(
    ("timing", "said"),
    [
        ({"create_before": 3, "enable_before": 4}, "enable_before cannot be earlier than create_before"),
        ({"enable_before": 15}, "enable_before cannot be earlier than create_before"),
        ({"delete_after": 0}, "delete_after must be later than disable_after"),
        ({"disable_after": 30, "delete_after": 30}, "delete_after must be later than disable_after"),
        ({"create_before": -1}, "greater than or equal to 0"),
        ({"delete_after": 3661}, "less than or equal to 3660"),
        ({"create_before": 1.5}, "valid integer"),
    ],
)
def test_days_that_contradict_each_other_are_refused(timing: dict[str, Any], said: str) -> None:
    assert said in refusal(Timing, timing)


@pytest.mark.parametrize(
    "timing",
    [
        {"create_before": 0, "enable_before": 0},
        {"create_before": 5, "enable_before": 5},
        {"disable_after": 30, "delete_after": 31},
        {"create_before": 3660, "delete_after": 3660},
    ],
)
def test_days_that_just_fit_are_allowed(timing: dict[str, Any]) -> None:
    Timing.model_validate(timing)


@pytest.mark.parametrize(
    "grant", [{}, {"group": "A", "license": "B"}, {"when": {"a": "b"}}, {"group": ""}, {"license": ""}]
)
def test_a_grant_names_exactly_one_thing(grant: dict[str, Any]) -> None:
    assert "exactly one thing" in refusal(Grant, grant) or "at least 1 character" in refusal(Grant, grant)


def test_a_grant_is_an_entitlement_of_its_kind() -> None:
    assert Grant(group="All staff").entitlement == Entitlement("group", "All staff")
    assert Grant(license="SPE_E3").entitlement == Entitlement("license", "SPE_E3")


def test_a_plain_expression_is_short_for_its_value() -> None:
    short = AttributePolicy.model_validate("[givenName]")
    assert short == AttributePolicy.model_validate({"value": "[givenName]"}) == AttributePolicy.model_validate(short)
    assert (short.null, short.mode, short.sensitive) == (OnNull.CLEAR, Mode.ENFORCE, False)
    assert AttributePolicy.model_validate({"value": compile_expression('"NL"')}).value.source == '"NL"'


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, 'an expression is text, such as [givenName] or "a constant"'),
        (None, "an expression is text"),
        ("Jon([a])", "line 1, column 1: there is no function Jon (did you mean Join?)"),
        ('Join(".", [a]', "line 1, column 14: the expression ends too early: a closing parenthesis is missing"),
        ("", "the expression is empty"),
        ({"value": "[a]", "null": "delete"}, "write clear, keep or {default: a value}"),
        ({"value": "[a]", "null": None}, "write clear, keep or {default: a value}"),
        ({"value": "[a]", "null": {"default": 5}}, "valid string"),
        ({"value": "[a]", "null": {"default": ""}}, "at least 1 character"),
        ({"value": "[a]", "null": {}}, "Field required"),
        ({"value": "[a]", "mode": "once"}, "'enforce', 'on_change', 'if_empty' or 'create_only'"),
        ({}, "Field required"),
    ],
)
def test_an_attribute_that_cannot_be_worked_out_is_refused_while_loading(given: Any, said: str) -> None:
    assert said in refusal(AttributePolicy, given)


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "../../etc/passwd", "/etc/passwd", "", "a\0b", "Europe", 5, None, "\ud800"]
)
def test_a_time_zone_that_does_not_exist_is_refused(zone: Any) -> None:
    assert "use a name such as Europe/Amsterdam" in refusal(Policy, {**WHOLE, "time_zone": zone})


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", ZoneInfo("Asia/Kathmandu")])
def test_a_time_zone_that_exists_is_used(zone: Any) -> None:
    assert Policy.model_validate({**WHOLE, "time_zone": zone}).time_zone == ZoneInfo(str(zone))


def test_what_correlates_must_be_written_too() -> None:
    said = refusal(Policy, {**WHOLE, "targets": {"entra": {**WHOLE["targets"]["entra"], "correlate": ["mail"]}}})
    assert "correlate names mail, which attributes does not map; a new account would be lost" in said


def test_a_value_that_is_tried_until_it_is_free_cannot_correlate() -> None:
    attributes = {"employeeId": "[employeeId]", "mail": "SelectUniqueValue([a], [b])"}
    with pytest.raises(ValidationError, match="tried until it is free; it cannot tell whose account it is"):
        target(correlate=["employeeId", "mail"], attributes=attributes)
    assert target(attributes=attributes).correlate == ("employeeId",)


def test_whoever_has_no_value_of_their_own_is_not_found_by_a_default() -> None:
    attributes = {"employeeId": "[employeeId]", "mail": {"value": "[mail]", "null": {"default": "a@b"}}}
    with pytest.raises(ValidationError, match="whoever has none would be taken for the same person"):
        target(correlate=["employeeId", "mail"], attributes=attributes)
    assert target(attributes=attributes).attributes["mail"].null == Default(default="a@b")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, Names(rename=Rename.ASK, at=None, keep_old=365, quarantine=730)),
        ({"rename": "automatic", "at": "22:00"}, Names(rename=Rename.AUTOMATIC, at=time(22))),
        ({"rename": "never", "at": "00:00", "keep_old": 0}, Names(rename=Rename.NEVER, at=time(), keep_old=0)),
        ({"at": time(23, 59), "quarantine": 3660}, Names(at=time(23, 59), quarantine=3660)),
    ],
)
def test_what_becomes_of_names_is_said_in_days_and_an_hour(names: dict[str, Any], expected: Names) -> None:
    assert target(names=names).names == expected


@pytest.mark.parametrize("at", ["24:00", "9:00", "22:00:00", "22:00\n", "٢٢:٠٠", "", 22, True, ["22:00"]])
def test_what_is_no_time_of_day_is_refused(at: Any) -> None:
    assert 'write a time of day between quotes, such as "22:00"' in refusal(Names, {"at": at})


@pytest.mark.parametrize("days", [{"keep_old": -1}, {"quarantine": 3661}, {"keep_old": 1.5}, {"quarantine": None}])
def test_days_of_names_are_whole_and_within_ten_years(days: dict[str, Any]) -> None:
    assert refusal(Names, days)


@pytest.mark.parametrize("tables", [{"": {"a": "b"}}, {"t": {"a": None}}, {"t": {"a": 5}}, {"t": ["a"]}, {"t": "a"}])
def test_a_table_has_a_name_and_holds_texts(tables: dict[str, Any]) -> None:
    assert refusal(Policy, {**WHOLE, "tables": tables})


def test_what_nobody_is_shown_is_named_by_target() -> None:
    attributes = {"employeeId": "[employeeId]", "mail": {"value": "[mail]", "sensitive": True}}
    entra = {**WHOLE["targets"]["entra"], "attributes": attributes}
    policy = Policy.model_validate({**WHOLE, "targets": {"entra": entra, "other": WHOLE["targets"]["entra"]}})
    assert policy.sensitive("entra") == {"mail"}
    assert policy.sensitive("other") == policy.sensitive("nowhere") == frozenset()


def test_what_rules_read_of_managers_is_known_of_the_whole_policy() -> None:
    attributes = {"employeeId": "[employeeId]", "mail": "Coalesce(Manager([mail]), [department], Manager([phone]))"}
    policy = Policy.model_validate({**WHOLE, "targets": {"a": {**WHOLE["targets"]["entra"], "attributes": attributes}}})
    assert policy.manager_names == {"mail", "phone"}
    assert Policy.model_validate(WHOLE).manager_names == frozenset()


@pytest.mark.parametrize(
    "change",
    [
        {"targets": {}},
        {"sources": {}},
        {"sources": {"HR": {"connector": "files"}}},
        {"sources": {"1hr": {"connector": "files"}}},
        {"sources": {"hr|x": {"connector": "files"}}},
        {"sources": {"hr\n": {"connector": "files"}}},
        {"sources": {"h" * 32: {"connector": "files"}}},
        {"sources": {"hr": {"connector": "files", "plausible": {"most_gone": 101}}}},
        {"sources": {"hr": {"connector": "files", "leave_when_missing_for": -1}}},
        {"sources": {"entra": {"connector": "files"}}},
        {"colour": "blue"},
        {"customer": None},
    ],
)
def test_a_policy_that_says_something_impossible_is_refused(change: dict[str, Any]) -> None:
    assert refusal(Policy, {**WHOLE, **change})


@pytest.mark.parametrize(
    "limits", [{"eat": {"day": 1}}, {"disable": {"day": -1}}, {"disable": {"percent": 100.1}}, {"disable": 5}]
)
def test_a_limit_that_means_nothing_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        target(limits=limits)


def test_nobody_changes_a_policy_while_it_is_in_force() -> None:
    policy = Policy.model_validate(WHOLE)
    with pytest.raises(ValidationError, match="frozen"):
        policy.customer = "Fabrikam"


def test_a_policy_survives_being_written_and_read_as_json() -> None:
    entra = {
        **WHOLE["targets"]["entra"],
        "names": {"rename": "automatic", "at": "22:00"},
        "attributes": {
            "employeeId": "[employeeId]",
            "mail": {"value": "[mail]", "null": {"default": "a@b"}, "mode": "on_change", "sensitive": True},
            "city": {"value": 'Lookup("offices", [city])', "null": "keep"},
        },
    }
    policy = Policy.model_validate({**WHOLE, "tables": {"offices": {"Gent": "GNT"}}, "targets": {"entra": entra}})
    assert Policy.model_validate_json(policy.model_dump_json(by_alias=True, exclude_defaults=True)) == policy
    assert Policy.model_validate(policy.model_dump(mode="json", by_alias=True, exclude_none=True)) == policy
