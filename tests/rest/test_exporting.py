"""Exports that a system makes by itself are asked for now and then, and never waited for without end."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from shared.errors import Anew
from shared.exporting import Files, Patience, ready
from tests.rest.rest_world import Time


class Works:
    """Each export is ready after so many questions."""

    def __init__(self, **after: int) -> None:
        self.after, self.asked = after, list[str]()

    async def look(self, name: str) -> Files | None:
        self.asked.append(name)
        self.after[name] -= 1
        return (f"{name}.csv",) if self.after[name] < 0 else None


async def rounds(time: Time, works: Works, patience: Patience, ago: float = 0) -> list[Mapping[str, Files]]:
    began = time.now - timedelta(seconds=ago)
    clock, sleep = time.clock, time.sleep
    found = ready("HR", list(works.after), works.look, patience, began=began, clock=clock, sleep=sleep)
    return [each async for each in found]


async def test_what_is_ready_is_told_after_each_round_and_is_not_asked_for_again() -> None:
    time, works = Time(), Works(a=0, b=2)
    found = await rounds(time, works, Patience())
    assert found == [{"a": ("a.csv",)}, {"a": ("a.csv",)}, {"a": ("a.csv",), "b": ("b.csv",)}]
    assert works.asked == ["a", "b", "b", "b"]


async def test_waits_grow_to_the_longest() -> None:
    time = Time()
    await rounds(time, Works(a=7), Patience(first=4.0, longest=10.0))
    assert time.slept == [4.0, 6.0, 9.0, 10.0, 10.0, 10.0, 10.0]


async def test_what_is_ready_at_once_is_not_waited_for() -> None:
    time = Time()
    await rounds(time, Works(a=0, b=0), Patience())
    assert time.slept == []


@pytest.mark.parametrize("ago", [0, 50])
async def test_the_deadline_counts_from_when_they_were_asked_for(ago: float) -> None:
    time = Time()
    start = time.now
    with pytest.raises(Anew, match="HR: the export of b was not ready within 1 minutes; it is asked for anew"):
        await rounds(time, Works(a=1, b=99), Patience(first=5.0, longest=5.0, deadline=timedelta(minutes=1)), ago)
    assert (time.now - start).total_seconds() <= 60 - ago


async def test_after_the_deadline_it_is_still_asked_once() -> None:
    """Nobody may have asked for hours, and meanwhile it was made."""
    assert len(await rounds(Time(), Works(a=0), Patience(deadline=timedelta(minutes=1)), ago=7200)) == 1
