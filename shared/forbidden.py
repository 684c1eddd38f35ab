"""What no system may keep of anybody, known by its own check digits: the BSN and its like, and bank accounts. Pure.

One number in eleven passes the test of the BSN, so that a value alone proves nothing there: a fact whose numbers nearly
all pass does, or its name, or the word beside the number. Ids of people are never judged.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from math import ceil, log
from operator import is_

from shared.facts import text_of
from shared.model import Attributes, Contract, Person, Value

RISK = 1e-6
"""How probable it may be at most that random numbers are taken for forbidden ones."""

SHARE = 0.9
"""Of the numbers of a fact that must pass: a few are mistyped, and of those that are no such numbers most fail."""

PLENTY = 30
"""Different numbers from which on half of them failing shows that a fact holds something else."""

MOST = 2_000
"""Different numbers of one fact that are counted: more would say nothing new."""

IDS = frozenset({"employeeId", "manager", "contractId"})
"""Facts that hold HR's own ids, whatever these look like."""

_NAMED = re.compile(r"bsn|sofi|burgerservice|nationalid|nationalnumber|socialsecurity|insz|rijksregister")
_NUMERIC = re.compile(r"\d\d")
_SPOKEN = re.compile(r"(?:bsn|sofi|burgerservice)\D{0,20}((?:\d[ .-]?){7,8}\d)(?!\d)", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<![A-Z0-9])([A-Z]{2})\d{2}")
_LENGTHS = {
    country: length
    for length, some in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE LT LU XK", 21: "CH HR LI LV",
        22: "BG DE GB IE ME RS GE", 23: "GI IL AE", 24: "AD CZ ES MD PK RO SA SE SK TN", 25: "PT",
        26: "IS TR", 27: "FR GR IT MC SM", 28: "AL AZ CY HU LB PL", 29: "BR", 31: "MT",
    }.items()
    for country in some.split()
}  # fmt: skip
"""Country → characters of its bank accounts."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number with a check digit: how many digits, what passes, and how probable it is that any other one passes."""

    name: str
    digits: tuple[int, ...]
    chance: float

    @property
    def enough(self) -> int:
        """So many that pass are no accident."""
        return ceil(log(RISK) / log(self.chance))

    def passes(self, digits: str) -> bool:
        return _bsn(digits) if self.name == "BSN" else _belgian(digits)


BSN = Number("BSN", (8, 9), 1 / 11)
NATIONAL = Number("national number", (11,), 1 / 48)
NUMBERS = {one.name: one for one in (BSN, NATIONAL)}
IBAN = "IBAN"
LONGEST = 2 * max(_LENGTHS.values())
"""Characters within which a bank account ends, however it is written."""

SHORTEST = min(BSN.digits)
"""Characters that any of them has."""


