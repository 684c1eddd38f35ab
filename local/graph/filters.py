"""`$filter`: the part of OData that the directory understands, read once and asked of each object.

Source: «Use the $filter query parameter» and «Advanced query capabilities on Microsoft Entra ID objects».
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.graph import errors
from local.graph.properties import Kind

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<moment>\d{4}-\d\d-\d\d(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d)?)?)"
    r"|(?P<id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})|(?P<number>-?\d+)"
    r"|(?P<word>[A-Za-z_$][A-Za-z0-9_$]*)|(?P<mark>[()/,:]))"
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a is not None and b is not None and a > b,
    "ge": lambda a, b: a is not None and b is not None and a >= b,
    "lt": lambda a, b: a is not None and b is not None and a < b,
    "le": lambda a, b: a is not None and b is not None and a <= b,
}
CALLS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}

Test = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition, and the exact values it demands of single properties (for an index); () when it demands none."""

    test: Test
    demands: tuple[tuple[str, tuple[str, ...]], ...] = ()


def parse(text: str, kind: Kind, *, advanced: bool) -> Filter:
    """Read a `$filter`.

    Raises `GraphError`: Request_UnsupportedQuery for what needs an advanced query or is not supported at all,
    BadRequest for what is no filter.
    """
    reader = _Reader(_tokens(text), kind, advanced)
    found = reader.either()
    reader.end()
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise _malformed()
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    return found


def _malformed() -> errors.GraphError:
    return errors.bad_request("Invalid filter clause", code="BadRequest")


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class _Reader:
    """Recursive descent over the tokens: or, and, not, one comparison."""

    def __init__(self, tokens: list[tuple[str, str]], kind: Kind, advanced: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._kind = kind
        self._advanced = advanced

    def either(self) -> Filter:
        found = self._both()
        while self._word("or"):
            found = _joined(found, self._both(), any_of=True)
        return found

    def end(self) -> None:
        if self._at != len(self._tokens):
            raise _malformed()

    def _both(self) -> Filter:
        found = self._one()
        while self._word("and"):
            found = _joined(found, self._one(), any_of=False)
        return found

    def _one(self) -> Filter:
        if self._word("not"):
            inner = self._one()
            self._needs_advanced("not")
            return Filter(lambda item: not inner.test(item))
        if self._mark("("):
            inner = self.either()
            self._expect(")")
            return inner
        word = self._take("word")
        if word.lower() in CALLS and self._mark("("):
            return self._function(word.lower())
        return self._property(word)

    def _function(self, name: str) -> Filter:
        path = self._path(self._take("word"))
        self._supports(path[0], name)
        self._expect(",")
        value = _fold(self._value())
        self._expect(")")
        if not isinstance(value, str):
            raise _malformed()
        call = CALLS[name]
        return Filter(lambda item: isinstance(held := _at(item, path), str) and call(held, value))

    def _property(self, word: str) -> Filter:
        path = self._path(word)
        if path[-1].lower() == "any" and len(path) > 1:
            return self._any(path[0])
        operator = self._take("word").lower()
        if operator == "in":
            return self._member(path)
        if operator not in COMPARE:
            raise _malformed()
        value = _fold(self._value())
        self._supports(path[0], "eq null" if operator == "eq" and value is None else operator)
        compare = COMPARE[operator]
        test: Test = lambda item: compare(_at(item, path), value)  # noqa: E731
        exact = operator == "eq" and isinstance(value, str) and len(path) == 1
        return Filter(test, ((path[0], (value,)),) if exact else ())

    def _member(self, path: list[str]) -> Filter:
        self._supports(path[0], "in")
        self._expect("(")
        values = [_fold(self._value())]
        while self._mark(","):
            values.append(_fold(self._value()))
        self._expect(")")
        if len(values) > 15:
            raise errors.unsupported_query("Too many child clauses specified in search filter expression.")
        exact = all(isinstance(value, str) for value in values) and len(path) == 1
        return Filter(lambda item: _at(item, path) in values, ((path[0], tuple(values)),) if exact else ())

    def _any(self, name: str) -> Filter:
        """`proxyAddresses/any(p:p eq 'x')`, `assignedLicenses/any(l:l/skuId eq id)`."""
        self._expect("(")
        variable = self._take("word")
        self._expect(":")
        call = self._tokens[self._at][1].lower() if self._at < len(self._tokens) else ""
        if call in CALLS:
            self._at += 1
            self._expect("(")
        path = self._path(self._take("word"))
        if path[0] != variable:
            raise _malformed()
        if call in CALLS:
            self._expect(",")
        operator = call if call in CALLS else self._take("word").lower()
        value = _fold(self._value())
        if call in CALLS:
            self._expect(")")
        self._expect(")")
        self._supports(name, operator)
        compare = CALLS.get(operator) or COMPARE.get(operator)
        if compare is None:
            raise _malformed()
        test: Test = lambda item: any(compare(_at_part(part, path[1:]), value) for part in item.get(name) or ())  # noqa: E731
        return Filter(test, ((name, (value,)),) if operator == "eq" and isinstance(value, str) else ())

    def _path(self, first: str) -> list[str]:
        path = [first]
        while self._mark("/"):
            path.append(self._take("word"))
        return path

    def _supports(self, name: str, operator: str) -> None:
        definition = self._kind.property(name)
        if definition is None:
            if name in self._kind.navigation:
                raise errors.unsupported_filter(name, self._kind.resource)
            raise errors.no_such_property(name, self._kind.name)
        allowed = definition.advanced | definition.simple if self._advanced else definition.simple
        if operator not in allowed:
            raise errors.unsupported_filter(name, self._kind.resource)

    def _needs_advanced(self, operator: str) -> None:
        if not self._advanced:
            raise errors.unsupported_query(
                f"Operator '{operator}' is not supported because the required parameters might be missing. Try adding "
                "$count=true query parameter and ConsistencyLevel:eventual header."
            )

    def _value(self) -> Any:
        kind, text = self._next()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind in {"moment", "id"}:
            return text
        if kind == "number":
            return int(text)
        words: dict[str, bool | None] = {"true": True, "false": False, "null": None}
        if kind == "word" and text in words:
            return words[text]
        raise _malformed()

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise _malformed()
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, kind: str) -> str:
        found, text = self._next()
        if found != kind:
            raise _malformed()
        return text

    def _word(self, word: str) -> bool:
        return self._accept("word", word)

    def _mark(self, mark: str) -> bool:
        return self._accept("mark", mark)

    def _expect(self, mark: str) -> None:
        if not self._accept("mark", mark):
            raise _malformed()

    def _accept(self, kind: str, text: str) -> bool:
        there = self._tokens[self._at : self._at + 1]
        if not there or (there[0][0], there[0][1].lower()) != (kind, text):
            return False
        self._at += 1
        return True


def _joined(left: Filter, right: Filter, *, any_of: bool) -> Filter:
    if any_of:
        return Filter(lambda item: left.test(item) or right.test(item), _either(left, right))
    return Filter(lambda item: left.test(item) and right.test(item), left.demands + right.demands)


def _either(left: Filter, right: Filter) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What two alternatives demand together: something only when both demand values of one and the same property."""
    if len(left.demands) == len(right.demands) == 1 and left.demands[0][0] == right.demands[0][0]:
        (name, values), (_, others) = left.demands[0], right.demands[0]
        return ((name, values + others),)
    return ()


def _at(item: dict[str, Any], path: list[str]) -> Any:
    found: Any = item
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return _fold(found)


def _at_part(part: Any, path: list[str]) -> Any:
    return _at(part, path) if path else _fold(part)
