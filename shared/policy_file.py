"""A policy's text → Policy, or every mistake in it with key, line and column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.errors import Misconfigured
from shared.expressions import pointed
from shared.policy import Policy
from shared.policy_words import words
from shared.strict_yaml import NotYaml, Tree, read


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to repair. `line` and `column` count from 1; 0 when the place is the file as a whole."""

    key: str
    line: int
    column: int
    text: str
    excerpt: str = ""
    """What stands there, with a caret under the place, when one line of the file says too little."""

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}: " if self.line else ""
        return f"{place}{self.key}: {self.text}" if self.key else f"{place}{self.text}"


class PolicyInvalid(Misconfigured):
    """The policy cannot be used; `mistakes` says all that is wrong with it, in order of place."""

    def __init__(self, mistakes: Iterable[Mistake], which: str = "the policy") -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda one: (one.line, one.column, one.key)))
        super().__init__(f"{which} has mistakes: " + "; ".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy with its text, so that mistakes found later can still be shown where they stand."""

    policy: Policy
    tree: Tree
    hash: str
    """Names exactly this text, in the ledger and in approvals."""

    def mistake(self, path: Sequence[str | int], text: str, excerpt: str = "") -> Mistake:
        """A mistake at `path`, such as ("targets", "entra", "connector")."""
        return Mistake(_dotted(path), *self.tree.place(path), text, excerpt)


def load(text: str) -> PolicyText:
    """Raises `PolicyInvalid` with every mistake there is."""
    try:
        tree = read(text)
    except NotYaml as error:
        raise PolicyInvalid(Mistake("", line, column, fault) for line, column, fault in error.faults) from None
    if not isinstance(tree.values, dict):
        start = "a policy is a mapping; it starts with a line such as customer: Contoso"
        raise PolicyInvalid([Mistake("", 1, 1, start)])
    try:
        policy = Policy.model_validate(tree.values)
    except ValidationError as error:
        raise PolicyInvalid(_mistakes(tree, error, Policy)) from None
    return PolicyText(policy, tree, name_of(text))


def name_of(text: str) -> str:
    """The hash that names exactly this text."""
    return sha256(text.encode()).hexdigest()[:12]


def settings(found: PolicyText, path: Sequence[str], model: type[BaseModel], given: Mapping[str, Any]) -> BaseModel:
    """A connector's settings by its own model. Raises `PolicyInvalid` with their place in the policy."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise PolicyInvalid(_mistakes(found.tree, error, model, tuple(path))) from None


def _mistakes(tree: Tree, error: ValidationError, model: type[BaseModel], above: tuple[str, ...] = ()) -> list[Mistake]:
    """One mistake for each thing that is wrong, however many ways a union tried to read it."""
    found: dict[tuple[str, int, int], list[str]] = {}
    excerpts: dict[tuple[str, int, int], str] = {}
    errors = error.errors(include_url=False, include_input=False)
    for one in errors:
        if one["type"] == "too_short" and any(
            o is not one and o["loc"][: len(one["loc"])] == one["loc"] for o in errors
        ):
            continue  # it was long enough until what is wrong with its items was found
        path = tree.visible((*above, *one["loc"]), added=_added)
        place = tree.place(path, key=one["type"] == "extra_forbidden" or one["loc"][-1:] == ("[key]",))
        found.setdefault((_dotted(path), *place), []).append(words(one, model, path[len(above) :]))
        if one["type"] == "expression":
            excerpts[(_dotted(path), *place)] = pointed(*(one["ctx"][name] for name in ("source", "line", "column")))
    return [
        Mistake(*place, ", or ".join(dict.fromkeys(said)), excerpts.get(place, "")) for place, said in found.items()
    ]


def _added(part: str | int) -> bool:
    """Pydantic adds steps for keys and unions; a key of the file may look like one."""
    return isinstance(part, str) and (part == "[key]" or "[" in part or part.startswith(("function-", "is-instance")))


def _dotted(path: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in path)
