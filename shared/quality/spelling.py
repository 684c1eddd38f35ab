"""Which names are probably another name misspelled: few have it, and many have one that is a letter away. Pure.

Every name is looked up by what is left of it without one letter, so no two names are ever compared in vain.
"""

import unicodedata
from collections.abc import Iterator, Mapping

RARE = 2
"""People who have a name at most, for it to be doubted."""

TIMES = 5
"""How many times as many must have the other one."""

SHORTEST = 4
"""Letters from which on one letter more or less is a slip: HR1 and HR2 are two departments."""


def doubtful(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """The rare name and the usual one it seems to be, in order of name."""
    usual: dict[str, str] = {}
    for name in sorted(counts, key=lambda one: (-counts[one], one)):
        if counts[name] > RARE:
            for key in _keys(folded(name)):
                usual.setdefault(key, name)
    for name in sorted(counts):
        if counts[name] > RARE:
            continue
        found = {usual[key] for key in _keys(folded(name)) if key in usual}
        near = [one for one in found if counts[one] >= TIMES * counts[name] and _slip(folded(name), folded(one))]
        if near:
            yield name, min(near, key=lambda one: (-counts[one], one))


def folded(name: str) -> str:
    """Letters and digits alone, without accents and case."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _keys(name: str) -> Iterator[str]:
    yield name
    if len(name) >= SHORTEST:
        yield from (name[:place] + name[place + 1 :] for place in range(len(name)))


def _slip(one: str, other: str) -> bool:
    """Whether they differ by one letter, or by two that changed places; digits are never a slip."""
    if one == other:
        return True
    if [letter for letter in one if letter.isdigit()] != [letter for letter in other if letter.isdigit()]:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    mine, theirs = one[start:], other[start:]
    return (
        mine[1:] == theirs[1:]
        or mine[1:] == theirs
        or mine == theirs[1:]
        or (mine[:2] == theirs[:2][::-1] and mine[2:] == theirs[2:])
    )
