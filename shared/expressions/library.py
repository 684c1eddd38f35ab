"""Every function of the language by its name, and what to use for functions of Entra that are not here."""

from shared.expressions.choices import CHOICES
from shared.expressions.conditions import TESTS
from shared.expressions.dates import DATES
from shared.expressions.encoding import ENCODING
from shared.expressions.generated import GENERATED
from shared.expressions.letters import LETTERS
from shared.expressions.lists import LISTS
from shared.expressions.naming import NAMES
from shared.expressions.numbers import NUMBERS
from shared.expressions.registry import Function
from shared.expressions.replace import PATTERNS
from shared.expressions.text import TEXT
from shared.expressions.uniqueness import UNIQUENESS

FAMILIES = (TEXT, LETTERS, NAMES, PATTERNS, LISTS, CHOICES, TESTS, DATES, NUMBERS, ENCODING, GENERATED, UNIQUENESS)
FUNCTIONS: dict[str, Function] = {function.name: function for family in FAMILIES for function in family.functions}

_ROLES = "application roles are entitlements: grant them in the policy"
INSTEAD = {
    "AppRoleAssignmentsComplex": _ROLES,
    "AssertiveAppRoleAssignmentsComplex": _ROLES,
    "SingleAppRoleAssignment": _ROLES,
    "CNum": "numbers are read from text by themselves",
    "Contains": "use InStr or In",
    "IIf": "use IIF",
    "LCase": "use ToLower",
    "UCase": "use ToUpper",
    "IsEmpty": "use IsNullOrEmpty",
    "ReplaceChars": "use Replace or Transliterate",
    "RandomNum": "use RandomString",
    "InStrRev": "use Replace with a pattern",
}
"""Functions of Entra and its Connect Sync dialect that customers will try."""
