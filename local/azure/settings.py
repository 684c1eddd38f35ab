"""The files that say where the local Azure is: one with the app settings of each app, one for commands.

They hold what an identity endpoint wants to hear, so only their owner may read them; they are gone with what they name.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from local.azure.rights import OPERATOR, READ, WRITE
from local.azure.up import LocalAzure
from shared.azure.triggers import TRIGGERS, Timer

APPS = (READ, WRITE)
SCHEDULES: Mapping[str, str] = {
    "JOINLY_POLL_SCHEDULE": "0 */2 * * * *",
    "JOINLY_GLANCE_SCHEDULE": "0 1-59/2 * * * *",
    "JOINLY_FOLLOW_SCHEDULE": "30 */2 * * * *",
    "JOINLY_WAKE_SCHEDULE": "45 */10 * * * *",
    "JOINLY_SWEEP_SCHEDULE": "15 */10 * * * *",
}
"""More often than in Azure, so that something is to be seen; all others are as they are there."""


def of_app(azure: LocalAzure, name: str, schedules: Mapping[str, str] = SCHEDULES) -> Mapping[str, str]:
    usual = {one.setting: one.default for one in TRIGGERS if isinstance(one, Timer)}
    return {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "JOINLY_ROLE": name,
        "JOINLY_STOPPED": "false",
        "ServiceBus__credential": "managedidentity",
        "ServiceBus__clientId": azure.identities.rights[name].client,
        **azure.settings(name),
        **{setting: schedules.get(setting, default) for setting, default in usual.items()},
    }


def write_app(azure: LocalAzure, name: str, folder: Path, schedules: Mapping[str, str] = SCHEDULES) -> Path:
    """The file for the host, as Core Tools name and read it."""
    file = folder / f"{name}.settings.json"
    _write(file, json.dumps({"IsEncrypted": False, "Values": dict(of_app(azure, name, schedules))}, indent=2) + "\n")
    return file


def write_commands(azure: LocalAzure, file: Path) -> None:
    """The file that every command takes in place of a policy: the deployment's addresses, and who is asked."""
    lines = [f'{name}="{value}"' for name, value in azure.settings(OPERATOR).items()]
    _write(file, "\n".join(["# The local Azure that `make local` runs; it is gone when that ends.", *lines, ""]))


def _write(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
