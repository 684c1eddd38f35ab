"""Stand-ins for values of HR in a recording: of the same shape, always the same for the same value, never told back.

Everything is replaced unless it is known to be a word of the system itself. The key of a recording is drawn for it and
kept nowhere, so nobody can find a value by trying.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

from shared.model import Value

LOWER, UPPER, OTHER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "李王張劉陳楊黃趙"
ACCENTED = "áâäåçéêëíïñóöøšúüž"
ATTEMPTS = 500
YEARS = range(1902, 2200)
"""Beyond them a date is a stand-in for «never»; it is nobody's, and stays."""

DAY = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?P<rest>(?:[T ].{0,40})?)")
DUTCH_DAY = re.compile(r"(?P<d>\d{1,2})(?P<one>[-/])(?P<m>\d{1,2})(?P<two>[-/])(?P<y>\d{4})(?P<rest>(?: .{0,40})?)")


class Stand:
    """The stand-ins of one recording."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    @cached_property
    def shift(self) -> timedelta:
        """By how much every date is moved: some weeks back, so that it stays the same day of the week."""
        drawn = hmac.digest(self._key, b"shift", hashlib.sha256)
        return timedelta(weeks=-(8 + drawn[0] % 90))

    def known(self, text: str) -> str | None:
        """The stand-in that was given for exactly this text; None when it never stood in an answer."""
        return self._given.get(text)

    def text(self, text: str) -> str:
        """Dates are shifted; letters and digits become others of their kind, one by one; the rest stays."""
        if text not in self._given:
            self._given[text] = self._shifted(text) or self._other(text)
            self._taken.add(self._given[text])
        return self._given[text]

    def number(self, number: int | float) -> int | float:
        """As many digits; the same as for the same digits in text, so that ids agree in every form."""
        written = repr(abs(number))
        made = self.text(written if "e" not in written else f"{abs(number):.9f}")
        found = float(made) if isinstance(number, float) else int(made)
        return -found if number < 0 else found

    def value(self, value: Value) -> Value:
        """One value of a person, as it will be read from the recording."""
        if isinstance(value, tuple):
            return tuple(map(self.text, value))
        if value is None or isinstance(value, bool):
            return value
        return self.text(value) if isinstance(value, str) else self.number(value)

    def _shifted(self, text: str) -> str:
        found = DAY.fullmatch(text) or DUTCH_DAY.fullmatch(text)
        if found is None:
            return ""
        try:
            before = date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            return ""
        if before.year not in YEARS:
            return text
        after = before + self.shift
        if found.re is DAY:
            return after.isoformat() + found["rest"]
        written = (str(part).zfill(len(found[name])) for part, name in ((after.day, "d"), (after.month, "m")))
        return found["one"].join(written) + found["two"] + f"{after.year}{found['rest']}"

    def _other(self, text: str) -> str:
        """One that nobody has, and not the value itself as long as there is another of its shape."""
        made = text
        for attempt in range(ATTEMPTS):
            made = "".join(_letters(text, _stream(self._key, f"{attempt}\0{text}")))
            if made != text and made not in self._taken:
                break
        return made


def _stream(key: bytes, text: str) -> Iterator[int]:
    """Numbers that follow from a text, without end."""
    for block in range(1_000_000):
        yield from hmac.digest(key, f"{block}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)


def _letters(text: str, drawn: Iterator[int]) -> Iterator[str]:
    """Each letter and digit becomes another of its kind; zeros before a number stay, for they are part of its shape."""
    leading = True
    for one in text:
        if one.isdecimal():
            zero = one == "0"
            yield "0" if zero and leading else "123456789"[next(drawn) % 9] if leading else str(next(drawn) % 10)
            leading = leading and zero
        elif not one.isalnum():
            yield one
            leading = True
        else:
            yield _of_kind(one, next(drawn))
            leading = True


def _of_kind(one: str, drawn: int) -> str:
    kind = unicodedata.category(one)
    if kind not in ("Ll", "Lu"):
        return OTHER[drawn % len(OTHER)]
    letters = (LOWER if one.isascii() else ACCENTED) if kind == "Ll" else (UPPER if one.isascii() else ACCENTED.upper())
    return letters[drawn % len(letters)]
