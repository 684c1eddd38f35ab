"""Every target meets its seeds and their mutants in the checks; led by coverage, only the quickest to begin with does.

What the others need to begin, half a minute each, is spent by `make fuzz` and the thorough tests. JOINLY_FUZZ_SECONDS
says how long all targets are fuzzed together; they share it, one after another.
"""

import os
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from tests.effort import effort
from tests.fuzz.campaign import available, fuzzed
from tests.fuzz.findings import explained, found, kept
from tests.fuzz.laws import CANARY, Broken, Target, discreet, law
from tests.fuzz.mutants import mutants
from tests.fuzz.run import command, shrunk
from tests.fuzz.targets import TARGETS, checked

SECONDS = int(os.environ.get("JOINLY_FUZZ_SECONDS", effort(12, 600)))
SHARES = sum(target.share for target in TARGETS.values())
FUZZED = effort(1, len(TARGETS))
"""How many targets are fuzzed, from the quickest on."""
MUTANTS = {"policies": effort(100, 2_000)}


@pytest.mark.slow
@pytest.mark.skipif(not available(), reason="the fuzzer runs on Linux x86_64 only")
@pytest.mark.parametrize("name", sorted(TARGETS, key=lambda name: name != "conditions")[:FUZZED])
def test_the_fuzzer_finds_nothing(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    report = fuzzed(name, target, SECONDS * target.share // SHARES, tmp_path)
    shown = [
        f"{explained(path)}\n{command(name, path)}\nwhose base64 is {b64encode(path.read_bytes()).decode()}"
        for path in report.findings
    ]
    assert not shown, "\n".join(shown)
    assert report.executions > len(list(target.seeds()))
    assert report.coverage


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_no_seed_and_no_mutant_of_one_breaks_a_law(name: str) -> None:
    for data in TARGETS[name].seeds():
        checked(TARGETS[name], data)
    for data in mutants(TARGETS[name], MUTANTS.get(name, effort(500, 10_000)), seed=1):
        checked(TARGETS[name], data)


def test_mutants_are_the_same_for_the_same_seed() -> None:
    target = TARGETS["dates"]
    assert list(mutants(target, 50, seed=3)) == list(mutants(target, 50, seed=3))
    assert list(mutants(target, 50, seed=3)) != list(mutants(target, 50, seed=4))


def _breaks(data: bytes) -> None:
    law(b"z" not in data, "a z is in it")
    discreet(data.decode("latin-1"), "", "an input")


BREAKING = Target(check=_breaks, seeds=lambda: [b"abc"], words=(), longest=10)


def test_of_every_way_to_fail_the_smallest_input_is_kept_and_shrunk(tmp_path: Path) -> None:
    for data in (b"xxzxx", b"xz", b"xxxz", CANARY.encode()):
        with pytest.raises(Broken) as broken:
            checked(BREAKING, data)
        kept(tmp_path, data, broken.value)
    assert sorted(path.read_bytes() for path in found(tmp_path)) == [CANARY.encode(), b"xz"]
    assert sorted(explained(path).rpartition(": ")[2] for path in found(tmp_path)) == [
        "a z is in it",
        "an input repeats a value",
    ]
    assert shrunk(BREAKING, b"xxxzxx") == b"z"
    assert shrunk(BREAKING, b"nothing is wrong") == b"nothing is wrong"


def _never_ends(data: bytes) -> None:
    while data:
        pass


def test_an_input_that_never_ends_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr("tests.fuzz.targets.MOST_SECONDS", 0.2)
        with pytest.raises(Broken, match="takes too long in _never_ends"):
            checked(replace(BREAKING, check=_never_ends), b"abc")
    checked(replace(BREAKING, check=_never_ends), b"")
