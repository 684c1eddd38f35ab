"""What each of the two apps uses of the state and the queues, as data: its identity is given this and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared import layout, queues
from shared.azure.triggers import Listener, Role, of
from shared.tokens.kept import TABLES


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """Tables that are read and written, queues that are sent to, and those that the host receives from."""

    tables: frozenset[str]
    sends: frozenset[str]
    receives: frozenset[str]


def _receives(role: Role) -> frozenset[str]:
    return frozenset(one.queue for one in of(role) if isinstance(one, Listener))


REACH: Mapping[Role, Reach] = MappingProxyType(
    {
        Role.READ: Reach(
            tables=frozenset({*layout.TABLES, TABLES["sources"]}),
            sends=frozenset(queues.QUEUES) - {queues.MEMBERSHIPS},
            receives=_receives(Role.READ),
        ),
        Role.WRITE: Reach(
            tables=frozenset(
                {
                    *(layout.STATE, layout.GATES, layout.IDENTIFIERS, layout.ACCOUNTS, layout.LEDGER),
                    *(layout.MEMBERSHIPS, TABLES["targets"]),
                }
            ),
            sends=frozenset(
                {*(queues.CHANGES, queues.ADMIT), *(queues.PROVISIONING_NOW, queues.PROVISIONING, queues.MEMBERSHIPS)}
            ),
            receives=_receives(Role.WRITE),
        ),
    }
)
"""The app that writes never looks into `sources`, where HR's answers are, nor into the mirror of the directory."""
