"""AFAS Profit: everyone's name, employments, units and manager, through GetConnectors that the settings name."""

from types import MappingProxyType

from connectors.afas.settings import Settings
from connectors.afas.source import Employees
from shared.connector import ALWAYS, Manifest, Permission

__all__ = ["MANIFEST", "Settings"]

MANIFEST = Manifest(
    name="afas",
    summary="AFAS Profit: employees, employments, positions and the organisation chart",
    docs="https://docs.afas.help/profit/en/get-connector",
    settings=Settings,
    proven="simulated",
    source=Employees,
    more_facts=lambda settings: settings.facts,
    permissions=MappingProxyType(
        {
            "App connector with the GetConnectors in the settings": Permission(
                why="who works here; its user must be allowed to see every employee, and no more than that",
                read=ALWAYS,
            )
        }
    ),
)
