"""A policy held against the connectors it names: what a system cannot do is refused before anything is deployed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from shared.attributes import Attribute, Unique
from shared.checks.approvals import unknown_words
from shared.checks.brakes import brakes
from shared.checks.corrections import corrections
from shared.checks.externals import externals
from shared.checks.humans import humans
from shared.conditions import Condition
from shared.connector import Manifest
from shared.errors import Misconfigured
from shared.expressions import Expression, pointed
from shared.model import Verb
from shared.policy import AttributePolicy, Default, Least, Mode, Most, Order, Rename, TargetPolicy, Timing, TimingRule
from shared.policy_file import Mistake, PolicyInvalid, PolicyText, settings
from shared.policy_words import near

ALWAYS = frozenset({"employeeId", "contractId", "contractStart", "contractEnd", "contractState"})
"""Facts every person has, whatever the source."""

DAYS = frozenset({"contractStart", "contractEnd"})
"""Those of them that are days."""

Facts: TypeAlias = frozenset[str] | None
"""The facts that the sources give; None when they are not known, because a source could not be set up."""


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
    for kind, name in built:
        if kind == "sources":
            given = _given(manifests[kind, name], built[kind, name])
            mistakes += [*_primary(found, name, given), *_quality(found, name, given), *externals(found, name, given)]
    facts = _facts(found, manifests, built)
    for name, target in found.policy.targets.items():
        if ("targets", name) in manifests:
            mistakes += _target(found, name, target, manifests["targets", name], facts)
        if ("targets", name) in built:
            mistakes += _unwritten(found, name, target, manifests["targets", name], built["targets", name])
    sources = {name: _given(manifests[kind, name], built[kind, name]) for kind, name in built if kind == "sources"}
    mistakes += humans(found, sources, facts)
    mistakes += unknown_words(found)
    if mistakes:
        raise PolicyInvalid(mistakes)
    return built


def warnings(found: PolicyText, manifest: Callable[[str], Manifest]) -> list[Mistake]:
    """What is odd in the policy's expressions and in its connectors' settings, in order of place; a policy that
    `check` has passed can be used all the same.
    """
    odd = list(_cautions(found, manifest))
    for name, target in found.policy.targets.items():
        for attribute, mapping in target.attributes.items():
            path = found.tree.visible(("targets", name, "attributes", attribute, "value"))
            for caution in mapping.value.warnings:
                excerpt = pointed(mapping.value.source, caution.line, caution.column)
                odd.append(found.mistake(path, f"warning: {caution}", excerpt))
        odd += _licences(found, target)
    return sorted(odd, key=lambda one: (one.line, one.column))


def _cautions(found: PolicyText, manifest: Callable[[str], Manifest]) -> Iterator[Mistake]:
    """What a connector itself has to say of its settings."""
    for kind, parts in (("sources", found.policy.sources), ("targets", found.policy.targets)):
        for name, part in parts.items():
            one, path = manifest(part.connector), (kind, name, "settings")
            for setting, caution in one.cautions(settings(found, path, one.settings, part.settings)):
                yield found.mistake((*path, setting), f"warning: {caution}")


def _licences(found: PolicyText, target: TargetPolicy) -> Iterator[Mistake]:
    """Licences that go on the day somebody leaves, before what they bring on another target is closed."""
    other = found.policy.targets.get(target.follows) if target.follows else None
    for index, grant in enumerate(other.grants if other else ()):
        if grant.kind == "license" and not grant.after_leaving:
            text = "warning: if it brings the mailbox, that is lost on leaving; keep it some days with after_leaving"
            yield found.mistake(("targets", str(target.follows), "grants", index), text)


def _fitting(found: PolicyText, path: tuple[str, str], one: Manifest, name: str) -> Manifest:
    """Raises `PolicyInvalid` when the connector is no source, or no target, where one is needed."""
    if (one.source if path[0] == "sources" else one.target) is None:
        raise PolicyInvalid([found.mistake((*path, "connector"), f"{name} cannot be used as one of {path[0]}")])
    return one


def _facts(
    found: PolicyText, manifests: Mapping[tuple[str, str], Manifest], built: Mapping[tuple[str, str], Any]
) -> Facts:
    """What expressions may name: the facts of all sources; None when a source could not be set up."""
    facts = set(ALWAYS)
    for name in found.policy.sources:
        path = ("sources", name)
        if path not in built:
            return None
        facts |= _given(manifests[path], built[path])
    return frozenset(facts)


def _given(manifest: Manifest, settings: Any) -> frozenset[str]:
    """The facts that one source gives."""
    return manifest.facts | manifest.more_facts(settings)


def _target(found: PolicyText, name: str, target: TargetPolicy, manifest: Manifest, facts: Facts) -> Iterator[Mistake]:
    path = ("targets", name)
    facts = _with_names(found, target, facts)
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
    yield from _follows(found, path, target, manifest)
    yield from corrections(found, path, target, manifest)
    for index, attribute in enumerate(() if manifest.follows or manifest.corrects else target.correlate):
        if attribute not in manifest.correlate:
            text = f"{manifest.name} cannot look for {attribute}; it can for {', '.join(sorted(manifest.correlate))}"
            yield found.mistake((*path, "correlate", index), text)
    yield from _condition(found, (*path, "when"), target.when, facts)
    yield from _entitlements(found, path, target, manifest, facts)
    yield from brakes(found, path, target, manifest)
    if target.departments:
        yield from _names(found, (*path, "departments", "field"), [target.departments.field], facts)
    if target.pilot and target.pilot.when:
        yield from _condition(found, (*path, "pilot", "when"), target.pilot.when, facts)
    renames = target.names.rename is not Rename.NEVER and "rename" in found.tree.names((*path, "names"))
    if renames and Verb.RENAME not in manifest.verbs:
        yield found.mistake((*path, "names", "rename"), f"{manifest.name} cannot rename")
    yield from _timing(found, (*path, "timing"), target.timing, manifest, facts)


def _unwritten(
    found: PolicyText, name: str, target: TargetPolicy, manifest: Manifest, settings: Any
) -> Iterator[Mistake]:
    """Attributes that the connector has and cannot write with these settings."""
    for attribute, what in manifest.unwritten(settings).items():
        if attribute in target.attributes:
            text = f"{attribute} cannot be written with these settings; {what}"
            yield found.mistake(("targets", name, "attributes", attribute), text)


def _with_names(found: PolicyText, target: TargetPolicy, facts: Facts) -> Facts:
    """What the expressions of a target may name: also the names given on others, where they are written back."""
    if target.writes_back is None or facts is None:
        return facts
    others = {name: one for name, one in found.policy.targets.items() if one.writes_back is None}
    return facts | {f"{name}.{attribute}" for name, one in others.items() for attribute in one.attributes}


def _follows(found: PolicyText, path: tuple[str, str], target: TargetPolicy, manifest: Manifest) -> Iterator[Mistake]:
    """Whose accounts appear by themselves must be a target of the right system, and nobody else's do."""
    other = found.policy.targets.get(target.follows) if target.follows else None
    if manifest.follows and (other is None or other.connector != manifest.follows):
        text = f"{manifest.name} makes no accounts; name the {manifest.follows} target whose people they belong to"
        yield found.mistake((*path, "follows"), text)
    elif target.follows and not manifest.follows and not manifest.corrects:
        yield found.mistake((*path, "follows"), f"{manifest.name} makes accounts of its own; write correlate instead")


