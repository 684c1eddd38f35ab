"""An export on an SFTP server: only of the very server that is pinned, whole, and nothing is written there."""

from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from csv_world import ANNA, NAME, people, table
from sftp_world import PASSWORD, World, serving

from connectors.files.places import sftp, ssh
from connectors.files.places.algorithms import negotiable
from local.files import Faults
from shared.errors import Misconfigured, TryLater

EVERYBODY = ["000123", "000124", "000125"]


async def why_not(world: World, kind: type[Exception], words: str, **changes: Any) -> str:
    with pytest.raises(kind) as refused:
        await world.read(**changes)
    message = str(refused.value)
    assert words in message
    assert "Kanarie" not in message
    assert PASSWORD not in message
    return message


@pytest.mark.parametrize(
    "signing_in",
    [
        {},
        {"key": None, "password": "secret:sftp-password"},
        {"password": "secret:sftp-password"},
    ],
)
async def test_an_export_is_read_with_a_key_or_a_password(tmp_path: Path, signing_in: dict[str, Any]) -> None:
    async with serving(tmp_path) as world:
        assert list(people(await world.read(signing_in))) == EVERYBODY
        assert set(world.server.signed_in) == {"joinly"}


async def test_nothing_is_written_renamed_or_removed_there(tmp_path: Path) -> None:
    async with serving(tmp_path) as world:
        await world.read()
        await world.read(path="*.csv")
        assert {what for what, _ in world.server.asked} == {"stat", "open", "list"}


async def test_a_link_is_the_file_it_leads_to_and_an_unknown_time_is_not_long_ago(tmp_path: Path) -> None:
    async with serving(tmp_path) as world:
        (tmp_path / "newest.csv").symlink_to(NAME)
        assert list(people(await world.read(path="new*.csv"))) == EVERYBODY
        assert sftp._file("x", asyncssh.SFTPAttrs(size=1)).modified > datetime.now(UTC)


async def test_reading_it_twice_says_the_same(tmp_path: Path) -> None:
    async with serving(tmp_path) as world:
        assert await world.read() == await world.read()


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
async def test_every_kind_of_host_key_can_be_pinned(tmp_path: Path, kind: str) -> None:
    async with serving(tmp_path, kind=kind) as world:
        assert list(people(await world.read())) == EVERYBODY


async def test_a_changed_host_key_is_a_hard_stop_and_is_never_learned(tmp_path: Path) -> None:
    async with serving(tmp_path) as world:
        pinned = world.settings()
        assert await world.answer(pinned)
        world.server.change_host_key()
        world.server.signed_in.clear()
        for _ in range(2):
            with pytest.raises(Misconfigured, match="shows another host key than the pinned SHA256:"):
                await world.answer(pinned)
        assert world.server.signed_in == []
        assert world.forgotten == []


