"""What an action is called by limits, permits and holds, and how a plan goes on without a part of it."""

from collections.abc import Mapping
from typing import Any

import pytest
from core_world import target
from hypothesis import given
from hypothesis import strategies as st

from shared.model import Action, Attributes, Entitlement, Verb
from shared.policy import Limit
from shared.whats import FORM, LONGEST, URGENT, Apart, above, allowed, counted, entitled, of, parsed, runs_out

CHANGED = {"manager": "m1", "department": "Sales"}
MANAGER = Apart(limited=frozenset({"update:manager"}))


def update(**attributes: Any) -> Action:
    return Action(verb=Verb.UPDATE, attributes=attributes, because="why")


def grant(name: str, kind: str = "group", verb: Verb = Verb.GRANT) -> Action:
    return Action(verb=verb, entitlement=Entitlement(kind, name))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("disable", "disable"),
        ("update:manager", "update:manager"),
        ("revoke:license", "revoke:license"),
        ("grant:group:Finance", "grant:group:Finance"),
        ("revoke:group:Finance", "revoke:group:Finance"),
        ("grant:group:Team: Sales", "grant:group:Team: Sales"),
        ("grant:group:A|B!", "grant:group:A%7CB%21"),
        ("grant:group:100 %", "grant:group:100 %25"),
    ],
)
def test_what_people_write_is_what_is_meant(text: str, what: str) -> None:
    assert parsed(text) == what


NONE = ["", "close", "Disable", "disable:x", "update:", "update:a:b", "grant:", "grant:group:", "urgent"]


@pytest.mark.parametrize("text", NONE)
def test_what_means_nothing_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write a verb, such as disable") as refused:
        parsed(text)
    assert str(refused.value) == FORM


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_two_entitlements_are_called_the_same_and_no_name_breaks_a_key(one: str, other: str) -> None:
    first, second = (entitled(Verb.GRANT, Entitlement("group", name)) for name in (one, other))
    assert (first == second) == (one == other)
    assert "|" not in first
    assert not first.endswith("!")
    assert parsed(f"grant:group:{one}") == first


def test_a_long_name_is_told_by_its_beginning_and_its_hash() -> None:
    one, other = (entitled(Verb.GRANT, Entitlement("group", "人" * 250 + end)) for end in "ab")
    assert one != other
    assert one[:80] == other[:80]
    assert max(len(one), len(other)) <= LONGEST + len("grant:group:")


def test_a_name_of_a_hundred_characters_is_told_in_full_and_no_longer_one() -> None:
    assert entitled(Verb.GRANT, Entitlement("group", "a" * 100)) == f"grant:group:{'a' * 100}"
    cut = entitled(Verb.GRANT, Entitlement("group", "a" * 101)).removeprefix("grant:group:")
    assert cut.startswith("a" * 80 + "~")
    assert (len(cut), LONGEST) == (80 + len("~") + 16, 100)
    assert "~" in entitled(Verb.GRANT, Entitlement("group", "\ud800" * 101)), "half a character is one of a name"


def test_the_allowance_of_what_is_urgent_is_called_as_a_policy_writes_it() -> None:
    assert target(limits={"urgent": {"day": 1}}).limits[URGENT] == Limit(day=1)


def test_a_what_is_part_of_its_kind_and_of_its_verb() -> None:
    assert above("grant:group:A:B") == ("grant:group:A:B", "grant:group", "grant")
    assert above("update:manager") == ("update:manager", "update")
    assert above("disable") == ("disable",)


TWO = {"update:manager": {"manager": "m1"}, "update": {"department": "Sales"}}
BOTH = Apart(limited=frozenset({"update:manager", "update:department"}))


