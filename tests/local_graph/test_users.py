"""Users: what may be created, read, changed and removed, and how a refusal reads."""

import httpx
import pytest

from local.graph import DEFAULT_PERMISSIONS
from tests.local_graph.graph_client import APP, BASE, World, error, person, reference

MASTERED = (
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
    "currently undergoing migration."
)


def details(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(detail["code"], detail["target"]) for detail in answer.json()["error"].get("details", ())]


async def test_a_created_user_is_answered_with_the_default_properties(world: World) -> None:
    answer = await world.post("/users", person(jobTitle="Verpleegkundige", employeeId="10023"))
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"].endswith(f"/users/{body['id']}")
    assert body["jobTitle"] == "Verpleegkundige"
    assert body["businessPhones"] == []
    assert body["mobilePhone"] is None
    assert "employeeId" not in body
    assert "passwordProfile" not in body
    assert world.tenant.users[body["id"]]["employeeId"] == "10023"
    assert "passwordProfile" not in world.tenant.users[body["id"]]


@pytest.mark.parametrize(
    "name", ["accountEnabled", "displayName", "mailNickname", "passwordProfile", "userPrincipalName"]
)
async def test_a_user_without_a_required_property_is_refused(world: World, name: str) -> None:
    body = person()
    del body[name]
    answer = await world.post("/users", body)
    assert error(answer) == (
        400,
        "Request_BadRequest",
        f"A value is required for property '{name}' of resource 'User'.",
    )
    assert not world.tenant.users


@pytest.mark.parametrize(
    "properties",
    [
        {"employeeId": "x" * 17},
        {"displayName": "x" * 257},
        {"givenName": "x" * 65},
        {"jobTitle": "x" * 129},
        {"mailNickname": "x" * 65},
        {"mailNickname": "anna jansen"},
        {"mailNickname": "jérôme"},
        {"mailNickname": ".anna"},
        {"mail": "no address"},
        {"usageLocation": "NLD"},
        {"jobTitle": ""},
        {"jobTitle": 7},
        {"accountEnabled": "yes"},
        {"employeeHireDate": "2026-01-05"},
        {"employeeHireDate": "soon"},
        {"businessPhones": ["1", "2"]},
        {"otherMails": "a@b.nl"},
        {"employeeOrgData": {"afdeling": "x"}},
        {"employeeOrgData": {"division": 7}},
        {"onPremisesExtensionAttributes": {"extensionAttribute16": "x"}},
        {"onPremisesExtensionAttributes": {"extensionAttribute1": "x" * 1025}},
        {"onPremisesImmutableId": "a_b"},
    ],
)
async def test_a_value_that_does_not_fit_is_refused_by_name(world: World, properties: dict[str, object]) -> None:
    answer = await world.post("/users", person(**properties))
    name = next(iter(properties))
    message = f"Invalid value specified for property '{name}' of resource 'User'."
    assert error(answer) == (400, "Request_BadRequest", message)
    assert details(answer) == [("InvalidValue", name)]


@pytest.mark.parametrize(
    "properties",
    [
        {"employeeId": "x" * 16},
        {"displayName": "x" * 256},
        {"otherMails": ["a@b.nl", "c@d.nl"]},
        {"usageLocation": "nl"},
        {"employeeHireDate": "2026-01-05T00:00:00+01:00"},
        {"employeeLeaveDateTime": "2026-12-31T23:59:59Z"},
        {"employeeOrgData": {"costCenter": "4100", "division": "Zorg"}},
        {"onPremisesExtensionAttributes": {"extensionAttribute15": "x" * 1024}},
        {"extension_0123456789abcdef0123456789abcdef_contract": "vast"},
        {"streetAddress": "Straat 1\r\nhuis"},
        {"@odata.type": "#microsoft.graph.user"},
    ],
)
async def test_a_value_that_just_fits_is_taken(world: World, properties: dict[str, object]) -> None:
    assert (await world.post("/users", person(**properties))).status_code == 201


