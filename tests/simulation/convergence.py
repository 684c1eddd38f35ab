"""What must be true once faults have stopped and people have answered: all is as the rules say, and rests."""

from collections.abc import Collection, Coroutine, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from customer import EMPLOYEES, GRACE, VAULT
from reference import should_be
from said import No
from simulated_target import SimulatedTarget
from storage import SimulatedStore
from violation import Violation
from watching import Watch

from shared import codec, layout
from shared.engine import Held
from shared.model import Account, Entitlement, Person, Stage
from shared.planning import same

Touched: TypeAlias = Mapping[str, datetime]
"""Account → when an administrator last changed it."""
SALES, ALL, VAULTED = (Entitlement("group", name) for name in ("Sales", "All", "Vault"))


def converged(
    people: dict[str, Person],
    holds: Iterable[Held],
    target: SimulatedTarget,
    watch: Watch,
    today: date,
    sellers: str,
    variant: int,
) -> None:
    """L1: everybody has what they should; nothing that a yes could have settled waits."""
    waiting = {one.hr_id: one for one in holds}
    for one in waiting.values():
        if one.approvable:
            raise Violation(f"L1: {one.hr_id} waits for {one.what} ({one.reason}) although everybody said yes")
    for name, person in people.items():
        if name in waiting or name == EMPLOYEES[-1]:
            continue
        mine = [a for a in target.accounts.values() if a.attributes.get("employeeId") == name]
        stage = should_be(person, today)
        _alive(name, stage, mine[0] if mine else None)
        if mine and stage is Stage.ACTIVE:
            _as_wanted(name, person, mine[0])
            _groups(name, person, mine[0], watch, today, sellers, variant)


def _alive(name: str, stage: Stage, account: Account | None) -> None:
    if account is None:
        if stage >= Stage.READY:
            raise Violation(f"L1: {name} has no account and nothing is held")
        return
    if account.enabled != (stage is Stage.ACTIVE):
        raise Violation(f"L1: {name} should be {stage.name} and is {'enabled' if account.enabled else 'disabled'}")
    if stage is Stage.ABSENT:
        raise Violation(f"L1: {name} should be gone")
    if stage is not Stage.ACTIVE and account.entitlements:
        raise Violation(f"L1: {name} still holds something")


def _as_wanted(name: str, person: Person, account: Account) -> None:
    if str(account.attributes["userPrincipalName"]).rstrip("0123456789") != person.fields["name"]:
        raise Violation(f"L1: {name} has another name")
    if not same(account.attributes.get("department"), person.contracts[0].fields["department"]):
        raise Violation(f"L1: {name} has another department")


def _groups(name: str, person: Person, account: Account, watch: Watch, today: date, sellers: str, variant: int) -> None:
    """The groups of the rules, and the group Sales for as long as it is kept."""
    department = person.contracts[0].fields["department"]
    wanted = {ALL}
    if department == sellers:
        wanted.add(SALES)
    if department == "Care" and variant == VAULT:
        wanted.add(VAULTED)
    lost = watch.seen[name].lost_sales
    kept = {SALES} if lost is not None and today < lost + timedelta(days=GRACE) else set[Entitlement]()
    if not wanted <= account.entitlements <= wanted | kept:
        raise Violation(f"L1: {name} holds {sorted(account.entitlements)}")


def heeded(noes: Iterable[No], holds: Iterable[Held], waiting: Iterable[Held], touched: Touched, today: date) -> None:
    """S15: what was rejected is not asked again for as long as it is the same, and what was put off is, on its day."""
    held, asked = {one.thing: one for one in holds}, {one.thing for one in waiting}
    for no in noes:
        one = held.get(no.held.thing)
        later = touched.get(no.held.account)
        if one is None or not one.approvable or (later is not None and later >= no.at):
            continue
        if no.stands(today) and one.thing in asked:
            raise Violation(f"S15: {one.hr_id} is asked for {one.what} again although somebody said no")
        if not no.stands(today) and one.thing not in asked:
            raise Violation(f"S15: {one.hr_id} is not asked for {one.what} on the day to which it was put off")


def lined_up(store: SimulatedStore) -> None:
    """L1: nobody waits for a group any more."""
    if waiting := [key for key, _ in _rows(store, layout.MEMBERSHIPS)]:
        raise Violation(f"L1: {waiting} still wait for others to be granted a group with")


def tidied(store: SimulatedStore, there: Collection[str]) -> None:
    """S8: once workers that died are long gone, every name held is borne, and every name borne is held.

    An account that is not `there` any more bears nothing, whatever its link remembers until a person says what to do.
    """
    links = {key[:20]: codec.LINK.load(row.data) for key, row in _rows(store, layout.STATE) if "|link|" in key}
    held = {
        (row.data["is"]["owner"], key)
        for key, row in _rows(store, layout.IDENTIFIERS)
        if row.data.get("is", {}).get("owner") and row.data["is"]["until"] is None
    }
    borne = {(person, name) for person, link in links.items() for name in link.identifiers.values()}
    if burnt := held - borne - {(person, str(v)) for person, one in links.items() for v in one.written.values()}:
        raise Violation(f"S8: reserved and borne by nobody: {sorted(burnt)}")
    living = {person: link for person, link in links.items() if link.account in there and not link.deleted}
    if lost := {(person, name) for person, link in living.items() for name in link.identifiers.values()} - held:
        raise Violation(f"S8: borne and not held: {sorted(lost)}")


def _rows(store: SimulatedStore, table: str) -> list[tuple[str, Any]]:
    return [(key, row) for place, rows in store.rows.items() if place[0] == table for key, row in rows.items()]


def asked(question: Coroutine[Any, Any, Any]) -> Any:
    """The answer to a question, with nothing going on meanwhile."""
    while True:
        try:
            question.send(None)
        except StopIteration as answer:
            return answer.value
