"""A name with places for facts, such as `Dept-{department}`: what stands around the places is kept letter for letter.

A fact that is absent, null or blank gives no name, and a list gives one name for each of its values. Two braces stand
for one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from shared.facts import items, text_of
from shared.model import Value

LONGEST = 256
"""Characters of a name; a longer one is never used, and never cut, because two would become one."""

MOST = 100
"""Names that one template may give for one person."""

_PIECE = re.compile(r"(\{\{|\}\})|\{([^{}]*)\}|([{}])|([^{}]+)")


class Unusable(Exception):
    """The facts make no usable name; the text says why, without saying the facts."""


@dataclass(frozen=True, slots=True)
class Template:
    """`texts` stand before, between and after `facts`: there is always one more of them."""

    texts: tuple[str, ...]
    facts: tuple[str, ...]

    @property
    def fixed(self) -> bool:
        """Whether it is one name for everybody."""
        return not self.facts

    def filled(self, facts: Mapping[str, Value]) -> tuple[str, ...]:
        """The names that these facts make. Raises `Unusable`."""
        known = {
            name: [text for item in items(facts.get(name)) if (text := text_of(item)).strip()] for name in self.facts
        }
        chosen = (dict(zip(known, values, strict=True)) for values in product(*known.values()))
        found = tuple(dict.fromkeys(islice(map(self._with, chosen), MOST + 1)))
        if len(found) > MOST:
            raise Unusable(f"gives more than {MOST} names")
        if any(len(name) > LONGEST for name in found):
            raise Unusable(f"gives a name of more than {LONGEST} characters")
        return found

    def may_give(self, name: str) -> bool:
        """Whether some facts could make this name."""
        first, *rest = self.texts
        if not rest:
            return name == first
        *between, last = rest
        at = len(first)
        for text in between:
            found = name.find(text, at + 1)
            if found < 0:
                return False
            at = found + len(text)
        return name.startswith(first) and name.endswith(last) and len(name) - len(last) > at

    def _with(self, values: Mapping[str, str]) -> str:
        first, *rest = self.texts
        return first + "".join(values[name] + text for name, text in zip(self.facts, rest, strict=True))


@lru_cache(maxsize=1024)
def template(text: str) -> Template:
    """Raises `ValueError` with what is wrong with its braces."""
    texts, facts = [""], []
    for brace, fact, lonely, plain in _PIECE.findall(text):
        if lonely:
            raise ValueError("a brace stands alone; write {department} for a fact, and {{ or }} for a brace itself")
        if brace or plain:
            texts[-1] += brace[:1] or plain
        elif fact:
            facts.append(fact)
            texts.append("")
        else:
            raise ValueError("no fact is named between these braces; write a name such as {department}")
    return Template(tuple(texts), tuple(facts))
