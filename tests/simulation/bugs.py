"""Bugs planted in the production engine, one at a time: a stored seed must find each, or the simulation is blind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import bugs_of_answers
import bugs_of_limits
import bugs_of_packs
import bugs_of_polls
import bugs_of_rules
from storage import SimulatedBus, SimulatedStore

from shared import codec, issuing, layout, planning, queues, reconcile, writing
from shared.bus import Doorbell
from shared.engine import admitting, desk, identifiers, mapping, provisioning, tidying
from shared.guard import Decision
from shared.identifiers import Holding
from shared.model import Link
from shared.store import Delete, Put

Plant = Callable[[], Any]


@contextmanager
def no_outbox() -> Iterator[None]:
    """What stayed marked is never rung again, so a lost doorbell loses the change."""

    async def nothing(engine: Any) -> int:
        return 0

    with patch("shared.engine.sweep", nothing):
        yield


@contextmanager
def no_correlation() -> Iterator[None]:
    """An account is created without looking for the one that is theirs, and every conflict counts as a stranger."""

    async def look(case: Any, link: Link) -> Any:
        return (await case.target.read(link.account) if link.account else None), link

    async def anybody(*_: Any) -> str:
        return "anybody"

    with patch.object(reconcile, "look", look), patch.object(issuing, "_stranger", anybody):
        yield


class Carried(str):
    """A person's id with the state of the moment the doorbell was rung."""

    __slots__ = ("rows",)
    rows: dict[str, Any]


@contextmanager
def event_carried_state() -> Iterator[None]:
    """The message holds what was desired and permitted when it was sent, and provisioning believes it."""
    ring, sit_down = SimulatedBus.ring, provisioning.sit_down

    async def carrying(self: SimulatedBus, queue: str, bells: Any, at: Any = None) -> None:
        if queue in (queues.PROVISIONING, queues.PROVISIONING_NOW):
            bells = [Doorbell(bell.session, {**bell.body, "person": _carrying(self, bell.body)}) for bell in bells]
        await ring(self, queue, bells, at)

    async def believing(engine: Any, person: str, target: str, mark: Any) -> Any:
        place = await sit_down(engine, person, target, mark)
        if place is not None and isinstance(person, Carried):
            place.rows = {**place.rows, **person.rows}
        return place

    with patch.object(SimulatedBus, "ring", carrying), patch.object(provisioning, "sit_down", believing):
        yield


def _carrying(bus: SimulatedBus, body: Any) -> Carried:
    person, target = body["person"], body["target"]
    store: SimulatedStore = bus.store  # type: ignore[attr-defined]
    there = store.rows.get((layout.STATE, layout.bucket(person)), {})
    carried = Carried(person)
    keys = (layout.desired(person, target), layout.permit(person, target))
    carried.rows = {key: there[key] for key in keys if key in there}
    return carried


@contextmanager
def no_lease() -> Iterator[None]:
    """Two workers may have the same account at once, and each saves over the other."""
    sit_down = provisioning.sit_down

    async def barging(engine: Any, person: str, target: str, mark: Any) -> Any:
        free = [Delete(layout.lease(person, target))]
        await engine.store.commit(layout.STATE, layout.bucket(person), free)
        return await sit_down(engine, person, target, mark)

    async def save(self: Any, link: Link, action: Any, live: Any = None) -> None:
        if link != self.known:
            written = [Put(layout.link(self.person, self.target), codec.LINK.dump(link))]
            await self.engine.store.commit(layout.STATE, layout.bucket(self.person), written)
        self.known = link

    async def finish(self: Any, changes: Any, link: Link, again: Any = None) -> None:
        await self.save(link, None)
        done = [*changes, Delete(layout.lease(self.person, self.target)), Delete(self.mark.key)]
        await self.engine.store.commit(layout.STATE, layout.bucket(self.person), done)

    with (
        patch.object(provisioning, "sit_down", barging),
        patch.object(desk.Desk, "save", save),
        patch.object(desk.Desk, "finish", finish),
    ):
        yield


@contextmanager
def no_guard() -> Iterator[None]:
    """Everything that is asked is permitted."""

    def admit(requests: Any, *_: Any) -> Decision:
        return Decision(tuple(frozenset(one.whats) for one in requests), tuple({} for _ in requests), ())

    with patch.object(admitting, "admit", admit):
        yield


@contextmanager
def no_intention() -> Iterator[None]:
    """What is about to be granted is not saved first, so that it stays behind when the answer is lost."""
    with patch.object(writing, "before", lambda link, actions, now: link):
        yield


@contextmanager
def marks_removed_blindly() -> Iterator[None]:
    """The mark goes whatever has come in meanwhile."""
    with patch.object(mapping, "Delete", lambda key, version="": Delete(key)):
        yield


@contextmanager
def forgetful_of_grants() -> Iterator[None]:
    """Nothing is remembered of what was granted, so a leaver keeps it."""
    after = planning.after

    def forgetting(link: Link, action: Any, account: Any) -> Link:
        return replace(after(link, action, account), granted=link.granted)

    with patch.object(writing, "after", forgetting):
        yield


@contextmanager
def names_are_not_reserved() -> Iterator[None]:
    """Whatever name is wanted is taken to be free; the directory's own answer is all there is."""

    async def reserve(*_: Any) -> str:
        return ""

    with patch.object(identifiers, "reserve", reserve):
        yield


@contextmanager
def old_names_are_free_at_once() -> Iterator[None]:
    """A name that is no longer used may go to anybody the same day."""
    hold = Holding.open_to

    def open_to(self: Holding, person: str, account: str, now: Any) -> bool:
        return hold(self, person, account, now) or self.until is not None

    with patch.object(Holding, "open_to", open_to):
        yield


@contextmanager
def names_in_use_are_tidied_away() -> Iterator[None]:
    """What is reserved is given back without asking who bears it."""

    async def nobody(engine: Any) -> tuple[set[Any], set[Any]]:
        return set(), set()

    with patch.object(tidying, "_borne", nobody):
        yield


PLANTED: dict[str, Plant] = {
    "no outbox": no_outbox,
    "no correlation before create": no_correlation,
    "event-carried state": event_carried_state,
    "no lease": no_lease,
    "no guard": no_guard,
    "no intention saved before a grant": no_intention,
    "marks removed whatever came in": marks_removed_blindly,
    "nothing remembered of what was granted": forgetful_of_grants,
    "names are not reserved": names_are_not_reserved,
    "old names are free at once": old_names_are_free_at_once,
    "names in use are tidied away": names_in_use_are_tidied_away,
    **bugs_of_limits.PLANTED,
    **bugs_of_answers.PLANTED,
    **bugs_of_rules.PLANTED,
    **bugs_of_polls.PLANTED,
    **bugs_of_packs.PLANTED,
}
