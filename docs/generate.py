"""The pages that the code itself writes: `python -m docs.generate` writes them, and a test says when they are old."""

from collections.abc import Mapping
from pathlib import Path

from docs import connectors_page, telemetry_page
from shared.expressions.reference import reference
from shared.policy_schema import text as schema

DOCS = Path(__file__).parent


def pages() -> Mapping[str, str]:
    """File name → what it must hold."""
    return {
        "connectors.md": connectors_page.page(),
        "expressions.md": reference(),
        "policy.schema.json": schema(),
        "telemetry.md": telemetry_page.page(),
    }


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
