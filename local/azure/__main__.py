"""`make local`: Azure on this machine with the app in its real runtime, and one live view of it; Ctrl-C ends it all."""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from rich.console import Console
from rich.live import Live

from local.azure import settings, view
from local.azure.hosts import ROOT, Hosted, hosted
from local.azure.up import LocalAzure, local_azure
from local.azure.watch import Look, look
from local.azurite import NpmUnreachable
from local.sandbox import seeds_beside
from shared.errors import Misconfigured

COMMANDS = ROOT / "local.env"
_EVERY = 2.0
_LINES_EVERY = 10.0
_PATIENCE = 900.0
"""Seconds in which `--once` must have come to rest."""


async def run(policy: Path, instances: int, once: bool) -> int:
    """0, or 1 when `--once` found something wrong at the end."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    page = view.console()
    with tempfile.TemporaryDirectory(prefix="joinly-local-") as folder:
        running = asyncio.create_task(_run(policy, Path(folder), instances, once, page))
        stop = asyncio.create_task(ended.wait())
        await asyncio.wait({running, stop}, return_when="FIRST_COMPLETED")
        stop.cancel()
        if not running.done():
            page.print("stopping…")
            running.cancel()
        try:
            with suppress(asyncio.CancelledError):
                return await running
        finally:
            COMMANDS.unlink(missing_ok=True)
        return 0


async def _run(policy: Path, folder: Path, instances: int, once: bool, page: Console) -> int:
    text, beside = policy.read_text(encoding="utf-8"), policy.resolve().parent
    async with AsyncExitStack() as stack:
        page.print("starting storage, queues, vault, identities and the tenant…")
        azure = await stack.enter_async_context(local_azure(folder, text, beside, seeds_beside(policy)))
        apps = [Hosted(name, settings.write_app(azure, name, folder), folder, instances) for name in settings.APPS]
        settings.write_commands(azure, COMMANDS)
        page.print("starting the apps in Microsoft's runtime…")
        await stack.enter_async_context(hosted(*apps))
        await apps[0].fire("poll")
        if once:
            return await _until_quiet(azure, apps, page)
        await _watch(azure, apps, page)
    return 0


async def _watch(azure: LocalAzure, apps: Sequence[Hosted], page: Console) -> None:
    async with azure.table_client() as tables:
        if not page.is_terminal:
            while True:
                _print(page, await look(azure, apps, tables))
                await asyncio.sleep(_LINES_EVERY)
        with Live(console=page, screen=True, auto_refresh=False) as live:
            while True:
                seen = await look(azure, apps, tables)
                live.update(view.page(seen, _heading(azure, apps), page.width), refresh=True)
                await asyncio.sleep(_EVERY)


async def _until_quiet(azure: LocalAzure, apps: Sequence[Hosted], page: Console) -> int:
    """Until HR was read and nothing has been left to do for a while."""
    end, still = time.monotonic() + _PATIENCE, 0
    async with azure.table_client() as tables:
        while True:
            seen = await look(azure, apps, tables)
            still = still + 1 if seen.quiet and seen.done.get("changes") else 0
            if still == 3 or time.monotonic() > end:
                break
            await asyncio.sleep(_EVERY)
    _print(page, seen)
    if still < 3:
        page.print("error: it did not come to rest")
    return int(still < 3 or any(one.dead for one in seen.queues.values()))


def _print(page: Console, seen: Look) -> None:
    for line in view.lines(seen):
        page.print(line, soft_wrap=True)


def _heading(azure: LocalAzure, apps: Sequence[Hosted]) -> list[str]:
    hosts = ", ".join(f"{one.name} {one.address}" for one in apps)
    return [
        f"Azure on this machine · tenant {azure.sandbox.tenant.id} at {azure.sandbox.graph} · hosts: {hosts}",
        f"commands work on it: set -a; . ./{COMMANDS.name}; joinly holds list {COMMANDS.name}",
        f"logs in {apps[0].folder} · Ctrl-C ends everything",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.azure", description=__doc__)
    parser.add_argument("policy", type=Path, nargs="?", default=ROOT / "config" / "example.yaml")
    parser.add_argument("--instances", type=int, default=1, help="worker processes of each app")
    parser.add_argument("--once", action="store_true", help="end when HR was read and everything is done")
    given = parser.parse_args()
    try:
        sys.exit(asyncio.run(run(given.policy, given.instances, given.once)))
    except (Misconfigured, NpmUnreachable, RuntimeError) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{given.policy}: {error.strerror or error}")


if __name__ == "__main__":
    main()
