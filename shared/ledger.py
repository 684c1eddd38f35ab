"""One line of the ledger: what HR said, what was decided and what was written about somebody, by whom and why.

It names people, accounts, attributes and rules by their ids. Values stand in one field only, of attributes that nobody
calls sensitive and only where an undo needs them, so that whoever must not see them is shown the rest.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, TypeAlias

from pydantic import TypeAdapter

from shared import codec
from shared.layout import entry as key_of
from shared.model import Account, Action, Attributes, Contract, Desired, Entitlement, Person, Stage, Value, Verb

APPEARED, CHANGED, MISSING, RETURNED, REJECTED = "appeared", "changed", "missing", "returned", "rejected"
TOLD = (APPEARED, CHANGED, MISSING, RETURNED, REJECTED)
"""What HR said of somebody; the place of such a line is the source."""
MAPPED, ADMITTED, HELD = "mapped", "admitted", "held"
DECIDED = (MAPPED, ADMITTED, HELD)
"""What was decided by rules. Every other line is a write, or the word of a person."""

Values: TypeAlias = Mapping[str, tuple[Value, Value]]
"""Attribute → what stood there before and what was written."""


class Outcome(StrEnum):
    """What became of a write."""

    DONE = "done"
    UNANSWERED = "unanswered"
    """Nobody knows whether it was done."""
    FOUND = "found"
    """Its answer was lost, and it was found to be done."""
    REFUSED = "refused"


class Turn(StrEnum):
    """What became of an attribute."""

    SET = "set"
    CHANGED = "changed"
    EMPTIED = "emptied"
    LEFT = "left"
    """Nothing is wanted of it any longer, and what stands there stays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line. `at` is UTC; `person` is our own id.

    `place` is the target, the source for what HR said, or "" for the person as a whole. `outcome` is "" for what is no
    write. `operation` is the same in every line about one write or decision: a line repeated after a crash is known by
    it. `cause` is the cohort, and so the door, that brought it about, and `by` whoever decided it by hand. `version` is
    that of the Desired it follows from, and `beside` what only some kinds of lines have.
    """

    at: datetime
    person: str
    place: str
    verb: str
    operation: str
    outcome: str = ""
    reason: str = ""
    account: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    entitlement: str = ""
    because: str = ""
    rule: str = ""
    contract: str = ""
    cause: str = ""
    by: str = ""
    version: int = 0
    policy: str = ""
    beside: Mapping[str, Any] = field(default_factory=dict)

    @property
    def written(self) -> bool:
        """Whether it tells of a write, rather than of a decision or of what HR said."""
        return self.outcome in set(Outcome)


_ENTRY = TypeAdapter(Entry)
IN_KEY = frozenset({"at", "person", "place", "operation"})
FIELDS = tuple(one.name for one in fields(Entry))


def key(entry: Entry, number: int = 0) -> str:
    """Where the line stands. `number` orders lines of one moment."""
    return key_of(entry.at, entry.person, number, f"{entry.place}|{entry.operation}|{entry.outcome}")


def row(entry: Entry) -> dict[str, Any]:
    """The line's data, without what its key says and without what is empty."""
    plain = _ENTRY.dump_python(entry, mode="json")
    beside = plain.pop("beside")
    return codec.plain(**{name: value for name, value in plain.items() if value and name not in IN_KEY}, **beside)


def load(key: str, data: Mapping[str, Any]) -> Entry:
    """The line that stands at `key`. Raises `UnknownSchema`."""
    person, at, _, place, operation, *_ = key.split("|")
    known = {name: data[name] for name in FIELDS if name in codec.known(data)}
    beside = {name: value for name, value in data.items() if name not in FIELDS and name != "schema"}
    at_place = {"at": at, "person": person, "place": place, "operation": operation}
    return _ENTRY.validate_python({**known, **at_place, "beside": beside})


def operation(*parts: object) -> str:
    """A name for one write or decision, the same whenever it is told of."""
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def named(entitlement: Entitlement | None) -> str:
    """An entitlement as lines name it."""
    return f"{entitlement.kind}:{entitlement.name}" if entitlement is not None else ""


