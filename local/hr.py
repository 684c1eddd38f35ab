"""The simulated HR systems on loopback, each with the people of the sample export, and what signs in to them."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TypeAlias

from local import people
from local.afas import Environment, Token, afas_app, populate
from local.nmbrs import Environment as Nmbrs
from local.nmbrs import nmbrs_app
from local.nmbrs.seeds import seeded
from local.personio import Company, Credential, Employment, personio_app
from local.personio import Faults as PersonioFaults
from local.serve import HOST, serving
from local.visma.running import running as visma
from local.youforce import Company as HrCore
from local.youforce import settle, youforce_app

Opened: TypeAlias = Callable[[int], AbstractAsyncContextManager[Mapping[str, str]]]
"""A port, 0 for any free one → a running system, and what a connector's settings must say to read it."""


def systems(clock: Callable[[], datetime]) -> Mapping[str, Opened]:
    """Every simulated HR system, by name; none is started."""
    return MappingProxyType(
        {
            "personio": partial(personio, clock),
            "afas": afas,
            "files": files,
            "youforce": partial(youforce, clock, "beaufort"),
            "youserve": partial(youforce, clock, "business"),
            "nmbrs": partial(nmbrs, clock),
            "visma": partial(visma, clock),
        }
    )


@asynccontextmanager
async def personio(clock: Callable[[], datetime], port: int = 0) -> AsyncIterator[Mapping[str, str]]:
    """A running Personio with the people of the sample export, and how to sign in to it."""
    company = Company(clock)
    contracts: dict[str, list[people.Row]] = {}
    for row in people.rows():
        contracts.setdefault(row.number, []).append(row)
    for number, rows in contracts.items():
        name = rows[0].name
        jobs = [_employment(row.job) for row in rows if row.name == name]
        company.hire(int(number), name.nick or name.given, f"{name.prefix} {name.surname}".strip(), *jobs)
    secret = secrets.token_urlsafe(24)
    company.allow(Credential(client_id="papi-sandbox", client_secret=secret))
    async with serving(personio_app(company, PersonioFaults()), port) as address:
        yield {"base": address, "client_id": "papi-sandbox", "client_secret": secret}


def _employment(job: people.Job) -> Employment:
    """One line of the sample export as Personio would hold it; `-` is a manager who heads the department."""
    _, office, head, _ = people.DEPARTMENTS[job.department]
    manager = head if job.manager == "-" else job.manager
    return Employment(
        start=_day(job.start),
        end=_day(job.end),
        title=job.function,
        department=job.department,
        office=office,
        supervisor=int(manager) if manager.isdigit() else None,
        hours=float(job.hours.replace(",", ".")) if job.hours else None,
        type="EXTERNAL" if job.kind == "inhuur" else "INTERNAL",
    )


def _day(text: str) -> date | None:
    return date(*reversed([int(part) for part in text.split("-")])) if text else None


@asynccontextmanager
async def afas(port: int = 0) -> AsyncIterator[Mapping[str, str]]:
    """A running AFAS Profit with the people of the sample export, and the token of its app connector."""
    environment = populate(Environment(), people.rows())
    token = environment.allow(Token(data=secrets.token_hex(32).upper()))
    async with serving(afas_app(environment), port) as address:
        yield {"base": address, "token": token.text}


@asynccontextmanager
async def youforce(clock: Callable[[], datetime], system: str, port: int = 0) -> AsyncIterator[Mapping[str, str]]:
    """A running Youforce (beaufort) or YouServe (business) with the people of the sample export, and how to sign in."""
    company, secret = HrCore(clock, system), secrets.token_urlsafe(24)
    settle(company, people.rows())
    company.allow("joinly-sandbox", secret)
    async with serving(youforce_app(company), port) as address:
        where = {"system": system, "base": address, "connect": address, "tenant": company.tenant}
        yield {**where, "client_id": "joinly-sandbox", "client_secret": secret}


@asynccontextmanager
async def files(port: int = 0) -> AsyncIterator[Mapping[str, str]]:
    """A running SFTP server with the sample export on it, and how to sign in there. Raises `Misconfigured`."""
    from local.files import SftpServer, User

    user = User(name="joinly", password=secrets.token_urlsafe(24))
    with TemporaryDirectory() as folder:
        (Path(folder) / "people.csv").write_bytes(people.export(people.rows()))
        async with SftpServer(Path(folder), [user], port=port) as server:
            where = {"host": HOST, "port": str(server.port), "path": "people.csv"}
            yield {**where, "host_key": server.host_key, "user": user.name, "password": user.password}


@asynccontextmanager
async def nmbrs(clock: Callable[[], datetime], port: int = 0) -> AsyncIterator[Mapping[str, str]]:
    """A running Nmbrs with the people of the sample export, over REST and SOAP, and how to sign in to it."""
    environment = seeded(Nmbrs(clock))
    secret, key, token = (secrets.token_urlsafe(24) for _ in range(3))
    redirect = "http://127.0.0.1:8917/"
    environment.register("nmbrs-sandbox", secret, key, redirect)
    environment.api_users["api@sandbox.example", token] = "sandbox"
    async with serving(nmbrs_app(environment), port) as address:
        yield {
            "base": address,
            "identity": address,
            "redirect": redirect,
            "client_id": "nmbrs-sandbox",
            "client_secret": secret,
            "subscription_key": key,
            "soap_base": address,
            "domain": "sandbox",
            "user": "api@sandbox.example",
            "token": token,
        }
