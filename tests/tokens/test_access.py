"""Access tokens over real HTTP: reused, renewed in time, shared by workers, saved before they are used."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import ClassVar

import pytest

from local.authorization import EXACT, NMBRS, Manners, Registered
from shared.errors import Misconfigured, TryLater
from shared.store import Change, Row, Store
from shared.tokens.deciding import Budget, Rules
from shared.tokens.sealed import new_key
from tests.tokens.tokens_world import CLIENT, CONSENTS, MONTH, PLACE, SECRET, World, ring, world

ITSELF = Rules()


async def test_an_app_that_signs_in_itself_does_so_once_for_all_workers_and_runs(vendor: World) -> None:
    oauth = vendor.oauth(ITSELF)
    assert [await vendor.people(vendor.worker(oauth)) for _ in range(5)] == [200] * 5
    assert vendor.authority.sign_ins == 1
    await vendor.time.sleep(3600 - 59)
    assert await vendor.people(vendor.worker(oauth)) == 200
    assert vendor.authority.sign_ins == 2


async def test_many_requests_of_one_worker_wait_for_one_sign_in(vendor: World) -> None:
    access = vendor.worker(vendor.oauth(ITSELF))
    assert len(set(await asyncio.gather(*(access() for _ in range(20))))) == 1
    assert vendor.authority.sign_ins == 1


async def test_workers_that_race_sign_in_once(vendor: World) -> None:
    vendor.time.passing = 0
    workers = [vendor.worker(vendor.oauth(ITSELF)) for _ in range(6)]
    assert len({await one for one in asyncio.as_completed([worker() for worker in workers])}) == 1
    assert vendor.authority.sign_ins == 1


async def test_a_consent_lives_on_though_each_refresh_token_is_good_once(vendor: World) -> None:
    await vendor.consented()
    for _ in range(20):
        await vendor.time.sleep(7 * 86_400)
        assert await vendor.people(vendor.worker()) == 200
    assert vendor.authority.reused == 0


async def test_a_token_that_was_taken_back_is_replaced_once(vendor: World) -> None:
    await vendor.consented()
    access = vendor.worker()
    await access()
    vendor.authority.end_accesses()
    assert await vendor.people(access) == 200
    assert vendor.authority.sign_ins == 2


async def test_what_another_worker_renewed_is_used_and_not_renewed_again(vendor: World) -> None:
    await vendor.consented()
    one, other = vendor.worker(), vendor.worker()
    old = await one()
    assert await other() == old
    vendor.authority.end_accesses()
    new = await one(old)
    assert await other(old) == new
    assert vendor.authority.sign_ins == 2


async def test_a_consent_that_was_taken_back_says_who_must_do_what(vendor: World) -> None:
    await vendor.consented()
    vendor.authority.revoke(CLIENT)
    access = vendor.worker()
    assert await vendor.worker()()  # nobody knows yet
    for _ in range(3):
        with pytest.raises(Misconfigured, match=r"^sources\.hr: .* must consent: joinly connect POLICY sources\.hr$"):
            await vendor.people(access)
    assert vendor.authority.sign_ins == 2  # it is not asked again and again


async def test_a_consent_that_was_never_given_is_not_asked_for(vendor: World) -> None:
    with pytest.raises(Misconfigured, match="nobody has consented to it yet"):
        await vendor.worker()()
    assert vendor.authority.sign_ins == 0


async def test_nmbrs_gives_no_refresh_token_without_offline_access() -> None:
    async with world(NMBRS) as nmbrs:
        oauth = nmbrs.oauth(scopes=("people.read",))
        await nmbrs.consented(oauth)
        assert await nmbrs.people(nmbrs.worker(oauth)) == 200
        await nmbrs.time.sleep(3600)
        with pytest.raises(Misconfigured, match="joinly connect"):
            await nmbrs.worker(oauth)()


class TestExact:
    """600 seconds, as text; no sooner than 570 after the last; an old refresh token is answered 401."""

    rules = Rules(consents=True, unused=MONTH, pause=timedelta(seconds=570), lifetime=timedelta(seconds=600))
    codes: ClassVar = {"gone": {"invalid_grant", "unauthorized_client"}, "busy": {"access_denied"}}

    @pytest.fixture
    async def exact(self) -> AsyncIterator[World]:
        async with world(EXACT) as running:
            await running.consented(running.oauth(self.rules, **self.codes))
            yield running

    async def test_hours_of_reading_is_never_too_early(self, exact: World) -> None:
        access = exact.worker(exact.oauth(self.rules, **self.codes))
        for _ in range(80):
            await exact.time.sleep(60)
            assert await exact.people(access) == 200
        assert exact.authority.reused == 0
        assert exact.authority.sign_ins <= 80 * 60 // 570 + 1

    async def test_a_token_refused_before_the_pause_is_over_is_for_later(self, exact: World) -> None:
        access = exact.worker(exact.oauth(self.rules, **self.codes))
        await access()
        exact.authority.end_accesses()
        with pytest.raises(TryLater, match="not be asked for a token before 2026-03-02 08:09:30 UTC") as later:
            await exact.people(access)
        await exact.time.sleep(later.value.seconds)
        assert await exact.people(access) == 200

    async def test_a_busy_answer_that_holds_new_tokens_is_saved(self, exact: World) -> None:
        await exact.time.sleep(600)
        exact.faults.busy_but_given = 1
        oauth = exact.oauth(self.rules, **self.codes)
        assert await exact.people(exact.worker(oauth)) == 200
        await exact.time.sleep(600)
        assert await exact.people(exact.worker(oauth)) == 200

    async def test_an_answer_that_was_lost_is_asked_for_once_more_and_then_a_person_must_consent(
        self, exact: World
    ) -> None:
        await exact.time.sleep(600)
        exact.faults.lost = 1
        access = exact.worker(exact.oauth(self.rules, **self.codes))
        with pytest.raises(TryLater, match="got no answer"):
            await access()
        await exact.time.sleep(600)
        with pytest.raises(Misconfigured, match=r"an answer was lost.*joinly connect POLICY"):
            await access()
        assert exact.authority.reused == 1


@pytest.mark.parametrize("fault", ["deaf", "busy"])
async def test_a_request_that_was_never_read_costs_nothing(fault: str, vendor: World) -> None:
    await vendor.consented()
    await vendor.time.sleep(3600)
    setattr(vendor.faults, fault, 1)
    access = vendor.worker()
    with pytest.raises(TryLater):
        await access()
    assert await vendor.people(access) == 200
    assert vendor.authority.reused == 0


async def test_a_vendor_with_days_of_grace_gives_back_what_was_lost() -> None:
    async with world(Manners(grace=timedelta(minutes=10))) as kind:
        await kind.consented()
        await kind.time.sleep(3600)
        kind.faults.lost = 1
        with pytest.raises(TryLater):
            await kind.worker()()
        assert await kind.people(kind.worker()) == 200


async def test_a_busy_vendor_says_how_long(vendor: World) -> None:
    vendor.faults.busy, vendor.faults.retry_after = 1, "17"
    with pytest.raises(TryLater, match="answered 429") as later:
        await vendor.worker(vendor.oauth(ITSELF))()
    assert later.value.seconds == 17.0


async def test_a_vendor_that_never_answers_is_left_within_the_lease(
    vendor: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.faults.slow = 5
    with monkeypatch.context() as hurried:
        hurried.setattr("shared.oauth.asking.SECONDS", 0.1)
        with pytest.raises(TryLater, match="the token endpoint gave no answer in"):
            await vendor.worker(vendor.oauth(ITSELF))()
    vendor.faults.slow = 0
    assert await vendor.people(vendor.worker(vendor.oauth(ITSELF))) == 200


async def test_a_web_page_instead_of_a_token_is_misconfigured(vendor: World) -> None:
    vendor.faults.page = True
    with pytest.raises(Misconfigured, match="POST /token answered 200 without a token; check secret:hr-secret"):
        await vendor.worker(vendor.oauth(ITSELF))()


async def test_a_secret_that_was_changed_is_read_anew_once(vendor: World) -> None:
    vendor.authority.clients[CLIENT].secret = "the new one"
    oauth, vault = vendor.oauth(ITSELF), vendor.secrets

    async def asked(name: str) -> str:
        return "the new one" if vendor.forgotten else vault[name]

    vendor.secret = asked  # type: ignore[method-assign]
    assert await vendor.people(vendor.worker(oauth)) == 200
    assert vendor.forgotten == ["secret:hr-secret"]


async def test_a_secret_that_is_wrong_is_sent_once_and_named(vendor: World) -> None:
    vendor.secrets["secret:hr-secret"] = "wrong"
    with pytest.raises(Misconfigured, match=r"\(invalid_client\); check secret:hr-secret"):
        await vendor.worker(vendor.oauth(ITSELF))()
    assert vendor.authority.sign_ins == 1
    vendor.secrets["secret:hr-secret"] = SECRET
    assert await vendor.people(vendor.worker(vendor.oauth(ITSELF))) == 200


async def test_a_client_may_say_who_it_is_in_the_header_with_its_names_encoded(vendor: World) -> None:
    """Nmbrs' secrets hold `*` and `$`; not percent-encoded they are an invalid_client."""
    vendor.authority.clients[CLIENT].basic = True
    assert await vendor.people(vendor.worker(vendor.oauth(ITSELF, client="basic"))) == 200


