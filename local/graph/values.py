"""What a body may hold: known names, right types, lengths, letters; checked before anything is changed.

Source: the user and group resource pages (lengths, letters), «Create user» (logon names, passwords).
"""

import re
from typing import Any

from local.graph import errors
from local.graph.moments import moment, parsed
from local.graph.properties import EXTENSION, Kind, Property

UPN_LOCAL = re.compile(r"[A-Za-z0-9'._!#^~-]{1,64}")
UPN_LONGEST = 113
NICKNAME_REFUSED = frozenset('@()\\[]";:<>, ')
ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
COUNTRY = re.compile(r"[A-Za-z]{2}")
PARTS = {
    "employeeOrgData": frozenset({"division", "costCenter"}),
    "onPremisesExtensionAttributes": frozenset(f"extensionAttribute{n}" for n in range(1, 16)),
    "passwordProfile": frozenset({"password", "forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"}),
}
MOST = {"businessPhones": 1, "otherMails": 250}
"""How many values a collection holds."""


def checked(kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
    """The properties in a body, in the form they are kept. OData annotations are left out; bindings must be gone.

    Raises `GraphError` 400 for an unknown or read-only name, a wrong type, a length, a null that is not allowed.
    """
    found: dict[str, Any] = {}
    for name, value in body.items():
        if name.startswith("@") or name.endswith("@odata.type"):
            continue
        definition = kind.property(name)
        if definition is None:
            raise errors.bad_request(f"Invalid property '{name}'.")
        if not definition.writable:
            raise errors.bad_request(f"Property '{name}' is read-only and cannot be set.")
        found[name] = _value(kind, name, definition, value)
    return found


def require(kind: Kind, body: dict[str, Any]) -> None:
    for name in kind.required:
        if body.get(name) in (None, ""):
            raise errors.value_required(name, kind.resource)


def logon_name(name: Any, domains: tuple[str, ...]) -> None:
    """A user principal name: letters, length, and a verified domain."""
    local, at, domain = str(name).rpartition("@")
    if not at or not UPN_LOCAL.fullmatch(local) or len(str(name)) > UPN_LONGEST or local.endswith("."):
        raise errors.bad_request("One or more properties contains invalid values.")
    if domain.lower() not in {known.lower() for known in domains}:
        raise errors.unverified_domain()


def password(profile: Any) -> None:
    """Eight characters, three of four classes: the cloud password policy."""
    given = profile.get("password") if isinstance(profile, dict) else None
    if given is None:
        return
    classes = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
    if not 8 <= len(given) <= 256 or sum(bool(re.search(c, given)) for c in classes) < 3:
        raise errors.bad_request(
            "The specified password does not comply with password complexity requirements. "
            "Please provide a different password."
        )


def _value(kind: Kind, name: str, definition: Property, value: Any) -> Any:
    if value is None:
        if not definition.clearable:
            raise errors.invalid_value(name, kind.resource)
        return None
    if not _fits(name, definition, value):
        raise errors.invalid_value(name, kind.resource)
    if definition.type == "moment":
        when = parsed(value)
        return None if when is None else moment(when)
    return value.upper() if name == "usageLocation" else value


def _fits(name: str, definition: Property, value: Any) -> bool:
    if definition.type == "flag":
        return isinstance(value, bool)
    if definition.type == "moment":
        return isinstance(value, str) and parsed(value) is not None
    if definition.type == "texts":
        if not isinstance(value, list) or len(value) > MOST.get(name, 250):
            return False
        return all(isinstance(one, str) and _short(one, definition) for one in value)
    if definition.type == "part":
        return isinstance(value, dict) and _part_fits(name, definition, value)
    return isinstance(value, str) and _short(value, definition) and _letters(name, value)


def _short(value: str, definition: Property) -> bool:
    return bool(value) and (not definition.longest or len(value) <= definition.longest)


def _part_fits(name: str, definition: Property, value: dict[str, Any]) -> bool:
    for part, held in value.items():
        if part.startswith("@"):
            continue
        if part not in PARTS[name]:
            return False
        expected = bool if part.startswith("forceChange") else str
        if held is not None and not isinstance(held, expected):
            return False
        if isinstance(held, str) and not _short(held, definition):
            return False
    return True


def _letters(name: str, value: str) -> bool:
    if name == "mailNickname":
        return value.isascii() and not value.startswith(".") and not NICKNAME_REFUSED.intersection(value)
    if name == "mail":
        return value.isascii() and ADDRESS.fullmatch(value) is not None
    if name == "usageLocation":
        return COUNTRY.fullmatch(value) is not None
    if name == "onPremisesImmutableId":
        return "$" not in value and "_" not in value
    if EXTENSION.fullmatch(name):
        return True
    return all(letter.isprintable() or letter in "\r\n\t" for letter in value)
