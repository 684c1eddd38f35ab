"""What a connector is: a settings model, a Source or a Target built from it, and a manifest that says what it can do.

A connector translates one system and nothing else: it does not correlate, diff, retry, page by hand, pace, count or
log, and knows nothing of preview, policy or dates. Constructing one does no I/O.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from pydantic import BaseModel

from shared.attributes import Attribute
from shared.errors import Misconfigured
from shared.flow import Pace
from shared.model import Account, Action, Entitlement, Person, Rejected, Verb
from shared.oauth.forms import OAuth
from shared.quota import Quota

NONE: frozenset[Entitlement] = frozenset()


async def no_token(refused: str) -> str:
    """Stands where a connector has declared no `sign_in`. Raises `Misconfigured`."""
    raise Misconfigured("this connector declares no sign-in, so there is no token for it")


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What a connector may use of the world: nothing else, so that every use is counted, bounded and simulated."""

    http: httpx.AsyncClient
    """Counts reads and writes, has timeouts, and refuses writes in preview."""
    secret: Callable[[str], Awaitable[str]]
    """The value of a secret; a setting holds `secret:name` and never the secret itself."""
    clock: Callable[[], datetime]
    """Now, UTC, aware."""
    sleep: Callable[[float], Awaitable[None]]
    """Wait so many seconds."""
    forget: Callable[[str], None] = lambda name: None
    """Say that a secret was not accepted, so that it is read anew: somebody may have changed it."""
    token: Callable[[str], Awaitable[str]] = no_token
    """An access token that is good now, as `Manifest.sign_in` says; given one that was answered with 401 ("" for
    none), another. Renewed, kept and shared by all workers.
    """
    pace: Pace | None = None
    """Spaces the calls and keeps them within `Manifest.quota`, together with every other process; None without one."""
    folder: Path
    """The folder that relative paths in settings start from: the policy's own."""
    credential: AsyncTokenCredential | None = None
    """Microsoft sign-in (managed identity in Azure); None where no Microsoft system is used."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A place in an answer of HR: everybody before it was given, and `fetch(cursor)` gives everybody after it.

    `cursor` is a text that only its source understands, without secrets and without values of HR but ids. With "" there
    is no such place yet: the source only says that it is still reading.
    """

    cursor: str


STILL_READING = Reached("")
"""Given now and then by a source that must read long before it can give anybody, so that its turn does not run out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """Which of several deliveries an answer is, where HR delivers one after another, and an earlier one may come late.

    Of two of one `series` that with the greater `order`, as text, is the later. `name` is what people call it.
    """

    series: str
    order: str
    name: str

    def before(self, other: "Edition") -> bool:
        return self.series == other.series and self.order < other.order


class Source(Protocol):
    """An HR system, read."""

    def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached | Edition]:
        """Everyone HR knows, each complete, once. Ending normally means the answer was complete.

        A large answer is read in turns, by one process after the other, and a source that can be taken up where it
        was left says so at every page: `Reached` with the `since` of the next turn. What it gave before that is kept
        and not asked for again; what it gave after it is. A source without such places is read in one go.

        A source that is delivered says which delivery it is, first of all: an `Edition` earlier than the last one that
        was believed is doubted.

        Raises `TryLater`, or `Misconfigured` when the answer cannot be believed or the settings are wrong; raising
        part-way means «no news», never «gone». Raises `Anew` when there is no going on from `since`, because it is
        no longer known or because what is listed before it has changed.
        """
        ...


@runtime_checkable
class Glancing(Protocol):
    """A source whose system tells whom it has changed: between two whole reads it can be glanced at."""

    def glance(self, since: datetime, most: int) -> AsyncIterator[Person | Rejected]:
        """Whom HR has changed since that moment (UTC, aware), each complete and just as `fetch` would give them.

        It may leave out whom its system does not tell of: the next whole read does. When more than `most` people were
        changed it gives nobody, and asks nothing of each. Raises what `fetch` does.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryPage:
    """A page of directory changes. `token` is set on the last page only; `fresh` marks a full round from the start.

    `following` is set on the others, where a round can be gone on with after this page: `changes` takes it for a token.
    """

    accounts: tuple[Account, ...] = ()
    removed: tuple[str, ...] = ()
    token: str = ""
    fresh: bool = False
    following: str = ""


class Target(Protocol):
    """A directory or application whose accounts are kept in line."""

    async def find(self, attribute: str, value: str) -> list[Account]:
        """Accounts whose `attribute` equals `value`, exactly as the target compares; correlation and names ask this."""
        ...

    async def read(self, account: str, among: frozenset[Entitlement] = NONE) -> Account | None:
        """The account as it is now, with its entitlements and references, or None when the target does not hold it.

        A target that cannot list what an account has tells which of `among` it has.
        """
        ...

    async def apply(self, account: str, action: Action) -> str:
        """Do one action and return the account's id. Doing it twice is doing it once.

        Raises `Refused(reason=TAKEN, attribute=…)` when somebody holds a unique value, `TryLater` when nobody can say
        whether it was done, other `Refused` when this object cannot be changed so.
        """
        ...

    def deleted(self) -> AsyncIterator[Account]:
        """Accounts that are gone and can be restored, with the names they bore: those are still theirs."""
        ...

    async def stock(self) -> Mapping[Entitlement, int]:
        """How many seats of each licence are free; a licence that is not named here is not counted."""
        ...

    def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        """What changed since `token` ("" for everything), page by page; an expired token starts a fresh full round."""
        ...


