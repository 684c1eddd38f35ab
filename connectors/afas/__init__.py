"""AFAS Profit: everyone's name, employments, units and manager; and work mail and login name written back."""

from types import MappingProxyType

from connectors.afas.glanced import Glanced
from connectors.afas.settings import Settings
from connectors.afas.source import Employees
from connectors.afas.target import ATTRIBUTES, Records, unwritten
from shared.connector import ALWAYS, Manifest, Outside, Permission, Source
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


def source(settings: Settings, outside: Outside) -> Source:
    """The reader; it can be glanced at where the settings say which fields tell of a change."""
    return Glanced(settings, outside) if settings.dated else Employees(settings, outside)


MANIFEST = Manifest(
    name="afas",
    summary="AFAS Profit: employees, employments, positions and the organisation chart; work mail and login name back",
    docs="https://docs.afas.help/profit/en/get-connector",
    settings=Settings,
    proven="simulated",
    glance=(
        "Whom *Gewijzigd op* tells of, where the GetConnectors show it and the settings name it (`changed`). It does "
        "not move when only a joined table changed: a unit's new name or leader is told by the whole read."
    ),
    recorded=RECORDED,
    source=source,
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