@pytest.mark.parametrize(
    ("apart", "there", "whats"),
    [
        (Apart(), {"manager": "m0"}, {"update": CHANGED}),
        (MANAGER, {"manager": "m0"}, TWO),
        # what was empty is filled in, and that is no change
        (MANAGER, {}, {"update": CHANGED}),
        (MANAGER, {"manager": None}, {"update": CHANGED}),
        (MANAGER, {"manager": ""}, {"update": CHANGED}),
        (MANAGER, {"manager": ()}, {"update": CHANGED}),
        # but what is only observed is observed always
        (Apart(always=frozenset({"update:manager"})), {}, TWO),
        (BOTH, {"manager": "m0"}, TWO),
        (BOTH, {"department": "Care"}, {"update": {"manager": "m1"}, "update:department": {"department": "Sales"}}),
    ],
)
def test_an_update_is_told_apart_by_the_attributes_that_are_spoken_of(
    apart: Apart, there: Attributes, whats: Mapping[str, Attributes]
) -> None:
    found = of(update(**CHANGED), there, apart)
    assert {what: part.attributes for what, part in found.items()} == whats
    assert {part.because for part in found.values()} == {"why"}


def test_to_empty_a_value_is_a_change() -> None:
    assert list(of(update(manager=None), {"manager": "m0"}, MANAGER)) == ["update:manager"]


@pytest.mark.parametrize(
    ("apart", "what"),
    [
        (set(), "revoke"),
        ({"revoke"}, "revoke"),
        ({"revoke:group"}, "revoke:group"),
        ({"revoke:group", "revoke:group:Finance"}, "revoke:group:Finance"),
        ({"revoke:license", "grant:group:Finance", "revoke:group:Sales"}, "revoke"),
    ],
)
def test_an_entitlement_goes_under_the_narrowest_that_is_spoken_of(apart: set[str], what: str) -> None:
    for told in (Apart(limited=frozenset(apart)), Apart(always=frozenset(apart))):
        assert list(of(grant("Finance", verb=Verb.REVOKE), {}, told)) == [what]


def test_a_licence_that_is_given_is_always_told_apart_because_its_seats_are_counted() -> None:
    assert list(of(grant("E3", "license"), {}, Apart())) == ["grant:license:E3"]
    assert list(of(grant("E3", "license", Verb.REVOKE), {}, Apart())) == ["revoke"]
    assert runs_out("grant:license:E3")
    assert runs_out("grant:license:Plan: large")
    assert not any(map(runs_out, ("grant:group:A", "revoke:license:E3", "grant:license", "grant", "")))


def test_a_plan_is_counted_by_write() -> None:
    actions = (Action(verb=Verb.CREATE, attributes=CHANGED), update(**CHANGED), grant("A"), grant("B"))
    assert counted(actions, {"manager": "m0"}, MANAGER) == {"create": 1, "update:manager": 1, "update": 1, "grant": 2}


def test_what_is_refused_is_left_out_and_the_rest_stays_one_write() -> None:
    there = {"manager": "m0"}
    assert allowed(update(**CHANGED), there, MANAGER, ()) == update(**CHANGED)
    assert allowed(update(**CHANGED), there, MANAGER, {"update:manager"}) == update(department="Sales")
    assert allowed(update(**CHANGED), there, MANAGER, {"update"}) == update(manager="m1")
    assert allowed(update(**CHANGED), there, MANAGER, {"update", "update:manager"}) is None
    assert allowed(grant("A"), there, MANAGER, {"grant"}) is None
    assert allowed(grant("A"), there, MANAGER, {"update"}) == grant("A")


NAMES = st.sampled_from(["manager", "department", "title", "mail"])
APART = st.builds(
    Apart,
    limited=st.frozensets(NAMES.map("update:{}".format)),
    always=st.frozensets(NAMES.map("update:{}".format)),
)
VALUES = st.none() | st.sampled_from(["", "a", "b"])


SOME = st.dictionaries(NAMES, VALUES, min_size=1)


@given(SOME, SOME, APART, st.sets(NAMES.map("update:{}".format)))
def test_the_parts_of_an_update_are_the_whole_and_what_is_left_is_none_of_what_is_refused(
    attributes: Attributes, there: Attributes, apart: Apart, refused: set[str]
) -> None:
    parts = of(update(**attributes), there, apart)
    together = [item for part in parts.values() for item in part.attributes.items()]
    assert sorted(together, key=str) == sorted(attributes.items(), key=str)
    left = allowed(update(**attributes), there, apart, refused)
    kept = {} if left is None else left.attributes
    wanted = [part.attributes for what, part in parts.items() if what not in refused]
    assert kept == {name: value for part in wanted for name, value in part.items()}
