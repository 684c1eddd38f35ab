"""Every list that people are put together from, and the part of each row that may enter; nothing else is kept."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any

from connectors._forbidden import forbidden
from connectors._values import identity
from connectors.youforce.lists import Listing, require
from connectors.youforce.reduce import Row, of_type
from connectors.youforce.settings import Settings
from shared.rest import Rest

IAM = "/iam/v1.0"
EXTENSIONS = "/extensions/v1.0/iam"
FROM = "validFrom"

NAMES = ("initials", "firstNames", "knownAs", "lastNameAtBirth", "lastNameAtBirthPrefix")
USED = ("nameAssembleOrder", "partnerName", "partnerNamePrefix")
SHOWN = ("gender", "deceased", "emailAddresses", "phoneNumbers")
PERSON = ("id", "personCode", *NAMES, *USED, *SHOWN, FROM, "hireDate", "dischargeDate")
PLACE = ("organizationUnit", "jobProfile", "workingAmount", "costCenter", "costCenterCode")
EMPLOYMENT = (
    *("id", "personCode", "employmentCode", "hireDate", "dischargeDate", "employmentType", "employmentTypeName"),
    *("company", "payrollClientCode", FROM, "validUntil", *PLACE),
)
ASSIGNMENT = ("id", "personCode", "employmentCode", "startDate", "endDate", "isActive", *PLACE)
NAMED = ("id", "shortName", "fullName", FROM)
UNIT = (*NAMED, "parentOrgUnit", "manager")
ROLE = ("personCode", "shortName", "organizationUnit", "organizationUnitCode", "startDate", "endDate")
SHARE = ("personCode", "employmentCode", "costCenterCode", "costCenterName", "percentage", "startDate", "endDate")
EXTENSION = ("personCode", "employmentCode", "bo4FieldCode", "fieldNameAlias", "value", "description")

REQUIRED = {"employments": "hireDate", "persons": "lastNameAtBirth"}
"""Properties without which nobody can be read."""


class Lists:
    """The lists of one reading, each under a short name; those of the other system, or not asked for, are missing."""

    def __init__(self, settings: Settings) -> None:
        self.wanted = settings.wanted
        self.seen = set[str]()
        """The references of `fields` that at least one record shows."""
        beaufort = settings.system == "beaufort"
        self.all: dict[str, Listing] = {
            "units": self._list(f"{IAM}/organizationUnits", UNIT, _own),
            "jobs": self._list(f"{IAM}/jobProfiles", NAMED, _own),
        }
        if settings.manager_role is not None:
            self.all["roles"] = self._list(f"{IAM}/roleAssignments", ROLE, _by(*ROLE))
        if beaufort:
            self._beaufort(settings)
        else:
            self.all["companies"] = self._list(f"{IAM}/companies", NAMED, _by("shortName", FROM))
            self.all["centres"] = self._list(f"{IAM}/valueList/costCenter", NAMED, _by("shortName", FROM))
        self.all["employments"] = self._list(f"{IAM}/employments", EMPLOYMENT, _own, "employment")
        path = f"{IAM}/persons" if beaufort else f"{IAM}/employees"
        self.all["persons"] = self._list(path, PERSON, _person if beaufort else _slice_of_person, "person")

    def _beaufort(self, settings: Settings) -> None:
        self.all["shares"] = self._list(f"{IAM}/costAllocations", SHARE, _by(*SHARE[:3], *SHARE[5:]))
        if settings.contracts == "assignments":
            self.all["assignments"] = self._list(f"{IAM}/assignments", ASSIGNMENT, _own, "assignment")
        for kind in ("person", "employment"):
            if any(one.startswith(f"{kind}.extensions.") for one in self.wanted):
                key = _by("personCode", "employmentCode", "bo4FieldCode")
                self.all[f"{kind}Extensions"] = self._list(f"{EXTENSIONS}/{kind}s", EXTENSION, key)

    async def pages(self, rest: Rest) -> AsyncIterator[None]:
        """Read them one after the other, persons last; something is given at every page.

        Raises `Misconfigured` as soon as a list shows nobody's name or first day.
        """
        for name, listing in self.all.items():
            async for _ in listing.pages(rest):
                yield None
            if name in REQUIRED:
                require(listing, REQUIRED[name])

    def rows(self, name: str) -> Iterator[Row]:
        return self.all[name].rows() if name in self.all else iter(())

    def _list(self, path: str, keys: tuple[str, ...], key: Callable[[Row], str], kind: str = "") -> Listing:
        def keep(row: Row) -> Row:
            kept = {name: row[name] for name in keys if row.get(name) is not None}
            return {**kept, **dict(self._extras(kind, row))} if kind else kept

        return Listing(path, key, keep)

    def _extras(self, kind: str, row: Row) -> Iterator[tuple[str, Any]]:
        """What the settings let in of one row, under its whole reference."""
        for reference in self.wanted:
            of, name, *inner = reference.split(".")
            if of != kind or name == "extensions":
                continue
            if row.get(name) is not None:
                self.seen.add(reference)
                yield reference, inside(row[name], inner[0]) if inner else row[name]
        if isinstance(row.get("extensions"), list) and any(".extensions." in one for one in self.wanted):
            yield from self.extensions(kind, [_inline(one) for one in row["extensions"] if isinstance(one, Mapping)])

    def extensions(self, kind: str, found: Iterable[Row]) -> Iterator[tuple[str, Any]]:
        """Of the customer's own fields those that the settings let in, by code or alias, under their reference."""
        for row in found:
            names = [identity(row.get(name)) for name in ("bo4FieldCode", "fieldNameAlias")]
            if any(map(forbidden, [*names, row.get("description")])):
                continue
            for reference in (f"{kind}.extensions.{name}" for name in names):
                if reference in self.wanted:
                    self.seen.add(reference)
                    yield reference, row.get("value")


def inside(value: Any, name: str) -> Any:
    """One part of an object, or of a list of `{type, …}` the item of that type."""
    return value.get(name) if isinstance(value, Mapping) else of_type(value, name)


def _inline(row: Row) -> Row:
    """Business has its customers' fields inside the record, as `{key, value}`."""
    return {"bo4FieldCode": row.get("key"), "value": row.get("value"), "description": row.get("description")}


def _own(row: Row) -> str:
    """A record's own id, within the person it is of, and the day on which this time slice of it begins."""
    own = identity(row.get("id")) or _texts(row, "employmentCode", "startDate").strip("|")
    return f"{_texts(row, 'personCode')}|{own}|{_texts(row, FROM)}" if own else ""


def _person(row: Row) -> str:
    return identity(row.get("personCode"))


def _slice_of_person(row: Row) -> str:
    """Business has one person for each employment, and slices of each."""
    return _texts(row, "personCode", "id", FROM) if identity(row.get("personCode")) else ""


def _by(*names: str) -> Callable[[Row], str]:
    return lambda row: _texts(row, *names)


def _texts(row: Row, *names: str) -> str:
    return "|".join(str(row[name]) if row.get(name) is not None else "" for name in names)
