"""Every request is counted, and in a preview nothing that writes leaves the process."""

import json

import httpx
import pytest

from shared.errors import Misconfigured, Refused, TryLater
from shared.wire import TIMEOUT, Meter, NotAllowedToWrite, open_http

AT = "https://hr.example.test/api"
READING = frozenset({"/auth/token", "query"})


class Recorder(httpx.AsyncBaseTransport):
    """The network's end of the wire: what reaches it has left the process."""

    def __init__(self) -> None:
        self.arrived: list[httpx.Request] = []
        self.closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.arrived.append(request)
        return httpx.Response(200, json={}, headers={"set-cookie": "session=1; Path=/"})

    async def aclose(self) -> None:
        self.closed = True


def batch(*parts: tuple[str, str]) -> bytes:
    return json.dumps({"requests": [{"id": "1", "method": method, "url": url} for method, url in parts]}).encode()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_safe_methods_count_as_reads(method: str) -> None:
    meter = Meter()
    async with open_http(meter, transport=Recorder()) as http:
        await http.request(method, f"{AT}/people")
    assert (meter.reads, meter.writes) == (1, 0)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"])
async def test_every_other_method_counts_as_a_write(method: str) -> None:
    meter = Meter()
    async with open_http(meter, transport=Recorder()) as http:
        await http.request(method, f"{AT}/people")
    assert (meter.reads, meter.writes) == (0, 1)


async def test_requests_are_counted_by_host_too() -> None:
    meter = Meter()
    async with open_http(meter, transport=Recorder()) as http:
        await http.get("https://one.example.test/a")
        await http.get("https://one.example.test/b")
        await http.post("https://two.example.test/a")
    assert {host: (count.reads, count.writes) for host, count in meter.hosts.items()} == {
        "one.example.test": (2, 0),
        "two.example.test": (0, 1),
    }


