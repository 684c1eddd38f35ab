"""The simulated customer: rules in five variants, and an HR system that does not always tell the truth."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from simulation_faults import Faults

from shared.connector import Reached
from shared.errors import Anew, TryLater
from shared.model import Person
from shared.policy import Policy

NAMES = "SelectUniqueValue([name], " + ", ".join(f'Append([name], "{number}")' for number in range(2, 9)) + ")"
GRACE = 2
"""Days that the group Sales is kept by somebody who stays."""
EMPLOYEES = "1234"
"""HR ids; the last one's account was there before us, and may not be written to."""
CREATE_BEFORE, ENABLE_BEFORE, DELETE_AFTER, MISSING_FOR = 3, 1, 20, 4
PACE = timedelta(seconds=1.5)
"""What one record takes, where HR is read in turns."""
EXPIRE = 8
"""Hours that a yes lasts."""
URGENT = 1
"""People dismissed in a day who wait for nothing."""
PLENTY: dict[str, Any] = {"delete": {"day": 100}, "rename": {}, "urgent": {"day": URGENT}}
VARIANTS: tuple[dict[str, Any], ...] = (
    {"names": {"rename": "automatic"}, "limits": {"disable": {"day": 1, "week": 100}, **PLENTY}},
    {
        "names": {"rename": "ask"},
        "limits": {
            **PLENTY,
            "disable": {"day": 1, "week": 1},
            "update:department": {"day": 1},
            "revoke:group": {"day": 1, "week": 1},
        },
        "departments": {"field": "department", "limits": {"disable": {"day": 1}}},
    },
    {
        "names": {"rename": "automatic"},
        "limits": {
            **PLENTY,
            "disable": {"day_percent": 50},
            "rename": {"day": 1},
            "revoke": {"day_percent": 50},
            "delete": {"day": 0},
        },
    },
    {
        "names": {"rename": "ask"},
        "limits": {
            **{what: {"day": 0} for what in ("disable", "delete", "update:department", "revoke:group", "urgent")},
            "rename": {},
        },
    },
    {
        "names": {"rename": "automatic"},
        "limits": {
            **PLENTY,
            "disable": {"week": 1},
            "urgent": {"day": 1, "week": 1},
            "update:department": {"run": 1, "week": 2},
        },
        "departments": {"field": "department", "limits": {"revoke:group": {"day": 1}}},
    },
)
"""What may happen without a yes. The third asks for the group Vault, and two must say yes to a deletion; in the fourth
hardly anything may, and the fifth counts weeks, runs and departments.
"""
VAULT = 2
"""The variant with the group that is asked for."""
APPROVERS = ("anna", "bert")


@cache
def policy(sellers: str = "Sales", variant: int = 0) -> Policy:
    """The customer's rules; `sellers` is the department that gets the group Sales."""
    grants: list[dict[str, Any]] = [{"group": "All"}]
    grants.append({"group": "Sales", "when": {"department": sellers}, "after": GRACE})
    if variant == VAULT:
        grants.append({"group": "Vault", "when": {"department": "Care"}, "ask": "it"})
    entra = {
        "connector": "entra",
        "correlate": ["employeeId"],
        "timing": {
            "create_before": CREATE_BEFORE,
            "enable_before": ENABLE_BEFORE,
            "delete_after": DELETE_AFTER,
            "at_once": {"dismissed": "yes"},
            "leave": [{"begins": "leaveBegins", "ends": "leaveEnds"}],
        },
        "attributes": {
            "employeeId": "[employeeId]",
            "department": "[department]",
            "manager": "[manager]",
            "userPrincipalName": NAMES,
        },
        "grants": grants,
        **VARIANTS[variant],
    }
    hr = {
        "connector": "hr",
        "plausible": {"most_gone": 10, "always_allowed": 1},
        "leave_when_missing_for": MISSING_FOR,
    }
    approvals: dict[str, Any] = {"expire": EXPIRE, "approvers": {"it": APPROVERS}}
    if variant == VAULT:
        approvals["four_eyes"] = "delete"
    return Policy.model_validate(
        {
            "customer": "simulated",
            "time_zone": "UTC",
            "sources": {"hr": hr},
            "targets": {"entra": entra},
            "approvals": approvals,
        }
    )


class SimulatedHR:
    """An HR system that tells the truth, nothing, half of it, or stops in the middle.

    `in_turns` says that it can be taken up after everybody, in order of id, unless it has forgotten where that was.
    Asked whom it has changed, it does not tell of everybody.
    """

    def __init__(self, faults: Faults, in_turns: bool) -> None:
        self.faults, self.in_turns = faults, in_turns
        self.people: dict[str, Person] = {}
        self._noted: dict[str, tuple[Person, datetime]] = {}
        """What it knew of everybody when it was last asked, and since when."""

    async def glance(self, since: datetime, most: int) -> AsyncIterator[Person]:
        await self.faults.turn()
        self._note()
        for name, (person, at) in list(self._noted.items()):
            if at < since or name not in self.people or self.faults.happens("HR does not tell of them"):
                continue
            if self.faults.happens("HR fails midway"):
                raise TryLater("HR timed out", 60)
            yield person
            await self.faults.turn()

    def _note(self) -> None:
        for name, person in self.people.items():
            if name not in self._noted or self._noted[name][0] != person:
                self._noted[name] = person, self.faults.now

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Reached]:
        await self.faults.turn()
        self._note()
        people = list(self.people.values())
        if self.in_turns:
            people = sorted((one for one in people if one.hr_id > since), key=lambda one: one.hr_id)
        if since and self.faults.happens("HR forgets the place"):
            raise Anew("HR has forgotten the place")
        if self.faults.happens("HR is empty"):
            return
        if self.faults.happens("HR is truncated"):
            people = people[: len(people) // 2]
        for person in people:
            if self.faults.happens("HR fails midway"):
                raise TryLater("HR timed out", 60)
            yield person
            if self.in_turns:
                await self.faults.turn()
                self.faults.now += PACE
                yield Reached(person.hr_id)
        await self.faults.turn()
