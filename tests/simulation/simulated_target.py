"""A directory in memory that checks the safety invariants at every single write, and loses answers on request."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from simulation_faults import Faults
from violation import Violation

from shared.connector import DirectoryPage
from shared.errors import Reason, Refused, TryLater
from shared.model import Account, Action, Entitlement, Verb

LAG = timedelta(minutes=10)
"""How long `find` may not see a new account."""
MOST = 3
"""Accounts that may be granted one thing in one write."""


@dataclass(frozen=True)
class Write:
    at: datetime
    verb: Verb
    account: str
    person: str


class SimulatedTarget:
    """`check` is told of every write before it is done, with the account as it was."""

    def __init__(self, faults: Faults, alone: str = "") -> None:
        self.faults = faults
        self.alone = alone
        """Whom it grants nothing together with others."""
        self.check: Callable[[Account, Action, datetime], None] = lambda account, action, now: None
        self.touched: dict[str, datetime] = {}
        """Account → when an administrator last changed it."""
        self.seen: set[tuple[str, str]] = set()
        """(account, name) that somebody could have seen."""
        self.accounts: dict[str, Account] = {}
        self.born: dict[str, datetime] = {}
        self.untouchable: set[str] = set()
        self.bin: dict[str, tuple[datetime, Account]] = {}
        self.writes: list[Write] = []
        self.together: list[int] = []
        """How many accounts were in each write for several."""
        self.bearers: dict[str, str] = {}
        """Every name that anybody could see, and whose: nobody else may have it for as long as a history lasts."""
        self.log: list[tuple[str, bool]] = []
        """Accounts in order of change, for the delta: (id, removed)."""

    def given(self, account: Account, untouchable: bool = True) -> None:
        """An account that was there before us."""
        self._put(account)
        if untouchable:
            self.untouchable.add(account.id)

    async def find(self, attribute: str, value: str) -> list[Account]:
        await self.faults.turn()
        found = [a for a in self.accounts.values() if str(a.attributes.get(attribute, "")).lower() == value.lower()]
        if attribute == "employeeId" and self.faults.happens("find lags"):
            found = [a for a in found if a.id not in self.born or self.faults.now - self.born[a.id] >= LAG]
        return self._shown(found)

    async def read(self, account: str, among: frozenset[Entitlement] = frozenset()) -> Account | None:
        await self.faults.turn()
        return self._shown([self.accounts[account]])[0] if account in self.accounts else None

    async def apply(self, account: str, action: Action) -> str:
        await self.faults.turn()
        if action.verb is Verb.CORRELATE:
            return account
        if self.faults.happens("target fails before"):
            raise TryLater("the target timed out", 5)
        account = self._apply(account, action)
        await self.faults.turn()
        if self.faults.happens("target fails after"):
            raise TryLater("the target's answer was lost", 5)
        self._shown([self.accounts[account]] if account in self.accounts else [])
        return account

    async def grant_all(self, accounts: Sequence[str], action: Action) -> None:
        """All of them or none, for whatever reason: somebody has it, is gone, or may not have it."""
        await self.faults.turn()
        if len(accounts) > MOST or len(set(accounts)) < len(accounts):
            raise Violation("S16: too many in one write, or somebody twice")
        if self.faults.happens("target fails before"):
            raise TryLater("the target timed out", 5)
        there = [self.accounts.get(one) for one in accounts]
        if any(
            one is None or action.entitlement in one.entitlements or self._alone(one) for one in there
        ) or self.faults.happens("together is refused"):
            raise Refused("one of them cannot be added")
        for one in accounts:
            self._apply(one, action)
        self.together.append(len(accounts))
        await self.faults.turn()
        if self.faults.happens("target fails after"):
            raise TryLater("the target's answer was lost", 5)

    def _alone(self, account: Account) -> bool:
        return account.attributes.get("employeeId") == self.alone

    def _shown(self, accounts: list[Account]) -> list[Account]:
        """These, and from now on somebody knows what they are called."""
        self.seen |= {(one.id, str(one.attributes.get("userPrincipalName"))) for one in accounts}
        return accounts

    async def stock(self) -> Mapping[Entitlement, int]:
        return {}

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        await self.faults.turn()
        start = int(token or 0)
        latest = dict(self.log[start:])
        yield DirectoryPage(
            accounts=tuple(self._shown([self.accounts[key] for key, removed in latest.items() if not removed])),
            removed=tuple(key for key, removed in latest.items() if removed),
            token=str(len(self.log)),
            fresh=not token,
        )

    async def deleted(self) -> AsyncIterator[Account]:
        await self.faults.turn()
        for _, account in list(self.bin.values()):
            yield self._shown([account])[0]

    def _apply(self, account: str, action: Action) -> str:
        if action.verb is Verb.CREATE:
            return self._create(action)
        if account in self.untouchable:
            raise Violation(f"S3: {action.verb} on an account that is not ours")
        there = self.accounts.get(account)
        if action.verb is Verb.RESTORE:
            return self._restore(account)
        if there is None:
            if action.verb in (Verb.DELETE, Verb.DISABLE, Verb.REVOKE):
                return account
            raise Refused("there is no such account", Reason.ACCOUNT_GONE)
        if action.verb in (Verb.UPDATE, Verb.RENAME):
            self._free(account, action)
        self.check(there, action, self.faults.now)
        match action.verb:
            case Verb.UPDATE | Verb.RENAME:
                there = replace(there, attributes={**there.attributes, **action.attributes})
            case Verb.GRANT if action.entitlement:
                there = replace(there, entitlements=there.entitlements | {action.entitlement})
            case Verb.REVOKE if action.entitlement:
                there = replace(there, entitlements=there.entitlements - {action.entitlement})
            case Verb.ENABLE:
                there = replace(there, enabled=True)
            case Verb.DISABLE:
                there = replace(there, enabled=False)
        before = self.accounts[account]
        if action.verb is Verb.DELETE:
            self.bin[account] = (self.faults.now, replace(before, enabled=False))
            self._remove(account)
        else:
            self._put(there)
        self._record(action.verb, before)
        return account

    def _create(self, action: Action) -> str:
        self._free("", action)
        account = Account(id=f"a{len(self.log)}", enabled=False, attributes=dict(action.attributes))
        self.check(account, action, self.faults.now)
        self.born[account.id] = self.faults.now
        self._put(account)
        self._record(Verb.CREATE, account)
        self._one_each(account)
        return account.id

    def _free(self, account: str, action: Action) -> None:
        name = action.attributes.get("userPrincipalName")
        held = {a.attributes.get("userPrincipalName") for a in self.accounts.values() if a.id != account}
        if name is None:
            return
        if action.verb is Verb.UPDATE:
            raise Violation("S7: somebody is given another name without being renamed")
        if name in held:
            raise Refused("the name is taken", Reason.TAKEN, "userPrincipalName")
        bearer = str((self.accounts[account] if account else action).attributes["employeeId"])
        if self.bearers.setdefault(str(name), bearer) != bearer:
            raise Violation("S6: somebody is given the name of somebody else")

    def _restore(self, account: str) -> str:
        """From the bin, as long as it is there: thirty days, and nobody has taken the name meanwhile."""
        if account in self.accounts:
            return account
        deleted, kept = self.bin.get(account, (datetime.min.replace(tzinfo=UTC), None))
        if kept is None or self.faults.now - deleted > timedelta(days=30):
            raise Refused("it is not in the bin", Reason.ACCOUNT_GONE)
        if any(a.attributes.get("userPrincipalName") == kept.attributes["userPrincipalName"] for a in self._all()):
            raise Refused("the name is taken", Reason.TAKEN, "userPrincipalName")
        self.check(kept, Action(verb=Verb.RESTORE), self.faults.now)
        self._put(kept)
        self._record(Verb.RESTORE, kept)
        self._one_each(kept)
        return account

    def _all(self) -> list[Account]:
        return list(self.accounts.values())

    def _one_each(self, account: Account) -> None:
        same = [a for a in self._all() if a.attributes.get("employeeId") == account.attributes["employeeId"]]
        if len(same) > 1:
            raise Violation("S1: two accounts for one person")

    def _record(self, verb: Verb, account: Account) -> None:
        self.writes.append(Write(self.faults.now, verb, account.id, str(account.attributes.get("employeeId"))))

    def _put(self, account: Account) -> None:
        self.accounts[account.id] = account
        self.log.append((account.id, False))

    def _remove(self, account: str) -> None:
        del self.accounts[account]
        self.log.append((account, True))

    def by_hand(self, what: str, account: str) -> None:
        """What an administrator may do at any time. A name that nobody ever saw goes with the account."""
        there, self.touched[account] = self.accounts[account], self.faults.now
        if what != "delete":
            self._put(replace(there, enabled=what == "enable"))
            return
        name = str(there.attributes["userPrincipalName"])
        if (account, name) not in self.seen:
            self.bearers.pop(name, None)
        self._remove(account)
