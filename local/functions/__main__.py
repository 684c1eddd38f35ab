"""`python -m local.functions --settings FILE`: hosts the app in this folder until it is told to end.

The settings file is what Core Tools call local.settings.json. The first line on standard output says where it listens.
The key of functions and of the host's own addresses is what the environment variable LOCAL_FUNCTIONS_KEY says.
"""

import argparse
import asyncio
import json
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from local.functions.host import App, hosting
from shared.errors import Misconfigured

KEY = "LOCAL_FUNCTIONS_KEY"


def settings(file: Path) -> Mapping[str, str]:
    """Raises `Misconfigured` for a file that is not as Core Tools write it."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))["Values"]
    except (OSError, ValueError, KeyError, TypeError):
        raise Misconfigured(f"{file} is no settings file: it holds an object with the values under Values") from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise Misconfigured(f"{file}: every value is text")
    return values


async def run(app: App, until_closed: bool) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    if until_closed:
        closed = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(closed), sys.stdin)
        closing = asyncio.create_task(closed.read())
        closing.add_done_callback(lambda _: ended.set())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with hosting(app) as host:
        sys.stdout.write(f"{host.address}\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.functions", description=__doc__)
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--app", type=Path, default=Path.cwd())
    parser.add_argument("--instances", type=int, default=1)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--memory", type=Path, help="a folder in which timers are remembered")
    parser.add_argument("--until-closed", action="store_true", help="end when standard input does")
    given = parser.parse_args()
    try:
        values = settings(given.settings)
        os.environ.update(values)
        key = os.environ.get(KEY) or secrets.token_urlsafe(24)
        app = App(given.app.resolve(), values, key, given.instances, given.port, given.memory)
        asyncio.run(run(app, given.until_closed))
    except Misconfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
