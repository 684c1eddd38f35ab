"""The parts of one person's name, cleaned, as HR's canonical facts give them; what HR did not give is an empty text."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.model import Value
from shared.names.cleaning import clean, clean_prefix
from shared.names.initials import initials_in, initials_of
from shared.names.usage import Usage, usage_of

FACTS = (
    "nickName",
    "givenName",
    "middleName",
    "initials",
    "prefix",
    "surname",
    "secondSurname",
    "partnerPrefix",
    "partnerSurname",
)
"""The canonical facts a name is made of, besides nameUsage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """One person's name, part by part; every part is clean (see `clean`) or "".

    `prefix` and `surname` are of the birth name; `second_surname` is the second of two surnames, as in Spain.
    """

    nick: str = ""
    given: str = ""
    middle: str = ""
    initials: str = ""
    """Each with a dot behind it; those of the given names where HR gives none."""
    prefix: str = ""
    surname: str = ""
    second_surname: str = ""
    partner_prefix: str = ""
    partner_surname: str = ""
    usage: Usage = Usage.B


def parts_of(facts: Mapping[str, Value], usage: Usage | None = None) -> Parts:
    """The parts that `facts` hold under their canonical names; `usage` takes the place of the fact nameUsage.

    Only text counts, and a list of texts as its texts in a row. Raises ValueError, without the value, when nameUsage
    is read and is not B, P, PB, BP or empty.
    """
    text = {name: _text(facts.get(name)) for name in FACTS}
    given = clean(text["givenName"])
    return Parts(
        nick=clean(text["nickName"]),
        given=given,
        middle=clean(text["middleName"]),
        initials=initials_in(text["initials"]) or initials_of(given),
        prefix=clean_prefix(text["prefix"]),
        surname=clean(text["surname"]),
        second_surname=clean(text["secondSurname"]),
        partner_prefix=clean_prefix(text["partnerPrefix"]),
        partner_surname=clean(text["partnerSurname"]),
        usage=usage_of(_text(facts.get("nameUsage"))) if usage is None else usage,
    )


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return value if isinstance(value, str) else ""
