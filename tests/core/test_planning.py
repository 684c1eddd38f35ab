"""The plan for each situation in a life, by name, and what is remembered before, during and after it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from planning_world import (
    ABSENT,
    DORMANT,
    E3,
    KINDS,
    NOW,
    READY,
    SALES,
    STAFF,
    World,
    converge,
)

from shared.errors import Reason, Refused
from shared.model import Account, Action, Desired, Entitlement, Link, Stage, Value, Verb
from shared.planning import (
    LATEST,
    after,
    before,
    concerned,
    conflicts,
    excluding,
    forgotten,
    landed,
    missed,
    no_longer_intended,
    plan,
    remembered,
    same,
    settled,
    unfinished,
)


def link(**known: Any) -> Link:
    return Link(**{"account": "acc", "enabled": True, **known})


def account(*entitlements: Entitlement, enabled: bool = True, **attributes: Value) -> Account:
    return Account(id="acc", enabled=enabled, attributes=attributes, entitlements=frozenset(entitlements))


def active(*entitlements: Entitlement, **attributes: Value) -> Desired:
    return Desired(stage=Stage.ACTIVE, attributes=attributes, entitlements=frozenset(entitlements))


def shown(actions: tuple[Action, ...]) -> list[object]:
    """Each verb, with what it writes or grants."""
    return [
        (one.verb, one.entitlement or dict(one.attributes)) if one.entitlement or one.attributes else one.verb
        for one in actions
    ]


NOTHING: list[object] = []
MANY = [Entitlement("group", f"Team {number}") for number in range(1, 9)]
"""In the order in which they are granted and revoked."""


@pytest.mark.parametrize(
    ("desired", "known", "live", "expected"),
    [
        # nobody yet
        (active(SALES, a="x", b=None, manager="boss"), Link(), None,
         [(Verb.CREATE, {"a": "x"}), (Verb.UPDATE, {"manager": "boss"}), (Verb.GRANT, SALES), Verb.ENABLE]),
        (active(mail="ann@a"), Link(), None, [(Verb.CREATE, {"mail": "ann@a"}), Verb.ENABLE]),
        (replace(READY, initial={"once": "y", "no": ""}, attributes={"a": ()}), Link(identifiers={"name": "ann"}), None,
         [(Verb.CREATE, {"once": "y"})]),
        (replace(READY, lacking={"a": "x"}, changing={"b": "y"}), Link(), None, [(Verb.CREATE, {"a": "x", "b": "y"})]),
        (DORMANT, Link(), None, NOTHING),
        (ABSENT, Link(), None, NOTHING),
        # somebody's account that is theirs
        (active(SALES, a="x"), Link(), account(a="x"), [Verb.CORRELATE, (Verb.GRANT, SALES)]),
        (active(), Link(), account(enabled=False), [Verb.CORRELATE, Verb.ENABLE]),
        (READY, Link(), account(), [Verb.CORRELATE, Verb.DISABLE]),
        (DORMANT, Link(), account(STAFF), [Verb.CORRELATE, Verb.DISABLE]),
        (DORMANT, Link(), account(enabled=False), NOTHING),
        (ABSENT, Link(), account(), [Verb.CORRELATE, Verb.DISABLE, Verb.DELETE]),
        (ABSENT, Link(), account(enabled=False), NOTHING),
        # a mover
        (active(SALES, a="y"), link(written={"a": "x"}, granted={STAFF}), account(STAFF, E3, a="x"),
         [(Verb.UPDATE, {"a": "y"}), (Verb.REVOKE, STAFF), (Verb.GRANT, SALES)]),
        (active(E3, STAFF, SALES), link(), account(), [(Verb.GRANT, SALES), (Verb.GRANT, STAFF), (Verb.GRANT, E3)]),
        (active(*MANY), link(), account(), [(Verb.GRANT, one) for one in MANY]),
        (active(), link(granted=set(MANY)), account(*MANY), [(Verb.REVOKE, one) for one in MANY]),
        (active(SALES), link(granted={SALES}), account(SALES), NOTHING),
        # what was taken away by hand need not be taken away again
        (active(), link(granted={SALES}), account(), NOTHING),
        # nothing over something of ours, of somebody else's, and over nothing
        (active(a=None), link(written={"a": "x"}), account(a="x"), [(Verb.UPDATE, {"a": None})]),
        (active(a=None), link(written={"a": "x"}), account(a="changed by hand"), NOTHING),
        (active(a=""), link(written={"a": "x"}), account(a="x"), [(Verb.UPDATE, {"a": ""})]),
        (active(a=""), link(), account(a="theirs"), NOTHING),
        (active(a=()), link(), account(a=("theirs",)), NOTHING),
        (active(a=None), link(), account(), NOTHING),
        (active(a="x"), link(), account(a="theirs"), [(Verb.UPDATE, {"a": "x"})]),
        (active(a=("p", "q")), link(), account(a=("q", "p")), NOTHING),
        (active(a=("p",)), link(), account(a=("p", "p")), [(Verb.UPDATE, {"a": ("p",)})]),
        # an attribute that policy no longer mentions stays
        (active(), link(written={"a": "x"}), account(a="x"), NOTHING),
        # of who is not there to use it, nothing is written, whatever is told of them
        (replace(DORMANT, attributes={"a": "y"}, changing={"b": "y"}), link(), account(a="x"), [Verb.DISABLE]),
        (replace(DORMANT, attributes={"a": "y"}), link(enabled=False), account(enabled=False, a="x"), NOTHING),
        # a leaver, then gone, then back
        (DORMANT, link(granted={SALES, E3}), account(SALES, STAFF, E3),
         [Verb.DISABLE, (Verb.REVOKE, SALES), (Verb.REVOKE, E3)]),
        (DORMANT, link(enabled=False), account(enabled=False), NOTHING),
        (DORMANT, link(disabling=True), account(enabled=False), [Verb.DISABLE]),
        (ABSENT, link(granted={SALES}), account(SALES), [Verb.DISABLE, Verb.DELETE]),
        (ABSENT, link(enabled=False), account(enabled=False), [Verb.DELETE]),
        (ABSENT, link(deleted=True), None, NOTHING),
        (DORMANT, link(deleted=True), None, NOTHING),
        (active(SALES, a="x"), link(deleted=True), None, [Verb.RESTORE]),
        (READY, link(), account(), [Verb.DISABLE]),
        # who comes soon has everything but the right to sign in
        (replace(READY, attributes={"a": "y"}, entitlements=frozenset({SALES, E3})), link(enabled=False),
         account(SALES, enabled=False, a="x"), [(Verb.UPDATE, {"a": "y"}), (Verb.GRANT, E3)]),
        # a record of HR's own is corrected for people in service, and nothing else is ever done to it
        (replace(active(SALES, a="x"), follows="7", corrects=True), Link(), account(enabled=False),
         [Verb.CORRELATE, (Verb.UPDATE, {"a": "x"})]),
        (replace(active(SALES, a="x"), follows="7", corrects=True), link(granted={E3}), account(E3, enabled=False),
         [(Verb.UPDATE, {"a": "x"})]),
        (replace(READY, attributes={"a": "x"}, follows="7", corrects=True), link(), account(),
         [(Verb.UPDATE, {"a": "x"})]),
        (replace(DORMANT, follows="7", corrects=True), link(granted={E3}), account(E3), NOTHING),
        (replace(DORMANT, follows="7", corrects=True), Link(), account(), NOTHING),
        # gone without us, while nobody needs it
        (DORMANT, link(), None, NOTHING),
        (ABSENT, link(), None, NOTHING),
    ],
)  # fmt: skip
def test_a_plan_for_every_situation(
    desired: Desired, known: Link, live: Account | None, expected: list[object]
) -> None:
    actions = plan(replace(desired, because="the 2nd of March"), known, live, KINDS)
    assert shown(actions) == expected
    assert {action.because for action in actions} <= {"the 2nd of March"}


@pytest.mark.parametrize("desired", [READY, active()])
def test_an_account_that_vanished_waits_for_a_person(desired: Desired) -> None:
    with pytest.raises(Refused, match="account acc is gone from the target; recreate or forget it") as refused:
        plan(desired, link(), None, KINDS)
    assert refused.value.reason is Reason.ACCOUNT_GONE


def test_a_grant_says_by_which_rule_and_whether_the_group_may_be_made() -> None:
    desired = replace(active(SALES, E3), creatable=frozenset({SALES}), reasons={"group:Sales": "grants.0"})
    assert [(one.entitlement, one.may_create, one.rule) for one in plan(desired, link(), account(), KINDS)] == [
        (SALES, True, "grants.0"),
        (E3, False, ""),
    ]


def test_what_is_kept_or_excluded_by_what_somebody_has_is_neither_taken_nor_given() -> None:
    known, live = link(granted={SALES, STAFF}), account(SALES, STAFF)
    assert shown(plan(replace(active(), kept=frozenset({SALES})), known, live, KINDS)) == [(Verb.REVOKE, STAFF)]
    apart = replace(active(E3), apart=(frozenset({SALES, E3}),))
    assert shown(plan(apart, link(), account(SALES), KINDS)) == []
    assert shown(plan(apart, known, live, KINDS)) == [(Verb.REVOKE, SALES), (Verb.REVOKE, STAFF), (Verb.GRANT, E3)]


def test_of_what_excludes_each_other_the_first_is_given_and_of_the_others_it_is_said_what_is_in_their_way() -> None:
    wish = replace(active(*MANY), apart=(frozenset(MANY),))
    assert conflicts(wish, link(), account()) == dict.fromkeys(MANY[1:], MANY[0])
    assert conflicts(wish, link(), account(*MANY[2:])) == dict.fromkeys(MANY[:2], MANY[2])
    pairs = dict(zip(MANY[1::2], MANY[::2], strict=True))
    two = replace(wish, apart=tuple(map(frozenset, pairs.items())))
    assert conflicts(two, link(), account()) == pairs
    assert conflicts(wish, link(), account(*MANY)) == {}, "nothing of it is to be given"
    assert conflicts(wish, link(), None) == {}, "nobody knows yet what there will be"


def test_nothing_is_in_its_own_way_or_in_that_of_what_no_rule_sets_apart_from_it() -> None:
    wish = replace(active(), apart=(frozenset({SALES, STAFF}),))
    assert excluding(wish, SALES, frozenset({SALES, E3})) is None
    assert excluding(wish, E3, frozenset({SALES, STAFF})) is None
    assert excluding(wish, STAFF, frozenset({SALES, E3})) == SALES


def test_a_plan_must_know_of_all_that_is_wanted_kept_ours_or_on_its_way_and_of_what_excludes_that() -> None:
    wanted, kept, granted, granting, revoking, other = MANY[:6]
    wish = replace(active(wanted), kept=frozenset({kept}), apart=(frozenset({wanted, other}),))
    known = link(granted={granted}, granting=frozenset({granting}), revoking=frozenset({revoking}))
    assert concerned(wish, known) == {wanted, kept, granted, granting, revoking, other}


def test_of_somebody_of_whom_nothing_is_to_be_done_not_even_a_vanished_account_is_asked_about() -> None:
    assert plan(replace(active(), only=frozenset()), link(), None, KINDS) == ()


def test_an_account_that_only_a_person_may_touch_is_refused_once_there_is_something_to_do() -> None:
    protected = replace(account(a="x"), protected="it is an administrator")
    assert plan(active(a="x"), link(), protected, KINDS) == ()
    with pytest.raises(Refused, match="account acc is protected: it is an administrator") as refused:
        plan(active(a="y"), link(), protected, KINDS)
    assert refused.value.reason is Reason.PROTECTED


def test_what_came_back_from_the_bin_is_still_ours_to_take() -> None:
    """Somebody deleted without being stripped first, because HR told months later; a restore brings the groups back."""
    deleted, _, _ = converge(World(link(granted={SALES}), account(SALES, STAFF)), ABSENT)
    back, _, _ = converge(deleted, active())
    assert back.live == account(STAFF)
    kept, _, _ = converge(deleted, active(SALES))
    left, _, _ = converge(kept, DORMANT)
    assert left.live == account(STAFF, enabled=False)


def test_what_was_refused_is_not_ours_when_somebody_else_does_it_later() -> None:
    start = World(link(), account())
    actions = start.plans(active(SALES, a="x"))
    known = before(start.link, actions, NOW)
    for action in actions:
        known = no_longer_intended(known, action)
    by_others = World(known, account(SALES, a="x"))
    assert by_others.plans(Desired(stage=Stage.ACTIVE, attributes={"a": None})) == ()


def test_a_write_that_lands_late_is_recognised_as_ours() -> None:
    """A worker that was thought dead: the account shows nothing at first, and everything at the second look."""
    start = World(link(), account())
    known = replace(start, link=before(start.link, start.plans(active(SALES, a="x")), NOW))
    first = known.looks(active())
    assert first.link == known.link
    late = replace(first, live=account(SALES, a="x")).looks(active())
    assert (late.link.written, late.link.granted) == ({"a": "x"}, {SALES})
    assert (late.link.intended, late.link.granting) == ({}, frozenset())


def test_what_somebody_else_wrote_meanwhile_is_not_taken_for_ours() -> None:
    start = World(link(), account())
    known = before(start.link, start.plans(active(a="x")), NOW)
    assert settled(known, account(a="y"), Stage.ACTIVE).written == {}


@pytest.mark.parametrize(
    ("stage", "was", "live", "expected"),
    [
        (Stage.ACTIVE, False, True, True),
        (Stage.ACTIVE, False, False, False),
        (Stage.ACTIVE, True, False, True),
        (Stage.DORMANT, False, True, False),
        (Stage.DORMANT, True, True, True),
    ],
)
def test_an_account_counts_as_enabled_by_us_when_it_is_and_should_be(
    stage: Stage, was: bool, live: bool, expected: bool
) -> None:
    assert settled(link(enabled=was), account(enabled=live), stage).enabled is expected


def test_what_was_to_be_taken_away_and_is_gone_is_no_longer_ours() -> None:
    found = settled(link(granted={SALES, STAFF}, revoking=frozenset({SALES, STAFF})), account(STAFF), Stage.ACTIVE)
    assert (found.granted, found.revoking) == ({STAFF}, {STAFF})


@pytest.mark.parametrize(
    ("intended", "names", "basis"),
    [
        ({"name": "bob", "a": "x"}, {"name": "bob", "logon": "a"}, "n=?"),
        ({"name": "ann", "a": "x"}, {"name": "ann", "logon": "a"}, "n=1"),
        ({"a": "x"}, {"name": "ann", "logon": "a"}, "n=1"),
    ],
)
def test_of_a_new_name_whose_answer_was_lost_nobody_knows_what_it_followed_from(
    intended: Mapping[str, Value], names: Mapping[str, str], basis: str
) -> None:
    known = link(identifiers={"name": "ann", "logon": "a"}, basis="n=1", intended=intended)
    found = settled(known, account(**intended), Stage.ACTIVE)
    assert (found.identifiers, found.basis) == (names, basis)
    made = settled(replace(known, account=""), account(**intended), Stage.ACTIVE)
    assert (made.identifiers, made.basis) == (names, "n=1"), "a new account follows from what was saved for it"


def test_what_was_done_though_no_answer_came_is_told_as_it_was_planned() -> None:
    begun = link(
        enabled=False, identifiers={"name": "ann"}, intended={"a": "x", "b": "y", "name": "bob"}, intending=NOW
    )
    begun = replace(begun, granting=frozenset({E3, *MANY[:4]}), revoking=frozenset({STAFF, *MANY[4:]}))
    seen = replace(begun, intended={"b": "y"}, granting=frozenset({E3}), revoking=frozenset({STAFF}), enabled=True)
    assert landed(begun, seen, "because") == (
        Action(verb=Verb.UPDATE, attributes={"a": "x"}, because="because"),
        Action(verb=Verb.RENAME, attributes={"name": "bob"}, because="because"),
        *(Action(verb=Verb.REVOKE, entitlement=one, because="because") for one in MANY[4:]),
        *(Action(verb=Verb.GRANT, entitlement=one, because="because") for one in MANY[:4]),
        Action(verb=Verb.ENABLE, because="because"),
    )
    assert landed(begun, replace(seen, enabled=False), "because")[-1].verb is Verb.GRANT
    assert landed(seen, seen, "because") == (), "nothing has come since"
    assert landed(replace(begun, intending=None), seen, "because") == (), "nothing was begun"


def test_an_account_that_was_made_though_no_answer_came_is_told_as_made() -> None:
    begun = Link(intended={"a": "x", "name": "ann"}, intending=NOW)
    seen = link(identifiers={"name": "ann"})
    assert landed(begun, seen, "because") == (
        Action(verb=Verb.CREATE, attributes={"a": "x", "name": "ann"}, because="because"),
    )
    assert landed(begun, replace(begun, intended={}), "because") == (), "there is none yet"


def test_somebody_restored_by_hand_is_no_longer_deleted() -> None:
    assert not settled(link(deleted=True), account(), Stage.ACTIVE).deleted


def test_before_a_plan_everything_it_may_make_ours_is_remembered() -> None:
    actions = World(link(written={"b": "z"}, intended={"b": "y"}), account(STAFF)).plans(active(SALES, a="x", b=None))
    known = before(link(intended={"b": "y"}, granting={E3}), actions, NOW)
    assert (known.intended, known.granting, known.disabling) == ({"a": "x", "b": "y"}, {SALES, E3}, False)
    assert known.intending == NOW
    taking = before(link(revoking={E3}), (Action(verb=Verb.REVOKE, entitlement=STAFF),), NOW)
    assert (taking.granting, taking.revoking) == (frozenset(), {STAFF, E3})
    closing = before(link(), (Action(verb=Verb.DISABLE), Action(verb=Verb.DELETE)), NOW)
    assert (closing.disabling, closing.deleting) == (True, True)
    assert before(closing, (), NOW) == closing


def test_what_nobody_can_be_doing_any_more_is_no_longer_expected() -> None:
    """A value that appears after that is somebody else's, even when it is the one we once meant to write."""
    known = before(link(granted={STAFF}), (Action(verb=Verb.DISABLE), Action(verb=Verb.GRANT, entitlement=SALES)), NOW)
    assert forgotten(known, account(), NOW + LATEST - timedelta(microseconds=1)) == known
    assert timedelta(hours=1) == LATEST, "longer than a worker may live"
    writes = (Action(verb=Verb.UPDATE, attributes={"a": "x"}), Action(verb=Verb.DELETE))
    ending = before(link(revoking={E3}), writes, NOW)
    assert forgotten(ending, account(), NOW + LATEST) == link()
    assert forgotten(known, account(), NOW + LATEST) == forgotten(known, None, NOW + LATEST) == link(granted={STAFF})
    assert forgotten(link(), account(), NOW) == link()


