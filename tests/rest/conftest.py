"""A shop to talk to, signed in, on a clock of its own."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.rest import Rest
from shared.wire import Meter, open_http
from tests.rest.rest_world import BASE, SECRET, Shop, SignIns, Time


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
async def http(shop: Shop, meter: Meter) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http(meter, transport=httpx.ASGITransport(shop.app())) as client:
        yield client


@pytest.fixture
def sign() -> SignIns:
    return SignIns([SECRET])


@pytest.fixture
def rest(http: httpx.AsyncClient, time: Time, sign: SignIns) -> Rest:
    return Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, sign=sign)
