"""More planted bugs: in how an answer of HR is read and saved over several turns."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from shared import layout
from shared.engine import glancing, reading, saving

Plant = Callable[[], AbstractContextManager[Any]]


@contextmanager
def an_incomplete_answer_is_believed() -> Iterator[None]:
    """What one turn has read counts as the whole answer."""
    keep = reading.keep

    async def whole(turn: Any, part: Any, cursor: str, **beside: Any) -> None:
        await keep(turn, part, cursor, **{**beside, "whole": True})

    with patch.object(reading, "keep", whole):
        yield


@contextmanager
def taken_up_one_too_far() -> Iterator[None]:
    """The next turn begins after somebody who was not read."""
    keep = reading.keep

    async def further(turn: Any, part: Any, cursor: str, **beside: Any) -> None:
        await keep(turn, part, chr(ord(cursor) + 1), **beside)

    with patch.object(reading, "keep", further):
        yield


@contextmanager
def a_glance_keeps_the_hash_and_forgets_the_person() -> Iterator[None]:
    """The next whole read is told that what a glance has heard is nothing new."""
    save = saving.save_glance

    async def forgetting(turn: Any, answer: Any) -> int:
        store = turn.engine.store
        commit = store.commit

        async def dropping(table: str, partition: str, changes: Any) -> Any:
            return {} if table == layout.STATE else await commit(table, partition, changes)

        with patch.object(store, "commit", dropping):
            return await save(turn, answer)

    with patch.object(glancing, "save_glance", forgetting):
        yield


PLANTED: dict[str, Plant] = {
    "an incomplete answer is believed": an_incomplete_answer_is_believed,
    "a poll is taken up one person too far": taken_up_one_too_far,
    "a glance keeps the hash and forgets the person": a_glance_keeps_the_hash_and_forgets_the_person,
}
