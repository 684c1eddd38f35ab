"""Who is told by mail, once a day, what waits for people."""

from typing import Annotated

from pydantic import Field

from shared.policy.approvals import Several
from shared.policy.strict import Strict

ObjectId = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class Mail(Strict):
    """The digest: what waits, what is overdue, what ends soon and what stands still; ids of HR only, never names."""

    to: Several
    """Addresses it is sent to. Whoever answers what waits is a good choice; a shared mailbox is too."""
    mailbox: ObjectId
    """The object id of the mailbox it is sent from. Limit the app to that mailbox in Exchange."""
