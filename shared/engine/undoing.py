"""A run taken back: the inverse of what it wrote, as a package that is looked at first and then done like any work.

A person's yes is to exactly the steps of one package, named by its hash, like an approval. Each step is held against
the live account when the package is made, when it is asked for, and when it is done.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from itertools import groupby

from pydantic import TypeAdapter

from shared import codec, layout
from shared.engine.ledger import all_lines, note
from shared.engine.parts import Engine
from shared.engine.permits import permit
from shared.errors import Misconfigured, Refused
from shared.inverse import Inverse, Left, Undone, inverses, obstacle, undone
from shared.layout import Hop
from shared.ledger import Entry
from shared.model import Account, Desired, Entitlement, Link, Verb
from shared.store import Change, Conflict, Delete, Put, Row
from shared.whats import above, parsed

UNDONE = codec.Codec(Undone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """What takes one run back, and what of it cannot be taken back."""

    run: str
    made: datetime
    policy: str
    steps: tuple[Inverse, ...]
    left: tuple[Left, ...]

    @property
    def hash(self) -> str:
        """Names exactly these steps; it differs as soon as one of them does."""
        text = _STEPS.dump_json(self.steps).decode()
        return blake2b(f"{self.run}\n{text}".encode(), digest_size=8).hexdigest()


_PACKAGE = TypeAdapter(Package)
_STEPS: TypeAdapter[tuple[Inverse, ...]] = TypeAdapter(tuple[Inverse, ...])


def written(package: Package) -> str:
    """The package as a file: JSON with its hash."""
    return f'{{"hash": "{package.hash}", "package": {_PACKAGE.dump_json(package, indent=2).decode()}}}\n'


def read(text: str) -> Package:
    """A package from its file. Raises `Misconfigured` for what is none, and for one that was changed."""
    try:
        given = TypeAdapter(dict[str, object]).validate_json(text)
        package = _PACKAGE.validate_python(given["package"])
    except (ValueError, KeyError):
        raise Misconfigured("this is no undo package; make one with --out FILE") from None
    if given.get("hash") != package.hash:
        raise Misconfigured("the undo package was changed since it was made; make it again")
    return package


def _whats(step: Inverse) -> tuple[str, ...]:
    """Whatever a policy may tell apart of this step."""
    parts = [step.attribute] if step.verb is Verb.UPDATE else [step.entitlement] if step.entitlement else []
    return above(parsed(":".join((step.verb, *parts))))


async def package(engine: Engine, run: str) -> Package:
    """What takes `run` back, as everything is now. Raises `Refused` for a run the ledger does not tell of."""
    entries: list[Entry] = [
        _shown(engine, entry)
        async for entry in all_lines(engine)
        if entry.cause == run and entry.written and entry.place in engine.policy.targets
    ]
    if not entries:
        raise Refused(f"the ledger tells of no write of {run}; `joinly runs` lists the runs")
    steps, left = inverses(entries)
    good: list[Inverse] = []
    for _, _, some in _by_account(steps):
        there, gone = await _applying(engine, some, None)
        good += there
        left += gone
    return Package(
        run=run, made=engine.clock(), policy=engine.policy_hash, steps=tuple(good), left=tuple(sorted(left, key=_order))
    )


def _shown(engine: Engine, entry: Entry) -> Entry:
    """The line without the values of what became sensitive since."""
    secret = engine.policy.sensitive(entry.place)
    return replace(entry, values={name: pair for name, pair in entry.values.items() if name not in secret})


def _order(one: Left) -> tuple[str, str, str]:
    return one.person, one.target, one.what


def _by_account(steps: Iterable[Inverse]) -> list[tuple[str, str, list[Inverse]]]:
    def account(step: Inverse) -> tuple[str, str]:
        return step.person, step.target

    return [(*key, list(some)) for key, some in groupby(sorted(steps, key=account), key=account)]


async def _applying(engine: Engine, steps: Sequence[Inverse], version: int | None) -> tuple[list[Inverse], list[Left]]:
    """The steps of one account that apply to it as it is now, and why the others do not.

    `version` is that of the Desired they were made for, or None while they are made for the present one.
    """
    person, target = steps[0].person, steps[0].target
    rows = await engine.rows_of(person)
    row, held = rows.get(layout.link(person, target)), rows.get(layout.desired(person, target))
    if held is None or (version is not None and int(held.data["version"]) != version):
        because = "HR or the policy wants something else of them now"
        return [], [_left(step, because) for step in steps]
    link = codec.LINK.load(row.data) if row else Link()
    among = frozenset(Entitlement.of(step.entitlement) for step in steps if step.entitlement)
    live = await _live(engine, target, link, among)
    good, gone = [], []
    for step in steps:
        why = obstacle(step, live, link, engine.attributes[target], engine.clock())
        if why:
            gone.append(_left(step, why))
        else:
            good.append(replace(step, version=int(held.data["version"])))
    return good, gone


def _left(step: Inverse, because: str) -> Left:
    return Left(person=step.person, target=step.target, what=step.what, because=because)


async def _live(engine: Engine, target: str, link: Link, among: frozenset[Entitlement]) -> Account | None:
    live = await engine.targets[target].read(link.account, among) if link.account else None
    if live is not None and live.id in engine.policy.targets[target].protected:
        return replace(live, protected="named in the policy")
    return live


async def undo_run(engine: Engine, package: Package, by: str) -> list[Left]:
    """Have the steps of `package` taken; what no longer applies is left, and why. `by` is who says so.

    Raises `TryLater` and `Misconfigured` when a target cannot be read.
    """
    left: list[Left] = []
    for person, target, steps in _by_account(package.steps):
        if target not in engine.policy.targets:
            left += [_left(step, f"the policy has no target {target} any longer") for step in steps]
            continue
        good, gone = await _applying(engine, steps, steps[0].version)
        left += gone
        if good and not await _ask(engine, package, person, target, good, by):
            left += [_left(step, "somebody else is changing them just now; try again") for step in good]
    return left


async def _ask(engine: Engine, package: Package, person: str, target: str, steps: list[Inverse], by: str) -> bool:
    """Save what is wanted otherwise, leave to do it, and the mark; whether nobody came between."""
    rows, now, home = await engine.rows_of(person), engine.clock(), layout.bucket(person)
    held = rows[layout.desired(person, target)]
    version, desired = steps[0].version, codec.DESIRED.load(held.data)
    if int(held.data["version"]) != version:
        return False
    names = {step.attribute: str(step.back) for step in steps if _tried(step, desired)}
    plain = [step for step in steps if step.attribute not in names]
    said = [step.what for step in steps]
    await note(engine, person, target, "undo", by=by, run=package.run, fingerprint=package.hash, steps=said)
    key = layout.undone(person, target)
    wanted = undone(plain, desired, version, by, standing(rows.get(key), version))
    cohort = f"undo|{package.hash}"
    leave = {what: now for step in steps for what in _whats(step)}
    permits = layout.permit(person, target)
    account = "" if Verb.RESTORE in leave else steps[0].account
    changes: list[Change] = [
        Delete(key) if wanted.nothing else Put(key, UNDONE.dump(wanted)),
        permit(permits, rows.get(permits), version, leave, now, account),
        engine.marked(Hop.PROVISION, person, cohort, target, attempts=0, by=by),
    ]
    if names:
        changes.append(Put(layout.asked(person, target), codec.plain(names=names, by=by, at=now.isoformat())))
    try:
        await engine.store.commit(layout.STATE, home, changes)
    except Conflict:
        return False
    await engine.ring(Hop.PROVISION, [person], target)
    return True


def _tried(step: Inverse, desired: Desired) -> bool:
    """Whether it is a name that was issued: those are asked for by hand, and kept, like any."""
    return step.attribute in desired.candidates and step.back is not None


def standing(row: Row | None, version: int) -> Undone | None:
    """What was taken back of this Desired version; None when nothing was, or it has lapsed."""
    if row is None or not codec.readable(row.data):
        return None
    one = UNDONE.load(row.data)
    return one if one.version == version else None


def lapsed(row: Row | None, version: int) -> list[Change]:
    """What goes once HR or the policy wants something else."""
    if row is None or not codec.readable(row.data) or standing(row, version):
        return []
    return [Delete(row.key, row.version)]
