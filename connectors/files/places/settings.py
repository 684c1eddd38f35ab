"""What a policy says about where an export is delivered: a blob container, or a server that speaks SFTP."""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, Field, model_validator

from connectors._settings import SecretName
from connectors.files.columns import STRICT

_CONTAINER = re.compile(
    r"https://[a-z0-9]{3,24}\.blob\.(?:core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net)"
    r"/[a-z0-9$][a-z0-9-]{2,62}"
)
"""Microsoft's own hosts only, because the app's sign-in is sent there."""
_HERE = re.compile(r"https?://(?:127\.0\.0\.1|localhost):[0-9]{1,5}/[a-z0-9]{3,24}/[a-z0-9-]{3,63}")
"""A simulator on this machine, which has the account in its path."""

KEY_TYPES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")

OldAlgorithm: TypeAlias = Literal[
    "ssh-rsa",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group1-sha1",
    "aes256-cbc",
    "aes192-cbc",
    "aes128-cbc",
    "3des-cbc",
    "hmac-sha1",
]


def _container(text: str) -> str:
    bare = text.rstrip("/")
    if not _CONTAINER.fullmatch(bare) and not _HERE.fullmatch(bare):
        raise ValueError("is no container; write https://<account>.blob.core.windows.net/<container>")
    return bare


def _host_key(text: str) -> str:
    """The type and the key, without a comment."""
    kind, _, rest = text.strip().partition(" ")
    body = rest.strip().partition(" ")[0]
    try:
        raw = b64decode(body, validate=True)
    except (NotBase64, ValueError):
        raw = b""
    if kind not in KEY_TYPES or not raw.startswith(len(kind).to_bytes(4, "big") + kind.encode()):
        raise ValueError(
            "is no public host key; write its type and the key as its administrator gives them: ssh-ed25519 AAAA…"
        )
    return f"{kind} {body}"


def fingerprint(host_key: str) -> str:
    """As people compare it: SHA256:…"""
    digest = hashlib.sha256(b64decode(host_key.partition(" ")[2])).digest()
    return f"SHA256:{b64encode(digest).decode().rstrip('=')}"


HostKey = Annotated[str, Field(max_length=4_000), AfterValidator(_host_key)]


class Blob(BaseModel):
    """A blob container. The identity of the app that reads needs «Storage Blob Data Reader» on it, and nothing else."""

    model_config = STRICT

    container: Annotated[str, AfterValidator(_container)]
    """Its address, such as `https://<account>.blob.core.windows.net/hr-export`."""


class Sftp(BaseModel):
    """A server that speaks SFTP, and a user there who only reads."""

    model_config = STRICT

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?$")]
    """Its name or address."""
    port: int = Field(default=22, ge=1, le=65_535)
    """Where it listens."""
    user: Annotated[str, Field(min_length=1, max_length=200)]
    """Who signs in there."""
    host_keys: tuple[HostKey, ...] = Field(min_length=1, max_length=10)
    """The server's public keys, as `ssh-keyscan` prints them, held against what its administrator says.

    None is ever learned. Name the next one beside the present one before it changes.
    """
    key: SecretName | None = None
    """`secret:name` of the private key to sign in with, in the form of OpenSSH or PEM, without a passphrase."""
    password: SecretName | None = None
    """`secret:name` of the password to sign in with."""
    old_algorithms: tuple[OldAlgorithm, ...] = ()
    """What is no longer safe and used all the same, because the server knows nothing newer."""

    @model_validator(mode="after")
    def _signs_in(self) -> "Sftp":
        if not self.key and not self.password:
            raise ValueError("there is nothing to sign in with; name key, or password")
        return self
