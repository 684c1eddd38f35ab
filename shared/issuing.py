"""A name issued: chosen, reserved and saved before the target is asked, and read back when the target refuses it.

A refused name is never guessed at: held by ourselves it is left to the next look, held by a stranger it is recorded
and the next one is tried, and held by nobody anyone can see it waits.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from shared.attributes import sharing
from shared.connector import Target
from shared.errors import Reason, Refused, TryLater
from shared.facts import items
from shared.identifiers import Naming, exhausted, fitting, leap, named, numbered, spent
from shared.model import Account, Action, Candidates, Desired, Link, Verb
from shared.planning import Kinds, no_longer_intended, same


class Register(Protocol):
    """The identifier ledger, as one person at one target uses it; every call may raise `Conflict`."""

    @property
    def now(self) -> datetime: ...

    @property
    def person(self) -> str: ...

    @property
    def first_count(self) -> int:
        """Where this person's names begin: with the number they bear on another target, or at the first rule."""
        ...

    async def reserve(self, names: Mapping[str, str], account: str) -> str:
        """ "" when all of `names` are this person's now; else the attribute that somebody holds, and none is taken."""
        ...

    async def abandon(self, names: Mapping[str, str]) -> None:
        """Give back what was reserved and never used."""
        ...

    async def retire(self, names: Collection[tuple[str, str]], verb: Verb) -> None:
        """Say that these (attribute, value) are no longer used since `verb`; the policy says when they are free."""
        ...

    async def foreign(self, attribute: str, value: str, account: str) -> None:
        """Remember that somebody we do not know holds the name: nobody of ours gets it, or, when not even the account
        is known (""), nobody before the quarantine is over.
        """
        ...

    async def furthest(self, naming: Naming) -> int:
        """How far numbers have been given out for names like these."""
        ...

    async def reached(self, naming: Naming, count: int) -> None:
        """Remember how far numbers have been given out."""
        ...

    async def save(self, link: Link, action: Action | None) -> None:
        """Save what we remember, and that `action` was done."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be issued: the names of one account, to be written by one action."""

    target: Target
    kinds: Kinds
    desired: Desired
    link: Link
    live: Account | None
    action: Action
    naming: Naming
    unanswered: bool
    """Whether an earlier create was sent and never answered."""

    @property
    def account(self) -> str:
        return self.live.id if self.live else ""


async def issue(order: Order, register: Register) -> tuple[str, Link, Action]:
    """Do a create or a rename under the first names that are free.

    The account's id, what is remembered, and the action as it was done. Raises `Refused` when no name is left.
    """
    while True:
        names, count = await _choose(order, register)
        given = {**order.action.attributes, **names}
        link = replace(_issued(order, names, count), intended={**order.link.intended, **given})
        await register.save(link, None)
        if numbered(order.naming, count):
            await register.reached(order.naming, count)
        asking = replace(order.action, attributes=given)
        if order.live and all(same(order.live.attributes.get(name), value) for name, value in given.items()):
            return order.account, link, asking
        try:
            return await order.target.apply(order.account, asking), link, asking
        except Refused as error:
            if error.reason is not Reason.TAKEN or error.attribute not in names:
                raise
            await _told_apart(order, link, asking, error.attribute, names, register)
            order = replace(order, link=_without(order.link, names))


def _issued(order: Order, names: Mapping[str, str], count: int) -> Link:
    """A create's names are remembered as issued at once; a rename's only when it is done.

    The names of a create that was never answered keep their basis, so that a change of name since then still renames.
    """
    link = replace(order.link, count=count)
    if order.action.verb is not Verb.CREATE:
        return link
    kept = {name: names[name] for name in order.desired.candidates if name in names}
    again = order.unanswered and kept == order.link.identifiers
    return replace(link, identifiers=kept, basis=order.link.basis if again else order.desired.basis)


