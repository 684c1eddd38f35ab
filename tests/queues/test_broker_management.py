"""What the broker answers on `$management`, and which tokens it takes, asked directly."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.servicebus import access, management
from local.servicebus.contents import DATA, PROPERTIES, Content, section
from local.servicebus.entity import Entity, Holder
from shared.bus import QueueSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def entity() -> Entity:
    settings = QueueSettings(max_deliveries=2)
    dead = Entity("work/$deadletterqueue", settings, lambda: NOW)
    made = Entity("work", settings, lambda: NOW, dead)
    for text in ("one", "two", "three"):
        made.put(Content.parse(section(PROPERTIES, [*[None] * 10, "a"]) + section(DATA, text.encode())))
    return made


def asked(entity: Entity, operation: str, holder: Holder | None = None, **body: Any) -> management.Answer:
    named = {name.replace("_", "-"): value for name, value in body.items()}
    return management.answer(entity, f"com.microsoft:{operation}", named, holder)


def test_a_delivery_can_be_settled_there_by_its_token_and_only_once(entity: Entity) -> None:
    holder = entity.accept("a")
    assert holder is not None
    tokens = [stored.token for _ in range(3) if (stored := entity.take(holder)) is not None]
    for token, status in zip(tokens, ("completed", "abandoned", "suspended"), strict=True):
        assert asked(entity, "update-disposition", lock_tokens=[token], disposition_status=status).status == 200
        again = asked(entity, "update-disposition", lock_tokens=[token], disposition_status=status)
        assert (again.status, again.condition) == (410, "com.microsoft:message-lock-lost")
    left = entity.peek(1, 10, None)
    assert [(stored.sequence, stored.deliveries) for stored in left] == [(2, 1)]
    assert entity.dead is not None
    assert len(entity.dead.peek(1, 10, None)) == 1


def test_messages_are_shown_from_a_number_on_and_of_one_session(entity: Entity) -> None:
    peek = "peek-message"
    assert len(asked(entity, peek, from_sequence_number=2, message_count=10).body["messages"]) == 2
    assert len(asked(entity, peek, from_sequence_number=1, message_count=1, session_id="a").body["messages"]) == 1
    assert asked(entity, peek, from_sequence_number=1, message_count=1, session_id="b").status == 204


def test_only_the_holder_renews_a_session(entity: Entity) -> None:
    holder = entity.accept("a")
    assert asked(entity, "renew-session-lock", holder, session_id="a").status == 200
    for other in (None, Holder("a", NOW + timedelta(hours=1))):
        assert asked(entity, "renew-session-lock", other, session_id="a").status == 410


@pytest.mark.parametrize(
    ("operation", "body", "status"),
    [
        ("no-such-operation", {}, 501),
        ("peek-message", {}, 400),
        ("schedule-message", {"messages": [{"message": b"\xff"}]}, 400),
        ("update-disposition", {"lock_tokens": [None], "disposition_status": "unknown"}, 501),
        ("receive-by-sequence-number", {"sequence_numbers": [1]}, 410),
    ],
)
def test_a_question_that_cannot_be_answered_is_answered_with_a_status(
    entity: Entity, operation: str, body: dict[str, Any], status: int
) -> None:
    assert asked(entity, operation, **body).status == status


@pytest.mark.parametrize(
    ("token", "valid"),
    [
        ("aaa.bbb.ccc", True),
        ("aaa", False),
        ("", False),
        ("SharedAccessSignature ", False),
        ("SharedAccessSignature sr=x&sig=y&se=later&skn=RootManageSharedAccessKey", False),
        ("SharedAccessSignature sr=x&sig=y&se=99999999999&skn=RootManageSharedAccessKey", False),
        # signed rightly with "key", in 2001
        (
            "SharedAccessSignature sr=x&sig=Oi2nJ0y9gH%2F0SVFw9yOiyyTO4rPrVL5TNMru6YqGKyE%3D&se=1000000000"
            "&skn=RootManageSharedAccessKey",
            False,
        ),
    ],
)
def test_a_token_is_signed_or_of_an_identity(token: str, valid: bool) -> None:
    assert access.is_valid(token, "key") is valid


def test_an_audience_names_an_entity() -> None:
    assert access.entity_of("amqp://127.0.0.1:5672/Work") == "work"
    assert access.entity_of("sb%3A%2F%2Fhost%2Fwork%2F") == "work"
