"""Every row of the published tables of Dutch naming conventions, when the shared material lies beside the project.

Besides the rows below, labels and remarks contradict the values beside them; the values are what is compared:

- Her initials are J.H.C. in the mail options 4 and H.C. in display options 3, sAMAccountName option 8 and the addresses
  with parted prefixes; each rule says whose it takes.
- Six letters of Janine are the sixth try in sAMAccountName 1 and 5 and the seventh in UserPrincipalName 5 and 6; five
  letters are the seventh try in sAMAccountName 7 and UserPrincipalName 10, where they should be the sixth, and «seven
  characters» in the remark of UserPrincipalName 4, where they are five.
- sAMAccountName 8 is headed j.vandenboele, speaks of the nick name, and lists hboel. It is cut to six characters.
- sAMAccountName 6 and UserPrincipalName 9 carry one remark, «FamilyName or partnername»; the first never takes the
  partner's name. The remarks of UserPrincipalName 11 name the partner's name no more than its values do.
"""

from collections import Counter

import pytest
from published_tables import FILE, RULES, Where, ours, published

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the shared material is not beside the project")

COMMA = "the table says of itself that no commas are used, and uses one in this row only"
CAPITAL = (
    "a prefix behind another family name is small, as in every other row (DisplayName option 2 has this very name)"
)
CUT = "nothing was cut for length, since j.van.den.boele has 15 of 20 characters; and no row of the table says why"
CONTRADICTIONS: dict[Where, tuple[str, str]] = {
    Where("DisplayName", 3, "First", "PB"): ("Vries–van den Boele H.C. de (Janine)", COMMA),
    Where("CommonName", 3, "First", "PB"): ("Vries–van den Boele H.C. de (Janine)", COMMA),
    Where("CommonName", 3, "Second", "PB"): ("Vries–van den Boele H.C. de (Janine) 2", COMMA),
    Where("CommonName", 3, "Third", "PB"): ("Vries–van den Boele H.C. de (Janine) 3", COMMA),
    Where("Surname_Lastname", 2, "First", "BP"): ("Boele – de Vries, van den", CAPITAL),
    **{Where("sAMAccountName", 3, "Second", one): ("j.van.den.boele", CUT) for one in ("B", "BP", "P", "PB")},
    **{Where("sAMAccountName", 3, "Third", one): ("j.van.den.boele2", CUT) for one in ("B", "BP", "P", "PB")},
}
"""Rows that contradict the table they are in, or every other one: what we give there, and why."""

SIZES = {
    "DisplayName": 12,
    "CommonName": 36,
    "Surname_Lastname": 8,
    "Initials": 2,
    "sAMAccountName": 128,
    "mailNickName": 7,
    "UserPrincipalName": 192,
    "Mail": 220,
    "ProxyAddresses": 192,
}


def test_every_row_is_what_a_form_gives_except_where_the_tables_contradict_themselves() -> None:
    wrong = [
        (where, value, ours(where))
        for where, value in published()
        if ours(where) != value and where not in CONTRADICTIONS
    ]
    assert wrong == []


def test_a_row_that_contradicts_the_others_is_given_as_the_others_have_it() -> None:
    values = dict(published())
    for where, (given, why) in CONTRADICTIONS.items():
        assert values[where] != given, why
        assert ours(where) == given, why


def test_no_row_was_skipped() -> None:
    rows = [where for where, _ in published()]
    assert len(rows) == len(set(rows))
    assert dict(Counter(where.table for where in rows)) == SIZES
    for table, options in RULES.items():
        for option, rules in options.items():
            assert set(rules) == {where.iteration for where in rows if (where.table, where.option) == (table, option)}
