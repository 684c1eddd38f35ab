"""A glance between two whole reads: whom HR says it has changed, just as a whole read gives them, and nobody else."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import connectors
from shared.connector import Glancing
from shared.model import Person
from tests.conformance.reading import Subject, opened, sources, subjects

GLANCING = (
    *(("afas", form) for form in ("t4e", "positions", "profit")),
    ("nmbrs", "rest"),
    *(("personio", form) for form in ("v1", "v2")),
)
QUIET = {"afas": 3, "nmbrs": 12, "personio": 1}
"""Requests of a glance that finds nobody, at most."""
HOUR = timedelta(hours=1)


@pytest.fixture(params=GLANCING, ids=lambda pair: "-".join(pair))
async def glanced(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    async with opened(*request.param, tmp_path) as found:
        yield found


async def settled(subject: Subject, count: int) -> datetime:
    """So many people who have been there for an hour; the moment after which nothing has happened yet."""
    subject.system.hire(count)
    await subject.time.sleep(HOUR.total_seconds())
    await subject.read()
    moment = subject.time.clock()
    await subject.time.sleep(60)
    return moment


@pytest.mark.parametrize("name", sources())
def test_every_source_says_what_a_glance_at_it_tells_or_why_there_is_none(name: str) -> None:
    said = connectors.manifest(name).glance
    assert said.endswith(".")
    assert said.startswith("Never: ") is (name not in {one for one, _ in GLANCING})


async def test_who_can_be_glanced_at_is_as_the_kit_says(subject: Subject, request: pytest.FixtureRequest) -> None:
    async with subject.outside() as outside:
        glancing = isinstance(subject.built(outside), Glancing)
    assert glancing is (request.node.callspec.params["subject"] in GLANCING)


def test_every_form_that_the_kit_glances_at_is_a_subject() -> None:
    assert set(GLANCING) <= set(subjects())


async def test_a_change_is_in_the_next_whole_read(subject: Subject) -> None:
    subject.system.hire(4)
    before = {one.hr_id: one for one in await subject.read()}
    await subject.time.sleep(60)
    changed = subject.system.ids()[2]
    subject.system.change(changed)
    after = {one.hr_id: one for one in await subject.read()}
    assert {hr_id for hr_id in before if before[hr_id] != after[hr_id]} == {changed}


async def test_whoever_was_changed_is_given_just_as_a_whole_read_gives_them(glanced: Subject) -> None:
    since = await settled(glanced, 12)
    changed = [glanced.system.ids()[number] for number in (0, 3, 11)]
    for hr_id in changed:
        glanced.system.change(hr_id)
    whole = {one.hr_id: one for one in await glanced.read()}
    assert await glanced.glance(since) == [whole[hr_id] for hr_id in sorted(changed)]


async def test_newcomers_are_given(glanced: Subject) -> None:
    since = await settled(glanced, 3)
    before = set(glanced.system.ids())
    glanced.system.hire(2)
    found = await glanced.glance(since)
    assert {one.hr_id for one in found} == set(glanced.system.ids()) - before
    assert all(isinstance(one, Person) for one in found)
    assert found == [one for one in await glanced.read() if one.hr_id not in before]


async def test_when_nobody_was_changed_nobody_is_given_for_a_few_requests(glanced: Subject) -> None:
    since = await settled(glanced, 120)
    before = glanced.wire.asked
    assert await glanced.glance(since) == []
    assert glanced.wire.asked - before <= QUIET[glanced.manifest.name]


async def test_whoever_is_gone_is_not_given_and_neither_is_anybody_else(glanced: Subject) -> None:
    since = await settled(glanced, 5)
    glanced.system.remove(glanced.system.ids()[1])
    assert await glanced.glance(since) == []


async def test_more_than_a_few_are_left_to_the_whole_read_and_nothing_is_asked_of_each(glanced: Subject) -> None:
    since = await settled(glanced, 8)
    for hr_id in glanced.system.ids()[:4]:
        glanced.system.change(hr_id)
    before = glanced.wire.asked
    assert await glanced.glance(since, most=3) == []
    assert glanced.wire.asked - before <= QUIET[glanced.manifest.name]
    assert len(await glanced.glance(since, most=4)) == 4


async def test_a_record_that_cannot_be_used_is_given_as_such_and_others_as_they_are(glanced: Subject) -> None:
    since = await settled(glanced, 6)
    spoilt, sound = glanced.system.ids()[1], glanced.system.ids()[4]
    glanced.system.spoil(spoilt)
    for hr_id in (spoilt, sound):
        glanced.system.change(hr_id)
    whole = {one.hr_id: one for one in await glanced.read()}
    assert await glanced.glance(since) == [whole[hr_id] for hr_id in sorted((spoilt, sound))]
