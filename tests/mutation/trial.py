"""One mutant before the tests: a process of its own, in which the module is loaded with the wrong in it.

The process is forked from one that has loaded what neither the module nor its tests can change, and is ended when it
has used much more of the processor than the tests need when nothing is wrong.
"""

import ast
import importlib
import importlib.abc
import importlib.machinery
import os
import resource
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tests.mutation.mutants import Mutant

PROJECT = Path(__file__).resolve().parents[2]
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", f"--rootdir={PROJECT}"]
PLUGINS = ("_hypothesis_pytestplugin", "anyio.pytest_plugin", "faker.contrib.pytest.plugin", "pytest_asyncio")
BEFOREHAND = (*PLUGINS, "hypothesis", "pytest_cov.plugin", "xdist.plugin", "shared.policy", "shared.identifiers")
MEMORY = 4 * 2**30
SURVIVED = 0


class Wrong(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Loads one module from a changed tree instead of its file."""

    def __init__(self, module: str, tree: ast.AST) -> None:
        self._module, self._tree = module, tree

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self) if name == self._module else None

    def get_source(self, name: str) -> str | None:
        return None

    def get_code(self, name: str) -> CodeType:
        return compile(self._tree, name, "exec")  # type: ignore[arg-type]

    def exec_module(self, module: ModuleType) -> None:
        exec(self.get_code(module.__name__), module.__dict__)  # noqa: S102 - our own program


def prepare(modules: Iterable[str]) -> None:
    """Load once what every trial needs, and none of what is to be changed."""
    for name in BEFOREHAND:
        importlib.import_module(name)
    loaded = sys.modules.keys() & set(modules)
    assert not loaded, f"{', '.join(loaded)} is loaded before it can be changed"


def seconds_needed(module: str, tests: Sequence[str]) -> int:
    """How much of the processor the tests use when nothing is wrong, rounded up.

    Raises `RuntimeError` when they fail.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _, status = os.waitpid(_start(None, tests, 0, show=True), 0)
    if status:
        raise RuntimeError(f"the tests of {module} fail though nothing is wrong: {' '.join(tests)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1 + int(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def survivors(trials: Iterable[tuple[Mutant, Sequence[str], int]], at_once: int) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant with its tests and the seconds they may use: whether it survived, as soon as it is known."""
    running: dict[int, Mutant] = {}
    for mutant, tests, seconds in trials:
        if len(running) == at_once:
            yield _ended(running)
        running[_start(mutant, tests, seconds)] = mutant
    while running:
        yield _ended(running)


def _ended(running: dict[int, Mutant]) -> tuple[Mutant, bool]:
    pid, status = os.wait()
    return running.pop(pid), status == SURVIVED


def _start(mutant: Mutant | None, tests: Sequence[str], seconds: int, show: bool = False) -> int:
    sys.stdout.flush()
    if pid := os.fork():
        return pid
    code = 70
    try:
        _alone(seconds, show)
        if mutant is not None:
            sys.meta_path.insert(0, Wrong(mutant.module, mutant.tree))
        code = int(pytest.main([*OPTIONS, *tests]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)
    raise AssertionError("unreachable")


def _alone(seconds: int, show: bool) -> None:
    """What a mutant may not do: talk, go on for ever, or eat the machine's memory."""
    os.chdir(PROJECT)
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if not show:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
