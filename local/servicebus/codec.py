"""The AMQP 1.0 type system: bytes to values and back, each value in its smallest encoding.

OASIS AMQP 1.0 part 1 (http://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-types-v1.0-os.html). Python's own types
stand for null, boolean, string, binary, long, double, uuid, list and map; the classes below stand for the others.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

Buffer: TypeAlias = bytes | memoryview


class Malformed(Exception):
    """Bytes that are not AMQP 1.0, or a type this codec does not know."""


class Symbol(str):
    __slots__ = ()


class UByte(int):
    __slots__ = ()


class UShort(int):
    __slots__ = ()


class UInt(int):
    __slots__ = ()


class ULong(int):
    __slots__ = ()


class Byte(int):
    __slots__ = ()


class Short(int):
    __slots__ = ()


class Int(int):
    __slots__ = ()


class Timestamp(int):
    """Milliseconds since the Unix epoch."""

    __slots__ = ()


class Float(float):
    __slots__ = ()


class Array(list[Any]):
    """Values of one type."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Described:
    """A value with a descriptor, which says what it means."""

    descriptor: Any
    value: Any


def encode(value: Any) -> bytes:
    """Raises `TypeError` for a type that AMQP does not have."""
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        raise TypeError(f"AMQP has no type for {type(value).__name__}")
    return encoder(value)


def decode(buffer: Buffer, start: int = 0) -> tuple[Any, int]:
    """The value at `start` and where the next one begins. Raises `Malformed`."""
    try:
        return _value(memoryview(buffer), start)
    except (IndexError, OverflowError, RecursionError, ValueError, struct.error) as error:
        raise Malformed(f"not AMQP at byte {start}") from error


def _value(buffer: memoryview, start: int) -> tuple[Any, int]:
    if buffer[start] == 0x00:
        descriptor, end = _value(buffer, start + 1)
        value, end = _value(buffer, end)
        return Described(descriptor, value), end
    return _bare(buffer[start], buffer, start + 1)


def _bare(code: int, buffer: memoryview, start: int) -> tuple[Any, int]:
    if code == 0x45:
        return [], start
    if code in _CONSTANTS:
        return _CONSTANTS[code], start
    if code in _FIXED:
        layout, kind = _FIXED[code]
        return kind(struct.unpack_from(layout, buffer, start)[0]), start + struct.calcsize(layout)
    if code == 0x98:
        return UUID(bytes=bytes(_part(buffer, start, 16))), start + 16
    wide = code & 0x10 != 0
    if code in _VARIABLE:
        size, start = _count(buffer, start, wide)
        return _VARIABLE[code](bytes(_part(buffer, start, size))), start + size
    if code in _COMPOUND:
        size, start = _count(buffer, start, wide)
        end = start + size
        count, start = _count(buffer, start, wide)
        return _COMPOUND[code](_part(buffer, 0, end), start, count), end
    raise Malformed(f"unknown AMQP type {code:#04x}")


def _list(buffer: memoryview, start: int, count: int) -> list[Any]:
    values = []
    for _ in range(count):
        value, start = _value(buffer, start)
        values.append(value)
    return values


def _map(buffer: memoryview, start: int, count: int) -> dict[Any, Any]:
    values = _list(buffer, start, count)
    return dict(zip(values[::2], values[1::2], strict=True))


def _elements(buffer: memoryview, start: int, count: int) -> Array:
    values = Array()
    if count > len(buffer):
        raise Malformed("an AMQP array claims more elements than it has bytes")
    code, start = buffer[start], start + 1
    for _ in range(count):
        value, start = _bare(code, buffer, start)
        values.append(value)
    return values


def _part(buffer: memoryview, start: int, size: int) -> memoryview:
    if start + size > len(buffer):
        raise Malformed("an AMQP value ends before its length")
    return buffer[start : start + size]


def _count(buffer: memoryview, start: int, wide: bool) -> tuple[int, int]:
    if wide:
        return struct.unpack_from(">I", buffer, start)[0], start + 4
    return buffer[start], start + 1


def _integer(zero: int | None, small: int | None, layout: str, code: int) -> Callable[[int], bytes]:
    signed = layout[-1].islower()

    def encoder(value: int) -> bytes:
        if value == 0 and zero is not None:
            return bytes((zero,))
        if small is not None and (-128 <= value < 128 if signed else value < 256):
            return struct.pack(">Bb" if signed else ">BB", small, value)
        return bytes((code,)) + struct.pack(layout, value)

    return encoder


