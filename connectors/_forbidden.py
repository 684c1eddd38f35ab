"""Attributes that never enter, whatever the settings say: identity numbers, tax, bank, pay and GDPR article 9 data."""

import re

WORDS = frozenset({"bsn", "ssn", "sofi", "iban", "bic", "nino", "pesel", "nir", "union"})
"""Too short to be looked for inside other words."""

PARTS = (
    *("burgerservicenummer", "sofinummer", "socialsecurity", "sozialversicherung", "socialinsurance"),
    *("nationalinsurance", "nationalid", "rijksregister", "personalausweis", "passport", "paspoort", "reisepass"),
    *("taxid", "taxnumber", "steuerid", "steuernummer", "steueridentifikation", "steuerklasse", "taxclass"),
    *("bankaccount", "bankrekening", "kontonummer", "salary", "salaris", "gehalt", "compensation", "wage"),
    *("religion", "konfession", "denomination", "disability", "schwerbehind", "handicap", "illness", "ziekte"),
    *("healthinsurance", "krankenkasse", "krankenversicherung", "ethnic", "sexualorientation", "gewerkschaft"),
)


def forbidden(name: object) -> bool:
    """Whether `name`, a key or label as people write it («Social Security No.»), names data that must not enter."""
    if not isinstance(name, str):
        return False
    words = re.findall(r"[a-z0-9]+", name.casefold())
    joined = "".join(words)
    return not WORDS.isdisjoint(words) or any(part in joined for part in PARTS)
