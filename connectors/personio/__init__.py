"""Personio (source): everyone's name, employment and supervisor, over the v1 or the v2 API; nothing is written."""

from types import MappingProxyType
from urllib.parse import quote

from connectors.personio import v1, v2
from connectors.personio.settings import CANONICAL, Settings
from connectors.personio.signin import sign_in
from shared.connector import Manifest, Outside, Permission, Source

__all__ = ["MANIFEST", "Settings", "source"]


def source(settings: Settings, outside: Outside) -> Source:
    """The reader of the API the settings name."""
    return v1.Employees(settings, outside) if settings.api == "v1" else v2.Persons(settings, outside)


def features(settings: Settings) -> frozenset[str]:
    """Which API is asked, and which names it looks up."""
    return frozenset({settings.api, *(settings.lookups if settings.api == "v2" else ())})


RECORDED = frozenset(
    {
        *("success", "limit", "offset", "metadata.total_elements", "metadata.current_page", "metadata.total_pages"),
        *("type", "label", "universal_id", "global_id", "status", "status.value", "employment_type.value"),
        *("custom_attributes.id", "next.href"),
    }
)
"""Words and numbers of Personio itself, of both APIs; among them the kinds and labels of attributes."""


def link(settings: Settings, hr_id: str) -> str | None:
    """The profile of an employee. The path is as Personio's own pages have it, and no part of the API it promises."""
    return f"{settings.pages}/staff/details/{quote(hr_id, safe='')}" if settings.pages else None


MANIFEST = Manifest(
    name="personio",
    summary="Personio HR: employees over the v1 API, or persons and employments over the v2 API",
    docs="https://developer.personio.de/reference",
    settings=Settings,
    sign_in=sign_in,
    proven="simulated",
    glance=(
        "Whom `updated_since` (v1) or `updated_at` (v2) tells of: newcomers, names, own attributes, and in v1 the "
        "employment too. In v2 `updated_at` does not move when only the employment changes, so that another manager, "
        "department or last day is told by the whole read."
    ),
    source=source,
    facts=CANONICAL,
    permissions=MappingProxyType(
        {
            "Employees: read (v1)": Permission(
                why=(
                    "who works here; tick first_name, last_name, status, hire_date, termination_date, "
                    "last_working_day, supervisor, and only what else the policy uses"
                ),
                read=frozenset({"v1"}),
            ),
            "personio:persons:read (v2)": Permission(
                why="who works here, and their employments", read=frozenset({"v2"})
            ),
            "personio:org-units:read (v2)": Permission(
                why="the names of departments and teams", read=frozenset({"department", "team"})
            ),
            "personio:legal-entities:read (v2)": Permission(why="the names of employers", read=frozenset({"employer"})),
            "personio:cost-centers:read (v2)": Permission(
                why="the names of cost centres", read=frozenset({"costCenter"})
            ),
            "personio:workplaces:read (v2)": Permission(why="the names of locations", read=frozenset({"location"})),
        }
    ),
    features=features,
    recorded=RECORDED,
    link=link,
)
