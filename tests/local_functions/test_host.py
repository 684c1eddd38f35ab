"""The host with real worker processes: what it delivers, settles, repeats, kills and lets end."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from functions_world import KEY, World, asked, pids, until

from shared.errors import Misconfigured

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


async def test_messages_come_with_their_session_attempt_and_properties_and_are_completed(world: World) -> None:
    async with world.hosted():
        await world.send("one", "a", "b", session="s")
        await until(lambda: len(world.texts("one ended")) == 2, "both are handled")
    first, second = world.notes("one")
    assert (first["text"], first["session"], first["attempt"], first["n"]) == ("a", "s", 1, 0)
    assert (second["text"], second["n"]) == ("b", 1)
    async with world.hosted():
        await world.send("one", "c")
        await until(lambda: "c" in world.texts("one ended"), "the next one is handled")
    assert world.texts() == ["a", "b", "c"]


async def test_a_batch_holds_one_session_and_no_more_than_host_json_says(world: World) -> None:
    world.host_json({"maxMessageBatchSize": 3})
    await world.send("many", *"abcdefg", session="x")
    await world.send("many", "z", session="y")
    async with world.hosted():
        await until(lambda: sum(len(one["texts"]) for one in world.notes("many")) == 8, "all are handled")
    for one in world.notes("many"):
        assert len(one["texts"]) <= 3
        assert len(set(one["sessions"])) == 1
    assert [text for one in world.notes("many") if "x" in one["sessions"] for text in one["texts"]] == list("abcdefg")


async def test_a_poison_message_is_set_aside_after_its_last_attempt_and_blocks_nobody(world: World) -> None:
    await world.send("one", "poison", "after it", session="s")
    await world.send("one", "elsewhere", session="t")
    async with world.hosted() as host:
        await until(lambda: sorted(world.texts("one ended")) == ["after it", "elsewhere"], "others are handled")
        errors = host.told()["errors"]
    assert [one["attempt"] for one in world.notes("one") if one["text"] == "poison"] == [1, 2, 3]
    assert await world.dead_letters("one") == [("poison", "MaxDeliveryCountExceeded", 3)]
    assert "poisoned" in errors[0]["text"]


async def test_no_more_sessions_at_once_than_host_json_says_and_one_message_a_session(world: World) -> None:
    world.host_json({"maxConcurrentSessions": 2})
    await world.send("one", *(f"wait 0.2 {number}" for number in range(6)))
    most = 0
    async with world.hosted() as host:
        while len(world.texts("one ended")) < 6:
            most = max(most, host.instances[0].busy)
            await asyncio.sleep(0.01)
    assert most == 2


async def test_a_lock_is_renewed_while_its_message_is_handled(world: World) -> None:
    world.host_json({"maxAutoLockRenewalDuration": "00:01:00"})
    await world.send("one", "wait 7")
    async with world.hosted(instances=2):
        await until(lambda: world.texts("one ended"), "it is handled")
    assert [one["attempt"] for one in world.notes("one")] == [1], "twice its lock long, and nobody else got it"


async def test_a_lock_that_ran_out_in_mid_handler_means_another_delivery_and_no_harm(world: World) -> None:
    world.host_json({"maxAutoLockRenewalDuration": "00:00:00"})
    await world.send("one", "slow")
    async with world.hosted(instances=2):
        await until(lambda: len(world.notes("one")) == 2, "somebody else gets it")
        Path(world.settings["NOTES"] + ".go").touch()
        await until(lambda: world.texts("one ended"), "one of them ends")
    assert [one["attempt"] for one in world.notes("one")][:2] == [1, 2]


async def test_a_worker_that_dies_is_started_again_and_what_it_had_is_delivered_again(world: World) -> None:
    await world.send("one", "slow")
    async with world.hosted() as host:
        await until(lambda: world.notes("one"), "it is begun")
        Path(world.settings["NOTES"] + ".go").touch()
        os.kill(host.instances[0].pid or 0, signal.SIGKILL)
        await until(lambda: world.texts("one ended"), "it is done after all")
        assert host.instances[0].restarts == 1
    assert len(pids(world.notes("one"))) == 2


async def test_what_takes_longer_than_function_timeout_is_ended_with_its_worker(world: World) -> None:
    world.host_json(functionTimeout="00:00:01")
    await world.send("one", "slow")
    async with world.hosted() as host:
        await until(lambda: world.notes("one"), "it is begun")
        await until(lambda: host.instances[0].restarts, "its worker is killed")
        Path(world.settings["NOTES"] + ".go").touch()
        await until(lambda: world.texts("one ended"), "the next one does it")
    assert "functionTimeout" in host.told()["errors"][0]["text"]


async def test_many_short_sessions_are_shared_by_three_instances_and_each_is_handled_once(world: World) -> None:
    texts = [f"t{number}" for number in range(60)]
    async with world.hosted(instances=3):
        await world.send("one", *texts)
        await until(lambda: len(world.texts("one ended")) == 60, "all are handled")
    assert Counter(world.texts()) == Counter(texts)
    assert len(pids(world.notes("one"))) == 3


async def test_a_host_that_ends_lets_what_is_running_finish_and_takes_nothing_new(world: World) -> None:
    world.host_json({"maxConcurrentSessions": 1})
    await world.send("one", "wait 1", session="a")
    await world.send("one", "later", session="b")
    async with world.hosted():
        await until(lambda: world.notes("one"), "it is begun")
    assert world.texts("one ended") == ["wait 1"]
    async with world.hosted():
        await until(lambda: "later" in world.texts("one ended"), "the other is still there")
    assert [one["attempt"] for one in world.notes("one")] == [1, 1]


async def test_a_host_that_is_killed_takes_its_workers_along_and_the_next_one_goes_on(world: World) -> None:
    await world.send("one", "slow")
    (world.folder / "settings.json").write_text(json.dumps({"Values": world.settings}))
    command = ["-m", "local.functions", "--settings", str(world.folder / "settings.json")]
    started = [sys.executable, *command, "--app", str(world.folder / "app")]
    process = await asyncio.create_subprocess_exec(*started, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    await until(lambda: world.notes("one"), "it is begun")
    process.kill()
    await process.wait()
    [worker] = pids(world.notes("one"))
    await until(lambda: not Path(f"/proc/{worker}").exists(), "the worker is gone too")
    Path(world.settings["NOTES"] + ".go").touch()
    async with world.hosted():
        await until(lambda: world.texts("one ended"), "another host does it")


async def test_timers_fire_at_their_time_one_at_a_time_and_when_asked(world: World) -> None:
    world.settings |= {"TICK": "* * * * * *", "TICK_SECONDS": "1.5"}
    async with world.hosted(instances=2) as host:
        await until(lambda: len(world.notes("tick ended")) >= 2, "it fires twice")
        assert (await asked(host, "POST", "/admin/functions/tick")).status_code == 401
        assert (await asked(host, "POST", "/admin/functions/nobody", KEY)).status_code == 404
        assert (await asked(host, "POST", "/admin/functions/tick", KEY)).status_code == 202
    lines = Path(world.settings["NOTES"]).read_text().splitlines()
    running = 0
    for line in lines:
        running += 1 if '"tick"' in line else -1
        assert running in (0, 1)
    assert not any(one["past_due"] for one in world.notes("tick"))


async def test_a_timer_that_was_missed_while_the_host_was_away_fires_at_once_and_says_so(world: World) -> None:
    world.settings["TICK"] = "0 0 0 1 1 *"
    async with world.hosted():
        await until(lambda: (world.folder / "timers.json").exists(), "its time is remembered")
        assert world.notes("tick") == []
    long_ago = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    (world.folder / "timers.json").write_text(f'{{"tick": {{"last": "{long_ago}", "next": "{long_ago}"}}}}')
    async with world.hosted():
        await until(lambda: world.notes("tick ended"), "it fires")
    async with world.hosted():
        await asyncio.sleep(0.3)
    assert [one["past_due"] for one in world.notes("tick")] == [True]


async def test_http_comes_by_route_method_and_key_and_answers_as_the_app_says(world: World) -> None:
    async with world.hosted() as host:
        good = await asked(host, "POST", "/api/things/7?q=x", KEY, content="body")
        assert (good.status_code, good.headers["x-a"], good.headers["content-type"]) == (201, "b", "application/json")
        assert good.json() == {"id": "7", "q": "x", "body": "body"}
        assert (await asked(host, "GET", "/api/health")).text == "well"
        wrong = [("GET", "/api/things/7", ""), ("GET", "/api/things/7", "another"), ("PUT", "/api/things/7", KEY)]
        wrong += [("GET", "/things/7", KEY), ("GET", "/api/things/7?q=fail", KEY)]
        statuses = [(await asked(host, method, path, key)).status_code for method, path, key in wrong]
        assert statuses == [401, 401, 405, 404, 500]
        told = (await asked(host, "GET", "/admin/host/status", KEY)).json()
    assert told["functions"]["things"] == {"done": 1, "failed": 1}
    assert "asked how it is" in str(told["errors"])


async def test_an_app_that_azure_refuses_is_refused_with_the_reason(world: World) -> None:
    code = world.folder / "app" / "function_app.py"
    text = code.read_text()
    wrong = {
        "list\\[func.ServiceBusMessage\\]|non-type annotation": ("List[func", "list[func"),
        "two fields|fields instead of six": ("%TICK%", "0 0 * * *"),
        "is empty": ('queue_name="many"', 'queue_name=""'),
        "ONES is missing": ("%ONE%", "%ONES%"),
        "queues with sessions only": ("is_sessions_enabled=True)", "is_sessions_enabled=False)"),
    }
    for second, (said, (old, new)) in enumerate(wrong.items()):
        code.write_text(text.replace(old, new))
        os.utime(code, (second, second))  # what Python compiled is known by the second and the length of its text
        with pytest.raises(Misconfigured, match=said):
            async with world.hosted():
                pass
