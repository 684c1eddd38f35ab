"""Laws of taking back: twice is not at all, what came and went is nothing, and whatever is held back comes to rest."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.inverse import OPPOSITE, Inverse, Undone, held_back, inverses, obstacle, turned, undone
from shared.ledger import Entry, key, load, row
from shared.model import Account, Desired, Entitlement, Link, Stage, Verb

AT = datetime(2026, 3, 1, tzinfo=UTC)
NAMES, VALUES = st.sampled_from(["a", "b", "c"]), st.sampled_from([None, "1", "2", ("x", "y")])
GROUPS = st.sampled_from(["group:A", "group:B"])


def entry(verb: Verb, number: int = 0, **more: object) -> Entry:
    line = {"at": AT + timedelta(minutes=number), "person": "p", "place": "entra", "operation": str(number)}
    return Entry(**line, verb=verb, outcome="done", account="x", **more)  # type: ignore[arg-type]


@st.composite
def lives(draw: st.DrawFn) -> tuple[Account, Account, list[Entry]]:
    """An account, the same after some writes, and the lines that tell of them."""
    attributes = {name: draw(VALUES) for name in ("a", "b", "c")}
    before = Account(id="x", enabled=draw(st.booleans()), attributes=attributes, entitlements=frozenset())
    now, told = before, []
    for number in range(draw(st.integers(0, 8))):
        verb = draw(st.sampled_from([Verb.UPDATE, Verb.GRANT, Verb.REVOKE, Verb.ENABLE, Verb.DISABLE]))
        if verb is Verb.UPDATE:
            name, value = draw(NAMES), draw(VALUES)
            if value == now.attributes[name]:
                continue
            told.append(entry(verb, number, attributes={name: "changed"}, values={name: (now.attributes[name], value)}))
            now = Account(
                id="x", enabled=now.enabled, attributes={**now.attributes, name: value}, entitlements=now.entitlements
            )
            continue
        one = draw(GROUPS)
        what = Entitlement(*one.split(":"))
        if verb in (Verb.ENABLE, Verb.DISABLE):
            if now.enabled is (verb is Verb.ENABLE):
                continue
            told.append(entry(verb, number))
            now = Account(id="x", enabled=not now.enabled, attributes=now.attributes, entitlements=now.entitlements)
            continue
        if (what in now.entitlements) is (verb is Verb.GRANT):
            continue
        told.append(entry(verb, number, entitlement=one))
        now = Account(id="x", enabled=now.enabled, attributes=now.attributes, entitlements=now.entitlements ^ {what})
    return before, now, told


def taken(account: Account, steps: list[Inverse]) -> Account:
    """The account once these steps are taken."""
    attributes, entitlements, enabled = dict(account.attributes), set(account.entitlements), account.enabled
    for step in steps:
        match step.verb:
            case Verb.UPDATE:
                attributes[step.attribute] = step.back
            case Verb.GRANT:
                entitlements.add(Entitlement(*step.entitlement.split(":")))
            case Verb.REVOKE:
                entitlements.discard(Entitlement(*step.entitlement.split(":")))
            case Verb.ENABLE | Verb.DISABLE:
                enabled = step.verb is Verb.ENABLE
    return Account(id=account.id, enabled=enabled, attributes=attributes, entitlements=frozenset(entitlements))


@given(lives())
def test_the_inverses_of_all_writes_bring_the_account_back(life: tuple[Account, Account, list[Entry]]) -> None:
    before, after, told = life
    steps, left = inverses(told)
    assert left == []
    assert taken(after, steps) == before


@given(lives())
def test_taking_back_twice_is_not_taking_back_at_all(life: tuple[Account, Account, list[Entry]]) -> None:
    _, after, told = life
    steps, _ = inverses(told)
    assert [turned(turned(step)) for step in steps] == steps
    assert taken(taken(after, steps), [turned(step) for step in steps]) == after


@given(lives())
def test_each_step_applies_to_what_the_run_left_and_none_to_what_was_there_before(
    life: tuple[Account, Account, list[Entry]],
) -> None:
    before, after, told = life
    steps, _ = inverses(told)
    link = Link(account="x", granted=after.entitlements | before.entitlements)
    assert [obstacle(step, after, link, {}, AT) for step in steps] == [""] * len(steps)
    assert all(obstacle(step, before, link, {}, AT) for step in steps)


@given(lives())
def test_what_is_held_back_wants_what_was_there_before_and_then_nothing_more(
    life: tuple[Account, Account, list[Entry]],
) -> None:
    before, after, told = life
    steps, _ = inverses(told)
    desired = Desired(
        stage=Stage.ACTIVE if after.enabled else Stage.READY,
        attributes=dict(after.attributes),
        entitlements=after.entitlements,
    )
    row = undone(steps, desired, 1, "somebody", None)
    wanted = held_back(desired, row, after)
    assert wanted.attributes == before.attributes
    assert wanted.entitlements == before.entitlements
    assert (wanted.stage is Stage.ACTIVE) is before.enabled
    rested = held_back(desired, row, before)
    assert all(before.attributes[name] == value for name, value in rested.attributes.items())


def test_what_the_policy_wants_anyway_is_not_held_back() -> None:
    step = Inverse(
        person="p", target="entra", account="x", verb=Verb.UPDATE, since=AT, attribute="a", stands="2", back="1"
    )
    given_back = Inverse(person="p", target="entra", account="x", verb=Verb.GRANT, since=AT, entitlement="group:A")
    desired = Desired(stage=Stage.ACTIVE, attributes={"a": "1"}, entitlements=frozenset({Entitlement("group", "A")}))
    assert undone([step, given_back], desired, 1, "", None).nothing
    assert held_back(desired, None, None) == desired
    assert not Undone(version=1, stage=Stage.READY).nothing


def test_deleting_is_taken_back_for_thirty_days() -> None:
    (step, *_), _ = inverses([entry(Verb.DELETE)])
    link = Link(account="x", deleted=True)
    assert step.verb is Verb.RESTORE
    assert obstacle(step, None, link, {}, AT + timedelta(days=29)) == ""
    assert "30 days" in obstacle(step, None, link, {}, AT + timedelta(days=31))
    assert obstacle(step, Account(id="x", enabled=False), link, {}, AT) == "the account is there again"


def test_no_verb_but_adopting_is_without_an_opposite() -> None:
    assert set(Verb) - OPPOSITE.keys() == {Verb.CORRELATE}


@given(lives())
def test_a_line_is_read_as_it_was_written(life: tuple[Account, Account, list[Entry]]) -> None:
    for one in life[2]:
        assert load(key(one, 7), row(one)) == one
