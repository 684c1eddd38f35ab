"""So many people through each HR system's simulator to `Person`: how long it takes, and how much memory.

`python -m benchmarks.sources [PEOPLE] [SOURCE]`. Each measurement is a process of its own, in which the simulator lives
as well. Its memory once it is filled is the baseline, and what a reading takes beside it is measured for a tenth of the
people too: of what is flat, ten times as many take no more.
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


def kit() -> Any:
    """The conformance kit, whose adapters fill the simulators."""
    return importlib.import_module("tests.conformance.reading")


def memory(which: str) -> float:
    """MiB of this process: `VmRSS` now, or `VmHWM`, the most since `forget`."""
    found = re.search(rf"{which}:\s+(\d+) kB", (PROCESS / "status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


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
            return f"{before:.0f}\t{most - before:.0f}\t{seconds:.0f}\t{subject.wire.requests}"


def measured(name: str, form: str, people: int) -> list[int]:
    """MiB of the filled simulator, MiB that reading took beside it, seconds, requests."""
    command = [sys.executable, "-m", "benchmarks.sources", str(people), name, form]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return [int(part) for part in said.split("\t")]


def main(people: int, only: str) -> None:
    sys.stdout.write("source               people  requests  seconds  baseline MiB  reading MiB\n")
    for name, form in kit().subjects():
        if only in ("", name):
            for count in (people // 10, people):
                before, more, seconds, requests = measured(name, form, count)
                of = f"{name} {form}".strip()
                sys.stdout.write(f"{of:16} {count:>10,} {requests:>9,} {seconds:>8} {before:>13} {more:>12}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) > 3:
        sys.stdout.write(asyncio.run(read(sys.argv[2], sys.argv[3], int(sys.argv[1]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE, sys.argv[2] if len(sys.argv) > 2 else "")
