"""A policy held against the connectors it names: what a system cannot do is refused before anything is deployed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from shared.attributes import Attribute, Unique
from shared.connector import Manifest
from shared.errors import Misconfigured
from shared.expressions import Expression, pointed
from shared.model import Verb
from shared.policy import AttributePolicy, Default, Mode, Rename, TargetPolicy
from shared.policy_file import Mistake, PolicyInvalid, PolicyText, settings
from shared.policy_words import near

ALWAYS = frozenset({"employeeId", "contractId", "contractStart", "contractEnd", "contractState"})
"""Facts every person has, whatever the source."""


def check(found: PolicyText, manifest: Callable[[str], Manifest]) -> Mapping[tuple[str, str], BaseModel]:
    """The settings of each source and target, by ("sources", name) or ("targets", name).

    `manifest` gives a connector's manifest by name and raises `Misconfigured` for one that does not exist. Raises
    `PolicyInvalid` with every mistake there is.
    """
    mistakes: list[Mistake] = []
    built: dict[tuple[str, str], BaseModel] = {}
    manifests: dict[tuple[str, str], Manifest] = {}
    for kind, parts in (("sources", found.policy.sources), ("targets", found.policy.targets)):
        for name, part in parts.items():
            path = (kind, name)
            try:
                manifests[path] = _fitting(found, path, manifest(part.connector), part.connector)
                built[path] = settings(found, (*path, "settings"), manifests[path].settings, part.settings)
            except PolicyInvalid as invalid:
                mistakes += invalid.mistakes
            except Misconfigured as error:
                mistakes.append(found.mistake((*path, "connector"), str(error)))
    facts = _facts(found, manifests, built)
    for name, target in found.policy.targets.items():
        if ("targets", name) in manifests:
            mistakes += _target(found, name, target, manifests["targets", name], facts)
    if mistakes:
        raise PolicyInvalid(mistakes)
    return built


def warnings(found: PolicyText) -> list[Mistake]:
    """What is odd in the policy's expressions, in order of place; the policy can be used all the same."""
    odd = []
    for name, target in found.policy.targets.items():
        for attribute, mapping in target.attributes.items():
            path = found.tree.visible(("targets", name, "attributes", attribute, "value"))
            for caution in mapping.value.warnings:
                excerpt = pointed(mapping.value.source, caution.line, caution.column)
                odd.append(found.mistake(path, f"warning: {caution}", excerpt))
    return sorted(odd, key=lambda one: (one.line, one.column))


def _fitting(found: PolicyText, path: tuple[str, str], one: Manifest, name: str) -> Manifest:
    """Raises `PolicyInvalid` when the connector is no source, or no target, where one is needed."""
    if (one.source if path[0] == "sources" else one.target) is None:
        raise PolicyInvalid([found.mistake((*path, "connector"), f"{name} cannot be used as one of {path[0]}")])
    return one


def _facts(
    found: PolicyText, manifests: Mapping[tuple[str, str], Manifest], built: Mapping[tuple[str, str], Any]
) -> frozenset[str] | None:
    """What expressions may name: the facts of all sources; None when a source could not be set up."""
    facts = set(ALWAYS)
    for name in found.policy.sources:
        path = ("sources", name)
        if path not in built:
            return None
        facts |= manifests[path].facts | manifests[path].more_facts(built[path])
    return frozenset(facts)


def _target(
    found: PolicyText, name: str, target: TargetPolicy, manifest: Manifest, facts: frozenset[str] | None
) -> Iterator[Mistake]:
    path = ("targets", name)
    known = {attribute.name: attribute for attribute in manifest.attributes}
    for attribute, mapping in target.attributes.items():
        here = (*path, "attributes", attribute)
        if attribute not in known:
            writable = [name for name, kind in known.items() if kind.written]
            yield found.mistake(here, f"{manifest.name} has no attribute {attribute}{near(attribute, writable)}")
        else:
            yield from _fits(found, here, mapping, known[attribute])
        yield from _names(found, here, mapping.value.names | mapping.value.manager_names, facts, mapping.value)
        yield from _tables(found, here, mapping.value.tables)
    for index, attribute in enumerate(target.correlate):
        if attribute not in manifest.correlate:
            text = f"{manifest.name} cannot look for {attribute}; it can for {', '.join(sorted(manifest.correlate))}"
            yield found.mistake((*path, "correlate", index), text)
    yield from _names(found, (*path, "when"), target.when.names, facts)
    for index, grant in enumerate(target.grants):
        if grant.kind not in manifest.entitlements:
            yield found.mistake((*path, "grants", index), f"{manifest.name} cannot grant a {grant.kind}")
        elif (setting := manifest.entitlement_settings.get(grant.kind)) and not target.settings.get(setting):
            text = f"{manifest.name} grants a {grant.kind} only when its settings say {setting}: true"
            yield found.mistake((*path, "grants", index), text)
        yield from _names(found, (*path, "grants", index, "when"), grant.when.names, facts)
    for verb in sorted(found.tree.names((*path, "limits")) - manifest.verbs):
        yield found.mistake((*path, "limits", verb), f"{manifest.name} cannot {verb}")
    renames = target.names.rename is not Rename.NEVER and "rename" in found.tree.names((*path, "names"))
    if renames and Verb.RENAME not in manifest.verbs:
        yield found.mistake((*path, "names", "rename"), f"{manifest.name} cannot rename")
    if target.timing.delete_after is not None and Verb.DELETE not in manifest.verbs:
        yield found.mistake((*path, "timing", "delete_after"), f"{manifest.name} cannot delete")


def _fits(
    found: PolicyText, path: tuple[str | int, ...], mapping: AttributePolicy, kind: Attribute
) -> Iterator[Mistake]:
    """What a mapping says that its attribute cannot be: written at all, tried, in that mode, or given that default."""
    if not kind.written:
        yield found.mistake(path, f"{kind.name} can only be read; it follows from other attributes")
    if kind.reference and mapping.value.tried:
        yield found.mistake(path, f"{kind.name} points to another account; it cannot be tried until one is free")
    for key in ("mode", "null") if mapping.value.tried else ():
        if key in found.tree.names(path):
            text = "a value that is tried until it is free is issued once, and renamed as names says; leave this out"
            yield found.mistake((*path, key), text)
    if kind.reference and mapping.mode is Mode.CREATE_ONLY:
        text = f"{kind.name} points to another account, which may come later; write on_change or if_empty"
        yield found.mistake((*path, "mode"), text)
    if isinstance(mapping.null, Default):
        here = (*path, "null", "default")
        if why := kind.misfit(mapping.null.default):
            yield found.mistake(here, f"the default {why}")
        if kind.unique is not Unique.NO:
            yield found.mistake(here, f"only one account may have the same {kind.name}; a default is for many")


def _tables(found: PolicyText, path: tuple[str | int, ...], names: Iterable[str]) -> Iterator[Mistake]:
    for name in sorted(names):
        if name not in found.policy.tables:
            yield found.mistake(path, f"the policy has no table {name}{near(name, found.policy.tables)}")


def _names(
    found: PolicyText,
    path: tuple[str | int, ...],
    names: Iterable[str],
    facts: frozenset[str] | None,
    expression: Expression | None = None,
) -> Iterator[Mistake]:
    for name in sorted(names) if facts is not None else ():
        if name not in (facts or ()):
            here = (*path, name) if name in found.tree.names(path) else path
            excerpt = pointed(expression.source, *expression.place_of(name)) if expression else ""
            yield found.mistake(here, f"no source gives {name}{near(name, facts or ())}", excerpt)
