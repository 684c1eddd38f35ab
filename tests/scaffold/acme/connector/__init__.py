"""Acme (source): everyone's name, employment and manager, over its REST API; nothing is written."""

from types import MappingProxyType

from shared.connector import Manifest, Permission
from tests.scaffold.acme.connector.reading import Employees
from tests.scaffold.acme.connector.settings import CANONICAL, Settings
from tests.scaffold.acme.connector.signin import sign_in

ALWAYS = frozenset({"always"})

MANIFEST = Manifest(
    name="acme",
    summary="Acme: employees over its REST API",
    docs="https://developer.acme.example",
    settings=Settings,
    sign_in=sign_in,
    proven="simulated",
    glance="Never: say here what the vendor offers for reading only what has changed, and why it would not do.",
    source=Employees,
    facts=CANONICAL,
    permissions=MappingProxyType(
        {"employees.read": Permission(why="who works here, from when to when, and for whom", read=ALWAYS)}
    ),
    recorded=frozenset({"total"}),
)
