"""Plain coroutines stepped by hand: whoever is next, who stalls and who is killed is one seed's choice."""

from collections.abc import Coroutine, Generator, Sequence
from datetime import datetime
from random import Random
from typing import Any

from shared.flow import caught


class Killed(BaseException):
    """The process is gone: nothing after this point runs, not even a finally."""


class Pause:
    """One point at which anything may happen in between."""

    def __await__(self) -> Generator[None, None, None]:
        yield


PAUSE = Pause()


class Task:
    """One running piece of work that can be stepped, stalled and killed."""

    def __init__(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        self.name, self.work, self.stalled = name, work, 0
        self.stepped: datetime | None = None
        self.before: datetime | None = None
        """When it took the step before this one."""
        self.versions: dict[str, int] = {}
        """What was wanted of whom when it began: the version by employee."""
        self.started: datetime | None = None
        self.done = False

    def step(self) -> None:
        """Run to the next pause. An exception that is not caught inside ends the task and propagates."""
        try:
            self.work.send(None)
        except StopIteration:
            self.done = True
        except BaseException:
            self.done = True
            raise


async def one_by_one(some: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """What `shared.flow.together` does, without anything at the same time: there is no loop here. Whoever is killed
    meanwhile begins none of the rest.
    """
    try:
        return [await caught(one) for one in some]
    finally:
        for one in some:
            one.close()


class Graveyard:
    """Killed tasks, kept so that closing them later runs nothing of theirs against the living state."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.closed = False

    def close(self) -> None:
        self.closed = True
        for task in self.tasks:
            try:
                task.work.close()
            except (Killed, RuntimeError):
                continue


def choose(random: Random, tasks: list[Task]) -> Task | None:
    """A task that is not stalled; stalled ones get a step nearer."""
    awake = [task for task in tasks if not task.stalled]
    if len(awake) < len(tasks):
        for task in tasks:
            task.stalled -= task.stalled > 0
    return awake[int(random.random() * len(awake))] if awake else None