def entitled(name: str) -> Entitlement:
    """The entitlement that a line names."""
    return Entitlement(*name.split(":", 1))


def empty(value: Value) -> bool:
    return value in (None, "", ())


def turn(before: Value, after: Value) -> Turn:
    if empty(after):
        return Turn.EMPTIED
    return Turn.SET if empty(before) else Turn.CHANGED


def turns(before: Attributes, after: Attributes) -> dict[str, str]:
    """What becomes of each attribute of `after`."""
    return {name: turn(before.get(name), value) for name, value in sorted(after.items())}


def kept(action: Action, live: Account | None, secret: Collection[str]) -> Values:
    """The values that an undo of `action` needs and that may be kept; `live` is the account as it was before."""
    if live is None or action.verb not in (Verb.UPDATE, Verb.RENAME):
        return {}
    return {
        name: (live.attributes.get(name), value)
        for name, value in sorted(action.attributes.items())
        if name not in secret
    }


def narrowed(entry: Entry, attribute: str = "", entitlement: str = "") -> Entry:
    """The line without what it says of other attributes and entitlements."""
    keep = {"gains": {}, "loses": [], **entry.beside}
    beside = {
        **entry.beside,
        "gains": {name: why for name, why in keep["gains"].items() if name == entitlement},
        "loses": [name for name in keep["loses"] if name == entitlement],
    }
    return replace(
        entry,
        attributes={name: turn for name, turn in entry.attributes.items() if name == attribute},
        values={name: pair for name, pair in entry.values.items() if name == attribute},
        beside={name: said for name, said in beside.items() if said},
    )


def told(before: Person | None, after: Person) -> tuple[str, dict[str, str]]:
    """What HR said of somebody that is new: which kind of news, and what became of each field."""
    if before is None:
        return APPEARED, {}
    if (before.missing_since is None) is not (after.missing_since is None):
        return (MISSING if after.missing_since else RETURNED), _shifted(_facts(before), _facts(after))
    return CHANGED, _shifted(_facts(before), _facts(after))


def _facts(person: Person) -> dict[str, Value]:
    """Every value HR gives, by field; those of contracts say of which one where there are several."""
    found = dict(person.fields)
    for contract in person.contracts:
        for name, value in _of_contract(contract):
            found[name if len(person.contracts) == 1 else f"{name} of contract {contract.id}"] = value
    return found


def _of_contract(contract: Contract) -> Iterator[tuple[str, Value]]:
    yield "contractStart", contract.start.isoformat()
    yield "contractEnd", contract.end.isoformat() if contract.end else None
    yield from contract.fields.items()


def _shifted(before: Attributes, after: Attributes) -> dict[str, str]:
    """What became of every value that differs; a field that is no longer given counts as emptied."""
    names = sorted(before.keys() | after.keys())
    differ = [name for name in names if before.get(name) != after.get(name)]
    return {name: turn(before.get(name), after.get(name)) for name in differ}


def wanted(before: Desired | None, after: Desired) -> tuple[dict[str, str], dict[str, Any]]:
    """How a new Desired differs from the last: what becomes of each attribute, and what is said beside it."""
    old = before or Desired(stage=after.stage)
    beside: dict[str, Any] = {"stages": [before.stage.name if before else "", after.stage.name]}
    if gains := sorted(after.entitlements - old.entitlements):
        beside["gains"] = {named(one): after.reasons.get(named(one), "") for one in gains}
    if loses := sorted(old.entitlements - after.entitlements):
        beside["loses"] = [named(one) for one in loses]
    if before is not None and before.basis != after.basis != "":
        beside["names"] = True
    became = _shifted(_attributes(old), _attributes(after))
    gone = dict.fromkeys(_attributes(old).keys() - _attributes(after).keys(), Turn.LEFT)
    if after.stage < Stage.READY:  # of an account that is closed nothing is kept in line
        return {name: how for name, how in became.items() if name not in gone}, beside
    return {name: gone.get(name, how) for name, how in became.items()}, beside


def _attributes(desired: Desired) -> dict[str, Value]:
    return {**desired.initial, **desired.lacking, **desired.changing, **desired.attributes}
