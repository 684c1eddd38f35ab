"""People with names as they are borne in many countries, made from a seed, with the untidiness of HR in them."""

from functools import cache
from random import Random

from faker import Faker
from faker.config import AVAILABLE_LOCALES

from shared.model import Value

LOCALES = [
    *("nl_NL", "nl_BE", "de_DE", "de_AT", "de_CH", "fr_FR", "fr_BE", "sv_SE", "da_DK", "no_NO", "fi_FI", "is_IS"),
    *("es_ES", "pt_PT", "it_IT", "pl_PL", "tr_TR", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "el_GR", "ru_RU", "uk_UA"),
    *("bg_BG", "ar_AA", "he_IL", "fa_IR", "ja_JP", "zh_CN", "hi_IN", "vi_VN", "en_IE"),
]
FOUND = [locale for locale in LOCALES if locale in AVAILABLE_LOCALES]
EACH = 31
PREFIXES = ["", "", "", "de", "van den", "Van Der", "'t", "van 't", "d'", "O'", "El", "Al-", "von", "de la", "-", "zu"]
NOISE = [
    "",
    "",
    "",
    "",
    "",
    " ",
    "\u200b",
    "\u200f",
    "\u202e",
    "\u00ad",
    "\ufeff",
    "\t",
    " - ",
    "()",
    ",",
    "\x00",
    "  ",
]
NOTHING: list[Value] = [None, None, "", " ", "-", ".", "n/a", "undefined", "null", "\u200e"]


@cache
def people() -> tuple[dict[str, Value], ...]:
    """At least a thousand, the same ones every time."""
    found: list[dict[str, Value]] = []
    for number, locale in enumerate(FOUND):
        fake, dice = Faker(locale), Random(number)
        fake.seed_instance(number)
        found += [_person(fake, dice) for _ in range(EACH)]
    return tuple(found)


def _person(fake: Faker, dice: Random) -> dict[str, Value]:
    def typed(name: str) -> str:
        return dice.choice(NOISE) + name + dice.choice(NOISE)

    def perhaps(share: float, name: str) -> Value:
        return typed(name) if dice.random() < share else dice.choice(NOTHING)

    given = f"{fake.first_name()} {fake.first_name()}" if dice.random() < 0.3 else fake.first_name()
    return {
        "givenName": perhaps(0.95, given),
        "nickName": perhaps(0.6, given.split(" ")[0]),
        "middleName": perhaps(0.2, fake.first_name()),
        "initials": perhaps(0.5, ".".join(name[0] for name in given.split()) + "."),
        "prefix": perhaps(0.7, dice.choice(PREFIXES)),
        "surname": perhaps(0.97, fake.last_name()),
        "secondSurname": perhaps(0.15, fake.last_name()),
        "partnerPrefix": perhaps(0.6, dice.choice(PREFIXES)),
        "partnerSurname": perhaps(0.5, fake.last_name()),
    }
