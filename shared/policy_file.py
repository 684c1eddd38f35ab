"""A policy's text → Policy, or every mistake in it with key, line and column.

It is YAML 1.2, read strictly: no key twice, `no` and `on` are text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from shared.errors import Misconfigured
from shared.policy import Policy

LONGEST = 1_000_000
"""Characters of a policy; a longer text is no policy."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to repair. `line` and `column` count from 1; 0 when the place is the file as a whole."""

    key: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}: " if self.line else ""
        return f"{place}{self.key}: {self.text}" if self.key else f"{place}{self.text}"


class PolicyInvalid(Misconfigured):
    """The policy cannot be used; `mistakes` says all that is wrong with it, in order of place."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda one: (one.line, one.column, one.key)))
        super().__init__("the policy has mistakes: " + "; ".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy with its text, so that mistakes found later can still be shown where they stand."""

    policy: Policy
    tree: CommentedMap
    hash: str
    """Names exactly this text, in the ledger and in approvals."""

    def mistake(self, path: Sequence[str | int], text: str) -> Mistake:
        """A mistake at `path`, such as ("targets", "entra", "connector")."""
        return Mistake(_dotted(path), *_position(self.tree, path), text)


def load(text: str) -> PolicyText:
    """Raises `PolicyInvalid` with every mistake there is."""
    tree = _tree(text)
    try:
        policy = Policy.model_validate(_plain(tree))
    except ValidationError as error:
        raise PolicyInvalid(_mistakes(tree, error)) from None
    return PolicyText(policy, tree, sha256(text.encode()).hexdigest()[:12])


def settings(found: PolicyText, path: Sequence[str], model: type[BaseModel], given: Mapping[str, Any]) -> BaseModel:
    """A connector's settings by its own model. Raises `PolicyInvalid` with their place in the policy."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise PolicyInvalid(_mistakes(found.tree, error, tuple(path))) from None


def _tree(text: str) -> CommentedMap:
    if len(text) > LONGEST:
        raise PolicyInvalid([Mistake("", 0, 0, f"the policy is longer than {LONGEST:,} characters")])
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        tree = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = str(error.problem or "it is not YAML").split("\n")[0]
        raise PolicyInvalid([Mistake("", line, column, problem)]) from None
    except (YAMLError, ValueError, RecursionError):
        raise PolicyInvalid([Mistake("", 0, 0, "it is not YAML")]) from None
    if not isinstance(tree, CommentedMap):
        raise PolicyInvalid(
            [Mistake("", 1, 1, "a policy is a mapping; it starts with a line such as customer: Contoso")]
        )
    return tree


def _plain(node: Any) -> Any:
    """The tree without its places, as ordinary values."""
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(item) for item in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _mistakes(tree: CommentedMap, error: ValidationError, above: tuple[str, ...] = ()) -> list[Mistake]:
    found = []
    for one in error.errors(include_url=False, include_input=False):
        path = (*above, *(part for part in one["loc"] if not _invisible(part)))
        found.append(Mistake(_dotted(path), *_position(tree, path), _words(one, tree, path)))
    return found


def _invisible(part: str | int) -> bool:
    """Pydantic adds steps for keys and unions that are no keys of the file."""
    return isinstance(part, str) and (part == "[key]" or "[" in part or part.startswith(("function-", "is-instance")))


def _words(one: Any, tree: CommentedMap, path: Sequence[str | int]) -> str:
    """What to do, in the words of somebody who has never heard of the validator."""
    kind, context = one["type"], one.get("ctx", {})
    if kind == "extra_forbidden":
        near = get_close_matches(str(path[-1]), [str(name) for name in context.get("known", ())], 1)
        return "this key is not known" + (f"; did you mean {near[0]}?" if near else "; remove it or check its spelling")
    if kind == "missing":
        return "this key is missing"
    return str(one["msg"]).removeprefix("Value error, ")


def _dotted(path: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in path)


def _position(tree: Any, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column, from 1, of the deepest part of `path` that stands in the file."""
    node, place = tree, (1, 1)
    for part in path:
        try:
            mark = node.lc.value(part) if isinstance(node, CommentedMap) else node.lc.item(part)
            if isinstance(node, CommentedMap) and isinstance(node[part], CommentedMap | CommentedSeq):
                mark = node.lc.key(part)
            node, place = node[part], (mark[0] + 1, mark[1] + 1)
        except (KeyError, IndexError, TypeError, AttributeError):
            return place
    return place
