"""A look at the local Azure as a reader sees it: one page that is drawn over itself, or plain lines."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from local.azure.watch import Look


def page(seen: Look, heading: Iterable[str], width: int) -> RenderableType:
    """For a terminal."""
    parts: list[RenderableType] = [*(Text(line, style="dim", overflow="fold") for line in heading), Text()]
    blocks = [_queues(seen), _functions(seen), _timers(seen), _workers(seen), _tables(seen), _tenant(seen)]
    parts.append(Columns(blocks, padding=(1, 3)) if width >= 80 else Group(*blocks))
    parts.append(Text())
    parts += _errors(seen)
    return Group(*parts)


def lines(seen: Look) -> Iterator[str]:
    """For a pipe."""
    yield "queues: " + ", ".join(
        f"{name} {one.active} (+{one.scheduled} later, {one.dead} dead)" for name, one in seen.queues.items()
    )
    yield "tables: " + ", ".join(f"{name} {_count(rows)}" for name, rows in seen.tables.items())
    yield "functions: " + (
        ", ".join(f"{name} {ok} ok {bad} failed" for name, (ok, bad) in seen.done.items()) or "none ran"
    )
    yield "workers: " + ", ".join(
        f"{one.app} {one.pid or 'starting'} ({one.restarts} restarts)" for one in seen.workers
    )
    one = seen.provisioned
    accounts = f"{one.enabled} enabled, {one.disabled} disabled, {one.managers} with a manager"
    yield f"tenant: {accounts}, {one.writes:,} writes"
    for at, text in seen.errors:
        yield f"error: {at:%H:%M:%S} {text}"
    for app in seen.silent:
        yield f"error: the host of {app} does not answer"


def _queues(seen: Look) -> Table:
    table = _table("queues", "due", "later", "dead")
    for name, one in seen.queues.items():
        table.add_row(name, str(one.active), str(one.scheduled), Text(str(one.dead), style="red" if one.dead else ""))
    return table


def _functions(seen: Look) -> Table:
    table = _table("functions", "done", "failed")
    for name, (done, failed) in seen.done.items():
        table.add_row(name, str(done), Text(str(failed), style="red" if failed else ""))
    return table


def _timers(seen: Look) -> Table:
    table = _table("timers (UTC)", "last", "next")
    twice = {name for name, count in Counter(one.name for one in seen.timers).items() if count > 1}
    for one in seen.timers:
        name = f"{one.name} ({one.app})" if one.name in twice else one.name
        table.add_row(name, _time(one.last), Text("now", style="green") if one.running else _time(one.next))
    return table


def _workers(seen: Look) -> Table:
    table = _table("workers", "pid", "at work", "restarts")
    for one in seen.workers:
        table.add_row(one.app, str(one.pid or "…"), str(one.running), str(one.restarts))
    for app in seen.silent:
        table.add_row(app, Text("silent", style="red"), "", "")
    return table


def _tables(seen: Look) -> Table:
    table = _table("tables", "rows")
    for name, rows in seen.tables.items():
        table.add_row(name, _count(rows))
    return table


def _tenant(seen: Look) -> Table:
    table = _table("tenant", "")
    one = seen.provisioned
    for name, number in (
        ("enabled", one.enabled),
        ("disabled", one.disabled),
        ("with a manager", one.managers),
        ("writes so far", one.writes),
    ):
        table.add_row(name, f"{number:,}")
    return table


def _errors(seen: Look) -> list[RenderableType]:
    if not seen.errors:
        return [Text("nothing went wrong", style="dim")]
    return [Text(f"{at:%H:%M:%S} {text}", style="yellow", overflow="fold") for at, text in seen.errors]


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%H:%M:%S}" if moment else "–"


def _count(rows: int) -> str:
    return f"{rows:,}" if rows >= 0 else "?"


def console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)
