"""The queues there are: the one place where their names and settings live; infra and host.json follow it."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.bus import QueueSettings

POLLS = "polls"
"""Read this HR system, or go on reading it: detect. Or glance at it, where `only` says `CHANGED`."""

CHANGED = "changed"
"""In a doorbell of `polls`: only whom HR has changed is asked for."""

CHANGES = "changes"
"""Look at this person again: map."""

ADMIT = "admit"
"""Look at this cohort again: decide."""

PROVISIONING_NOW = "provisioning-now"
"""Look at this person on this target now: leavers, security, single changes."""

PROVISIONING = "provisioning"
"""Look at this person on this target at its reserved time: bulk."""

MEMBERSHIPS = "memberships"
"""Look at whoever waits for this group on this target: many are granted it in one write."""

QUEUES: Mapping[str, QueueSettings] = MappingProxyType(
    {
        POLLS: QueueSettings(),
        CHANGES: QueueSettings(),
        ADMIT: QueueSettings(lock_seconds=300, max_deliveries=50),
        PROVISIONING_NOW: QueueSettings(),
        PROVISIONING: QueueSettings(),
        MEMBERSHIPS: QueueSettings(lock_seconds=300),
    }
)
"""A doorbell never expires: the mark in the state is the truth, and a late look is as good as an early one.

Of `admit` one worker holds hundreds at a time, and its death counts for each of them.

One that finds a source being read already, or out of reach, is not rung again: the next poll comes by itself.
"""
