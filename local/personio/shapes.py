"""v2 records as the vendor sends them: a person without employment data, and employments with ids only."""

from datetime import date, datetime
from typing import Any

from local.personio.company import Company, Credential, Employee, Employment
from local.personio.faults import Faults

HOST = "https://api.personio.de"
TYPES = {"standard": "string", "date": "date", "integer": "int", "decimal": "double", "tags": "string_list"}
"""v1 types of custom attributes → v2, in lower case as they really come (the schema has upper case)."""


def status_of(one: Employee, today: date) -> str:
    return "INACTIVE" if all(job.status_on(today) == "INACTIVE" for job in one.employments) else "ACTIVE"


def person_shape(one: Employee, credential: Credential, today: date) -> dict[str, Any]:
    """What the credential may see: always `id`, `employments` and `_meta`, and nothing else that is not ticked."""
    ticked = credential.attributes
    standard = {
        "email": one.email,
        "created_at": zulu(one.created_at),
        "updated_at": zulu(one.updated_at),
        "first_name": one.first_name,
        "last_name": one.last_name,
        "preferred_name": one.preferred_name,
        "gender": one.gender,
        "profile_picture": {"url": f"{HOST}/v1/company/employees/{one.id}/profile-picture"},
        "status": status_of(one, today),
    }
    custom = [
        {"id": key, "type": TYPES.get(each.type, "string"), "label": each.label, "value": each.value}
        | ({"global_id": each.universal_id} if each.universal_id else {})
        for key, each in one.custom.items()
        if ticked is None or key in ticked
    ]
    body: dict[str, Any] = {"id": str(one.id)}
    body |= {key: value for key, value in standard.items() if ticked is None or key in ticked}
    if custom or ticked is None:
        body["custom_attributes"] = custom
    links = {"employments": {"href": f"{HOST}/v2/persons/{one.id}/employments"}}
    return body | {"employments": [{"id": job.id} for job in one.employments], "_meta": {"links": links}}


def employment_shape(one: Employee, job: Employment, company: Company, faults: Faults) -> dict[str, Any]:
    units = [("team", job.team), ("department", job.department)]
    body: dict[str, Any] = {
        "id": job.id,
        "status": job.status_on(company.clock().date()),
        "weekly_working_hours": job.hours,
        "full_time_weekly_working_hours": job.full_time_hours,
        "probation_end_date": None,
        "employment_start_date": day(job.start),
        "employment_end_date": day(job.end),
        "type": job.type,
        "contract_end_date": day(job.contract_end),
        "created_at": zulu(one.created_at),
        "updated_at": zulu(one.updated_at),
        "position": job.title and {"title": job.title},
        "supervisor": job.supervisor and {"id": str(job.supervisor)},
        "office": job.office and {"id": company.unit("office", job.office)},
        "legal_entity": job.legal_entity and {"id": company.unit("subcompany", job.legal_entity)},
        "org_units": [{"type": kind, "id": company.unit(kind, name)} for kind, name in units if name],
        "cost_centers": [{"id": company.unit("cost-center", name), "weight": part} for name, part in job.cost_centers],
        "person": {"id": str(one.id)},
        "_meta": {"links": {"person": {"href": f"{HOST}/v2/persons/{one.id}"}}},
    }
    if job.termination_date or job.last_working_day:
        body["termination"] = {
            "termination_date": day(job.termination_date),
            faults.last_working_key: day(job.last_working_day),
            "terminated_at": None,
            "type": "QUIT",
            "reason": None,
        }
    return body


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def zulu(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
