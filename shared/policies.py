"""The policies of one deployment: each text kept for ever as it is, one of them active, and who made it so and why.

The active one changes only for somebody who knew which one was active, and an activation is in the history before the
next one takes its place, so that no crash and no race loses one.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from shared.errors import Misconfigured, Refused
from shared.policy_file import PolicyInvalid, PolicyText, load, name_of

ACTIVE = "active.json"
VERSIONS = "versions/"
ACTIVATIONS = "activations/"
SCHEMA = 1

_VERSION = re.compile(r"[0-9a-f]{12}")


class Activation(BaseModel):
    """Somebody made a version the active one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    """Counts from 1 and never skips one."""
    version: str
    """The policy's hash, as the ledger and approvals name it."""
    by: str
    at: AwareDatetime
    because: str
    before: int = 0
    """The activation that a rollback goes back to; 0 when there is none."""
    rollback: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A text that was pushed."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A text on a shelf, and what says that it has not changed."""

    text: str
    tag: str


class Unchanged(Exception):
    """The text is still the one that the reader knows."""


class Shelf(Protocol):
    """Texts by name. Everything raises `TryLater` and `Misconfigured` for a shelf that cannot be used."""

    async def read(self, name: str, known: str = "") -> Kept | None:
        """What stands there, None for nothing. Raises `Unchanged` when its tag is still `known`."""
        ...

    async def add(self, name: str, text: str) -> bool:
        """Whether it was added; False, and nothing changes, when there is something of this name."""
        ...

    async def replace(self, name: str, text: str, tag: str) -> bool:
        """Whether it took the place of what was read with `tag`; False when that has changed meanwhile."""
        ...

    async def names(self, folder: str) -> Sequence[tuple[str, datetime]]:
        """All names that begin with `folder`, in order, and since when they are there."""
        ...


class Superseded(Refused):
    """Somebody else activated a policy first."""


