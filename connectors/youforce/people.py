"""One person from the rows that are theirs; pure. Several records of one human (Business) are one person."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from connectors._values import Unusable, identity, plain, text
from connectors.youforce.contracts import contracts
from connectors.youforce.known import Known, begins
from connectors.youforce.reduce import Row, of_type
from connectors.youforce.slices import Slices
from connectors.youforce.units import order
from shared.model import Person, Rejected, Value
from shared.names import System, usage_from

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "givenName": "firstNames",
        "nickName": "knownAs",
        "initials": "initials",
        "prefix": "lastNameAtBirthPrefix",
        "surname": "lastNameAtBirth",
        "partnerPrefix": "partnerNamePrefix",
        "partnerSurname": "partnerName",
    }
)
USAGE = {"beaufort": System.BEAUFORT, "business": System.YOUFORCE}


def person(hr_id: str, known: Known) -> Person | Rejected | None:
    """Somebody on the day; None for a person without any employment.

    Employments are shown until 90 days after they end, persons longer. Whoever is not given is missing to Joinly,
    which remembers the contracts they had: after the last day they are a leaver, and without one a person must look.
    """
    try:
        found = contracts(hr_id, known)
        return Person(hr_id=hr_id, fields=_fields(hr_id, known), contracts=found) if found else None
    except Unusable as flaw:
        return flaw.rejects(hr_id)


def _fields(hr_id: str, known: Known) -> Mapping[str, Value]:
    row = speaking(known.persons.of(hr_id), known.today)
    found: dict[str, Value] = {"employeeId": hr_id}
    found |= {ours: text(key, row.get(key)) for ours, key in NAMES.items()}
    code = text("nameAssembleOrder", row.get("nameAssembleOrder"))
    found["nameUsage"] = usage_from(USAGE[known.settings.system], code).value
    found["gender"] = (text("gender", row.get("gender")) or "").lower() or None
    found["email"] = of_type(row.get("emailAddresses"), "Business")
    found["phone"] = of_type(row.get("phoneNumbers"), "Business")
    found["deceased"] = row.get("deceased") in (True, "true")
    given = {**row, **known.extensions.get((hr_id, ""), {})}
    for name, reference in known.settings.fields.items():
        if reference.startswith("person.") and (reference in given or reference in known.seen):
            found[name] = plain(reference, given.get(reference))
    return found


def speaking(rows: Sequence[Row], today: date) -> Row:
    """Of several records of one human, and their time slices, the one that is true today.

    A record of somebody who is still employed comes before one that was discharged, one that has begun before one that
    is to come, and of those the newest; before the first has begun, the first.
    """
    slices = Slices[Row]()
    for row in rows:
        slices.add(identity(row.get("id")), begins(row), row)
    found = [one for own in slices.ids() if (one := slices.on(own, today))]
    return max(found, key=lambda one: _weight(one, today))


def _weight(row: Row, today: date) -> tuple[bool, bool, int, tuple[int, str]]:
    first, discharged = begins(row) or date.min, begins(row, "dischargeDate") or date.max
    begun = first <= today
    newest = first.toordinal() if begun else -first.toordinal()
    return discharged >= today, begun, newest, order(identity(row.get("id")))
