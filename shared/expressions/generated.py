"""Values nobody typed: Guid, RandomString, RandomNum and DefaultDomain. They are derived, never drawn by chance.

The same seed gives the same value for ever, which is what provisioning wants of an identifier. A derived value is not
a secret: never make a password of it.
"""

import hashlib
import string
from collections.abc import Iterator

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Kind, text_of

GENERATED = Family("Generated values")
SPECIAL = "!#$%&()*+,-./:;<=>?@[]^_{|}~"
MAX_RANDOM = 256
DOMAIN_FACT = "defaultDomain"


def _digest(seed: str, ordinal: int, size: int) -> bytes:
    return hashlib.shake_256(f"{ordinal}:{seed}".encode("utf-8", "surrogatepass")).digest(size)


@GENERATED.lazy(
    "Guid",
    numbered=True,
    folds=False,
    returns=Kind.TEXT,
    examples=(Example("Len(Guid())", "36"),),
)
def guid(ordinal: int) -> Term:
    """A GUID (version 4 by its form) that follows from the seed and the place of this call in the expression."""

    def run(facts: Facts, scope: Scope) -> str:
        raw = bytearray(_digest(scope.seed, ordinal, 16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        digits = raw.hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    return run


def _draws(seed: str, ordinal: int, count: int) -> Iterator[int]:
    stream = _digest(seed, ordinal, 8 * count)
    return (int.from_bytes(stream[at : at + 8], "big") for at in range(0, len(stream), 8))


def _minimum(name: str) -> Parameter:
    return Parameter(name, Kind.NUMBER, default=0, prepare=lambda number: number)


@GENERATED.lazy(
    "RandomString",
    Parameter("length", Kind.NUMBER, prepare=lambda number: number),
    _minimum("minNumbers"),
    _minimum("minSpecial"),
    _minimum("minCapital"),
    _minimum("minLower"),
    Parameter("charsToAvoid", Kind.TEXT, default="", prepare=lambda text: text or ""),
    numbered=True,
    folds=False,
    returns=Kind.TEXT,
    examples=(
        Example("Len(RandomString(8, 2, 0, 2, 2))", "8"),
        Example('RandomString(2, 2, 0, 0, 0, "012345678")', "99"),
    ),
)
def random_string(ordinal: int, length: Slot, *rest: Slot) -> Term:
    """At most 256 characters with at least so many of each kind; it follows from the seed and this call's place.

    What the minima leave over is filled from the kinds that are asked for, or letters and digits when none is.
    """
    *minima, avoid = (slot.value for slot in rest)
    pools = [
        "".join(character for character in pool if character not in avoid)
        for pool in (string.digits, SPECIAL, string.ascii_uppercase, string.ascii_lowercase)
    ]
    _check(length.value, minima, pools)
    wanted = "".join(pool for pool, least in zip(pools, minima, strict=True) if least) or pools[0] + pools[2] + pools[3]
    if not wanted:
        raise ExpressionError("has no character left to use")
    spare = length.value - sum(minima)

    def run(facts: Facts, scope: Scope) -> str:
        draws = _draws(scope.seed, ordinal, 2 * length.value)
        kinds = [*zip(pools, minima, strict=True), (wanted, spare)]
        drawn = [pool[next(draws) % len(pool)] for pool, count in kinds for _ in range(count)]
        for last in range(len(drawn) - 1, 0, -1):
            other = next(draws) % (last + 1)
            drawn[last], drawn[other] = drawn[other], drawn[last]
        return "".join(drawn)

    return run


def _check(length: int, minima: list[int], pools: list[str]) -> None:
    if not 1 <= length <= MAX_RANDOM:
        raise ExpressionError(f"has a length that is not between 1 and {MAX_RANDOM}")
    if min(minima) < 0 or sum(minima) > length:
        raise ExpressionError("is shorter than its minima together")
    if any(least and not pool for least, pool in zip(minima, pools, strict=True)):
        raise ExpressionError("avoids every character of a kind it needs")


@GENERATED.lazy(
    "RandomNum",
    Parameter("start", Kind.NUMBER, prepare=lambda number: number),
    Parameter("end", Kind.NUMBER, prepare=lambda number: number),
    numbered=True,
    folds=False,
    returns=Kind.NUMBER,
    examples=(Example("RandomNum(7, 7)", "7"), Example("Len(RandomNum(100, 999))", "3")),
)
def random_number(ordinal: int, start: Slot, end: Slot) -> Term:
    """A whole number from `start` to `end`, both included; it follows from the seed and this call's place.

    In Entra, only in Connect Sync.
    """
    first, span = start.value, end.value - start.value + 1
    if span < 1:
        raise ExpressionError("has an end before its start")
    return lambda facts, scope: first + int.from_bytes(_digest(scope.seed, ordinal, 32), "big") % span


@GENERATED.lazy(
    "DefaultDomain",
    reads=(DOMAIN_FACT,),
    folds=False,
    returns=Kind.TEXT,
    examples=(Example('Join("@", "anna", DefaultDomain())', "anna@fabrikam.nl", {DOMAIN_FACT: "fabrikam.nl"}),),
)
def default_domain() -> Term:
    """The tenant's default domain, read from the fact `defaultDomain`; an error when there is none."""

    def run(facts: Facts, scope: Scope) -> str:
        domain = text_of(facts.get(DOMAIN_FACT))
        if not domain:
            raise ExpressionError(f"needs the fact {DOMAIN_FACT}, which is missing")
        return domain

    return run
