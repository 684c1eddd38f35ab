"""More planted bugs: in what a yes, a no and a not now do, and in what is asked."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from shared import engine as production
from shared import layout
from shared.engine import admitting, approving, asking, desk, holding, permits, provisioning
from shared.errors import Reason
from shared.holds import State
from shared.store import Delete

Plant = Callable[[], AbstractContextManager[Any]]


@contextmanager
def a_yes_for_whatever_it_is_now() -> Iterator[None]:
    """A yes lets the whole plan be done, also what it has grown to."""
    asks = desk.Desk.permits

    def lenient(self: Any, what: str, account: str) -> bool:
        return asks(self, what, account) or any(leave.account for leave in self._leaves().values())

    with patch.object(desk.Desk, "permits", lenient):
        yield


@contextmanager
def leave_for_any_version() -> Iterator[None]:
    """What was permitted for one Desired is done for the next one too."""
    standing = permits.standing

    def any_version(row: Any, version: int, now: Any) -> Any:
        return standing(row, row.data["version"] if row else version, now)

    with patch.object(permits, "standing", any_version):
        yield


@contextmanager
def leave_never_ends() -> Iterator[None]:
    """A permit is used however old it is."""
    standing = permits.standing

    def for_ever(row: Any, version: int, now: Any) -> Any:
        return standing(row, version, now - timedelta(days=400))

    with patch.object(permits, "standing", for_ever):
        yield


def an_answer_is_forgotten_when_it_is_asked_late() -> Any:
    """Whoever looked before the answer was given asks again and is told yes, once the limit has room."""
    return patch.object(admitting, "_answered", lambda *_: {})


@contextmanager
def what_waits_is_asked_again() -> Iterator[None]:
    """Every look asks again for what waits or was rejected, until the limit has room."""
    with patch.object(provisioning, "_waits", lambda at, what: False), an_answer_is_forgotten_when_it_is_asked_late():
        yield


@contextmanager
def what_waits_is_dropped() -> Iterator[None]:
    """A look at the account takes away what waits for an answer."""
    holds = provisioning._holds

    def dropping(at: Any, outcome: Any) -> Any:
        changes = {one.key: one for one in holds(at, outcome)}
        mine = layout.holds(at.person, at.target)
        waiting = [key for key in at.rows if key.startswith(mine) and not layout.of_mapping(key)]
        return list({**{key: Delete(key) for key in waiting}, **changes}.values())

    with patch.object(provisioning, "_holds", dropping):
        yield


@contextmanager
def put_off_for_ever() -> Iterator[None]:
    """What is put off is no longer held, and nobody is asked again."""
    snooze = production.snooze

    async def forgetting(engine: Any, *given: Any) -> Any:
        found = await snooze(engine, *given)
        for one in found:
            gone = [Delete(layout.hold(one.person, one.place, one.what))]
            await engine.store.commit(layout.STATE, layout.bucket(one.person), gone)
        return found

    with patch.object(production, "snooze", forgetting):
        yield


@contextmanager
def never_asked_again() -> Iterator[None]:
    """What is put off stays so after the day to which it was."""
    state = holding.state

    def asleep(held: Any, *given: Any) -> Any:
        return State.SNOOZED if held.snoozed is not None else state(held, *given)

    with patch.object(holding, "state", asleep):
        yield


def one_pair_of_eyes() -> Any:
    """One yes is enough for what needs two."""
    return patch.object(approving, "eyes", lambda *_: 1)


@contextmanager
def nobody_is_asked() -> Iterator[None]:
    """What waits by its nature is done within the limits."""
    asks = asking.asks

    def fewer(*given: Any, **beside: Any) -> Any:
        asked = (Reason.RENAME, Reason.ENTITLEMENT)
        return {what: why for what, why in asks(*given, **beside).items() if why not in asked}

    with patch.object(asking, "asks", fewer):
        yield


PLANTED: dict[str, Plant] = {
    "an approval permits whatever the plan is now": a_yes_for_whatever_it_is_now,
    "leave for any version": leave_for_any_version,
    "leave that never ends": leave_never_ends,
    "what was rejected is asked again": what_waits_is_asked_again,
    "holds are dropped by provisioning": what_waits_is_dropped,
    "what is put off is forgotten": put_off_for_ever,
    "what is put off is never asked again": never_asked_again,
    "one yes where two are needed": one_pair_of_eyes,
    "nobody is asked for renames and entitlements": nobody_is_asked,
}
