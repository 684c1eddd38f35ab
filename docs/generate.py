"""The pages that the code itself writes: `python -m docs.generate` writes them, and a test says when they are old."""

from collections.abc import Mapping
from pathlib import Path

import connectors
from docs import telemetry_page
from shared.attributes import Unique
from shared.connector import Manifest
from shared.expressions.reference import reference
from shared.policy_schema import text as schema

DOCS = Path(__file__).parent


def pages() -> Mapping[str, str]:
    """File name → what it must hold."""
    return {
        "connectors.md": _connectors(),
        "expressions.md": reference(),
        "policy.schema.json": schema(),
        "telemetry.md": telemetry_page.page(),
    }


def _connectors() -> str:
    parts = ["# Connectors\n\nWritten by the manifests themselves; `make docs` writes it anew.\n"]
    for name in connectors.names():
        parts.append(_one(connectors.manifest(name)))
    return "\n".join(parts)


def _one(manifest: Manifest) -> str:
    kind = " and ".join(word for word, part in (("source", manifest.source), ("target", manifest.target)) if part)
    lines = [
        f"## {manifest.name} ({kind})\n",
        f"{manifest.summary}\n",
        f"Proven: {manifest.proven}. Vendor: <{manifest.docs}>\n",
    ]
    if manifest.follows:
        lines += [
            f"It makes no accounts: a policy says with `follows` which {manifest.follows} target they belong to.\n"
        ]
    lines += ["| setting | required | meaning |", "|---|---|---|"]
    for key, field in manifest.settings.model_fields.items():
        lines.append(f"| `{key}` | {'yes' if field.is_required() else 'no'} | {_cell(field.description or '')} |")
    if manifest.attributes:
        lines += ["", "| attribute | longest | notes |", "|---|---|---|"]
    for one in manifest.attributes:
        notes = [
            word
            for word, true in (
                ("unique", one.unique in (Unique.ACCOUNTS, Unique.ADDRESSES)),
                ("points to an account", one.reference),
            )
            if true
        ]
        notes += [] if one.clearable else ["cannot be emptied"]
        notes += [] if one.written else ["only read"]
        lines.append(f"| `{one.name}` | {one.longest or ''} | {', '.join(notes)} |")
    if manifest.permissions:
        lines += _permissions(manifest)
    return "\n".join(lines) + "\n"


def _permissions(manifest: Manifest) -> list[str]:
    """A table: who needs it for what, and where it is given."""
    lines = ["", "| permission | reading app | writing app | what for | given by |", "|---|---|---|---|---|"]
    for name, one in manifest.permissions.items():
        by_app = " | ".join(", ".join(sorted(features)) or "–" for features in (one.read, one.write))
        lines.append(f"| {name} | {by_app} | {_cell(one.why)} | {one.by} |")
    return [*lines, "", "`joinly permissions POLICY` says which of these a policy needs."]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
