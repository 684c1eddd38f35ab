"""`python -m tests.fuzz.run [TARGET…] [--seconds N]`: fuzz the targets, all by default, so long together.

`python -m tests.fuzz.run TARGET --replay FILE` checks one input, and `--shrink FILE` makes it as small as it can be.
"""

import argparse
import sys
import traceback
from pathlib import Path

from tests.fuzz.campaign import available, fuzzed
from tests.fuzz.findings import PROJECT, explained, signature, smallest
from tests.fuzz.laws import Target
from tests.fuzz.targets import TARGETS, checked

FOLDER = PROJECT / ".fuzz"


def main() -> int:
    asked = _asked()
    names: list[str] = asked.targets or list(TARGETS)
    if asked.replay or asked.shrink:
        (name,) = names
        file: Path = asked.replay or asked.shrink
        data = file.read_bytes()
        if asked.shrink:
            file.write_bytes(data := shrunk(TARGETS[name], data))
        return replayed(TARGETS[name], data)
    if not available():
        say("there is no fuzzer for this machine; it runs on Linux x86_64 after: make test")
        return 1
    return fuzz(names, asked.seconds)


def fuzz(names: list[str], seconds: int) -> int:
    """Fuzz the targets one after another, each for its share of the seconds."""
    shares = sum(TARGETS[name].share for name in names)
    failed = False
    for name in names:
        report = fuzzed(name, TARGETS[name], seconds * TARGETS[name].share // shares, FOLDER)
        say(f"{name:<12} {report}")
        for path in report.findings:
            failed = True
            say(f"  {explained(path)}\n    {command(name, path)}")
    return int(failed)


def command(name: str, path: Path) -> str:
    """What to type to see a finding again."""
    shown = path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path
    return f"python -m tests.fuzz.run {name} --replay {shown}"


def replayed(target: Target, data: bytes) -> int:
    say(f"{data!r}")
    try:
        checked(target, data)
    except Exception:
        say(traceback.format_exc())
        return 1
    say("nothing is wrong")
    return 0


def shrunk(target: Target, data: bytes) -> bytes:
    """The smallest input that still fails in the same way."""
    wanted = failure(target, data)
    return smallest(lambda shorter: failure(target, shorter) == wanted, data) if wanted else data


def failure(target: Target, data: bytes) -> str:
    """The way in which an input fails, or ""."""
    try:
        checked(target, data)
    except Exception as error:
        return signature(error)
    return ""


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--replay", type=Path, metavar="FILE")
    parser.add_argument("--shrink", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if (asked.replay or asked.shrink) and len(asked.targets) != 1:
        parser.error("name the one target the file is an input of")
    return asked


def say(text: str) -> None:
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
