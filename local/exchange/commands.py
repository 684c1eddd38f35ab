"""The commands that are served: what each may be told, what it does, and what it says when it may not.

Source: parameters by «ExchangePowerShell» (learn.microsoft.com/powershell/module/exchange); README.md says the rest.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.exchange import errors, rows
from local.exchange.organisation import PRESET, Mailbox, Organisation

CUSTOM = tuple(f"CustomAttribute{number}" for number in range(1, 16))
HASHTABLE = "#Exchange.GenericHashTable"
FULL_ACCESS, SEND_AS = "FullAccess", "SendAs"
PRESENT = "The appropriate access control entry is already present on the object."
ABSENT = "Can't remove the access control entry because the ACE isn't present."
_MEMBERS = re.compile(r"Members -eq '((?:[^']|'')*)'")


@dataclass(slots=True)
class Run:
    """One command while it is run; `manager` says that the app may change lists that it does not own."""

    org: Organisation
    given: Mapping[str, Any]
    manager: bool
    warnings: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A parameter that must be there. Raises `ExchangeError`."""
        value = self.given.get(name)
        if not isinstance(value, str) or not value:
            kind = "System.Management.Automation.ParameterBindingException"
            raise errors.bad_request(kind, f"Cannot process command because of a missing parameter: {name}.")
        return value


Rows = list[dict[str, Any]]


class Forbidden(Exception):
    """The app's role does not allow the command, or not with this parameter."""


def get_mailbox(run: Run) -> Rows:
    held = run.org.shown()
    if "Identity" in run.given:
        return [rows.mailbox(run.org, one) for one in rows.alike(run.org, run.text("Identity"), held)]
    kinds = run.given.get("RecipientTypeDetails")
    wanted = [kinds] if isinstance(kinds, str) else kinds
    return [rows.mailbox(run.org, one) for one in held.values() if wanted is None or one.kind in wanted]


def set_mailbox(run: Run) -> Rows:
    mailbox = _writable(run)
    if mailbox.synced:
        raise errors.on_premises(run.text("Identity"))
    changes = {name: value for name, value in run.given.items() if name != "Identity"}
    for name, value in changes.items():
        _check(name, value)
    run.org.about_to_change(mailbox)
    before = rows.mailbox(run.org, mailbox)
    for name, value in changes.items():
        _set(run, mailbox, name, value)
    if before == rows.mailbox(run.org, mailbox):
        run.warnings.append("The command completed successfully but no settings of the mailbox have been modified.")
    run.org.keep(mailbox)
    return []


def _check(name: str, value: Any) -> None:
    """Raises `ExchangeError` for what the parameter cannot hold."""
    match name:
        case "Type":
            wrong = not isinstance(value, str) or value not in PRESET
        case "HiddenFromAddressListsEnabled":
            wrong = not isinstance(value, bool)
        case "GrantSendOnBehalfTo":
            wrong = not isinstance(value, dict) or value.get("@odata.type") != HASHTABLE
        case _:
            wrong = not isinstance(value, str | None) or len(value or "") > 1024
    if wrong:
        kind = "System.Management.Automation.ParameterBindingException"
        raise errors.bad_request(kind, f"Cannot process argument transformation on parameter '{name}'.")


def _set(run: Run, mailbox: Mailbox, name: str, value: Any) -> None:
    match name:
        case "Type":
            mailbox.kind = PRESET[value]
        case "HiddenFromAddressListsEnabled":
            mailbox.hidden = value
        case "GrantSendOnBehalfTo":
            for identity in _several(value.get("add")):
                _add(mailbox.on_behalf, _user(run, identity))
            for identity in _several(value.get("remove")):
                _take(mailbox.on_behalf, _user(run, identity))
        case _:
            mailbox.custom = {**mailbox.custom, name: value or ""}


def get_permission(run: Run) -> Rows:
    mailbox = rows.one_mailbox(run.org, run.text("Identity"), run.org.shown())
    return _of(run, rows.full_access(run.org, mailbox), "User")


def get_send_as(run: Run) -> Rows:
    mailbox = rows.one_mailbox(run.org, run.text("Identity"), run.org.shown())
    return _of(run, rows.send_as(run.org, mailbox), "Trustee")


def _of(run: Run, found: Rows, whom: str) -> Rows:
    if whom not in run.given:
        return found
    name = run.org.user(_user(run, run.text(whom)))["userPrincipalName"]
    return [row for row in found if row[whom] == name]


def add_permission(run: Run) -> Rows:
    mailbox, user = _changed(run, "User", FULL_ACCESS, adds=True, asks=False)
    return [row for row in rows.full_access(run.org, mailbox) if row["UserSid"] == f"S-1-5-21-{user}"]


def remove_permission(run: Run) -> Rows:
    _changed(run, "User", FULL_ACCESS, adds=False)
    return []


def add_send_as(run: Run) -> Rows:
    _changed(run, "Trustee", SEND_AS, adds=True)
    return []


def remove_send_as(run: Run) -> Rows:
    _changed(run, "Trustee", SEND_AS, adds=False)
    return []


