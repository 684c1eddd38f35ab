"""Work that Ctrl-C and SIGTERM end in order: what is open is closed, and the exit code says which of them it was."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from shared.cli.ending import INTERRUPTED, TERMINATED, Ended

T = TypeVar("T")


def until_done(work: Coroutine[Any, Any, T], then: str) -> T:
    """What `work` returns. Raises `Ended`, saying what is true `then`, when a signal stopped it."""
    try:
        return asyncio.run(_stoppable(work))
    except KeyboardInterrupt:
        raise Ended(f"joinly: interrupted; {then}", INTERRUPTED) from None
    except asyncio.CancelledError:
        raise Ended(f"joinly: told to stop; {then}", TERMINATED) from None


async def _stoppable(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    with suppress(NotImplementedError):  # Windows has no such signals; there the process just ends
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: task and task.cancel())
    return await work
