"""SOAP envelopes of Nmbrs' v3: what is sent, what came back, and what a fault means; pure, and nothing of it is quoted.

Source: the published examples of `https://api.nmbrs.nl/soap/v3/EmployeeService.asmx?op=…` and clients made from its
WSDL. The header's elements stand in the namespace of the service, and the names of parameters are case-sensitive.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, TypeAlias

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from connectors.nmbrs.reduce import SYSTEM
from shared.errors import Misconfigured, Refused, TryLater

SPACE = "https://api.nmbrs.nl/soap/v3"
"""What every namespace begins with, at the sandbox too."""
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
CODE = re.compile(r"--->\s*(\d{4})\s*:")

Element: TypeAlias = Any
"""Of `xml.etree`, which is only read through defusedxml."""


class NotAccepted(Exception):
    """User name, token or domain are not accepted; they may have been changed in the key vault."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The API user."""

    user: str = field(repr=False)
    token: str = field(repr=False)
    domain: str


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of one service with its parameters."""

    service: str
    operation: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/soap/v3/{self.service}.asmx"

    @property
    def action(self) -> str:
        """The header without which a SOAP 1.1 envelope is refused."""
        return f'"{SPACE}/{self.service}/{self.operation}"'

    def envelope(self, caller: Caller) -> bytes:
        space = f'xmlns="{SPACE}/{self.service}"'
        who = {"Username": caller.user, "Token": caller.token, "Domain": caller.domain}
        return (
            '<?xml version="1.0" encoding="utf-8"?>'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
            f"<soap:Header><AuthHeaderWithDomain {space}>{_tags(who)}</AuthHeaderWithDomain></soap:Header>"
            f"<soap:Body><{self.operation} {space}>{_tags(self.parameters)}</{self.operation}></soap:Body>"
            "</soap:Envelope>"
        ).encode()


def _tags(values: Mapping[str, str | int]) -> str:
    return "".join(f"<{name}>{escape(str(value), quote=False)}</{name}>" for name, value in values.items())


def parsed(what: str, body: bytes) -> Element:
    """The document. Raises `TryLater` for XML that is cut off, `Misconfigured` for what is none, or asks for more than
    a document may.
    """
    try:
        return fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        found = None
    except ParseError:
        found = body.lstrip()[:20].lower()
    if found is not None and found.startswith((b"<?xml", b"<soap", b"<s:")):
        raise TryLater(f"{what} answered XML that is cut off or broken; it is asked again later")
    raise Misconfigured(
        f"{what} answered with something that is no SOAP; check soap_base in the settings and any proxy on the way"
    )


def result(what: str, call: Call, document: Element) -> Element | None:
    """The element with what was asked for; None when the answer says that there is nothing.

    Raises `Misconfigured` when the answer is one to another question.
    """
    inside = child(child(document, "Body"), f"{call.operation}Response")
    if inside is None:
        raise Misconfigured(f"{what} answered without a {call.operation}Response; its interface may have changed")
    found = child(inside, f"{call.operation}Result")
    return None if found is None or _nil(found) else found


def fault(what: str, document: Element) -> TryLater | Misconfigured | Refused | NotAccepted | None:
    """What a fault means, of either version of SOAP; None when there is none. Its own text may quote what was sent."""
    found = child(child(document, "Body"), "Fault")
    if found is None:
        return None
    text = " ".join(part.strip() for part in found.itertext() if part)
    code = CODE.search(text)
    number = code.group(1) if code else ""
    told = f"{what} answered with fault {number}".rstrip()
    if number in {"1001", "1006"} or "email/password" in text:
        return NotAccepted(told)
    if number == "2003":
        return Refused(f"{told}: the API user does not see this employee")
    if because := MEANINGS.get(number):
        return Misconfigured(f"{told}: {because}")
    if "SOAP action" in text or "soap action" in text:
        return Misconfigured(f"{told}: it does not know the operation; its interface may have changed")
    return TryLater(f"{told}; it is asked again later")


RIGHTS = "the API user may not do this; ask for its template to be changed in Nmbrs"
UNSEEN = "the API user does not see this company or debtor; ask for its template to be changed, or exclude the company"
DOMAIN = "the domain in the settings is not that of the API user's environment; correct it"
MEANINGS: Mapping[str, str] = {
    "1002": RIGHTS,
    "1003": RIGHTS,
    "1004": "the environment has no valid subscription; ask Nmbrs",
    "2004": UNSEEN,
    "2009": UNSEEN,
    "2011": "the environment is in protected mode; ask Nmbrs",
    "2013": "the environment is a free trial, which has no API; ask Nmbrs",
    "2042": DOMAIN,
    "2043": DOMAIN,
}


def child(element: Element | None, name: str) -> Element | None:
    """The first child of that name, in any namespace: SOAP 1.1 and 1.2 have different ones."""
    return next((one for one in element if local(one) == name), None) if element is not None else None


def children(element: Element | None) -> Iterator[Element]:
    yield from (element if element is not None else ())


def local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def values(element: Element) -> dict[str, Any]:
    """The children of a record by name: their text, None for nil ones, and records again for those with children."""
    return {local(one): _value(one) for one in element}


def _value(element: Element) -> Any:
    if _nil(element):
        return None
    return values(element) if len(element) else (element.text or "").strip()


def _nil(element: Element) -> bool:
    return element.get(NIL) in {"true", "1"}


def named(call: Call) -> str:
    """«Nmbrs: Operation»: what every message says of a call; never its parameters."""
    return f"{SYSTEM}: {call.operation}"
