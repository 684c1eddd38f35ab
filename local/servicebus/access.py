"""Who may come in: the token a client puts on `$cbs` before it attaches to an entity.

https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas for the signature. A token of an identity (JWT)
is taken as it is: nobody on loopback could check who signed it.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import unquote_plus

KEY_NAME = "RootManageSharedAccessKey"


_SIGNATURE = "SharedAccessSignature "


def is_valid(token: str, key: str) -> bool:
    """Whether the token lets its bearer in. The SDK calls its signatures `jwt` as well, so the token itself decides.

    Its expiry is by the wall clock, as clients make them, whatever clock the queues are on.
    """
    if not token.startswith(_SIGNATURE):
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
