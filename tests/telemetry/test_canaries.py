"""No secret anywhere and nothing that HR says outside the rows that are there for it, however much goes wrong."""

import asyncio
import base64
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from canaries import ALLOWED, Canary, Kind, dresses, found, place
from evidence import Evidence, leaks
from ingestion import Ingestion, flushed
from loopback import Loopback
from whole_world import Whole, whole

from local.azurite import Azurite
from local.personio import Credential, Employment
from shared import layout
from shared.azure.root import TALKATIVE
from shared.engine import provisioning
from shared.telemetry import spanning
from shared.telemetry.logs import LOG

POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: files
    settings:
      path: people.csv
      encoding: utf-8
      delimiter: ";"
      key: Number
      date_formats: [yyyy-mm-dd]
      person: {givenName: First, surname: Last, email: Mail}
      contract: {start: Start, end: End, manager: Manager, fields: {department: Department, title: Title}}
  personio:
    connector: personio
    settings: {api: v1, client_id: "secret:personio-id", client_secret: "secret:personio-secret"}
targets:
  entra:
    connector: entra
    settings: {tenant: TENANT}
    correlate: [employeeId, userPrincipalName]
    attributes:
      employeeId: "[employeeId]"
      displayName: 'Join(" ", [givenName], [surname])'
      givenName: "[givenName]"
      surname: "[surname]"
      department: "[department]"
      jobTitle: "[title]"
      manager: "[manager]"
      mailNickname: {mode: create_only, value: "[employeeId]"}
      userPrincipalName: 'Join("@", ToLower(NormalizeDiacritics([givenName])), "contoso.nl")'
    grants:
      - group: All staff
