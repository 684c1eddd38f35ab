"""One employee of one company, as both APIs are brought to us, made a Person; pure, and the day is an argument."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from connectors._values import Unusable, text
from connectors.nmbrs.about import About
from connectors.nmbrs.employments import contracts
from connectors.nmbrs.reduce import choice, day, identity, inside, listed, made
from connectors.nmbrs.settings import EXTRA, KNOWN
from connectors.nmbrs.spells import Spell, speaking
from shared.errors import Reason
from shared.model import Attributes, Person, Rejected, Value
from shared.names import System, usage_from

WITHOUT_ID = Rejected(
    hr_id="",
    code=Reason.INVALID_RECORD.value,
    because="A record has no employee id; ask Nmbrs support to look at it.",
)
NAMES = {"initials": "initials", "prefix": "prefix", "surname": "lastName"}
PARTNER = {"partnerPrefix": "partnerPrefix", "partnerSurname": "partnerName"}


def person(row: Mapping[str, Any], about: About) -> Person | Rejected:
    """What is not in the row is absent: another template of the login may show it."""
    hr_id = identity(row.get("employeeId"))
    if not hr_id:
        return WITHOUT_ID
    try:
        now = personal(row, about)
        fields = _person_fields(hr_id, row, now, about)
        return Person(hr_id=hr_id, fields=fields, contracts=contracts(row, kind(row, now), about))
    except Unusable as flaw:
        return flaw.rejects(hr_id)


def personal(row: Mapping[str, Any], about: About) -> Mapping[str, Any]:
    """The personal information that counts today: the newest that has begun, by the calendar or because the company's
    payroll is at its period already. Who has none that is dated has the basic information of the list of employees.
    """
    calendar = about.company.calendar
    history = [
        Spell(start=calendar.since("personal information", one), fields=one, made=made(one))
        for one in listed(row, "info")
    ]
    basic = {"basicInfo": row["employeeBasicInfo"]} if row.get("employeeBasicInfo") else {}
    return {**basic, **speaking(history, max(about.today, calendar.current or about.today))}


def kind(row: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What Nmbrs says they are, in lower case; the list of employees says it of today, and comes first."""
    first = inside(row, "employeeBasicInfo")
    return choice("employeeType", first.get("employeeType") or inside(now, "basicInfo").get("employeeType")) or ""


def _person_fields(hr_id: str, row: Mapping[str, Any], now: Mapping[str, Any], about: About) -> Attributes:
    basic, contact, partner = inside(now, "basicInfo"), inside(now, "contactInfo"), inside(now, "partnerInfo")
    found: dict[str, Value] = {"employeeId": hr_id}
    if "employeeNumber" in basic:
        found["employeeNumber"] = text("employeeNumber", basic["employeeNumber"])
    found |= {ours: text(key, basic[key]) for ours, key in NAMES.items() if key in basic}
    if "firstName" in basic:
        found["nickName"] = found["givenName"] = text("firstName", basic["firstName"])
    if full := text("firstNameInFull", basic.get("firstNameInFull")):
        found["givenName"] = full
    found |= {ours: text(key, partner[key]) for ours, key in PARTNER.items() if key in partner}
    if "ascription" in partner:
        code = text("ascription", inside(partner, "ascription").get("code")) or ""
        found["nameUsage"] = (about.name_usage.get(code) or usage_from(System.NMBRS, code)).value
    if "gender" in inside(now, "birthInfo"):
        found["gender"] = choice("gender", inside(now, "birthInfo")["gender"])
    if "businessEmail" in contact:
        found["email"] = text("businessEmail", contact["businessEmail"])
    return found | dict(_asked(row, now, about))


def _asked(row: Mapping[str, Any], now: Mapping[str, Any], about: About) -> Iterator[tuple[str, Value]]:
    """The fields that the settings let in. Of an extra field with a history the value that counts today."""
    for ours, key in about.fields.items():
        if not key.startswith(EXTRA):
            part = inside(now, KNOWN[key])
            if key in part:
                found = day(key, part[key]) if key == "birthDate" else text(key, part[key])
                yield ours, found.isoformat() if isinstance(found, date) else found
        elif "extraFields" in row:
            yield ours, _extra(listed(row, "extraFields"), key.removeprefix(EXTRA), about.today)


def _extra(rows: Sequence[Mapping[str, Any]], name: str, today: date) -> Value:
    spells = [
        Spell(start=day("an extra field", one.get("startDate")) or date.min, fields=one)
        for one in rows
        if inside(one, "extraField").get("name") == name
    ]
    said = speaking([spell for spell in spells if spell.start <= today], today)
    if inside(said, "extraField").get("extraFieldType") == "date":
        found = day("an extra field", said.get("value"))
        return found.isoformat() if found else None
    return text("an extra field", said.get("value"))
