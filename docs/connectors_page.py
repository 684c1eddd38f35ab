"""The page about connectors, written by their manifests, what was counted at the simulators, and what is assumed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import connectors
from docs.assumptions import assumed
from docs.meanings import settings
from shared.attributes import Attribute, Unique
from shared.connector import Manifest

CALLS = Path(__file__).with_name("calls.json")
GUIDES = Path(__file__).with_name("hr")

INTRODUCTION = """# Connectors

Written by the manifests themselves; `make docs` writes it anew.

## Reading 1,000 people

Counted at the simulators by `python -m tests.conformance.calls`. Only a full read says who is gone, so every poll is
one; «the next poll» is what it costs when nothing has changed and the token is still good. A read that can go on gives
so many places from which the next turn may take it up ([polls.md](polls.md)). A glance between polls asks only whom the
system has changed since; where nothing is said it is never glanced at.

| source | requests for data | to sign in | places to go on from | the next poll | a glance | one that finds somebody |
|---|---|---|---|---|---|---|"""

GLANCES = """What a glance tells ([why not more](adr/0023-hr-is-glanced-at.md)):

| source | |
|---|---|"""


def page() -> str:
    manifests = [connectors.manifest(name) for name in connectors.names()]
    counted = json.loads(CALLS.read_text(encoding="utf-8"))
    sources = [one for one in manifests if one.source]
    costs = [_cost(one.name, counted.get(one.name, {})) for one in sources]
    glances = [_row((one.name, one.glance)) for one in sources]
    return "\n".join(
        [
            INTRODUCTION,
            *(line for lines in costs for line in lines),
            "",
            GLANCES,
            *glances,
            "",
            *map(_one, manifests),
        ]
    )


def _cost(name: str, forms: Mapping[str, Any]) -> list[str]:
    said = ("first", "sign_ins", "places", "again")
    return [
        _row(
            (
                f"{name} {form}".strip(),
                *(cost[key] or "none" for key in said),
                *(cost.get(key, "–") for key in ("glance", "glance_at_one")),
            )
        )
        for form, cost in forms.items()
    ]


def _one(manifest: Manifest) -> str:
    kind = " and ".join(word for word, part in (("source", manifest.source), ("target", manifest.target)) if part)
    lines = [f"## {manifest.name} ({kind})", "", manifest.summary, "", _proven(manifest), ""]
    if manifest.follows:
        lines += [
            f"It makes no accounts: a policy says with `follows` which {manifest.follows} target they belong to.",
            "",
        ]
    if manifest.corrects:
        lines += [
            "As a target it corrects HR's own records and makes none: a policy says with `writes_back` which source's "
            "they are ([identifiers.md](identifiers.md)).",
            "",
        ]
    if manifest.source:
        lines += _capabilities(manifest)
    lines += ["| setting | required | meaning |", "|---|---|---|"]
    lines += [
        _row((f"`{one.name}`", "yes" if one.required else "no", one.meaning)) for one in settings(manifest.settings)
    ]
    if manifest.attributes:
        lines += _attributes(manifest.attributes)
    if manifest.permissions:
        lines += _permissions(manifest)
    if manifest.source:
        lines += _assumptions(manifest.name)
    return "\n".join(lines) + "\n"


def _proven(manifest: Manifest) -> str:
    guide = GUIDES / f"{manifest.name}.md"
    setup = f" Setting up: [hr/{guide.name}](hr/{guide.name})." if guide.exists() else ""
    return f"Proven: {manifest.proven}. Vendor: <{manifest.docs}>.{setup}"


def _capabilities(manifest: Manifest) -> list[str]:
    facts = ", ".join(f"`{name}`" for name in sorted(manifest.facts))
    rows = [
        ("facts it gives", facts or "what its settings name"),
        ("signing in", "tokens, kept and shared by all workers" if manifest.sign_in else "as its settings say"),
        ("writing back", ", ".join(sorted(manifest.verbs)) if manifest.target else "nothing is written"),
    ]
    return ["| it can | |", "|---|---|", *map(_row, rows), ""]


def _attributes(attributes: Sequence[Attribute]) -> list[str]:
    lines = ["", "| attribute | longest | notes |", "|---|---|---|"]
    for one in attributes:
        notes = {
            "unique": one.unique in (Unique.ACCOUNTS, Unique.ADDRESSES),
            "points to an account": one.reference,
            "cannot be emptied": not one.clearable,
            "only read": not one.written,
        }
        lines.append(
            _row((f"`{one.name}`", one.longest or "", ", ".join(word for word, true in notes.items() if true)))
        )
    return lines


def _permissions(manifest: Manifest) -> list[str]:
    """A table: who needs it for what, and where it is given."""
    lines = ["", "| permission | reading app | writing app | what for | given by |", "|---|---|---|---|---|"]
    for name, one in manifest.permissions.items():
        by_app = [", ".join(sorted(features)) or "–" for features in (one.read, one.write)]
        lines.append(_row((name, *by_app, one.why, one.by)))
    return [*lines, "", "`joinly permissions POLICY` says which of these a policy needs."]


def _assumptions(name: str) -> list[str]:
    found = assumed(name)
    if not found:
        return []
    said = f"What nobody has shown us yet, from [its simulator](../local/{name}/README.md); a pilot ticks it off."
    return ["", said, "", "| assumed | how far |", "|---|---|", *map(_row, found)]


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(_cell(str(cell)) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("\\|", "|").replace("|", "\\|").replace("\n", " ")