def _timing(
    found: PolicyText, path: tuple[str, ...], timing: Timing, manifest: Manifest, facts: frozenset[str] | None
) -> Iterator[Mistake]:
    yield from _deletes(found, path, timing, manifest)
    if timing.at_once is not None:
        yield from _condition(found, (*path, "at_once"), timing.at_once, facts)
    for index, rule in enumerate(timing.rules):
        yield from _condition(found, (*path, "rules", index, "when"), rule.when, facts)
        yield from _deletes(found, (*path, "rules", index), rule, manifest)
    for index, leave in enumerate(timing.leave):
        yield from _condition(found, (*path, "leave", index, "when"), leave.when, facts)
        for key, name in (("begins", leave.begins), ("ends", leave.ends)):
            yield from _names(found, (*path, "leave", index, key), [name] if name else [], facts)


def _deletes(
    found: PolicyText, path: tuple[str | int, ...], days: Timing | TimingRule, manifest: Manifest
) -> Iterator[Mistake]:
    if days.delete_after is not None and Verb.DELETE not in manifest.verbs:
        yield found.mistake((*path, "delete_after"), f"{manifest.name} cannot delete")


def _primary(found: PolicyText, name: str, facts: frozenset[str]) -> Iterator[Mistake]:
    """What speaks for a contract must be something that this source gives; the usual merits may be missing."""
    path = ("sources", name, "primary")
    given = found.policy.sources[name].primary if "primary" in found.tree.names(("sources", name)) else ()
    for index, merit in enumerate(given):
        if isinstance(merit, Most | Least | Order):
            key, field = next(iter(merit.model_dump().items()))
            yield from _names(found, (*path, index, key), [field], facts)


