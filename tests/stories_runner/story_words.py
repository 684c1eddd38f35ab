"""What people say in a story beyond HR: exceptions and extensions for one person, blocks, stops."""

from datetime import timedelta

from story_file import Word

from shared import layout
from shared.engine import Engine, blocking, exceptions, extend, halting
from shared.exceptions import Exemption, Kind
from shared.model import Entitlement

SOURCE, GUESTS, TARGET, WHO = "hr", "guests", "entra", "somebody"


async def say(engine: Engine, word: Word) -> None:
    person = layout.own_id(SOURCE, word.person)
    if word.extend:
        assert word.until is not None, "say until when"
        await extend(engine, GUESTS, word.person, word.until, WHO, "the work is not done")
    elif word.stop:
        await halting.stop(engine, "", WHO, "something is wrong")
    elif word.resume:
        await halting.resume(engine, "", WHO, "it is right again")
    elif word.block:
        await blocking.block(engine, person, WHO, "a stolen laptop", strip=word.block == "strip")
    elif word.unblock:
        await blocking.unblock(engine, person, WHO, "it was found")
    elif word.end:
        one = _exemption(engine, word)
        await exceptions.end(engine, SOURCE, word.person, one.kind, one.target, one.what, WHO, "it is over")
    else:
        await exceptions.add(engine, SOURCE, word.person, _exemption(engine, word), WHO)


def _exemption(engine: Engine, word: Word) -> Exemption:
    said = {Kind.GRANT: word.grant, Kind.DENY: word.deny, Kind.EXCLUDE: word.exclude, Kind.FREEZE: word.freeze}
    (kind,) = [kind for kind, given in said.items() if given]
    what, _, name = (word.grant or word.deny).partition(":")
    return Exemption(
        kind=kind,
        target="" if kind is Kind.FREEZE else TARGET,
        entitlement=Entitlement(what, name) if name else None,
        first=word.first,
        last=word.until or engine.today + timedelta(days=1),
        owner="the boss",
        because="the audit",
    )
