"""The broker's AMQP codec, held against the one inside the Azure SDK, which was written by somebody else."""

import math
from typing import Any
from uuid import UUID

import pytest
from azure.servicebus._pyamqp import _decode as sdk_decode
from azure.servicebus._pyamqp import _encode as sdk_encode
from azure.servicebus._pyamqp.types import AMQPTypes
from hypothesis import example, given
from hypothesis import strategies as st

from local.servicebus.codec import (
    Array,
    Byte,
    Described,
    Float,
    Int,
    Malformed,
    Short,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
    decode,
    encode,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=300)
INTEGERS = {
    UByte: (0, 2**8 - 1, AMQPTypes.ubyte),
    UShort: (0, 2**16 - 1, AMQPTypes.ushort),
    UInt: (0, 2**32 - 1, AMQPTypes.uint),
    ULong: (0, 2**64 - 1, AMQPTypes.ulong),
    Byte: (-(2**7), 2**7 - 1, AMQPTypes.byte),
    Short: (-(2**15), 2**15 - 1, AMQPTypes.short),
    Int: (-(2**31), 2**31 - 1, AMQPTypes.int),
    int: (-(2**63), 2**63 - 1, AMQPTypes.long),
    Timestamp: (-(2**63), 2**63 - 1, AMQPTypes.timestamp),
}
NUMBERS = st.one_of([st.integers(low, high).map(kind) for kind, (low, high, _) in INTEGERS.items()])
SIMPLE = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.floats(allow_nan=False),
    st.floats(width=32, allow_nan=False).map(Float),
    st.binary(max_size=300),
    TEXT,
    st.uuids(),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=300).map(Symbol),
    st.lists(st.uuids()).map(Array),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1).map(Array),
)
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(TEXT, inner, max_size=5),
        st.builds(Described, st.integers(0, 255).map(ULong), inner),
    ),
    max_leaves=20,
)


def typed(value: Any) -> Any:
    """A value together with its types, which `==` alone would not compare."""
    if isinstance(value, Described):
        return Described, typed(value.descriptor), typed(value.value)
    if isinstance(value, dict):
        return {key: typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return type(value), [typed(each) for each in value]
    return type(value), value


@given(VALUES)
@example(["x" * 300, {"k" * 300: list(range(300))}])
def test_every_value_comes_back_with_its_type(value: Any) -> None:
    encoded = encode(value)
    decoded, end = decode(b"before" + encoded + b"after", 6)
    assert typed(decoded) == typed(value)
    assert end == 6 + len(encoded)


@pytest.mark.parametrize("kind", INTEGERS)
@given(data=st.data())
def test_integers_are_read_by_the_sdk_and_read_back_from_it(kind: type, data: st.DataObject) -> None:
    low, high, name = INTEGERS[kind]
    number = data.draw(st.sampled_from([low, high, 0, 1, min(127, high), min(255, high)]) | st.integers(low, high))
    assert from_sdk(encode(kind(number))) == number
    output = bytearray()
    sdk_encode.encode_value(output, {"TYPE": name, "VALUE": number})
    decoded, end = decode(bytes(output))
    assert (decoded, type(decoded), end) == (number, kind, len(output))


@given(TEXT, st.binary(max_size=300), st.uuids(), st.floats(allow_nan=False))
def test_text_bytes_ids_and_floats_are_read_by_the_sdk(text: str, data: bytes, number: UUID, amount: float) -> None:
    assert from_sdk(encode(text)) == text.encode()
    assert from_sdk(encode(data)) == data
    assert from_sdk(encode(number)) == number
    assert math.isclose(from_sdk(encode(amount)), amount)
    assert from_sdk(encode([text, {"k": data}])) == [text.encode(), {b"k": data}]


def from_sdk(encoded: bytes) -> Any:
    _, value = sdk_decode._DECODE_BY_CONSTRUCTOR[encoded[0]](memoryview(encoded[1:]))
    return value


@given(st.binary(max_size=60))
@example(b"\xd0\xff\xff\xff\xff\x00\x00\x00\x01\x40")
@example(b"\xf0\x00\x00\x00\x05\xff\xff\xff\xff\x40")
@example(b"\x00" * 5000)
@example(b"\xa1\x05abc")
def test_any_other_bytes_are_malformed_and_nothing_worse(noise: bytes) -> None:
    try:
        _, end = decode(noise)
    except Malformed:
        return
    assert end <= len(noise)


@pytest.mark.parametrize("value", [object(), {1, 2}, Array([1, "a"]), Array([1.5])])
def test_what_amqp_has_no_type_for_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encode(value)
