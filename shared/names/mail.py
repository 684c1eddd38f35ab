"""Text → what may stand before the @ of an address: only a to z, digits and single separators inside.

Source: RFC 5321, section 4.5.3.1.1 (at most 64 octets); Microsoft Entra ID refuses a dot at the end (userPrincipalName
in the «user resource type»). A name of which nothing can be written so gives "", and the next rule must help.
"""

import re
import unicodedata

from shared.names.casing import lower
from shared.names.cleaning import straight, visible
from shared.names.spelling import Spelling

LONGEST = 64

_OTHER = re.compile(r"[^a-z0-9._-]")
_RUN = re.compile(r"[._-]{2,}")
_EDGES = "._-"


def mail_name(text: str, spelling: Spelling, longest: int = LONGEST) -> str:
    """`text` spelled in plain letters, in lower case, without spaces and apostrophes, in at most `longest` characters.

    Several separators in a row become one (a dot if there is one among them), and none is left at either end. Applying
    it twice changes nothing more.
    """
    plain = spelling(unicodedata.normalize("NFKC", visible(text)))
    small = _OTHER.sub("", straight(lower(plain, spelling.dotted).replace("ı", "i")))
    single = _RUN.sub(lambda run: "." if "." in run[0] else run[0][0], small)
    return single.strip(_EDGES)[:longest].rstrip(_EDGES)