"""
COLUMNS = ("Number", "First", "Last", "Mail", "Start", "End", "Department", "Title", "Manager")
GOOD, REFUSED, UNREADABLE, BUGGY, MANAGED = "qz1001", "qz1002", "qz1003", "qz1004", "qz1005"


def person(number: str, *, manager: str = "", start: str = "2020-01-01", department: str = "") -> dict[str, str]:
    """A row of HR of which every value is a canary."""
    return {
        "Number": number,
        "First": f"Voornäam{number}",
        "Last": f"Achternäam{number}",
        "Mail": f"post{number}@prive.example",
        "Start": start,
        "End": "",
        "Department": department or f"Afdëling{number}",
        "Title": f"Fünctie {number}",
        "Manager": manager,
    }


PEOPLE = [
    person(GOOD),
    person(REFUSED, department=f"Afdëling{REFUSED}" + "x" * 80),
    person(UNREADABLE, start=f"dag-{UNREADABLE}"),
    person(BUGGY),
    person(MANAGED, manager=GOOD),
]


def of_hr() -> list[Canary]:
    found = []
    for row in PEOPLE:
        for column, value in row.items():
            kind = Kind.NUMBER if column in ("Number", "Manager") else Kind.HR
            if value and value != "2020-01-01":
                found.append(Canary(f"{column} of {row['Number']}", kind, value))
    return [*found, Canary("First of Personio", Kind.HR, "Voornäamp77"), Canary("Last", Kind.HR, "Achternäamp77")]


@dataclass
class Bug:
    """Provisioning somebody raises what quotes everything it knows."""

    number: str
    raised: int = 0

    def __call__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        genuine = provisioning.reconcile

        async def failing(case: Any, link: Any) -> Any:
            if case.desired.attributes.get("employeeId") == self.number:
                self.raised += 1
                raise ValueError(f"{case.desired} {link} vault-secret-canary-77aa")
            return await genuine(case, link)

        monkeypatch.setattr(provisioning, "reconcile", failing)


def secrets_of(world: Whole, azure: Loopback, azurite: Azurite) -> list[Canary]:
    """Every secret there was, those that were made up on the way among them."""
    values = {"app-secret-canary-4f1c", "hash-key-canary-of-32-bytes-1234"}
    values |= {version.value for name in azure.vault.secrets for version in azure.vault.secrets[name]}
    values |= set(azure.identity.issued)
    values |= world.graph.found("password") | world.graph.found("access_token")
    values |= world.personio.found("token") | world.personio.found("access_token")
    values |= {part.partition("=")[2] for part in azurite.connection_string.split(";") if "AccountKey" in part}
    return [Canary(f"secret {number}", Kind.SECRET, value) for number, value in enumerate(sorted(values))]


async def gone_through(world: Whole) -> None:
    """Everything once, with whatever can go wrong on the way, and once more."""
    world.company.hire(77, "Voornäamp77", "Achternäamp77", Employment(start=date(2020, 1, 1)))
    rows = [";".join(row.values()) for row in PEOPLE]
    (world.folder / "people.csv").write_text("\n".join((";".join(COLUMNS), *rows, "")), encoding="utf-8")
    world.faults.throttle_next(2, retry_after=1)
    await world.timer("poll")
    await world.settle()
    world.faults.fail_write(1, status=500, effect=True)
    world.faults.lose_answer_of_write(3)
    for timer in ("follow", "wake", "sweep"):
        await world.timer(timer)
    await asyncio.sleep(2)
    await world.settle()
    moved = [row.replace("Fünctie", "Andere fünctie") for row in rows]
    (world.folder / "people.csv").write_text("\n".join((";".join(COLUMNS), *moved[:4], "")), encoding="utf-8")
    world.faults.breaks = "forbidden"
    await world.timer("follow")
    world.faults.breaks = ""
    await world.timer("poll")
    await world.settle()
    for timer in ("sweep", "tokens", "retention"):
        await world.timer(timer)
    await world.settle()


@pytest.mark.slow
async def test_no_canary_is_anywhere_it_may_not_be(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    azurite: Azurite,
    azure: Loopback,
    insights: Ingestion,
) -> None:
    caplog.set_level(logging.DEBUG)
    bug = Bug(BUGGY)
    bug(monkeypatch)
    azure.vault.put("personio-id", "papi-client-canary-31fe")
    azure.vault.put("personio-secret", "papi-secret-canary-9b0d")
    azure.vault.put("unused", "vault-secret-canary-77aa")
    evidence = Evidence()
    async with whole(tmp_path, monkeypatch, azurite, azure, POLICY) as world:
        before = len(caplog.records)
        world.company.allow(Credential(client_id="papi-client-canary-31fe", client_secret="papi-secret-canary-9b0d"))
        await gone_through(world)
        dead = await world.dead()
        evidence.messages += [text.encode() for text in (*world.messages, *dead)]
        evidence.exceptions += [text.encode() for text in world.raised]
        async for table, row in world.rows():
            evidence.row(table, row.key, row.data)
        users = {str(user.get("employeeId")) for user in world.tenant.users.values()}
        canaries = [*of_hr(), *secrets_of(world, azure, azurite)]
    await flushed(insights)
    evidence.telemetry += [*insights.posted, *(file.read_bytes() for file in tmp_path.rglob("*.blob*"))]
    evidence.log(caplog.records)

    assert {GOOD, MANAGED, "77"} <= users, "the run did what it was for"
    assert bug.raised >= 2
    assert any("provisioning-now" in one for one in dead), "the bug was set aside"
    assert any("ValueError at " in one for one in world.raised)
    assert len([one for one in canaries if one.kind is Kind.SECRET]) >= 12
    assert len(insights.posted) >= 3
    quiet = [one for one in caplog.records[before:] if one.name.split(".")[0] in TALKATIVE]
    assert [f"{one.name}: {one.getMessage()}" for one in quiet if one.levelno < logging.WARNING] == []
    assert {place(table, key) for table, key, _ in evidence.rows} >= set(ALLOWED) - {"directory *", "sources piece|*"}
    assert {table for table, _, _ in evidence.rows} >= {"state", "ledger", "tokensread"}
    assert leaks(evidence, canaries) == []


CANARIES = [
    Canary("name", Kind.HR, "Voornäamqz1"),
    Canary("number", Kind.NUMBER, "qz1001"),
    Canary("password", Kind.SECRET, "Pa$$w0rd+/canary&=\"'é"),
]
PERSON = layout.own_id("hr", "qz1001")


@pytest.mark.parametrize("canary", CANARIES, ids=lambda one: one.name)
@pytest.mark.parametrize("where", ["logs", "messages", "exceptions", "telemetry"])
def test_a_planted_leak_is_found_wherever_it_is_and_whatever_it_wears(canary: Canary, where: str) -> None:
    for dress in dresses(canary.value):
        evidence = Evidence()
        getattr(evidence, where).append(b"before " + dress + b" after")
        assert leaks(evidence, CANARIES) == [f"{where}: {canary.name}"]


@pytest.mark.parametrize("before", range(6))
def test_a_leak_is_found_in_the_midst_of_base64(before: int) -> None:
    text = ("x" * before + "Voornäamqz1" + "y" * 7).encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert found(CANARIES, encode(text)) == {"name"}


@pytest.mark.parametrize(
    ("table", "key", "told"),
    [
        ("state", layout.person(PERSON), {"password"}),
        ("state", layout.hold(PERSON, "entra", "-"), {"name", "password"}),
        ("state", layout.mapped(PERSON), {"name", "number", "password"}),
        ("sources", "hash|06", {"name", "password"}),
        ("sources", layout.piece(1, "06", 0, 0), {"password"}),
        ("sources", "lease", {"name", "number", "password"}),
        ("gates", "breaker", {"name", "number", "password"}),
        ("ledger", f"{PERSON}|2026", {"password"}),
        ("tokensread", "personio", {"name", "number", "password"}),
    ],
)
def test_a_row_may_hold_what_it_is_there_for_and_never_a_secret(table: str, key: str, told: set[str]) -> None:
    evidence = Evidence()
    evidence.row(table, key, {"is": [one.value for one in CANARIES]})
    assert {line.rpartition(": ")[2] for line in leaks(evidence, CANARIES)} == told


async def test_a_leak_into_a_log_or_a_span_reaches_what_is_looked_at(
    insights: Ingestion, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await flushed(insights)
    LOG.info("somebody is called %s", "Voornäamqz1")
    with spanning("map", {"joinly.person": "qz1001"}):
        pass
    LOG.info("a field", extra={"joinly.person": CANARIES[2].value})
    try:
        raise ValueError(CANARIES[2].value)
    except ValueError:
        LOG.exception("a bug")
    await flushed(insights)
    evidence = Evidence(telemetry=insights.posted)
    evidence.log(caplog.records)
    told = leaks(evidence, CANARIES)
    assert set(told) >= {"telemetry: name", "telemetry: number", "telemetry: password", "logs: name", "logs: password"}


def test_every_table_and_kind_of_row_has_a_place_or_holds_nothing_of_anybody() -> None:
    assert {name.split(" ")[0] for name in ALLOWED} <= set(layout.TABLES)
    assert all(Kind.SECRET not in kinds for kinds in ALLOWED.values())