@pytest.mark.parametrize("name", ["employeeID", "job_title", "salary"])
async def test_an_unknown_property_is_refused(world: World, name: str) -> None:
    assert error(await world.post("/users", person(**{name: "x"})))[2] == f"Invalid property '{name}'."
    user = await world.create()
    assert error(await world.patch(f"/users/{user}", **{name: "x"}))[0] == 400


@pytest.mark.parametrize("name", ["proxyAddresses", "createdDateTime", "onPremisesSyncEnabled", "assignedLicenses"])
async def test_a_read_only_property_is_refused(world: World, name: str) -> None:
    user = await world.create()
    message = f"Property '{name}' is read-only and cannot be set."
    assert error(await world.patch(f"/users/{user}", **{name: []})) == (400, "Request_BadRequest", message)


@pytest.mark.parametrize("local", ["anna jansen", "jérôme", "a&b", "", "x" * 65, "anna."])
async def test_a_malformed_logon_name_is_refused(world: World, local: str) -> None:
    answer = await world.post("/users", person(userPrincipalName=f"{local}@contoso.nl"))
    assert error(answer) == (400, "Request_BadRequest", "One or more properties contains invalid values.")


@pytest.mark.parametrize("local", ["o'neil", "a.b-c_d!e#f^g~h", "x" * 64])
async def test_every_letter_a_logon_name_may_have_is_taken(world: World, local: str) -> None:
    assert (await world.post("/users", person(userPrincipalName=f"{local}@CONTOSO.nl"))).status_code == 201


async def test_a_domain_that_is_not_verified_is_refused(world: World) -> None:
    answer = await world.post("/users", person(userPrincipalName="anna@fabrikam.nl"))
    assert error(answer)[2].startswith("The domain portion of the userPrincipalName property is invalid.")
    assert details(answer) == [("InvalidValue", "userPrincipalName")]


@pytest.mark.parametrize("password", ["short1!", "alllowercase", "ALLUPPER123", "x" * 257])
async def test_a_weak_password_is_refused_and_never_repeated(world: World, password: str) -> None:
    answer = await world.post("/users", person(passwordProfile={"password": password}))
    assert error(answer)[2].startswith("The specified password does not comply")
    assert password not in answer.text


async def test_a_logon_name_in_use_is_a_conflict_whatever_its_case(world: World) -> None:
    await world.create("anna.jansen")
    answer = await world.post("/users", person("ANNA.Jansen"))
    message = "Another object with the same value for property userPrincipalName already exists."
    assert error(answer) == (400, "Request_BadRequest", message)
    assert details(answer) == [("ObjectConflict", "userPrincipalName")]
    other = await world.create("piet")
    renamed = await world.patch(f"/users/{other}", userPrincipalName="anna.jansen@contoso.nl")
    assert details(renamed) == [("ObjectConflict", "userPrincipalName")]


async def test_a_rename_frees_the_old_name(world: World) -> None:
    first = await world.create("anna.jansen")
    assert (await world.patch(f"/users/{first}", userPrincipalName="anna.devries@contoso.nl")).status_code == 204
    second = await world.create("anna.jansen")
    assert second != first
    answer = await world.get("/users/anna.devries@contoso.nl?$select=id")
    assert answer.json()["id"] == first


async def test_mail_that_is_somebody_elses_address_changes_nothing(world: World) -> None:
    await world.create("anna", mail="info@contoso.nl")
    other = await world.create("piet")
    answer = await world.patch(f"/users/{other}", mail="INFO@contoso.nl", jobTitle="Chef")
    assert error(answer)[2] == "Another object with the same value for property proxyAddresses already exists."
    assert ("ConflictingObjects", "proxyAddresses") in details(answer)
    assert "jobTitle" not in world.tenant.users[other]


async def test_an_immutable_id_is_unique_and_an_employee_number_is_not(world: World) -> None:
    await world.create("anna", onPremisesImmutableId="abc==", employeeId="7")
    assert details(await world.post("/users", person("piet", onPremisesImmutableId="abc==")))[0] == (
        "ObjectConflict",
        "onPremisesImmutableId",
    )
    assert (await world.post("/users", person("kees", employeeId="7"))).status_code == 201


