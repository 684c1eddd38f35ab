"""Which organisation of Exchange Online, and what may be done in it."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connectors._signin import address

HOSTS = frozenset({"outlook.office365.com", "outlook.office365.us", "outlook-dod.office365.us"})
"""Where Microsoft serves the commands of Exchange Online; a token is sent nowhere else but to this machine."""
USUAL = "outlook.office365.com"


def _base(text: str) -> str:
    return address(text, HOSTS, "https://<a host of Exchange Online>")


def _agreed(given: bool) -> bool:
    if not given:
        raise ValueError("say true once you have read docs/exchange.md: Microsoft does not support this interface")
    return given


class Settings(BaseModel):
    """Which organisation, and what may be done in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: Annotated[str, Field(pattern=r"^(sandbox|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$")] = Field(
        description="The tenant's id, no domain; `sandbox` is the simulated tenant on this machine."
    )
    unsupported_interface: Annotated[bool, AfterValidator(_agreed)] = Field(
        strict=True,
        description="`true`: it is known that the interface is that of Microsoft's own module, and may change.",
    )
    base_url: Annotated[str, AfterValidator(_base)] = Field(
        default=f"https://{USUAL}", description="Where the commands are run; another address in a national cloud."
    )
    hide_leavers: bool = Field(
        default=True,
        strict=True,
        description="Whether the mailbox of somebody who leaves is hidden from address lists, and shown on return.",
    )
    personal_mailboxes: bool = Field(
        default=False,
        strict=True,
        description="Whether rules may give permissions on mailboxes of people; else on shared ones and rooms only.",
    )
    automapping: bool = Field(
        default=True, strict=True, description="Whether Outlook opens a mailbox by itself for who has full access."
    )
