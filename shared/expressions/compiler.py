"""Syntax tree to closures: everything that can be known without a person is decided here, once, while loading."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shared.expressions.advice import did_you_mean, fail
from shared.expressions.cautions import Caution, of_call, of_comparison
from shared.expressions.choices import CONSTANTS
from shared.expressions.comparison import comparison
from shared.expressions.fault import ExpressionError
from shared.expressions.kinds import IMPOSSIBLE, NAMES, unordered
from shared.expressions.library import FUNCTIONS, instead
from shared.expressions.outcomes import Outcome
from shared.expressions.reads import Reads
from shared.expressions.registry import REQUIRED, Function, Parameter, Slot, Spot
from shared.expressions.scope import NO_FACTS, Scope, Term
from shared.expressions.syntax import Attribute, Call, Compare, Empty, Name, Node, Number, Text
from shared.expressions.terms import call, constant, fact
from shared.expressions.values import CONVERT, Kind, is_empty
from shared.expressions.watching import Watch, subject

LOADING = Scope(now=datetime(1, 1, 1, tzinfo=UTC))
"""The scope of what is worked out while loading."""


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked of a node: to be read as `kind` and, when it is one branch of several, to be `final` in the end."""

    kind: Kind
    final: Kind
    spot: Spot = Spot.ANYWHERE

    @property
    def passed(self) -> Kind:
        """As what a choice reads its branches, so that they still tell empty from wrong."""
        return self.kind if self.kind in (Kind.TEXT, Kind.RESULT) else Kind.ANY


ANYTHING = Want(Kind.ANY, Kind.ANY)