def test_an_account_that_others_disabled_meanwhile_is_not_taken_for_one_that_we_meant_to() -> None:
    known = before(link(), (Action(verb=Verb.GRANT, entitlement=SALES),), NOW)
    assert forgotten(known, account(enabled=False), NOW + LATEST) == link()


@pytest.mark.parametrize(("desired", "verb"), [(DORMANT, Verb.DISABLE), (active(), Verb.ENABLE)])
def test_a_disable_whose_answer_was_lost_stays_ours_however_long_it_takes_to_look_again(
    desired: Desired, verb: Verb
) -> None:
    """It is repeated, because sessions may still be open; and whoever comes back is not held as disabled by others."""
    known = before(link(), (Action(verb=Verb.DISABLE),), NOW)
    closed = account(enabled=False)
    later = forgotten(settled(known, closed, desired.stage), closed, NOW + timedelta(days=3))
    assert later.disabling
    assert [action.verb for action in plan(desired, later, closed, KINDS)] == [verb]


@pytest.mark.parametrize(
    "begun",
    [
        {"intended": {"a": "x"}},
        {"granting": {SALES}},
        {"revoking": {SALES}},
        {"disabling": True},
        {"deleting": True},
    ],
)
def test_a_plan_is_unfinished_as_long_as_one_answer_is_missing(begun: Mapping[str, Any]) -> None:
    assert unfinished(link(**begun)) is True
    assert unfinished(link(intending=NOW)) is False