async def test_a_vendors_own_parameter_is_sent(vendor: World) -> None:
    """Visma Connect: without tenant_id there is a token that opens nothing."""
    vendor.authority.clients[CLIENT].extra = {"tenant_id": "t-1"}
    with pytest.raises(Misconfigured, match="invalid_request"):
        await vendor.worker(vendor.oauth(ITSELF))()
    assert await vendor.people(vendor.worker(vendor.oauth(ITSELF, extra={"tenant_id": "t-1"}))) == 200


async def test_a_budget_is_kept_by_all_workers_together(vendor: World) -> None:
    oauth = vendor.oauth(Rules(budget=Budget(calls=10, seconds=3600)))
    for turn in range(3):
        vendor.authority.end_accesses()
        await vendor.time.sleep(1)
        with pytest.raises(TryLater, match="ask it less often") if turn else nullcontext():
            await vendor.people(vendor.worker(oauth))
    assert vendor.authority.sign_ins == 1


async def test_another_scope_than_was_asked_for_is_kept_as_granted(vendor: World) -> None:
    await vendor.consented()
    known = await vendor.worker().known()
    assert known is not None
    assert known.scopes == ("people.read", "offline_access")


async def test_a_client_without_a_secret_sends_none(vendor: World) -> None:
    vendor.authority.register(Registered(id="public", grants=frozenset({"client_credentials"})))
    assert await vendor.people(vendor.worker(vendor.oauth(ITSELF, client_id="public", client_secret=""))) == 200


