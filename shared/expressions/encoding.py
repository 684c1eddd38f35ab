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
SOURCE = Parameter("source", Kind.TEXT)


@ENCODING.strict(
    "ConvertToBase64", SOURCE, returns=Kind.TEXT, examples=(Example('ConvertToBase64("Anna")', "QQBuAG4AYQA="),)
)
def to_base64(source: str | None) -> str | None:
    """The text in UTF-16LE, as base64."""
    return None if source is None else bounded(base64.b64encode(_encoded(source, "utf-16-le")).decode())


@ENCODING.strict(
    "ConvertFromBase64", SOURCE, returns=Kind.TEXT, examples=(Example('ConvertFromBase64("QQBuAG4AYQA=")', "Anna"),)
)
def from_base64(source: str | None) -> str | None:
    """The text that ConvertToBase64 was given. In Entra, only in cloud sync."""
    if source is None:
        return None
    try:
        return bounded(base64.b64decode(source, validate=True).decode("utf-16-le"))
    except (binascii.Error, ValueError):
        raise ExpressionError("was not given text in base64") from None


@ENCODING.strict(
    "ConvertToUTF8Hex", SOURCE, returns=Kind.TEXT, examples=(Example('ConvertToUTF8Hex("Zoë")', "5A6FC3AB"),)
)
def to_utf8_hex(source: str | None) -> str | None:
    """The text in UTF-8, as hexadecimal digits in capitals."""
    return None if source is None else bounded(_encoded(source, "utf-8").hex().upper())


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return bounded(text).encode(encoding)
    except UnicodeEncodeError:
        raise ExpressionError("was given half a character (an unpaired surrogate)") from None
