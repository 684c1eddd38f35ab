"""So many people through each HR system's simulator to `Person`: how long it takes, and how much memory.

`python -m benchmarks.sources [PEOPLE [SOURCE [FORM]]]`. Each measurement is a process of its own, with the simulator in
it. Its memory once it is filled is the baseline, and what a reading takes beside it is measured for a tenth of
the people as well: where memory is flat, ten times as many take no more.
"""

import asyncio
import importlib
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from shared.model import Person

PEOPLE = 100_000
PROCESS = Path("/proc/self")
MEASURE = "--measure"


def kit() -> Any:
    """The conformance kit, whose adapters fill the simulators."""
    return importlib.import_module("tests.conformance.reading")


def memory(which: str) -> int:
    """KiB of this process: `VmRSS` now, or `VmHWM`, the most since `forget`."""
    found = re.search(rf"{which}:\s+(\d+) kB", (PROCESS / "status").read_text(encoding="ascii"))
    return int(found[1]) if found else 0


def forget() -> None:
    """The most that was taken so far counts no longer (proc(5), clear_refs)."""
    (PROCESS / "clear_refs").write_text("5", encoding="ascii")


async def read(name: str, form: str, people: int) -> str:
    """Read everybody, each forgotten at once."""
    with tempfile.TemporaryDirectory() as folder:
        async with kit().opened(name, form, Path(folder)) as subject:
            subject.system.hire(people)
            forget()
            before, began, found = memory("VmRSS"), time.monotonic(), 0
            async with subject.stream() as answer:
                async for one in answer:
                    found += isinstance(one, Person)
            seconds, most = time.monotonic() - began, memory("VmHWM")
            if found != people:
                raise SystemExit(f"{name} {form}: {found} of {people} people were read")
            return f"{before}\t{most - before}\t{seconds:.0f}\t{subject.wire.requests}"


def measured(name: str, form: str, people: int) -> list[int]:
    """KiB of the filled simulator, KiB that reading took beside it, seconds, requests."""
    command = [sys.executable, "-m", "benchmarks.sources", MEASURE, str(people), name, form]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return [int(part) for part in said.split("\t")]


def main(people: int, source: str = "", form: str = "") -> None:
    sys.stdout.write("source              people  requests  seconds  baseline MiB  reading MiB  KiB a person more\n")
    for name, own in kit().subjects():
        if source in ("", name) and form in ("", own):
            few = 0
            for count in (people // 10, people):
                before, more, seconds, requests = measured(name, own, count)
                slope = f"{max(0, more - few) / (count - people // 10):.1f}" if few else ""
                line = f"{f'{name} {own}':18} {count:>7,} {requests:>9,} {seconds:>8} {before >> 10:>13}"
                sys.stdout.write(f"{line} {more >> 10:>12} {slope:>18}\n")
                sys.stdout.flush()
                few = more


if __name__ == "__main__":
    match sys.argv[1:]:
        case [flag, people, source, form] if flag == MEASURE:
            sys.stdout.write(asyncio.run(read(source, form, int(people))))
        case [people, *only]:
            main(int(people), *only)
        case _:
            main(PEOPLE)