class Fragile(Store):
    """A store that takes nothing for a while, or loses its answers."""

    def __init__(self, inner: Store) -> None:
        self.inner, self.busy, self.lost = inner, 0, 0

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        return await self.inner.get(table, partition, key)

    def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        return self.inner.scan(table, partition, first, last)

    def everything(self, table: str) -> AsyncIterator[Row]:
        return self.inner.everything(table)

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        if self.busy:
            self.busy -= 1
            raise TryLater("the store is busy", 1)
        done = await self.inner.commit(table, partition, changes)
        if self.lost:
            self.lost -= 1
            raise TryLater("the store's answer is lost", 1)
        return done


async def test_new_tokens_that_cannot_be_saved_are_not_used_and_are_saved_when_the_store_is_back(vendor: World) -> None:
    await vendor.consented()
    await vendor.time.sleep(3600)
    fragile = Fragile(vendor.store)
    access = vendor.worker(store=fragile)
    asks = access._asks

    async def then_the_store_goes(refresh: str, /) -> object:
        answer = await asks(refresh)
        fragile.busy = 6
        return answer

    access._asks = then_the_store_goes  # type: ignore[assignment]
    with pytest.raises(TryLater, match="the store is busy"):
        await access()
    assert fragile.busy == 1
    with pytest.raises(TryLater):
        await vendor.worker()()  # another one waits: the lease is not over
    assert await vendor.people(access) == 200
    assert await vendor.people(vendor.worker()) == 200
    assert (vendor.authority.reused, vendor.authority.sign_ins) == (0, 2)


