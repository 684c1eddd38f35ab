"""The name of a connection → the Service Bus client that the app settings mean, signed in as they say.

https://learn.microsoft.com/azure/azure-functions/functions-reference#connections: `<name>__fullyQualifiedNamespace`
with an identity, or `<name>` with a connection string, which only emulators are given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential
from azure.servicebus.aio import ServiceBusClient

from local.functions.host_json import BusOptions
from shared.errors import Misconfigured
from shared.servicebus import trust


@dataclass(frozen=True, slots=True)
class Connection:
    """What one instance has of one connection; all its triggers share it."""

    client: ServiceBusClient
    credential: Any = None

    async def close(self) -> None:
        await self.client.close()
        if self.credential is not None:
            await self.credential.close()


def service_bus(name: str, settings: Mapping[str, str], options: BusOptions) -> Connection:
    """No I/O. Raises `Misconfigured` with the settings that are missing."""
    every: dict[str, Any] = {
        "ssl_context": trust(),
        "retry_total": options.retries,
        "retry_backoff_factor": options.retry_delay.total_seconds(),
        "retry_backoff_max": options.retry_longest.total_seconds(),
        "retry_mode": options.retry_mode,
    }
    if text := settings.get(name):
        return Connection(ServiceBusClient.from_connection_string(text, **every))
    namespace = settings.get(f"{name}__fullyQualifiedNamespace", "")
    if not namespace:
        raise Misconfigured(f"the app setting {name}__fullyQualifiedNamespace is missing: set it to the namespace")
    credential = _credential(name, settings)
    return Connection(ServiceBusClient(namespace, credential, use_tls=not _here(namespace), **every), credential)


def _here(namespace: str) -> bool:
    """On this machine: the SDK knows another port than the usual one only where nothing is encrypted."""
    return namespace.startswith(("127.0.0.1:", "localhost:"))


def _credential(name: str, settings: Mapping[str, str]) -> Any:
    if settings.get(f"{name}__credential") == "managedidentity":
        return ManagedIdentityCredential(client_id=settings.get(f"{name}__clientId"))
    return DefaultAzureCredential(exclude_interactive_browser_credential=True)
