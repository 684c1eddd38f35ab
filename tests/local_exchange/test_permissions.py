"""What may be given on mailboxes and lists, what is said when it is there already, and what takes a switch."""

import pytest
from exchange_client import Client

SALES = "sales@contoso.nl"


async def test_full_access_is_listed_beside_the_owners_own(client: Client) -> None:
    client.organisation.add_shared(SALES)
    anna, ben = client.licensed("anna"), client.licensed("ben")
    given = {"Identity": SALES, "User": anna, "AccessRights": ["FullAccess"], "InheritanceType": "All"}
    (entry,) = await client.rows("Add-MailboxPermission", **given)
    assert (entry["User"], entry["AccessRights"], entry["Deny"]) == ("anna@contoso.nl", ["FullAccess"], False)
    assert "already present" in (await client.warned("Add-MailboxPermission", **given))[0]
    everybody = await client.rows("Get-MailboxPermission", Identity=SALES)
    assert [row["User"] for row in everybody] == ["NT AUTHORITY\\SELF", "anna@contoso.nl"]
    assert await client.rows("Get-MailboxPermission", Identity=SALES, User=ben) == []
    assert await client.warned("Remove-MailboxPermission", **given, Confirm=False) == []
    assert "isn't present" in (await client.warned("Remove-MailboxPermission", **given, Confirm=False))[0]


async def test_sending_as_and_on_behalf_are_kept_apart(client: Client) -> None:
    client.organisation.add_shared(SALES)
    anna = client.licensed("anna")
    given = {"Identity": SALES, "Trustee": anna, "AccessRights": ["SendAs"], "Confirm": False}
    await client.rows("Add-RecipientPermission", **given)
    assert "already present" in (await client.warned("Add-RecipientPermission", **given))[0]
    change = {"@odata.type": "#Exchange.GenericHashTable", "add": anna}
    await client.rows("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=change)
    (row,) = await client.rows("Get-RecipientPermission", Identity=SALES, Trustee=anna)
    assert (row["Trustee"], row["AccessControlType"]) == ("anna@contoso.nl", "Allow")
    (mailbox,) = await client.rows("Get-Mailbox", Identity=SALES)
    assert mailbox["GrantSendOnBehalfTo"] == [anna]
    await client.rows("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo={**change, "add": None, "remove": [anna]})
    assert (await client.rows("Get-Mailbox", Identity=SALES))[0]["GrantSendOnBehalfTo"] == []
    await client.rows("Remove-RecipientPermission", **given)
    assert "isn't present" in (await client.warned("Remove-RecipientPermission", **given))[0]


@pytest.mark.parametrize(
    "cmdlet", ["Remove-MailboxPermission", "Remove-RecipientPermission", "Add-RecipientPermission"]
)
async def test_a_command_that_asks_first_must_be_told_not_to(client: Client, cmdlet: str) -> None:
    client.organisation.add_shared(SALES)
    whom = "User" if "Mailbox" in cmdlet else "Trustee"
    right = "FullAccess" if "Mailbox" in cmdlet else "SendAs"
    given = {"Identity": SALES, whom: client.licensed(), "AccessRights": [right]}
    assert await client.refused(cmdlet, **given) == (400, "HostException")
    assert await client.refused(cmdlet, **{**given, "Confirm": False, "AccessRights": ["Owner"]}) == (
        400,
        "ParameterBindingException",
    )


async def test_whoever_cannot_be_found_is_missing_by_name(client: Client) -> None:
    client.organisation.add_shared(SALES)
    given = {"Identity": SALES, "User": "nobody@contoso.nl", "AccessRights": ["FullAccess"]}
    answer = await client.ask("Add-MailboxPermission", **given)
    assert answer.status_code == 404
    assert "object 'nobody@contoso.nl' couldn't be found" in answer.json()["error"]["details"][0]["message"]


async def test_members_of_a_list_are_added_once_and_taken_once(client: Client) -> None:
    client.organisation.add_list("all@contoso.nl", "All")
    anna = client.licensed()
    given = {"Identity": "All", "Member": anna, "BypassSecurityGroupManagerCheck": True, "Confirm": False}
    await client.rows("Add-DistributionGroupMember", **given)
    assert await client.refused("Add-DistributionGroupMember", **given) == (400, "MemberAlreadyExistsException")
    (mailbox,) = await client.rows("Get-Mailbox", Identity=anna)
    asked = {
        "Filter": f"Members -eq '{mailbox['DistinguishedName']}'",
        "RecipientTypeDetails": ["MailUniversalDistributionGroup"],
    }
    assert [row["Name"] for row in await client.rows("Get-Recipient", **asked)] == ["All"]
    assert await client.rows("Get-Recipient", **{**asked, "RecipientTypeDetails": ["MailUniversalSecurityGroup"]}) == []
    await client.rows("Remove-DistributionGroupMember", **given)
    assert await client.refused("Remove-DistributionGroupMember", **given) == (400, "MemberNotFoundException")
    assert len(await client.rows("Get-DistributionGroup")) == 1


async def test_a_filter_that_is_not_served_is_refused(client: Client) -> None:
    assert (await client.refused("Get-Recipient", Filter="Name -eq 'x'"))[0] == 400


async def test_without_the_switch_only_owners_change_a_list(client: Client) -> None:
    client.organisation.add_list("all@contoso.nl")
    answer = await client.http.send(
        client.http.build_request(
            "POST",
            f"/adminapi/beta/{client.tenant.id}/InvokeCommand",
            headers=client.headers,
            json={
                "CmdletInput": {
                    "CmdletName": "Add-DistributionGroupMember",
                    "Parameters": {"Identity": "all@contoso.nl", "Member": client.licensed()},
                }
            },
        ),
        stream=True,
    )
    assert answer.status_code == 403
    await answer.aclose()


async def test_a_synchronised_list_is_left_to_its_directory(client: Client) -> None:
    client.organisation.add_list("all@contoso.nl", synced=True)
    given = {"Identity": "all@contoso.nl", "Member": client.licensed(), "BypassSecurityGroupManagerCheck": True}
    assert (await client.refused("Add-DistributionGroupMember", **given))[0] == 400


async def test_a_name_that_several_bear_is_told_in_full_and_never_written(client: Client) -> None:
    for number in (1, 2):
        client.organisation.add_shared(f"sales{number}@contoso.nl", "Sales")
    assert len(await client.rows("Get-Mailbox", Identity="Sales")) == 2
    assert await client.refused("Set-Mailbox", Identity="Sales", Type="Room") == (
        400,
        "ManagementObjectAmbiguousException",
    )