async def _choose(order: Order, register: Register) -> tuple[Mapping[str, str], int]:
    """The first names that are free, all attributes in step; the ones this was begun with, where they still stand."""
    naming = order.naming
    begun = _begun(order)
    if begun and not await register.reserve(begun, order.account):
        return begun, order.link.count
    if not order.link.account and order.link.identifiers:
        await register.abandon(order.link.identifiers)
    count, known, misses = register.first_count if order.action.verb is Verb.CREATE else 0, False, 0
    while naming:
        if not known and numbered(naming, count):
            count, known = max(count, await register.furthest(naming)), True
        names, taken = named(naming, count, order.kinds), ""
        if names is not None:
            taken = await register.reserve(names, order.account)
            if not taken:
                return names, count
        if exhausted(naming, count) or (taken and spent(naming[taken], count)):
            raise _none_left(naming, taken)
        misses += known
        count += leap(register.person, misses)
    return {}, 0


def _begun(order: Order) -> Mapping[str, str]:
    """The names that were chosen before, all or none: issued already, or intended when an answer was lost.

    While a create is unanswered there may be an account under them that nobody sees yet; other names would make two.
    """
    link, tried = order.link, {name: one for name, one in order.naming.items() if not _is_plain(one)}
    plain = {name: one.values[0] for name, one in order.naming.items() if _is_plain(one)}
    issued = link.identifiers if not link.account else {}
    same_basis = link.basis == order.desired.basis != ""
    for before, anyway in ((issued, order.unanswered or same_basis), (link.intended, False)):
        names = {name: str(before.get(name) or "") for name in tried}
        if names and all(names.values()) and (anyway or fitting(tried, names, order.kinds)):
            return {**names, **plain}
    return {}


def _is_plain(candidates: Candidates) -> bool:
    """Whether there is nothing to choose: the policy maps the attribute to one value."""
    return candidates.series is None and len(candidates.values) == 1


def _none_left(naming: Naming, taken: str) -> Refused:
    if taken and _is_plain(naming[taken]):
        return Refused(f"{taken} is held by somebody else, and the policy allows no other", Reason.TAKEN, taken)
    names = ", ".join(sorted(naming))
    return Refused(f"no free value is left for {names}; add a rule, or Numbered(…) as the last", Reason.NAMES_EXHAUSTED)


async def _told_apart(
    order: Order, link: Link, asked: Action, attribute: str, names: Mapping[str, str], register: Register
) -> None:
    """Record the stranger who holds the name that was refused. Raises `TryLater` when it may be our own doing.

    Whoever is renamed has an account, so a holder whom nobody can see is certainly somebody else, such as a contact.
    """
    holder = await _stranger(order, attribute, names[attribute])
    if not holder and order.action.verb is Verb.CREATE:
        if not order.unanswered:  # then it was not made by us: it is adopted like any other account, once it is seen
            await register.save(no_longer_intended(link, asked), None)
        raise TryLater(f"{attribute} is taken by an account that cannot be seen yet", 30)
    await register.abandon({name: value for name, value in names.items() if name != attribute})
    await register.foreign(attribute, names[attribute], holder)


async def _stranger(order: Order, attribute: str, value: str) -> str:
    """The account of a certain stranger who holds the name; "" when nobody can be seen, or it may be this person's.

    An account with this person's key is theirs, and one that nobody can see may be. It is not taken here: it is looked
    at again, by the way every account is found, with its permits and protections.
    """
    holders: dict[str, Account] = {}
    for name in sharing(order.kinds, attribute):
        holders |= {one.id: one for one in await order.target.find(name, value)}
    theirs = [one for one in holders.values() if one.id == order.account or _is_theirs(one, order)]
    return "" if theirs else next(iter(sorted(holders)), "")


def _is_theirs(account: Account, order: Order) -> bool:
    alike = any(
        same(account.attributes.get(name), one) for name, value in order.desired.keys.items() for one in items(value)
    )
    return alike and account.id not in order.link.apart


def _without(link: Link, names: Mapping[str, str]) -> Link:
    """The link as if these names had never been thought of."""
    intended = {name: value for name, value in link.intended.items() if name not in names}
    return replace(link, identifiers={} if not link.account else link.identifiers, intended=intended)
