"""What Microsoft Graph answers, and which of our three errors it is; no message quotes a body or a personal value.

Source: «Microsoft Graph error responses» and «Throttling guidance» (learn.microsoft.com/graph/errors, /throttling);
texts that only the wire shows are named where they are used.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Misconfigured, Reason, Refused, TryLater

THROTTLED = 30.0
"""Seconds to wait after a 429 that names none."""
BUSY = 10.0
"""Seconds to wait after a failure of the service that names none."""
LONGEST = 86_400.0
"""Seconds; whoever asks for more is asked again tomorrow."""
SETTLING = 10.0
"""Seconds after which what was just written should be visible everywhere."""

RESYNC = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired", "directory_expiredpagetoken"})
"""Codes, in lower case, that say a delta or page link is too old («Use delta query», and reports of the wire)."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,63}")
_SAME_VALUE = re.compile(r"same value for property '?([A-Za-z][A-Za-z0-9]{0,63})")
_REQUIRED = re.compile(r"[Aa] value is required for property '([A-Za-z][A-Za-z0-9]{0,63})'")
_INVALID = re.compile(r"Invalid value specified for property '([A-Za-z][A-Za-z0-9]{0,63})'")
_BY_ADDRESS = ("mail", "userPrincipalName", "mailNickname")
"""What may add an address to proxyAddresses, the likeliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of Graph, of a request by itself or of a part of a batch."""

    operation: str
    """Method and path with placeholders: «PATCH /users/{user}»."""
    about: str = ""
    """The ids that stand in the path."""
    status: int
    body: Any = field(default=None, repr=False)
    wait: float | None = None
    """Seconds in Retry-After, or None when it is not there."""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The code of the error, or "" where the body holds none that looks like one."""
        return _word(_mapping(_mapping(self.body).get("error")).get("code"))

    def says(self, text: str) -> bool:
        """Whether the error's message holds `text`, in any case: some refusals differ by nothing else."""
        return text.lower() in self._message().lower()

    def conflicts(self, name: str) -> bool:
        """Whether somebody else, be it a deleted object, holds the value of property `name`."""
        return name in self._clashes()

    @property
    def expired(self) -> bool:
        """Whether a delta or page link is refused because it is too old, or no longer understood."""
        return self.status == 410 or self.code.lower() in RESYNC or self.says("badly formed token")

    def require(self, written: Collection[str] = ()) -> None:
        """Return when it was done; else raise what the answer means.

        Here a 404 is `TryLater`: what was just read or written may not be visible everywhere, and whether it is gone
        is for the next reading to decide.
        """
        if self.status == 404:
            raise TryLater(f"{self._what()}; not visible yet, or gone", SETTLING)
        if not self.ok:
            raise self.error(written)

    def error(self, written: Collection[str] = ()) -> TryLater | Refused | Misconfigured:
        """What a failed answer means; `written` are the attributes the request wrote, for conflicts to point at."""
        match self.status:
            case 429:
                return TryLater(f"{self._what()}; throttled", self._seconds(THROTTLED))
            case 409 if self.code == "Directory_ConcurrencyViolation":
                return TryLater(f"{self._what()}; somebody else is writing the same object", self._seconds(BUSY))
            case 401:
                return Misconfigured(f"{self._what()}: the sign-in is not accepted; check the identity and its tenant")
            case 403:
                return Misconfigured(
                    f"{self._what()}: the app may not do this; grant the permissions listed for this connector"
                )
            case 501:
                return Misconfigured(f"{self._what()}: Graph cannot do this")
            case 408 | 423 | 425:
                return TryLater(f"{self._what()}; busy", self._seconds(BUSY))
            case status if status >= 500:
                return TryLater(f"{self._what()}; the service failed", self._seconds(BUSY))
            case status if status < 400:
                return Misconfigured(f"{self._what()}, a redirect that is not followed; check base_url in the settings")
        return self._refused(written)

    def _refused(self, written: Collection[str]) -> Refused:
        if clashes := self._clashes():
            return self._taken(clashes, written)
        if self.says("on-premises mastered"):
            return Refused(f"{self._what()}: it is managed on premises", Reason.PROTECTED)
        message = self._message()
        if missing := _REQUIRED.search(message):
            name = missing.group(1)
            return Refused(f"{self._what()}: {name} is required", Reason.MISSING_DATA, name)
        invalid = _INVALID.search(message)
        name = invalid.group(1) if invalid else next(self._details("InvalidValue"), "")
        return Refused(f"{self._what()}" + (f": {name} is not valid" if name else ""), Reason.REFUSED, name)

    def _clashes(self) -> tuple[str, ...]:
        """Properties of which somebody else holds the value."""
        named = tuple(self._details("ObjectConflict"))
        clash = _SAME_VALUE.search(self._message())
        return named or ((clash.group(1),) if clash else ())

    def _taken(self, clashes: tuple[str, ...], written: Collection[str]) -> Refused:
        ours = [name for name in clashes if name in written]
        if not ours and "proxyAddresses" in clashes:
            ours = [name for name in _BY_ADDRESS if name in written]
        if ours:
            return Refused(f"{self._what()}: somebody else holds this {ours[0]}", Reason.TAKEN, ours[0])
        return Refused(f"{self._what()}: it shares its {clashes[0]} with another object; repair that first")

    def _details(self, code: str) -> Iterator[str]:
        details = _mapping(_mapping(self.body).get("error")).get("details")
        for detail in details if isinstance(details, list) else ():
            if _mapping(detail).get("code") == code and (target := _word(_mapping(detail).get("target"))):
                yield target

    def _message(self) -> str:
        message = _mapping(_mapping(self.body).get("error")).get("message")
        return message if isinstance(message, str) else ""

    def _seconds(self, default: float) -> float:
        return default if self.wait is None else min(self.wait, LONGEST)

    def _what(self) -> str:
        about = f" ({self.about})" if self.about else ""
        return f"Microsoft Graph: {self.operation}{about} answered {self.status} {self.code}".rstrip()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _word(value: Any) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""
