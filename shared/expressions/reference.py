"""The reference page of the language, made from the declarations; every example on it is executed by a test."""

from shared.expressions.library import FAMILIES
from shared.expressions.reference_functions import entry
from shared.expressions.reference_rules import RULES
from shared.expressions.registry import Family

INTRODUCTION = """\
# Expressions

What every attribute of an account should hold is said by an expression on what HR says: the language of Microsoft
Entra's provisioning, so that mappings can be pasted, and a little more. Written by the code itself; every example is
executed, on 30 July 2025 at 12:00 UTC.

    joinly eval 'Join(" ", [givenName], [surname])' --facts person.json --explain

shows every part that was evaluated; `joinly validate policy.yaml` shows what is wrong or odd, with a caret under the
place."""


def reference() -> str:
    """The page, in Markdown."""
    parts = [INTRODUCTION, *map(str, RULES), "## Functions", "\n".join(map(_line, FAMILIES))]
    for family in FAMILIES:
        parts.append(f"## {family.title}")
        parts += [entry(function) for function in family.functions]
    return "\n\n".join(parts) + "\n"


def _line(family: Family) -> str:
    names = (f"[{function.name}](#{function.name.lower()})" for function in family.functions)
    return f"- {family.title}: {', '.join(names)}"
