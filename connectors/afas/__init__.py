"""AFAS Profit: everyone's name, employments, units and manager; and work mail and login name written back."""

from types import MappingProxyType

from connectors.afas.settings import Settings
from connectors.afas.source import Employees
from connectors.afas.target import ATTRIBUTES, Records
from shared.connector import ALWAYS, Manifest, Permission
from shared.model import Verb

__all__ = ["MANIFEST", "Settings"]

RECORDED = frozenset(
    {
        *(".skip", ".take", ".name", "getConnectors.id", "fields.id", "fields.dataType", "fields.label"),
        *("externalMessage", "errorNumber", "retry_after", "Naamgebruik_code", "NameUse"),
    }
)
"""Words and numbers of Profit itself: places in a list, what a GetConnector is called and made of, refusals, codes."""

MANIFEST = Manifest(
    name="afas",
    summary="AFAS Profit: employees, employments, positions and the organisation chart; work mail and login name back",
    docs="https://docs.afas.help/profit/en/get-connector",
    settings=Settings,
    proven="simulated",
    source=Employees,
    target=Records,
    more_facts=lambda settings: settings.facts,
    recorded=RECORDED,
    verbs=frozenset({Verb.CORRELATE, Verb.UPDATE}),
    attributes=ATTRIBUTES,
    corrects=True,
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
