"""The vendor's refusals in its own words: every one has a status, a code and a message as they were seen on the wire.

Shape and texts: Microsoft Graph «errors» page and bodies reported by third parties; README.md says which are assumed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(eq=False)
class GraphError(Exception):
    """A refusal, to be sent as `{"error": {...}}`. Carries names and ids, never the values that were refused."""

    status: int
    code: str
    message: str
    details: tuple[Mapping[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def body(self, *, date: str, request_id: str, client_request_id: str) -> dict[str, Any]:
        """The answer's body; `date` is UTC without an offset, as the service writes it."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = [dict(detail) for detail in self.details]
        error["innerError"] = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
        return {"error": error}


def bad_request(
    message: str, *, code: str = "Request_BadRequest", details: tuple[Mapping[str, str], ...] = ()
) -> GraphError:
    return GraphError(400, code, message, details)


def conflict(name: str) -> GraphError:
    """Somebody else holds a unique value: 400, not 409."""
    message = f"Another object with the same value for property {name} already exists."
    details = [{"code": "ObjectConflict", "message": message, "target": name}]
    if name != "userPrincipalName":
        details.append({"code": "ConflictingObjects", "message": "Conflicting objects.", "target": name})
    return bad_request(message, details=tuple(details))


def invalid_value(name: str, resource: str) -> GraphError:
    return bad_request(
        f"Invalid value specified for property '{name}' of resource '{resource}'.",
        details=({"code": "InvalidValue", "message": f"Invalid value for property {name}.", "target": name},),
    )


def value_required(name: str, resource: str) -> GraphError:
    return bad_request(f"A value is required for property '{name}' of resource '{resource}'.")


def unverified_domain() -> GraphError:
    message = (
        "The domain portion of the userPrincipalName property is invalid. "
        "You must use one of the verified domain names in your organization."
    )
    return bad_request(message, details=({"code": "InvalidValue", "message": message, "target": "userPrincipalName"},))


def not_found(id: str) -> GraphError:
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
    )


def denied() -> GraphError:
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def unsupported_query(message: str) -> GraphError:
    return GraphError(400, "Request_UnsupportedQuery", message)


def unsupported_filter(name: str, resource: str) -> GraphError:
    return unsupported_query(
        f"Unsupported or invalid query filter clause specified for property '{name}' of resource '{resource}'."
    )


def no_such_property(name: str, type: str) -> GraphError:
    return bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.{type}'.", code="BadRequest")


def already_there(property: str) -> GraphError:
    return bad_request(
        f"One or more added object references already exist for the following modified properties: '{property}'."
    )


def not_there(property: str, status: int) -> GraphError:
    code = "Request_ResourceNotFound" if status == 404 else "Request_BadRequest"
    message = f"One or more removed object references do not exist for the following modified properties: '{property}'."
    return GraphError(status, code, message)


def synced() -> GraphError:
    return bad_request(
        "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
        "currently undergoing migration."
    )


def unauthorised(message: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": 'Bearer realm=""'})


def no_such_segment(segment: str) -> GraphError:
    return bad_request(f"Resource not found for the segment '{segment}'.", code="BadRequest")


def throttled(headers: Mapping[str, str]) -> GraphError:
    return GraphError(429, "TooManyRequests", "Please retry again later.", headers=headers)


def unavailable(status: int) -> GraphError:
    if status == 504:
        return GraphError(504, "UnknownError", "Gateway Timeout")
    return GraphError(503, "serviceNotAvailable", "The service is temporarily unavailable. Please try again later.")
