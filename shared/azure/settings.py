"""The app settings as one checked model; whatever is wrong with them is one sentence that names the setting.

An address is Azure's and encrypted, or on this machine itself.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from shared.azure.triggers import CHOICES, ROLE, Role
from shared.errors import Misconfigured

APP = Path(__file__).resolve().parents[2]
"""The folder of `function_app.py`: the package as it was deployed."""

_HOST = r"[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)+"
_HERE = r"(127\.0\.0\.1|localhost):\d{1,5}"
_AT_HERE = rf"https?://{_HERE}(/[0-9a-zA-Z-]+)*"
_GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


def _bare(text: str) -> str:
    return text.rstrip("/")


Address: TypeAlias = Annotated[str, Field(pattern=rf"^(https://{_HOST}|{_AT_HERE})/?$"), AfterValidator(_bare)]
Container: TypeAlias = Annotated[
    str, Field(pattern=rf"^(https://{_HOST}/[0-9a-z-]{{3,63}}|{_AT_HERE})/?$"), AfterValidator(_bare)
]
HostName: TypeAlias = Annotated[str, Field(pattern=rf"^({_HOST}|{_HERE})$")]
Guid: TypeAlias = Annotated[str, Field(pattern=_GUID)]


def on_this_machine(address: str) -> bool:
    """Whether a checked address is a loopback one, where certificates and names are not Azure's."""
    return address.rpartition("://")[2].startswith(("127.0.0.1:", "localhost:"))


class Settings(BaseModel):
    """Where everything is. No setting is a secret: those are in the key vault."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Annotated[Role, Field(alias=ROLE, description=CHOICES)]
    policies: Annotated[
        Container,
        Field(
            alias="JOINLY_POLICIES",
            description="the blob container of the policies, such as https://<account>.blob.core.windows.net/policies",
        ),
    ]
    tenant: Annotated[
        Guid, Field(alias="JOINLY_TENANT", description="the id of the tenant that the app's identity belongs to")
    ]
    tables: Annotated[
        Address,
        Field(
            alias="JOINLY_TABLES",
            description="the table endpoint of the storage account, such as https://<account>.table.core.windows.net",
        ),
    ]
    key_vault: Annotated[
        Address,
        Field(alias="JOINLY_KEY_VAULT", description="the key vault's address, such as https://<name>.vault.azure.net"),
    ]
    namespace: Annotated[
        HostName,
        Field(
            alias="ServiceBus__fullyQualifiedNamespace",
            description="the Service Bus namespace's host name, such as <name>.servicebus.windows.net",
        ),
    ]
    identity: Annotated[
        Guid | None,
        Field(
            alias="JOINLY_IDENTITY",
            description="the client id of the user-assigned identity; left out only on a developer's machine",
        ),
    ] = None

    stopped: Annotated[
        bool,
        Field(
            alias="JOINLY_STOPPED",
            description="true to have nothing written to any target, whatever the state says, else false",
        ),
    ] = False

    audience: Annotated[
        Guid | None,
        Field(
            alias="JOINLY_AUDIENCE",
            description="the client id of the app registration that people sign in to for the approvals",
        ),
    ] = None


def read(environment: Mapping[str, str]) -> Settings:
    """The settings. Raises `Misconfigured` with a sentence for each that is missing or wrong; no value is repeated."""
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        wrong = {str(one["loc"][0]): one["type"] for one in error.errors(include_url=False, include_input=False)}
        raise Misconfigured("; ".join(_sentence(name, kind) for name, kind in wrong.items())) from None


def _sentence(name: str, kind: str) -> str:
    about = {field.alias: field.description for field in Settings.model_fields.values()}[name]
    return f"the app setting {name} is {'missing' if kind == 'missing' else 'not right'}: set it to {about}"
