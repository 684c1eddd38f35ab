"""Values that must not be found, whatever dress they wear, and where each kind of them may be after all."""

import base64
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote


class Kind(StrEnum):
    """What a canary stands for."""

    HR = "what HR says of somebody"
    NUMBER = "what HR calls somebody"
    SECRET = "a secret, a password, a key or a token"


ALLOWED: Mapping[str, frozenset[Kind]] = {
    "state *|person": frozenset({Kind.HR, Kind.NUMBER}),
    "state *|desired|*": frozenset({Kind.HR, Kind.NUMBER}),
    "state *|link|*": frozenset({Kind.HR, Kind.NUMBER}),
    "state *|hold|*": frozenset({Kind.NUMBER}),
    "sources hash|*": frozenset({Kind.NUMBER}),
    "sources piece|*": frozenset({Kind.HR, Kind.NUMBER}),
    "identifiers *": frozenset({Kind.HR, Kind.NUMBER}),
    "directory *": frozenset({Kind.HR, Kind.NUMBER}),
    "ledger *": frozenset({Kind.HR, Kind.NUMBER}),
}
"""Which rows may hold which kind; a row that is not named here may hold none, and none may hold a secret.

`person` is what HR said, `desired` what it comes to, `link` what was written, `hold` whom it is about (a record that
cannot be used has no other row), `hash` whom a source knows, `piece` an answer of HR that is not whole yet,
`identifiers` who bears which name, `directory` the mirror of a target, `ledger` what was written before, for an undo.
"""


@dataclass(frozen=True, slots=True)
class Canary:
    name: str
    kind: Kind
    value: str


def place(table: str, key: str) -> str:
    """The row of `ALLOWED` that a row belongs to; "" for one that may hold nothing."""
    if table in ("identifiers", "directory", "ledger"):
        return f"{table} *"
    if table == "sources" and key.startswith(("hash|", "piece|")):
        return f"sources {key.partition('|')[0]}|*"
    parts = key.split("|")
    if table == "state" and len(parts) == 2 and parts[1] == "person":
        return "state *|person"
    if table == "state" and len(parts) >= 3 and parts[1] in ("desired", "link", "hold"):
        return f"state *|{parts[1]}|*"
    return ""


def found(canaries: list[Canary], where: bytes, kinds: frozenset[Kind] = frozenset(Kind)) -> set[str]:
    """The names of the canaries of these kinds that stand in `where`, in one dress or another."""
    lower = where.lower()
    return {
        one.name
        for one in canaries
        if one.kind in kinds and any(dress in where or dress.lower() in lower for dress in dresses(one.value))
    }


def dresses(value: str) -> set[bytes]:
    """How a value may look in something that was written: as it is, escaped, encoded, or without its accents."""
    plain = unicodedata.normalize("NFD", value).encode("ascii", "ignore").decode()
    found: set[bytes] = set()
    for text in {value, plain}:
        escaped = json.dumps(text)[1:-1]
        found |= {text.encode(), quote(text, safe="").encode(), escaped.encode(), json.dumps(escaped)[1:-1].encode()}
        found |= {
            text.encode("utf-16-le"),
            text.encode("utf-16-be"),
            text.encode().hex().encode(),
            repr(text)[1:-1].encode(),
        }
        found |= set(_base64(text.encode())) | set(_base64(text.encode("utf-16-le")))
    return found


def _base64(value: bytes) -> Iterator[bytes]:
    """The letters that stand for it wherever it begins among the threes of base64, in both alphabets."""
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            letters = encode(b"\0" * before + value)
            first = -(-before * 8 // 6)
            last = (before + len(value)) * 8 // 6
            yield letters[first:last]
