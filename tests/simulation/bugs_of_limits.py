"""More planted bugs: in what limits count, in every one of their windows."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from shared import guard, whats
from shared.engine import admitting, gate
from shared.model import Verb

Plant = Callable[[], AbstractContextManager[Any]]


@contextmanager
def nothing_is_reserved() -> Iterator[None]:
    """Every decision counts for itself: what others were permitted is not known."""
    reserve = gate.reserve

    async def forgetful(engine: Any, target: str, found: Any, pace: Any, reserved: Any, seated: Any = ()) -> None:
        await reserve(engine, target, found, pace, (), seated)

    with patch.object(gate, "reserve", forgetful):
        yield


def reservations_last_a_day() -> Any:
    """What a week's limit counts is swept away after a day."""
    return patch.object(gate, "WEEK", timedelta(days=1))


@contextmanager
def urgent_knows_no_allowance() -> Iterator[None]:
    """Everybody who is dismissed is disabled at once, however many there are."""

    def pressing(requests: Any, *_: Any) -> Any:
        return {one.use for one in requests if one.urgent and Verb.DISABLE in one.whats}

    with patch.object(guard, "pressing", pressing), patch.object(admitting, "pressing", pressing):
        yield


@contextmanager
def runs_are_not_limited() -> Iterator[None]:
    """What one door brings in together may be any number of people."""
    brakes = admitting._brakes

    def without(limits: Any) -> Any:
        return {what: one.model_copy(update={"run": None, "percent": None}) for what, one in limits.items()}

    async def boundless(*given: Any) -> Any:
        found = await brakes(*given)
        return replace(found, limits=without(found.limits), departments=without(found.departments))

    with patch.object(admitting, "_brakes", boundless):
        yield


@contextmanager
def departments_are_not_limited() -> Iterator[None]:
    """A department may lose any number of people within the limits of the target."""
    brakes = admitting._brakes

    async def boundless(*given: Any) -> Any:
        return replace(await brakes(*given), departments={})

    with patch.object(admitting, "_brakes", boundless):
        yield


def an_update_is_not_split() -> Any:
    """A limit of one attribute is not asked, because an update falls under its verb."""
    return patch.object(whats, "_updating", lambda name, there, apart: "update")


@contextmanager
def shares_of_too_many() -> Iterator[None]:
    """A percentage is taken of more people than HR knows."""

    async def population(engine: Any) -> int:
        return 1000

    with patch.object(admitting, "_population", population):
        yield


PLANTED: dict[str, Plant] = {
    "nothing is reserved": nothing_is_reserved,
    "reservations are forgotten after a day": reservations_last_a_day,
    "urgent disables know no allowance": urgent_knows_no_allowance,
    "a run has no limit": runs_are_not_limited,
    "a department has no limit": departments_are_not_limited,
    "an update is not split by what is limited": an_update_is_not_split,
    "percentages of too many people": shares_of_too_many,
}
