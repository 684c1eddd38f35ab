"""The words of a policy's approvals: a role or an action that nobody knows would never be asked, and is refused."""

from collections.abc import Iterator

from shared.errors import Reason
from shared.model import Verb
from shared.policy import MANAGER, OWNER, SPONSOR
from shared.policy_file import Mistake, PolicyText
from shared.policy_words import near


def unknown_words(found: PolicyText) -> Iterator[Mistake]:
    """What is asked of a role without a list, and what is no reason and no action."""
    rules = found.policy.approvals
    for word, roles in rules.ask.items():
        path = ("approvals", "ask", word)
        yield from _word(found, path, word)
        for role in roles:
            others = [MANAGER, OWNER, SPONSOR, *rules.approvers]
            if role not in others:
                text = f"approvers has no role {role}{near(role, others)}"
                yield found.mistake(path, text)
    for index, word in enumerate(rules.four_eyes):
        yield from _word(found, ("approvals", "four_eyes", index), word)
    for name in rules.owners:
        if ":" not in name:
            yield found.mistake(("approvals", "owners", name), f"write the kind before it, such as group:{name}")


def _word(found: PolicyText, path: tuple[str | int, ...], word: str) -> Iterator[Mistake]:
    known = [*Verb, *Reason]
    if word.partition(":")[0] not in known:
        yield found.mistake(path, f"nothing waits that is called {word}{near(word, known)}")