class Compiler:
    """Compiles one expression under one watch; afterwards `reads` and `cautions` say what was found on the way."""

    def __init__(self, known: Collection[str] | None, watch: Watch) -> None:
        self.watch = watch
        self.reads = Reads(known)
        self.cautions: list[Caution] = []
        self.generated = 0

    def root(self, node: Node) -> Slot:
        """The whole expression. Raises ExpressionError for whatever can never work."""
        return self._slot(node, Want(Kind.RESULT, Kind.RESULT, Spot.OUTERMOST))

    def _slot(self, node: Node, want: Want) -> Slot:
        match node:
            case Text(value) | Number(value):
                slot = constant(value)
            case Name(name):
                slot = _named(name, want.kind, node)
            case Attribute(name):
                self.reads.need(name, node)
                return self._fact(name, want.kind, node)
            case Compare():
                slot = self._comparison(node)
            case Call():
                slot = self._call(node, want)
            case Empty():
                return constant(None)
        self._fits(slot, want.final, node)
        return self._converted(slot, want.kind, node)

    def _fits(self, slot: Slot, final: Kind, node: Node) -> None:
        if (hint := IMPOSSIBLE.get((slot.made, final))) is not None:
            fail(node, f"{subject(node)} is {NAMES[slot.made]}, and here {NAMES[final]} is wanted", hint)
        if slot.constant and not is_empty(slot.value):
            self._converted(slot, final, node)

    def _fact(self, name: str, kind: Kind, node: Node) -> Slot:
        """An attribute as the kind that is wanted; absent is null."""
        if not self.watch.direct:
            return self._converted(Slot(self.watch.value(fact(name, None), node)), kind, node)
        run = fact(name, CONVERT.get(kind))
        return Slot(run, text=name) if kind is Kind.TEXT else Slot(run, fact="" if kind in CONVERT else name)

    def _comparison(self, node: Compare) -> Slot:
        left, right = self._slot(node.left, ANYTHING), self._slot(node.right, ANYTHING)
        if node.operator not in ("=", "<>") and (why := unordered(left, right)):
            fail(node, why)
        self.cautions += of_comparison(node, left, right)
        return Slot(self.watch.value(comparison(node.operator, left, right), node), made=Kind.TRUTH)

    def _call(self, node: Call, want: Want) -> Slot:
        function = _function(node)
        if function.spot not in (Spot.ANYWHERE, want.spot):
            fail(node, f"{function.name} {function.spot.value}")
        if function.ignores and want.kind is not Kind.RESULT:
            fail(node, f"{function.name} may only stand where its answer is the answer of the expression")
        with self.reads.inside(node, function):
            slots = self._arguments(node, function, want)
        self.cautions += of_call(node, slots)
        made = want.passed if function.returns is Kind.RESULT else function.returns
        slot = Slot(self.watch.value(self._term(node, function, slots), node), made=made)
        self._note(node, function, slots)
        if function.folds and all(argument.constant for argument in slots):
            slot = replace(constant(slot.run(NO_FACTS, LOADING)), made=made)
        return slot

    def _note(self, node: Call, function: Function, slots: list[Slot]) -> None:
        for name in (*function.reads, *function.needs(slots)):
            self.reads.need(name, node)
        self.reads.may(function.may_read)
        self.reads.tables.update(function.tables(slots))

    def _arguments(self, node: Call, function: Function, want: Want) -> list[Slot]:
        given = list(node.arguments)
        if not function.accepts(len(given)) and given and isinstance(given[-1], Empty):
            given.pop()
        if not function.accepts(len(given)):
            fail(node, f"{function.name} does not take {len(given)} arguments", f"write {function.signature}")
        slots = []
        for at, argument in enumerate(given, 1):
            last = function.spot is Spot.OUTERMOST and at == len(given)
            spot = Spot.LAST_RULE if last else Spot.ANYWHERE
            slots.append(self._argument(node, function.parameter(at - 1), argument, want, spot))
        missing = function.parameters[len(given) :]
        return slots + [replace(constant(parameter.default), given=False) for parameter in missing]

    def _argument(self, outer: Call, parameter: Parameter, node: Node, want: Want, spot: Spot) -> Slot:
        if isinstance(node, Empty):
            if parameter.default is not REQUIRED:
                return replace(constant(parameter.default), given=False)
            if not parameter.blank:
                fail(outer, f"the {parameter.name} of {outer.name} is missing")
            return replace(self._slot(node, ANYTHING), given=False)
        branch = parameter.kind is Kind.RESULT
        asked = Want(want.passed, want.final, spot) if branch else Want(parameter.kind, parameter.kind, spot)
        slot = self._slot(node, asked)
        if parameter.prepare is None:
            return slot
        if not slot.constant:
            fail(node, f"the {parameter.name} of {outer.name} must be a constant", 'write it in quotes: "…"')
        try:
            return constant(parameter.prepare(slot.value))
        except ExpressionError as error:
            raise error.located(node.place.line, node.place.column, f"the {parameter.name} of {outer.name}") from None

    def _term(self, node: Call, function: Function, slots: list[Slot]) -> Term:
        if not function.lazy:
            return call(function.implementation, slots)
        extra = [self.generated] if function.numbered else []
        self.generated += function.numbered
        try:
            return function.implementation(*extra, *slots)  # type: ignore[no-any-return]
        except ExpressionError as error:
            raise error.located(node.place.line, node.place.column, node.name) from None

    def _converted(self, slot: Slot, kind: Kind, node: Node) -> Slot:
        """The slot as that kind, when it is not that already."""
        if slot.made in (kind, Kind.SERIES) or kind not in CONVERT:
            return slot
        convert, read = CONVERT[kind], slot.run
        run = self.watch.conversion(lambda facts, scope: convert(read(facts, scope)), node)
        return replace(constant(run(NO_FACTS, LOADING)) if slot.constant else Slot(run), made=kind)


def _function(node: Call) -> Function:
    function = FUNCTIONS.get(node.name)
    if function is None:
        fail(node, f"there is no function {node.name}", instead(node.name) or did_you_mean(node.name, FUNCTIONS))
    return function


def _named(name: str, kind: Kind, node: Node) -> Slot:
    if name not in CONSTANTS:
        fail(node, f"{name} is neither a function with arguments nor a constant", f'write [{name}] or "{name}"')
    value = CONSTANTS[name]
    if isinstance(value, Outcome) and kind is not Kind.RESULT:
        fail(node, f"{name} may only stand where its answer is the answer of the expression")
    return constant(value)
