"""Who may come in: the token a client puts on `$cbs` before it attaches to an entity, and what it may do there.

https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas for the signature, which gives every right. Of a
token of an identity (JWT) whoever started the broker says what it may; unasked, it may everything.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote_plus

KEY_NAME = "RootManageSharedAccessKey"
SEND, LISTEN = "Send", "Listen"

May = Callable[[str, str, str], bool]
"""Whether the identity of a token has a right (`SEND`, `LISTEN`) on a queue: what roles are in Azure."""


def everything(token: str, queue: str, right: str) -> bool:
    return True


_SIGNATURE = "SharedAccessSignature "


def is_signed(token: str) -> bool:
    """With the namespace's key, and not an identity's."""
    return token.startswith(_SIGNATURE)


def is_valid(token: str, key: str) -> bool:
    """Whether the token lets its bearer in. The SDK calls its signatures `jwt` as well, so the token itself decides.

    Its expiry is by the wall clock, as clients make them, whatever clock the queues are on.
    """
    if not is_signed(token):
        return token.count(".") == 2
    fields = dict(part.split("=", 1) for part in token.removeprefix(_SIGNATURE).split("&") if "=" in part)
    expiry = fields.get("se", "")
    signed = hmac.new(key.encode(), f"{fields.get('sr', '')}\n{expiry}".encode(), hashlib.sha256).digest()
    return (
        fields.get("skn") == KEY_NAME
        and expiry.isdecimal()
        and int(expiry) > datetime.now(UTC).timestamp()
        and hmac.compare_digest(base64.b64encode(signed).decode(), unquote_plus(fields.get("sig", "")))
    )


def entity_of(audience: str) -> str:
    """The entity an audience such as "sb://host/queue" names, in lower case."""
    return unquote_plus(audience).lower().split("://", 1)[-1].partition("/")[2].strip("/")
