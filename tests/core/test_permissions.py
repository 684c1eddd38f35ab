"""Which permissions a policy needs: what is always needed, and what its own features take."""

from typing import Any

import pytest

from connectors.entra import MANIFEST
from shared.permissions import needed
from shared.policy import TargetPolicy

ALWAYS = {name for name in MANIFEST.permissions if name not in MANIFEST.only_for}


def policy(**changed: Any) -> TargetPolicy:
    plain = {"connector": "entra", "correlate": ["employeeId"], "attributes": {"employeeId": "[employeeId]"}}
    return TargetPolicy.model_validate({**plain, **changed})


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        ({}, set()),
        ({"grants": [{"group": "Sales"}]}, set()),
        ({"timing": {"delete_after": 90}}, {"User.DeleteRestore.All"}),
        ({"grants": [{"license": "SPE_E3"}]}, {"LicenseAssignment.ReadWrite.All"}),
        ({"grants": [{"role": "App/User"}]}, {"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}),
        ({"settings": {"application_roles": True}}, {"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}),
    ],
)
def test_a_feature_takes_its_permission_and_no_other(changed: dict[str, Any], more: set[str]) -> None:
    assert set(needed(MANIFEST, policy(**changed))) == ALWAYS | more


def test_each_is_told_with_what_it_is_for_in_the_order_of_the_manifest() -> None:
    found = needed(MANIFEST, policy())
    assert list(found) == [name for name in MANIFEST.permissions if name in found]
    assert all(found.values())
