"""Which grants are worth waiting for, in which order people come, and how many writes that saves."""

from hypothesis import given
from hypothesis import strategies as st

from shared.model import Action, Entitlement, Verb
from shared.packs import common, neighbours, packable, spared
from shared.whats import Apart

MOST = {"group": 20}
wanted = st.lists(st.frozensets(st.sampled_from(["group:A", "group:B", "group:C", "group:D"])), max_size=60)


def test_only_grants_of_the_kinds_that_a_target_can_pack_are_packable() -> None:
    kinds = ("group", "license")
    actions = [Action(verb=verb, entitlement=Entitlement(kind, "A")) for verb in Verb for kind in kinds]
    assert packable(actions, {"group"}, Apart()) == {"group:A": "grant"}
    assert packable(actions, {"group"}, Apart(limited=frozenset({"grant:group:A"}))) == {"group:A": "grant:group:A"}
    assert packable(actions, (), Apart()) == {}


def test_what_nobody_else_wants_is_not_waited_for() -> None:
    assert common([{"group:A", "group:B"}, {"group:A"}, {"group:C"}]) == [{"group:A"}, {"group:A"}, set()]


def test_whoever_shares_what_few_want_comes_one_after_the_other() -> None:
    people = [{"group:All", name} for _ in range(3) for name in ("group:X", "group:Y")] + [{"group:All", "group:X"}]
    names = [sorted(people[place])[1] for place in neighbours(people)]
    assert names == ["group:Y"] * 3 + ["group:X"] * 4


def test_of_every_twenty_one_pays() -> None:
    assert sum(spared([{"group:A"}] * 45, MOST)) == 45 - 3
    assert spared([{"group:A", "group:B"}, {"group:A"}], MOST) == [0, 1]


@given(wanted)
def test_everybody_has_a_place_and_never_more_is_saved_than_there_is(some: list[frozenset[str]]) -> None:
    order = neighbours(some)
    assert sorted(order) == list(range(len(some)))
    saved = spared([some[place] for place in order], MOST)
    assert all(0 <= less <= len(some[place]) for less, place in zip(saved, order, strict=True))
    for name in {name for one in some for name in one}:
        members = sum(name in one for one in some)
        packs = sum(spared([one & {name} for one in some], MOST))
        assert members - packs == -(-members // MOST["group"])
