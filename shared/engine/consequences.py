"""What a yes would do, action by action: the plan on what we know of the account, as far as it is what waits.

It is read from the state alone. The account is read live before anything is done, and what differs then is asked anew.
"""

from dataclasses import replace

from shared import codec, layout
from shared.engine.parts import Engine
from shared.errors import Refused
from shared.holds import Answer, Held
from shared.model import Account, Action, Candidates, Link, Stage, Verb
from shared.planning import naming, plan, remembered


async def consequences(engine: Engine, held: Held) -> tuple[Action, ...]:
    """The actions a yes to this lets be done; none where they cannot be known before it is done."""
    match held.answer:
        case Answer.RELEASE:
            return (Action(verb=Verb.ENABLE, because=held.because),)
        case Answer.RECREATE:
            return (Action(verb=Verb.RESTORE, because=held.because),)
        case Answer.PERMIT if held.place in engine.policy.targets:
            return await _planned(engine, held)
    return ()


async def _planned(engine: Engine, held: Held) -> tuple[Action, ...]:
    home = layout.bucket(held.person)
    row = await engine.store.get(layout.STATE, home, layout.desired(held.person, held.place))
    saved = await engine.store.get(layout.STATE, home, layout.link(held.person, held.place))
    if row is None or not codec.readable(row.data) or row.data["version"] != held.version:
        return ()
    desired, link = codec.DESIRED.load(row.data), codec.LINK.load(saved.data) if saved else Link()
    live, kinds = await _seen(engine, held, link), engine.attributes[held.place]
    try:
        actions = plan(desired, link, live, kinds)
    except Refused:
        return ()
    named = naming(desired, link, live, kinds) if live is not None and desired.stage >= Stage.READY else {}
    first = {name: _first(one) for name, one in named.items()}
    actions = tuple(replace(one, attributes=first) if one.verb is Verb.RENAME else one for one in actions)
    return tuple(part for one in actions if (part := _part(one, held.what)) is not None)


async def _seen(engine: Engine, held: Held, link: Link) -> Account | None:
    """The account as the directory last told it, or as we left it."""
    account = link.account or held.account
    if not account:
        return None
    row = await engine.store.get(layout.DIRECTORY, layout.drawer(held.place, account), account)
    if row is not None and codec.readable(row.data):
        return codec.ACCOUNT.load(row.data)
    return remembered(link)


def _first(candidates: Candidates) -> str:
    """The first name that would be tried; whether it is free is seen when it is done."""
    tried = next((value for value in candidates.values if value), "")
    return tried or (candidates.series.at(0) if candidates.series else "")


def _part(action: Action, what: str) -> Action | None:
    """The part of an action that `what` names: a verb, or a verb and one attribute or entitlement."""
    verb, _, rest = what.partition(":")
    if verb != action.verb:
        return None
    if not rest:
        return action
    if action.entitlement is not None:
        kind = action.entitlement.kind
        return action if rest in (kind, f"{kind}:{action.entitlement.name}") else None
    attributes = {name: value for name, value in action.attributes.items() if name == rest}
    return replace(action, attributes=attributes) if attributes else None