async def test_a_request_that_gets_no_answer_is_counted_all_the_same() -> None:
    class Broken(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("down")

    meter = Meter()
    async with open_http(meter, transport=Broken()) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(AT)
    assert meter.reads == 1


@pytest.mark.parametrize("path", ["/auth/token", "/query", "/deep/query", "/auth/token?x=1"])
async def test_a_reading_post_counts_as_a_read(path: str) -> None:
    meter = Meter()
    async with open_http(meter, reading_posts=READING, transport=Recorder()) as http:
        await http.post(AT + path)
    assert (meter.reads, meter.writes) == (1, 0)


@pytest.mark.parametrize("path", ["/token", "/myquery", "/query/1", "/x%2Fquery", "/people?to=/query", "/auth/tokens"])
async def test_a_post_only_reads_when_whole_segments_match(path: str) -> None:
    wire_end = Recorder()
    async with open_http(Meter(), writes_allowed=False, reading_posts=READING, transport=wire_end) as http:
        with pytest.raises(NotAllowedToWrite):
            await http.post(AT + path)
    assert wire_end.arrived == []


async def test_a_batch_counts_its_parts() -> None:
    meter = Meter()
    async with open_http(meter, reading_posts=READING, transport=Recorder()) as http:
        parts = [("GET", "/users/1"), ("get", "/users/2"), ("POST", "/x/query?a=1"), ("PATCH", "/users/3")]
        await http.post(f"{AT}/$batch", content=batch(*parts))
    assert (meter.reads, meter.writes) == (3, 1)


async def test_a_batch_of_reads_may_leave_in_a_preview() -> None:
    wire_end = Recorder()
    async with open_http(Meter(), writes_allowed=False, transport=wire_end) as http:
        await http.post(f"{AT}/$batch", content=batch(("GET", "/users/1")))
    assert len(wire_end.arrived) == 1


async def test_a_command_that_gets_something_may_leave_in_a_preview_and_counts_as_a_read() -> None:
    meter, wire_end = Meter(), Recorder()
    async with open_http(meter, writes_allowed=False, transport=wire_end) as http:
        await http.post(f"{AT}/InvokeCommand", json={"CmdletInput": {"CmdletName": "Get-Mailbox"}})
    assert (meter.reads, meter.writes) == (1, 0)


@pytest.mark.parametrize(
    "body",
    [
        b'{"CmdletInput": {"CmdletName": "Set-Mailbox"}}',
        b'{"CmdletInput": {"CmdletName": "get-mailbox"}}',
        b'{"CmdletInput": {"CmdletName": "GetThenRemove-Mailbox"}}',
        b'{"CmdletInput": {"CmdletName": ["Get-Mailbox"]}}',
        b'{"CmdletInput": []}',
        b"[]",
        b"not json",
        b"[" * 100_000,
    ],
)
async def test_a_command_that_changes_something_or_is_not_understood_never_leaves_in_a_preview(body: bytes) -> None:
    meter, wire_end = Meter(), Recorder()
    async with open_http(meter, writes_allowed=False, transport=wire_end) as http:
        with pytest.raises(NotAllowedToWrite):
            await http.post(f"{AT}/InvokeCommand", content=body)
    assert wire_end.arrived == []
    async with open_http(meter, transport=wire_end) as http:
        await http.post(f"{AT}/InvokeCommand", content=body)
    assert (meter.reads, meter.writes) == (0, 1)


@pytest.mark.parametrize(
    "body",
    [
        batch(("GET", "/users/1"), ("DELETE", "/users/2")),
        batch(),
        b"",
        b"not json",
        b"[]",
        b'{"requests": null}',
        b'{"requests": {"a": 1}}',
        b'{"requests": [{"method": 5, "url": "/x"}]}',
        b'{"requests": [{"method": "GET"}]}',
        b"[" * 100_000,
    ],
)
async def test_a_batch_that_writes_or_is_not_understood_never_leaves_in_a_preview(body: bytes) -> None:
    wire_end = Recorder()
    async with open_http(
        Meter(), writes_allowed=False, reading_posts=frozenset({"$batch"}), transport=wire_end
    ) as http:
        with pytest.raises(NotAllowedToWrite):
            await http.post(f"{AT}/$batch", content=body)
    assert wire_end.arrived == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_preview_refuses_a_write_before_it_leaves_and_does_not_count_it(method: str) -> None:
    wire_end, meter = Recorder(), Meter()
    async with open_http(meter, writes_allowed=False, transport=wire_end) as http:
        with pytest.raises(NotAllowedToWrite) as refusal:
            await http.request(method, f"{AT}/people/7?mail=anna@example.test", content=b"hidden")
    assert wire_end.arrived == []
    assert (meter.reads, meter.writes) == (0, 0)
    assert str(refusal.value) == f"{method} hr.example.test/api/people/7 would write, where only reading is allowed"


def test_writing_in_a_preview_is_a_bug_and_none_of_the_three_errors() -> None:
    assert not issubclass(NotAllowedToWrite, TryLater | Refused | Misconfigured | httpx.HTTPError)


async def test_a_preview_may_read() -> None:
    wire_end = Recorder()
    async with open_http(Meter(), writes_allowed=False, transport=wire_end) as http:
        assert (await http.get(AT)).status_code == 200


async def test_redirects_are_not_followed_and_cookies_are_not_kept() -> None:
    wire_end = Recorder()
    async with open_http(Meter(), transport=wire_end) as http:
        await http.get(AT)
        await http.get(AT)
        assert http.follow_redirects is False
    assert "cookie" not in wire_end.arrived[1].headers
    assert wire_end.closed


async def test_timeouts_are_explicit_and_no_proxy_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.test:1")
    wire_end = Recorder()
    async with open_http(Meter(), transport=wire_end) as http:
        assert http.timeout == TIMEOUT == httpx.Timeout(connect=10, read=60, write=30, pool=10)
        await http.get(AT)
    assert len(wire_end.arrived) == 1


async def test_without_a_transport_the_real_network_is_used() -> None:
    meter = Meter()
    async with open_http(meter) as http:
        with pytest.raises(httpx.TransportError):
            await http.get("http://127.0.0.1:1/")
    assert meter.hosts["127.0.0.1"].reads == 1
