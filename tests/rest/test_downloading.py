"""A file that lies elsewhere is fetched without any credential, whole, and onto disk; or it is plainly said why not."""

import gzip
import io
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from shared.downloading import Downloads, Ended
from shared.errors import Misconfigured, TryLater
from shared.rest import Manners
from shared.wire import Meter, open_http
from tests.rest.rest_world import Time

ADDRESS = "https://files.storage.example.test/a/secret-path.csv?sig=do-not-show"
Answer = Callable[[httpx.Request], httpx.Response]


class Storage(httpx.AsyncBaseTransport):
    def __init__(self, *answers: Answer) -> None:
        self.answers, self.heard = list(answers), list[httpx.Request]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(request)


class Slowly(httpx.AsyncByteStream):
    """A body that comes in pieces, and may end with an error."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self._pieces, self._error = pieces, error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._error:
            raise self._error


def body(*pieces: bytes, **headers: str) -> Answer:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(200, headers=told, stream=Slowly(*pieces))


def status(code: int, **headers: str) -> Answer:
    return lambda request: httpx.Response(code, headers={k.replace("_", "-"): v for k, v in headers.items()})


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("do-not-show")


def broken(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, stream=Slowly(b"first half", error=httpx.ReadError("do-not-show")))


async def fetched(
    storage: Storage,
    address: str = ADDRESS,
    *,
    time: Time | None = None,
    near: str = "https://hr.test",
    most: int = 100,
) -> bytes:
    time, into = time or Time(), io.BytesIO(b"what an earlier attempt has left, which may be long")
    async with open_http(Meter(), writes_allowed=False, transport=storage) as http:
        files = Downloads("HR", near, http, clock=time.clock, sleep=time.sleep, most=most)
        await files.fetch(address, into, "file 1")
    return into.read()


async def test_a_file_comes_whole_and_from_its_beginning_and_nothing_is_told_of_us() -> None:
    storage = Storage(body(b"one,", b"two", content_length="7"))
    assert await fetched(storage) == b"one,two"
    assert not {"authorization", "cookie"} & set(storage.heard[0].headers)


@pytest.mark.parametrize("code", [401, 403, 404, 410])
async def test_an_address_that_has_ended_is_for_the_system_to_renew(code: int) -> None:
    with pytest.raises(Ended, match=f"HR: the host of file 1 answered {code}$"):
        await fetched(Storage(status(code)))


async def test_a_busy_host_and_a_lost_answer_are_asked_again_and_then_left_for_later() -> None:
    time = Time()
    assert await fetched(Storage(status(503), lost, broken, body(b"x")), time=time) == b"x"
    assert time.slept == [1.0, 2.0, 4.0]
    storage = Storage(status(500))
    with pytest.raises(TryLater, match="answered 500; it is asked again later"):
        await fetched(storage)
    assert len(storage.heard) == Manners().attempts


async def test_a_host_that_says_when_is_heard() -> None:
    time = Time()
    assert await fetched(Storage(status(429, retry_after="7"), body(b"x")), time=time) == b"x"
    assert time.slept == [7.0]
    with pytest.raises(TryLater) as later:
        await fetched(Storage(status(429, retry_after="600")))
    assert later.value.seconds == 600


async def test_a_file_that_is_shorter_than_it_was_told_to_be_is_not_believed() -> None:
    with pytest.raises(TryLater, match="file 1 was cut off on its way"):
        await fetched(Storage(body(b"one,", content_length="7")))


async def test_a_file_that_was_packed_for_the_way_is_unpacked() -> None:
    packed = gzip.compress(b"one,two" * 10)
    way = body(packed, content_encoding="gzip", content_length=str(len(packed)))
    assert await fetched(Storage(way)) == b"one,two" * 10


async def test_a_file_that_is_longer_than_is_believed_is_not_read_to_its_end() -> None:
    with pytest.raises(Misconfigured, match="larger than 5 bytes"):
        await fetched(Storage(body(b"123", b"456", b"789")), most=5)


@pytest.mark.parametrize("code", [301, 307, 400, 416])
async def test_any_other_answer_is_for_a_person(code: int) -> None:
    with pytest.raises(Misconfigured, match=f"answered {code}; the interface may have changed"):
        await fetched(Storage(status(code, location="https://elsewhere.test")))


@pytest.mark.parametrize(
    "address",
    [
        "http://files.storage.example.test/a",
        "https://user:pass@files.storage.example.test/a",
        "https://169.254.169.254/metadata/identity",
        "https://[::1]/a",
        "https://127.0.0.1/a",
        "https://localhost/a",
        "https://intranet/a",
        "https://vault.internal/a",
        "ftp://files.storage.example.test/a",
        "file:///etc/passwd",
        "/relative",
        "",
        "https://",
        "http://[",
    ],
)
async def test_an_address_that_leads_to_no_public_host_is_not_asked(address: str) -> None:
    storage = Storage(body(b"x"))
    with pytest.raises(Misconfigured, match="the address of file 1"):
        await fetched(storage, address)
    assert storage.heard == []


async def test_files_on_this_machine_are_fetched_where_the_system_is_here_too() -> None:
    here = "http://127.0.0.1:5000/a.csv"
    assert await fetched(Storage(body(b"x")), here, near="http://127.0.0.1:4000") == b"x"


@pytest.mark.parametrize(
    "answer", [lost, broken, status(403), status(500), status(302), body(b"x", content_length="9")]
)
async def test_no_error_says_where_the_file_is(answer: Answer) -> None:
    with pytest.raises((Ended, TryLater, Misconfigured)) as failed:
        await fetched(Storage(answer))
    assert not [one for one in ("secret-path", "do-not-show", "storage.example") if one in str(failed.value)]
