"""The identities of the local Azure: who a token belongs to, and what its bearer may do at each service."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.credentials import AccessToken

from local.azure.rights import POLICIES, Rights
from local.key_vault import RESOURCE as VAULT
from local.managed_identity import HOUR, ManagedIdentity
from local.servicebus.access import SEND

STORAGE = "https://storage.azure.com"
BUS = "https://servicebus.azure.net"
GRAPH = "https://graph.microsoft.com"
EXCHANGE = "https://outlook.office365.com"


@dataclass(frozen=True, slots=True)
class Identities:
    """By name. Each has an endpoint of its own, as each app has."""

    rights: Mapping[str, Rights]
    endpoints: Mapping[str, ManagedIdentity]

    def of(self, token: str, resource: str) -> Rights | None:
        """What the bearer of a token for `resource` may do; None when nobody here was given it."""
        for name, endpoint in self.endpoints.items():
            if endpoint.client(token, resource) == self.rights[name].client:
                return self.rights[name]
        return None

    def may_bus(self, token: str, queue: str, right: str) -> bool:
        found = self.of(token, BUS)
        return found is not None and queue in (found.sends if right == SEND else found.receives)

    def may_secret(self, token: str, name: str) -> bool:
        found = self.of(token, VAULT)
        return found is not None and name in found.secrets

    def may_table(self, token: str, table: str, writes: bool) -> bool:
        found = self.of(token, STORAGE)
        return found is not None and table in found.tables

    def may_blob(self, token: str, container: str, writes: bool) -> bool:
        found = self.of(token, STORAGE)
        return found is not None and container == POLICIES and (found.changes_policies or not writes)


class Signed:
    """One identity's sign-in, in this process, in the form of azure-identity's."""

    def __init__(self, endpoint: ManagedIdentity, client: str) -> None:
        self._endpoint, self._client = endpoint, client

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(
            self._endpoint.issue(self._client, scopes[0].removesuffix("/.default")), int(time.time()) + HOUR
        )

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> "Signed":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None
