"""When somebody is renamed: only when what the name follows from has changed, and it does not fit any longer."""

# ruff: noqa: E501 - each situation stands on one line

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_world import ABSENT, DORMANT, KINDS, World, converge

from shared.identifiers import fitting
from shared.model import Account, Action, Attributes, Candidates, Desired, Link, Series, Stage, Value, Verb
from shared.planning import naming, noted, plan
from tests.effort import effort

ANN, BOB = Candidates(values=("ann", "a.bos")), Candidates(values=("bob",), series=Series(stem="bob"))


def wanting(one: Candidates | None = None, basis: str = "n=2", **attributes: Value) -> Desired:
    tried = {"name": one} if one else {}
    return Desired(stage=Stage.ACTIVE, candidates=tried, basis=basis if one else "", attributes=attributes)


def link(basis: str = "n=1", **known: Any) -> Link:
    return Link(**{"account": "acc", "enabled": True, "basis": basis, **known})


def account(**attributes: Value) -> Account:
    return Account(id="acc", enabled=True, attributes=attributes)


@pytest.mark.parametrize(
    ("desired", "known", "live", "expected"),
    [
        # HR says another name
        (wanting(BOB), link(), {"name": "ann"}, {"name": BOB}),
        (wanting(BOB), link(), {"name": None}, {"name": BOB}),
        (wanting(BOB), link(), {}, {"name": BOB}),
        # and what stands there fits it already, whatever its number
        (wanting(BOB), link(), {"name": "Bob"}, {}),
        (wanting(BOB), link(), {"name": "bob77"}, {}),
        (wanting(ANN), link(), {"name": "a.bos"}, {}),
        (wanting(BOB), link("n=?"), {"name": "ann"}, {"name": BOB}),
        (wanting(BOB, "m=1 n=2"), link("m=1 n=1"), {"name": "ann"}, {"name": BOB}),
        # nothing that the name follows from has changed, be it that the rule reads something else now
        (wanting(BOB, "n=1"), link(), {"name": "ann"}, {}),
        (wanting(BOB, "m=2"), link(), {"name": "ann"}, {}),
        (wanting(BOB, "m=2 n=1"), link(), {"name": "ann"}, {}),
        # nobody knows what it followed from, or the policy renames nobody
        (wanting(BOB), link(""), {"name": "ann"}, {}),
        (wanting(BOB, ""), link(), {"name": "ann"}, {}),
        (wanting(), link(), {"name": "ann"}, {}),
        # an address that is mapped
        (wanting(mail="y@a"), link(), {"mail": "x@a"}, {"mail": Candidates(values=("y@a",))}),
        (wanting(mail="y@a"), link(""), {"mail": "x@a"}, {"mail": Candidates(values=("y@a",))}),
        (wanting(mail="X@a"), link(), {"mail": "x@a"}, {}),
        (wanting(mail="x@a"), link(), {"mail": "x@a"}, {}),
        (wanting(mail="x@a"), link(), {"mail": None}, {}),
        (wanting(mail=None), link(written={"mail": "x@a"}), {"mail": "x@a"}, {}),
        (wanting(mail=""), link(written={"mail": "x@a"}), {"mail": "x@a"}, {}),
        # what is no address is only another value
        (wanting(a="y"), link(), {"a": "x"}, {}),
        (wanting(manager="y"), link(), {"manager": "x"}, {}),
        (wanting(mail=("y@a",)), link(), {"mail": "x@a"}, {}),
        (Desired(stage=Stage.ACTIVE, changing={"mail": "y@a"}), link(written={"mail": "y@a"}), {"mail": "x@a"}, {}),
        (Desired(stage=Stage.ACTIVE, changing={"mail": "y@a"}), link(), {"mail": "x@a"}, {"mail": Candidates(values=("y@a",))}),
        (Desired(stage=Stage.ACTIVE, lacking={"mail": "y@a"}), link(), {"mail": "x@a"}, {}),
        # both at once
        (wanting(BOB, mail="y@a"), link(), {"name": "ann", "mail": "x@a"}, {"name": BOB, "mail": Candidates(values=("y@a",))}),
    ],
)  # fmt: skip
def test_what_is_named_anew(desired: Desired, known: Link, live: Attributes, expected: dict[str, Candidates]) -> None:
    assert naming(desired, known, account(**live), KINDS) == expected


