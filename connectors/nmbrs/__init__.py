"""Nmbrs (source): the employees of one or several companies, over REST or the old SOAP v3; nothing is written."""

from types import MappingProxyType

from connectors.nmbrs.glanced import Glanced
from connectors.nmbrs.reading import Employees
from connectors.nmbrs.settings import CONTRACT, COST, LEAVE, PERSON, REASON, Settings
from connectors.nmbrs.signin import ASKED, sign_in
from connectors.nmbrs.soap import RETIRES, SERVICES, SoapApi
from shared.connector import Manifest, Outside, Permission, Source

__all__ = ["MANIFEST", "Settings", "source"]


def source(settings: Settings, outside: Outside) -> Source:
    """The reader of the API the settings name."""
    if settings.api == "rest":
        return Glanced(settings, outside)
    return Employees(settings, outside, SoapApi(settings, outside))


def features(settings: Settings) -> frozenset[str]:
    """Which API is asked, and what beside the usual is read."""
    return frozenset({settings.api, *(name for name in ASKED if getattr(settings, name))})


def more_facts(settings: Settings) -> frozenset[str]:
    """What settings add."""
    asked = {COST: settings.cost_centers, LEAVE: settings.leave, REASON: settings.end_reason}
    return frozenset(settings.fields).union(*(names for names, wanted in asked.items() if wanted))


def cautions(settings: Settings) -> tuple[tuple[str, str], ...]:
    """What `joinly validate` says of settings that can be used."""
    if settings.api == "rest":
        return ()
    return (("api", f"Nmbrs retires SOAP v3 on {RETIRES}, and employees have other ids in REST; see docs/hr/nmbrs.md"),)


REST = frozenset({"rest"})
RECORDED = frozenset(
    {
        *("pagination.totalRecords", "pagination.totalPages", "employeeType", "periodType", "period.year"),
        *("period.period", "ascription.code", "extraField.name", "extraFieldType", "parentalLeaveType.code"),
        *("EmployeeType.Id", "EmployeeType.Description", "Company_GetCurrentPeriodResult"),
        *("StartYear", "StartPeriod", "Naamstelling"),
    }
)
"""What Nmbrs itself counts, its periods, and its own words for kinds of things."""

MANIFEST = Manifest(
    name="nmbrs",
    summary="Visma Nmbrs: employees of all companies that a login sees, over REST or the old SOAP v3",
    docs="https://developer.nmbrs.com/docs",
    settings=Settings,
    sign_in=sign_in,
    proven="simulated",
    glance=(
        "Over REST, whoever has a new row in some list: newcomers, changed employments (`changedFrom`), and names, "
        "contracts, departments, functions and managers that begin anew (`createdFrom`). What was corrected without a "
        "new row, extra fields, and a department's new name or head are told by the whole read. Over SOAP never."
    ),
    source=source,
    facts=PERSON | CONTRACT,
    more_facts=more_facts,
    permissions=MappingProxyType(
        {
            "company.info.read": Permission(why="debtors, companies and their periods", read=REST),
            "employee.info.read": Permission(
                why="who works here, names, work mail, departments, functions and managers", read=REST
            ),
            "employee.employment.read": Permission(why="first and last days, hours", read=REST),
            "employee.orgstructure.read": Permission(
                why="who heads a department", read=frozenset({"department_managers"})
            ),
            "employee.payment.read": Permission(
                why="cost centres; it shows wage components too, which are never read", read=frozenset({"cost_centers"})
            ),
            "employee.leave.read": Permission(
                why="parental leave; it shows absence through illness too, which is never read",
                read=frozenset({"leave"}),
            ),
            "offline_access": Permission(why="a refresh token, so that nobody must consent each hour", read=REST),
            "API user of SOAP v3": Permission(
                why=(
                    "an API user whose template shows companies, employees, personal information without BSN, "
                    "employments, contracts, departments, functions and managers"
                ),
                read=frozenset({"soap"}),
            ),
        }
    ),
    features=features,
    cautions=cautions,
    reading_posts=SERVICES,
    recorded=RECORDED,
)
