"""Mailboxes follow from licences, stay while they are shared, remember what was done to them, and come back."""

from datetime import timedelta
from pathlib import Path

from exchange_client import Client, Clock, opened


async def test_a_mailbox_appears_some_time_after_its_licence(client: Client) -> None:
    client.faults.appears = timedelta(minutes=7)
    anna = client.licensed()
    assert await client.refused("Get-Mailbox", Identity=anna) == (404, "ManagementObjectNotFoundException")
    client.clock.move(minutes=7)
    (row,) = await client.rows("Get-Mailbox", Identity=anna)
    assert row["ExternalDirectoryObjectId"] == row["Name"] == anna
    assert (row["RecipientTypeDetails"], row["HiddenFromAddressListsEnabled"]) == ("UserMailbox", False)
    assert row["UserPrincipalName"] == row["PrimarySmtpAddress"] == "anna@contoso.nl"


async def test_a_mailbox_answers_to_its_ids_names_and_addresses(client: Client) -> None:
    anna = client.licensed()
    (row,) = await client.rows("Get-Mailbox", Identity=anna)
    for name in ("Guid", "UserPrincipalName", "Alias", "DisplayName", "DistinguishedName"):
        assert await client.rows("Get-Mailbox", Identity=row[name].upper()) == [row]


async def test_without_a_licence_a_persons_mailbox_is_gone_and_a_shared_one_stays(client: Client) -> None:
    anna, ben = client.licensed("anna"), client.licensed("ben")
    await client.rows("Set-Mailbox", Identity=anna, Type="Shared", HiddenFromAddressListsEnabled=True)
    for user in (anna, ben):
        client.tenant.change(user, assignedLicenses=[])
    (row,) = await client.rows("Get-Mailbox")
    assert (row["ExternalDirectoryObjectId"], row["RecipientTypeDetails"]) == (anna, "SharedMailbox")
    assert row["HiddenFromAddressListsEnabled"] is True


async def test_a_mailbox_goes_with_its_owner_and_comes_back_as_it_was(client: Client) -> None:
    anna = client.licensed()
    await client.rows("Set-Mailbox", Identity=anna, CustomAttribute3="x")
    entries = client.tenant.directory
    entries.delete(entries.entries[anna])
    assert await client.rows("Get-Mailbox") == []
    entries.restore(entries.entries[anna])
    (row,) = await client.rows("Get-Mailbox")
    assert row["CustomAttribute3"] == "x"


async def test_a_write_that_changes_nothing_is_done_with_a_warning(client: Client) -> None:
    anna = client.licensed()
    assert await client.warned("Set-Mailbox", Identity=anna, Type="Shared") == []
    assert "no settings" in (await client.warned("Set-Mailbox", Identity=anna, Type="Shared"))[0]


async def test_what_a_parameter_cannot_hold_is_refused_and_nothing_is_done(client: Client) -> None:
    anna = client.licensed()
    for odd in (
        {"Type": "Sharded"},
        {"Type": ["Shared"]},
        {"HiddenFromAddressListsEnabled": "true"},
        {"GrantSendOnBehalfTo": {"add": anna}},
        {"CustomAttribute1": "x" * 1025},
        {"CustomAttribute1": 5},
        {"CustomAttribute16": "x"},
    ):
        assert await client.refused("Set-Mailbox", Identity=anna, **odd) == (400, "ParameterBindingException")
    assert client.organisation.live()[anna].kind == "UserMailbox"


async def test_a_synchronised_mailbox_is_not_written(client: Client) -> None:
    anna = client.licensed()
    await client.rows("Get-Mailbox")
    client.organisation.change(anna, synced=True)
    answer = await client.ask("Set-Mailbox", Identity=anna, CustomAttribute1="x")
    assert answer.status_code == 400
    assert "being synchronized from your on-premises organization" in answer.text


async def test_everything_is_remembered_by_the_next_process(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(file=tmp_path / "tenant.db", clock=clock) as client:
        anna = client.licensed()
        client.organisation.add_list("all@contoso.nl")
        client.organisation.add_shared("sales@contoso.nl")
        await client.rows("Set-Mailbox", Identity=anna, Type="Shared")
        await client.rows("Add-MailboxPermission", Identity="sales@contoso.nl", User=anna, AccessRights=["FullAccess"])
        bypass = {"BypassSecurityGroupManagerCheck": True}
        await client.rows("Add-DistributionGroupMember", Identity="all@contoso.nl", Member=anna, **bypass)
    async with opened(file=tmp_path / "tenant.db", clock=clock) as client:
        assert client.organisation.live()[anna].kind == "SharedMailbox"
        assert len(await client.rows("Get-MailboxPermission", Identity="sales@contoso.nl", User=anna)) == 1
        assert [one.members for one in client.organisation.lists.values()] == [[anna]]
