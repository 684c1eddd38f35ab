"""More planted bugs: in how several people are granted one thing in one write."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from shared import layout
from shared.engine import packing
from shared.planning import no_longer_intended
from shared.store import Delete

Plant = Callable[[], AbstractContextManager[Any]]


@contextmanager
def a_refusal_loses_the_others() -> Iterator[None]:
    """When one of them is refused, all of them are done with."""
    grant = packing._grant

    async def all_or_nothing(target: Any, places: Any) -> None:
        async def alone(*_: Any) -> None:
            for place in places:
                person, store = place.desk.person, place.desk.engine.store
                await place.desk.save(no_longer_intended(place.desk.known, place.action), None)
                await store.commit(layout.STATE, layout.bucket(person), [Delete(place.desk.mark.key)])

        with patch.object(packing, "_grant", alone):
            await grant(target, places)

    with patch.object(packing, "_grant", all_or_nothing):
        yield


@contextmanager
def saved_only_after_the_write() -> Iterator[None]:
    """What several are about to be granted is not saved first."""
    with patch.object(packing, "before", lambda link, actions, now: link):
        yield


PLANTED: dict[str, Plant] = {
    "a refused member loses the others": a_refusal_loses_the_others,
    "granted together and saved only then": saved_only_after_the_write,
}
