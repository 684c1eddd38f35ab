"""Youforce (source, and target for what is written back): HR Core Beaufort over its IAM API, or HR Core Business.

It never creates, disables or deletes anybody: accounts are the employees' own records.
"""

from types import MappingProxyType

from connectors.youforce.settings import CONTRACT, PERSON, Settings
from connectors.youforce.signin import quota, sign_in
from connectors.youforce.source import People
from shared.connector import Manifest, Permission

__all__ = ["MANIFEST", "Settings"]


def features(settings: Settings) -> frozenset[str]:
    """Which system is asked, what is read beside the people, and what is written back."""
    own = {"extensions"} if any(".extensions." in one for one in settings.wanted) else set()
    return frozenset({settings.system, *own, *settings.writes})


MANIFEST = Manifest(
    name="youforce",
    summary="Visma Youforce (HR Core Beaufort) or YouServe (HR Core Business): people and employments over the IAM API",
    docs="https://vr-api-integration.github.io/youforce-api-documentation/iam_api_intro.html",
    settings=Settings,
    sign_in=sign_in,
    quota=quota,
    proven="simulated",
    source=People,
    facts=PERSON | CONTRACT,
    more_facts=lambda settings: settings.facts,
    permissions=MappingProxyType(
        {
            "Youforce-IAM:Get_Basic (Beaufort)": Permission(
                why="who works here: persons, employments, assignments, units, roles, cost centres",
                read=frozenset({"beaufort"}),
            ),
            "Youforce-Extensions:Get_Basic (Beaufort)": Permission(
                why="the customer's own fields that `fields` names", read=frozenset({"extensions"})
            ),
            "IAM API (Business)": Permission(
                why="who works here: employees, employments, companies, units, job profiles, cost centres",
                read=frozenset({"business"}),
            ),
        }
    ),
    features=features,
)
