"""What holds for the policies of a deployment, wherever they are kept."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Misconfigured, Refused
from shared.policies import ACTIVE, Activation, Policies, Shelf, Superseded, Unchanged
from shared.policy_file import PolicyInvalid, load, name_of
from tests.policies.conftest import Opener

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


POLICY = """\
customer: NAME
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: files
targets:
  entra:
    connector: entra
    correlate: [employeeId]
    attributes: {employeeId: "[employeeId]"}
"""


def text(name: str) -> str:
    return POLICY.replace("NAME", name)


async def activated(policies: Policies, name: str, *, by: str = "ann") -> Activation:
    version = (await policies.keep(text(name))).hash
    after = await policies.activation()
    return await policies.activate(version, by=by, at=NOW, because=f"{name} is better", after=after)


async def test_before_the_first_activation_no_policy_is_active_and_it_is_said_what_to_do(policies: Policies) -> None:
    assert await policies.activation() is None
    assert await policies.history() == []
    assert await policies.versions() == []
    with pytest.raises(Misconfigured, match="joinly policy push"):
        await policies.active()


async def test_what_is_pushed_is_kept_as_it_was_under_the_hash_that_the_engine_knows_it_by(policies: Policies) -> None:
    said = "# why: …\n" + text("Café")
    found = await policies.keep(said)
    assert found.hash == load(said).hash
    assert await policies.text(found.hash) == said
    assert (await policies.policy(found.hash)).policy.customer == "Café"


async def test_pushing_activates_nothing(policies: Policies) -> None:
    first = await activated(policies, "One")
    await policies.keep(text("Two"))
    assert (await policies.active()).hash == first.version


async def test_the_same_text_is_one_version_however_often_it_is_pushed(policies: Policies) -> None:
    first, again = await policies.keep(text("One")), await policies.keep(text("One"))
    assert [one.name for one in await policies.versions()] == [first.hash] == [again.hash]


async def test_a_policy_with_mistakes_is_not_kept(policies: Policies) -> None:
    with pytest.raises(PolicyInvalid):
        await policies.keep(text("One") + "colour: blue\n")
    assert await policies.versions() == []


async def test_the_active_one_is_seen_by_somebody_who_has_seen_another(opener: Opener) -> None:
    async with opener() as mine, opener() as theirs:
        ours, app = Policies(mine), Policies(theirs)
        await activated(ours, "One")
        assert (await app.active()).policy.customer == "One"
        await activated(ours, "Two")
        assert (await app.active()).policy.customer == "Two"


async def test_asking_again_for_an_unchanged_one_reads_no_text(shelf: Shelf) -> None:
    counting = Counting(shelf)
    policies = Policies(counting)
    await activated(policies, "One")
    found = await policies.active()
    counting.read_names.clear()
    assert await policies.active() is found
    assert counting.read_names == [ACTIVE]
    assert counting.unchanged == 1


async def test_of_two_who_activate_at_once_one_is_told_who_was_first(opener: Opener) -> None:
    async with opener() as mine, opener() as theirs:
        ann, ben = Policies(mine), Policies(theirs)
        first = await activated(ann, "One")
        two, three = (await ann.keep(text("Two"))).hash, (await ann.keep(text("Three"))).hash
        told = await asyncio.gather(
            ann.activate(two, by="ann", at=NOW, because="two", after=first),
            ben.activate(three, by="ben", at=NOW, because="three", after=first),
            return_exceptions=True,
        )
        [done] = [one for one in told if isinstance(one, Activation)]
        [refused] = [one for one in told if not isinstance(one, Activation)]
        assert isinstance(refused, Superseded)
        assert f"{done.by} activated {done.version}" in str(refused)
        assert await ann.activation() == done
        assert [one.number for one in await ann.history()] == [2, 1]


async def test_of_two_who_activate_the_first_one_at_once_one_is_told(opener: Opener) -> None:
    async with opener() as mine, opener() as theirs:
        ann, ben = Policies(mine), Policies(theirs)
        version = (await ann.keep(text("One"))).hash
        told = await asyncio.gather(
            ann.activate(version, by="ann", at=NOW, because="one", after=None),
            ben.activate(version, by="ben", at=NOW, because="one", after=None),
            return_exceptions=True,
        )
        assert sorted(type(one) for one in told if isinstance(one, Superseded)) == [Superseded]
        assert len(await ann.history()) == 1


async def test_many_who_activate_at_once_and_again_lose_no_entry_of_the_history(opener: Opener) -> None:
    done: list[Activation] = []

    async def somebody(number: int) -> None:
        async with opener() as own:
            policies = Policies(own)
            version = (await policies.keep(text(f"Number {number}"))).hash
            while True:
                after = await policies.activation()
                try:
                    one = await policies.activate(version, by=str(number), at=NOW, because="mine", after=after)
                except Superseded:
                    continue
                done.append(one)
                return

    await asyncio.gather(*(somebody(number) for number in range(8)))
    async with opener() as own:
        history = await Policies(own).history(most=100)
    assert [one.number for one in history] == list(range(8, 0, -1))
    assert sorted(history, key=lambda one: one.number) == sorted(done, key=lambda one: one.number)


async def test_an_activation_whose_process_died_half_way_did_not_happen_and_keeps_nobody_from_the_next(
    shelf: Shelf,
) -> None:
    policies = Policies(shelf)
    first = await activated(policies, "One")
    two = (await policies.keep(text("Two"))).hash
    with pytest.raises(Died):
        await Policies(Dying(shelf)).activate(two, by="ann", at=NOW, because="two", after=first)
    assert await policies.activation() == first
    third = await activated(policies, "Three")
    assert await policies.history() == [third, first]


async def test_an_activation_is_not_forgotten_when_what_says_which_one_is_active_is_damaged(shelf: Shelf) -> None:
    policies = Policies(shelf)
    first = await activated(policies, "One")
    two = await activated(policies, "Two")
    kept = await shelf.read(ACTIVE)
    assert kept is not None
    assert await shelf.replace(ACTIVE, kept.text[:-9], kept.tag)
    with pytest.raises(Misconfigured, match=r"active.json is damaged; restore an earlier version of it"):
        await policies.active()
    with pytest.raises(Misconfigured, match=r"active.json is damaged"):
        await policies.activate(first.version, by="ann", at=NOW, because="again", after=two)


async def test_after_the_active_one_was_removed_the_history_goes_on_with_the_next_number(opener: Opener) -> None:
    async with opener() as one:
        policies = Policies(one)
        await one.add("activations/000001.json", activation_text(1))
        await one.add("activations/000002.json", activation_text(2))
        version = (await policies.keep(text("One"))).hash
        assert (await policies.activate(version, by="ann", at=NOW, because="again", after=None)).number == 3


async def test_an_entry_of_the_history_is_never_overwritten(shelf: Shelf) -> None:
    policies = Policies(shelf)
    first = await activated(policies, "One")
    await shelf.add("activations/000001.json", activation_text(1))
    two = (await policies.keep(text("Two"))).hash
    with pytest.raises(Misconfigured, match=r"activations/000001.json tells of another activation"):
        await policies.activate(two, by="ann", at=NOW, because="two", after=first)
    assert await policies.activation() == first


async def test_what_is_active_already_is_not_activated_again(policies: Policies) -> None:
    first = await activated(policies, "One", by="ben")
    with pytest.raises(Refused, match="active already; ben activated"):
        await policies.activate(first.version, by="ann", at=NOW, because="again", after=first)


@pytest.mark.parametrize("version", ["0123456789ab", "", "../active", "ZZZ"])
async def test_what_was_never_pushed_cannot_be_activated(policies: Policies, version: str) -> None:
    with pytest.raises(Refused, match="there is no version"):
        await policies.activate(version, by="ann", at=NOW, because="", after=None)


async def test_a_rollback_goes_back_one_by_one_and_never_forward(policies: Policies) -> None:
    one, two, three = [await activated(policies, name) for name in ("One", "Two", "Three")]
    later = NOW + timedelta(hours=1)
    back = await policies.roll_back(by="ben", at=later, because="wrong", after=three)
    assert (back.version, back.number, back.rollback) == (two.version, 4, True)
    again = await policies.roll_back(by="ben", at=later, because="also wrong", after=back)
    assert again.version == one.version
    with pytest.raises(Refused, match="nothing to go back to"):
        await policies.roll_back(by="ben", at=later, because="more", after=again)
    assert [entry.number for entry in await policies.history()] == [5, 4, 3, 2, 1]
    assert (await policies.active()).policy.customer == "One"


async def test_after_a_rollback_the_next_one_is_undone_to_where_it_was(policies: Policies) -> None:
    await activated(policies, "One")
    two = await activated(policies, "Two")
    back = await policies.roll_back(by="ben", at=NOW, because="wrong", after=two)
    three = await activated(policies, "Three")
    assert await policies.behind(three) == back
    assert (await policies.roll_back(by="ben", at=NOW, because="wrong", after=three)).version == back.version


async def test_the_history_is_as_long_as_asked_and_the_newest_comes_first(policies: Policies) -> None:
    for name in ("One", "Two", "Three"):
        await activated(policies, name)
    assert [one.number for one in await policies.history(most=2)] == [3, 2]


async def test_a_version_that_was_altered_is_not_used(shelf: Shelf) -> None:
    policies = Policies(shelf)
    first = await activated(policies, "One")
    name = f"versions/{first.version}.yaml"
    kept = await shelf.read(name)
    assert kept is not None
    assert await shelf.replace(name, text("Two"), kept.tag)
    with pytest.raises(Misconfigured, match="is not what was pushed"):
        await policies.active()


async def test_a_policy_that_uses_what_this_version_does_not_know_stops_it_and_no_other_one_takes_its_place(
    shelf: Shelf,
) -> None:
    """A newer Joinly pushed and activated it; this one neither guesses nor goes on with the one before."""
    policies = Policies(shelf)
    first = await activated(policies, "One")
    await policies.active()
    newer = text("Two") + "moon_phases: true\n"
    await shelf.add(f"versions/{name_of(newer)}.yaml", newer)
    await became_active(shelf, {"number": 2, "version": name_of(newer), "before": 1})
    for _ in range(2):
        with pytest.raises(PolicyInvalid, match=f"the policy {name_of(newer)} has mistakes: 11:1: moon_phases"):
            await policies.active()
    newest = await policies.activation()
    assert newest is not None
    await policies.roll_back(by="ann", at=NOW, because="the app is older", after=newest)
    assert (await policies.active()).hash == first.version


async def test_an_activation_of_another_schema_is_not_guessed_at(shelf: Shelf) -> None:
    policies = Policies(shelf)
    await activated(policies, "One")
    await became_active(shelf, {"schema": 2})
    with pytest.raises(Misconfigured, match="schema 2; this one reads 1"):
        await policies.active()


async def test_an_activation_with_more_to_it_than_this_version_knows_is_read_all_the_same(shelf: Shelf) -> None:
    policies = Policies(shelf)
    await activated(policies, "One")
    await became_active(shelf, {"ticket": "CHG-1"})
    assert (await policies.active()).policy.customer == "One"


async def test_a_shelf_says_that_a_text_is_unchanged_and_gives_it_when_it_is_not(shelf: Shelf) -> None:
    assert await shelf.read(ACTIVE) is None
    assert await shelf.add(ACTIVE, "1")
    assert not await shelf.add(ACTIVE, "2")
    kept = await shelf.read(ACTIVE)
    assert kept is not None
    assert kept.text == "1"
    with pytest.raises(Unchanged):
        await shelf.read(ACTIVE, kept.tag)
    assert await shelf.replace(ACTIVE, "3", kept.tag)
    assert not await shelf.replace(ACTIVE, "4", kept.tag)
    now = await shelf.read(ACTIVE, kept.tag)
    assert now is not None
    assert now.text == "3"


async def test_nothing_can_be_replaced_where_there_is_nothing(shelf: Shelf) -> None:
    assert not await shelf.replace(ACTIVE, "1", '"0x1"')
    assert await shelf.read(ACTIVE) is None


async def test_names_are_those_that_begin_so_in_order(shelf: Shelf) -> None:
    assert await shelf.names("versions/") == []
    for name in ("versions/b.yaml", "versions/a.yaml", "active.json", "activations/000001.json"):
        await shelf.add(name, "x")
    found = await shelf.names("versions/")
    assert [name for name, _ in found] == ["versions/a.yaml", "versions/b.yaml"]
    assert all(at.tzinfo is not None for _, at in found)


async def became_active(shelf: Shelf, changes: dict[str, object]) -> None:
    """`active.json` as another version of Joinly would have written it."""
    kept = await shelf.read(ACTIVE)
    assert kept is not None
    before = json.loads(kept.text)
    await shelf.add(f"activations/{before['number']:06d}.json", kept.text)
    assert await shelf.replace(ACTIVE, json.dumps({**before, **changes}), kept.tag)


def activation_text(number: int) -> str:
    said = Activation(number=number, version="0123456789ab", by="eve", at=NOW, because="")
    return json.dumps({"schema": 1, **said.model_dump(mode="json")})


class Died(Exception): ...


class Counting:
    """A shelf that says what was read."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.read_names: list[str] = []
        self.unchanged = 0
        self.add, self.replace, self.names = shelf.add, shelf.replace, shelf.names

    async def read(self, name: str, known: str = "") -> object:
        self.read_names.append(name)
        try:
            return await self._shelf.read(name, known)
        except Unchanged:
            self.unchanged += 1
            raise


class Dying:
    """A shelf whose process ends before it replaces anything."""

    def __init__(self, shelf: Shelf) -> None:
        self.read, self.add, self.names = shelf.read, shelf.add, shelf.names

    async def replace(self, name: str, text: str, tag: str) -> bool:
        raise Died
