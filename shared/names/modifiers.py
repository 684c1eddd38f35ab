"""The modifiers of a placeholder: what each one does to what is shown. Their order in a form makes no difference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.names.casing import lower, upper
from shared.names.cutting import first_letters
from shared.names.initials import kept_initials, number_of

CAPITAL = "capital"
INITIALS_ONLY = frozenset({"bare", "several"})

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "n": "a number: the first so many letters; of {initials}, the first so many of them",
        "bare": "initials without dots",
        "several": "nothing when there is only one initial",
        CAPITAL: "a family name as it stands first, with a capital",
        "joined": "without spaces",
        "dotted": "with dots in place of spaces",
        "lower": "in lower case",
        "upper": "in upper case",
    }
)

_SPACES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"joined": lambda text: text.replace(" ", ""), "dotted": lambda text: text.replace(" ", ".")}
)
_CASES: Mapping[str, Callable[[str], str]] = MappingProxyType({"lower": lower, "upper": upper})


@dataclass(frozen=True, slots=True)
class Modifiers:
    """What is done to one placeholder: `count` letters or initials (0: all), then the words in `names`."""

    count: int = 0
    names: frozenset[str] = frozenset()

    def initials(self, dotted: str) -> str:
        """What is shown of initials that have a dot behind each."""
        kept = kept_initials(dotted, self.count, dots="bare" not in self.names)
        return "" if "several" in self.names and number_of(dotted) < 2 else self._shown(kept)

    def text(self, text: str) -> str:
        """What is shown of anything else."""
        return self._shown(first_letters(text, self.count) if self.count else text)

    def _shown(self, text: str) -> str:
        for changes in (_SPACES, _CASES):
            for name, change in changes.items():
                if name in self.names:
                    text = change(text)
        return text


def clash(names: frozenset[str]) -> str:
    """Two of `names` that cannot be meant together, in words; "" when all can."""
    for pair in (("joined", "dotted"), ("lower", "upper")):
        if names.issuperset(pair):
            return " and ".join(pair)
    return ""
