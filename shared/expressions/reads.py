"""What an expression reads, and of whom; an attribute that nobody knows is refused where it is read."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from shared.expressions.advice import did_you_mean, fail
from shared.expressions.registry import Function, Whose
from shared.expressions.syntax import Call, Node


class Reads:
    """Gathered while an expression is compiled: facts of the person and the manager, and tables of the policy."""

    def __init__(self, known: Collection[str] | None) -> None:
        self._known = known
        self._whose = Whose.PERSON
        self.needed: dict[Whose, set[str]] = {whose: set() for whose in Whose}
        self.optional: dict[Whose, set[str]] = {whose: set() for whose in Whose}
        self.tables: set[str] = set()

    def need(self, name: str, node: Node) -> None:
        """The fact must be one that there is."""
        self.needed[self._whose].add(name)
        if self._known is not None and name not in self._known:
            fail(node, f"there is no attribute [{name}]", did_you_mean(name, self._known, "[{}]"))

    def may(self, names: Iterable[str]) -> None:
        """These facts are read where a source gives them."""
        self.optional[self._whose].update(names)

    @contextmanager
    def inside(self, node: Call, function: Function) -> Iterator[None]:
        """What is read in this block is read of whom the function says; one cannot turn to somebody else twice."""
        outer = self._whose
        if function.whose is not Whose.PERSON:
            if outer is not Whose.PERSON:
                fail(node, f"{function.name} may not stand inside Contract, Contracts or Manager")
            self._whose = function.whose
        try:
            yield
        finally:
            self._whose = outer
