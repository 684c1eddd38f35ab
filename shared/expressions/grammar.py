"""Text to syntax tree: the grammar of Microsoft Entra's expressions, bounded in length, depth and size.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings": names are case-sensitive, an
expression is at most 10,000 characters, argument slots may be empty, and `\\` and `"` are escaped in a constant.
"""

import re
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from shared.expressions.fault import ExpressionError
from shared.expressions.syntax import Attribute, Call, Compare, Empty, Name, Node, Number, Place, Text, walk

MAX_LENGTH = 10_000
MAX_DEPTH = 64
MAX_NODES = 2_000
MAX_DIGITS = 30
MAX_HEXADECIMAL = 24
MAX_DECIMAL = 1e28
"""What is printed of a number with a point, or of a hexadecimal one, has no more than MAX_DIGITS digits either."""

GRAMMAR = r"""
    start: expression
    ?expression: operand | operand OPERATOR operand -> compare
    ?operand: call
        | TEXT -> text
        | ATTRIBUTE -> attribute
        | NUMBER -> number
        | HEXADECIMAL -> hexadecimal
        | NAME -> name
    call: NAME "(" slot ("," slot)* ")"
    slot: expression?

    TEXT: /"(?:[^"\\]|\\[\s\S])*"/
    ATTRIBUTE: /\[(?:[^\[\]]|\[[^\[\]]*\])+\]/
    NUMBER: /[+-]?[0-9]+(?:\.[0-9]+)?/
    HEXADECIMAL: /&[Hh][0-9A-Fa-f]+/
    NAME: /[A-Za-z_][A-Za-z0-9_]*/
    OPERATOR: "=" | "<>" | "<=" | ">=" | "<" | ">"
    %ignore /\s+/
"""

USE_LOOKUP = "put the values in a table of the policy and use Lookup"

ESCAPED = re.compile(r'\\([\\"])')
STRANGERS = {
    '"': ("this text has no closing quote", 'a quote inside a text is written \\"'),
    "[": ("this attribute has no name or no closing bracket", "write [givenName]"),
    "'": ("texts stand in double quotes", 'write "text"'),
    "“": ("texts stand in straight quotes", 'write "text"'),
    "”": ("texts stand in straight quotes", 'write "text"'),
    "&": ("texts are not joined with &", "use Join or Append"),
    "+": ("there is no arithmetic here", "use Join, Append or DateAdd"),
    "!": ("there is no operator !", "use <> or Not"),
    ";": ("arguments are separated by commas", "write a comma"),
}


def _place(token: Token) -> Place:
    return Place(token.line or 1, token.column or 1)


def _digits(token: Token, digits: str, most: int = MAX_DIGITS) -> str:
    if len(digits.lstrip("+-").replace(".", "")) > most:
        raise ExpressionError(f"such a number has at most {most} digits", token.line or 1, token.column or 1)
    return digits


class _Tree(Transformer[Token, Node]):
    """Builds nodes bottom-up while parsing, so that depth is refused before anything recurses."""

    def start(self, children: list[Node]) -> Node:
        return children[0]

    def text(self, children: list[Token]) -> Text:
        token = children[0]
        return Text(ESCAPED.sub(r"\1", token[1:-1]), _place(token))

    def attribute(self, children: list[Token]) -> Attribute:
        token = children[0]
        name = token[1:-1].strip()
        if not name:
            raise ExpressionError("this attribute has no name", token.line or 1, token.column or 1, "write [givenName]")
        return Attribute(name, _place(token))

    def number(self, children: list[Token]) -> Number:
        token = children[0]
        digits = _digits(token, str(token))
        if "." not in digits:
            return Number(int(digits), _place(token))
        value = float(digits)
        if abs(value) >= MAX_DECIMAL:
            raise ExpressionError("this number is too large to have decimals", token.line or 1, token.column or 1)
        return Number(value, _place(token))

    def hexadecimal(self, children: list[Token]) -> Number:
        token = children[0]
        return Number(int(_digits(token, token[2:], MAX_HEXADECIMAL), 16), _place(token))

    def name(self, children: list[Token]) -> Name:
        return Name(str(children[0]), _place(children[0]))

    def slot(self, children: list[Node]) -> Node:
        return children[0] if children else Empty()

    def compare(self, children: list[Any]) -> Compare:
        left, operator, right = children
        return Compare(str(operator), left, right, _place(operator), _depth(_place(operator), (left, right)))

    def call(self, children: list[Any]) -> Call:
        name, *slots = children
        arguments = () if slots == [Empty()] else tuple(slots)
        return Call(str(name), arguments, _place(name), _depth(_place(name), arguments))


def _depth(place: Place, parts: tuple[Node, ...]) -> int:
    depth = 1 + max((part.depth for part in parts if isinstance(part, Call | Compare)), default=0)
    if depth > MAX_DEPTH:
        raise ExpressionError(f"functions are nested deeper than {MAX_DEPTH} levels", place.line, place.column)
    return depth


_PARSER = Lark(GRAMMAR, parser="lalr", transformer=_Tree(), maybe_placeholders=False)


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises ExpressionError with a place for everything that is not one: too long, too deep, unknown characters,
    missing brackets, text after the end. Functions and attributes are not looked up here.
    """
    if not text.strip():
        raise ExpressionError("the expression is empty", 1, 1, 'an empty text is written ""')
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; at most {MAX_LENGTH} are allowed", 1, 1)
    try:
        tree = cast(Node, _PARSER.parse(text))
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    if (parts := sum(1 for _ in walk(tree))) > MAX_NODES:
        raise ExpressionError(f"the expression has {parts} parts; at most {MAX_NODES} are allowed", 1, 1, USE_LOOKUP)
    return tree


def _explained(text: str, error: UnexpectedInput) -> ExpressionError:
    if isinstance(error, UnexpectedCharacters):
        character = text[error.pos_in_stream or 0]
        message, hint = STRANGERS.get(character, (f"the character {character!r} means nothing here", ""))
        return ExpressionError(message, error.line, error.column, hint)
    token = error.token if isinstance(error, UnexpectedToken) else None
    if token is None or token.type == "$END":
        lines = text.rstrip().split("\n")
        missing = "a closing parenthesis is missing" if text.count("(") > text.count(")") else "something is missing"
        return ExpressionError(f"the expression ends too early: {missing}", len(lines), len(lines[-1]) + 1)
    hint = 'write [name] for an attribute and "text" for a text' if token.type == "NAME" else ""
    return ExpressionError(f"{str(token)[:40]} is not expected here", error.line, error.column, hint)
