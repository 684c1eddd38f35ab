"""`python -m tests.scaffold NAME`: write a new connector that works, in this project's style, and say what is next."""

import subprocess
import sys
from pathlib import Path

from tests.scaffold.making import NotMade, made

ROOT = Path.cwd()


def main(arguments: list[str]) -> int:
    """2 for a name that cannot be used, else 0."""
    if len(arguments) != 1:
        sys.stderr.write("usage: make connector NAME=topdesk\n")
        return 2
    try:
        files = made(ROOT, arguments[0])
    except NotMade as reason:
        sys.stderr.write(f"Nothing was written: {reason}.\n")
        return 2
    names = [str(file.relative_to(ROOT)) for file in files]
    python = [name for name in names if name.endswith(".py")]
    for tidying in (["check", "--quiet", "--fix", "--select", "I"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *tidying, *python], check=True, cwd=ROOT)  # noqa: S603
    sys.stdout.write("".join(f"wrote {name}\n" for name in names))
    sys.stdout.write(f"It works already: make docs, make try NAME={arguments[0]}. Then make it yours.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
