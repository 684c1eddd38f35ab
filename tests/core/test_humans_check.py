"""What a policy says of humans with several records is refused where it can never hold, with its place."""

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from shared.attributes import Attribute
from shared.checks.humans import humans
from shared.checks.policy import check
from shared.connector import Manifest
from shared.policy_file import PolicyInvalid, load

TEXT = """\
customer: small
sources:
  hr: {connector: hr}
  planning: {connector: planning}
  guests: {connector: planning, external: {sponsor: host, sponsors_in: hr}}
targets:
  entra: {connector: entra, correlate: [employeeId], attributes: {employeeId: "[employeeId]"}}
people:
  precedence:
"""


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")


def one(name: str, **given: Any) -> Manifest:
    return Manifest(name=name, summary="", docs="", settings=Settings, proven="simulated", **given)


def nothing(settings: object, outside: object) -> Any:
    raise AssertionError("nothing is built to check a policy")


MANIFESTS = {
    "hr": one("hr", source=nothing, facts=frozenset({"email", "manager", "hours", "surname", "host"})),
    "planning": one("planning", source=nothing, facts=frozenset({"email", "phone", "host"})),
    "entra": one(
        "entra",
        target=nothing,
        attributes=(Attribute(name="employeeId"),),
        correlate=frozenset({"employeeId"}),
    ),
}


def mistakes(line: str) -> list[str]:
    try:
        check(load(TEXT + f"    {line}\n"), MANIFESTS.__getitem__)
    except PolicyInvalid as invalid:
        return [str(one) for one in invalid.mistakes]
    return []


@pytest.mark.parametrize(
    "line", ["email: [planning, hr]", "phone: [planning]", "email: {sources: [planning, hr], 'null': next}"]
)
def test_what_each_of_the_sources_gives_may_have_a_precedence(line: str) -> None:
    assert mistakes(line) == []


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        ("email: [planing, hr]", "10:13", "the policy has no source planing; did you mean planning?"),
        ("email: {sources: [hr, plan]}", "10:27", "the policy has no source plan"),
        ("surname: [hr, planning]", "10:19", "planning does not give surname"),
        ("shoeSize: [hr]", "10:16", "hr does not give shoeSize"),
        ("manager: [hr]", "10:5", "manager holds an id of its own source, which names nobody in another"),
        ("host: [hr]", "10:5", "host holds an id of its own source"),
        ("employeeId: [hr]", "10:5", "employeeId is that of the contract that speaks"),
        ("hours: [hr]", "10:5", "hours decides which contract speaks (primary)"),
        ("email: [hr, hr]", "10:5", "hr stands here twice"),
        ("email: []", "10:5", "at least 1"),
        ("email: {sources: [hr], order: x}", "10:28", "order"),
    ],
)
def test_what_can_never_hold_is_named_where_it_stands(line: str, place: str, said: str) -> None:
    found = mistakes(line)
    assert len(found) == 1
    assert found[0].startswith(f"{place}: people.precedence.")
    assert said in found[0]


def test_without_people_there_is_nothing_to_check() -> None:
    found = load(TEXT.partition("people:")[0])
    assert list(humans(found, {}, frozenset())) == []
