"""Flat attributes, as policies name them, to and from the nested JSON of a Graph user. Null stays null, absent absent.

Names, limits and nullability: «user resource type» (learn.microsoft.com/graph/api/resources/user). Dates are written
in one canonical form only, so that what is read back equals what was written. Aliases are read, never written.
"""

import re
import string
from collections.abc import Mapping
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import Any

from connectors.entra.protection import protected
from shared.attributes import Attribute, Unique
from shared.errors import Misconfigured, Refused
from shared.model import Account, Attributes, Value

EXTENSIONS = tuple(f"extensionAttribute{number}" for number in range(1, 16))

LOGON = string.ascii_letters + string.digits + "'.-_!#^~"
"""What may stand before the @ of a sign-in name: «Username policies»
(learn.microsoft.com/entra/identity/authentication/concept-sspr-policy)."""
ALIAS = string.ascii_letters + string.digits + ".!#$%&'*+-/=?^_`{|}~"
"""What may stand before the @ of a mail address (RFC 5322 §3.2.3) and in an Exchange alias
(learn.microsoft.com/powershell/module/exchange/set-mailbox); Entra takes no accents in either."""
DOTS = "."
"""A dot must be surrounded in an address and an alias; with a mailbox the sign-in name becomes an address too."""

ATTRIBUTES = (
    Attribute(
        name="userPrincipalName",
        longest=113,
        longest_local=64,
        allows=LOGON,
        between=DOTS,
        unique=Unique.ADDRESSES,
        clearable=False,
    ),
    Attribute(name="mail", longest=254, longest_local=64, allows=ALIAS, between=DOTS, unique=Unique.ADDRESSES),
    Attribute(name="mailNickname", longest=64, allows=ALIAS, between=DOTS, unique=Unique.RECORDED, clearable=False),
    Attribute(name="proxyAddresses", unique=Unique.ADDRESSES, written=False),
    Attribute(name="displayName", longest=256, clearable=False),
    Attribute(name="givenName", longest=64),
    Attribute(name="surname", longest=64),
    Attribute(name="employeeId", longest=16, unique=Unique.RECORDED),
    Attribute(name="employeeType"),
    Attribute(name="employeeHireDate"),
    Attribute(name="employeeLeaveDateTime"),
    Attribute(name="companyName", longest=64),
    Attribute(name="department", longest=64),
    Attribute(name="jobTitle", longest=128),
    Attribute(name="division"),
    Attribute(name="costCenter"),
    Attribute(name="manager", reference=True),
    Attribute(name="officeLocation"),
    Attribute(name="streetAddress", longest=1024),
    Attribute(name="postalCode", longest=40),
    Attribute(name="city", longest=128),
    Attribute(name="state", longest=128),
    Attribute(name="country", longest=128),
    Attribute(name="mobilePhone", longest=64),
    Attribute(name="businessPhones"),
    Attribute(name="otherMails", longest=250),
    Attribute(name="preferredLanguage"),
    Attribute(name="usageLocation", longest=2, clearable=False),
    *(Attribute(name=name, longest=1024) for name in EXTENSIONS),
)

LISTS = frozenset({"businessPhones", "otherMails"})
"""Lists of text; Graph clears them by an empty list, not by null."""
MOMENTS = frozenset({"employeeHireDate", "employeeLeaveDateTime"})
PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"onPremisesExtensionAttributes": EXTENSIONS, "employeeOrgData": ("division", "costCenter")}
)
"""Complex properties of a user, and the attributes that stand in them."""

_INSIDE = {name: part for part, names in PARTS.items() for name in names}
_PLAIN = tuple(one.name for one in ATTRIBUTES if not one.reference and one.name not in _INSIDE)
_WRITTEN = frozenset(one.name for one in ATTRIBUTES if one.written and not one.reference)
PROPERTIES = ("id", "accountEnabled", "onPremisesSyncEnabled", *_PLAIN, *PARTS)
"""What to `$select`: nearly everything HR needs is answered only when it is asked for."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")
_FRACTION = re.compile(r"\.[0-9]+")
_SMTP = "smtp:"
"""What an address that receives mail begins with; in capitals it is the primary one. Others are X500, SIP and so on."""


def to_graph(attributes: Attributes) -> dict[str, Any]:
    """The JSON that writes `attributes`, which hold no references. An empty text is null, as Graph refuses "".

    Raises `Refused` for a value of the wrong kind, and `Misconfigured` for a name no user has.
    """
    body: dict[str, Any] = {}
    for name, value in attributes.items():
        if name not in _WRITTEN:
            raise Misconfigured(f"Entra has no attribute {name} that could be written so; correct the policy")
        written = _written(name, value)
        if part := _INSIDE.get(name):
            body.setdefault(part, {})[name] = written
        else:
            body[name] = written
    return body


def from_graph(user: Mapping[str, Any]) -> dict[str, Value]:
    """The attributes that `user` holds; what it does not mention is absent."""
    found = {name: _read(name, user[name]) for name in _PLAIN if name in user}
    for part, names in PARTS.items():
        if part in user:
            inside = user[part] if isinstance(user[part], Mapping) else {}
            found |= {name: _read(name, inside.get(name)) for name in names}
    return found


def account(user: Mapping[str, Any]) -> Account:
    """A user as an account, without what stands in lists of its own: groups, licences, roles."""
    attributes = from_graph(user)
    if "manager@delta" in user:
        attributes["manager"] = _manager(user["manager@delta"])
    enabled = user.get("accountEnabled") is not False
    return Account(id=str(user["id"]), enabled=enabled, attributes=attributes, protected=protected(user))


def _written(name: str, value: Value) -> Any:
    if name in LISTS:
        if value is None or isinstance(value, tuple):
            return list(value or ())
        raise Refused(f"{name} must be a list of texts", attribute=name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Refused(f"{name} must be text", attribute=name)
    return _moment(name, value) if name in MOMENTS else value


def _moment(name: str, text: str) -> str:
    """A day means midnight UTC, as Graph keeps moments only. Raises `Refused` for what would read back differently."""
    if _canonical(text) != text:
        raise Refused(f"{name} must be a date like 2026-01-31, or a moment like 2026-01-31T17:00:00Z", attribute=name)
    return f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text


def _read(name: str, value: Any) -> Value:
    if isinstance(value, list):
        texts = tuple(item for item in value if isinstance(item, str))
        return _addresses(texts) if name == "proxyAddresses" else texts
    if isinstance(value, str) and name in MOMENTS:
        return _canonical(value) or value
    return value if isinstance(value, str | bool) else None


def _addresses(proxies: tuple[str, ...]) -> tuple[str, ...]:
    """The mail addresses among `proxies`, as they are written, without what says their kind."""
    return tuple(proxy[len(_SMTP) :].strip() for proxy in proxies if proxy.lower().startswith(_SMTP))


def _canonical(text: str) -> str | None:
    """A day when `text` is midnight UTC, else a moment in whole seconds UTC; None when it is neither."""
    if not (_DAY.fullmatch(text) or _MOMENT.fullmatch(text)):
        return None
    try:
        moment = datetime.fromisoformat(_FRACTION.sub("", text))
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    day = moment.date().isoformat()
    return day if moment.time() == time() else f"{day}T{moment.time().isoformat()}Z"


def _manager(told: Any) -> str | None:
    """The manager there is now: the one of those named that was not removed."""
    named = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    return next((str(one["id"]) for one in named if "id" in one and "@removed" not in one), None)
