"""Text as base64 and hexadecimal, in the encodings Entra uses.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings": base64 holds UTF-16 (little
endian), hexadecimal holds UTF-8 in capitals.
"""

import base64
import binascii

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter
from shared.expressions.values import Kind, bounded

ENCODING = Family("Encoding")
ENCODINGS = {"Unicode": "utf-16-le", "UTF8": "utf-8", "ASCII": "ascii"}
SOURCE = Parameter("source", Kind.TEXT)


@ENCODING.strict(
    "ConvertToBase64", SOURCE, returns=Kind.TEXT, examples=(Example('ConvertToBase64("Anna")', "QQBuAG4AYQA="),)
)
def to_base64(source: str | None) -> str | None:
    """The text in UTF-16LE, as base64."""
    return None if source is None else bounded(base64.b64encode(_encoded(source, "utf-16-le")).decode())


def _encoding(name: str | None) -> str:
    if name not in ENCODINGS:
        raise ExpressionError("is not an encoding", hint="write Unicode, UTF8 or ASCII")
    return ENCODINGS[name]


@ENCODING.strict(
    "ConvertFromBase64",
    SOURCE,
    Parameter("encoding", Kind.TEXT, default="utf-16-le", prepare=_encoding),
    returns=Kind.TEXT,
    examples=(
        Example('ConvertFromBase64("QQBuAG4AYQA=")', "Anna"),
        Example('ConvertFromBase64("Wm/Dqw==", UTF8)', "Zoë"),
    ),
)
def from_base64(source: str | None, encoding: str) -> str | None:
    """The text that base64 holds, in UTF-16LE unless UTF8 or ASCII is given. In Entra, only in cloud sync."""
    if source is None:
        return None
    try:
        return bounded(base64.b64decode(source, validate=True).decode(encoding))
    except (binascii.Error, ValueError):
        raise ExpressionError("was not given text in base64") from None


@ENCODING.strict(
    "ConvertToUTF8Hex", SOURCE, returns=Kind.TEXT, examples=(Example('ConvertToUTF8Hex("Zoë")', "5A6FC3AB"),)
)
def to_utf8_hex(source: str | None) -> str | None:
    """The text in UTF-8, as hexadecimal digits in capitals."""
    return None if source is None else bounded(_encoded(source, "utf-8").hex().upper())


@ENCODING.strict(
    "ConvertFromUTF8Hex", SOURCE, returns=Kind.TEXT, examples=(Example('ConvertFromUTF8Hex("5A6FC3AB")', "Zoë"),)
)
def from_utf8_hex(source: str | None) -> str | None:
    """The text that ConvertToUTF8Hex was given. In Entra, only in Connect Sync."""
    if source is None:
        return None
    try:
        return bounded(bytes.fromhex(source).decode())
    except ValueError:
        raise ExpressionError("was not given text in hexadecimal") from None


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return bounded(text).encode(encoding)
    except UnicodeEncodeError:
        raise ExpressionError("was given half a character (an unpaired surrogate)") from None
