"""What an attribute can hold: length, letters, the shape of an address; and words that never hold the value."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.attributes import Attribute
from shared.model import Value
from tests.effort import effort

LETTERS = string.ascii_letters + string.digits + ".-"
LOGON = Attribute(name="logon", longest=20, longest_local=8, allows=LETTERS, between=".")
NICK = Attribute(name="nick", longest=8, refuses="@ ", between=".-")
FREE = Attribute(name="free")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (FREE, "anything at all, é\n\0, and of any length" * 100),
        (LOGON, "anna.wit@contoso.nl"),
        (LOGON, "a@b"),
        (LOGON, "12345678@contoso.nl"),
        (LOGON, "anna@conto_so.nl"),
        (NICK, "12345678"),
        (NICK, "a.b-c"),
        (NICK, "a.-b"),
        *((attribute, value) for attribute in (LOGON, NICK, FREE) for value in (None, "", (), ("",), True, 7, 1.5)),
        (NICK, ("anna", "bert")),
    ],
)
def test_what_fits_has_no_misfit(attribute: Attribute, value: Value) -> None:
    assert attribute.misfit(value) == ""


@pytest.mark.parametrize(
    ("attribute", "value", "why"),
    [
        (LOGON, "anna@contoso-in-nl.nl", "has 21 characters, and 20 is the most"),
        (LOGON, "123456789@b.nl", "has 9 characters before the @, and 8 is the most"),
        (LOGON, "anna wit@b.nl", "holds the character U+0020, which may not stand there"),
        (LOGON, "anné@b.nl", "holds the character é, which may not stand there"),
        (LOGON, "ann\ue000@b.nl", "holds the character U+E000, which may not stand there"),
        (LOGON, ".anna@b.nl", "holds the character . at an end, or twice in a row"),
        (LOGON, "anna.@b.nl", "holds the character . at an end, or twice in a row"),
        (LOGON, "an..na@b.nl", "holds the character . at an end, or twice in a row"),
        *((LOGON, odd, "is no address: it needs one @, with something before and after it") for odd in ("anna", "@")),
        *((LOGON, odd, "is no address: it needs one @, with something before and after it") for odd in ("a@", "@b")),
        (LOGON, "a@b@c", "is no address: it needs one @, with something before and after it"),
        (NICK, "123456789", "has 9 characters, and 8 is the most"),
        (NICK, "an@na", "holds the character @, which may not stand there"),
        (NICK, "-anna", "holds the character - at an end, or twice in a row"),
        (NICK, ("anna", "be rt"), "holds the character U+0020, which may not stand there"),
    ],
)
def test_a_misfit_says_why(attribute: Attribute, value: Value, why: str) -> None:
    assert attribute.misfit(value) == why


@given(st.text(alphabet=LETTERS + "@ é\0", max_size=12))
@settings(max_examples=effort(100, 3_000))
def test_an_address_fits_exactly_when_it_is_well_formed(text: str) -> None:
    local, at, domain = text.partition("@")
    formed = bool(local and at and domain) and "@" not in domain and set(local) <= set(LETTERS) and len(local) <= 8
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    assert (LOGON.misfit(text) == "") is (not text or (formed and not dotted))


@given(st.text(alphabet="QZ@.é", min_size=3, max_size=40))
@settings(max_examples=effort(100, 3_000))
def test_no_misfit_holds_the_value(text: str) -> None:
    for attribute in (LOGON, NICK):
        assert text not in attribute.misfit(text)
