"""What may be wrong in one place of a program: a boundary, a condition, a value, a missing part, a step left out."""

import ast
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list", "reversed": "list"}
WORDS = {
    "Stage": ("ABSENT", "DORMANT", "READY", "ACTIVE"),
    "Verb": ("CREATE", "CORRELATE", "UPDATE", "RENAME", "ENABLE", "DISABLE", "DELETE", "RESTORE", "GRANT", "REVOKE"),
}
"""Words that stand in an order: each is taken for the one after it, and the last for the one before."""


def wrongs(node: ast.AST, within: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Everything that may stand in the place of this node instead."""
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp():
            yield _changed(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
            for number in range(len(node.values)):
                rest = _without(node.values, number)
                yield rest[0] if len(rest) == 1 else _changed(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.BinOp() if type(node.op) in COMPUTED and not _text(node):
            yield _changed(node, op=COMPUTED[type(node.op)]())
            yield node.left
        case ast.If() | ast.IfExp():
            yield from (_changed(node, test=ast.Constant(value)) for value in (True, False))
        case ast.While():
            yield _changed(node, test=ast.Constant(False))
        case ast.comprehension(ifs=[_, *_]):
            yield from (_changed(node, ifs=_without(node.ifs, number)) for number in range(len(node.ifs)))
        case ast.Constant():
            yield from _constants(node, within)
        case ast.Attribute(value=ast.Name(id=kind), attr=word) if kind in WORDS and not _pattern(within):
            words = WORDS[kind]
            at = words.index(word)
            yield _changed(node, attr=words[at + 1] if at + 1 < len(words) else words[at - 1])
        case ast.Call():
            yield from _calls(node)
        case ast.Dict():
            for number in range(len(node.keys)):
                yield _changed(node, keys=_without(node.keys, number), values=_without(node.values, number))
        case ast.Set() | ast.Tuple() | ast.List() if len(node.elts) > 1 and not _unpacked(node, within[-1]):
            yield from (_changed(node, elts=_without(node.elts, number)) for number in range(len(node.elts)))
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.For() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Return(value=ast.AST() as value) if not _nothing(value):
            yield ast.Return(ast.Constant(None))
        case ast.Return(value=None):
            yield ast.Pass()
        case ast.match_case() if not isinstance(node.body[0], ast.Pass):
            yield _changed(node, guard=ast.Constant(False))


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for number, found in enumerate(node.ops):
        for other in COMPARED[type(found)]:
            yield _changed(node, ops=[*node.ops[:number], other(), *node.ops[number + 1 :]])


def _constants(node: ast.Constant, within: Sequence[ast.AST]) -> Iterator[ast.AST]:
    if _pattern(within) or isinstance(within[-1], ast.JoinedStr | ast.FormattedValue) or _asserted(within[-1]):
        return
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int() | float():
            yield from (ast.Constant(node.value + by) for by in (1, -1))
        case str():
            yield ast.Constant("" if node.value else "x")
        case None if isinstance(within[-1], ast.Return):
            yield ast.Constant(0)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Name) and node.func.id in CALLED:
        yield _changed(node, func=ast.Name(CALLED[node.func.id], ast.Load()), keywords=[])
    for number, keyword in enumerate(node.keywords):
        if keyword.arg and not _asserted(keyword):
            yield _changed(node, keywords=_without(node.keywords, number))


def _changed(node: Node, **fields: object) -> Node:
    other = copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _without(values: Sequence[Node | None], number: int) -> list[Node | None]:
    return [*values[:number], *values[number + 1 :]]


def _text(node: ast.BinOp) -> bool:
    """Whether it joins texts or types, which have no other operator."""
    return any(isinstance(side, ast.JoinedStr) or _of_text(side) for side in (node.left, node.right))


def _of_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _nothing(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _unpacked(node: ast.Set | ast.Tuple | ast.List, outer: ast.AST) -> bool:
    """Whether it must have as many parts as it has: it is a target, a value for several, or a type's arguments."""
    several = isinstance(outer, ast.Assign) and isinstance(outer.targets[0], ast.Tuple)
    return several or isinstance(outer, ast.Subscript) or isinstance(getattr(node, "ctx", None), ast.Store)


def _asserted(node: ast.AST) -> bool:
    """Whether it says that two lists are of one length: whatever is so cannot be noticed when it is not said."""
    return isinstance(node, ast.keyword) and node.arg == "strict"


def _pattern(within: Sequence[ast.AST]) -> bool:
    """Whether it stands in a `case`, where only some things may."""
    return any(isinstance(node, ast.pattern) for node in within)
