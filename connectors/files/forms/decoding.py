"""A file as text: its encoding detected or pinned, and decoded strictly; nothing is lost or replaced on the way."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from shared.errors import Misconfigured

_BLOCK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PINNED = {"utf-8": "utf-8-sig", "cp1252": "cp1252", "utf-16": "utf-16"}
_NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "cp1252": "Windows-1252"}


class _Undecodable(Exception):
    def __init__(self, line: int, at_the_end: bool) -> None:
        self.line, self.at_the_end = line, at_the_end


@contextmanager
def opened(path: Path, encoding: str, name: str) -> Iterator[TextIO]:
    """The text of `path` with its line endings as they are; it can be read again from `seek(0)`.

    Raises `Misconfigured` when it cannot be decoded without a doubt.
    """
    with path.open("rb") as raw:
        codec = _codec(raw, name, encoding)
        raw.seek(0)
        text = io.TextIOWrapper(raw, encoding=codec, errors="strict", newline="")
        try:
            yield text
        finally:
            text.detach()


def _codec(raw: BinaryIO, name: str, encoding: str) -> str:
    start = raw.read(4)
    marked = next((codec for mark, codec in _BOMS if start.startswith(mark)), "")
    pinned = _PINNED.get(encoding, "")
    if marked and pinned and marked != pinned:
        raise Misconfigured(
            f"{name} is marked as another encoding than {encoding}; export it as before or change encoding"
        )
    if pinned == "utf-16" and not marked:
        pinned = "utf-16-le"
    try:
        codec = marked or pinned or "utf-8"
        _decode(raw, name, codec)
        return codec
    except _Undecodable as error:
        if marked or pinned or error.at_the_end:
            raise _undecodable(name, codec, error) from None
    try:
        _decode(raw, name, "cp1252")
        return "cp1252"
    except _Undecodable as error:
        raise Misconfigured(
            f"{name}, line {error.line}: the text is neither UTF-8 nor Windows-1252; export it as «CSV UTF-8»"
        ) from None


def _undecodable(name: str, codec: str, error: _Undecodable) -> Misconfigured:
    known = _NAMES.get(codec, "UTF-16")
    if error.at_the_end:
        return Misconfigured(
            f"{name} ends in the middle of a letter of {known}: it was cut off, or it has another encoding; "
            "deliver it again, or set encoding"
        )
    return Misconfigured(f"{name}, line {error.line}: the text is not {known}; export it again or correct encoding")


def _decode(raw: BinaryIO, name: str, codec: str) -> None:
    """Read all of it once; raises `_Undecodable`, or `Misconfigured` for bytes no text has."""
    raw.seek(0)
    decoder, line, ended = codecs.getincrementaldecoder(codec)("strict"), 1, False
    while not ended:
        block = raw.read(_BLOCK)
        ended = not block
        try:
            text = decoder.decode(block, final=ended)
        except UnicodeDecodeError as error:
            raise _Undecodable(line + error.object[: error.start].count(b"\n"), ended) from None
        if "\0" in text:
            line += text[: text.index("\0")].count("\n")
            raise Misconfigured(f"{name}, line {line}: NUL characters; this is no text, or UTF-16 without its mark")
        line += text.count("\n")
