"""The command line called in this process, on a copy of the example, with everything it said."""

import contextlib
import fcntl
import io
import json
import logging
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shared.cli import main
from shared.ledger import Outcome, load

PROJECT = Path(__file__).resolve().parents[2]
CONFIG = PROJECT / "config"
DAY = "2026-11-23"
"""The day the example is run on: its dates are civil dates, and the tests' results follow from them."""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def joinly(*words: object) -> Said:
    """Run the program with these words, as a process would, and come back."""
    out, err = io.StringIO(), io.StringIO()
    argv, handlers = sys.argv, list(logging.getLogger().handlers)
    sys.argv = ["joinly", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.argv = argv
        logging.getLogger().handlers[:] = handlers
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Place:
    """A folder with a copy of the example's policy, its exports and, once something was run, its state."""

    folder: Path

    @property
    def policy(self) -> Path:
        return self.folder / "example.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def people(self) -> Path:
        return self.folder / "hr" / "people.csv"

    @property
    def next_week(self) -> Path:
        return self.folder / "hr" / "people-next-week.csv"

    def run(self, *words: object, on: str = DAY) -> Said:
        return joinly("run", self.policy, "--data", self.data, "--on", on, *words)

    def preview(self, *words: object, on: str = DAY) -> Said:
        return joinly("preview", self.policy, "--data", self.data, "--on", on, *words)

    def alter(self, old: str, new: str, name: str = "example.yaml") -> None:
        """Change the policy's text; the old text must stand there."""
        text = self.policy.read_text(encoding="utf-8")
        assert old in text
        (self.folder / name).write_text(text.replace(old, new), encoding="utf-8")

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.data / "state.db", isolation_level=None)) as state:
            return state.execute(statement, values).fetchall()

    def ledger(self) -> dict[str, Counter[tuple[str, str, tuple[str, ...]]]]:
        """Our id → everything that was done: verb, entitlement and attribute names; a line told twice counts once."""
        done: dict[str, Counter[tuple[str, str, tuple[str, ...]]]] = {}
        lines = [
            load(key, json.loads(data)) for key, data in self.rows("SELECT key, data FROM rows WHERE tab = 'ledger'")
        ]
        written = {line.operation: line for line in lines if line.outcome in (Outcome.DONE, Outcome.FOUND)}
        for line in written.values():
            what = (line.verb, line.entitlement, tuple(line.attributes))
            done.setdefault(line.person, Counter())[what] += 1
        return done


def new_place(folder: Path) -> Place:
    shutil.copytree(CONFIG, folder)
    return Place(folder)


def small_place(folder: Path, people: int = 16) -> Place:
    """The example with the first so many people of its export only: managers, colleagues and the one to adopt.

    Next week there are eight more.
    """
    place = new_place(folder)
    for export, count in ((place.people, people), (place.next_week, people + 8)):
        lines = export.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        export.write_text("".join(lines[: count + 1]), encoding="utf-8")
    place.alter("minimum_rows: 150", "minimum_rows: 10")
    return place


@contextlib.contextmanager
def files_of(folder: Path) -> Iterator[None]:
    """Assert that the block leaves every file under `folder` as it was, byte for byte, and adds none."""
    before = _contents(folder)
    yield
    assert _contents(folder) == before


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def run_once(folder: Path, make: Callable[[Path], Place], *words: str) -> tuple[Place, Said]:
    """A place after its first run, and what that said; whichever process comes first makes it, the others find it."""
    folder.mkdir(exist_ok=True)
    kept = folder / "said.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(asdict(make(folder / "example").run(*words))), encoding="utf-8")
    return Place(folder / "example"), Said(**json.loads(kept.read_text(encoding="utf-8")))