def _quality(found: PolicyText, name: str, facts: frozenset[str]) -> Iterator[Mistake]:
    """Facts that nobody may share must be facts that this source gives; the usual ones may be missing."""
    path = ("sources", name, "quality")
    given = found.policy.sources[name].quality.unique if "unique" in found.tree.names(path) else ()
    for index, fact in enumerate(given):
        yield from _names(found, (*path, "unique", index), [fact], facts)


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
    if not kind.reference and "leaver" in found.tree.names(path):
        text = f"{kind.name} points to nobody, so nobody it points to can leave; leave this out"
        yield found.mistake((*path, "leaver"), text)
    if kind.reference and mapping.mode is Mode.CREATE_ONLY:
        text = f"{kind.name} points to another account, which may come later; write on_change or if_empty"
        yield found.mistake((*path, "mode"), text)
    if isinstance(mapping.null, Default):
        here = (*path, "null", "default")
        if why := kind.misfit(mapping.null.default):
            yield found.mistake(here, f"the default {why}")
        if kind.unique is not Unique.NO:
            yield found.mistake(here, f"only one account may have the same {kind.name}; a default is for many")


def _entitlements(
    found: PolicyText, path: tuple[str | int, ...], target: TargetPolicy, manifest: Manifest, facts: Facts
) -> Iterator[Mistake]:
    """What rules give that the target cannot hold, or from facts that nobody has, and what never comes to anything."""
    for index, grant in enumerate(target.grants):
        here = (*path, "grants", index)
        if grant.kind not in manifest.entitlements:
            yield found.mistake(here, f"{manifest.name} cannot grant a {grant.kind}")
        elif (setting := manifest.entitlement_settings.get(grant.kind)) and not target.settings.get(setting):
            text = f"{manifest.name} grants a {grant.kind} only when its settings say {setting}: true"
            yield found.mistake(here, text)
        yield from _names(found, (*here, grant.kind), grant.name.facts, facts)
        yield from _condition(found, (*here, "when"), grant.when, facts)
        if grant.before > target.timing.create_before:
            days = target.timing.create_before
            text = f"there is no account yet; it is created {days} days before the first day, see timing.create_before"
            yield found.mistake((*here, "before"), text)
    for index, rule in enumerate(target.exclusive):
        here = (*path, "exclusive", index, "of")
        for number, one in enumerate(rule.of):
            if one.kind not in manifest.entitlements:
                yield found.mistake((*here, number), f"{manifest.name} cannot grant a {one.kind}")
        if not any(grant.may_be(one) for grant in target.grants for one in rule.entitlements):
            yield found.mistake(here, "no rule in grants gives any of these, so nothing is ever held back")


def _condition(found: PolicyText, path: tuple[str | int, ...], one: Condition, facts: Facts) -> Iterator[Mistake]:
    for (*inside, name), test in one.places():
        yield from _names(found, (*path, *inside), (name,), facts)
        if name in DAYS and test.measures:
            text = f"{name} is a day, and never compares with a number; write a date, or a day such as today + 30"
            yield found.mistake((*path, *inside, name), text)


def _tables(found: PolicyText, path: tuple[str | int, ...], names: Iterable[str]) -> Iterator[Mistake]:
    for name in sorted(names):
        if name not in found.policy.tables:
            yield found.mistake(path, f"the policy has no table {name}{near(name, found.policy.tables)}")


def _names(
    found: PolicyText,
    path: tuple[str | int, ...],
    names: Iterable[str],
    facts: Facts,
    expression: Expression | None = None,
) -> Iterator[Mistake]:
    for name in sorted(names) if facts is not None else ():
        if name not in (facts or ()):
            here = (*path, name) if name in found.tree.names(path) else path
            excerpt = pointed(expression.source, *expression.place_of(name)) if expression else ""
            yield found.mistake(here, f"no source gives {name}{near(name, facts or ())}", excerpt)
