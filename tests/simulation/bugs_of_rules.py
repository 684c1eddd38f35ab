"""More planted bugs: in dates, exceptions, blocks and the kill switch."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from shared import entitlements, exceptions, layout, lifecycle
from shared.engine import desk, mapping, targeting
from shared.engine.brake import Brake
from shared.model import Stage
from shared.store import Delete

Plant = Callable[[], AbstractContextManager[Any]]


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def woken_a_day_late() -> Iterator[None]:
    wake = layout.wake
    with patch.object(layout, "wake", lambda day, person: wake(day + timedelta(days=1), person)):
        yield


@contextmanager
def last_day_exclusive() -> Iterator[None]:
    """Somebody is disabled on their last working day."""
    stage = lifecycle.stage

    def sooner(contract: Any, timing: Any, today: Any) -> Any:
        end = contract.end and contract.end - timedelta(days=1)
        return stage(replace(contract, end=end), timing, today)

    with patch.object(lifecycle, "stage", sooner):
        yield


@contextmanager
def enabled_when_created() -> Iterator[None]:
    """Who has an account ahead of the first day may use it."""
    stage = lifecycle.stage

    def open_at_once(*given: Any) -> Any:
        found, because = stage(*given)
        return (Stage.ACTIVE if found is Stage.READY else found), because

    with patch.object(lifecycle, "stage", open_at_once):
        yield


def leave_is_forgotten() -> Any:
    return patch.object(lifecycle, "leave_on", lambda *_: None)


def grace_is_forgotten() -> Any:
    """A group is taken on the day on which no rule gives it any longer."""
    return patch.object(targeting, "handed_over", lambda last, new, rules, today: new)


@contextmanager
def grace_never_ends() -> Iterator[None]:
    grace = entitlements._grace

    def endless(*given: Any, **beside: Any) -> int:
        return 999 if grace(*given, **beside) else 0

    with patch.object(entitlements, "_grace", endless):
        yield


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def denied_and_given() -> Iterator[None]:
    """What is denied is taken away before it is given."""
    with_exceptions = exceptions.with_exceptions

    def first(desired: Any, exemptions: Any, target: str, today: Any) -> Any:
        found = with_exceptions(desired, exemptions, target, today)
        return replace(found, entitlements=found.entitlements | desired.entitlements)

    with patch.object(targeting, "with_exceptions", first):
        yield


@contextmanager
def frozen_and_repaired() -> Iterator[None]:
    """Of somebody who is frozen the Desired stays, and what differs from it is repaired."""
    with_exceptions = exceptions.with_exceptions

    def open_to_repair(*given: Any) -> Any:
        return replace(with_exceptions(*given), only=None)

    with patch.object(targeting, "with_exceptions", open_to_repair):
        yield


def exceptions_never_end() -> Any:
    """Nobody looks again on the day after an exception's last."""
    return patch.object(mapping, "next_day", lambda *_: None)


@contextmanager
def a_block_goes_with_the_news() -> Iterator[None]:
    """A new Desired takes the block away with everything else that was said of the old one."""
    renew = targeting._renew

    def anew(draft: Any, *given: Any) -> None:
        renew(draft, *given)
        draft.changes.append(Delete(layout.block(draft.person)))

    with patch.object(targeting, "_renew", anew):
        yield


def a_block_is_not_heeded() -> Any:
    """A look at the account goes by the rules alone."""
    return patch.object(desk.Desk, "block", None)


@contextmanager
def stops_are_read_once() -> Iterator[None]:
    """A worker asks whether everything is stopped when it starts, and never again."""
    on = Brake.on

    async def once(self: Any, store: Any, target: str, now: Any) -> Any:
        return await on(self, store, target, now if self.read_at is None else self.read_at)

    with patch.object(Brake, "on", once):
        yield


PLANTED: dict[str, Plant] = {
    "woken a day late": woken_a_day_late,
    "the last day is exclusive": last_day_exclusive,
    "enabled when created": enabled_when_created,
    "leave is forgotten": leave_is_forgotten,
    "grace is forgotten": grace_is_forgotten,
    "grace never ends": grace_never_ends,
    "denied before it is given": denied_and_given,
    "frozen and repaired": frozen_and_repaired,
    "exceptions never end": exceptions_never_end,
    "a block goes with the news": a_block_goes_with_the_news,
    "a block is not heeded": a_block_is_not_heeded,
    "stops are read once": stops_are_read_once,
}
