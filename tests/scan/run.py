"""`make scan`: checkov on the templates. Every finding is fixed or explained in infra/checkov.md; none is left unread.

checkov ends well when it cannot read a file, so that it read them all is checked here.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
CHECKOV = ROOT / ".venv-scan" / "bin" / "checkov"
UNKNOWN = "@onlyIfNotExists()\n"
"""A decorator that checkov's parser does not know; nothing that it checks depends on it."""


def main() -> int:
    """0 when the findings are those that are explained."""
    report = scanned()
    unread = report["results"]["parsing_errors"]
    if unread or not report["summary"]["resource_count"]:
        say("not read: " + (", ".join(unread) or "anything"))
        return 1
    found = {(one["check_id"], one["resource"].rpartition(".")[2]): one for one in report["results"]["failed_checks"]}
    known = explained((INFRA / "checkov.md").read_text(encoding="utf-8"))
    for check, of in sorted(found.keys() - known):
        one = found[check, of]
        say(f"{check} {one['file_path']} {of}: {one['check_name']}; repair it, or explain it in infra/checkov.md")
    for check, of in sorted(known - found.keys()):
        say(f"{check} {of}: infra/checkov.md explains it, and it is found no longer; take the line away")
    summary = report["summary"]
    say(f"{summary['resource_count']} resources, {summary['passed']} checks passed, {len(found)} kinds explained")
    return int(found.keys() != known)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def scanned() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "infra"
        shutil.copytree(INFRA, copy)
        for file in copy.rglob("*.bicep"):
            file.write_text(file.read_text(encoding="utf-8").replace(UNKNOWN, ""), encoding="utf-8")
        run = [str(CHECKOV), "-d", str(copy), "--framework", "bicep", "--skip-download", "--output", "json"]
        done = subprocess.run(run, capture_output=True, text=True, check=False)  # noqa: S603
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def explained(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^\| (CKV\w+) \| (\w+) \|", text, re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main())
