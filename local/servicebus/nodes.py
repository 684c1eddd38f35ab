"""The two request nodes of a namespace: `$cbs` takes tokens, `<entity>/$management` answers questions.

https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide (claims-based security) and
…/service-bus-amqp-request-response.
"""

from dataclasses import dataclass
from typing import Any

from local.servicebus import access, management
from local.servicebus.codec import Int, Malformed
from local.servicebus.contents import APPLICATION, PROPERTIES, VALUE, section, sections
from local.servicebus.entity import Entity, Holder

CBS = "$cbs"
MANAGEMENT = "/$management"


@dataclass(frozen=True, slots=True)
class Request:
    id: Any
    properties: dict[str, Any]
    body: Any

    @classmethod
    def parse(cls, payload: bytes) -> "Request":
        """Raises `Malformed`."""
        found = {code: value for code, value, _ in sections(payload)}
        if not found.get(PROPERTIES) or not isinstance(found.get(APPLICATION), dict):
            raise Malformed("a request has properties and application properties")
        properties = {str(name): value for name, value in found[APPLICATION].items()}
        return cls(found[PROPERTIES][0], properties, found.get(VALUE))

    def answered(self, properties: dict[str, Any], body: Any) -> bytes:
        """The reply, correlated to the request."""
        correlation = [None, None, None, None, None, self.id]
        return section(PROPERTIES, correlation) + section(APPLICATION, properties) + section(VALUE, body)


def put_token(request: Request, key: str) -> tuple[str, bytes]:
    """The entity that the client may now use ("" when the token is refused) and the reply."""
    if not access.is_valid(str(request.body), key):
        refused = {
            "status-code": Int(401),
            "status-description": "InvalidSignature: The token has an invalid signature.",
        }
        return "", request.answered(refused, None)
    entity = access.entity_of(str(request.properties.get("name", "")))
    return entity, request.answered({"status-code": Int(202), "status-description": "Accepted"}, None)


def right(request: Request) -> str:
    """What a management request needs: sending for what is sent later, listening for all else."""
    operation = str(request.properties.get("operation", "")).removeprefix("com.microsoft:")
    return access.SEND if operation in {"schedule-message", "cancel-scheduled-message"} else access.LISTEN


def managed(request: Request, entity: Entity, holder: Holder | None) -> bytes:
    """The reply to a management request that came from a link which holds `holder`."""
    body = {str(name): value for name, value in (request.body or {}).items()}
    found = management.answer(entity, str(request.properties.get("operation", "")), body, holder)
    return request.answered(dict(management.described(found)), dict(found.body))
