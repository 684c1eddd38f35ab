"""A digest on its way to people: as a letter, by the Graph of the tenant that the policy writes to."""

from shared.azure.ground import Ground
from shared.digest import Digest
from shared.digest_page import letter
from shared.engine.digesting import Sending
from shared.policy import Mail, Policy

GRAPH = "https://graph.microsoft.com/v1.0"


def sending(ground: Ground, policy: Policy) -> Sending:
    """How a digest is sent from here."""

    async def send(rules: Mail, one: Digest) -> None:
        await ground.post(graph_of(policy), rules, letter(one))

    return send


def graph_of(policy: Policy) -> str:
    """The address of Graph that a target of the policy names; the usual one where none does."""
    named = [str(one.settings["base_url"]) for one in policy.targets.values() if "base_url" in one.settings]
    return next((one.rstrip("/") for one in named), GRAPH)
