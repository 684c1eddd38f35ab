"""The published export of 1,000 workers: every unambiguous active worker, nobody else, and every doubt held."""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_world import CONFIG, DAY, joinly

from local.graph import Tenant

EXPORT = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "hr" / "workers-1000.csv"

pytestmark = pytest.mark.skipif(
    not EXPORT.exists(), reason="the published export of 1,000 workers is not beside the project"
)


def test_every_unambiguous_active_worker_gets_an_account_and_nobody_else(tmp_path: Path) -> None:
    with EXPORT.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    times = Counter(row["WorkerID"] for row in rows)
    wanted = {row["WorkerID"]: row for row in rows if times[row["WorkerID"]] == 1 and row["WorkerStatus"] == "Active"}
    doubtful = {id for id, count in times.items() if count > 1}
    assert (len(rows), len(wanted), len(doubtful)) == (1000, 170, 265)
    assert sum(times[id] for id in doubtful) == 641

    words = ["run", CONFIG / "workers.yaml", "--data", tmp_path, "--hr", EXPORT, "--on", DAY]
    said = joinly(*words, "--json")
    found = said.json
    assert (said.code, said.err, found["failures"], found["left"]) == (0, "", [], 0)
    assert found["actions"]["create"] == found["actions"]["enable"] == 170
    assert {one["person"] for one in found["held"] if one["reason"] == "duplicate_id"} == doubtful
    assert [one for one in found["held"] if one["reason"] != "duplicate_id"] == []

    tenant = Tenant(clock=lambda: datetime.now(UTC), file=tmp_path / "tenant.db")
    accounts = {user["employeeId"]: user for user in tenant.users.values()}
    managers = {id: tenant.manager(user["id"]) for id, user in accounts.items()}
    tenant.close()
    assert accounts.keys() == wanted.keys()
    assert all(account["accountEnabled"] for account in accounts.values())
    expected = {id: accounts[row["ManagerID"]]["id"] for id, row in wanted.items() if row["ManagerID"] in wanted}
    assert {id: manager for id, manager in managers.items() if manager} == expected
    assert len(expected) == 29

    again = joinly(*words)
    assert (again.code, again.err) == (0, "")
    assert "  duplicate_id (265): HR gave one id to different records;" in again.out
    assert "    … and 261 more; --all names everyone\n" in again.out
    assert " 0 writes" in again.out
