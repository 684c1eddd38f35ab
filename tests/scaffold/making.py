"""The template under another name: every file of `acme/` where it belongs, and the new connector in pyproject.toml."""

import re
from collections.abc import Mapping
from pathlib import Path

TEMPLATE = Path(__file__).parent / "acme"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 20
"""Characters of a name; with a longer one the template's lines would not fit."""

PLACES: Mapping[str, str] = {
    "connector": "connectors/{name}",
    "simulator": "local/{name}",
    "tests": "tests/connector_{name}",
    "conformance.py": "tests/conformance/{name}.py",
    "guide.md": "docs/hr/{name}.md",
}
"""What of the template goes where."""

MODULES: Mapping[str, str] = {
    "tests.scaffold.acme.connector": "connectors.{name}",
    "tests.scaffold.acme.simulator": "local.{name}",
    "tests.scaffold.acme.tests": "tests.connector_{name}",
}
KNOWN = re.compile(r'(?P<before>modules = \[(?:"connectors\.\w+", )*"connectors\.\w+")\]')
"""The list of connectors that may not know each other, in pyproject.toml."""


class NotMade(Exception):
    """Nothing was written; the text says why."""


def made(root: Path, name: str) -> list[Path]:
    """Write the files of the new connector `name` below `root`; returns them, sorted. Raises `NotMade`."""
    if not NAME.fullmatch(name) or len(name) > LONGEST or name == "acme":
        raise NotMade(f"call it by a short lower-case word, such as topdesk (at most {LONGEST} letters), not {name!r}")
    files = {target: _renamed(text, name) for target, text in _template(root, name).items()}
    for target in (*files, root / f"connectors/{name}.py"):
        if target.exists():
            raise NotMade(f"{target.relative_to(root)} is there already; choose another name or remove it")
    project = root / "pyproject.toml"
    known, changes = KNOWN.subn(rf'\g<before>, "connectors.{name}"]', project.read_text(encoding="utf-8"))
    if changes != 1:
        raise NotMade("pyproject.toml no longer lists the connectors that may not know each other in one line")
    for target, text in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    project.write_text(known, encoding="utf-8")
    return sorted(files)


def _template(root: Path, name: str) -> Mapping[Path, str]:
    """Where each file of the template goes → its text."""
    found: dict[Path, str] = {}
    for part, place in PLACES.items():
        origin, target = TEMPLATE / part, root / place.format(name=name)
        for file in sorted(origin.rglob("*")) if origin.is_dir() else [origin]:
            if file.is_file() and "__pycache__" not in file.parts:
                where = target / file.relative_to(origin) if origin.is_dir() else target
                found[where] = file.read_text(encoding="utf-8")
    return found


def _renamed(text: str, name: str) -> str:
    for module, place in MODULES.items():
        text = text.replace(module, place.format(name=name))
    spoken = name.replace("_", " ").title().replace(" ", "")
    dashed = name.replace("_", "-")  # hosts and secrets know no underscore
    for ours, theirs in (
        ("acme.example", f"{dashed}.example"),
        ("acme-", f"{dashed}-"),
        ("acme", name),
        ("Acme", spoken),
    ):
        text = text.replace(ours, theirs)
    return text
