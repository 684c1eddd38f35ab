"""A look at the local Azure reads well in a terminal and in a pipe, also when things are missing."""

from datetime import UTC, datetime

from rich.console import Console

from local.azure import view
from local.azure.watch import Look, Provisioned, Timer, Worker
from local.servicebus.broker import Length

NOW = datetime(2026, 3, 2, 8, 0, 5, tzinfo=UTC)
SEEN = Look(
    queues={"changes": Length(2, 1, 0), "provisioning": Length(0, 0, 3)},
    tables={"state": 1200, "ledger": -1},
    timers=[
        Timer("read", "poll", None, NOW, False),
        Timer("read", "tokens", NOW, NOW, True),
        Timer("write", "tokens", NOW, NOW, False),
    ],
    workers=[Worker("read", 4711, 0, 3), Worker("write", None, 2, 0)],
    done={"changes": (5, 1)},
    provisioned=Provisioned(200, 4, 190, 1234),
    errors=[(NOW, "read: changes: Executed (Failed): a worker ended")],
    silent=["write"],
)
REST = Look({}, {}, [], [Worker("read", 1, 0, 0)], {}, Provisioned(0, 0, 0, 0), [], [])


def drawn(seen: Look, width: int) -> str:
    page = Console(width=width, force_terminal=False, highlight=False)
    with page.capture() as captured:
        page.print(view.page(seen, ["heading"], width))
    return captured.get()


def test_a_terminal_shows_every_part_at_any_width() -> None:
    for width in (60, 100, 160):
        text = drawn(SEEN, width)
        for part in ("changes", "1,200", "4711", "08:00:05", "tokens (write)", "silent", "a worker ended", "1,234"):
            assert part in text, (width, part)
        assert max(map(len, text.splitlines())) <= width
    assert "nothing went wrong" in drawn(REST, 100)


def test_a_pipe_gets_whole_lines() -> None:
    assert list(view.lines(SEEN)) == [
        "queues: changes 2 (+1 later, 0 dead), provisioning 0 (+0 later, 3 dead)",
        "tables: state 1,200, ledger ?",
        "functions: changes 5 ok 1 failed",
        "workers: read 4711 (0 restarts), write starting (2 restarts)",
        "tenant: 200 enabled, 4 disabled, 190 with a manager, 1,234 writes",
        "error: 08:00:05 read: changes: Executed (Failed): a worker ended",
        "error: the host of write does not answer",
    ]


def test_at_rest_means_nothing_waits_runs_or_is_silent() -> None:
    assert REST.quiet
    assert not SEEN.quiet
