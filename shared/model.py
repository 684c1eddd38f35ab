"""The nouns: frozen data, compared by value. Nothing here reads a clock, does I/O or knows a system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import TypeAlias

Value: TypeAlias = str | bool | int | float | tuple[str, ...] | None
"""One attribute's value. Dates inside attributes are ISO 8601 text; `None` is null, which is not the same as absent."""

Attributes: TypeAlias = Mapping[str, Value]
"""Name → value. A name that is missing is absent and changes nothing; one that maps to `None` is null."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """One employment as HR knows it.

    `start` and `end` are civil dates in the customer's time zone; `end` is the last working day, inclusive, and
    `None` means open-ended. `fields` holds everything else (department, title, location, employer, fte, hours, …);
    `manager` among them is the HR id of the manager in the same source, null when HR says there is none, and absent
    when HR says nothing about managers. `source` and `hr_id` say in which other record of the same human it stands; ""
    for the person's own.
    """

    id: str
    start: date
    end: date | None = None
    fields: Attributes = field(default_factory=dict)
    source: str = ""
    hr_id: str = ""

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Someone as one HR system knows them. `hr_id` is HR's own key, text, and never changes; a name may.

    `missing_since` is the first day on which a complete answer of HR no longer held this person.
    """

    hr_id: str
    fields: Attributes = field(default_factory=dict)
    contracts: tuple[Contract, ...] = ()
    missing_since: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A record of HR that cannot be used, and why, in words HR can act on. It is held; nobody is changed by it."""

    hr_id: str
    code: str
    because: str


@dataclass(frozen=True, order=True, slots=True)
class Entitlement:
    """A group, licence or role on a target, named as the policy names it; as text, `group:Finance`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def of(cls, text: str) -> "Entitlement":
        """The one that is written so; no kind holds a colon."""
        kind, _, name = text.partition(":")
        return cls(kind, name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What a target holds now. `protected` says why nobody but a person may write to it; "" when we may."""

    id: str
    enabled: bool
    attributes: Attributes = field(default_factory=dict)
    entitlements: frozenset[Entitlement] = frozenset()
    protected: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Whose account it is, and what we last wrote and granted there: only that is ours to take away again.

    `account` is "" until there is one. `identifiers` are the names issued for it, saved before the account is created,
    and kept; they were the candidates number `count`, followed from the facts behind `basis`, and came after `former`.
    `told` are values that stood there already when they were to be written, and so are not ours.
    `apart` are accounts of which a person said that they are not theirs, whatever they look like.
    `since` is when we created or adopted it (UTC), `awaited` since when we look in vain for one that appears by itself
    (UTC). `deleted` says that we deleted it
    ourselves, `enabled` whether it was enabled when we last left it. `intended`, `granting`, `revoking`, `disabling`
    and `deleting` are saved before the first write of a plan, at `intending`, so that what an answer was lost of is
    still known to be ours, and done.
    """

    account: str = ""
    since: datetime | None = None
    awaited: datetime | None = None
    enabled: bool = False
    deleted: bool = False
    written: Attributes = field(default_factory=dict)
    granted: frozenset[Entitlement] = frozenset()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    count: int = 0
    basis: str = ""
    former: Mapping[str, str] = field(default_factory=dict)
    told: Attributes = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    intended: Attributes = field(default_factory=dict)
    granting: frozenset[Entitlement] = frozenset()
    revoking: frozenset[Entitlement] = frozenset()
    disabling: bool = False
    deleting: bool = False
    intending: datetime | None = None


class Stage(IntEnum):
    """How alive an account should be; of several contracts the highest stage counts."""

    ABSENT = 0
    """Gone: deleted, if it is ours."""
    DORMANT = 1
    """Disabled and stripped if it is ours; never created, never deleted."""
    READY = 2
    """Created ahead of the first day, not yet enabled."""
    ACTIVE = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Values that never run out: `stem`, `opening`, a number of at least `digits` digits from `first` on, `ending`."""

    stem: str
    opening: str = ""
    first: int = 2
    digits: int = 1
    ending: str = ""

    def at(self, count: int, longest: int = 0) -> str:
        """The value with number `first + count`; the stem is cut so that it has at most `longest` characters (0: any).

        "" when not even one character of the stem is left, or there was none: nobody is called by a number alone.
        """
        return self.numbered(f"{self.first + count:0{self.digits}d}", longest)

    def numbered(self, number: str, longest: int = 0) -> str:
        """The same with a number as it is written."""
        tail, stem = f"{self.opening}{number}{self.ending}", self.stem
        if longest and len(stem) + len(tail) > longest:
            stem = stem[: max(0, longest - len(tail))].rstrip(" .-_'")
        return stem + tail if stem else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """Values to try, in order, for an attribute that must be unique: one for each rule, then those of the series.

    "" stands where a rule gives nothing for this person, so that the same count means the same rule in every attribute.
    """

    values: tuple[str, ...] = ()
    series: Series | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Desired:
    """What policy wants on one target today, and why.

    `keys` find the account that is already theirs, at every stage; one with several values finds it by any of them.
    `attributes` are kept as they are here; `changing` are written when what we want changes, and left to others in
    between; `lacking` are written where nothing stands; `initial` are written once, when the account is created.
    `candidates` are the values to try, in order, for each attribute that must be unique, and `basis` is what they
    follow from: only when it changes is somebody renamed.

    `entitlements` are to be given. Of `kept` nothing is given and nothing taken: what they have of it stays, for those
    in `until` to the end of that day. `creatable` may be created where it is missing. Of each set in `apart` nobody may
    have two. `asking` are entitlements ("group:Finance") that need a yes of their own, with the role of who gives it.
    `reasons` names the rules and contracts behind each entitlement, and `waiting` says, by reason, what was left out
    because a person must decide; neither makes it another Desired. `urgent` says that disabling may wait for nothing.
    `only` are the verbs that may be done at all, None for any; without one the account is not even looked at.
    `follows` is the account on another target that this one belongs to, and whose id it bears: it appears by itself, is
    waited for and never made, and is closed only when somebody leaves. "" while there is none, None where we make them.
    `corrects` says that it is HR's own record, which `follows` names: it is corrected while it is there, and nothing
    else is ever done to it.
    """

    stage: Stage
    keys: Attributes = field(default_factory=dict)
    attributes: Attributes = field(default_factory=dict)
    changing: Attributes = field(default_factory=dict)
    lacking: Attributes = field(default_factory=dict)
    initial: Attributes = field(default_factory=dict)
    candidates: Mapping[str, Candidates] = field(default_factory=dict)
    basis: str = ""
    entitlements: frozenset[Entitlement] = frozenset()
    kept: frozenset[Entitlement] = frozenset()
    until: Mapping[str, date] = field(default_factory=dict)
    creatable: frozenset[Entitlement] = frozenset()
    apart: tuple[frozenset[Entitlement], ...] = ()
    asking: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    urgent: bool = False
    only: "frozenset[Verb] | None" = None
    follows: str | None = None
    corrects: bool = False
    because: str = ""


class Verb(StrEnum):
    """The field's own verbs; there are no others."""

    CREATE = "create"
    CORRELATE = "correlate"
    UPDATE = "update"
    RENAME = "rename"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    RESTORE = "restore"
    GRANT = "grant"
    REVOKE = "revoke"


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One write to one account, and why. Doing it twice is doing it once.

    `may_create` says that what is granted may be created where it is missing, `rule` by which rule and contract.
    """

    verb: Verb
    attributes: Attributes = field(default_factory=dict)
    entitlement: Entitlement | None = None
    may_create: bool = False
    rule: str = ""
    because: str = ""
