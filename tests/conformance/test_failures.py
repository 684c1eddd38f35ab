"""What goes wrong: waited out where it passes, one clear sentence where it does not, and never somebody's leaving."""

import logging
import traceback

import pytest

from shared.errors import Misconfigured, TryLater
from shared.model import Person, Rejected
from tests.conformance.adapter import Fault
from tests.conformance.reading import INSTRUCTS, Subject
from tests.conformance.test_reading import size
from tests.conformance.wire import Trouble

PASSING = (Trouble.BUSY, Trouble.BUSY_TOLD, Trouble.FAILING, Trouble.LOST)
LASTING = (*PASSING, Trouble.AWAY, Trouble.WEB_PAGE, Trouble.TEXT, Trouble.HALF)
MANY = 1_000_000
FOR_A_PERSON = (Fault.WRONG_CREDENTIAL, Fault.MISSING_SCOPE, Fault.BLOCKED_ADDRESS, Fault.FILTERED)


@pytest.fixture
def full(subject: Subject) -> Subject:
    subject.system.hire(size(subject))
    return subject


def over_http(subject: Subject) -> Subject:
    if subject.system.transport is None:
        pytest.skip("it is not asked over HTTP")
    return subject


def able(subject: Subject, fault: Fault) -> Subject:
    if fault in subject.system.cannot:
        pytest.skip(f"{fault}: {subject.system.cannot[fault]}")
    return subject


def is_clear(subject: Subject, error: BaseException) -> None:
    """One sentence, which names nobody and no secret; so does all that is written of it."""
    text = str(error)
    assert "\n" not in text
    assert 20 < len(text) < 500
    assert text[0].isalnum() or text[0] in "«'"
    told = "".join(traceback.format_exception(error)) + repr(error)
    assert not [value for value in subject.system.private() if value in told]


def test_what_a_system_cannot_show_is_explained(subject: Subject) -> None:
    for fault, reason in subject.system.cannot.items():
        assert len(reason.split()) > 3, f"say why there is no such thing: {fault}"


@pytest.mark.parametrize("trouble", PASSING)
async def test_what_passes_is_waited_out(full: Subject, trouble: Trouble) -> None:
    over_http(full).wire.meet(trouble, 2)
    assert len(await full.read()) == len(full.system.ids())
    assert full.time.slept
    if trouble is Trouble.BUSY_TOLD:
        assert 17.0 in full.time.slept


@pytest.mark.parametrize("trouble", LASTING)
async def test_what_does_not_pass_is_told_and_nobody_is_gone(full: Subject, trouble: Trouble) -> None:
    over_http(full).wire.meet(trouble, MANY)
    with pytest.raises((TryLater, Misconfigured)) as raised:
        await full.read()
    is_clear(full, raised.value)
    assert full.wire.asked < 50, "it must give up"


@pytest.mark.parametrize("trouble", [Trouble.BUSY, Trouble.WEB_PAGE, Trouble.HALF])
async def test_what_begins_in_mid_read_is_told_too(full: Subject, trouble: Trouble) -> None:
    """Whoever was given before is no answer: it must not end as if that were everybody."""
    await over_http(full).read()
    full.wire.meet(trouble, MANY, after=full.wire.asked - 1)
    with pytest.raises((TryLater, Misconfigured)) as raised:
        await full.read()
    is_clear(full, raised.value)


async def test_a_token_that_ends_in_mid_read_is_renewed_once(full: Subject) -> None:
    able(full, Fault.TOKENS_END)
    found: list[Person | Rejected] = []
    async with full.stream() as answer:
        async for one in answer:
            if isinstance(one, Person | Rejected):
                found.append(one)
                if len(found) == 1:
                    full.system.switch(Fault.TOKENS_END)
    assert sorted(one.hr_id for one in found) == sorted(full.system.ids())
    assert full.wire.sign_ins <= 2


@pytest.mark.parametrize("fault", FOR_A_PERSON)
async def test_what_a_person_must_repair_is_one_clear_sentence(full: Subject, fault: Fault) -> None:
    able(full, fault).system.switch(fault)
    with pytest.raises(Misconfigured) as raised:
        await full.read()
    is_clear(full, raised.value)
    assert INSTRUCTS.search(str(raised.value)), "it must say what to do"
    assert full.wire.asked <= 10, "asking again repairs nothing"


async def test_an_answer_that_is_cut_short_makes_nobody_a_leaver(full: Subject) -> None:
    able(full, Fault.CUT_SHORT).system.switch(Fault.CUT_SHORT)
    with pytest.raises((TryLater, Misconfigured)) as raised:
        await full.read()
    is_clear(full, raised.value)


async def test_nothing_private_is_logged_or_shown(full: Subject, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with full.outside() as outside:
        reader = full.built(outside)
        found = [one async for one in reader.fetch()]
    told = caplog.text + repr(reader) + repr(full.system.settings())
    told += "".join(one.because for one in found if isinstance(one, Rejected))
    assert not [value for value in full.system.private() if value in told]