async def test_a_nickname_may_be_shared_unless_the_switch_says_otherwise(world: World) -> None:
    await world.create("anna")
    await world.create("piet", mailNickname="anna")
    world.faults.nickname_is_unique = True
    assert details(await world.post("/users", person("kees", mailNickname="anna")))[0][1] == "mailNickname"


async def test_null_clears_and_absent_leaves(world: World) -> None:
    user = await world.create(jobTitle="Chef", department="Zorg")
    assert (await world.patch(f"/users/{user}", jobTitle=None)).status_code == 204
    answer = await world.get(f"/users/{user}?$select=jobTitle,department")
    assert answer.json()["jobTitle"] is None
    assert answer.json()["department"] == "Zorg"


@pytest.mark.parametrize(
    "name", ["displayName", "userPrincipalName", "mailNickname", "usageLocation", "accountEnabled"]
)
async def test_what_cannot_be_null_cannot_be_cleared(world: World, name: str) -> None:
    user = await world.create(usageLocation="NL")
    assert error(await world.patch(f"/users/{user}", **{name: None}))[0] == 400


async def test_parts_of_a_complex_value_are_merged_unless_the_switch_says_replaced(world: World) -> None:
    user = await world.create(employeeOrgData={"division": "Zorg", "costCenter": "4100"})
    await world.patch(f"/users/{user}", employeeOrgData={"costCenter": "4200"})
    assert world.tenant.users[user]["employeeOrgData"] == {"division": "Zorg", "costCenter": "4200"}
    world.faults.parts_are_replaced = True
    await world.patch(f"/users/{user}", employeeOrgData={"costCenter": "4300"})
    assert world.tenant.users[user]["employeeOrgData"] == {"costCenter": "4300"}


async def test_a_user_is_read_by_id_by_name_and_by_alternate_key(world: World) -> None:
    user = await world.create("o'neil")
    for path in (
        f"/users/{user}",
        f"/users/{user.upper()}",
        f"/users('{user}')",
        "/users/o'neil@contoso.nl",
        "/users/O%27NEIL@contoso.nl",
        "/users(userPrincipalName='o''neil@contoso.nl')",
        f"{BASE}//users/{user}",
        f"/USERS/{user}",
    ):
        answer = await world.get(path)
        assert (answer.status_code, answer.json().get("id")) == (200, user), path


async def test_selected_properties_come_alone_and_extension_attributes_come_all_fifteen(world: World) -> None:
    user = await world.create(onPremisesExtensionAttributes={"extensionAttribute3": "x"})
    body = (
        await world.get(f"/users/{user}?$select=id,employeeId,onPremisesExtensionAttributes,assignedLicenses")
    ).json()
    assert set(body) == {"@odata.context", "id", "employeeId", "onPremisesExtensionAttributes", "assignedLicenses"}
    assert body["employeeId"] is None
    assert body["assignedLicenses"] == []
    assert len(body["onPremisesExtensionAttributes"]) == 15
    assert body["onPremisesExtensionAttributes"]["extensionAttribute3"] == "x"


async def test_a_selected_name_that_does_not_exist_is_refused(world: World) -> None:
    user = await world.create()
    answer = await world.get(f"/users/{user}?$select=id,employeeID")
    assert error(answer)[:2] == (400, "BadRequest")
    assert "'employeeID'" in error(answer)[2]


async def test_properties_outside_the_directory_cannot_be_listed(world: World) -> None:
    assert error(await world.get("/users?$select=skills")) == (
        501,
        "NotImplemented",
        "This operation target is not yet supported.",
    )


async def test_nobody_is_a_404(world: World) -> None:
    for path in ("/users/nobody@contoso.nl", "/users/0f6a3b0e-52d0-4d5c-9d8d-6b8f3cf6e6d1"):
        answer = await world.get(path)
        assert error(answer)[:2] == (404, "Request_ResourceNotFound")
        assert path.rpartition("/")[2] in error(answer)[2]


