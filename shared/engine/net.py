"""The net under every connector: what may not be kept of anybody is taken out of an answer of HR before it is heard.

Which facts hold such numbers shows only after some records; the answer is then read again from the beginning, so that
nothing of it is kept. What was learnt is saved first, by the names of facts.
"""

from collections import Counter
from dataclasses import dataclass, field

from shared import codec, layout
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.turns import Turn
from shared.forbidden import Evidence, Net
from shared.model import Person, Rejected
from shared.store import Put
from shared.telemetry import logs

OFTEN = 500
"""Records after which it is looked whether something has been learnt."""


class Learnt(Exception):
    """A fact turned out to hold what may not be kept; what was read of it so far is not to be kept either."""


@dataclass(slots=True)
class Watch:
    """One turn's look at what it reads."""

    turn: Turn
    net: Net
    evidence: Evidence = field(default_factory=Evidence)
    count: int = 0

    def clean(self, item: Person | Rejected) -> Person | Rejected:
        """Raises `Learnt`."""
        if isinstance(item, Rejected):
            return item
        self.evidence.see(item)
        self.count += 1
        if self.count % OFTEN == 0:
            self.look()
        return self.net.cleaned(item)

    def look(self) -> None:
        """Raises `Learnt` when a fact is found of which nobody knew."""
        if self.evidence.found.keys() - self.net.found.keys():
            raise Learnt

    async def learn(self) -> None:
        """Save what is known now."""
        await _save(self.turn.engine, self.turn.source, {**self.net.found, **self.evidence.found})

    def take(self) -> dict[str, int]:
        """What this poll has taken out so far, as `fact: kind` and how many, to be saved with what it was taken of."""
        mine = Counter({f"{name}: {kind}": count for (name, kind), count in self.net.caught.items()})
        self.net.caught.clear()
        return dict(mine + Counter(self.turn.poll.caught))

    async def tell(self) -> None:
        """Say once what was taken out, when all is read; a fact that holds something else now is read again."""
        turn, engine = self.turn, self.turn.engine
        told = self.take()
        for what, count in sorted(told.items()):
            name, _, kind = what.partition(": ")
            sentence = f"source {turn.source}: {name} held {kind} {count:,} times; take it out of what is read"
            logs.warning(sentence, event="forbidden", source=turn.source, count=count)
        left = {name: kind for name, kind in self.net.found.items() if name not in self.evidence.cleared}
        if left != self.net.found:
            await _save(engine, turn.source, left)


async def watch(turn: Turn) -> Watch:
    row = await turn.engine.store.get(layout.SOURCES, turn.source, layout.NET)
    found = codec.known(row.data)["found"] if row else {}
    return Watch(turn, Net({str(name): str(kind) for name, kind in found.items()}))


async def _save(engine: Engine, source: str, found: dict[str, str]) -> None:
    kinds = ", ".join(f"{name}: {kind}" for name, kind in sorted(found.items()))
    await note(engine, source, "", "forbidden facts", by="policy", attributes=sorted(found), found=kinds)
    await engine.store.commit(layout.SOURCES, source, [Put(layout.NET, codec.plain(found=found))])
