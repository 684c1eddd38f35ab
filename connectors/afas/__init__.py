"""AFAS Profit: everyone's name, employments, units and manager; and work mail and login name written back."""

from types import MappingProxyType

from connectors.afas.settings import Settings
from connectors.afas.source import Employees
from connectors.afas.target import ATTRIBUTES, Records, unwritten
from shared.connector import ALWAYS, Manifest, Permission
from shared.model import Verb

__all__ = ["MANIFEST", "Settings"]

RECORDED = frozenset(
    {
        *(".skip", ".take", ".name", ".description", "externalMessage", "errorNumber", "retry_after"),
        *("getConnectors.id", "getConnectors.description", "updateConnectors.id"),
        *("fields.id", "fields.fieldId", "fields.dataType", "fields.label", "fields.length"),
        *("Dienstverband", "Volgnummer_contract", "Naamgebruik_code", "NameUse"),
    }
)
"""Pages, names of connectors and fields, refusals, and of rows nothing but the number of an employment and the code of
a name.
"""

MANIFEST = Manifest(
    name="afas",
    summary="AFAS Profit: employees, employments, positions and the organisation chart; work mail and login name back",
    docs="https://docs.afas.help/profit/en/get-connector",
    settings=Settings,
    proven="simulated",
    read_whole=(
        "*Gewijzigd op* can be filtered on. It does not move when only a joined table changed, and who was "
        "deleted is in no answer; a full read is a request for every 1,000 rows as it is."
    ),
    recorded=RECORDED,
    source=Employees,
    target=Records,
    more_facts=lambda settings: settings.facts,
    verbs=frozenset({Verb.CORRELATE, Verb.UPDATE}),
    attributes=ATTRIBUTES,
    corrects=True,
    unwritten=unwritten,
    permissions=MappingProxyType(
        {
            "App connector with the GetConnectors in the settings": Permission(
                why="who works here; its user must be allowed to see every employee, and no more than that",
                read=ALWAYS,
            ),
            "App connector with KnPerson or KnEmployee, KnUser, and the GetConnectors of people and users": Permission(
                why="write work mail and login name; a token of its own, so that what reads cannot write",
                write=ALWAYS,
            ),
        }
    ),
)
