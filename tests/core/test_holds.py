"""What waits keeps its wait for as long as it is the same, and a fingerprint names exactly the list that was shown."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from holds_world import DAY, HOUR, NOW, TODAY, held, holds
from hypothesis import given
from hypothesis import strategies as st

from shared import codec
from shared.errors import Reason, Refused
from shared.holds import Answer, Held, Said, State, Yes, answer, asked_since, fingerprint, kept, read, state
from shared.model import Verb
from shared.picking import listed, lists, picked
from shared.policy import Approvals

RULES = Approvals()
THING = {"reason": "limit", "because": "too many", "version": 2, "account": "a"}
SAID = {"by": "els", "at": NOW.isoformat(), "because": "no"}
WAIT = {
    "since": NOW.isoformat(),
    "yes": [{"by": "els", "at": NOW.isoformat(), "policy": "p"}],
    "rejected": SAID,
    "snoozed": {**SAID, "until": "2026-04-01"},
    "reminded": NOW.isoformat(),
}

# ── the row ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_hold_waits_from_now_on() -> None:
    assert kept(None, NOW, **THING) == codec.plain(**THING, since=NOW.isoformat())


def test_the_same_held_again_goes_on_waiting() -> None:
    old = codec.plain(**THING, **WAIT)
    again = kept(old, NOW + DAY, **{**THING, "because": "too many, still"}, cohort="another")
    assert {part: again[part] for part in WAIT} == WAIT
    assert (again["because"], again["cohort"]) == ("too many, still", "another")


@pytest.mark.parametrize("other", [{"version": 3}, {"account": "b"}, {"reason": "adoption"}, {"approver": "it"}])
def test_another_thing_held_is_asked_afresh(other: dict[str, Any]) -> None:
    again = kept(codec.plain(**THING, **WAIT), NOW + DAY, **{**THING, **other})
    assert again == codec.plain(**{**THING, **other}, since=(NOW + DAY).isoformat())


def test_what_has_no_version_is_another_thing_once_it_says_so() -> None:
    old = codec.plain(reason="vanished", because="since Monday", **WAIT)
    assert kept(old, NOW, reason="vanished", because="since Monday")["rejected"] == SAID
    assert "rejected" not in kept(old, NOW, reason="vanished", because="since Friday")


def test_the_wait_of_a_row_that_nobody_can_read_is_not_taken_over() -> None:
    assert "yes" not in kept({**THING, **WAIT, "schema": 99}, NOW, **THING)


def test_a_row_is_read_as_it_was_written() -> None:
    data = kept(codec.plain(**THING, **WAIT), NOW, **THING, approver="it")
    found = read(
        "o|hold|entra|grant:group:A|B", {**data, **WAIT}, hr_id="7", policy="p", sources=["hr"], targets=["entra"]
    )
    assert found == Held(
        person="o",
        hr_id="7",
        place="entra",
        what="grant:group:A|B",
        reason="limit",
        because="too many",
        version=2,
        account="a",
        approver="it",
        policy="p",
        since=NOW,
        yes=(Yes("els", NOW, "p"),),
        rejected=Said("els", NOW, "no"),
        snoozed=Said("els", NOW, "no", date(2026, 4, 1)),
        reminded=NOW,
        answer=Answer.PERMIT,
    )


@pytest.mark.parametrize(
    ("place", "what", "reason", "version", "expected"),
    [
        *(("entra", verb, Reason.LIMIT, 1, Answer.PERMIT) for verb in Verb),
        ("entra", "grant:group:Finance", Reason.LIMIT, 1, Answer.PERMIT),
        ("entra", "disable", Reason.LIMIT, 0, Answer.NOTHING),
        ("gone", "disable", Reason.LIMIT, 1, Answer.NOTHING),
        ("entra", "map", Reason.MISSING_DATA, 0, Answer.NOTHING),
        ("entra", "-", Reason.DISPUTED, 1, Answer.NOTHING),
        ("entra", "update-1!", Reason.INVALID_VALUE, 1, Answer.NOTHING),
        ("entra", "enable-1!", Reason.DISABLED_BY_OTHERS, 1, Answer.RELEASE),
        ("entra", "-", Reason.ACCOUNT_GONE, 1, Answer.RECREATE),
        ("entra", "update-1!", Reason.ACCOUNT_GONE, 1, Answer.NOTHING),
        ("hr", "-", Reason.VANISHED, 0, Answer.LEAVE),
        ("gone", "-", Reason.VANISHED, 0, Answer.NOTHING),
        ("hr", "-", Reason.DUPLICATE_ID, 0, Answer.NOTHING),
    ],
)
def test_what_a_yes_does_follows_from_the_reason_and_the_shape(
    place: str, what: str, reason: str, version: int, expected: Answer
) -> None:
    assert answer(place, what, reason, version, frozenset({"hr"}), frozenset({"entra"})) is expected


# ── where the wait stands ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_put_off_wakes_on_its_day() -> None:
    one = held(snoozed=Said("els", NOW, "", date(2026, 3, 5)))
    assert state(one, NOW, date(2026, 3, 4), RULES) is State.SNOOZED
    assert state(one, NOW, date(2026, 3, 5), RULES) is State.WAITING
    assert asked_since(one) == NOW.replace(day=5, hour=0)


def test_what_was_rejected_is_not_asked_even_after_a_snooze() -> None:
    one = held(rejected=Said("els", NOW, "no"), snoozed=Said("els", NOW, "", date(2026, 3, 5)))
    assert state(one, NOW + 30 * DAY, date(2026, 4, 1), RULES) is State.REJECTED


def test_what_nobody_answers_waits_for_ever_unless_the_policy_lets_it_lapse() -> None:
    late = NOW + 400 * DAY
    assert state(held(), late, late.date(), RULES) is State.WAITING
    lapsing = Approvals(lapse_after=30)
    assert state(held(), NOW + 30 * DAY - HOUR, TODAY, lapsing) is State.WAITING
    assert state(held(), NOW + 30 * DAY, TODAY, lapsing) is State.LAPSED
    put_off = held(snoozed=Said("els", NOW, "", date(2026, 3, 20)))
    assert state(put_off, NOW + 30 * DAY, date(2026, 4, 1), lapsing) is State.WAITING, "from its day on"


# ── names of lists ───────────────────────────────────────────────────────────────────────────────────────────────


@given(holds(), st.randoms())
def test_a_fingerprint_names_a_list_whatever_its_order(some: list[Held], dice: Any) -> None:
    other = list(some)
    dice.shuffle(other)
    assert fingerprint(other) == fingerprint(some)


@given(holds(), st.data())
def test_a_fingerprint_differs_as_soon_as_one_thing_in_it_does(some: list[Held], data: Any) -> None:
    index = data.draw(st.integers(0, len(some) - 1))
    changes = [{"version": 9}, {"account": "x"}, {"policy": "q"}, {"reason": "other"}, {"place": "ad"}, {"person": "9"}]
    other = [*some[:index], replace(some[index], **data.draw(st.sampled_from(changes))), *some[index + 1 :]]
    assert fingerprint(other) != fingerprint(some)
    assert fingerprint(some[:index] + some[index + 1 :]) != fingerprint(some)


@given(holds())
def test_a_yes_of_one_person_changes_no_name(some: list[Held]) -> None:
    said = [replace(one, yes=(Yes("els", NOW, "p"),), reminded=NOW) for one in some]
    assert fingerprint(said) == fingerprint(some)


@given(holds(), st.data())
def test_every_list_that_can_be_shown_can_be_named(some: list[Held], data: Any) -> None:
    parts = ("person", "place", "what", "reason")
    asked = {part: getattr(data.draw(st.sampled_from(some)), part) for part in parts if data.draw(st.booleans())}
    shown = [one for one in some if all(getattr(one, part) == value for part, value in asked.items())]
    answered = listed(shown, by_reason="reason" in asked)
    for these in (shown, answered):
        if these:
            assert picked(some, some, [fingerprint(these)]) == these


@given(holds())
def test_what_opens_an_account_is_in_no_list_but_of_its_reason(some: list[Held]) -> None:
    assert all(one.approvable for one in listed(some, by_reason=False))
    for these in lists(some, approving=True).values():
        assert all(one.approvable for one in these) or len({one.reason for one in these}) == 1
        assert all(one.answer is not Answer.NOTHING for one in these)


@given(holds())
def test_each_thing_is_named_by_itself_and_several_together(some: list[Held]) -> None:
    assert picked(some, [], [one.name for one in some]) == some
    assert picked(some, [], [one.name.upper() for one in some] * 2) == some


def test_a_name_that_is_too_short_or_old_or_of_two_names_nothing() -> None:
    some = [held(str(number)) for number in range(2000)]
    with pytest.raises(
        Refused, match="nothing that waits has the fingerprint abc: it has changed or was answered since"
    ):
        picked(some, some, ["abc"])
    names = [one.name[:4] for one in some]
    double = next(name for name in names if names.count(name) > 1)
    with pytest.raises(Refused, match=f"{double} begins . fingerprints; write more"):
        picked(some, some, [double])
    with pytest.raises(Refused, match="or was answered since"):
        picked([held(version=2)], [held(version=2)], [held().name])
