"""One request: signed, tried again when that is safe, and judged by what to do next."""

import asyncio
import traceback

import httpx
import pytest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from shared.answers import rows
from shared.errors import Misconfigured, Refused, TryLater
from shared.flow import Bucket
from shared.rest import Manners, Rest, segment
from shared.wire import Meter, open_http
from tests.rest.rest_world import BASE, SECRET, Shop, SignIns, Time


def busy(status: int, retry_after: str = "") -> Response:
    return Response(status_code=status, headers={"retry-after": retry_after} if retry_after else {})


async def test_an_answer_is_decoded_and_the_token_is_sent(rest: Rest, shop: Shop) -> None:
    shop.rows = [{"id": 1}]
    assert await rest.get("/people") == {"rows": [{"id": 1}]}
    assert shop.seen[0].headers["authorization"] == f"Bearer {SECRET}"
    assert shop.seen[0].url.path == "/api/people"


async def test_an_empty_body_is_nothing(rest: Rest, shop: Shop) -> None:
    shop.script = [Response(status_code=204), Response(b"  ", status_code=200)]
    assert await rest.call("PATCH", "/people/7", json={"a": 1}) is None
    assert await rest.get("/people") is None


async def test_every_request_is_signed_and_nothing_newer_is_asked_for_while_it_is_accepted(
    rest: Rest, sign: SignIns
) -> None:
    await asyncio.gather(*(rest.get("/people") for _ in range(5)))
    assert sign.count == 0


async def test_requests_that_meet_a_401_together_are_signed_anew_with_the_same_newer_token(
    shop: Shop, rest: Rest, sign: SignIns
) -> None:
    sign.tokens = ["first", "second", "third"]
    shop.valid = {"second"}
    await asyncio.gather(*(rest.get("/people") for _ in range(3)))
    assert sign.tokens == ["second", "third"]


async def test_a_second_401_is_misconfigured_and_says_what_to_check(shop: Shop, rest: Rest, sign: SignIns) -> None:
    sign.tokens, shop.valid = ["first", "second", "third"], set()
    told = r"Shop: GET /api/people answered 401: .* nor is a new one; check secret:shop-token"
    with pytest.raises(Misconfigured, match=told):
        await rest.get("/people")
    assert (sign.count, len(shop.seen)) == (1, 2)


async def test_what_was_refused_is_not_sent_again_when_there_is_nothing_newer(
    shop: Shop, rest: Rest, sign: SignIns
) -> None:
    shop.valid = set()
    with pytest.raises(Misconfigured, match="check secret:shop-token"):
        await rest.get("/people")
    assert (sign.count, len(shop.seen)) == (1, 1)


async def test_a_401_without_sign_in_is_misconfigured_at_once(http: httpx.AsyncClient, time: Time, shop: Shop) -> None:
    shop.script = [busy(401)]
    with pytest.raises(Misconfigured):
        await Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep).get("/people")
    assert len(shop.seen) == 1


async def test_a_write_that_met_a_401_is_sent_again_for_it_was_not_done(shop: Shop, rest: Rest, sign: SignIns) -> None:
    sign.tokens, shop.valid = ["first", "second"], {"second"}
    await rest.call("PATCH", "/people/7", json={"a": 1})
    assert [request.method for request in shop.seen] == ["PATCH", "PATCH"]


async def test_fixed_headers_are_sent_beside_the_signature(
    http: httpx.AsyncClient, time: Time, sign: SignIns, shop: Shop
) -> None:
    rest = Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, sign=sign, headers={"X-Key": "k"})
    await rest.get("/people")
    assert shop.seen[0].headers["authorization"] == f"Bearer {SECRET}"
    assert shop.seen[0].headers["x-key"] == "k"


async def test_a_throttled_read_waits_as_long_as_it_is_told(rest: Rest, shop: Shop, time: Time) -> None:
    shop.script = [busy(429, "7")]
    await rest.get("/people")
    assert time.slept == [7.0]


async def test_a_throttled_read_waits_until_the_date_it_is_told(rest: Rest, shop: Shop, time: Time) -> None:
    shop.script = [busy(503, "Mon, 02 Mar 2026 08:00:25 GMT"), busy(503, "Mon, 02 Mar 2026 07:00:00 GMT")]
    await rest.get("/people")
    assert time.slept == [25.0, 0.0]


async def test_a_throttled_read_that_is_told_nothing_waits_longer_each_time(rest: Rest, shop: Shop, time: Time) -> None:
    rest.manners = Manners(wait=3.0)
    shop.script = [busy(429), busy(429, "soon"), busy(429, "Mon, 02 Mar 2026 08:00:25")]
    await rest.get("/people")
    assert time.slept == [3.0, 6.0, 12.0]


