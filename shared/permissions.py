"""Which permissions and secrets each app needs for one policy: those it always needs, and those of what is used. Pure.

A feature is a verb that not everybody wants («delete»), a kind of entitlement («license», «role»), «create group», an
attribute that is written, or what a connector's settings enable.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from shared.connector import ALWAYS, App, Grantor, Manifest, Permission
from shared.policy import Policy, TargetPolicy

SECRET = "secret:"  # noqa: S105 - what a setting that names one begins with

DIGEST = Permission(why="send the digest from the mailbox that the policy names", by=Grantor.GRAPH, read=ALWAYS)

Built = Mapping[tuple[str, str], BaseModel]
"""The settings of every source and target, as `shared.checks.policy.check` gives them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """One app needs one permission, for one source or target of the policy."""

    app: App
    place: str
    name: str
    permission: Permission


def needs(policy: Policy, built: Built, manifest: Callable[[str], Manifest]) -> Iterator[Need]:
    """Everything both apps need, place by place, in the order of the policy and of each manifest."""
    for name, source in policy.sources.items():
        one = manifest(source.connector)
        yield from _of(one, name, one.features(built["sources", name]))
    for name, target in policy.targets.items():
        one = manifest(target.connector)
        yield from _of(one, name, frozenset(features(one, target)) | one.features(built["targets", name]))

    if policy.digest is not None:
        yield Need(app=App.READ, place="digest", name="Mail.Send", permission=DIGEST)


def _of(manifest: Manifest, place: str, used: frozenset[str]) -> Iterator[Need]:
    for app in App:
        for name, permission in needed(manifest, app, used).items():
            yield Need(app=app, place=place, name=name, permission=permission)


def needed(manifest: Manifest, app: App, used: frozenset[str]) -> Mapping[str, Permission]:
    """What this app needs of one connector of which these features are used, in the manifest's order."""
    found = {name: one for name, one in manifest.permissions.items() if one.needed_by(app) & (used | ALWAYS)}
    larger = {one.instead_of for one in found.values()}
    return {name: one for name, one in found.items() if name not in larger}


def features(manifest: Manifest, target: TargetPolicy) -> Iterator[str]:
    """What of a target this policy uses that not every policy does."""
    yield from (kind for kind, setting in manifest.entitlement_settings.items() if target.settings.get(setting))
    yield from target.attributes
    if target.timing.delete_after is not None:
        yield "delete"
    for grant in target.grants:
        yield grant.kind
        if grant.create:
            yield "create group"


def secrets(policy: Policy) -> Mapping[App, tuple[str, ...]]:
    """The names of the secrets that each app must be able to read: a source's are never the writing app's."""
    places = {
        App.READ: [one.settings for one in policy.sources.values()],
        App.WRITE: [one.settings for one in policy.targets.values()],
    }
    return {app: tuple(sorted({name for one in of for name in _named(one)})) for app, of in places.items()}


def _named(value: Any) -> Iterator[str]:
    match value:
        case str() if value.startswith(SECRET):
            yield value.removeprefix(SECRET)
        case Mapping():
            yield from (name for one in value.values() for name in _named(one))
        case list() | tuple():
            yield from (name for one in value for name in _named(one))
