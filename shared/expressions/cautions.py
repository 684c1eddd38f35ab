"""What can be evaluated and is hardly what was meant: parts that never count, and a documented mistake.

The policy is used all the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.expressions.registry import Slot
from shared.expressions.syntax import Call, Compare, Empty, Node, Number, Text
from shared.expressions.values import Kind, is_empty, truth_of

FILLED = frozenset({"DefaultDomain", "Guid", "Now", "RandomString", "Today"})
"""Functions that never answer nothing, besides those that make numbers and truths."""


@dataclass(frozen=True, slots=True)
class Caution:
    """What is odd, where (counted from 1), and what to write instead, or ""."""

    message: str
    line: int
    column: int
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"line {self.line}, column {self.column}: {self.message}{hint}"


def of_call(node: Call, slots: Sequence[Slot]) -> Iterator[Caution]:
    """What is odd about a call with these slots."""
    match node.name:
        case "IIF":
            yield from _condition(node, 0, slots[0])
        case "And" | "Or":
            for at, slot in enumerate(slots):
                yield from _condition(node, at, slot)
        case "Switch":
            yield from _switch(node, slots)
        case "Coalesce" | "Default" | "IgnoreFlowIfNullOrEmpty":
            yield from _after_something(node, slots)


def of_comparison(node: Compare, left: Slot, right: Slot) -> Iterator[Caution]:
    """What is odd about a comparison of these two."""
    if left.constant and right.constant:
        yield _caution(node, "both sides are constants, so the answer is the same for everybody")
    elif any(slot.constant and is_empty(slot.value) for slot in (left, right)) and node.operator not in ("=", "<>"):
        yield _caution(node, "nothing comes before or after an empty text, so this never holds", 'ask = "" or <> ""')
    match node:
        case Compare(">=", Call("DateDiff", (_, Call("Now" | "Today"), _)), Number(0) | Text("0")):
            yield _backwards(node, "<= 0", "> -1")
        case Compare("<=", Call("DateDiff", (_, _, Call("Now" | "Today"))), Number(0) | Text("0")):
            yield _backwards(node, ">= 0", "< 1")


def _backwards(node: Compare, other: str, same: str) -> Caution:
    message = "this holds while the date is today or later, since DateDiff counts from its first date to its second"
    return _caution(node, message, f"for today or earlier write {other}; if later is meant, write {same}")


def _condition(node: Call, at: int, slot: Slot) -> Iterator[Caution]:
    """A comparison of constants is told where it stands itself."""
    if slot.constant and not isinstance(node.arguments[at], Compare):
        holds = "holds" if truth_of(slot.value) else "never holds"
        yield _caution(node.arguments[at], f"this condition is a constant and {holds}", "compare it with an attribute")


def _switch(node: Call, slots: Sequence[Slot]) -> Iterator[Caution]:
    if slots[0].constant:
        yield _caution(node, "the source is a constant, so the answer is the same for everybody", "write [attribute]")
    seen = set()
    for at in range(2, len(slots), 2):
        if slots[at].constant:
            key = slots[at].value or ""
            if key in seen:
                place = node if isinstance(node.arguments[at], Empty) else node.arguments[at]
                yield _caution(place, "this key stands here twice; the second one is never reached")
            seen.add(key)


def _after_something(node: Call, slots: Sequence[Slot]) -> Iterator[Caution]:
    first = next((at for at, slot in enumerate(slots) if _filled(node.arguments[at], slot)), len(slots))
    if node.name == "IgnoreFlowIfNullOrEmpty" and first < len(slots):
        yield _caution(node.arguments[first], "this is never empty, so nothing is ever left alone")
    elif first + 1 < len(slots):
        yield _caution(node.arguments[first], "this is never empty, so what comes after it is never used")


def _filled(node: Node, slot: Slot) -> bool:
    if slot.constant:
        return not is_empty(slot.value)
    return slot.made in (Kind.NUMBER, Kind.TRUTH) or (isinstance(node, Call) and node.name in FILLED)


def _caution(node: Node, message: str, hint: str = "") -> Caution:
    return Caution(message, node.place.line, node.place.column, hint)
