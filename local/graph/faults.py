"""Everything that can go wrong on purpose: switches to turn while the tenant runs, all harmless at first."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import httpx

from local.graph.quota import Bucket

Break = Literal["", "forbidden", "unauthorised", "html", "truncated"]
ExpiredDelta = Literal["unsupported", "syncStateNotFound", "gone"]


class AnswerLost(httpx.RemoteProtocolError):
    """The connection broke before the answer was complete; in-process it reaches the client as it is."""


@dataclass(frozen=True, slots=True)
class WriteFault:
    """What happens to one write: a status in place of its answer, or (0) no answer; with or without its effect."""

    status: int
    effect: bool


@dataclass
class Faults:
    """Switches; change them between requests.

    Limits: `writes` (3,000 per 150 s) and `units` (resource units, 8,000 per 10 s) are buckets that refill by the
    tenant's clock; replace them by smaller ones. `retry_after` overrides the computed seconds.

    Consistency: for `lag` seconds of the tenant's clock after it was created or restored, an object is missing from
    lists, filters and delta; with `lag_reads` also GET by id and `$ref` to it answer 404.

    Delta: `expired_delta` is how an expired token is refused; tokens expire after `delta_days`, or at once by
    `expire_delta_tokens`. `delta_page` and `delta_members` are the sizes of a page and of one item's `members@delta`.
    `delta_replays` old changes are told again in each round, and with `delta_repeats` every item comes twice.

    `breaks`: every answer is a 403, a 401, an HTML page with status 200, or JSON cut in half. `deny`: permissions that
    count as not consented, by name; what needs one as its least privilege answers 403.

    `has_p2`: the tenant has Entra ID P2; without it Privileged Identity Management refuses to answer. `role_page` is
    the size of its pages and of those of role assignments.

    The others choose between forms of an answer that are not established: see README.md.
    """

    writes: Bucket = field(default_factory=lambda: Bucket(3000, 150))
    units: Bucket = field(default_factory=lambda: Bucket(8000, 10))
    retry_after: int | None = None
    lag: float = 0
    lag_reads: bool = False
    expired_delta: ExpiredDelta = "unsupported"
    delta_days: float = 30
    delta_page: int = 100
    delta_members: int = 500
    delta_replays: int = 0
    delta_repeats: bool = False
    page_token_seconds: float = 600
    batch_in_order: bool = False
    breaks: Break = ""
    deny: set[str] = field(default_factory=set)
    has_p2: bool = True
    role_page: int = 100

    not_a_member_status: int = 404
    dynamic_group_status: int = 403
    restore_refuses_taken_name: bool = True
    deleted_name_is_prefixed: bool = True
    nickname_is_unique: bool = False
    mail_clashes_with_logon: bool = True
    parts_are_replaced: bool = False

    _forced: list[int | None] = field(default_factory=list, repr=False)
    _write_faults: dict[int, WriteFault] = field(default_factory=dict, repr=False)
    _writes_seen: int = field(default=0, repr=False)
    _delta_valid_from: datetime | None = field(default=None, repr=False)

    def throttle_next(self, requests: int = 1, *, retry_after: int | None = None) -> None:
        """The next `requests` requests answer 429, with `Retry-After` in seconds or without it."""
        self._forced.extend([retry_after] * requests)

    def lose_answer_of_write(self, n: int = 1, *, effect: bool = True) -> None:
        """The connection breaks on the n-th write from now (1 = the next), after (`effect`) or before it is done."""
        self._write_faults[self._writes_seen + n] = WriteFault(0, effect)

    def fail_write(self, n: int = 1, *, status: int = 503, effect: bool = False) -> None:
        """The n-th write from now answers 503 or 504 (or 429), and was done (`effect`) or was not."""
        self._write_faults[self._writes_seen + n] = WriteFault(status, effect)

    def expire_delta_tokens(self, now: datetime) -> None:
        """Every delta token given out up to `now` (the tenant's clock) has expired."""
        self._delta_valid_from = now

    def take_forced_throttle(self) -> tuple[bool, int | None]:
        """Used by the service, once per request: whether it must be throttled, and with which Retry-After."""
        return (True, self._forced.pop(0)) if self._forced else (False, None)

    def next_write_fault(self) -> WriteFault | None:
        """Used by the service, once per write."""
        self._writes_seen += 1
        return self._write_faults.pop(self._writes_seen, None)

    def delta_expired(self, issued: datetime, now: datetime) -> bool:
        if self._delta_valid_from is not None and issued <= self._delta_valid_from:
            return True
        return (now - issued).total_seconds() > self.delta_days * 86400
