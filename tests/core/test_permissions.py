"""Which permissions a policy needs: what is always needed, what its own features take, and which app asks for it."""

from collections.abc import Mapping
from typing import Any

import pytest

import connectors
from connectors import exchange, personio
from connectors.entra import MANIFEST
from shared.checks.policy import check
from shared.connector import ALWAYS, App, Grantor, Manifest
from shared.permissions import features, needed, needs, secrets
from shared.policy import TargetPolicy
from shared.policy_file import load

READING = {"User.Read.All", "User-LifeCycleInfo.Read.All"}
ALWAYS_WRITING = {
    "User.ReadWrite.All",
    "User.RevokeSessions.All",
    "User-LifeCycleInfo.Read.All",
    "RoleManagement.Read.Directory",
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "GroupMember.Read.All",
    "LicenseAssignment.Read.All",
}
POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: personio
    settings: {api: v2, client_id: "secret:personio-id", client_secret: "secret:personio-secret", lookups: [team]}
targets:
  entra:
    connector: entra
    settings: {tenant: sandbox}
    correlate: [employeeId]
    attributes: {employeeId: "[employeeId]"}
"""


def policy(**changed: Any) -> TargetPolicy:
    plain = {"connector": "entra", "correlate": ["employeeId"], "attributes": {"employeeId": "[employeeId]"}}
    return TargetPolicy.model_validate({**plain, **changed})


def asked(app: App, target: TargetPolicy, manifest: Manifest = MANIFEST) -> set[str]:
    return set(needed(manifest, app, frozenset(features(manifest, target))))


@pytest.mark.parametrize(
    ("changed", "more", "fewer"),
    [
        ({}, set(), set()),
        ({"grants": [{"group": "Sales"}]}, {"GroupMember.ReadWrite.All"}, {"GroupMember.Read.All"}),
        (
            {"grants": [{"group": "Sales", "create": True}]},
            {"GroupMember.ReadWrite.All", "Group.ReadWrite.All"},
            {"GroupMember.Read.All"},
        ),
        ({"timing": {"delete_after": 90}}, {"User.DeleteRestore.All"}, set()),
        ({"grants": [{"license": "SPE_E3"}]}, {"LicenseAssignment.ReadWrite.All"}, set()),
        ({"grants": [{"role": "App/User"}]}, {"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}, set()),
        (
            {"settings": {"application_roles": True}},
            {"AppRoleAssignment.ReadWrite.All", "Application.Read.All"},
            set(),
        ),
        (
            {"attributes": {"employeeId": "[employeeId]", "employeeLeaveDateTime": "[end]"}},
            {"User-LifeCycleInfo.ReadWrite.All"},
            {"User-LifeCycleInfo.Read.All"},
        ),
    ],
)
def test_a_feature_takes_its_permission_and_no_other(changed: dict[str, Any], more: set[str], fewer: set[str]) -> None:
    assert asked(App.WRITE, policy(**changed)) == (ALWAYS_WRITING | more) - fewer


def test_the_reading_app_is_never_allowed_to_write() -> None:
    everything = {
        "timing": {"delete_after": 90},
        "settings": {"application_roles": True},
        "grants": [{"group": "Sales", "create": True}, {"license": "SPE_E3"}, {"role": "App/User"}],
        "attributes": {"employeeId": "[employeeId]", "employeeLeaveDateTime": "[end]"},
    }
    assert asked(App.READ, policy(**everything)) == READING | {"LicenseAssignment.Read.All"}
    assert asked(App.READ, policy()) == READING
    for manifest in map(connectors.manifest, connectors.names()):
        for name, one in manifest.permissions.items():
            assert not (one.read and "Write" in name), (manifest.name, name)


def test_exchange_is_written_only_and_the_larger_role_stands_in_the_place_of_the_smaller() -> None:
    plain = {"connector": "exchange", "follows": "entra", "attributes": {}}
    small = TargetPolicy.model_validate({**plain, "grants": [{"full_access": "sales@contoso.nl"}]})
    large = TargetPolicy.model_validate({**plain, "grants": [{"distribution_group": "all@contoso.nl"}]})
    assert asked(App.WRITE, small, exchange.MANIFEST) == {"Exchange.ManageAsApp", "Exchange Recipient Administrator"}
    assert asked(App.WRITE, large, exchange.MANIFEST) == {"Exchange.ManageAsApp", "Exchange Administrator"}
    assert asked(App.READ, large, exchange.MANIFEST) == set()


@pytest.mark.parametrize(
    ("settings", "scopes"),
    [
        ({"api": "v1"}, {"Employees: read (v1)"}),
        ({"api": "v2", "lookups": []}, {"personio:persons:read (v2)"}),
        ({"api": "v2"}, {"personio:persons:read (v2)", "personio:org-units:read (v2)"}),
        ({"api": "v2", "lookups": ["costCenter"]}, {"personio:persons:read (v2)", "personio:cost-centers:read (v2)"}),
    ],
)
def test_a_source_is_asked_for_what_its_settings_read(settings: Mapping[str, Any], scopes: set[str]) -> None:
    given = personio.Settings.model_validate({"client_id": "secret:a", "client_secret": "secret:b", **settings})
    used = personio.MANIFEST.features(given)
    assert set(needed(personio.MANIFEST, App.READ, used)) == scopes
    assert set(needed(personio.MANIFEST, App.WRITE, used)) == set()


def test_a_policys_needs_are_told_by_app_and_place_and_its_secrets_too() -> None:
    found = load(POLICY)
    told = list(needs(found.policy, check(found, connectors.manifest), connectors.manifest))
    assert {(one.app, one.place) for one in told} == {(App.READ, "hr"), (App.READ, "entra"), (App.WRITE, "entra")}
    assert {one.name for one in told if one.app is App.WRITE} == ALWAYS_WRITING
    assert secrets(found.policy) == {App.READ: ("personio-id", "personio-secret"), App.WRITE: ()}


@pytest.mark.parametrize("name", connectors.names())
def test_every_permission_has_a_reason_an_app_and_a_place_where_it_is_given(name: str) -> None:
    manifest = connectors.manifest(name)
    for permission in manifest.permissions.values():
        assert permission.why
        assert permission.read or permission.write
        assert not permission.instead_of or permission.instead_of in manifest.permissions
        assert permission.by is not Grantor.SYSTEM or manifest.source


def test_each_is_told_with_what_it_is_for_in_the_order_of_the_manifest() -> None:
    found = needed(MANIFEST, App.WRITE, ALWAYS)
    assert list(found) == [name for name in MANIFEST.permissions if name in found]
