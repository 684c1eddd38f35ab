"""What a client asks of an entity on its `$management` node, by operation.

https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.servicebus.codec import Array, Int, Malformed
from local.servicebus.contents import Content, instant
from local.servicebus.entity import Entity, Holder
from local.servicebus.performatives import AmqpError

_STATUS = {
    "com.microsoft:message-lock-lost": 410,
    "com.microsoft:session-lock-lost": 410,
    "com.microsoft:message-not-found": 404,
    "amqp:not-allowed": 400,
    "amqp:not-implemented": 501,
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any]
    condition: str = ""
    description: str = ""


def answer(entity: Entity, operation: str, body: Mapping[str, Any], holder: Holder | None) -> Answer:
    """The answer to one request; an error is an answer as well. `holder` is what the asking link holds."""
    work = _OPERATIONS.get(operation.removeprefix("com.microsoft:"))
    try:
        if work is None:
            raise AmqpError("amqp:not-implemented", f"{operation} is not simulated")
        result = work(entity, body, holder)
    except AmqpError as error:
        return Answer(_STATUS.get(error.condition, 500), {}, error.condition, error.description)
    except (KeyError, TypeError, ValueError, Malformed):
        return Answer(400, {}, "amqp:invalid-field", f"the request of {operation} lacks a field")
    return Answer(204 if result is None else 200, result or {})


def _schedule(entity: Entity, body: Mapping[str, Any], _: Holder | None) -> Mapping[str, Any]:
    numbers = [entity.put(Content.parse(entry["message"])) for entry in body["messages"]]
    return {"sequence-numbers": Array(numbers)}


def _cancel(entity: Entity, body: Mapping[str, Any], _: Holder | None) -> Mapping[str, Any]:
    for number in body["sequence-numbers"]:
        entity.cancel(number)
    return {}


def _peek(entity: Entity, body: Mapping[str, Any], _: Holder | None) -> Mapping[str, Any] | None:
    found = entity.peek(body["from-sequence-number"], body["message-count"], body.get("session-id"))
    return {"messages": [{"message": stored.encoded()} for stored in found]} if found else None


def _renew_session(entity: Entity, _: Mapping[str, Any], holder: Holder | None) -> Mapping[str, Any]:
    return {"expiration": instant(entity.renew_session(holder))}


def _renew_message(entity: Entity, body: Mapping[str, Any], _: Holder | None) -> Mapping[str, Any]:
    return {"expirations": Array([instant(entity.renew_message(token)) for token in body["lock-tokens"]])}


def _settle(entity: Entity, body: Mapping[str, Any], _: Holder | None) -> Mapping[str, Any]:
    for token in body["lock-tokens"]:
        match body["disposition-status"]:
            case "completed":
                entity.complete(token)
            case "abandoned":
                entity.abandon(token)
            case "defered":
                entity.defer(token)
            case "suspended":
                entity.dead_letter(token, body.get("deadletter-reason"), body.get("deadletter-description"))
            case other:
                raise AmqpError("amqp:not-implemented", f"disposition {other} is not simulated")
    return {}


def _receive(entity: Entity, body: Mapping[str, Any], holder: Holder | None) -> Mapping[str, Any]:
    """What was deferred, by number: locked, or gone at once for who settles first."""
    found = entity.take_deferred(list(body["sequence-numbers"]), holder)
    answered = [{"lock-token": stored.token, "message": stored.encoded()} for stored in found]
    if body.get("receiver-settle-mode", 1) == 0:
        for stored in found:
            if stored.token is not None:
                entity.complete(stored.token)
    return {"messages": answered}


def _get_state(entity: Entity, body: Mapping[str, Any], _: Holder | None) -> Mapping[str, Any]:
    return {"session-state": entity.states.get(body["session-id"])}


def _set_state(entity: Entity, body: Mapping[str, Any], _: Holder | None) -> Mapping[str, Any]:
    entity.states[body["session-id"]] = body["session-state"]
    return {}


_OPERATIONS: Mapping[str, Callable[[Entity, Mapping[str, Any], Holder | None], Mapping[str, Any] | None]] = {
    "schedule-message": _schedule,
    "cancel-scheduled-message": _cancel,
    "peek-message": _peek,
    "receive-by-sequence-number": _receive,
    "renew-session-lock": _renew_session,
    "renew-lock": _renew_message,
    "update-disposition": _settle,
    "get-session-state": _get_state,
    "set-session-state": _set_state,
}


def described(found: Answer) -> Mapping[str, Any]:
    """An answer's application properties."""
    described: dict[str, Any] = {"statusCode": Int(found.status), "statusDescription": found.description or "OK"}
    return described | ({"errorCondition": found.condition} if found.condition else {})