def _changed(run: Run, whom: str, right: str, *, adds: bool, asks: bool = True) -> tuple[Mailbox, str]:
    """Somebody has this right on a mailbox from now on, or no longer; which mailbox, and who."""
    mailbox, user = _writable(run), _user(run, run.text(whom))
    if asks:
        _confirmed(run)
    _rights(run, [right])
    run.org.about_to_change(mailbox)
    held = mailbox.full_access if right == FULL_ACCESS else mailbox.send_as
    if not (_add if adds else _take)(held, user):
        run.warnings.append(PRESENT if adds else ABSENT)
    run.org.keep(mailbox)
    return mailbox, user


def get_recipient(run: Run) -> Rows:
    """Groups that somebody is in, which is all that is served of this command."""
    found = _MEMBERS.fullmatch(run.text("Filter"))
    if found is None:
        raise errors.bad_request("System.Management.Automation.ParameterBindingException", "Invalid filter syntax.")
    dn = found.group(1).replace("''", "'")
    kinds = run.given.get("RecipientTypeDetails") or []
    told = [rows.list_of(one) for one in run.org.lists.values() if dn in map(run.org.dn, one.members)]
    return [row for row in told if row["RecipientTypeDetails"] in kinds]


def get_list(run: Run) -> Rows:
    if "Identity" in run.given:
        return [rows.list_of(one) for one in rows.lists_alike(run.org, run.text("Identity"))]
    return [rows.list_of(one) for one in run.org.lists.values()]


def add_member(run: Run) -> Rows:
    one, user = rows.one_list(run.org, run.text("Identity")), _member(run)
    if not _add(one.members, user):
        raise errors.member_is_there(one.name)
    run.org.keep_list(one)
    return []


def remove_member(run: Run) -> Rows:
    _confirmed(run)
    one, user = rows.one_list(run.org, run.text("Identity")), _member(run)
    if not _take(one.members, user):
        raise errors.member_is_not_there(one.name)
    run.org.keep_list(one)
    return []


def _member(run: Run) -> str:
    """Whom it is about. Raises `Forbidden` unless the app may pass by the owners of the list."""
    if not (run.manager and run.given.get("BypassSecurityGroupManagerCheck") is True):
        raise Forbidden
    if rows.one_list(run.org, run.text("Identity")).synced:
        raise errors.on_premises(run.text("Identity"))
    return _user(run, run.text("Member"))


def _writable(run: Run) -> Mailbox:
    return rows.one_mailbox(run.org, run.text("Identity"))


def _user(run: Run, identity: str) -> str:
    """The id of the owner of the mailbox that an identity means; only they can be given anything here."""
    return rows.one_mailbox(run.org, identity).owner


def _rights(run: Run, wanted: list[str]) -> None:
    given = run.given.get("AccessRights")
    if ([given] if isinstance(given, str) else given) != wanted:
        kind = "System.Management.Automation.ParameterBindingException"
        raise errors.bad_request(kind, "Cannot process argument transformation on parameter 'AccessRights'.")


def _confirmed(run: Run) -> None:
    """A command that asks first cannot be answered here. Raises `ExchangeError`."""
    if run.given.get("Confirm") is not False:
        raise errors.bad_request("System.Management.Automation.HostException", "The host does not support prompting.")


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _add(members: list[str], one: str) -> bool:
    there = one in members
    members += [] if there else [one]
    return not there


def _take(members: list[str], one: str) -> bool:
    there = one in members
    members[:] = [other for other in members if other != one]
    return there


COMMANDS: Mapping[str, tuple[Callable[[Run], Rows], frozenset[str]]] = {
    "Get-Mailbox": (get_mailbox, frozenset({"Identity", "RecipientTypeDetails", "ResultSize"})),
    "Set-Mailbox": (
        set_mailbox,
        frozenset({"Identity", "Type", "HiddenFromAddressListsEnabled", "GrantSendOnBehalfTo", *CUSTOM}),
    ),
    "Get-MailboxPermission": (get_permission, frozenset({"Identity", "User", "ResultSize"})),
    "Add-MailboxPermission": (
        add_permission,
        frozenset({"Identity", "User", "AccessRights", "InheritanceType", "AutoMapping", "Confirm"}),
    ),
    "Remove-MailboxPermission": (
        remove_permission,
        frozenset({"Identity", "User", "AccessRights", "InheritanceType", "Confirm"}),
    ),
    "Get-RecipientPermission": (get_send_as, frozenset({"Identity", "Trustee", "AccessRights", "ResultSize"})),
    "Add-RecipientPermission": (add_send_as, frozenset({"Identity", "Trustee", "AccessRights", "Confirm"})),
    "Remove-RecipientPermission": (remove_send_as, frozenset({"Identity", "Trustee", "AccessRights", "Confirm"})),
    "Get-Recipient": (get_recipient, frozenset({"Filter", "RecipientTypeDetails", "ResultSize"})),
    "Get-DistributionGroup": (get_list, frozenset({"Identity", "ResultSize"})),
    "Add-DistributionGroupMember": (
        add_member,
        frozenset({"Identity", "Member", "BypassSecurityGroupManagerCheck", "Confirm"}),
    ),
    "Remove-DistributionGroupMember": (
        remove_member,
        frozenset({"Identity", "Member", "BypassSecurityGroupManagerCheck", "Confirm"}),
    ),
}
"""Command → what does it and the parameters that are served; another one is refused, never ignored."""