async def test_ending_sessions_moves_the_moment_from_which_they_are_valid(world: World) -> None:
    user = await world.create()
    world.clock.move(hours=1)
    answer = await world.post(f"/users/{user}/revokeSignInSessions")
    assert answer.status_code == 200
    assert answer.json()["value"] is True
    assert world.tenant.users[user]["signInSessionsValidFromDateTime"] == "2026-03-02T09:00:00Z"


async def test_a_new_password_is_checked_counted_and_forgotten(world: World) -> None:
    user = await world.create()
    world.clock.move(hours=1)
    weak = await world.patch(f"/users/{user}", passwordProfile={"password": "weak"})
    assert weak.status_code == 400
    strong = await world.patch(f"/users/{user}", passwordProfile={"password": "Str0ng-enough!"})
    assert strong.status_code == 204
    held = world.tenant.users[user]
    assert held["lastPasswordChangeDateTime"] == "2026-03-02T09:00:00Z"
    assert "Str0ng" not in str(held)


async def test_a_synchronised_user_keeps_what_is_mastered_on_premises(world: World) -> None:
    boss = world.tenant.add_user()
    user = world.tenant.add_user(onPremisesSyncEnabled=True)
    for properties in ({"jobTitle": "Chef"}, {"accountEnabled": False}, {"usageLocation": "NL", "city": "Ede"}):
        assert error(await world.patch(f"/users/{user}", **properties)) == (400, "Request_BadRequest", MASTERED)
    assert error(await world.put(f"/users/{user}/manager/$ref", reference(boss)))[2] == MASTERED
    assert error(await world.delete(f"/users/{user}/manager/$ref"))[2] == MASTERED
    extension = {"extension_0123456789abcdef0123456789abcdef_site": "Ede"}
    assert (await world.patch(f"/users/{user}", usageLocation="NL", **extension)).status_code == 204


async def test_sensitive_actions_on_an_administrator_take_a_privileged_application(world: World) -> None:
    user = world.tenant.add_user(businessPhones=[])
    world.tenant.add_directory_role("Helpdesk Administrator", [user])
    for properties in ({"accountEnabled": False}, {"mobilePhone": "0612345678"}, {"userPrincipalName": "x@contoso.nl"}):
        assert error(await world.patch(f"/users/{user}", **properties))[:2] == (403, "Authorization_RequestDenied")
    assert (await world.delete(f"/users/{user}")).status_code == 403
    assert (await world.patch(f"/users/{user}", jobTitle="Chef")).status_code == 204
    world.tenant.add_app("admin", "s", privileged=True)
    world.sign_in("admin")
    assert (await world.patch(f"/users/{user}", accountEnabled=False)).status_code == 204


async def test_a_role_held_through_a_role_assignable_group_counts(world: World) -> None:
    user = world.tenant.add_user()
    group = world.tenant.add_group("Admins", isAssignableToRole=True)
    world.tenant.add_member(group, user)
    world.tenant.add_directory_role("User Administrator", [group])
    assert world.tenant.roles(user) == ["User Administrator"]
    assert (await world.patch(f"/users/{user}", accountEnabled=False)).status_code == 403


async def test_a_user_in_a_restricted_unit_is_left_alone(world: World) -> None:
    user = world.tenant.add_user(isManagementRestricted=True)
    assert (await world.patch(f"/users/{user}", jobTitle="Chef")).status_code == 403
    assert (await world.delete(f"/users/{user}")).status_code == 403
    answer = await world.get(f"/users/{user}?$select=isManagementRestricted")
    assert answer.json()["isManagementRestricted"] is True


async def test_the_leave_date_takes_a_permission_of_its_own(world: World) -> None:
    user = await world.create()
    world.faults.deny = {"User-LifeCycleInfo.ReadWrite.All"}
    assert (await world.patch(f"/users/{user}", employeeLeaveDateTime="2026-12-31T00:00:00Z")).status_code == 403
    created = await world.post("/users", person("piet", employeeLeaveDateTime="2026-12-31T00:00:00Z"))
    assert created.status_code == 403
    assert (await world.patch(f"/users/{user}", jobTitle="Chef")).status_code == 204


