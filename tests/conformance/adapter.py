"""What an adapter offers: one HR system on its simulator, filled, changed and broken by the kit's hand.

A module `tests/conformance/<connector>.py` holds two names, and nothing else is asked of it:

- `FORMS`: the ways in which the system is read, such as ("v1", "v2"); the kit runs once for each. ("",) for one way.
- `opened(form, time, folder)`: an async context manager that yields a `System` with nobody in it yet.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from pydantic import BaseModel

from shared.tokens.kept import Rows


class Fault(StrEnum):
    """What can go wrong at the system itself; what happens to answers on their way is done by `wire.Wire`."""

    TOKENS_END = "every token that was given out ends now"
    WRONG_CREDENTIAL = "the secret that the customer entered is not the right one"
    MISSING_SCOPE = "the credential may sign in, and not read what is needed"
    BLOCKED_ADDRESS = "requests from this address are not allowed"
    FILTERED = "an attribute without which nobody can be read is withheld from every record, without a word"
    CUT_SHORT = "the answer ends before everybody was listed, without a word"


@dataclass
class Time:
    """A clock that moves when somebody sleeps; simulators take it too, so that limits and tokens pass with it."""

    now: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class System(Protocol):
    """One HR system with a memory. Everybody works there on the clock's day, unless an adapter says otherwise."""

    @property
    def page(self) -> int:
        """People to a page, at most, of its longest list; 0 where an answer is one piece."""
        ...

    @property
    def cannot(self) -> Mapping[Fault, str]:
        """The faults that this system does not have or cannot show, each with the reason, in one sentence."""
        ...

    @property
    def transport(self) -> httpx.AsyncBaseTransport | None:
        """What answers its HTTP requests, sign-in included; None for a system that is not asked over `Outside.http`."""
        ...

    @property
    def credential(self) -> AsyncTokenCredential | None:
        """Microsoft sign-in, where the connector uses it."""
        ...

    def settings(self) -> BaseModel:
        """The connector's settings. Where extra fields enter by name, they ask for one that is forbidden too, when
        only its label at reading time says so.
        """
        ...

    async def secret(self, name: str) -> str:
        """The value of `secret:name`, as the customer entered it."""
        ...

    async def consent(self, rows: Rows, place: str) -> None:
        """Where a person must sign in first: save what `joinly connect` would have saved. Elsewhere nothing."""
        ...

    def hire(self, count: int, *, first: bool = False) -> None:
        """So many more people; with `first` the system lists them before all others.

        Each has a name, one contract, the first hired before as manager, and data of a forbidden kind where the
        system knows any.
        """
        ...

    def remove(self, hr_id: str) -> None:
        """The system lists this person no longer."""
        ...

    def change(self, hr_id: str) -> None:
        """This person has another name from now on; where the system notes when it was changed, it notes that."""
        ...

    def spoil(self, hr_id: str) -> None:
        """This one record becomes unusable, such as by losing its first day."""
        ...

    def ids(self) -> Sequence[str]:
        """Everybody, by HR id, in the order of the system's own list."""
        ...

    def private(self) -> Sequence[str]:
        """Every secret, every token given out, and of each person at least a name and an address: what may stand in no
        message.
        """
        ...

    def forbidden(self) -> Sequence[str]:
        """Values of forbidden data, such as citizen service numbers: they may not even enter."""
        ...

    def switch(self, fault: Fault) -> None:
        """From now on this fault. Never asked for what it `cannot`."""
        ...


class Adapter(Protocol):
    """A module of this folder that is named as its connector."""

    FORMS: Sequence[str]

    def opened(self, form: str, time: Time, folder: Path) -> AbstractAsyncContextManager[System]: ...