def test_all_names_are_given_anew_in_step_when_one_of_them_no_longer_fits() -> None:
    tried = {"name": BOB, "logon": Candidates(values=("b",))}
    desired = Desired(stage=Stage.ACTIVE, candidates=tried, basis="n=2")
    assert naming(desired, link(), account(name="bob", logon="a"), KINDS) == tried
    assert naming(desired, link(), account(name="bob", logon="b"), KINDS) == {}


def test_a_rename_is_one_action_between_the_other_values_and_what_is_granted() -> None:
    desired = replace(wanting(BOB, mail="y@a", a="y"), because="the 2nd of March")
    assert plan(desired, link(), account(name="ann", mail="x@a", a="x"), KINDS) == (
        Action(verb=Verb.UPDATE, attributes={"a": "y"}, because="the 2nd of March"),
        Action(verb=Verb.RENAME, because="the 2nd of March"),
    )


@pytest.mark.parametrize("desired", [DORMANT, ABSENT])
def test_who_leaves_is_not_renamed(desired: Desired) -> None:
    actions = plan(desired, link(), account(name="ann", mail="x@a"), KINDS)
    assert Verb.RENAME not in {action.verb for action in actions}


def test_an_account_that_is_adopted_gets_the_address_that_is_mapped_and_keeps_its_name() -> None:
    actions = plan(wanting(BOB, mail="y@a"), Link(), account(name="ann", mail="x@a"), KINDS)
    assert [action.verb for action in actions] == [Verb.CORRELATE, Verb.RENAME]
    assert naming(wanting(BOB, mail="y@a"), Link(), account(name="ann", mail="x@a"), KINDS).keys() == {"mail"}


@pytest.mark.parametrize(
    ("known", "live", "names", "basis"),
    [
        # issued by us, as it was and as it fits now: by our own rename, or by hand
        (link(identifiers={"name": "ann"}), {"name": "bob2"}, {"name": "bob2"}, "n=2"),
        (link(identifiers={"name": "bob"}), {"name": "Bob"}, {"name": "Bob"}, "n=2"),
        (link(identifiers={"name": "bob", "logon": "b"}), {"name": "bob2"}, {"name": "bob2", "logon": "b"}, "n=2"),
        # what does not fit waits for a rename
        (link(identifiers={"name": "ann"}), {"name": "ann"}, {"name": "ann"}, "n=1"),
        (link(identifiers={"name": "ann"}), {"name": None}, {"name": "ann"}, "n=1"),
        # an account that was there before us
        (link(""), {"name": "oldstyle"}, {}, "n=2"),
        (link(""), {"name": "bob"}, {"name": "bob"}, "n=2"),
        # nothing is known of somebody without an account
        (Link(identifiers={"name": "ann"}, basis="n=1"), {"name": "bob"}, {"name": "ann"}, "n=1"),
    ],
)  # fmt: skip
def test_names_are_noted_as_they_stand_there(known: Link, live: Attributes, names: Attributes, basis: str) -> None:
    found = noted(known, wanting(BOB), account(**live), KINDS)
    assert (found.identifiers, found.basis) == (names, basis)


def test_of_an_account_without_names_to_try_nothing_is_noted() -> None:
    known = link(identifiers={"name": "ann"})
    assert noted(known, wanting(), account(name="ann"), KINDS) == known


