"""What `joinly record` does: one whole reading of one source, and its answers scrubbed into a folder that is new."""

import asyncio
import json
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import httpx
from pydantic import BaseModel

import connectors
from shared.calls import Calls
from shared.checks.policy import check
from shared.cli import terminal
from shared.cli.connect_where import kept
from shared.cli.local import Local, open_state
from shared.cli.policy_text import refusing
from shared.cli.stopping import until_done
from shared.connector import Manifest, Outside
from shared.errors import Misconfigured
from shared.model import Person, Rejected
from shared.oauth.asking import Asking
from shared.oauth.forms import OAuth
from shared.quota import Quota
from shared.recording import EXCHANGES, Recorder, about
from shared.scrubbed_answers import Scrub
from shared.scrubbing import Stand
from shared.tokens.access import Access
from shared.tokens.kept import TABLES, Rows
from shared.wire import Meter, network, open_http


@dataclass(frozen=True, slots=True)
class Asked:
    """Which source is recorded, and where to."""

    policy: Path
    data: Path
    source: str
    folder: Path
    as_json: bool


def record_source(asked: Asked) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater`; then there is no recording."""
    told = until_done(_record(asked), "nothing was kept")
    if asked.as_json:
        click.echo(json.dumps(told))
        return 0
    click.echo(
        f"{told['answers']:,} answers were recorded in {terminal.printable(str(asked.folder))}: "
        f"{told['people']:,} people, {told['rejected']:,} records that cannot be used."
    )
    if told["left_out"]:
        click.echo(f"{told['left_out']:,} answers of an unknown form are kept without what they said.")
    click.echo(f"Look through {EXCHANGES} before you give it to anybody.")
    return 0


async def _record(asked: Asked) -> Mapping[str, int]:
    async with AsyncExitStack() as stack:
        local = await stack.enter_async_context(open_state(asked.policy, asked.data, looks=True))
        manifest, settings = _source(asked, local)
        stand = Stand(secrets.token_bytes(32))
        begun = datetime.now(UTC) + stand.shift
        with _new(asked.folder) as folder:
            with (folder / EXCHANGES).open("w", encoding="utf-8") as file:
                oauth = manifest.sign_in(settings) if manifest.sign_in else None
                signs_in = frozenset({oauth.token}) if oauth else frozenset()
                signed = _Signed(oauth=oauth, quota=manifest.quota(settings))
                recorder = Recorder(network(), Scrub(stand, manifest.recorded), file, signs_in)
                outside = await _outside(asked, local, signed, manifest, recorder, stack)
                found = await _read(manifest, settings, outside)
            if not recorder.written:
                raise Misconfigured(f"{asked.source} is not asked over HTTP, so there is nothing to record")
            told = {"answers": recorder.written, "left_out": recorder.left_out, **found}
            about(folder, connector=manifest.name, begun=begun.isoformat(), **told)
    return told


def _source(asked: Asked, local: Local) -> tuple[Manifest, BaseModel]:
    with refusing(asked.policy):
        built = check(local.found, connectors.manifest)
    settings, sources = built.get(("sources", asked.source)), local.found.policy.sources
    if settings is None:
        raise Misconfigured(f"{asked.source} is no source of this policy; there are: {', '.join(sorted(sources))}")
    return connectors.manifest(sources[asked.source].connector), settings


@contextmanager
def _new(folder: Path) -> Iterator[Path]:
    """A folder that was not there, and is not there afterwards when anything failed. Raises `Misconfigured`."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise Misconfigured(f"{folder} is there already; name a new folder for the recording") from None
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder)
        raise


@dataclass(frozen=True, kw_only=True)
class _Signed:
    """How the source signs in, and how often it may be called; both are kept in the token store."""

    oauth: OAuth | None
    quota: Quota | None


async def _outside(
    asked: Asked, local: Local, signed: _Signed, manifest: Manifest, recorder: Recorder, stack: AsyncExitStack
) -> Outside:
    """What the connector may use: the real system, and no request that would write."""
    tokens, secret, forget = await kept(asked.policy, asked.data, stack)
    posts = manifest.reading_posts | ({httpx.URL(signed.oauth.token).path} if signed.oauth else set())
    http = await stack.enter_async_context(
        open_http(Meter(), writes_allowed=False, reading_posts=posts, transport=recorder)
    )
    clock, table, place = local.engine.clock, TABLES["sources"], f"sources.{asked.source}"
    folder = asked.policy if asked.policy.is_dir() else asked.policy.parent
    found = Outside(http=http, secret=secret, forget=forget, clock=clock, sleep=asyncio.sleep, folder=folder)
    if signed.quota:
        calls = Calls(place, signed.quota, tokens.store, table, clock=clock, sleep=asyncio.sleep)
        found = replace(found, pace=calls)
    if signed.oauth is None:
        return found
    asking = Asking(place=place, oauth=signed.oauth, http=http, secret=secret, forget=forget, clock=clock)
    rows, unique = Rows(tokens.store, table, tokens.keys), partial(secrets.token_hex, 8)
    access = Access(place, signed.oauth.rules, rows, asking, clock=clock, sleep=asyncio.sleep, unique=unique)
    return replace(found, token=access)


async def _read(manifest: Manifest, settings: BaseModel, outside: Outside) -> Mapping[str, int]:
    """Everybody, from beginning to end, and forgotten at once."""
    if manifest.source is None:
        raise Misconfigured(f"{manifest.name} is read by no policy")
    found = Counter[str](people=0, rejected=0)
    async for one in manifest.source(settings, outside).fetch():
        found["people"] += isinstance(one, Person)
        found["rejected"] += isinstance(one, Rejected)
    return found