@pytest.mark.parametrize(
    ("known", "stage", "deleted"),
    [
        (link(deleting=True), Stage.ACTIVE, True),
        (link(deleting=True), Stage.ABSENT, True),
        (link(), Stage.ABSENT, True),
        (link(), Stage.DORMANT, False),
        (link(), Stage.ACTIVE, False),
        (Link(deleting=True), Stage.ABSENT, False),
    ],
)
def test_an_account_that_is_not_there_was_deleted_by_us_when_we_meant_to_or_wanted_it(
    known: Link, stage: Stage, deleted: bool
) -> None:
    found = missed(replace(known, granted=frozenset({SALES}), disabling=True), stage)
    assert found.deleted is deleted
    assert found.granted == {SALES}
    assert not deleted or not (found.deleting or found.disabling or found.enabled)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action(verb=Verb.CREATE, attributes={"a": "x"}),
         {"account": "acc", "written": {"a": "x"}, "enabled": False, "deleted": False}),
        (Action(verb=Verb.CORRELATE), {"account": "acc", "enabled": True, "deleted": False, "written": {"b": "z"}}),
        (Action(verb=Verb.UPDATE, attributes={"a": "x"}), {"written": {"a": "x", "b": "z"}, "told": {"b": "u"}}),
        (Action(verb=Verb.ENABLE), {"enabled": True, "disabling": False}),
        (Action(verb=Verb.DISABLE), {"enabled": False, "disabling": False}),
        (Action(verb=Verb.DELETE),
         {"deleted": True, "enabled": False, "deleting": False, "disabling": False, "granted": {STAFF}}),
        (Action(verb=Verb.RESTORE), {"deleted": False}),
        (Action(verb=Verb.GRANT, entitlement=SALES), {"granted": {SALES, STAFF}, "granting": frozenset()}),
        (Action(verb=Verb.REVOKE, entitlement=STAFF), {"granted": frozenset(), "revoking": frozenset()}),
    ],
)  # fmt: skip
def test_after_each_action_we_remember_exactly_what_it_did(action: Action, expected: Mapping[str, Any]) -> None:
    known = link(
        deleted=True,
        disabling=True,
        deleting=True,
        written={"b": "z"},
        told={"a": "t", "b": "u"},
        granted={STAFF},
        granting={SALES},
        revoking={STAFF},
        intended={"a": "x"},
    )
    found = after(known, action, account())
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.intended == ({} if action.attributes else {"a": "x"})