class Policies:
    """The policies on one shelf. Making it reads nothing."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._active: tuple[str, PolicyText] | None = None

    async def active(self) -> PolicyText:
        """The active policy: one small question when nothing has changed, and three when something has.

        Raises `Misconfigured` when none is active or it is damaged, `PolicyInvalid` when this version of Joinly cannot
        read it, and `TryLater`. It never falls back on another policy.
        """
        last = self._active
        try:
            kept = await self._shelf.read(ACTIVE, last[0] if last else "")
        except Unchanged:
            if last is None:
                raise
            return last[1]
        self._active = None
        if kept is None:
            raise Misconfigured("no policy is active; `joinly policy push` one and `joinly policy activate` it")
        try:
            found = await self.policy(_activation(kept.text).version)
        except Refused as gone:
            raise Misconfigured(f"the active policy is not there: {gone}") from None
        self._active = kept.tag, found
        return found

    async def activation(self) -> Activation | None:
        """How the active policy became active; None before the first one."""
        kept = await self._shelf.read(ACTIVE)
        return _activation(kept.text) if kept else None

    async def policy(self, version: str) -> PolicyText:
        """The policy of this version. Raises `Refused` when it was never pushed, and `PolicyInvalid`."""
        text = await self.text(version)
        try:
            return load(text)
        except PolicyInvalid as invalid:
            raise PolicyInvalid(invalid.mistakes, f"the policy {version}") from None

    async def text(self, version: str) -> str:
        """The policy as it was pushed. Raises `Refused` when there is no such version."""
        kept = await self._shelf.read(_version(version)) if _VERSION.fullmatch(version) else None
        if kept is None:
            raise Refused(f"there is no version {version}; `joinly policy list` names those that were pushed")
        if name_of(kept.text) != version:
            raise Misconfigured(f"the version {version} is not what was pushed under this name; push it again")
        return kept.text

    async def keep(self, text: str) -> PolicyText:
        """Keep a policy for ever, under its hash; again, it is the same. Raises `PolicyInvalid` before it is kept."""
        found = load(text)
        await self._shelf.add(_version(found.hash), text)
        return found

    async def versions(self) -> list[Version]:
        """All that were pushed, the newest first."""
        names = await self._shelf.names(VERSIONS)
        found = [Version(name.removeprefix(VERSIONS).removesuffix(".yaml"), at) for name, at in names]
        return sorted(found, key=lambda one: (one.at, one.name), reverse=True)

    async def history(self, most: int = 20) -> list[Activation]:
        """The last `most` activations, the newest first."""
        newest = await self.activation()
        if newest is None:
            return []
        numbers = range(newest.number - 1, max(0, newest.number - most), -1)
        return [newest, *await asyncio.gather(*map(self._numbered, numbers))]

    async def activate(
        self, version: str, *, by: str, at: datetime, because: str, after: Activation | None
    ) -> Activation:
        """Make `version` the active one in place of `after`, which is what was active when it was decided.

        Raises `Superseded` when that is not active any longer, `Refused` when it is active already or was never
        pushed, and `PolicyInvalid` when this version of Joinly cannot read it.
        """
        if after is not None and after.version == version:
            raise Refused(f"{version} is active already; {_told(after)}")
        before = after.number if after else 0
        return await self._take_place(version, after, by=by, at=at, because=because, before=before)

    async def behind(self, activation: Activation) -> Activation | None:
        """The activation that a rollback from this one goes back to; None when there is none."""
        return await self._numbered(activation.before) if activation.before else None

    async def roll_back(self, *, by: str, at: datetime, because: str, after: Activation) -> Activation:
        """Make the version active that was so before `after`; rolled back again, the one before that.

        Raises what `activate` raises.
        """
        behind = await self.behind(after)
        if behind is None:
            raise Refused(f"no other policy was active before {after.version}; there is nothing to go back to")
        own = {"by": by, "at": at, "because": because, "before": behind.before}
        return await self._take_place(behind.version, after, **own, rollback=True)

    async def _take_place(self, version: str, after: Activation | None, **own: Any) -> Activation:
        await self.policy(version)
        kept = await self._shelf.read(ACTIVE)
        now = _activation(kept.text) if kept else None
        if now != after:
            raise _superseded(now)
        if kept is None or now is None:
            fresh = Activation(version=version, number=await self._last() + 1, **own)
            done = await self._shelf.add(ACTIVE, _text(fresh))
        else:
            fresh = Activation(version=version, number=now.number + 1, **own)
            await self._remember(now, kept.text)
            done = await self._shelf.replace(ACTIVE, _text(fresh), kept.tag)
        if not done and (now := await self.activation()) != fresh:
            raise _superseded(now)
        return fresh

    async def _remember(self, one: Activation, text: str) -> None:
        """Have the activation in the history before another takes its place; told again, it is the same."""
        if not await self._shelf.add(_place(one.number), text) and await self._numbered(one.number) != one:
            raise Misconfigured(f"{_place(one.number)} tells of another activation than {ACTIVE}; move it away")

    async def _last(self) -> int:
        """The number of the last activation that the history knows; 0 for none."""
        names = [name for name, _ in await self._shelf.names(ACTIVATIONS)]
        return int(names[-1].removeprefix(ACTIVATIONS).partition(".")[0]) if names else 0

    async def _numbered(self, number: int) -> Activation:
        kept = await self._shelf.read(_place(number))
        if kept is None:
            raise Misconfigured(f"activation {number} is missing from the history; restore {_place(number)}")
        return _activation(kept.text)


def _version(name: str) -> str:
    return f"{VERSIONS}{name}.yaml"


def _place(number: int) -> str:
    return f"{ACTIVATIONS}{number:06d}.json"


def _text(activation: Activation) -> str:
    return json.dumps({"schema": SCHEMA, **activation.model_dump(mode="json")})


def _activation(text: str) -> Activation:
    """Raises `Misconfigured` for what another version of Joinly wrote, and for what nobody of ours did."""
    try:
        said = json.loads(text)
        if said["schema"] != SCHEMA:
            raise Misconfigured(
                f"another version of Joinly activated the policy (schema {said['schema']}; this one reads {SCHEMA}); "
                "use that version"
            )
        return Activation.model_validate(said)
    except (ValueError, KeyError, TypeError, ValidationError):
        text = f"{ACTIVE} is damaged; restore an earlier version of it, or remove it and activate a policy again"
        raise Misconfigured(text) from None


def _superseded(now: Activation | None) -> Superseded:
    return Superseded(f"{_told(now) if now else 'no policy is active any longer'}; nothing was changed. Look again")


def _told(one: Activation) -> str:
    return f"{one.by} activated {one.version} at {one.at:%Y-%m-%d %H:%M} UTC: {one.because}"
