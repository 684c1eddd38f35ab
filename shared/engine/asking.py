"""The mark that asks for leave: what one person's plan needs, and what deciding has to know of that person.

No fact of HR stands in it but the first day: where somebody belongs is a keyed hash.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any

from shared import codec, layout
from shared.consent import asks, takes_part
from shared.desired import View
from shared.engine.parts import Engine
from shared.limiting import Request
from shared.model import Desired
from shared.packs import Packable
from shared.policy import TargetPolicy
from shared.store import Change, Delete, Put, Row

NO_PACKS: Packable = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What deciding needs to know of one person on one target beside their Desired."""

    start: str = ""
    """The first day of the contract that speaks for them."""
    department: str = ""
    """A keyed hash of where they belong, where the policy counts within departments."""
    outside: bool = False
    """Whether they are in no pilot, and so only observed."""
    coming: tuple[str, ...] = ()
    """Seats they will need on their first day."""
    brakes: str = ""
    """Names the limits that were in force."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Traits":
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        return cls(**{**known, "coming": tuple(data["coming"])})


def traits(engine: Engine, seen: View, target: str, coming: tuple[str, ...] = ()) -> Traits:
    """The traits of a person as rules see them today."""
    rules = engine.policy.targets[target]
    belongs = seen.facts.get(rules.departments.field) if rules.departments else None
    return Traits(
        start=str(seen.facts.get("contractStart") or ""),
        department=engine.veiled(str(belongs)) if belongs not in (None, "", ()) else "",
        outside=not takes_part(seen.person.hr_id, seen.about, rules.pilot),
        coming=coming,
        brakes=rules.brakes,
    )


def written(some: Mapping[str, Traits]) -> dict[str, dict[str, Any]]:
    """Traits by target, as the row of the last mapping keeps them."""
    return {target: {**asdict(one), "coming": list(one.coming)} for target, one in sorted(some.items())}


def kept(mapped: Row | None, target: str) -> Traits:
    """The traits that the last mapping found."""
    found = mapped.data.get("traits", {}) if mapped is not None and codec.readable(mapped.data) else {}
    return Traits.of(found[target]) if target in found else Traits()


def belonging(person: str, before: Mapping[str, Any], now: Mapping[str, Traits]) -> Iterator[Change]:
    """The row by which departments are counted, where it has changed."""
    old = {target: one["department"] for target, one in before.items() if one["department"]}
    new = {target: one.department for target, one in now.items() if one.department}
    if old != new:
        key = layout.member(person)
        yield Put(key, codec.plain(departments=new)) if new else Delete(key)


def question(
    version: int,
    whats: Mapping[str, int],
    wanted: Desired,
    known: Traits,
    account: str = "",
    packs: Packable = NO_PACKS,
) -> Mapping[str, Any]:
    """What is asked, beside the mark of the admit step; `account` is the one that was found, if any, and `packs` what
    could be granted together with others.
    """
    return {
        "version": version,
        "whats": dict(whats),
        "account": account,
        "packs": dict(packs),
        "asking": dict(wanted.asking),
        "urgent": wanted.urgent,
        "start": known.start,
        "department": known.department,
        "outside": known.outside,
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """One mark that asks for leave, and what it asks."""

    mark: Row
    request: Request

    @property
    def account(self) -> str:
        return str(self.mark.data["account"])

    @property
    def packs(self) -> Packable:
        """What could be granted together with others."""
        return dict(self.mark.data.get("packs", {}))

    @property
    def asking(self) -> Mapping[str, str]:
        """Entitlements that somebody answers for, with the role of who that is."""
        return dict(self.mark.data["asking"])


def asked(mark: Row, rules: TargetPolicy, only: str = "") -> Asked:
    """What a mark asks; with `only`, that alone."""
    data = mark.data
    whats = {what: int(count) for what, count in data["whats"].items() if only in ("", what)}
    request = Request(
        person=mark.key.split("|")[2],
        version=int(data["version"]),
        cohort=str(data["cohort"]),
        whats=whats,
        asks=asks(data["whats"], rules, data["asking"], outside=bool(data["outside"])),
        department=str(data["department"]),
        start=str(data["start"]),
        urgent=bool(data["urgent"]),
    )
    return Asked(mark, request)
