"""How many requests a read of 1,000 people costs, counted at each simulator: `python -m tests.conformance.calls`.

It writes `docs/calls.json`, from which the page about connectors is made. With names, only those are counted anew.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.connector import STILL_READING, Glancing, Reached
from tests.conformance.reading import Subject, adapted, adapter, opened

FILE = Path(__file__).parents[2] / "docs" / "calls.json"
PEOPLE = 1_000
POLL = 900.0
"""Seconds from one poll to the next."""
Counted = Mapping[str, Mapping[str, int]]


async def counted(name: str) -> Counted:
    """Form → requests for data and for signing in of a first read, those of the next, and the places of a read; and
    those of a glance when nobody and when one person was changed.
    """
    found: dict[str, dict[str, int]] = {}
    for form in adapter(name).FORMS:
        with tempfile.TemporaryDirectory() as folder:
            async with opened(name, form, Path(folder)) as subject:
                subject.system.hire(PEOPLE)
                async with subject.stream() as answer:
                    places = sum([isinstance(one, Reached) and one != STILL_READING async for one in answer])
                first, sign_ins = subject.wire.asked, subject.wire.sign_ins
                await subject.time.sleep(POLL)
                await subject.read()
                again = subject.wire.asked + subject.wire.sign_ins - first - sign_ins
                found[form] = {"first": first, "sign_ins": sign_ins, "again": again, "places": places}
                found[form] |= await glances(subject)
    return found


async def glances(subject: Subject) -> Mapping[str, int]:
    """What a glance costs; nothing where the system cannot say whom it has changed."""
    async with subject.outside() as outside:
        if not isinstance(subject.built(outside), Glancing):
            return {}
    since, before = subject.time.clock(), subject.wire.asked
    await subject.time.sleep(POLL / 3)
    assert await subject.glance(since) == []
    quiet = subject.wire.asked - before
    subject.system.change(subject.system.ids()[PEOPLE // 2])
    assert len(await subject.glance(since)) == 1
    return {"glance": quiet, "glance_at_one": subject.wire.asked - before - quiet}


def written() -> Mapping[str, Counted]:
    """What was counted last."""
    known: Mapping[str, Counted] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return known


def main(names: Sequence[str]) -> None:
    known = {name: one for name, one in written().items() if name in adapted()}
    for name in names or [name for name in adapted() if name not in known]:
        known[name] = asyncio.run(counted(name))
    FILE.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
