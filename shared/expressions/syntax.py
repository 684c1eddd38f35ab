"""The syntax tree of an expression, and its printed form: printing a tree and parsing it gives an equal tree."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the text, counted from 1."""

    line: int = 1
    column: int = 1


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    value: int | float
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A bare word, such as IgnoreAttributeFlow."""

    name: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Empty:
    """An argument slot with nothing in it: `Replace([x], , "a", …)`."""

    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str
    left: "Node"
    right: "Node"
    place: Place = field(default=NOWHERE, compare=False)
    depth: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple["Node", ...]
    place: Place = field(default=NOWHERE, compare=False)
    depth: int = field(default=1, compare=False)


Node: TypeAlias = Text | Number | Attribute | Name | Empty | Compare | Call


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it, in the order of the text; of a comparison, itself first."""
    yield node
    match node:
        case Compare(_, left, right):
            yield from walk(left)
            yield from walk(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from walk(argument)


def unparse(node: Node) -> str:
    """The expression a tree stands for, on one line unless a constant holds a line break."""
    match node:
        case Text(value):
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Number(value):
            return _number(value)
        case Attribute(name):
            return f"[{name}]"
        case Name(name):
            return name
        case Empty():
            return ""
        case Compare(operator, left, right):
            return f"{unparse(left)} {operator} {unparse(right)}"
        case Call(name, arguments):
            return f"{name}({', '.join(unparse(argument) for argument in arguments)})"


def _number(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"
