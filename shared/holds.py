"""What waits for a person: what it is, what a yes to it would do, and where the wait stands. Pure.

What belongs to the wait itself (since when, who said yes, until when it is put off) stays with the row for as long as
the same thing is held, and goes as soon as it is another: another Desired version, account or reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from shared import codec, layout
from shared.errors import Reason
from shared.policy import Approvals

WAIT = ("since", "yes", "rejected", "snoozed", "reminded")
"""The parts of a row that belong to the wait and not to what is held."""


class State(StrEnum):
    """Where the wait for an answer stands."""

    WAITING = "waiting"
    SNOOZED = "snoozed"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    """Nobody answered for so long that it counts as rejected."""


class Answer(StrEnum):
    """What a yes does."""

    PERMIT = "permit"
    """Exactly this is done, for this Desired version and account."""
    RELEASE = "release"
    """An account that somebody else disabled is enabled, once."""
    RECREATE = "recreate"
    """An account that somebody else deleted is brought back, or made anew where it is gone for good."""
    JOIN = "join"
    """The record becomes another one of the human that was named."""
    LEAVE = "leave"
    """Somebody who is missing from HR counts as a leaver."""
    EXTEND = "extend"
    """Somebody who is not in HR stays longer."""
    NOTHING = "nothing"
    """Nothing: its cause must be repaired."""


@dataclass(frozen=True, slots=True)
class Yes:
    """Who said yes, when, and under which policy."""

    by: str
    at: datetime
    policy: str


@dataclass(frozen=True, slots=True)
class Said:
    """A no, or a not now: whose, when, and why. `until` is the day on which it is asked again, for a not now."""

    by: str
    at: datetime
    because: str
    until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """One thing that waits: for whom, where, what ("-" for the person as a whole), and why."""

    person: str
    hr_id: str
    place: str
    """A target, or a source where it is HR's answer that waits."""
    what: str
    reason: str
    because: str
    version: int = 0
    account: str = ""
    """The account that was found when this was asked; a yes is for that one only."""
    approver: str = ""
    """The role that must answer, where a rule named one."""
    policy: str = ""
    """The policy under which it is shown; a yes is for that one only."""
    since: datetime | None = None
    yes: tuple[Yes, ...] = ()
    rejected: Said | None = None
    snoozed: Said | None = None
    reminded: datetime | None = None
    answer: Answer = field(default=Answer.NOTHING)

    @property
    def approvable(self) -> bool:
        """Whether a yes lets exactly this be done; the rest is repaired, or named by itself."""
        return self.answer is Answer.PERMIT

    @property
    def action(self) -> str:
        """What would be done, such as `enable`; "" when it is the person as a whole that waits."""
        if self.what in ("-", "map", layout.SAME, layout.SAME_AS_MANY, layout.SHARED):
            return ""
        return self.what.rpartition("-")[0] if self.what.endswith("!") else self.what

    @property
    def thing(self) -> tuple[str, ...]:
        """What a yes would be for: nothing else, and nothing that came later."""
        detail = "" if self.version else self.because
        named = (self.person, self.place, self.what, self.reason, str(self.version), self.account, self.approver)
        return *named, detail, self.policy

    @property
    def name(self) -> str:
        """The fingerprint of this one alone."""
        return fingerprint([self])


def kept(old: Mapping[str, Any] | None, now: datetime, **thing: Any) -> dict[str, Any]:
    """The row for `thing`, which goes on waiting where `old` holds the same."""
    data = codec.plain(**thing)
    same = old is not None and codec.readable(old) and _same(old) == _same(data)
    wait = {part: old[part] for part in WAIT if part in old} if same and old is not None else {}
    return {**data, "since": now.isoformat(), **wait}


def _same(data: Mapping[str, Any]) -> tuple[object, ...]:
    version = data.get("version", 0)
    return (
        data["reason"],
        version,
        data.get("account", ""),
        data.get("approver", ""),
        "" if version else data["because"],
    )


def read(
    key: str, data: Mapping[str, Any], *, hr_id: str, policy: str, sources: Iterable[str], targets: Iterable[str]
) -> Held:
    """What one row says, under a policy with these sources and targets. Raises `UnknownSchema`."""
    person, _, place, what = key.split("|", 3)
    data = codec.known(data)
    reason, version = str(data["reason"]), int(data.get("version", 0))
    return Held(
        person=person,
        hr_id=str(data.get("hr_id") or hr_id),
        place=place,
        what=what,
        reason=reason,
        because=str(data["because"]),
        version=version,
        account=str(data.get("account", "")),
        approver=str(data.get("approver", "")),
        policy=policy,
        since=codec.moment(data["since"]) if "since" in data else None,
        yes=tuple(Yes(one["by"], codec.moment(one["at"]), one["policy"]) for one in data.get("yes", ())),
        rejected=_said(data.get("rejected")),
        snoozed=_said(data.get("snoozed")),
        reminded=codec.moment(data["reminded"]) if "reminded" in data else None,
        answer=answer(place, what, reason, version, frozenset(sources), frozenset(targets)),
    )


def _said(data: Mapping[str, Any] | None) -> Said | None:
    if data is None:
        return None
    until = date.fromisoformat(data["until"]) if "until" in data else None
    return Said(data["by"], codec.moment(data["at"]), data["because"], until)


def answer(
    place: str, what: str, reason: str, version: int, sources: frozenset[str], targets: frozenset[str]
) -> Answer:
    """What a yes does, by the reason and by the shape of what waits: a plain name is something that was not begun."""
    if reason == Reason.VANISHED:
        return Answer.LEAVE if place in sources else Answer.NOTHING
    if reason == Reason.REVALIDATION:
        return Answer.EXTEND if place in sources else Answer.NOTHING
    if reason == Reason.SAME_HUMAN:
        return Answer.JOIN if what == layout.SAME else Answer.NOTHING
    if not version or place not in targets:
        return Answer.NOTHING
    if reason == Reason.DISABLED_BY_OTHERS:
        return Answer.RELEASE
    if reason == Reason.ACCOUNT_GONE and what == "-":
        return Answer.RECREATE
    begun = what == "map" or what.startswith("-") or what.endswith("!")
    return Answer.NOTHING if begun else Answer.PERMIT


def state(held: Held, now: datetime, today: date, rules: Approvals) -> State:
    """`today` is the customer's civil date."""
    if held.rejected is not None:
        return State.REJECTED
    if held.snoozed is not None and held.snoozed.until is not None and today < held.snoozed.until:
        return State.SNOOZED
    asked = asked_since(held)
    if rules.lapse_after is not None and asked is not None and now - asked >= timedelta(days=rules.lapse_after):
        return State.LAPSED
    return State.WAITING


def asked_since(held: Held) -> datetime | None:
    """Since when an answer is expected: the beginning, or the day to which it was put off."""
    if held.since is None or held.snoozed is None or held.snoozed.until is None:
        return held.since
    return max(held.since, datetime.combine(held.snoozed.until, time(), UTC))


def fingerprint(holds: Iterable[Held]) -> str:
    """A name for exactly this list; it differs as soon as one thing in it does."""
    text = "\n".join(sorted("\x1f".join(one.thing) for one in holds))
    return blake2b(text.encode(), digest_size=6).hexdigest()
