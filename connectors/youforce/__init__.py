"""Youforce (source, and target for what is written back): HR Core Beaufort over its IAM API, or HR Core Business.

It never creates, disables or deletes anybody: accounts are the employees' own records.
"""

from types import MappingProxyType

from connectors.youforce.settings import CONTRACT, PERSON, Settings
from connectors.youforce.signin import quota, sign_in
from connectors.youforce.source import People
from connectors.youforce.target import ATTRIBUTES, Records
from shared.connector import Manifest, Permission
from shared.model import Verb

__all__ = ["MANIFEST", "Settings"]


def features(settings: Settings) -> frozenset[str]:
    """What a source reads, or what a target writes back; `writes` tells one from the other."""
    if settings.writes:
        return frozenset(f"{settings.system} {name}" for name in settings.writes)
    own = (
        {"extensions"}
        if settings.system == "beaufort" and any(".extensions." in one for one in settings.wanted)
        else ()
    )
    return frozenset({settings.system, *own})


def unwritten(settings: Settings) -> dict[str, str]:
    """Whatever `writes` does not name."""
    left = [one.name for one in ATTRIBUTES if one.name not in settings.writes]
    return {name: f"add {name} to `writes` of the settings" for name in left}


WRITTEN = frozenset({"beaufort identity", "beaufort email", "beaufort phone"})

RECORDED = frozenset(
    {
        *("nextLink", "shortName", "employmentCode", "bo4FieldCode", "fieldNameAlias"),
        *("extensions.key", "emailAddresses.type"),
    }
)
"""Words of the two systems and codes of the customer's own: of links, units, roles, kinds and fields, and of nobody."""

MANIFEST = Manifest(
    name="youforce",
    summary="Visma Youforce (HR Core Beaufort) or YouServe (HR Core Business): people and employments over the IAM API",
    docs="https://vr-api-integration.github.io/youforce-api-documentation/iam_api_intro.html",
    settings=Settings,
    sign_in=sign_in,
    quota=quota,
    proven="simulated",
    glance=(
        "Never: what is scarce is signing in, 400 times a month, and a token lasts an hour; within that hour a whole "
        "read costs nine requests for 1,000 people. `from` and `to` would take as many for one who was changed."
    ),
    recorded=RECORDED,
    source=People,
    target=Records,
    verbs=frozenset({Verb.CORRELATE, Verb.UPDATE}),
    attributes=ATTRIBUTES,
    corrects=True,
    unwritten=unwritten,
    facts=PERSON | CONTRACT,
    more_facts=lambda settings: settings.facts,
    permissions=MappingProxyType(
        {
            "Youforce-IAM:Get_Basic (Beaufort)": Permission(
                why="who works here: persons, employments, assignments, units, roles, cost centres",
                read=frozenset({"beaufort"}),
                write=WRITTEN,
            ),
            "Youforce-IAM:Update_Identity (Beaufort)": Permission(
                why="write the name with which people sign in back to Youforce", write=frozenset({"beaufort identity"})
            ),
            "Youforce-IAM:Write_Basic (Beaufort)": Permission(
                why="write the business e-mail address and telephone number back",
                write=WRITTEN - {"beaufort identity"},
            ),
            "Youforce-Extensions:Get_Basic (Beaufort)": Permission(
                why="the customer's own fields that `fields` names", read=frozenset({"extensions"})
            ),
            "IAM API (Business)": Permission(
                why="who works here: employees, employments, companies, units, job profiles, cost centres",
                read=frozenset({"business"}),
                write=frozenset({"business identity"}),
            ),
        }
    ),
    features=features,
)
