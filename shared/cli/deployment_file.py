"""The file that names a deployment: where its parts are, by the names of its app settings.

`azd` writes such a file (`.azure/<environment>/.env`) from what the templates put out. Nothing in it is a secret.
"""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.azure.settings import Address, Container, Guid, HostName, on_this_machine
from shared.errors import Misconfigured

_LINE = re.compile(r"""(?:export\s+)?(\w+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*?))\s*""")

HERE_ONLY = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "SSL_CERT_FILE")
"""What a loopback Azure needs besides: who signs in there, and whose certificates are its own."""


class Named(BaseModel):
    """Where the parts of one deployment are, by the names of the app settings."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tenant: Annotated[Guid, Field(alias="JOINLY_TENANT", description="the id of its tenant")]
    tables: Annotated[Address, Field(alias="JOINLY_TABLES", description="the table endpoint of its storage account")]
    policies: Annotated[
        Container, Field(alias="JOINLY_POLICIES", description="the address of the blob container with its policies")
    ]
    key_vault: Annotated[Address, Field(alias="JOINLY_KEY_VAULT", description="the address of its key vault")]
    namespace: Annotated[
        HostName,
        Field(alias="ServiceBus__fullyQualifiedNamespace", description="the host name of its Service Bus namespace"),
    ]
    identity: Annotated[
        Guid | None, Field(alias="JOINLY_IDENTITY", description="the client id of the identity of a loopback Azure")
    ] = None

    @property
    def here(self) -> bool:
        """Whether all of it is on this machine."""
        return all(map(on_this_machine, (self.tables, self.policies, self.key_vault, self.namespace)))


def prepare(file: Path) -> None:
    """What a loopback Azure needs besides goes to the environment, where the SDKs look for it when they are loaded."""
    _, beside = read(file)
    os.environ.update(beside)


def read(file: Path) -> tuple[Named, dict[str, str]]:
    """Where the deployment is, and what is needed besides when it is on this machine.

    Raises `Misconfigured` with a sentence for each setting that is missing or wrong; no value is repeated.
    """
    given = _settings(file)
    names = {str(field.alias).upper(): str(field.alias) for field in Named.model_fields.values()}
    known = {names[name.upper()]: value for name, value in given.items() if name.upper() in names and value.strip()}
    try:
        named = Named.model_validate(known)
    except ValidationError as error:
        wrong = {str(one["loc"][0]): one["type"] for one in error.errors(include_url=False, include_input=False)}
        raise Misconfigured(f"{file}: " + "; ".join(_sentence(name, kind) for name, kind in wrong.items())) from None
    beside = {name: given[name] for name in HERE_ONLY if given.get(name)}
    if beside and not named.here:
        raise Misconfigured(f"{file}: {', '.join(beside)} can be said only when all addresses are of this machine")
    if not on_this_machine(beside.get("IDENTITY_ENDPOINT", "localhost:")):
        raise Misconfigured(f"{file}: IDENTITY_ENDPOINT is not on this machine")
    return named, beside


def _settings(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else type(error).__name__
        raise Misconfigured(f"{file}: it cannot be read ({why}); it is the file with a deployment's settings") from None
    found = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        said = _LINE.fullmatch(line)
        if said is None:
            raise Misconfigured(f"{file}:{number}: a line is NAME=value")
        name, quoted, single, plain = said.groups()
        found[name] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else single or plain or ""
    return found


def _sentence(name: str, kind: str) -> str:
    about = {field.alias: field.description for field in Named.model_fields.values()}[name]
    return f"{name} is {'missing' if kind == 'missing' else 'not right'}: it is {about}"
