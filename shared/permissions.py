"""Which permissions a target's connector needs for one policy: those it always needs, and those of what is used. Pure.

A feature is a verb that not everybody wants («delete»), a kind of entitlement («license», «role»), or «create group».
"""

from collections.abc import Iterator, Mapping

from shared.connector import Manifest
from shared.policy import TargetPolicy


def needed(manifest: Manifest, target: TargetPolicy) -> Mapping[str, str]:
    """Permission → what it is for, in the manifest's order."""
    used = frozenset(features(manifest, target))
    return {
        name: why
        for name, why in manifest.permissions.items()
        if name not in manifest.only_for or manifest.only_for[name] & used
    }


def features(manifest: Manifest, target: TargetPolicy) -> Iterator[str]:
    """What of a connector this policy uses that not every policy does."""
    yield from (kind for kind, setting in manifest.entitlement_settings.items() if target.settings.get(setting))
    if target.timing.delete_after is not None:
        yield "delete"
    for grant in target.grants:
        yield grant.kind
        if grant.create:
            yield "create group"
