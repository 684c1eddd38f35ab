"""Syntax tree to closures: everything that can be known without a person is decided here, once, while loading."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import NoReturn

from shared.expressions.cautions import Caution, of_call, of_comparison
from shared.expressions.choices import CONSTANTS
from shared.expressions.comparison import comparison
from shared.expressions.fault import ExpressionError
from shared.expressions.kinds import IMPOSSIBLE, NAMES, unordered
from shared.expressions.library import FUNCTIONS, INSTEAD
from shared.expressions.outcomes import Outcome
from shared.expressions.registry import REQUIRED, Function, Parameter, Slot
from shared.expressions.scope import NO_FACTS, Scope, Term
from shared.expressions.syntax import Attribute, Call, Compare, Empty, Name, Node, Number, Text
from shared.expressions.terms import call, constant, fact
from shared.expressions.values import CONVERT, Kind, is_empty
from shared.expressions.watching import Watch, subject

LOADING = Scope(now=datetime(1, 1, 1, tzinfo=UTC))
"""The scope of what is worked out while loading."""


class Compiler:
    """Compiles one expression under one watch and gathers the attributes it reads: in `names` those that must be known,
    in `optional` those that need not be.
    """

    def __init__(self, known: Collection[str] | None, watch: Watch) -> None:
        self.known = known
        self.watch = watch
        self.names: set[str] = set()
        self.optional: set[str] = set()
        self.cautions: list[Caution] = []
        self.generated = 0

    def root(self, node: Node) -> Slot:
        """The whole expression. Raises ExpressionError for whatever can never work."""
        return self._slot(node, Kind.RESULT, Kind.RESULT, root=True)

    def _slot(self, node: Node, kind: Kind, wanted: Kind, *, root: bool = False) -> Slot:
        """The node read as `kind`; a branch may be read as anything, and `wanted` is what its choice must give."""
        match node:
            case Text(value) | Number(value):
                slot = constant(value)
            case Name(name):
                slot = _named(name, kind, node)
            case Attribute(name):
                self._read(name, node)
                return self._fact(name, kind, node)
            case Compare():
                slot = self._comparison(node)
            case Call():
                slot = self._call(node, kind, wanted, root=root)
            case Empty():
                return constant(None)
        self._fits(slot, wanted, node)
        return self._converted(slot, kind, node)

    def _fits(self, slot: Slot, wanted: Kind, node: Node) -> None:
        if (hint := IMPOSSIBLE.get((slot.made, wanted))) is not None:
            fail(node, f"{subject(node)} is {NAMES[slot.made]}, and here {NAMES[wanted]} is wanted", hint)
        if slot.constant and not is_empty(slot.value):
            self._converted(slot, wanted, node)

    def _comparison(self, node: Compare) -> Slot:
        left, right = self._slot(node.left, Kind.ANY, Kind.ANY), self._slot(node.right, Kind.ANY, Kind.ANY)
        if node.operator not in ("=", "<>") and (why := unordered(left, right)):
            fail(node, why)
        self.cautions += of_comparison(node, left, right)
        return Slot(self.watch.value(comparison(node.operator, left, right), node), made=Kind.TRUTH)

    def _read(self, name: str, node: Node) -> None:
        self.names.add(name)
        if self.known is not None and name not in self.known:
            fail(node, f"there is no attribute [{name}]", did_you_mean(name, self.known, "[{}]"))

    def _fact(self, name: str, kind: Kind, node: Node) -> Slot:
        """An attribute as the kind that is wanted; absent is null."""
        if not self.watch.direct:
            return self._converted(Slot(self.watch.value(fact(name, None), node)), kind, node)
        return Slot(fact(name, CONVERT.get(kind)), fact="" if kind in CONVERT else name)

    def _call(self, node: Call, kind: Kind, wanted: Kind, *, root: bool) -> Slot:
        function = _function(node)
        if function.root and not root:
            fail(node, f"{function.name} may only be the outermost function")
        if function.ignores and kind is not Kind.RESULT:
            fail(node, f"{function.name} may only stand where its answer is the answer of the expression")
        for name in function.reads:
            self._read(name, node)
        passed = kind if kind in (Kind.TEXT, Kind.RESULT) else Kind.ANY
        slots = self._arguments(node, function, passed, wanted)
        self.cautions += of_call(node, slots)
        made = passed if function.returns is Kind.RESULT else function.returns
        self.optional.update(function.may_read)
        slot = Slot(self.watch.value(self._term(node, function, slots), node), made=made)
        for name in function.needs(slots):
            self._read(name, node)
        if function.folds and all(argument.constant for argument in slots):
            slot = replace(constant(slot.run(NO_FACTS, LOADING)), made=made)
        return slot

    def _arguments(self, node: Call, function: Function, passed: Kind, wanted: Kind) -> list[Slot]:
        given = list(node.arguments)
        if not function.accepts(len(given)) and given and isinstance(given[-1], Empty):
            given.pop()
        if not function.accepts(len(given)):
            fail(node, f"{function.name} does not take {len(given)} arguments", f"write {function.signature}")
        slots = [
            self._argument(node, function.parameter(at), argument, passed, wanted) for at, argument in enumerate(given)
        ]
        missing = function.parameters[len(given) :]
        return slots + [replace(constant(parameter.default), given=False) for parameter in missing]

    def _argument(self, outer: Call, parameter: Parameter, node: Node, passed: Kind, wanted: Kind) -> Slot:
        if isinstance(node, Empty):
            if parameter.default is not REQUIRED:
                return replace(constant(parameter.default), given=False)
            if not parameter.blank:
                fail(outer, f"the {parameter.name} of {outer.name} is missing")
            return replace(constant(None), given=False)
        branch = parameter.kind is Kind.RESULT
        slot = self._slot(node, passed if branch else parameter.kind, wanted if branch else parameter.kind)
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
        if slot.made is kind or kind not in CONVERT:
            return slot
        convert, read = CONVERT[kind], slot.run
        run = self.watch.conversion(lambda facts, scope: convert(read(facts, scope)), node)
        return replace(constant(run(NO_FACTS, LOADING)) if slot.constant else Slot(run), made=kind)


def _function(node: Call) -> Function:
    function = FUNCTIONS.get(node.name)
    if function is None:
        fail(node, f"there is no function {node.name}", INSTEAD.get(node.name) or did_you_mean(node.name, FUNCTIONS))
    return function


def _named(name: str, kind: Kind, node: Node) -> Slot:
    if name not in CONSTANTS:
        fail(node, f"{name} is neither a function with arguments nor a constant", f'write [{name}] or "{name}"')
    value = CONSTANTS[name]
    if isinstance(value, Outcome) and kind is not Kind.RESULT:
        fail(node, f"{name} may only stand where its answer is the answer of the expression")
    return constant(value)


def did_you_mean(name: str, choices: Collection[str], form: str = "{}") -> str:
    same = [choice for choice in choices if choice.casefold() == name.casefold()]
    near = same or get_close_matches(name, [*choices], n=1, cutoff=0.6)
    return f"did you mean {form.format(near[0])}?" if near else ""


def fail(node: Node, message: str, hint: str = "") -> NoReturn:
    raise ExpressionError(message, node.place.line, node.place.column, hint)
