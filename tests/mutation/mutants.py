"""Every small wrong that can be done to a module: one changed place a mutant, named by its text and not by its line."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutation.wrongs import wrongs

LONGEST, AROUND = 90, 20
"""Of a name's two texts: the most characters, and those that are kept around the difference in a longer one."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong. `name` is what stands there and what stands there instead, so that it survives other changes."""

    module: str
    name: str
    line: int
    tree: ast.AST

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.name}"


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module's text, in the order of its lines."""
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    for place in _places(tree):
        for wrong in wrongs(place.node, place.within):
            name = f"{place.where}: {_difference(place, wrong)}"
            seen[name] += 1
            name = name if seen[name] == 1 else f"{name} ({seen[name]})"
            located = ast.fix_missing_locations(ast.copy_location(wrong, place.node))
            yield Mutant(module, name, place.line, _with(tree, place.path, located))


Path = tuple[tuple[str, int | None], ...]
"""How to come from a module to a node: names of fields, and places in their lists."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node, how to reach it, and the function it stands in."""

    node: ast.AST
    path: Path
    within: tuple[ast.AST, ...]
    where: str
    line: int


def _places(tree: ast.Module) -> Iterator[Place]:
    yield from _below(tree, (), (), "", 1)


def _below(node: ast.AST, path: Path, within: tuple[ast.AST, ...], where: str, line: int) -> Iterator[Place]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for number, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_text(child):
                continue
            there = (*path, (name, number))
            named = isinstance(child, ast.FunctionDef | ast.ClassDef)
            place = f"{where}.{child.name}".lstrip(".") if named else where  # type: ignore[attr-defined]
            at = getattr(child, "lineno", line)
            yield Place(child, there, (*within, node), place or "module", at)
            yield from _below(child, there, (*within, node), place, at)


def _is_text(node: ast.AST) -> bool:
    """Whether it is a docstring, which says something and does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _with(tree: ast.AST, path: Path, node: ast.AST) -> ast.AST:
    """A copy of the tree with another node at this place; nothing else is copied."""
    if not path:
        return node
    (name, number), *rest = path
    copy = type(tree)(**dict(ast.iter_fields(tree)))
    ast.copy_location(copy, tree)
    old = getattr(tree, name)
    if number is None:
        setattr(copy, name, _with(old, tuple(rest), node))
    else:
        setattr(copy, name, [*old[:number], _with(old[number], tuple(rest), node), *old[number + 1 :]])
    return copy


def _difference(place: Place, wrong: ast.AST) -> str:
    """What stands there → what stands there instead, with as much of the statement around it as fits on a line."""
    node, before, after = place.node, _shown(place.node), _shown(wrong)
    for up in range(len(place.path) - 1, 0, -1):
        outer = place.within[up]
        wider = _shown(outer)
        if isinstance(node, ast.stmt | ast.match_case) or len(wider) > LONGEST:
            break
        node, before, after = outer, wider, _shown(_with(outer, place.path[up:], wrong))
    return " → ".join(_cut(before, after)) if len(before) > LONGEST else f"{before} → {after}"


def _cut(before: str, after: str) -> tuple[str, str]:
    """Two long texts without most of what they begin and end with alike."""
    begin = _alike(before, after)
    end = min(_alike(before[::-1], after[::-1]), len(before) - begin, len(after) - begin)
    first, last = max(begin - AROUND, 0), max(end - AROUND, 0)
    cut = [text[first : len(text) - last] for text in (before, after)]
    return f"{'…' * (first > 0)}{cut[0]}{'…' * (last > 0)}", f"{'…' * (first > 0)}{cut[1]}{'…' * (last > 0)}"


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _shown(node: ast.AST) -> str:
    """On one line; of what has a body, the beginning."""
    lines = ast.unparse(node).strip().splitlines() or [""]
    return lines[0].removesuffix(":") if hasattr(node, "body") and len(lines) > 1 else " ".join(map(str.strip, lines))
