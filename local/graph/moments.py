"""Points in time as the service writes and reads them: `2026-01-05T00:00:00Z`."""

from datetime import UTC, datetime


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(text: str) -> datetime | None:
    """A DateTimeOffset (an offset is required), or None when it is not one."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