async def test_a_narrow_permission_allows_only_its_own_properties(world: World) -> None:
    user = await world.create()
    world.tenant.add_app("narrow", "s", permissions={"User.Read.All", "User.EnableDisableAccount.All"})
    world.sign_in("narrow")
    assert (await world.patch(f"/users/{user}", accountEnabled=True)).status_code == 204
    assert (await world.patch(f"/users/{user}", accountEnabled=True, jobTitle="x")).status_code == 403
    assert (await world.post("/users", person("piet"))).status_code == 403


async def test_a_denied_permission_stops_what_needs_it_and_nothing_else(world: World) -> None:
    user = await world.create()
    world.faults.deny = {"User.ReadWrite.All"}
    assert error(await world.post("/users", person("piet"))) == (
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )
    assert (await world.patch(f"/users/{user}", accountEnabled=True)).status_code == 403
    assert (await world.get(f"/users/{user}")).status_code == 200
    world.faults.deny = {"User.Read.All"}
    assert (await world.get(f"/users/{user}")).status_code == 403
    world.faults.deny = set()
    world.tenant.add_app(APP, "s", permissions=DEFAULT_PERMISSIONS - {"User.DeleteRestore.All", "User.ReadWrite.All"})
    assert (await world.delete(f"/users/{user}")).status_code == 403


async def test_the_manager_is_set_read_replaced_and_removed(world: World) -> None:
    user, first, second = [await world.create(name) for name in ("anna", "baas", "directeur")]
    missing = await world.get(f"/users/{user}/manager")
    assert error(missing)[:2] == (404, "Request_ResourceNotFound")
    assert (await world.put(f"/users/{user}/manager/$ref", reference(first))).status_code == 204
    assert (await world.put(f"/users/{user}/manager/$ref", {"@odata.id": f"{BASE}/users/{second}"})).status_code == 204
    read = (await world.get(f"/users/{user}/manager?$select=id")).json()
    assert (read["@odata.type"], read["id"]) == ("#microsoft.graph.user", second)
    linked = (await world.get(f"/users/{user}/manager/$ref")).json()["@odata.id"]
    assert linked.endswith(second)
    assert [row["id"] for row in await world.value(f"/users/{second}/directReports")] == [user]
    expanded = (await world.get(f"/users/{user}?$select=id&$expand=manager($select=id)")).json()
    assert expanded["manager"]["id"] == second
    assert (await world.delete(f"/users/{user}/manager/$ref")).status_code == 204
    assert (await world.delete(f"/users/{user}/manager/$ref")).status_code == 404
    assert world.tenant.manager(user) is None


async def test_setting_the_same_manager_again_is_no_change(world: World) -> None:
    user, boss = await world.create("anna"), await world.create("baas")
    for _ in range(2):
        assert (await world.put(f"/users/{user}/manager/$ref", reference(boss))).status_code == 204
    assert sum("manager" in change.names for change in world.tenant.directory.changes) == 1


async def test_a_password_profile_without_a_password_makes_no_user(world: World) -> None:
    profile = {"forceChangePasswordNextSignIn": True, "@odata.type": "#microsoft.graph.passwordProfile"}
    answer = await world.post("/users", person(passwordProfile=profile))
    assert error(answer)[2] == "A value is required for property 'passwordProfile' of resource 'User'."


async def test_a_manager_who_is_not_there_is_a_404_and_oneself_is_refused(world: World) -> None:
    user = await world.create()
    ghost = "0f6a3b0e-52d0-4d5c-9d8d-6b8f3cf6e6d1"
    assert (await world.put(f"/users/{user}/manager/$ref", reference(ghost))).status_code == 404
    assert (await world.put(f"/users/{user}/manager/$ref", reference(user))).status_code == 400
    assert (await world.put(f"/users/{user}/manager/$ref", {"@odata.id": "nonsense"})).status_code == 400


async def test_a_deleted_manager_is_no_manager(world: World) -> None:
    user, boss = await world.create("anna"), await world.create("baas")
    await world.put(f"/users/{user}/manager/$ref", reference(boss))
    await world.delete(f"/users/{boss}")
    assert (await world.get(f"/users/{user}/manager")).status_code == 404
