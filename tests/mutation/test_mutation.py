"""The mutants themselves: what may be wrong in a line, how it is named, and when the command is content."""

import ast
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutation import run
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.planting import planted

PROJECT = Path(__file__).resolve().parents[2]


def wrong(source: str) -> list[str]:
    return [one.name for one in mutants("some", source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b < 2", ["a = b <= 2", "a = b >= 2", "a = b < 3", "a = b < 1"]),
        ("a = not b", ["a = b"]),
        ("a = b and c", ["a = b or c", "a = c", "a = b"]),
        ("a = b - {c}", ["a = b + {c}", "a = b"]),
        ("a = {**b, 'c': d}", ["a = {'c': d}", "a = {**b}", "a = {**b, '': d}"]),
        ("a = min(b, default=c)", ["a = max(b)", "a = min(b)"]),
        ("a = Stage.READY", ["a = Stage.ACTIVE"]),
        ("a = [b for b in c if b]", ["a = [b for b in c]"]),
        ("a = b if c else d", ["a = b if True else d", "a = b if False else d"]),
        ("a, b = c, d", []),
        ("a = zip(b, c, strict=True)", []),
    ],
)
def test_one_place_of_a_line_is_wrong_at_a_time(source: str, expected: list[str]) -> None:
    assert wrong(source) == [f"module: {source} → {one}" for one in expected]


def test_a_step_can_be_left_out_and_a_condition_be_always_so_and_what_is_only_said_is_let_be() -> None:
    source = '"""Says."""\ndef f(a: int = 1) -> int:\n    """Says more."""\n    if a:\n        yield a\n    return a\n'
    assert wrong(source) == [
        "f: def f(a: int=1) -> int → def f(a: int=2) -> int",
        "f: def f(a: int=1) -> int → def f(a: int=0) -> int",
        "f: if a → if True",
        "f: if a → if False",
        "f: yield a → pass",
        "f: return a → return None",
    ]


def test_mutants_of_one_text_are_numbered_and_long_texts_are_cut() -> None:
    assert wrong("def f():\n    a()\n    a()\n") == ["f: a() → pass", "f: a() → pass (2)"]
    (name,) = wrong(f"a = f({'b, ' * 40}c=d)")
    assert name == "module: … b, b, b, b, b, b, b, c=d) → … b, b, b, b, b, b, b)"


@pytest.mark.parametrize("module", run.SUBJECTS)
def test_every_mutant_of_what_decides_can_be_loaded_and_has_a_name_of_its_own(module: str) -> None:
    source = (PROJECT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    every = list(mutants(module, source))
    assert len({one.name for one in every}) == len(every) > 50
    for one in every[::10]:
        compile(one.tree, module, "exec")  # type: ignore[arg-type]


SOURCE = """
from dataclasses import dataclass
A = {1}
B = 2
def f(a=1): return a + B
@dataclass
class C:
    a: int = 1
    @property
    def b(self): return self.a
"""


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("module: B = 2 → B = 3", [4, {1}, 1]),
        ("f: return a + B → return a", [1, {1}, 1]),
        ("f: def f(a=1) → def f(a=2)", [4, {1}, 1]),
        ("C: a: int = 1 → a: int = 2", [3, {1}, 2]),
        ("C.b: return self.a → return None", [3, {1}, None]),
    ],
)
def test_whoever_imported_something_has_the_wrong_in_its_place(
    name: str, seen: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    some, user = ModuleType("some"), ModuleType("user")
    for module in (some, user):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(SOURCE, some.__dict__)  # noqa: S102 - our own program
    vars(user).update({one: getattr(some, one) for one in "AfC"})
    assert planted(next(one for one in mutants("some", SOURCE) if one.name == name))
    assert [user.f(), user.A, user.C().b] == seen


ONE, OTHER = (Mutant("some", name, 1, ast.parse("")) for name in ("f: a → b", "f: b → a"))


@pytest.mark.parametrize(
    ("alive", "reasons", "code"),
    [
        ([], {}, 0),
        ([ONE], {("some", ONE.name): "nothing tells them apart"}, 0),
        ([ONE], {}, 1),
        ([], {("some", ONE.name): "nothing tells them apart"}, 1),
        ([ONE, OTHER], {("some", one.name): "nobody minds" for one in (ONE, OTHER)}, 1),
    ],
    ids=["none", "explained", "unexplained", "explained for nothing", "too many"],
)
def test_most_must_be_noticed_and_all_others_explained(
    alive: list[Mutant], reasons: dict[tuple[str, str], str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run._judged({"some": [ONE, OTHER, *[ONE] * 8]}, alive, reasons, 1.0) == code
    assert f"{10 - len(alive)} of 10 mutants noticed" in capsys.readouterr().out
