"""More planted bugs: in how several people are granted one thing in one write."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any
from unittest.mock import patch

from shared.engine import packing
from shared.engine.halting import Stoppable
from shared.errors import Refused

Plant = Callable[[], AbstractContextManager[Any]]


@contextmanager
def a_refusal_is_not_heard() -> Iterator[None]:
    """When one of them is refused, all of them are taken to be granted."""
    grant_all = Stoppable.grant_all

    async def deaf(self: Stoppable, accounts: Any, action: Any) -> None:
        with suppress(Refused):
            await grant_all(self, accounts, action)

    with patch.object(Stoppable, "grant_all", deaf):
        yield


@contextmanager
def saved_only_after_the_write() -> Iterator[None]:
    """What several are about to be granted is not saved first."""
    with patch.object(packing, "before", lambda link, actions, now: link):
        yield


PLANTED: dict[str, Plant] = {
    "a refused member loses the others": a_refusal_is_not_heard,
    "granted together and saved only then": saved_only_after_the_write,
}
