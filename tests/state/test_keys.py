"""The key codec: reversible, legal in Table Storage, and in the same order as the originals."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared import keys

LEGAL = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\#?%'\"&+ ]*")
# Every code point, lone surrogates included: hostile text must at worst be odd, never lost.
ANY = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=40)


@given(ANY)
@example("person|a/b\\c#d?e%f")
@example("jan.jansen_gast.nl#EXT#@contoso.onmicrosoft.com")
@example("\ud800")
def test_every_text_comes_back_as_it_was(key: str) -> None:
    assert keys.decode(keys.encode(key)) == key


@given(ANY)
def test_an_encoded_key_is_legal_ascii(key: str) -> None:
    encoded = keys.encode(key)
    assert encoded.isascii()
    assert LEGAL.fullmatch(encoded)


@given(ANY, ANY)
@example("a", "a\x00")
@example("a.", "a/")
@example("a~", "aé")
@example("\uffff", "\U00010000")
@example("a-", "a.")
def test_encoded_keys_sort_as_the_originals_do(one: str, other: str) -> None:
    assert (keys.encode(one) < keys.encode(other)) == (one < other)


def test_neighbouring_code_points_keep_their_order() -> None:
    borders = [*range(0x300), *range(0xFF0, 0x1010), *range(0xFFF0, 0x10010), *range(0xFFFF0, 0x100010)]
    encoded = [keys.encode(chr(code)) for code in borders]
    assert encoded == sorted(encoded)
    assert len(set(encoded)) == len(encoded)


def test_a_plain_key_stays_readable() -> None:
    plain = "link|entra:000123@AFAS_x-{y}"
    assert keys.encode(plain) == plain


@pytest.mark.parametrize("text", ["a/b", "!2", "!zz", "~", "~9abc", "é", "~2e", "a.b"])
def test_text_that_was_never_encoded_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="not a key of this store") as refused:
        keys.decode(text)
    assert text not in str(refused.value)