@pytest.mark.parametrize("enabled", [True, False])
def test_an_account_that_is_taken_over_is_remembered_as_it_is(enabled: bool) -> None:
    taken = after(Link(enabled=not enabled), Action(verb=Verb.CORRELATE), account(enabled=enabled))
    assert taken == Link(account="acc", enabled=enabled)


@pytest.mark.parametrize("verb", [Verb.GRANT, Verb.REVOKE])
def test_granting_nothing_is_a_bug(verb: Verb) -> None:
    with pytest.raises(ValueError, match=f"{verb} without its entitlement"):
        after(link(), Action(verb=verb), account())
    assert before(link(), (Action(verb=verb),), NOW) == link(intending=NOW)


def test_what_we_remember_stands_for_the_account_until_it_is_read() -> None:
    known = link(written={"a": "x"}, granted={SALES})
    assert remembered(known) == account(SALES, a="x")
    assert remembered(replace(known, deleted=True)) is None
    assert remembered(Link()) is None


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (None, None, True), (None, "", True), ("", (), True), (None, (), True), ("x", "x", True),
        ("x", "X", False), ("1", 1, False), (0, None, False), (False, None, False), (("a", "b"), ("b", "a"), True),
        (("a",), ("a", "a"), False), (("a",), "a", False), (1, 1.0, True),
    ],
)  # fmt: skip
def test_two_values_are_the_same_when_a_target_would_say_so(left: Value, right: Value, equal: bool) -> None:
    assert same(left, right) is same(right, left) is equal
