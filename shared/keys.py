"""Any text as a Table Storage key and back: readable where it is plain, legal everywhere, and in the same order.

Table Storage refuses `/ \\ # ?` and control characters in keys, and `%` and quotes are fragile in its URLs
(https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model). `Store.scan` uses
bounds, so an encoded key must sort as the original does, by code point. Hence a prefix code that keeps order: plain
characters stand for themselves; each run of other characters is written as the run's own first character and two
hexadecimal digits; from "~" upwards it is "~", the number of digits and the digits. Only ASCII remains, so no
collation can disagree.
"""

import re

_RUNS = {
    **dict.fromkeys(range(0x2D), "!"),
    **dict.fromkeys(range(0x2E, 0x30), "."),
    **dict.fromkeys(range(0x3B, 0x40), ";"),
    **dict.fromkeys(range(0x5B, 0x5F), "["),
}
_TAIL = 0x7E
_PLAIN = re.compile(r"[-0-9:@A-Z_`a-z{|}]*")
_OTHER = re.compile(r"[^-0-9:@A-Z_`a-z{|}]")
_TOKEN = re.compile(
    r"[-0-9:@A-Z_`a-z{|}]|[!.;\[][0-9a-f]{2}|~2[0-9a-f]{2}|~3[0-9a-f]{3}|~4[0-9a-f]{4}|~5[0-9a-f]{5}|~6[0-9a-f]{6}"
)


def encode(key: str) -> str:
    """`key` in letters that Table Storage takes; "" stays ""."""
    return _OTHER.sub(_encoded, key)


def decode(key: str) -> str:
    """The key that `encode` was given. Raises `ValueError` for text that `encode` never writes."""
    if _PLAIN.fullmatch(key):
        return key
    decoded, end = [], 0
    while end < len(key):
        token = _TOKEN.match(key, end)
        if token is None:
            raise ValueError(f"not a key of this store: unreadable at character {end}")
        decoded.append(_decoded(token[0]))
        end = token.end()
    return "".join(decoded)


def _encoded(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code >= _TAIL:
        digits = f"{code:x}"
        return f"~{len(digits)}{digits}"
    return f"{_RUNS[code]}{code:02x}"


def _decoded(token: str) -> str:
    if len(token) == 1:
        return token
    return chr(int(token[2:] if token[0] == "~" else token[1:], 16))
