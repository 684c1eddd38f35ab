"""An ASGI application on a free loopback port, for as long as a block of code lasts."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext
from pathlib import Path
from typing import Any

import uvicorn

from shared.errors import Misconfigured

HOST = "127.0.0.1"


@asynccontextmanager
async def serving(app: Any, port: int = 0, tls: tuple[Path, Path] | None = None) -> AsyncIterator[str]:
    """The address of `app`, such as `http://127.0.0.1:41234`; port 0 takes any free one.

    With `tls`, a certificate and its key, the address is https. Raises `Misconfigured` when the port is taken or may
    not be used. Signals stay the caller's.
    """
    given: dict[str, Any] = {"ssl_certfile": str(tls[0]), "ssl_keyfile": str(tls[1])} if tls else {}
    config = uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False, **given)
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    with closing(_bound(port)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.005)
            yield f"{'https' if tls else 'http'}://{HOST}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


def _bound(port: int) -> socket.socket:
    """A listening place of our own: uvicorn's ends the process when the port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise Misconfigured(f"port {port} on {HOST} cannot be used ({error.strerror}); choose another") from None
    return listening
