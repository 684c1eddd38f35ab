"""What takes a write back, whether that still applies, and what is wanted meanwhile. Pure.

A write is taken back only where what it left still stands. What has been taken back stays so for one Desired version:
as soon as HR or the policy wants something else, that is done as ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.ledger import Entry, Outcome, empty, entitled
from shared.model import Account, Desired, Entitlement, Link, Stage, Value, Verb
from shared.planning import Kinds, same

BIN = timedelta(days=30)
"""How long a deleted account can be restored."""

OPPOSITE = {
    Verb.GRANT: Verb.REVOKE,
    Verb.REVOKE: Verb.GRANT,
    Verb.ENABLE: Verb.DISABLE,
    Verb.DISABLE: Verb.ENABLE,
    Verb.CREATE: Verb.DISABLE,
    Verb.RESTORE: Verb.DISABLE,
    Verb.DELETE: Verb.RESTORE,
    Verb.UPDATE: Verb.UPDATE,
    Verb.RENAME: Verb.RENAME,
}
"""An account that was made is not deleted but disabled: somebody may have put something into it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inverse:
    """One step back: `verb` is what it does.

    `stands` is what the write left in `attribute`, and `back` what stood there before. `made` says that the account
    itself came with the run. `since` is when it was written, and `version` that of the Desired it is taken back from.
    """

    person: str
    target: str
    account: str
    verb: Verb
    since: datetime
    attribute: str = ""
    stands: Value = None
    back: Value = None
    entitlement: str = ""
    made: bool = False
    version: int = 0

    @property
    def what(self) -> str:
        """The step in words that hold no value."""
        return " ".join(filter(None, [self.verb, self.attribute, self.entitlement.replace(":", " ", 1)]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """Something that is not taken back, and why."""

    person: str
    target: str
    what: str
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What is wanted otherwise of one account while the Desired of `version` stands, because `by` took it back.

    `attributes` are (what was written, what stood before) by name.
    """

    version: int
    attributes: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)
    given: frozenset[Entitlement] = frozenset()
    taken: frozenset[Entitlement] = frozenset()
    stage: Stage | None = None
    by: str = ""

    @property
    def nothing(self) -> bool:
        return not (self.attributes or self.given or self.taken) and self.stage is None


def inverses(entries: Iterable[Entry]) -> tuple[list[Inverse], list[Left]]:
    """What takes back the writes that `entries`, in order of time, tell of; and what nothing takes back."""
    steps: list[Inverse] = []
    left: list[Left] = []
    accounts: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.outcome in (Outcome.DONE, Outcome.FOUND, Outcome.UNANSWERED):
            accounts.setdefault((entry.person, entry.place), []).append(entry)
    for some in accounts.values():
        switched = _switched(some)
        steps += switched
        left += [
            Left(person=one.person, target=one.place, what=one.verb, because="the account stays as it is, disabled")
            for one in some
            if one.verb in (Verb.CREATE, Verb.RESTORE) and not switched
        ]
        steps += _entitled(some)
        if not any(entry.verb == Verb.CREATE for entry in some):
            values, unknown = _changed(some)
            steps += values
            left += unknown
        left += [
            Left(person=entry.person, target=entry.place, what="unlink", because="an adopted account stays theirs")
            for entry in some
            if entry.verb == Verb.CORRELATE
        ]
    return steps, left


def _step(entry: Entry, verb: Verb, some: Sequence[Entry] = (), **more: object) -> Inverse:
    account = next((one.account for one in reversed(some) if one.account), entry.account)
    step = Inverse(person=entry.person, target=entry.place, account=account, verb=verb, since=entry.at)
    return replace(step, **more)  # type: ignore[arg-type]


def _switched(some: Sequence[Entry]) -> list[Inverse]:
    """What brings back how alive the account was: by the first write that changed it, and the last."""
    kinds = (Verb.CREATE, Verb.RESTORE, Verb.ENABLE, Verb.DISABLE, Verb.DELETE)
    moves = [entry for entry in some if entry.verb in kinds]
    if not moves:
        return []
    first, last = Verb(moves[0].verb), Verb(moves[-1].verb)
    if first in (Verb.CREATE, Verb.RESTORE):
        return [_step(moves[-1], Verb.DISABLE, some, made=first is Verb.CREATE)] if last is Verb.ENABLE else []
    steps = [_step(moves[-1], Verb.RESTORE, some)] if last is Verb.DELETE else []
    if first is Verb.DISABLE and last is not Verb.ENABLE:
        steps.append(_step(moves[-1], Verb.ENABLE, some))
    if first is Verb.ENABLE and last is Verb.ENABLE:
        steps.append(_step(moves[-1], Verb.DISABLE, some))
    return steps


def _entitled(some: Sequence[Entry]) -> list[Inverse]:
    """What was given and still is is taken, and the other way round; what went and came is as it was."""
    first: dict[str, Entry] = {}
    last: dict[str, Entry] = {}
    for entry in some:
        if entry.verb in (Verb.GRANT, Verb.REVOKE):
            first.setdefault(entry.entitlement, entry)
            last[entry.entitlement] = entry
    return [
        _step(entry, OPPOSITE[Verb(entry.verb)], some, entitlement=name)
        for name, entry in last.items()
        if first[name].verb == entry.verb
    ]


def _changed(some: Sequence[Entry]) -> tuple[list[Inverse], list[Left]]:
    """Every attribute from its last value to the first; one whose former value is not kept cannot be brought back."""
    found: dict[str, Inverse] = {}
    unknown: dict[str, Left] = {}
    for entry in some:
        if entry.verb not in (Verb.UPDATE, Verb.RENAME):
            continue
        for name in entry.attributes:
            if name in entry.values:
                before, after = entry.values[name]
                earlier = found.get(name)
                back = earlier.back if earlier else before
                found[name] = _step(entry, Verb(entry.verb), attribute=name, stands=after, back=back)
            elif entry.outcome != Outcome.FOUND or name not in found:
                because = "what stood there before is not kept"
                unknown[name] = Left(
                    person=entry.person, target=entry.place, what=f"{entry.verb} {name}", because=because
                )
    steps = [one for name, one in found.items() if name not in unknown and not same(one.stands, one.back)]
    return steps, list(unknown.values())


def turned(step: Inverse) -> Inverse:
    """What takes a step back again."""
    return replace(step, verb=OPPOSITE[step.verb], stands=step.back, back=step.stands)


def obstacle(step: Inverse, live: Account | None, link: Link, kinds: Kinds, now: datetime) -> str:
    """Why a step no longer applies to the account as it is; "" when it does."""
    if link.account != step.account:
        return "they have another account now"
    if step.verb is Verb.RESTORE:
        if live is not None:
            return "the account is there again"
        return "" if now - step.since < BIN else f"it was deleted more than {BIN.days} days ago"
    if live is None:
        return "" if link.deleted and step.verb is Verb.ENABLE else "the account is gone"
    if live.protected:
        return f"the account is protected: {live.protected}"
    match step.verb:
        case Verb.UPDATE | Verb.RENAME:
            return _value_obstacle(step, live, kinds)
        case Verb.REVOKE if entitled(step.entitlement) not in live.entitlements:
            return "they do not have it any longer"
        case Verb.REVOKE if entitled(step.entitlement) not in link.granted:
            return "it was not given by us"
        case Verb.GRANT if entitled(step.entitlement) in live.entitlements:
            return "they have it again"
        case Verb.DISABLE if not live.enabled:
            return "the account is disabled already"
        case Verb.ENABLE if live.enabled:
            return "the account is enabled already"
    return ""


def _value_obstacle(step: Inverse, live: Account, kinds: Kinds) -> str:
    there = live.attributes.get(step.attribute)
    if same(there, step.back):
        return "what stood there before stands there again"
    if not same(there, step.stands):
        return "somebody else changed it since"
    if empty(step.back) and step.attribute in kinds and not kinds[step.attribute].clearable:
        return "it was empty before, and the target does not let it be emptied"
    return ""


def undone(steps: Iterable[Inverse], desired: Desired, version: int, by: str, earlier: Undone | None) -> Undone:
    """What is wanted otherwise once `steps` are taken, added to what was taken back `earlier` of the same version.

    What the policy wants anyway needs no word.
    """
    new = earlier or Undone(version=version)
    attributes, given, taken, stage = dict(new.attributes), set(new.given), set(new.taken), new.stage
    for step in steps:
        match step.verb:
            case Verb.UPDATE | Verb.RENAME:
                attributes[step.attribute] = (step.stands, step.back)
            case Verb.GRANT:
                given.add(entitled(step.entitlement))
                taken.discard(entitled(step.entitlement))
            case Verb.REVOKE:
                taken.add(entitled(step.entitlement))
                given.discard(entitled(step.entitlement))
            case Verb.DISABLE:
                stage = min(desired.stage, Stage.DORMANT if step.made else Stage.READY)
            case Verb.ENABLE:
                stage = Stage.ACTIVE
            case Verb.RESTORE:
                stage = max(stage or desired.stage, Stage.READY)
    wants = {**desired.lacking, **desired.changing, **desired.attributes}
    return Undone(
        version=version,
        attributes={
            name: pair for name, pair in attributes.items() if not (name in wants and same(wants[name], pair[1]))
        },
        given=frozenset(given) - desired.entitlements,
        taken=frozenset(taken) & desired.entitlements,
        stage=None if stage == desired.stage else stage,
        by=by,
    )


def held_back(desired: Desired, undone: Undone | None, live: Account | None) -> Desired:
    """What is wanted of an account of which something was taken back.

    A value that was written is put back where it stands; any other value there is left alone.
    """
    if undone is None:
        return desired
    there = live.attributes if live else {}
    back = {
        name: before
        for name, (written, before) in undone.attributes.items()
        if live is not None and same(there.get(name), written)
    }
    attributes, changing, lacking = (
        {name: value for name, value in values.items() if name not in undone.attributes}
        for values in (desired.attributes, desired.changing, desired.lacking)
    )
    return replace(
        desired,
        stage=desired.stage if undone.stage is None else undone.stage,
        attributes={**attributes, **back},
        changing=changing,
        lacking=lacking,
        entitlements=(desired.entitlements | undone.given) - undone.taken,
    )