@runtime_checkable
class Packing(Protocol):
    """A target that can grant one thing to many accounts in one write."""

    async def grant_all(self, accounts: Sequence[str], action: Action) -> None:
        """Grant what `action` says to all of these, or to none. Raises what `Target.apply` does, about all of them;
        `Refused` when one of them stands in the way, be it that it has this already.
        """
        ...


class App(StrEnum):
    """The two apps of a deployment: one reads HR and decides, the other writes to targets."""

    READ = "read"
    WRITE = "write"


class Grantor(StrEnum):
    """Where a permission is given: as an application's role of one of Microsoft's APIs, as a role, or elsewhere."""

    GRAPH = "Microsoft Graph"
    EXCHANGE = "Office 365 Exchange Online"
    DIRECTORY = "Entra role"
    SYSTEM = "the system itself"


ALWAYS = frozenset({"always"})
NEVER: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """What an app must be allowed. `read` and `write` are the features for which that app takes it; one is enough."""

    why: str
    by: Grantor = Grantor.SYSTEM
    read: frozenset[str] = NEVER
    write: frozenset[str] = NEVER
    instead_of: str = ""
    """A smaller one that is not needed by an app that has this."""

    def needed_by(self, app: App) -> frozenset[str]:
        return self.read if app is App.READ else self.write


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a connector says about itself; validation, documentation and permission lists are generated from it."""

    name: str
    summary: str
    docs: str
    settings: type[BaseModel]
    sign_in: Callable[[Any], OAuth | None] | None = None
    """From the settings: where its OAuth tokens come from; None for a system, or for settings, that have none."""
    quota: Callable[[Any], Quota | None] = lambda _: None
    """From the settings: how many calls the system takes in a time, where that must be counted for all processes."""
    proven: str
    """How far it has been proven: `simulated`, `sandbox <date>` or `production`."""
    source: Callable[[Any, Outside], Source] | None = None
    target: Callable[[Any, Outside], Target] | None = None
    verbs: frozenset[Verb] = frozenset()
    entitlements: frozenset[str] = frozenset()
    """Kinds of entitlement it can grant and revoke."""
    entitlement_settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Kind → the setting that must be true for it."""
    packs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Kinds of entitlement of which its target can grant one to many accounts at once, and to how many (`Packing`)."""
    attributes: tuple[Attribute, ...] = ()
    correlate: frozenset[str] = frozenset()
    """Attributes `find` can look for."""
    follows: str = ""
    """The connector whose accounts appear here by themselves and under the same ids; a policy names its target."""
    corrects: bool = False
    """Whether its accounts are HR's own records, under HR's own ids: a policy says with `writes_back` which source's.

    Its attributes are called as the facts its source gives, so that a poll tells when somebody changed them.
    """
    unwritten: Callable[[Any], Mapping[str, str]] = lambda _: {}
    """Of its settings: attributes that cannot be written with them → what to write into the settings."""
    permissions: Mapping[str, Permission] = field(default_factory=lambda: MappingProxyType({}))
    """Least permission by name. See `shared.permissions` for what a feature is."""
    features: Callable[[Any], frozenset[str]] = lambda _: frozenset()
    """What of the connector its settings enable, where not every customer does."""
    cautions: Callable[[Any], tuple[tuple[str, str], ...]] = lambda _: ()
    """Of its settings: which can be used and will not be for long, or not as one thinks, and why."""
    microsoft: Callable[[Any], bool] = lambda _: False
    """For a source: whether its settings need Microsoft sign-in. A target in a tenant has it without saying so."""
    facts: frozenset[str] = frozenset()
    """For a source: the names of the person and contract fields it always knows."""
    more_facts: Callable[[Any], frozenset[str]] = lambda _: frozenset()
    """For a source: the names that its settings add, such as mapped columns and custom fields."""
    glance: str = ""
    """For a source: what a glance at it tells and what only a whole read does; or why it is never glanced at."""
    link: Callable[[Any, str], str | None] | None = None
    """For a source: from the settings and an HR id, the page in the system where that record is corrected; None where
    the settings do not say. It is https and holds nothing but the id.
    """
    reading_posts: frozenset[str] = frozenset()
    """Path endings of POST requests that only read (sign-in, queries) and so may leave the process in preview."""
    recorded: frozenset[str] = frozenset()
    """For a source: ends of paths in its answers, such as `metadata.total_elements`, or `.name` for what stands at the
    top, whose values are the system's own words and numbers; a recording keeps them and replaces every other value. Of
    a link its words stay. See `shared.scrubbed_answers`.
    """
