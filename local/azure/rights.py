"""Which identity may do what on the local Azure, as data: what roles are in Azure. Everything else is refused.

What an app uses of tables and queues is what `shared.azure.reach` says of its role, as infra grants it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from local.graph import DEFAULT_PERMISSIONS
from shared import layout, queues
from shared.azure.reach import REACH
from shared.azure.triggers import Role

READ, WRITE, OPERATOR = "read", "write", "operator"
"""The identities of the two apps, and the person who runs commands at the keyboard."""

POLICIES = "policies"
"""The blob container."""

HASH_KEY, TOKEN_KEY = "joinly-hash-key", "joinly-token-key"
TOKENS = {READ: "tokensread", WRITE: "tokenswrite"}
TABLES = frozenset({*layout.TABLES, *TOKENS.values()})

_READS_GRAPH = frozenset(
    {
        "Application.Read.All",
        "Directory.Read.All",
        "GroupMember.Read.All",
        "LicenseAssignment.Read.All",
        "PrivilegedEligibilitySchedule.Read.AzureADGroup",
        "RoleManagement.Read.Directory",
        "User-LifeCycleInfo.Read.All",
        "User.Read.All",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rights:
    client: str
    """The client id of the identity."""
    tables: frozenset[str]
    sends: frozenset[str]
    receives: frozenset[str]
    secrets: frozenset[str]
    changes_policies: bool
    graph: frozenset[str]
    """Application permissions."""


def rights(
    read_secrets: frozenset[str] = frozenset(), write_secrets: frozenset[str] = frozenset()
) -> Mapping[str, Rights]:
    """By identity. The secrets are those that the policy names: HR's for the app that reads, targets' for the other."""
    keys = frozenset({HASH_KEY, TOKEN_KEY})
    return MappingProxyType(
        {
            READ: _app(READ, Role.READ, "5a4db0c8-0000-4000-8000-0000000000a1", keys | read_secrets, _READS_GRAPH),
            WRITE: _app(
                WRITE, Role.WRITE, "5a4db0c8-0000-4000-8000-0000000000a2", keys | write_secrets, DEFAULT_PERMISSIONS
            ),
            OPERATOR: Rights(
                client="5a4db0c8-0000-4000-8000-0000000000a3",
                tables=TABLES,
                sends=frozenset(queues.QUEUES),
                receives=frozenset(queues.QUEUES),
                secrets=keys | read_secrets | write_secrets,
                changes_policies=True,
                graph=_READS_GRAPH,
            ),
        }
    )


def _app(name: str, role: Role, client: str, secrets: frozenset[str], graph: frozenset[str]) -> Rights:
    reach = REACH[role]
    return Rights(
        client=client,
        tables=reach.tables | {TOKENS[name]},
        sends=reach.sends,
        receives=reach.receives,
        secrets=secrets,
        changes_policies=False,
        graph=graph,
    )
