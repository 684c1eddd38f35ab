"""Mutants before the tests: the tests are collected once, then each mutant has a process that was forked from there.

In it the wrong takes the place of what is loaded already, and the tests run until one fails. It is ended when it has
used much more of the processor than the tests need when nothing is wrong.
"""

import gc
import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from tests.mutation.mutants import Mutant
from tests.mutation.planting import planted

PROJECT = Path(__file__).resolve().parents[2]
OPTIONS = (
    *("-qq", "-s", "--no-summary", "--tb=no", "--assert=plain", "--hypothesis-seed=0", f"--rootdir={PROJECT}"),
    *("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:faker", "-p", "no:logging"),
)
MEMORY = 4 * 2**30
SURVIVED, NOTICED, BROKEN = 0, 1, 70

Verdict = Callable[[Mutant, bool], None]


def tried(mutants: Sequence[Mutant], tests: Sequence[str], at_once: int, verdict: Verdict) -> None:
    """Say of each mutant whether it survived, as soon as it is known.

    Raises `RuntimeError` when the tests fail though nothing is wrong.
    """
    trials = Trials(mutants, at_once, verdict)
    pytest.main([*OPTIONS, *tests], plugins=[trials])
    if not trials.sound:
        raise RuntimeError(f"the tests fail though nothing is wrong: pytest {' '.join(tests)}")


class Trials:
    """Takes the place of pytest's own loop over the tests it collected."""

    def __init__(self, mutants: Sequence[Mutant], at_once: int, verdict: Verdict) -> None:
        self._mutants, self._at_once, self._verdict = mutants, at_once, verdict
        self.sound = False

    def pytest_collection(self) -> None:
        """That a law is broken is enough: no smaller example is looked for, and none of an earlier mutant is tried."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("trial", settings.get_profile("joinly"), phases=phases, database=None)
        settings.load_profile("trial")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed or not session.items:
            return True
        gc.freeze()
        before = _children()
        _, status = os.waitpid(_forked(session, None, 0), 0)
        self.sound = status == SURVIVED
        if self.sound:
            self._try_all(session, seconds=10 + 3 * int(_children() - before))
        return True

    def _try_all(self, session: pytest.Session, seconds: int) -> None:
        for mutant, survived in _outcomes(session, self._mutants, seconds, self._at_once):
            self._verdict(mutant, survived)


def _outcomes(
    session: pytest.Session, mutants: Sequence[Mutant], seconds: int, at_once: int
) -> Iterator[tuple[Mutant, bool]]:
    running: dict[int, Mutant] = {}
    for mutant in mutants:
        if len(running) == at_once:
            yield _ended(running)
        running[_forked(session, mutant, seconds)] = mutant
    while running:
        yield _ended(running)


def _ended(running: dict[int, Mutant]) -> tuple[Mutant, bool]:
    pid, status = os.wait()
    mutant = running.pop(pid)
    if os.waitstatus_to_exitcode(status) == BROKEN:
        raise RuntimeError(f"the trial itself broke down: {mutant}")
    return mutant, status == SURVIVED


def _forked(session: pytest.Session, mutant: Mutant | None, seconds: int) -> int:
    """A process that ends with 0 when all tests pass; with anything else, or not by itself, when a test notices."""
    sys.stdout.flush()
    if pid := os.fork():
        return pid
    try:
        _bound(seconds)
        if mutant is not None and not planted(mutant):
            os._exit(NOTICED)
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                os._exit(NOTICED)
        os._exit(SURVIVED)
    finally:
        os._exit(BROKEN)


def _bound(seconds: int) -> None:
    """What a mutant may not do: talk, go on for ever, or eat the machine's memory."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