async def test_a_read_is_tried_a_bounded_number_of_times(rest: Rest, shop: Shop, time: Time) -> None:
    rest.manners = Manners(wait=3.0, attempts=3)
    shop.script = [busy(429) for _ in range(9)]
    with pytest.raises(TryLater, match="Shop: GET /api/people answered 429") as later:
        await rest.get("/people")
    assert (len(shop.seen), time.slept, later.value.seconds) == (3, [3.0, 6.0], 12.0)


async def test_a_wait_that_is_too_long_is_left_to_whoever_asked(rest: Rest, shop: Shop, time: Time) -> None:
    shop.script = [busy(429, "3600")]
    with pytest.raises(TryLater) as later:
        await rest.get("/people")
    assert (later.value.seconds, time.slept) == (3600.0, [])


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
async def test_a_busy_server_is_asked_again(status: int, rest: Rest, shop: Shop, time: Time) -> None:
    shop.script = [busy(status), busy(status)]
    assert await rest.get("/people") == {"rows": []}
    assert time.slept == [1.0, 2.0]


async def test_an_unknown_failure_of_the_server_is_for_later_too(rest: Rest, shop: Shop) -> None:
    shop.script = [busy(501) for _ in range(4)]
    with pytest.raises(TryLater):
        await rest.get("/people")


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
async def test_a_write_is_never_tried_again(method: str, rest: Rest, shop: Shop, time: Time) -> None:
    shop.script = [busy(503, "7")]
    with pytest.raises(TryLater) as later:
        await rest.call(method, "/people/7")
    assert (len(shop.seen), time.slept, later.value.seconds) == (1, [], 7.0)


async def test_a_reading_post_is_tried_again(rest: Rest, shop: Shop) -> None:
    shop.script = [busy(503)]
    assert await rest.call("POST", "/search", json={"a": 1}, reading=True) == {"rows": []}
    assert len(shop.seen) == 2


async def test_the_body_is_sent_whole_at_every_attempt(rest: Rest, shop: Shop) -> None:
    shop.script = [busy(503)]
    await rest.send("POST", "/search", content=b"<soap/>", headers={"content-type": "text/xml"}, reading=True)
    assert [await request.body() for request in shop.seen] == [b"<soap/>"] * 2
    assert shop.seen[1].headers["content-type"] == "text/xml"


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 412, 422])
async def test_what_is_declined_is_refused(status: int, rest: Rest, shop: Shop) -> None:
    shop.script = [JSONResponse({"error": "Anna Visser is not known"}, status)]
    with pytest.raises(Refused) as refusal:
        await rest.get("/people/7")
    assert str(refusal.value) == f"Shop: GET /api/people/7 answered {status}"


@pytest.mark.parametrize("status", [404, 410])
async def test_looking_for_what_is_not_there_finds_nothing(status: int, rest: Rest, shop: Shop) -> None:
    shop.script = [busy(status)]
    assert await rest.find("/people/7") is None
    assert await rest.find("/people/8", {"limit": 1}) == {"rows": []}


async def test_looking_where_one_may_not_look_is_refused(rest: Rest, shop: Shop) -> None:
    shop.script = [busy(403)]
    with pytest.raises(Refused):
        await rest.find("/people/7")


@pytest.mark.parametrize("status", [301, 302, 307])
async def test_a_redirect_is_misconfigured_and_not_followed(status: int, rest: Rest, shop: Shop) -> None:
    shop.script = [Response(status_code=status, headers={"location": "https://elsewhere.example.test/"})]
    with pytest.raises(Misconfigured, match="check the base address"):
        await rest.get("/people")
    assert len(shop.seen) == 1


async def test_a_web_page_instead_of_json_is_misconfigured(rest: Rest, shop: Shop) -> None:
    shop.script = [HTMLResponse("\n<html>Hello Anna</html>")]
    with pytest.raises(Misconfigured, match="answered 200 with a web page instead of JSON") as refusal:
        await rest.get("/people")
    assert "Anna" not in str(refusal.value)


async def test_plain_text_instead_of_json_is_misconfigured(rest: Rest, shop: Shop) -> None:
    shop.script = [PlainTextResponse("Hello Anna")]
    with pytest.raises(Misconfigured, match="with text instead of JSON"):
        await rest.get("/people")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"rows": [{"id', "application/json"),
        (b'{"salary": NaN}', "application/json; charset=utf-8"),
        (b"\xff\xfe\xff", "application/problem+json"),
        (b"[" * 100_000, "application/json"),
    ],
)
async def test_broken_json_is_for_later(body: bytes, kind: str, rest: Rest, shop: Shop) -> None:
    shop.script = [Response(body, media_type=kind)]
    with pytest.raises(TryLater, match="cut off or broken"):
        await rest.get("/people")


