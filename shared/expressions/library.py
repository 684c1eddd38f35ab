"""Every function of the language by its name, and what to use for functions of Entra that are not here."""

from shared.expressions.around import AROUND
from shared.expressions.choices import CHOICES
from shared.expressions.conditions import TESTS
from shared.expressions.dates import DATES
from shared.expressions.directory import DIRECTORY
from shared.expressions.encoding import ENCODING
from shared.expressions.finding import FINDING
from shared.expressions.generated import GENERATED
from shared.expressions.letters import LETTERS
from shared.expressions.lists import LISTS
from shared.expressions.naming import NAMES
from shared.expressions.numbers import NUMBERS
from shared.expressions.registry import Function
from shared.expressions.replace import PATTERNS
from shared.expressions.text import TEXT
from shared.expressions.uniqueness import UNIQUENESS

FAMILIES = (
    TEXT,
    LETTERS,
    NAMES,
    FINDING,
    PATTERNS,
    LISTS,
    CHOICES,
    TESTS,
    DATES,
    NUMBERS,
    ENCODING,
    DIRECTORY,
    AROUND,
    GENERATED,
    UNIQUENESS,
)
FUNCTIONS: dict[str, Function] = {function.name: function for family in FAMILIES for function in family.functions}

_ROLES = "application roles are entitlements: grant them in the policy"
_BINARY = "HR has no binary values"
_ITEMS = "values of a list are not worked on one by one: use In, Item, Split or Contracts"
INSTEAD = {
    "AppRoleAssignmentsComplex": _ROLES,
    "AssertiveAppRoleAssignmentsComplex": _ROLES,
    "SingleAppRoleAssignment": _ROLES,
    "CGuid": _BINARY,
    "IsCert": _BINARY,
    "StringFromGuid": _BINARY,
    "StringFromSid": _BINARY,
    "CRef": "a name is text: leave CRef out",
    "IIf": "use IIF",
    "GUID": "use Guid",
    "LCase": "use ToLower",
    "UCase": "use ToUpper",
    "Select": _ITEMS,
    "Where": _ITEMS,
    "With": "write the part where it is used, or map it to an attribute of its own",
}
"""Functions of Entra and its two sync dialects that customers will try."""


def instead(name: str) -> str:
    """What to use for a function of Entra that is not here, or ""."""
    return INSTEAD.get(name) or (_BINARY if name.startswith("Cert") else "")