@pytest.mark.parametrize(
    ("written", "told", "live", "expected"),
    [
        ({}, {}, {"a": "x"}, {"a": "x"}),
        ({"a": "y"}, {}, {"a": "x"}, {"a": "x"}),
        ({"a": "x"}, {}, {"a": "x"}, {}),
        ({"a": "x"}, {"a": "y"}, {"a": "x"}, {"a": "x"}),
        ({"a": "y"}, {"a": "x"}, {"a": "x"}, {"a": "x"}),
        ({}, {"b": "z"}, {"a": "x"}, {"a": "x", "b": "z"}),
        ({}, {}, {"a": "y"}, {}),
        ({}, {"a": "y"}, {"a": "y"}, {"a": "y"}),
        ({}, {}, {}, {}),
    ],
)
def test_what_stood_there_before_it_was_to_be_written_is_noted_as_not_ours(
    written: Attributes, told: Attributes, live: Attributes, expected: Attributes
) -> None:
    desired = Desired(stage=Stage.ACTIVE, changing={"a": "x"})
    found = noted(link(written=written, told=told), desired, account(**live), KINDS)
    assert (found.told, found.written) == (expected, written)


PEOPLE = ["ann", "bob", "annelies"]
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("hr"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("hand"), st.sampled_from(["bob2", "ann", "other"])),
    ),
    max_size=6,
)


def called(name: str, renames: bool) -> Desired:
    tried = {
        "logon": Candidates(values=(name,), series=Series(stem=name)),
        "name": Candidates(values=(name,), series=Series(stem=name, opening=".")),
    }
    return Desired(stage=Stage.ACTIVE, candidates=tried, basis=f"n={name}" if renames else "")


@given(st.sampled_from(PEOPLE), EVENTS, st.frozensets(st.sampled_from([*PEOPLE, "bob2", "ann.2"])), st.booleans())
@settings(max_examples=effort(100, 3_000))
def test_in_a_life_only_hr_renames_and_only_where_the_name_does_not_fit(
    first: str, events: list[tuple[str, str]], taken: frozenset[str], renames: bool
) -> None:
    """Names by hand stay while HR says the same; by hand to what fits is as good as a rename."""
    desired = called(first, renames)
    world, done, _ = converge(World(Link(), None, taken=taken), desired)
    assert fitting(desired.candidates, done[0].attributes, KINDS)
    for who, name in events:
        if who == "hand":
            world = world.changed_by_hand(name=name, logon=name)
        else:
            desired = called(name, renames)
        assert world.live is not None
        fitted, before = fitting(desired.candidates, world.live.attributes, KINDS), world.live.attributes
        due = renames and desired.basis != world.link.basis and not fitted
        world, done, _ = converge(world, desired)
        assert [action.verb for action in done] == [Verb.RENAME] * due
        assert world.live is not None
        assert due or world.live.attributes == before
        if due or fitted:
            assert fitting(desired.candidates, world.live.attributes, KINDS)
            assert world.link.identifiers == world.live.attributes


def test_a_rename_whose_answer_was_lost_is_not_done_again() -> None:
    start = World(link(identifiers={"name": "ann"}, written={"name": "ann"}), account(name="ann"))
    lost, done, _ = converge(start, wanting(BOB), lost=0)
    assert [action.verb for action in done] == [Verb.RENAME]
    again, done, _ = converge(lost, wanting(BOB))
    assert done == []
    assert (again.link.written, again.link.basis) == ({"name": "bob"}, "n=2")
    assert again.link.identifiers == {"name": "bob"}


def test_names_are_the_last_thing_a_plan_says_nothing_of() -> None:
    """A plan cannot know which names are free: it says that there will be some."""
    assert plan(wanting(BOB), Link(), None, KINDS) == (Action(verb=Verb.CREATE), Action(verb=Verb.ENABLE))


def test_an_account_that_is_made_late_is_called_at_once_what_hr_says_by_then() -> None:
    """Names were issued for it once, and no account came of it: there is nothing to rename."""
    known = Link(identifiers={"name": "ann"}, basis="n=1")
    assert [action.verb for action in plan(wanting(BOB), known, None, KINDS)] == [Verb.CREATE, Verb.ENABLE]
