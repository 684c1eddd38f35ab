"""Every trigger there is, as data: which app has it, what it listens to and how; whatever must agree follows this list.

`function_app.py` registers those of its role; infra, the local host and tests are held against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from shared import queues
from shared.azure.ncrontab import problem
from shared.errors import Misconfigured

SERVICE_BUS = "ServiceBus"
"""The prefix of the app settings that say where the namespace is and who signs in."""

ROLE = "JOINLY_ROLE"
"""The app setting that says which of the two apps this one is."""

CHOICES = "read or write, whichever of the two apps this is, or to both on a developer's machine"
"""What that setting may be."""

PREFIX = "api"
"""Before the route of every HTTP trigger; host.json says so too."""


class Role(StrEnum):
    """Which app it is. `BOTH` is one app on a developer's machine."""

    READ = "read"
    WRITE = "write"
    BOTH = "both"


READ, WRITE, EITHER = frozenset({Role.READ}), frozenset({Role.WRITE}), frozenset({Role.READ, Role.WRITE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """`default` is its schedule where nobody sets another: NCRONTAB with seconds, UTC."""

    name: str
    roles: frozenset[Role]
    default: str

    @property
    def setting(self) -> str:
        """The app setting that holds its schedule."""
        return f"JOINLY_{self.name.upper()}_SCHEDULE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener:
    """Messages of one queue, session by session; `many` at a time only where all of them say the same."""

    queue: str
    roles: frozenset[Role]
    many: bool = False

    @property
    def name(self) -> str:
        return self.queue.replace("-", "_")


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """An address of the app, below `PREFIX`. Who calls is checked by us and not by a key of the host."""

    name: str
    roles: frozenset[Role]
    method: str
    path: str


Trigger: TypeAlias = Timer | Listener | Route

POLL = Timer(name="poll", roles=READ, default="0 */15 * * * *")
GLANCE = Timer(name="glance", roles=READ, default="0 5,10,20,25,35,40,50,55 * * * *")
FOLLOW = Timer(name="follow", roles=READ, default="30 */5 * * * *")
WAKE = Timer(name="wake", roles=READ, default="0 5 * * * *")
SWEEP = Timer(name="sweep", roles=READ, default="0 35 * * * *")
TOKENS = Timer(name="tokens", roles=EITHER, default="45 */10 * * * *")
RETENTION = Timer(name="retention", roles=READ, default="0 50 1 * * *")
DIGEST = Timer(name="digest", roles=READ, default="0 0 5 * * *")

POLLS = Listener(queue=queues.POLLS, roles=READ)
CHANGES = Listener(queue=queues.CHANGES, roles=READ)
ADMIT = Listener(queue=queues.ADMIT, roles=READ, many=True)
PROVISIONING_NOW = Listener(queue=queues.PROVISIONING_NOW, roles=WRITE)
PROVISIONING = Listener(queue=queues.PROVISIONING, roles=WRITE)
MEMBERSHIPS = Listener(queue=queues.MEMBERSHIPS, roles=WRITE, many=True)

HEALTH = Route(name="health", roles=EITHER, method="GET", path="health")
LIST_HOLDS = Route(name="list_holds", roles=READ, method="GET", path="holds")
SHOW_HOLD = Route(name="show_hold", roles=READ, method="GET", path="holds/{fingerprint}")
APPROVE_HOLD = Route(name="approve_hold", roles=READ, method="POST", path="holds/{fingerprint}/approve")
REJECT_HOLD = Route(name="reject_hold", roles=READ, method="POST", path="holds/{fingerprint}/reject")
SNOOZE_HOLD = Route(name="snooze_hold", roles=READ, method="POST", path="holds/{fingerprint}/snooze")

TRIGGERS: tuple[Trigger, ...] = (
    *(POLL, GLANCE, FOLLOW, WAKE, SWEEP, TOKENS, RETENTION, DIGEST),
    *(POLLS, CHANGES, ADMIT, PROVISIONING_NOW, PROVISIONING, MEMBERSHIPS),
    *(HEALTH, LIST_HOLDS, SHOW_HOLD, APPROVE_HOLD, REJECT_HOLD, SNOOZE_HOLD),
)


def role_of(environment: Mapping[str, str]) -> Role:
    """Which app this is. Raises `Misconfigured` when its setting is missing or is no role."""
    given = environment.get(ROLE, "").strip()
    try:
        return Role(given)
    except ValueError:
        said = "not right" if given else "missing"
        raise Misconfigured(f"the app setting {ROLE} is {said}: set it to {CHOICES}") from None


def of(role: Role) -> tuple[Trigger, ...]:
    """What this app has."""
    return tuple(one for one in TRIGGERS if role is Role.BOTH or role in one.roles)


def registered(environment: Mapping[str, str]) -> tuple[Trigger, ...]:
    """What the app of these settings has. Raises `Misconfigured` for a role or a schedule that is none.

    A schedule that is missing is told by the host, which looks it up.
    """
    found = of(role_of(environment))
    for one in found:
        if isinstance(one, Timer) and (given := environment.get(one.setting)) and (wrong := problem(given)):
            raise Misconfigured(
                f"the app setting {one.setting} is not right ({wrong}): set it to six fields, the first of them "
                f"seconds, such as {one.default}"
            )
    return found


def listened(role: Role) -> tuple[str, ...]:
    """The queues that this app listens to, and whose dead letters it may look at."""
    return tuple(one.queue for one in of(role) if isinstance(one, Listener))