async def test_a_host_key_of_another_kind_is_another_host_key(tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode()
    async with serving(tmp_path) as world:
        await why_not(world, Misconfigured, "shows another host key", sftp={"host_keys": [other]})


async def test_a_pinned_key_that_is_damaged_is_said_so(tmp_path: Path) -> None:
    damaged = "ssh-ed25519 " + b64encode(b"\0\0\0\x0bssh-ed25519\0\0").decode()
    async with serving(tmp_path) as world:
        await why_not(
            world, Misconfigured, "the ssh-ed25519 key in host_keys is damaged", sftp={"host_keys": [damaged]}
        )


async def test_the_next_host_key_can_be_named_beside_the_present_one(tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    async with serving(tmp_path) as world:
        assert await world.read({"host_keys": [other, world.server.host_key + " comment"]})


@pytest.mark.parametrize(
    "signing_in",
    [
        {"key": "secret:wrong-key"},
        {"key": None, "password": "secret:wrong-password"},
        {"user": "somebody"},
    ],
)
async def test_a_wrong_credential_is_said_so_and_read_anew(tmp_path: Path, signing_in: dict[str, Any]) -> None:
    async with serving(tmp_path) as world:
        await why_not(world, Misconfigured, "refuses user", sftp=signing_in)
        assert world.forgotten == [signing_in.get("password") or signing_in.get("key", "secret:sftp-key")]


async def test_an_account_that_is_locked_is_no_other_than_a_wrong_credential(tmp_path: Path) -> None:
    async with serving(tmp_path, Faults(signs_in_late=True)) as world:
        await why_not(world, Misconfigured, "refuses user joinly with this key or password")


@pytest.mark.parametrize("signing_in", [{"key": "secret:no-key"}, {"key": "secret:locked-key"}])
async def test_a_secret_that_is_no_key_is_said_so_before_anybody_is_asked(
    tmp_path: Path, signing_in: dict[str, Any]
) -> None:
    async with serving(tmp_path) as world:
        await why_not(world, Misconfigured, f"{signing_in['key']} is no private key that can be read", sftp=signing_in)


@pytest.mark.parametrize("path", ["nowhere/*.csv", "export.csv/*.csv", "nowhere/export.csv", "other.csv", "*.txt"])
async def test_a_missing_folder_or_file_is_said_so(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path) as world:
        message = await why_not(world, Misconfigured, "correct path", path=path)
        assert "in the folder of the export" in message or "is not there on SFTP server" in message


async def test_a_folder_in_place_of_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "people.csv").mkdir()
    async with serving(tmp_path) as world:
        await why_not(world, Misconfigured, "people.csv is a folder", path="people.csv")


@pytest.mark.parametrize(
    ("faults", "path"),
    [(Faults(no_listing=True), "*.csv"), (Faults(no_reading=True), NAME), (Faults(no_reading=True), "*.csv")],
)
async def test_a_right_that_is_missing_is_said_so(tmp_path: Path, faults: Faults, path: str) -> None:
    async with serving(tmp_path, faults) as world:
        await why_not(world, Misconfigured, "give the user leave to list and read it", path=path)


async def test_a_file_can_be_read_where_folders_may_not_be_listed(tmp_path: Path) -> None:
    async with serving(tmp_path, Faults(no_listing=True)) as world:
        assert list(people(await world.read())) == EVERYBODY


async def test_a_server_without_sftp_is_said_so(tmp_path: Path) -> None:
    async with serving(tmp_path, Faults(no_sftp=True)) as world:
        await why_not(world, Misconfigured, "gives no SFTP")


async def test_a_connection_that_is_reset_in_mid_transfer_is_tried_again_later(tmp_path: Path) -> None:
    async with serving(tmp_path, Faults(resets=1, resets_after=100_000)) as world:
        (tmp_path / NAME).write_text(table(*((f"{n:06}", *ANNA[1:]) for n in range(5_000))))
        await why_not(world, TryLater, "broke off")
        assert len(people(await world.read())) == 5_000


@pytest.mark.parametrize(("faults", "path"), [(Faults(trickles=True), NAME), (Faults(slow_listing=True), "*.csv")])
async def test_a_server_that_trickles_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: Faults, path: str
) -> None:
    monkeypatch.setattr(ssh, "MOST_SECONDS", 0.3)
    async with serving(tmp_path, faults) as world:
        await why_not(world, TryLater, "came too slowly", path=path)


async def test_a_file_that_grows_while_it_is_read_is_not_read(tmp_path: Path) -> None:
    async with serving(tmp_path, Faults(grows=40)) as world:
        await why_not(world, TryLater, "export.csv was written to while it was read")


async def test_a_server_that_hangs_up_or_is_not_there_is_tried_again_later(tmp_path: Path) -> None:
    async with serving(tmp_path, Faults(hangs_up=True)) as world:
        await why_not(world, TryLater, "cannot be reached, or broke off")
    async with serving(tmp_path) as world:
        await why_not(world, TryLater, "cannot be reached", sftp={"port": 1})


OLD = {
    "a key exchange": ({"kex_algs": ["diffie-hellman-group14-sha1"]}, ["diffie-hellman-group14-sha1"]),
    "a cipher": ({"encryption_algs": ["aes128-cbc"]}, ["aes128-cbc"]),
    "a checksum": ({"mac_algs": ["hmac-sha1"], "encryption_algs": ["aes128-ctr"]}, ["hmac-sha1"]),
}


@pytest.mark.filterwarnings("ignore:Diffie-Hellman")
@pytest.mark.parametrize("case", OLD)
async def test_what_is_no_longer_safe_is_used_only_when_a_setting_names_it(tmp_path: Path, case: str) -> None:
    algorithms, named = OLD[case]
    async with serving(tmp_path, algorithms=algorithms) as world:
        await why_not(world, Misconfigured, "knows only algorithms that are no longer safe")
        assert list(people(await world.read({"old_algorithms": named}))) == EVERYBODY


def test_the_old_signature_of_an_rsa_key_is_used_only_when_it_is_named() -> None:
    pinned = ["ssh-rsa AAAA"]
    assert negotiable(pinned, [])["server_host_key_algs"] == ["rsa-sha2-512", "rsa-sha2-256"]
    for kind in ("server_host_key_algs", "signature_algs"):
        assert "ssh-rsa" not in negotiable(pinned, [])[kind]
        assert negotiable(pinned, ["ssh-rsa"])[kind][-1] == "ssh-rsa"


async def test_over_sftp_a_young_file_is_looked_at_twice(tmp_path: Path) -> None:
    async with serving(tmp_path) as world:
        assert await world.read(complete={})
        assert world.waited == [30]
        stats = [what for what, _ in world.server.asked]
        assert stats == ["stat", "stat", "open", "stat"]
