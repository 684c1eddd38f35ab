"""How a function is declared: name, parameters, what it gives back, what it does and examples that are executed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, TypeVar

from shared.expressions.outcomes import Outcome
from shared.expressions.scope import NO_FACTS, Facts, Scope, Term
from shared.expressions.values import Kind
from shared.model import Value

Body = TypeVar("Body", bound=Callable[..., Any])
Builder = TypeVar("Builder", bound=Callable[..., Term])

REQUIRED: Final = object()
"""The default of a parameter that has none."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument. With `prepare` it must be a constant, which is turned once, while loading, into what is used."""

    name: str
    kind: Kind
    default: Any = REQUIRED
    prepare: Callable[[Any], Any] | None = None
    blank: bool = False
    """Whether an empty slot is fine although the parameter is required."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One compiled argument: its term and, when it does not depend on the facts, its value."""

    run: Term
    constant: bool = False
    value: Any = None
    given: bool = True
    fact: str = ""
    """The name of the fact that the slot answers as it is, so that a function may read it without the term."""
    text: str = ""
    """The same for a fact that it answers as text."""
    made: Kind = Kind.ANY
    """What it gives, as far as that is certain; of a constant its value says more."""


@dataclass(frozen=True, slots=True)
class Example:
    """An expression, what it answers on 2025-07-30 at 12:00 UTC, the facts it is given and what is around them."""

    expression: str
    result: Value | Outcome | list[str]
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    around: Mapping[str, Any] = field(default_factory=lambda: NO_FACTS)
    """Contracts, manager and tables of the scope."""

    @property
    def scope(self) -> Scope:
        return Scope(now=datetime(2025, 7, 30, 12, tzinfo=UTC), **self.around)


class Spot(Enum):
    """Where a function may stand."""

    ANYWHERE = ""
    OUTERMOST = "may only be the outermost function"
    LAST_RULE = "may only be the last rule of SelectUniqueValue"


class Whose(Enum):
    """On whose facts a function evaluates its arguments."""

    PERSON = "person"
    CONTRACT = "contract"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """The implementation takes converted values, or is `lazy`: then it takes slots and returns a term.

    `repeats` parameters at the end may come again as a group. `ignores` means that it may stand only where its answer
    is the expression's answer. `numbered` builders get the ordinal of their call in the expression first.
    `reads` are attributes it uses unasked, and `may_read` those it uses where a source gives them; `needs` says of its
    slots which of these a source must give, and `tables` which tables of the policy. A function that `folds` is
    evaluated while loading when all its arguments are constants.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: Kind
    doc: str
    examples: tuple[Example, ...]
    implementation: Callable[..., Any]
    lazy: bool = False
    repeats: int = 0
    spot: Spot = Spot.ANYWHERE
    whose: Whose = Whose.PERSON
    ignores: bool = False
    numbered: bool = False
    folds: bool = True
    reads: tuple[str, ...] = ()
    may_read: tuple[str, ...] = ()
    needs: Callable[[list[Slot]], Collection[str]] = lambda slots: ()
    tables: Callable[[list[Slot]], Collection[str]] = lambda slots: ()

    @property
    def least(self) -> int:
        """How many arguments there are at least: all up to the last that is required."""
        required = (at for at, parameter in enumerate(self.parameters, 1) if parameter.default is REQUIRED)
        return max(required, default=0)

    def accepts(self, count: int) -> bool:
        if not self.repeats:
            return self.least <= count <= len(self.parameters)
        return count >= self.least and (count - len(self.parameters)) % self.repeats == 0

    def parameter(self, index: int) -> Parameter:
        if index < len(self.parameters):
            return self.parameters[index]
        first = len(self.parameters) - self.repeats
        return self.parameters[first + (index - first) % self.repeats]

    @property
    def signature(self) -> str:
        shown = [p.name if p.default is REQUIRED else f"[{p.name}]" for p in self.parameters]
        return f"{self.name}({', '.join(shown)}{', …' if self.repeats else ''})"


class Family:
    """Functions that belong together, in the order they are declared; `ours` when Entra has none of them."""

    def __init__(self, title: str, *, ours: bool = False) -> None:
        self.title = title
        self.ours = ours
        self.functions: list[Function] = []

    def strict(
        self, name: str, *parameters: Parameter, returns: Kind, examples: tuple[Example, ...], repeats: int = 0
    ) -> Callable[[Body], Body]:
        """Declare a function of values: all arguments are evaluated and converted before it is called."""

        def declare(body: Body) -> Body:
            self.functions.append(
                Function(
                    name=name,
                    parameters=parameters,
                    returns=returns,
                    doc=body.__doc__ or "",
                    examples=examples,
                    implementation=body,
                    repeats=repeats,
                )
            )
            return body

        return declare

    def lazy(
        self, name: str, *parameters: Parameter, returns: Kind, examples: tuple[Example, ...], **traits: Any
    ) -> Callable[[Builder], Builder]:
        """Declare a builder: it gets slots and returns the term, so it decides what is evaluated and when."""

        def declare(build: Builder) -> Builder:
            self.functions.append(
                Function(
                    name=name,
                    parameters=parameters,
                    returns=returns,
                    doc=build.__doc__ or "",
                    examples=examples,
                    implementation=build,
                    lazy=True,
                    **traits,
                )
            )
            return build

        return declare
