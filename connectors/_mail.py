"""One mail sent from one mailbox through Microsoft Graph, as text and HTML in one message.

Source: «user: sendMail» (learn.microsoft.com/graph/api/user-sendmail), in MIME format. The least permission is
Mail.Send, which «Role Based Access Control for Applications in Exchange Online» limits to one mailbox.
"""

import base64
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP

from connectors._graph import Graph
from shared.connector import Outside

SENDING = frozenset({"/sendMail"})
"""The one request by which the app that reads says something to anybody."""


async def send_mail(
    base: str, outside: Outside, mailbox: str, to: Sequence[str], subject: str, text: str, html: str
) -> None:
    """Raises `TryLater`, `Misconfigured` and `Refused` by what Graph answers."""
    answer = await Graph(base, outside).send(
        "POST", "/users/{mailbox}/sendMail", {"mailbox": mailbox}, mime=_message(to, subject, text, html)
    )
    answer.require()


def _message(to: Sequence[str], subject: str, text: str, html: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["To"], message["Subject"] = ", ".join(to), subject
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return base64.b64encode(message.as_bytes())
