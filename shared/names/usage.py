"""Which family name a person uses, and HR systems' codes for it: translated where HR comes in, never in mapping.

The same digit means different things to different systems (0 is the birth name to AFAS and partner–birth to Youforce),
so a code without its system means nothing. Whatever a system does not document is its own default: the birth name.

Sources: the field mappings that Tools4ever publishes for each system (github.com/Tools4everBV, repositories
HelloID-Conn-Prov-Source-AFAS-Profit, -Visma.net-HRM-API, -NMBRS, -Raet-Beaufort-IAM-API, -Raet-Core-Business-IAM-API
and -ADP-Workforce).
"""

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType

from shared.model import Value


class Usage(StrEnum):
    """Which family name a person uses, and which stands first."""

    B = "B"
    """The birth name."""
    P = "P"
    """The partner's name."""
    PB = "PB"
    """The partner's name, then the birth name."""
    BP = "BP"
    """The birth name, then the partner's name."""


class System(StrEnum):
    """An HR system whose codes are known."""

    ADP = "adp"
    AFAS = "afas"
    BEAUFORT = "beaufort"
    NMBRS = "nmbrs"
    VISMA = "visma"
    YOUFORCE = "youforce"


FIELDS: Mapping[System, str] = MappingProxyType(
    {
        System.ADP: "ADP Workforce: its code of name usage",
        System.AFAS: "AFAS Profit: Naamgebruik_code",
        System.BEAUFORT: "Raet Beaufort: nameAssembleOrder",
        System.NMBRS: "Visma Nmbrs: NaamStelling",
        System.VISMA: "Visma.net HRM: nameusage",
        System.YOUFORCE: "Youforce Core Business: nameAssembleOrder",
    }
)
"""What the system itself calls the code."""

CODES: Mapping[System, Mapping[str, Usage]] = MappingProxyType(
    {
        System.ADP: {"tiva": Usage.B, "tiwp": Usage.P, "tiwp-va": Usage.PB, "tiva-wp": Usage.BP},
        System.AFAS: {"0": Usage.B, "2": Usage.P, "1": Usage.PB, "3": Usage.BP},
        System.BEAUFORT: {"E": Usage.B, "P": Usage.P, "B": Usage.PB, "C": Usage.BP, "D": Usage.BP},
        System.NMBRS: {"1": Usage.B, "2": Usage.P, "3": Usage.PB, "4": Usage.BP},
        System.VISMA: {"Eigen": Usage.B, "Partner": Usage.P, "Part./eig.": Usage.PB, "Eig./Part.": Usage.BP},
        System.YOUFORCE: {"1": Usage.B, "4": Usage.B, "2": Usage.P, "0": Usage.PB, "3": Usage.BP},
    }
)
"""Each system's codes. Every other code, an empty one and none at all are the birth name, as in each system itself."""

_FOLDED = {system: {code.casefold(): usage for code, usage in codes.items()} for system, codes in CODES.items()}


def usage_from(system: System | str, code: Value) -> Usage:
    """What `code` (text or a number, in any case) means to `system`; the birth name for a code that is not documented.

    Raises ValueError, with the systems there are, for a system that is not one of them.
    """
    written = "" if code is None else str(int(code) if isinstance(code, float) and code.is_integer() else code)
    return _FOLDED[_system(system)].get(" ".join(written.split()).casefold(), Usage.B)


def usage_of(text: str | None) -> Usage:
    """The usage that `text` names, in any case; empty or no text is the birth name.

    Raises ValueError for any other text: a code of HR that nobody translated is no reason to guess.
    """
    written = (text or "").strip().upper()
    if written and written not in Usage.__members__:
        raise ValueError("a name usage is B, P, PB or BP; translate HR's own codes where they come in")
    return Usage(written or "B")


def _system(name: System | str) -> System:
    try:
        return System(name)
    except ValueError:
        near = get_close_matches(str(name).casefold(), list(System), 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        known = ", ".join(System)
        raise ValueError(f"there are no codes of {name!r}{hint}; there are those of {known}") from None