async def test_a_store_that_loses_its_answers_loses_no_token(vendor: World) -> None:
    await vendor.consented()
    fragile = Fragile(vendor.store)
    for _ in range(5):
        await vendor.time.sleep(3600)
        fragile.lost = 2
        assert await vendor.people(vendor.worker(store=fragile)) == 200
    assert vendor.authority.reused == 0


async def test_a_worker_that_is_told_to_stop_saves_the_answer_that_is_under_way(vendor: World) -> None:
    await vendor.consented()
    await vendor.time.sleep(3600)
    vendor.faults.slow = 0.05
    stopping = asyncio.create_task(vendor.worker()())
    while not vendor.faults.asked:  # noqa: ASYNC110 - a server has no event for it
        await asyncio.sleep(0.005)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    vendor.faults.slow = 0
    assert await vendor.people(vendor.worker()) == 200
    assert (vendor.authority.reused, vendor.authority.sign_ins) == (0, 2)


@pytest.mark.parametrize("fault", ["revoked", "wrong secret", "lost", "page", "busy"])
async def test_no_error_log_or_repr_shows_a_token_or_a_secret(
    fault: str, vendor: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    oauth, told = vendor.oauth(), ""
    await vendor.consented(oauth)
    await vendor.time.sleep(3600)
    match fault:
        case "revoked":
            vendor.authority.revoke(CLIENT)
        case "wrong secret":
            vendor.authority.clients[CLIENT].secret = "another"
        case "lost":
            vendor.faults.lost = 1
        case "page":
            vendor.faults.page = True
        case "busy":
            vendor.faults.busy = 9
    access = vendor.worker(oauth)
    try:
        await access()
    except (TryLater, Misconfigured) as error:
        told = "".join(traceback.format_exception(error)) + repr(error)
    assert told
    kept = await vendor.rows().read(PLACE)
    row = await vendor.store.get("tokensread", "tokens", PLACE)
    shown = told + caplog.text + repr(access) + repr(kept) + repr(row) + repr(oauth) + repr(vars(access))
    hidden = [SECRET, *vendor.authority.refreshes, *vendor.authority.accesses, *vendor.authority.codes]
    assert not [one for one in hidden if one in shown]


async def test_without_the_old_key_an_app_that_signs_in_itself_does_so_and_a_person_must_consent(
    vendor: World,
) -> None:
    assert await vendor.people(vendor.worker(vendor.oauth(ITSELF))) == 200
    vendor.keys = ring(new_key())
    assert await vendor.people(vendor.worker(vendor.oauth(ITSELF))) == 200
    assert vendor.authority.sign_ins == 2
    await vendor.consented()
    vendor.keys = ring(new_key())
    with pytest.raises(Misconfigured, match="do not open its tokens"):
        await vendor.worker()()
    await vendor.consented()
    assert await vendor.people(vendor.worker()) == 200


async def test_the_timer_renews_a_consent_every_week_and_nothing_else(vendor: World) -> None:
    await vendor.consented()
    renewed = []
    for _ in range(60):
        await vendor.time.sleep(86_400)
        renewed.append(await vendor.worker().renew())
    assert sum(renewed) == 7
    assert vendor.authority.sign_ins == 8
    assert not await vendor.worker(vendor.oauth(ITSELF)).renew()
    assert await vendor.people(vendor.worker(vendor.oauth(CONSENTS))) == 200
