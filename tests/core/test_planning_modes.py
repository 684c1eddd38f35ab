"""When an attribute is written: whatever HR and other hands do in turn, each mode does what its sentence says."""

# ruff: noqa: E501 - each life stands on one line

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_world import EMPTY, MODES, World, converge

from shared.model import Account, Desired, Link, Stage, Value
from shared.planning import same
from tests.effort import effort

HR, HAND = "hr", "hand"
EVENTS = st.lists(
    st.tuples(st.sampled_from([HR, HAND]), st.sampled_from(["x", "y", "z", "", None])), min_size=1, max_size=8
)


def wanting(mode: str, value: Value) -> Desired:
    return Desired(stage=Stage.ACTIVE, **{mode: {"a": value}})


def held(world: World) -> Value:
    assert world.live is not None
    return world.live.attributes.get("a")


@dataclass
class Sentence:
    """What `shared.policy.Mode` promises, told without any of the product's code."""

    mode: str
    there: Value
    last: tuple[Value, ...] = ()
    """What was wanted when it last stood there or was written; nothing before that."""
    ours: Value = None
    """What we wrote last."""

    def hears(self, value: Value) -> None:
        meant = {
            "attributes": True,
            "changing": not self.last or not same(self.last[0], value),
            "lacking": same(self.there, None) or same(value, None),
            "initial": False,
        }[self.mode]
        if same(self.there, value):
            self.last = (value,) if meant else self.last
        elif meant and (value not in EMPTY or same(self.there, self.ours)):
            self.there, self.ours, self.last = value, value, (value,)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("first", ["new", "theirs", "empty"])
@given(wish=st.sampled_from(["x", "y", None]), events=EVENTS)
@settings(max_examples=effort(40, 1_000))
def test_whatever_hr_and_others_do_in_turn_a_mode_does_what_it_says(
    mode: str, first: str, wish: Value, events: list[tuple[str, Value]]
) -> None:
    world = World(Link(), None)
    expected = Sentence(mode, wish, (wish,), wish)  # an account that we make has everything
    if first != "new":
        there = "z" if first == "theirs" else None
        world = World(Link(), Account(id="acc", enabled=True, attributes={"a": there}))
        expected = Sentence(mode, there)
        expected.hears(wish)
    world, _, _ = converge(world, wanting(mode, wish))
    assert same(held(world), expected.there)
    for who, value in events:
        if who == HR:
            wish = value
        else:
            world, expected.there = world.changed_by_hand(a=value), value
        expected.hears(wish)
        world, _, _ = converge(world, wanting(mode, wish))
        assert same(held(world), expected.there), (who, value)
        assert world.plans(wanting(mode, wish)) == ()


def lived(mode: str, *events: tuple[str, Value]) -> list[Value]:
    """What stands there after each event; the first of HR makes the account."""
    world, wish, seen = World(Link(), None), events[0][1], []
    for who, value in events:
        wish = value if who == HR else wish
        world = world.changed_by_hand(a=value) if who == HAND else world
        world, _, _ = converge(world, wanting(mode, wish))
        seen.append(held(world))
    return seen


@pytest.mark.parametrize(
    ("mode", "events", "expected"),
    [
        ("attributes", [(HR, "x"), (HAND, "y")], ["x", "x"]),
        ("attributes", [(HR, "x"), (HAND, "y"), (HR, None)], ["x", "x", None]),
        # left to others until HR says something new
        ("changing", [(HR, "x"), (HAND, "y")], ["x", "y"]),
        ("changing", [(HR, "x"), (HAND, "y"), (HR, "z")], ["x", "y", "z"]),
        ("changing", [(HR, "x"), (HAND, None)], ["x", None]),
        ("changing", [(HR, "x"), (HR, None)], ["x", None]),
        ("changing", [(HR, "x"), (HAND, "y"), (HR, None)], ["x", "y", "y"]),
        # somebody was ahead of HR; that is not ours to empty, and what HR says next is new again
        ("changing", [(HR, "x"), (HAND, "y"), (HR, "y"), (HAND, "z")], ["x", "y", "y", "z"]),
        ("changing", [(HR, "x"), (HAND, "y"), (HR, "y"), (HR, "x")], ["x", "y", "y", "x"]),
        ("changing", [(HR, "x"), (HAND, "y"), (HR, "y"), (HR, None)], ["x", "y", "y", "y"]),
        ("changing", [(HR, "x"), (HAND, "y"), (HR, "y"), (HR, "x"), (HAND, "y"), (HR, "y")], ["x", "y", "y", "x", "y", "y"]),
        # only where nothing stands
        ("lacking", [(HR, "x"), (HR, "y")], ["x", "x"]),
        ("lacking", [(HR, "x"), (HAND, ""), (HAND, "z")], ["x", "x", "z"]),
        ("lacking", [(HR, "x"), (HR, None), (HR, "y")], ["x", None, "y"]),
        ("lacking", [(HR, "x"), (HAND, "y"), (HR, None)], ["x", "y", "y"]),
        ("lacking", [(HR, None), (HR, "x")], [None, "x"]),
        # once
        ("initial", [(HR, "x"), (HR, "y"), (HAND, None), (HR, "z")], ["x", "x", None, None]),
        ("initial", [(HR, None), (HR, "y")], [None, None]),
    ],
)  # fmt: skip
def test_a_life_of_one_attribute(mode: str, events: list[tuple[str, Value]], expected: list[Value]) -> None:
    assert lived(mode, *events) == expected


@pytest.mark.parametrize("mode", MODES[:3])
def test_whom_an_account_points_to_is_written_once_the_account_exists(mode: str) -> None:
    world, done, _ = converge(World(Link(), None), Desired(stage=Stage.READY, **{mode: {"manager": "boss"}}))
    assert [dict(action.attributes) for action in done] == [{}, {"manager": "boss"}]
    assert world.live is not None
    assert world.live.attributes == {"manager": "boss"}


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_that_was_lost_is_ours_all_the_same(mode: str) -> None:
    """What was meant and stands there was written by us, and is not taken for somebody else's."""
    start = World(Link(account="acc", written={"a": "old"}, told={"a": "old"}), Account(id="acc", enabled=True))
    start = start.changed_by_hand(a=None if mode == "lacking" else "old")
    lost, _, _ = converge(start, wanting(mode, "x"), lost=0)
    found = lost.looks(wanting(mode, "x")).link
    assert (found.written, found.told) == (({"a": "x"}, {}) if mode != "initial" else ({"a": "old"}, {"a": "old"}))


def test_another_mode_starts_from_what_was_written() -> None:
    """The policy is changed: what we wrote before is still ours, and is not written again."""
    world, _, _ = converge(World(Link(), None), wanting("attributes", "x"))
    world = world.changed_by_hand(a="y")
    for mode in ("changing", "lacking", "initial"):
        world, done, _ = converge(world, wanting(mode, "x"))
        assert (done, held(world)) == ([], "y")
    world, _, _ = converge(world, wanting("attributes", "x"))
    assert held(world) == "x"


def test_what_is_left_to_others_starts_anew_with_a_new_account() -> None:
    made, done, _ = converge(World(Link(told={"a": "y"}), None), wanting("changing", "y"))
    assert dict(done[0].attributes) == {"a": "y"}
    assert (made.link.written, made.link.told) == ({"a": "y"}, {})
