"""What a command of Exchange answers, and which of our three errors it is; no message quotes a body or an address.

The forms are those that were seen on the wire (README of local/exchange): the reason of a refusal stands in
`details[0].message`, as a code, the name of an exception and a text, between bars.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Misconfigured, Reason, Refused, TryLater

SYSTEM = "Exchange Online"
THROTTLED = 30.0
"""Seconds to wait after a 429 that names none."""
BUSY = 10.0
"""Seconds to wait after a failure of the service that names none."""
LONGEST = 86_400.0
"""Seconds; whoever asks for more is asked again tomorrow."""
SETTLING = 60.0
"""Seconds after which what was just written should be visible everywhere; minutes were measured."""

MISSING = "ManagementObjectNotFoundException"
TRANSIENT = frozenset({"UnableToWriteToAadException"})
_TOO_MANY = "maximum number of concurrent requests"
_ON_PREMISES = "being synchronized from your on-premises"
_NO_PARAMETER = "parameter cannot be found"
_KIND = re.compile(r"[A-Za-z]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to one command."""

    cmdlet: str
    about: str = ""
    """The id of the account it is about."""
    status: int
    body: Any = field(default=None, repr=False)
    """The JSON of the answer; None where it holds none."""
    text: str = field(default="", repr=False)
    """What stands in it where it is no JSON."""
    wait: float | None = None
    """Seconds in Retry-After, or None when it is not there."""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300 and not self._too_many

    @property
    def kind(self) -> str:
        """The last part of the exception's name, such as `ManagementObjectNotFoundException`; "" where none is told."""
        _, name, _ = self._parts()
        last = name.rpartition(".")[2]
        return last if _KIND.fullmatch(last) else ""

    @property
    def missing(self) -> bool:
        """Whether something that the command names is not there, or not yet; another 404 says nothing of it."""
        told = _mapping(_mapping(self.body).get("error")).get("code")
        return not self.ok and (self.kind == MISSING or (self.status, told) == (404, "NotFound"))

    def require(self) -> None:
        """Return when it was done; else raise what the answer means.

        What is missing is `TryLater` here: it may not be visible everywhere, and whether it is gone is for the next
        reading to decide.
        """
        if self.missing:
            raise TryLater(f"{self._what()}; not visible yet, or gone", SETTLING)
        if not self.ok:
            raise self.error()

    def error(self) -> TryLater | Refused | Misconfigured:
        """What an answer means that is no success."""
        match self.status:
            case _ if self._too_many:
                return TryLater(f"{self._what()}; too much at once", self._seconds(THROTTLED))
            case 429:
                return TryLater(f"{self._what()}; throttled", self._seconds(THROTTLED))
            case 401:
                return Misconfigured(f"{self._what()}: the sign-in is not accepted; check the identity and its tenant")
            case 403:
                return Misconfigured(
                    f"{self._what()}: the app may not run this; grant what is listed for this connector, "
                    "and wait: a role takes half an hour and more to count"
                )
            case 408 | 425:
                return TryLater(f"{self._what()}; busy", self._seconds(BUSY))
            case status if status >= 500:
                return TryLater(f"{self._what()}; the service failed", self._seconds(BUSY))
            case status if status < 400 or status == 404:
                return Misconfigured(f"{self._what()}, which is no answer of it; check base_url in the settings")
        return self._refused()

    def says(self, text: str) -> bool:
        """Whether the reason of the refusal holds `text`, in any case."""
        return text.lower() in self._parts()[2].lower()

    def _refused(self) -> TryLater | Refused | Misconfigured:
        if self.kind in TRANSIENT or self.says("transient"):
            return TryLater(f"{self._what()}; it says that this passes", self._seconds(BUSY))
        if self.says(_ON_PREMISES):
            return Refused(f"{self._what()}: it is managed on premises", Reason.PROTECTED)
        if self.says(_NO_PARAMETER):
            return Misconfigured(f"{self._what()}: it does not know the command as we send it; its interface changed")
        return Refused(self._what())

    @property
    def _too_many(self) -> bool:
        return _TOO_MANY in self.text

    def _parts(self) -> tuple[str, str, str]:
        """Code, exception and text of the reason."""
        error = _mapping(_mapping(self.body).get("error"))
        details = error.get("details")
        first = _mapping(details[0]) if isinstance(details, list) and details else {}
        said = first.get("message") or error.get("message")
        code, _, rest = (said if isinstance(said, str) else "").partition("|")
        name, bar, text = rest.partition("|")
        return (code, name, text) if bar else ("", "", said if isinstance(said, str) else "")

    def _seconds(self, default: float) -> float:
        return default if self.wait is None else min(self.wait, LONGEST)

    def _what(self) -> str:
        about = f" ({self.about})" if self.about else ""
        return f"{SYSTEM}: {self.cmdlet}{about} answered {self.status} {self.kind}".rstrip()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
