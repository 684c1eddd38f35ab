"""Things that wait, for the tests of holds and approvals: one by hand, or many as they come."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from shared.holds import Answer, Held, Yes

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def held(person: str = "7", what: str = "disable", reason: str = "limit", **more: Any) -> Held:
    given = {
        "place": "entra",
        "because": "too many",
        "version": 1,
        "since": NOW,
        "answer": Answer.PERMIT,
        "policy": "p",
    }
    return Held(person=person, hr_id=person, what=what, reason=reason, **{**given, **more})


PEOPLE = st.sampled_from(["1", "2", "3"])
WHATS = st.sampled_from(["disable", "delete", "rename", "grant:group:Finance", "grant:license:E3"])
REASONS = st.sampled_from(["limit", "adoption", "rename"])
BY = st.sampled_from(["entra:els@c.nl/1", "entra:Els@c.nl/1", "entra:tom@c.nl/2", "local:els", "local:tom"])


@st.composite
def holds(draw: Any) -> list[Held]:
    """As rows are: one for each person, place and what."""
    keys = draw(st.lists(st.tuples(PEOPLE, WHATS), unique=True, min_size=1, max_size=8))
    return [
        held(
            person,
            what,
            draw(REASONS),
            version=draw(st.integers(1, 3)),
            answer=draw(st.sampled_from([Answer.PERMIT, Answer.PERMIT, Answer.RELEASE, Answer.NOTHING])),
        )
        for person, what in keys
    ]


@st.composite
def yeses(draw: Any) -> tuple[Yes, ...]:
    """Some yeses, of various people, ages and policies."""
    some = draw(st.lists(st.tuples(BY, st.integers(0, 100), st.sampled_from(["p", "p", "other"])), max_size=5))
    return tuple(Yes(by, NOW - hours * HOUR, policy) for by, hours, policy in some)
