"""What the shared description of Graph lacks, held to the names and addresses in Microsoft's own SDK, read as text."""

import re
from pathlib import Path

import msgraph
import pytest

from local.graph.applications import ASSIGNMENT as APP_ROLE_ASSIGNMENT
from local.graph.privileges import ASSIGNMENT, ELIGIBILITY, GROUP_ELIGIBILITY
from local.graph.properties import APPLICATION, Kind
from local.graph.tenant import Tenant
from tests.local_graph.graph_client import Clock

SDK = Path(msgraph.__file__).parent / "generated"


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def names(type: str) -> set[str]:
    """The properties of a type and of those it inherits from."""
    text = (SDK / "models" / f"{_snake(type)}.py").read_text(encoding="utf-8")
    found = set(re.findall(r'"([A-Za-z@.]+)": lambda n', text))
    base = re.search(r"class \w+\((\w+), Parsable\)", text)
    return found | (names(base[1]) if base else set())


@pytest.mark.parametrize("kind", [ASSIGNMENT, ELIGIBILITY, GROUP_ELIGIBILITY, APP_ROLE_ASSIGNMENT, APPLICATION])
def test_every_property_is_one_that_microsoft_knows(kind: Kind) -> None:
    assert set(kind.properties) <= names(kind.name)


def test_the_roles_of_an_application_too() -> None:
    tenant = Tenant(clock=Clock())
    id = tenant.add_application("Salesforce", ["Standard"])
    (role,) = tenant.directory.entries[id].properties["appRoles"]
    assert set(role) <= names("appRole")


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("role_management/directory/role_assignments", "/roleManagement/directory/roleAssignments"),
        (
            "role_management/directory/role_eligibility_schedule_instances",
            "/roleManagement/directory/roleEligibilityScheduleInstances",
        ),
        (
            "identity_governance/privileged_access/group/eligibility_schedule_instances",
            "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
        ),
        ("groups_with_unique_name", "/groups(uniqueName='{uniqueName}')"),
        ("service_principals", "/servicePrincipals"),
        (
            "service_principals/item/app_role_assigned_to",
            "/servicePrincipals/{servicePrincipal%2Did}/appRoleAssignedTo",
        ),
        (
            "service_principals/item/app_role_assigned_to/item",
            "/servicePrincipals/{servicePrincipal%2Did}/appRoleAssignedTo/{appRoleAssignment%2Did}",
        ),
        ("users/item/app_role_assignments", "/users/{user%2Did}/appRoleAssignments"),
    ],
)
def test_every_address_is_one_that_microsoft_knows(file: str, address: str) -> None:
    texts = [one.read_text(encoding="utf-8") for one in (SDK / file).glob("*_request_builder.py")]
    assert any(f'"{{+baseurl}}{address}{{?' in text for text in texts)
