"""YAML 1.2, read strictly: keys and values are what stands there, and every one of them knows its place.

No key twice, no tag, no directive, and no more values than a person could have written, whatever aliases repeat. `no`
and `on` are text; so is a number that would be written differently when read back: 0800, +31 and 1.10.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

LONGEST = 1_000_000
"""Characters of a text; a longer one is not read."""

MOST = 100_000
"""Values in one text, where whatever an alias repeats is counted again."""

DEEPEST = 100
"""Levels of mappings and lists within each other."""

PLAIN = frozenset(
    "tag:yaml.org,2002:" + name
    for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")
)
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_HALF = re.compile("[\ud800-\udfff]")
_DECIMAL = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")


class NotYaml(Exception):
    """The text cannot be read as strict YAML; `faults` holds line and column (from 1, or 0, 0) and what is wrong."""

    def __init__(self, faults: Iterable[tuple[int, int, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{line}:{column}: {text}" for line, column, text in self.faults))


@dataclass(frozen=True, slots=True)
class Tree:
    """What a text holds, as ordinary values, with the place of each."""

    values: Any
    root: Node | None

    def visible(
        self, path: Sequence[str | int], added: Callable[[str | int], bool] = lambda part: False
    ) -> tuple[str | int, ...]:
        """`path` as the file has it: without steps below a plain value and names that stand for a list there.

        A step of which `added` is true is left out too, unless the file has a key of that name at that place.
        """
        node, seen = self.root, []
        for part in path:
            key, child = _child(node, part)
            if key is None and (added(part) or (isinstance(node, SequenceNode) and not str(part).isdecimal())):
                continue
            if node is None or isinstance(node, ScalarNode):
                break
            seen.append(part)
            node = child
        return tuple(seen)

    def place(self, path: Sequence[str | int], *, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the deepest part of `path` that stands in the file.

        It is the place of a plain value, and of the key of everything else; with `key` always of the key.
        """
        node, place = self.root, (1, 1)
        for part in path:
            name, child = _child(node, part)
            if name is None or child is None:
                break
            start = child if isinstance(child, ScalarNode) and not key else name
            node, place = child, (start.start_mark.line + 1, start.start_mark.column + 1)
        return place

    def names(self, path: Sequence[str | int]) -> frozenset[str]:
        """The keys of the mapping at `path`; none when there is no mapping."""
        node = self.root
        for part in path:
            node = _child(node, part)[1]
        return frozenset(str(name.value) for name, _ in node.value) if isinstance(node, MappingNode) else frozenset()


def read(text: str) -> Tree:
    """Raises `NotYaml` with everything that is wrong with the text itself."""
    if len(text) > LONGEST:
        raise NotYaml([(0, 0, f"it is longer than {LONGEST:,} characters")])
    _no_directive(text)
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        raise NotYaml([_explained(error)]) from None
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise NotYaml([(line, column, "this character cannot be seen; remove it")]) from None
    except RecursionError:
        raise NotYaml([(0, 0, f"it is nested deeper than {DEEPEST} levels")]) from None
    except (YAMLError, ValueError, OverflowError):
        raise NotYaml([(0, 0, "it is not YAML; look for an escape such as \\UFFFFFFFF")]) from None
    walk = _Walk([], 0)
    values = None if root is None else walk.value(root, 0)
    if walk.faults:
        raise NotYaml(sorted(dict.fromkeys(walk.faults)))
    return Tree(values, root)


@dataclass(slots=True)
class _Walk:
    """From nodes to values, counting what is made and gathering what is wrong."""

    faults: list[tuple[int, int, str]]
    count: int

    def value(self, node: Node, depth: int) -> Any:
        self.count += 1
        if self.count > MOST:
            raise NotYaml([(*_start(node), f"it holds more than {MOST:,} values; use fewer aliases")])
        if depth > DEEPEST:
            raise NotYaml([(*_start(node), f"it is nested deeper than {DEEPEST} levels")])
        if str(node.tag) not in PLAIN:
            self._wrong(node, "a tag such as ! or !!python means nothing here; remove it")
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, depth))
        if isinstance(node, SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        self._whole(node)
        return _scalar(str(node.tag), str(node.value))

    def _pairs(self, node: MappingNode, depth: int) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key, child in node.value:
            if not isinstance(key, ScalarNode) or str(key.tag) not in PLAIN:
                self._wrong(key, "a key is plain text")
                continue
            self._whole(key)
            name, line = str(key.value), _start(key)[0]
            if name in first:
                self._wrong(key, f"the key {name} is here twice; the first is in line {first[name]}")
            first.setdefault(name, line)
            yield name, self.value(child, depth + 1)

    def _whole(self, node: Node) -> None:
        if _HALF.search(str(node.value)):
            self._wrong(node, "half a character, such as \\ud800, is no text; write the whole one")

    def _wrong(self, node: Node, text: str) -> None:
        self.faults.append((*_start(node), text))


def _scalar(tag: str, text: str) -> str | int | float | bool | None:
    kind = tag.rpartition(":")[2]
    if kind == "null" and text.lower() in ("", "~", "null"):
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "float" and _DECIMAL.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text


def _child(node: Node | None, part: str | int) -> tuple[Node | None, Node | None]:
    """The key (of a list: the item itself) and the value at `part`, or two times None."""
    if isinstance(node, MappingNode):
        found: Mapping[str, tuple[Node, Node]] = {str(key.value): (key, value) for key, value in node.value}
        return found.get(str(part), (None, None))
    if isinstance(node, SequenceNode) and str(part).isdecimal() and int(part) < len(node.value):
        return (node.value[int(part)],) * 2
    return None, None


def _start(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _no_directive(text: str) -> None:
    """A directive could ask for YAML 1.1, where `no` is false."""
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if line.startswith("%"):
            raise NotYaml([(number, 1, "a directive such as %YAML means nothing here; remove the line")])
        if line.strip() and not line.startswith("#"):
            return


def _explained(error: MarkedYAMLError) -> tuple[int, int, str]:
    mark = error.problem_mark
    problem = str(error.problem or "it is not YAML").split("\n")[0]
    if "\\t" in problem:
        problem = "a tab stands where only spaces may stand"
    elif problem.startswith("but "):
        problem = f"{error.context}, {problem}"
    return (mark.line + 1, mark.column + 1, problem) if mark else (0, 0, problem)