def _bsn(digits: str) -> bool:
    """The Dutch citizen service number, also where its leading zero was lost."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(weight * int(one) for weight, one in zip(weights, digits.zfill(9), strict=True))
    return total % 11 == 0 and len(set(digits)) > 1


def _belgian(digits: str) -> bool:
    """The Belgian national number: a birthday, a sequence, and 97 less what the rest leaves of it."""
    try:
        date(2000, int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return int(digits[9:]) in (97 - int(digits[:9]) % 97, 97 - int(f"2{digits[:9]}") % 97)


def is_iban(text: str) -> bool:
    """A bank account of a country that is known, whose check digits are right."""
    compact = text.replace(" ", "").upper()
    if _LENGTHS.get(compact[:2]) != len(compact):
        return False
    return int("".join(str(int(one, 36)) for one in compact[4:] + compact[:4])) % 97 == 1


def _digits(text: str) -> str:
    """The digits of a number as people write it; "" for what is none."""
    compact = text if text.isdigit() else text.replace(" ", "").replace(".", "").replace("-", "")
    return compact if compact.isascii() and compact.isdigit() else ""


def _alone(name: str, text: str) -> str:
    """What a value is without looking at others: a bank account, or a number that its name or a word gives away."""
    if any(is_iban(one) for one in _accounts(text.upper())):
        return IBAN
    digits = _digits(text)
    if digits and _NAMED.search(name.casefold().replace("_", "")):
        return next((one.name for one in NUMBERS.values() if len(digits) in one.digits and one.passes(digits)), "")
    return BSN.name if any(_bsn(_digits(one)) for one in _SPOKEN.findall(text)) else ""


def _accounts(text: str) -> Iterator[str]:
    """What is written like a bank account: in one piece, or in groups of four."""
    for found in _ACCOUNT.finditer(text):
        length = _LENGTHS.get(found[1], 0)
        rest = text[found.start() : found.start() + LONGEST]
        grouped = " ".join(rest.replace(" ", "")[at : min(at + 4, length)] for at in range(0, length, 4))
        for written in (rest[:length], grouped):
            end = rest[len(written) : len(written) + 1]
            if length and rest.startswith(written) and written.replace(" ", "").isalnum() and not end.isalnum():
                yield written


@dataclass(slots=True)
class Tally:
    """The different numbers of one fact, and how many of them pass."""

    seen: set[bytes] = field(default_factory=set)
    passed: int = 0


@dataclass(slots=True)
class Evidence:
    """What a fact's values say together, however many there are; of a value nothing is kept but a hash."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def see(self, person: Person) -> None:
        for name, text in _texts(person):
            digits = _digits(text)
            for number in NUMBERS.values() if digits else ():
                if len(digits) in number.digits:
                    self._add(self.tallies.setdefault((name, number.name), Tally()), number, digits)

    @staticmethod
    def _add(tally: Tally, number: Number, digits: str) -> None:
        key = blake2b(digits.encode(), digest_size=8).digest()
        if key not in tally.seen and len(tally.seen) < MOST:
            tally.seen.add(key)
            tally.passed += number.passes(digits)

    @property
    def found(self) -> dict[str, str]:
        """Fact → what its numbers are."""
        return {
            name: number
            for (name, number), tally in self.tallies.items()
            if tally.passed >= max(NUMBERS[number].enough, SHARE * len(tally.seen))
        }

    @property
    def cleared(self) -> frozenset[str]:
        """The facts whose numbers are something else."""
        return frozenset(
            name
            for (name, _), tally in self.tallies.items()
            if len(tally.seen) >= PLENTY and tally.passed < len(tally.seen) / 2
        )


def suspicious(person: Person) -> bool:
    """Whether one of their numbers passes as a forbidden one. Whether it is one shows only beside those of others."""
    evidence = Evidence()
    evidence.see(person)
    return any(tally.passed for tally in evidence.tallies.values())


def _texts(person: Person) -> Iterator[tuple[str, str]]:
    """Every fact that may be a number, but ids of people."""
    for fields in (person.fields, *(one.fields for one in person.contracts)):
        for name, value in fields.items():
            for text in _numeric(value) if name not in IDS else ():
                if text != person.hr_id:
                    yield name, text


def _numeric(value: Value) -> Iterator[str]:
    """The texts in a value that hold digits and are long enough: of most facts there are none."""
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, str):
            if len(one) >= SHORTEST and _NUMERIC.search(one):
                yield one
        elif not isinstance(one, bool) and one is not None and len(text := text_of(one)) >= SHORTEST:
            yield text


@dataclass(slots=True)
class Net:
    """`found` says of which facts the numbers are forbidden; `caught` counts by fact and kind what was taken out."""

    found: Mapping[str, str] = field(default_factory=dict)
    caught: Counter[tuple[str, str]] = field(default_factory=Counter)

    def cleaned(self, person: Person) -> Person:
        """The same person without what may not be kept: a fact that held nothing else is absent."""
        contracts = tuple(self._contract(one, person) for one in person.contracts)
        fields = self._fields(person.fields, person)
        same = fields is person.fields and all(map(is_, contracts, person.contracts))
        return person if same else replace(person, fields=fields, contracts=contracts)

    def _contract(self, one: Contract, person: Person) -> Contract:
        fields = self._fields(one.fields, person)
        return one if fields is one.fields else replace(one, fields=fields)

    def _fields(self, fields: Attributes, person: Person) -> Attributes:
        kept: dict[str, Value] = {}
        for name, value in fields.items():
            hits = {text: kind for text in _numeric(value) if (kind := self._kind(name, text, person))}
            if not hits:
                continue
            self.caught.update((name, kind) for kind in hits.values())
            kept[name] = tuple(one for one in value if one not in hits) if isinstance(value, tuple) else ()
        if not kept:
            return fields
        return {name: kept.get(name, value) for name, value in fields.items() if name not in kept or kept[name]}

    def _kind(self, name: str, text: str, person: Person) -> str:
        """What a value is, "" for nothing forbidden."""
        if name in IDS or text == person.hr_id:
            return ""
        number = NUMBERS.get(self.found.get(name, ""))
        if number is not None and len(_digits(text)) in number.digits:
            return number.name
        return _alone(name, text)