async def test_json_is_believed_whatever_it_calls_itself(rest: Rest, shop: Shop) -> None:
    shop.script = [Response(b'\xef\xbb\xbf{"a": 1}', media_type="text/plain")]
    assert await rest.get("/people") == {"a": 1}


async def test_a_failing_server_that_answers_a_web_page_is_for_later(rest: Rest, shop: Shop) -> None:
    shop.script = [HTMLResponse("<html/>", 502) for _ in range(4)]
    with pytest.raises(TryLater):
        await rest.get("/people")


@pytest.mark.parametrize("answer", [None, [], {"rows": None}, {"rows": {}}, {"rows": [1]}, {"else": []}])
def test_an_answer_without_records_is_misconfigured(answer: object) -> None:
    with pytest.raises(Misconfigured, match="'rows'"):
        rows("Shop", answer, "rows")


def test_records_are_taken_out_of_an_answer() -> None:
    assert rows("Shop", {"rows": [{"id": 1}]}, "rows") == [{"id": 1}]


async def test_the_connector_may_judge_an_answer_first(http: httpx.AsyncClient, time: Time, shop: Shop) -> None:
    def judge_first(response: httpx.Response) -> None:
        if response.status_code == 500:
            raise Refused("a business rule that this system answers with 500")

    shop.script = [busy(500)]
    rest = Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, judge_first=judge_first)
    with pytest.raises(Refused):
        await rest.get("/people")
    assert await rest.get("/people") == {"rows": []}


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError(f"no route to {SECRET}"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError(f"illegal header line: {SECRET}"),
        httpx.PoolTimeout("full"),
    ],
)
async def test_a_lost_answer_is_for_later_and_says_nothing_of_what_was_sent(
    error: httpx.HTTPError, time: Time, sign: SignIns
) -> None:
    class Cut(httpx.AsyncBaseTransport):
        tries = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            Cut.tries += 1
            raise error

    async with open_http(Meter(), transport=Cut()) as http:
        rest = Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, sign=sign, manners=Manners(attempts=2))
        who = {"mail": "anna@example.test"}
        with pytest.raises(TryLater) as later:
            await rest.get("/people", who)
    told = "".join(traceback.format_exception(later.value))
    assert str(later.value) == f"Shop: GET /api/people got no answer ({type(error).__name__})"
    assert SECRET not in told
    assert "anna" not in told
    assert Cut.tries == 2


def test_a_client_shows_no_secret(rest: Rest) -> None:
    assert SECRET not in repr(rest)


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example.test/x", "http://hr.example.test/x", "https://hr.example.test:8443/x"]
)
async def test_no_request_goes_to_another_host(path: str, rest: Rest, shop: Shop, sign: SignIns) -> None:
    with pytest.raises(Misconfigured, match="another host"):
        await rest.get(path)
    assert (shop.seen, sign.count) == ([], 0)


async def test_an_address_with_a_user_name_or_that_is_none_is_not_used(rest: Rest) -> None:
    with pytest.raises(Misconfigured, match="another host"):
        await rest.get("https://user@hr.example.test/x")
    with pytest.raises(Misconfigured, match="an address that is none"):
        await rest.get("https://hr.example.test:port/x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", "7"), ("..", "%2E%2E"), (".", "%2E"), ("a/b?c#d%2F", "a%2Fb%3Fc%23d%252F"), ("é", "%C3%A9")],
)
async def test_a_hostile_id_stays_one_segment_of_the_path(text: str, expected: str, rest: Rest, shop: Shop) -> None:
    await rest.get(f"/people/{segment(text)}/jobs")
    assert shop.seen[0].scope["raw_path"] == f"/api/people/{expected}/jobs".encode()


async def test_requests_are_paced(http: httpx.AsyncClient, time: Time) -> None:
    bucket = Bucket(every=0.5, burst=2, clock=time.clock, sleep=time.sleep)
    rest = Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, pace=bucket)
    for _ in range(4):
        await rest.get("/people")
    assert time.slept == [0.5, 0.5]


async def test_no_more_requests_are_under_way_than_the_system_takes(shop: Shop, time: Time) -> None:
    under_way, most = 0, 0

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json={})

    async with open_http(Meter(), transport=httpx.MockTransport(slow)) as http:
        rest = Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, manners=Manners(width=3))
        await asyncio.gather(*(rest.get("/rows") for _ in range(10)))
    assert most == 3
