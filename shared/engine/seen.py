"""What waits with all that is shown of it, to people and to programs: its person, its account and the wait itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.approvals import crowds, eyes, overdue, roles, standing
from shared.engine.holding import holds, state_of
from shared.engine.parts import Engine
from shared.engine.people import name_of
from shared.holds import Held, Said, State


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One thing that waits, and what is to be known of the wait."""

    held: Held
    account: str
    """The name of the account, "" for somebody without one."""
    state: State
    overdue: bool
    roles: tuple[str, ...]
    """Who is asked; nobody in particular when it is empty."""
    yes: tuple[str, ...]
    """Who has said yes and is still heard."""
    needed: int
    """How many different people must say yes."""

    @property
    def said(self) -> Said | None:
        """The no or not now that it is under."""
        return self.held.rejected or (self.held.snoozed if self.state is State.SNOOZED else None)


async def seen(engine: Engine, some: Sequence[Held]) -> list[Seen]:
    """`some` with what is to be known beside it; what is overdue comes first."""
    now, today, rules = engine.clock(), engine.today, engine.policy.approvals
    crowd = crowds(await holds(engine))
    names: dict[tuple[str, str], str] = {}
    for one in some:
        if (one.person, one.place) not in names:
            names[one.person, one.place] = (await name_of(engine, one.person, one.place)).account
    found = [
        Seen(
            held=one,
            account=names[one.person, one.place],
            state=state_of(engine, one),
            overdue=overdue(one, now, today, rules),
            roles=roles(one, rules),
            yes=tuple(each.by for each in standing(one, now, rules)),
            needed=eyes(one, crowd, 1, rules),
        )
        for one in some
    ]
    return sorted(found, key=lambda one: (not one.overdue, one.held.hr_id, one.held.place, one.held.what))


def plain(one: Seen) -> dict[str, Any]:
    """For programs: ids, codes, days and the sentence of the reason."""
    held = one.held
    found: dict[str, Any] = {
        "fingerprint": held.name,
        "person": held.hr_id,
        "account": one.account,
        "place": held.place,
        "what": held.what,
        "reason": held.reason,
        "because": held.because,
        "version": held.version,
        "account_id": held.account,
        "since": _moment(held.since),
        "state": str(one.state),
        "overdue": one.overdue,
        "a_yes": str(held.answer),
        "asked": list(one.roles),
        "needed": one.needed,
        "yes": list(one.yes),
    }
    if (said := one.said) is not None:
        found["said"] = {"by": said.by, "at": _moment(said.at), "because": said.because}
        if said.until is not None:
            found["said"]["until"] = said.until.isoformat()
    return found


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
