"""A whole read: everybody once, in one go or in turns, the same every time, and nothing that may not enter."""

from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from shared.connector import Outside, Reached
from shared.errors import Anew, Misconfigured, TryLater
from shared.model import Person, Rejected
from tests.conformance.reading import INSTRUCTS, Subject

ENGINE = frozenset({"employeeId", "manager"})
"""Facts that the engine fills itself, whatever a manifest says."""


def ids(found: list[Person | Rejected]) -> list[str]:
    return [one.hr_id for one in found]


def size(subject: Subject) -> int:
    """Two pages and one person more, or a handful where there are no pages."""
    return 2 * subject.system.page + 1 if subject.system.page else 7


async def test_constructing_does_no_io(subject: Subject) -> None:
    async def nothing(*given: object) -> str:
        raise AssertionError("nothing is needed yet")

    def no_time() -> object:
        raise AssertionError("what is constructed asks for no time")

    async with subject.outside() as real:
        unused = Outside(
            http=real.http,
            secret=nothing,
            clock=no_time,  # type: ignore[arg-type]
            sleep=nothing,  # type: ignore[arg-type]
            token=nothing,
            folder=Path("there is no such folder"),
            credential=real.credential,
        )
        subject.built(unused)
    assert subject.wire.requests == 0


@pytest.mark.parametrize("more", [(0, 1), (1, -1), (1, 0), (1, 1), (2, 0), (2, 1)], ids=str)
async def test_everybody_is_read_once_at_n_and_n_plus_one(subject: Subject, more: tuple[int, int]) -> None:
    pages, rest = more
    count = pages * (subject.system.page or 5) + rest
    subject.system.hire(count)
    assert ids(await subject.read()) == sorted(subject.system.ids())
    assert len(subject.system.ids()) == count


async def test_nobody_is_read_as_nobody_or_not_believed(subject: Subject) -> None:
    with suppress(Misconfigured):
        assert await subject.read() == []


async def test_a_second_read_of_unchanged_data_yields_nothing_new(subject: Subject) -> None:
    subject.system.hire(size(subject))
    first = await subject.read()
    assert await subject.read() == first


async def test_reading_writes_nothing(subject: Subject) -> None:
    """The client of a preview lets only reading requests leave, and every read here goes over it."""
    subject.system.hire(3)
    async with subject.outside(writes_allowed=False) as outside:
        found = [one async for one in subject.built(outside).fetch() if isinstance(one, Person | Rejected)]
    assert len(found) == 3


async def test_only_facts_that_the_manifest_names_are_given_and_nothing_forbidden(subject: Subject) -> None:
    subject.system.hire(4)
    manifest = subject.manifest
    known = manifest.facts | manifest.more_facts(subject.system.settings()) | ENGINE
    extra = getattr(subject.system.settings(), "fields", {})
    for one in await subject.read():
        assert isinstance(one, Person), one
        told = {**one.fields, **{name: value for each in one.contracts for name, value in each.fields.items()}}
        assert not told.keys() - known - set(extra)
        for value in subject.system.forbidden():
            assert value not in str(told)


async def test_a_manager_is_the_id_of_somebody_who_is_read(subject: Subject) -> None:
    subject.system.hire(1)
    subject.system.hire(2)
    first, *others = subject.system.ids()
    by_id = {one.hr_id: one for one in await subject.read()}
    for each in others:
        person = by_id[each]
        assert isinstance(person, Person)
        assert person.contracts[0].fields["manager"] == first


async def test_one_record_that_cannot_be_used_is_held_and_others_go_on(subject: Subject) -> None:
    subject.system.hire(25)
    spoilt = subject.system.ids()[3]
    subject.system.spoil(spoilt)
    found = await subject.read()
    (held,) = [one for one in found if isinstance(one, Rejected)]
    assert ids(found) == sorted(subject.system.ids())
    assert held.hr_id == spoilt
    assert INSTRUCTS.search(held.because), "it must say what to do"
    assert not [value for value in subject.system.private() if value in held.because]


async def test_in_turns_everybody_is_given_once_and_as_in_one_go(subject: Subject) -> None:
    subject.system.hire(size(subject))
    whole, found, since, turns = await subject.read(), list[Person | Rejected](), "", 0
    while turns == 0 or since:
        since_here, since, fresh, turns = since, "", 0, turns + 1
        async with subject.stream(since_here) as answer:
            async for one in answer:
                if isinstance(one, Reached):
                    if fresh and one.cursor:
                        since = one.cursor
                        break
                elif isinstance(one, Person | Rejected):
                    found.append(one)
                    fresh += 1
        assert turns <= len(whole) + 1
        assert not [value for value in subject.system.private() if value in since]
    assert sorted(found, key=lambda one: one.hr_id) == whole


async def test_a_place_that_nobody_wrote_begins_anew(subject: Subject) -> None:
    """A source that knows no places never hears of one: it is asked for everybody whatever the text says."""
    subject.system.hire(size(subject))
    async with subject.stream() as answer:
        has_places = any([isinstance(one, Reached) and bool(one.cursor) async for one in answer])
    if not has_places:
        pytest.skip("it is read in one go")
    with pytest.raises(Anew):
        async with subject.stream("nobody wrote this") as answer:
            _ = [one async for one in answer]


@pytest.mark.parametrize("change", ["leaves", "joins"])
async def test_rows_that_shift_while_they_are_read_lose_nobody(subject: Subject, change: str) -> None:
    """Whoever is there all the time is read once, or the reading is not believed."""
    subject.system.hire(size(subject))
    first, *stayed = subject.system.ids()
    leaves, joins = partial(subject.system.remove, first), partial(subject.system.hire, 1, first=True)
    alter = leaves if change == "leaves" else joins
    found: list[Person | Rejected] = []
    try:
        async with subject.stream() as answer:
            async for one in answer:
                if not isinstance(one, Person | Rejected):
                    continue
                found.append(one)
                if len(found) == 1:
                    alter()
    except TryLater:
        return
    assert len(ids(found)) == len(set(ids(found)))
    assert set(stayed) <= set(ids(found))
