"""The vendor's refusals in its own form: the reason stands between bars in the first of the details.

Form and the text for what is missing: a body that somebody published in 2023; README.md says what is assumed.
"""

from dataclasses import dataclass
from typing import Any

TASKS = "Microsoft.Exchange.Configuration.Tasks"
PLACE = "YQBPR01A12DC007.CANPR01A012.PROD.OUTLOOK.COM"


@dataclass(eq=False)
class ExchangeError(Exception):
    """A refusal. `kind` is the full name of the exception that the service speaks of."""

    status: int
    code: str
    kind: str
    text: str

    def body(self) -> dict[str, Any]:
        reason = f"Ex6F9304|{self.kind}|{self.text}"
        return {
            "error": {
                "code": self.code,
                "message": "Error executing cmdlet",
                "details": [{"code": "Client", "target": "", "message": reason}],
                "innererror": {
                    "message": "Error executing cmdlet",
                    "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                    "stacktrace": "   at Microsoft.Exchange.AdminApi.CommandInvocation.CommandInvocation.InvokeCommand",
                },
                "adminapi.warnings@odata.type": "#Collection(String)",
                "@adminapi.warnings": [],
            }
        }


def missing(identity: str) -> ExchangeError:
    text = f"The operation couldn't be performed because object '{identity}' couldn't be found on '{PLACE}'."
    return ExchangeError(404, "NotFound", f"{TASKS}.ManagementObjectNotFoundException", text)


def unknown_parameter(name: str) -> ExchangeError:
    text = f"A parameter cannot be found that matches parameter name '{name}'."
    return bad_request("System.Management.Automation.ParameterBindingException", text)


def bad_request(kind: str, text: str) -> ExchangeError:
    return ExchangeError(400, "BadRequest", kind, text)


def ambiguous(identity: str) -> ExchangeError:
    text = f"The operation couldn't be performed because '{identity}' matches multiple entries."
    return bad_request(f"{TASKS}.ManagementObjectAmbiguousException", text)


def member_is_there(group: str) -> ExchangeError:
    text = f"The recipient is already a member of the group '{group}'."
    return bad_request("Microsoft.Exchange.Management.Tasks.MemberAlreadyExistsException", text)


def member_is_not_there(group: str) -> ExchangeError:
    text = f"The recipient isn't a member of the group '{group}'."
    return bad_request("Microsoft.Exchange.Management.Tasks.MemberNotFoundException", text)


def on_premises(identity: str) -> ExchangeError:
    text = (
        f"The operation on mailbox '{identity}' failed because it's out of the current user's write scope. The action "
        "can't be performed on the object because the object is being synchronized from your on-premises organization."
    )
    return bad_request("Microsoft.Exchange.Data.Directory.TaskInvalidOperationException", text)
