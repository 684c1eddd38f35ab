"""v1 employees as the vendor sends them: every attribute wrapped in its label, type and universal id."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from local.personio.company import Company, Employee

BERLIN = ZoneInfo("Europe/Berlin")


def attributes_of(employee: Employee, company: Company, iso: bool) -> dict[str, dict[str, Any]]:
    """All attributes of the newest employment, each as `{label, value, type, universal_id}`."""
    job = employee.employments[-1]
    today = company.clock().astimezone(BERLIN).date()
    shares = [
        {
            "type": "CostCenter",
            "attributes": {"id": int(company.unit("cost-center", n)), "name": n, "percentage": share},
        }
        for n, share in job.cost_centers
    ]
    boss = {"type": "Employee", "attributes": {"id": wrapped("ID", job.supervisor, "integer", "id")}}
    found = {
        "id": wrapped("ID", employee.id, "integer", "id"),
        "first_name": wrapped("First name", employee.first_name, "standard", "first_name"),
        "last_name": wrapped("Last name", employee.last_name, "standard", "last_name"),
        "preferred_name": wrapped("Name (preferred)", employee.preferred_name, "standard", "preferred_name"),
        "email": wrapped("Email", employee.email, "standard", "email"),
        "gender": wrapped("Gender", employee.gender and employee.gender.lower(), "standard", "gender"),
        "status": wrapped("Status", job.status_on(today).lower(), "standard", "status"),
        "position": wrapped("Position", job.title, "standard", "position"),
        "supervisor": wrapped("Supervisor", boss if job.supervisor else None, "standard", "supervisor"),
        "employment_type": wrapped("Employment type", job.type.lower(), "standard", "employment_type"),
        "weekly_working_hours": wrapped("Weekly hours", hours(job.hours), "standard", "weekly_working_hours"),
        "hire_date": wrapped("Hire date", midnight(job.start, iso), "date", "hire_date"),
        "contract_end_date": wrapped("Contract ends", midnight(job.contract_end, iso), "date", "contract_end_date"),
        "termination_date": wrapped(
            "Termination date", midnight(job.termination_date or job.end, iso), "date", "termination_date"
        ),
        "last_working_day": wrapped(
            "Last day of work", midnight(job.last_working_day, iso), "date", "last_working_day"
        ),
        "created_at": wrapped("created_at", local(employee.created_at), "date", "created_at"),
        "last_modified_at": wrapped("Last modified", local(employee.updated_at), "date", "last_modified_at"),
        "subcompany": wrapped("Subcompany", unit(company, "Subcompany", job.legal_entity), "standard", "subcompany"),
        "office": wrapped("Office", unit(company, "Office", job.office), "standard", "office"),
        "department": wrapped("Department", unit(company, "Department", job.department), "standard", "department"),
        "team": wrapped("Team", unit(company, "Team", job.team), "standard", "team"),
        "cost_centers": wrapped("Cost center", shares, "standard", "cost_centers"),
    }
    return found | {
        key: wrapped(custom.label, custom.value, custom.type, custom.universal_id)
        for key, custom in employee.custom.items()
    }


def wrapped(label: str, value: Any, type: str, universal_id: str | None) -> dict[str, Any]:
    return {"label": label, "value": value, "type": type, "universal_id": universal_id}


def unit(company: Company, type: str, name: str | None) -> dict[str, Any] | None:
    if name is None:
        return None
    return {"type": type, "attributes": {"id": int(company.unit(type.lower(), name)), "name": name}}


def hours(number: float | None) -> str | None:
    return None if number is None else f"{number:g}"


def midnight(day: date | None, iso: bool) -> str | None:
    """Local midnight with its offset, in one of the two forms v1 is known to write."""
    if day is None:
        return None
    return datetime.combine(day, time(), BERLIN).isoformat(sep="T" if iso else " ")


def local(moment: datetime) -> str:
    return moment.astimezone(BERLIN).replace(microsecond=0).isoformat()
