"""The place on this machine where a browser brings the answer: one answer is taken, and everything shown is encoded.

RFC 8252 §7.3 and §8.3: 127.0.0.1 only, never a name. A request with another state, path or host is told so and is not
the end of the wait: any page in the browser can send one.
"""

import asyncio
import html
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.errors import Misconfigured
from shared.oauth.consent import NotOurs

HOST = "127.0.0.1"
SECONDS = 10.0
"""For which a browser may take to say what it wants."""
LONGEST = 16_384
"""Bytes of a request."""

HEADERS = (
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy: no-referrer",
    "X-Content-Type-Options: nosniff",
    "Connection: close",
)

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Joinly</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.5 system-ui, sans-serif; }}
main {{ box-sizing: border-box; max-width: 34rem; padding: 2rem; }}
h1 {{ margin: 0 0 .75rem; padding-left: .75rem; border-left: .3rem solid {colour}; font-size: 1.5rem; }}
p, ul {{ margin: 0 0 .75rem; }}
ul {{ padding-left: 1.2rem; }}
li {{ overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main role="{role}">
<h1>{title}</h1>
{lines}
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """What a person reads in the browser at the end; plain text, which is encoded here."""

    title: str
    lines: tuple[str, ...]
    listed: tuple[str, ...] = ()
    good: bool = False

    @property
    def text(self) -> str:
        lines = "\n".join(f"<p>{html.escape(line)}</p>" for line in self.lines)
        listed = "".join(f"<li>{html.escape(one)}</li>" for one in self.listed)
        return PAGE.format(
            title=html.escape(self.title),
            lines=f"<ul>{listed}</ul>\n{lines}" if listed else lines,
            colour="#2e7d32" if self.good else "#b3261e",
            role="status" if self.good else "alert",
        )


CLOSE = "Look at the terminal; this window can be closed."
ELSEWHERE = Page("Nothing to see here", ("This address only takes the answer to one question that Joinly asked.",))
LATE = Page("Too late", ("The answer was taken already.", CLOSE))


@dataclass
class Listening:
    """Waits for one answer. `code` says what an answer holds, or raises `NotOurs`, or `Misconfigured` for a no."""

    redirect: str
    code: Callable[[str], str]
    _answer: asyncio.Future[tuple[str, asyncio.Future[Page]]] = field(repr=False)
    _serving: set[asyncio.Task[None]] = field(default_factory=set, repr=False)

    async def answer(self, seconds: float) -> tuple[str, asyncio.Future[Page]]:
        """The code, and where to put the page that the person sees then.

        Raises `Misconfigured` when they said no, and `TimeoutError`.
        """
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self._answer)

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._served(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def said(self) -> None:
        """Wait until the last page has been sent."""
        if self._serving:
            await asyncio.wait(self._serving, timeout=SECONDS)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            status, page = await self._page(head.decode("latin-1"))
            body = page.text.encode()
            lines = (f"HTTP/1.1 {status}", *HEADERS, f"Content-Length: {len(body)}", "", "")
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return
        finally:
            writer.close()

    async def _page(self, head: str) -> tuple[str, Page]:
        first, *rest = head.split("\r\n")
        method, _, wanted = first.removesuffix(" HTTP/1.1").partition(" ")
        here, asked = urlsplit(self.redirect), urlsplit(wanted)
        hosts = [line[5:].strip() for line in rest if line[:5].lower() == "host:"]
        if method != "GET" or asked.path != (here.path or "/") or hosts != [here.netloc]:
            return "404 Not Found", ELSEWHERE
        if self._answer.done():
            return "409 Conflict", LATE
        try:
            code = self.code(asked.query)
        except NotOurs as other:
            return "400 Bad Request", Page("This is not the right answer", (_sentence(other), GO_ON))
        except Misconfigured as no:
            self._answer.set_exception(no)
            return "200 OK", Page("No consent was given", (_sentence(no), CLOSE))
        shown: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._answer.set_result((code, shown))
        page = await shown
        return "200 OK", page


GO_ON = "Joinly still waits: go back to the page on which you are asked, or open the address in the terminal once more."


@asynccontextmanager
async def listening(redirect: str, port: int) -> AsyncIterator[Listening]:
    """Listens where `redirect` says, or on `port` of this machine (0: a free one) for "".

    Whoever waits sets `code`. Raises `Misconfigured` when the port cannot be had.
    """
    answer: asyncio.Future[tuple[str, asyncio.Future[Page]]] = asyncio.get_running_loop().create_future()
    waiting = Listening(redirect, _nothing, answer)
    port = port or urlsplit(redirect).port or 0
    try:
        server = await asyncio.start_server(waiting.serve, HOST, port, limit=LONGEST)
    except OSError as error:
        raise Misconfigured(f"port {port} of this machine cannot be used ({error.strerror}); choose another") from None
    async with server:
        waiting.redirect = redirect or f"http://{HOST}:{server.sockets[0].getsockname()[1]}/"
        try:
            yield waiting
        finally:
            await waiting.said()
            if answer.done():
                answer.exception()  # it has been looked at


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _nothing(query: str) -> str:
    raise NotOurs("nothing was asked yet")