def _sized(small: int, large: int, content: bytes) -> bytes:
    if len(content) < 256:
        return bytes((small, len(content))) + content
    return struct.pack(">BI", large, len(content)) + content


def _compounded(small: int, large: int, values: list[Any]) -> bytes:
    content = b"".join(map(encode, values))
    if len(content) < 255 and len(values) < 256:
        return bytes((small, len(content) + 1, len(values))) + content
    return struct.pack(">BII", large, len(content) + 4, len(values)) + content


def _encoded_array(values: list[Any]) -> bytes:
    if not values:
        return struct.pack(">BIIB", 0xF0, 5, 0, 0x40)
    kind = type(values[0])
    if kind not in _ARRAYS or any(type(value) is not kind for value in values):
        raise TypeError(f"no array of {kind.__name__} is encoded here")
    code, element = _ARRAYS[kind]
    content = b"".join(map(element, values))
    return struct.pack(">BIIB", 0xF0, len(content) + 5, len(values), code) + content


def _long_text(value: str) -> bytes:
    content = value.encode()
    return struct.pack(">I", len(content)) + content


_CONSTANTS = {0x40: None, 0x41: True, 0x42: False, 0x43: UInt(0), 0x44: ULong(0)}
_FIXED: dict[int, tuple[str, Callable[[Any], Any]]] = {
    0x56: (">B", bool),
    0x50: (">B", UByte),
    0x60: (">H", UShort),
    0x52: (">B", UInt),
    0x70: (">I", UInt),
    0x53: (">B", ULong),
    0x80: (">Q", ULong),
    0x51: (">b", Byte),
    0x61: (">h", Short),
    0x54: (">b", Int),
    0x71: (">i", Int),
    0x55: (">b", int),
    0x81: (">q", int),
    0x72: (">f", Float),
    0x82: (">d", float),
    0x83: (">q", Timestamp),
    0x73: (">I", chr),
}
_VARIABLE: dict[int, Callable[[bytes], Any]] = {
    0xA0: bytes,
    0xB0: bytes,
    0xA1: lambda content: content.decode(),
    0xB1: lambda content: content.decode(),
    0xA3: lambda content: Symbol(content.decode("ascii")),
    0xB3: lambda content: Symbol(content.decode("ascii")),
}
_COMPOUND: dict[int, Callable[[memoryview, int, int], Any]] = {
    0xC0: _list,
    0xD0: _list,
    0xC1: _map,
    0xD1: _map,
    0xE0: _elements,
    0xF0: _elements,
}
_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"\x40",
    bool: lambda value: b"\x41" if value else b"\x42",
    UByte: _integer(None, None, ">B", 0x50),
    UShort: _integer(None, None, ">H", 0x60),
    UInt: _integer(0x43, 0x52, ">I", 0x70),
    ULong: _integer(0x44, 0x53, ">Q", 0x80),
    Byte: _integer(None, None, ">b", 0x51),
    Short: _integer(None, None, ">h", 0x61),
    Int: _integer(None, 0x54, ">i", 0x71),
    int: _integer(None, 0x55, ">q", 0x81),
    Timestamp: _integer(None, None, ">q", 0x83),
    Float: lambda value: struct.pack(">Bf", 0x72, value),
    float: lambda value: struct.pack(">Bd", 0x82, value),
    UUID: lambda value: b"\x98" + value.bytes,
    bytes: lambda value: _sized(0xA0, 0xB0, value),
    str: lambda value: _sized(0xA1, 0xB1, value.encode()),
    Symbol: lambda value: _sized(0xA3, 0xB3, value.encode("ascii")),
    Described: lambda value: b"\x00" + encode(value.descriptor) + encode(value.value),
    Array: _encoded_array,
    list: lambda value: _compounded(0xC0, 0xD0, value) if value else b"\x45",
    tuple: lambda value: encode(list(value)),
    dict: lambda value: _compounded(0xC1, 0xD1, [part for item in value.items() for part in item]),
}
_ARRAYS: dict[type, tuple[int, Callable[[Any], bytes]]] = {
    UUID: (0x98, lambda value: value.bytes),
    Timestamp: (0x83, lambda value: struct.pack(">q", value)),
    int: (0x81, lambda value: struct.pack(">q", value)),
    str: (0xB1, _long_text),
    Symbol: (0xB3, _long_text),
}
