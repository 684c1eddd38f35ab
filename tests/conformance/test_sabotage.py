"""The kit notices: a connector that does one thing wrong is failed by the test that is there for it."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.connector import Outside, Source
from shared.errors import Misconfigured, TryLater
from shared.model import Person
from tests.conformance import test_failures, test_reading
from tests.conformance.adapter import Fault
from tests.conformance.reading import Given, Subject, opened
from tests.conformance.wire import Trouble

Sabotage = Callable[[Source], AsyncIterator[Given]]


async def gives_up_silently(source: Source) -> AsyncIterator[Given]:
    with suppress(TryLater, Misconfigured):
        async for one in source.fetch():
            yield one


async def skips_somebody(source: Source) -> AsyncIterator[Given]:
    first = True
    async for one in source.fetch():
        if not first:
            yield one
        first = False


async def repeats_somebody(source: Source) -> AsyncIterator[Given]:
    last: Given | None = None
    async for one in source.fetch():
        yield one
        last = one if isinstance(one, Person) else last
    if last:
        yield last


async def names_somebody_in_an_error(source: Source) -> AsyncIterator[Given]:
    async for one in source.fetch():
        if isinstance(one, Person):
            raise Misconfigured(f"Personio: {one.fields['surname']} cannot be read; look at the record")
        yield one


async def lets_everything_in(source: Source) -> AsyncIterator[Given]:
    async for one in source.fetch():
        yield replace(one, fields={**one.fields, "locker": "999911120"}) if isinstance(one, Person) else one


async def is_never_the_same(source: Source) -> AsyncIterator[Given]:
    async for one in source.fetch():
        yield replace(one, fields={**one.fields, "gender": str(id(one))}) if isinstance(one, Person) else one


@pytest.fixture
async def subject(tmp_path: Path) -> AsyncIterator[Subject]:
    async with opened("personio", "v1", tmp_path) as found:
        yield found


def spoilt(subject: Subject, sabotage: Sabotage) -> Subject:
    """The same with a connector that works but for this one thing."""
    assert subject.manifest.source
    build = subject.manifest.source

    class Spoilt:
        def __init__(self, settings: Any, outside: Outside) -> None:
            self._source = build(settings, outside)

        def fetch(self, since: str = "") -> AsyncIterator[Given]:
            return sabotage(self._source)

    subject.manifest = replace(subject.manifest, source=Spoilt)
    return subject


@pytest.mark.parametrize(
    ("sabotage", "test", "more"),
    [
        (gives_up_silently, test_failures.test_what_does_not_pass_is_told_and_nobody_is_gone, [Trouble.AWAY]),
        (gives_up_silently, test_failures.test_what_begins_in_mid_read_is_told_too, [Trouble.HALF]),
        (gives_up_silently, test_failures.test_an_answer_that_is_cut_short_makes_nobody_a_leaver, []),
        (gives_up_silently, test_failures.test_what_a_person_must_repair_is_one_clear_sentence, [Fault.FILTERED]),
        (skips_somebody, test_reading.test_everybody_is_read_once_at_n_and_n_plus_one, [(1, 1)]),
        (repeats_somebody, test_reading.test_everybody_is_read_once_at_n_and_n_plus_one, [(1, 1)]),
        (gives_up_silently, test_reading.test_rows_that_shift_while_they_are_read_lose_nobody, ["joins"]),
        (lets_everything_in, test_reading.test_only_facts_that_the_manifest_names_are_given_and_nothing_forbidden, []),
        (is_never_the_same, test_reading.test_a_second_read_of_unchanged_data_yields_nothing_new, []),
    ],
)
async def test_what_is_wrong_is_noticed(
    sabotage: Sabotage, test: Callable[..., Any], more: list[Any], subject: Subject
) -> None:
    if test.__module__.endswith("failures"):
        subject.system.hire(test_reading.size(subject))
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await test(spoilt(subject, sabotage), *more)


async def test_an_error_that_names_somebody_is_not_clear(subject: Subject) -> None:
    subject.system.hire(3)
    with pytest.raises(Misconfigured) as raised:
        await spoilt(subject, names_somebody_in_an_error).read()
    with pytest.raises(AssertionError):
        test_failures.is_clear(subject, raised.value)


async def test_a_connector_that_asks_for_the_time_when_it_is_made_is_noticed(subject: Subject) -> None:
    class Eager:
        def __init__(self, settings: Any, outside: Outside) -> None:
            outside.clock()

        async def fetch(self, since: str = "") -> AsyncIterator[Given]:
            nobody: tuple[Given, ...] = ()
            for one in nobody:
                yield one

    subject.manifest = replace(subject.manifest, source=Eager)
    with pytest.raises(AssertionError, match="asks for no time"):
        await test_reading.test_constructing_does_no_io(subject)
