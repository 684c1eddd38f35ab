"""A crowd of one name from eight workers at once gets a name each, in both forms of the state."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from shared import layout
from shared.attributes import Attribute, Unique
from shared.connector import DirectoryPage
from shared.engine import Engine, identifiers
from shared.identifiers import Naming, signature
from shared.issuing import Order, issue
from shared.model import Account, Action, Candidates, Desired, Entitlement, Link, Series, Stage, Verb
from shared.policy import Policy
from shared.store import Store
from tests.effort import effort

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
KINDS = {
    "userPrincipalName": Attribute(name="userPrincipalName", longest_local=64, unique=Unique.ADDRESSES),
    "mail": Attribute(name="mail", longest_local=64, unique=Unique.ADDRESSES),
}
WORKERS, PEOPLE = 8, effort(80, 1_000)
"""The promise is a thousand people, tried by `make thorough`."""

POLICY = Policy.model_validate(
    {
        "customer": "crowd",
        "time_zone": "UTC",
        "sources": {"hr": {"connector": "hr"}},
        "targets": {
            "entra": {
                "connector": "entra",
                "correlate": ["employeeId"],
                "attributes": {"employeeId": "[employeeId]"},
            }
        },
    }
)


def rules(domain: str) -> Candidates:
    return Candidates(
        values=(f"jan.smit@{domain}", f"j.smit@{domain}"), series=Series(stem="jan.smit", ending=f"@{domain}")
    )


@dataclass
class Directory:
    """Takes every name that it does not hold; two of one name would be the failure this test looks for."""

    held: dict[str, str] = field(default_factory=dict)

    async def find(self, attribute: str, value: str) -> list[Account]:
        return []

    async def read(self, account: str, among: frozenset[Entitlement] = frozenset()) -> Account | None:
        return None

    async def apply(self, account: str, action: Action) -> str:
        for value in map(str, action.attributes.values()):
            assert value not in self.held, "the ledger gave one name to two people"
            self.held[value] = str(uuid4())
        return str(uuid4())

    async def deleted(self) -> AsyncIterator[Account]:
        for nobody in ():
            yield nobody

    async def stock(self) -> Mapping[Entitlement, int]:
        return {}

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        yield DirectoryPage(token=token)


@dataclass
class Seat:
    """One person's access to the ledger, as a desk gives it, without the lease that this is not about."""

    engine: Engine
    person: str
    tries: list[int]
    now: datetime = NOW
    first_count: int = 0

    async def reserve(self, names: Mapping[str, str], account: str) -> str:
        self.tries[0] += 1
        return await identifiers.reserve(self.engine, "entra", self.person, account, names, frozenset())

    async def abandon(self, names: Mapping[str, str]) -> None:
        await identifiers.abandon(self.engine, "entra", self.person, names, frozenset())

    async def retire(self, names: Collection[tuple[str, str]], verb: Verb) -> None:
        raise AssertionError("nobody loses a name here")

    async def foreign(self, attribute: str, value: str, account: str) -> None:
        raise AssertionError("there are no strangers here")

    async def furthest(self, naming: Naming) -> int:
        return await identifiers.furthest(self.engine, "entra", signature(naming))

    async def reached(self, naming: Naming, count: int) -> None:
        await identifiers.reached(self.engine, "entra", signature(naming), count)

    async def save(self, link: Link, action: Action | None) -> None: ...


def engine_on(store: Store, directory: Directory) -> Engine:
    nothing: Any = None
    return Engine(
        policy=POLICY,
        policy_hash="one",
        sources={},
        targets={"entra": directory},
        attributes={"entra": KINDS},
        store=store,
        bus=nothing,
        clock=lambda: NOW,
        unique=lambda: "",
        hash_key=b"crowd",
    )


async def named(engine: Engine, directory: Directory, number: int, crowd: str, tries: list[int]) -> tuple[str, str]:
    naming = {"userPrincipalName": rules(f"{crowd}.nl"), "mail": rules(f"mail.{crowd}.nl")}
    order = Order(
        target=directory,
        kinds=KINDS,
        desired=Desired(stage=Stage.ACTIVE, candidates=naming),
        link=Link(),
        live=None,
        action=Action(verb=Verb.CREATE),
        naming=naming,
        unanswered=False,
    )
    _, link, _ = await issue(order, Seat(engine, layout.own_id(crowd, str(number)), tries))
    return link.identifiers["userPrincipalName"], link.identifiers["mail"]


@pytest.mark.slow
async def test_everybody_in_a_crowd_of_one_name_gets_a_name_of_their_own_from_eight_workers(
    opener: Callable[[], AbstractAsyncContextManager[Store]],
) -> None:
    crowd, directory, tries = f"c{uuid4().hex[:12]}", Directory(), [0]
    given: dict[int, tuple[str, str]] = {}
    queue = iter(range(PEOPLE))

    async def work(store: Store) -> None:
        engine = engine_on(store, directory)
        for number in queue:
            given[number] = await named(engine, directory, number, crowd, tries)

    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opener()) for _ in range(WORKERS)]
        await asyncio.gather(*map(work, stores))

    logons = {logon for logon, _ in given.values()}
    assert len(logons) == PEOPLE
    form = re.compile(rf"(jan\.smit([2-9]|[1-9][0-9]+)?|j\.smit)@{crowd}\.nl")
    assert all(map(form.fullmatch, logons))
    assert all(mail == logon.replace("@", "@mail.") for logon, mail in given.values()), "one number serves both"
    assert tries[0] < PEOPLE * WORKERS, "who comes later does not try every number again"
