"""Visma.net HRM (source, Netherlands): everybody's name, contracts and manager, from its CSV exports; only read."""

from types import MappingProxyType

from connectors.visma.exports import CANONICAL, KINDS, SCOPES, Export
from connectors.visma.read import Employees
from connectors.visma.settings import Settings
from connectors.visma.signin import sign_in
from shared.connector import ALWAYS, Manifest, Permission

__all__ = ["MANIFEST", "Settings"]

CONTACTS = "contact information"
WHY = {
    Export.EMPLOYEES: "who works here, and the user-defined fields that are wanted",
    Export.CONTRACTS: "their contracts, and the user-defined fields that are wanted",
    Export.USERS: "which employee a manager is",
    Export.UNITS: "the organization units above each, and who leads them",
    Export.COST_CENTERS: "the codes of cost centers",
}


def features(settings: Settings) -> frozenset[str]:
    """Which exports are asked for."""
    more = {CONTACTS} if settings.contact_information else set[str]()
    return frozenset(export.value for export in settings.exports) | more


RECORDED = frozenset({"status", "nameusage", *(kind.files for kind in KINDS.values())})
"""Words of Visma itself: what a job says of itself and where its files are, and how a name is used."""

MANIFEST = Manifest(
    name="visma",
    summary="Visma.net HRM (Netherlands): employees, contracts and managers from its CSV exports, over Visma Connect",
    docs="https://api.analytics1.hrm.visma.net/docs/openapi.html",
    settings=Settings,
    sign_in=sign_in,
    proven="simulated",
    glance=(
        "Never: `changeTimestampBefore` is in the answers, and how to ask with it is not published. An export is one "
        "file for everybody."
    ),
    recorded=RECORDED,
    source=Employees,
    facts=CANONICAL,
    more_facts=lambda settings: settings.facts,
    permissions=MappingProxyType(
        {
            **{
                KINDS[export].scope: Permission(
                    why=why,
                    read=ALWAYS if export in (Export.EMPLOYEES, Export.CONTRACTS) else frozenset({export.value}),
                )
                for export, why in WHY.items()
            },
            SCOPES + "exportcontactinformation": Permission(
                why="private addresses and numbers, where `fields` names them", read=frozenset({CONTACTS})
            ),
        }
    ),
    features=features,
    reading_posts=frozenset(f"/v1/command/nl/hrm/{kind.path}" for kind in KINDS.values()),
)
