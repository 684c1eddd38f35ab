"""Upper and lower case one character at a time, so that a text never changes length, and the pairs of Turkish.

Source: .NET changes case like this (ToLowerInvariant and ToUpperInvariant), and Entra's expressions with it. In Turkish
and Azerbaijani, I and ı are a pair, and so are İ and i (Unicode, SpecialCasing.txt).
"""

DOTTED = frozenset({"tr", "az"})
"""Languages in which I and ı, and İ and i, are pairs."""


def lower_invariant(text: str) -> str:
    return text.lower() if text.isascii() else "".join([_single(c, c.lower()) for c in text])


def upper_invariant(text: str) -> str:
    return text.upper() if text.isascii() else "".join([_single(c, c.upper()) for c in text])


def lower(text: str, dotted: bool = False) -> str:
    """In lower case; `dotted` says that the language pairs I with ı and İ with i."""
    return lower_invariant(text.replace("I", "ı").replace("İ", "i") if dotted else text)


def upper(text: str, dotted: bool = False) -> str:
    """In upper case; `dotted` says that the language pairs i with İ and ı with I."""
    return upper_invariant(text.replace("i", "İ").replace("ı", "I") if dotted else text)


def capitalised(text: str) -> str:
    """With its first letter in upper case and the rest as it is."""
    return upper_invariant(text[:1]) + text[1:]


def _single(character: str, changed: str) -> str:
    return changed if len(changed) == 1 else character
