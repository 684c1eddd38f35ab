"""Everything that can go wrong on purpose: switches to turn while the service runs, all harmless at first."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import httpx

Break = Literal["", "forbidden", "unauthorised", "html", "lost page", "truncated"]


class AnswerLost(httpx.RemoteProtocolError):
    """The connection broke before the answer was complete; in-process it reaches the client as it is."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """A request that is one too many: with Retry-After or without, as JSON or as plain text."""

    retry_after: int | None
    plain: bool


@dataclass(frozen=True, slots=True)
class WriteFault:
    """What happens to one write: a status in place of its answer, or (0) no answer; with or without its effect."""

    status: int
    effect: bool


@dataclass
class Faults:
    """Switches; change them between requests.

    `appears` is how long after its licence a mailbox is there. For `lag` seconds after a write reading shows what was
    there before. `page` is the largest page whatever the request prefers. `breaks`: every answer is a 403 whose body
    is no body, a 401, an HTML page with status 200, the same with 404, or JSON cut in half.
    """

    appears: timedelta = timedelta()
    lag: float = 0
    page: int = 1000
    breaks: Break = ""
    elsewhere: bool = False
    """Whether links to the next page lead to another host."""

    _forced: list[Throttle] = field(default_factory=list, repr=False)
    _write_faults: dict[int, WriteFault] = field(default_factory=dict, repr=False)
    _writes_seen: int = field(default=0, repr=False)

    def throttle_next(self, requests: int = 1, *, retry_after: int | None = None, plain: bool = False) -> None:
        """The next `requests` requests are refused as too many."""
        self._forced.extend([Throttle(retry_after, plain)] * requests)

    def lose_answer_of_write(self, n: int = 1, *, effect: bool = True) -> None:
        """The connection breaks on the n-th write from now (1 = the next), after (`effect`) or before it is done."""
        self._write_faults[self._writes_seen + n] = WriteFault(0, effect)

    def fail_write(self, n: int = 1, *, status: int = 503, effect: bool = False) -> None:
        """The n-th write from now answers this status, and was done (`effect`) or was not."""
        self._write_faults[self._writes_seen + n] = WriteFault(status, effect)

    def take_throttle(self) -> Throttle | None:
        """Used by the service, once per request."""
        return self._forced.pop(0) if self._forced else None

    def next_write_fault(self) -> WriteFault | None:
        """Used by the service, once per write."""
        self._writes_seen += 1
        return self._write_faults.pop(self._writes_seen, None)
