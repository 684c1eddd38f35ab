"""A preview over Exchange: what was asked about an account stays known once something is rehearsed on it."""

from exchange_world import World

from connectors.exchange import MANIFEST
from shared.model import Action, Entitlement, Verb
from shared.rehearsal import Rehearsal

KINDS = {kind.name: kind for kind in MANIFEST.attributes}
SALES, FINANCE = Entitlement("full_access", "sales@contoso.nl"), Entitlement("full_access", "finance@contoso.nl")


async def test_what_somebody_has_is_still_known_after_something_was_rehearsed(world: World) -> None:
    for one in (SALES, FINANCE):
        world.organisation.add_shared(one.name)
    anna = world.person("anna")
    await world.grant(anna, str(SALES))
    written = world.organisation.writes
    rehearsal = Rehearsal(world.target, KINDS)
    before = await rehearsal.read(anna, frozenset({SALES, FINANCE}))
    await rehearsal.apply(anna, Action(verb=Verb.GRANT, entitlement=FINANCE))
    after = await rehearsal.read(anna, frozenset({SALES, FINANCE}))
    assert before is not None
    assert after is not None
    assert (before.entitlements, after.entitlements) == ({SALES}, {SALES, FINANCE})
    assert world.organisation.writes == written
